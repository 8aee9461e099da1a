#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Runs of 64-bit words in few bits: each word is predicted from those before it, and what the prediction misses is stored in
/// groups, every group as wide as its widest word.
namespace millwright::history {

inline constexpr std::size_t blockSamplesAtMost = 512;

/// What is stored of a word.
enum class Prediction : std::uint8_t {
    Lowest,   ///< how far it lies above the lowest of all
    Previous, ///< its difference from the one before
    Line,     ///< its difference from the line through the two before: times at a fixed rate leave nothing
    SameBits, ///< the bits in which it differs from the one before, as floating-point numbers want it
};

/// Appends `words`, 1 to `blockSamplesAtMost`, under the one of `candidates` that takes the fewest bytes.
void pack(std::span<const std::uint64_t> words, std::span<const Prediction> candidates, std::vector<std::byte>& out);

/// Fills `words`, as many as were packed at `at`, and returns where the next thing begins. Reads up to 8 bytes beyond that.
const std::byte* unpack(const std::byte* at, std::span<std::uint64_t> words);
inline constexpr std::size_t packedMargin = 8;

} // namespace millwright::history
