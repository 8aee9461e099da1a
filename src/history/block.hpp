#pragma once

#include "history/packing.hpp"

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <array>
#include <limits>
#include <memory>
#include <span>
#include <vector>

/// Samples of one signal, oldest first, packed so that they never change again.
namespace millwright::history {

/// What a stretch of one signal's samples amounts to. Of their numbers (booleans are 0 and 1) only those count that are finite and
/// of usable quality.
struct Summary {
    Time from = Time::max(), to = Time::min(); ///< times of the first and last sample
    double minimum = std::numeric_limits<double>::infinity(), maximum = -minimum;
    double sum = 0;
    double first = std::numeric_limits<double>::quiet_NaN(); ///< number of the first sample, NaN where it does not count
    double last = first;                                     ///< of the last one, likewise
    std::uint64_t samples = 0, usable = 0;

    /// Adds a stretch that is not earlier.
    void add(const Summary& later);
    void add(Time time, double number, bool counts);
};

/// Samples as three columns of equal length.
struct Columns {
    std::span<const std::int64_t> times;   ///< nanoseconds, none before the one in front
    std::span<const std::uint64_t> values; ///< `Value::bits`
    std::span<const Quality> qualities;
};

[[nodiscard]] inline bool counts(double number, Quality quality) {
    return isUsable(quality) && number - number == 0; // finite
}

[[nodiscard]] Summary summarise(const Columns& columns, ValueType type);

/// The bytes of a packed block; their number stands in front.
using PackedBlock = std::shared_ptr<const std::byte[]>;
[[nodiscard]] std::size_t bytesOf(const std::byte* block);

/// Makes blocks. Keeps its buffers between calls. Thread: one at a time.
class BlockPacker {
public:
    /// 1 to `blockSamplesAtMost` samples.
    [[nodiscard]] PackedBlock pack(const Columns& columns, ValueType type);

private:
    using Words = std::array<std::uint64_t, blockSamplesAtMost>;

    void packTimes(std::span<const std::int64_t> times);
    void packQualities(std::span<const Quality> qualities);
    void packNumbers(std::span<const std::uint64_t> values, std::vector<std::byte>& out);
    bool packDictionary(std::span<const std::uint64_t> values, std::vector<std::byte>& out);
    [[nodiscard]] std::size_t findDistinct(std::span<const std::uint64_t> values);

    std::vector<std::byte> bytes_, plain_, dictionary_;
    Words words_, places_, distinct_;
    std::array<std::uint16_t, 2 * blockSamplesAtMost> table_; ///< open addressing: place in `distinct_`
};

/// A block unpacked, bit for bit as it was. Large; meant to be used again and again. Thread: one at a time.
class BlockReader {
public:
    void read(const std::byte* block, ValueType type);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Columns columns() const {
        return {std::span{times_}.first(size_), std::span{values_}.first(size_), std::span{qualities_}.first(size_)};
    }

private:
    const std::byte* readTimes(const std::byte* at);
    const std::byte* readQualities(const std::byte* at);
    const std::byte* readNumbers(const std::byte* at, std::span<std::uint64_t> values);

    std::size_t size_ = 0;
    std::array<std::int64_t, blockSamplesAtMost> times_;
    std::array<std::uint64_t, blockSamplesAtMost> values_, words_, distinct_;
    std::array<Quality, blockSamplesAtMost> qualities_;
};

} // namespace millwright::history
