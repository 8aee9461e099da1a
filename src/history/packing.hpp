#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Fills `words`, as many as were packed at `at`, and returns where the next thing begins. Reads up to 9 bytes beyond that.
const std::byte* unpack(const std::byte* at, std::span<std::uint64_t> words);

/// Word i is base + i * slope.
struct EvenWords {
    std::uint64_t base = 0, slope = 0;
};
/// The same without unpacking them, where the prediction was right every time; else `at` stays and there is nothing.
[[nodiscard]] std::optional<EvenWords> unpackEven(const std::byte*& at);

/// Unsigned integers, the smaller the fewer bytes: LEB128.
void putVarint(std::uint64_t value, std::vector<std::byte>& out);
[[nodiscard]] std::uint64_t takeVarint(const std::byte*& at);

inline constexpr std::size_t packedMargin = 9;

} // namespace millwright::history
