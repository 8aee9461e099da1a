#pragma once

#include "history/packing.hpp"

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/history/history.hpp>

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
    /// Adds a sample that is not earlier, but for its time.
    void add(std::uint64_t bits, ValueType type, Quality quality);
};

/// As a column of a trend.
[[nodiscard]] TrendColumn columnOf(const Summary& summary, bool coarse);

/// The number of a value if it counts, else NaN.
[[nodiscard]] double numberOf(std::uint64_t bits, ValueType type, Quality quality);

/// Samples as three columns of equal length.
struct Columns {
    std::span<const std::int64_t> times;   ///< nanoseconds, none before the one in front
    std::span<const std::uint64_t> values; ///< `Value::bits`
    std::span<const Quality> qualities;
};

/// At least one sample.
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

/// Looks into blocks, and unpacks of them what is asked for. Large; meant to be used again and again. Thread: one at a time.
class BlockReader {
public:
    /// The block must outlive what is asked next.
    void open(const std::byte* block, ValueType type);
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::int64_t time(std::size_t i) const {
        return even_ ? static_cast<std::int64_t>(static_cast<std::uint64_t>(first_) + i * step_) : times_[i];
    }
    /// How many samples are before `time`.
    [[nodiscard]] std::size_t before(std::int64_t time) const;
    /// How many are at `time` or before it.
    [[nodiscard]] std::size_t until(std::int64_t time) const {
        return time == std::numeric_limits<std::int64_t>::max() ? size_ : before(time + 1);
    }
    /// Adds samples [first, last), at least one, to `summary` but for their times.
    void addTo(Summary& summary, std::size_t first, std::size_t last) const;
    /// All of it, bit for bit as it was packed.
    [[nodiscard]] Columns columns();

private:
    using Words = std::array<std::uint64_t, blockSamplesAtMost>;

    const std::byte* openTimes(const std::byte* at);
    const std::byte* openQualities(const std::byte* at);
    const std::byte* openNumbers(const std::byte* at, std::span<std::uint64_t> words);
    [[nodiscard]] std::uint64_t valueBits(std::size_t i) const;
    void addIntegers(Summary& summary, std::size_t first, std::size_t last) const;
    void addDoubles(Summary& summary, std::size_t first, std::size_t last) const;

    ValueType type_ = ValueType::Float;
    std::size_t size_ = 0;
    bool even_ = false; ///< times are `first_` and every `step_` after it
    std::int64_t first_ = 0;
    std::uint64_t step_ = 0;
    std::array<std::int64_t, blockSamplesAtMost> times_; ///< unless even
    bool oneQuality_ = false;                            ///< all are as the first
    std::array<Quality, blockSamplesAtMost> qualities_;
    std::uint8_t kind_ = 0; ///< how words are numbers; of other types than Float, words are values
    Words words_, values_;
};

} // namespace millwright::history
