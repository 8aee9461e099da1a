#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// `millwright.columns.v1`: many samples of many signals in one message. docs/log-format.md specifies it byte by byte.
namespace millwright::telemetry {

inline constexpr std::string_view columnsEncoding = "millwright.columns.v1";
inline constexpr std::size_t maximumBatchSamples = 1u << 20;

/// How the values of one signal lie in a batch.
enum class ColumnEncoding : std::uint8_t { Constant = 0, Plain = 1, Delta = 2, Decimal = 3, Single = 4 };

/// Packs batches. Keeps its buffers between calls. Thread: one at a time.
class ColumnEncoder {
public:
    /// Appends one message to `out`. `samples` are in order of time, at least one, at most `maximumBatchSamples`; `channelIds[i]`
    /// is the MCAP channel of `SignalIndex` i, and all samples of a signal have one type.
    void encode(std::span<const Sample> samples, std::span<const std::uint16_t> channelIds, const StringTable& strings,
                std::vector<std::byte>& out);

private:
    struct Block {
        std::uint32_t signal = 0;
        ValueType type = ValueType::Float;
        std::uint32_t count = 0;
        std::uint32_t first = 0; ///< its place in values_ and qualities_
    };
    void gather(std::span<const Sample> samples);
    void dictionary(std::span<const Sample> samples, const StringTable& strings, std::vector<std::byte>& out);
    ColumnEncoding pack(const Block& block);

    std::vector<Block> blocks_;
    std::vector<std::uint32_t> blockOfSignal_;
    std::vector<std::uint32_t> order_; ///< per sample, its block
    std::vector<Value> values_;        ///< block after block
    std::vector<Quality> qualities_;
    std::vector<std::uint32_t> dictionaryOf_; ///< by StringId
    std::vector<StringId> used_;
    std::vector<std::int64_t> integers_;
    std::vector<std::byte> data_;
};

/// What a reader wants of one channel.
struct ColumnTarget {
    SignalIndex signal = noSignal; ///< noSignal: skip it
    ValueType type = ValueType::Float;
};

struct ColumnCounts {
    std::uint64_t unmatched = 0;
    std::uint64_t converted = 0;
    std::uint64_t rejected = 0;
};

/// Unpacks batches. Keeps its buffers between calls. Thread: one at a time.
class ColumnDecoder {
public:
    /// Appends the wanted samples to `out` in the order of the batch. `targets[i]` is for MCAP channel i; channels beyond it are
    /// skipped. Errors: Malformed, leaving `out` as it was (place: left to the caller); ResourceLimit when `out` would exceed
    /// `maximumSamples`.
    [[nodiscard]] Result<ColumnCounts> decode(std::span<const std::byte> message, std::span<const ColumnTarget> targets,
                                              StringTable& strings, std::size_t maximumSamples, std::vector<Sample>& out);

private:
    struct Block {
        SignalIndex signal = noSignal;
        ValueType type = ValueType::Float;
    };
    struct Group {
        std::int64_t time = 0;
        std::uint32_t count = 0;
    };
    std::vector<Group> groups_;
    std::vector<Block> blocks_;
    std::vector<std::uint32_t> cursors_; ///< per block, where its next value lies
    std::vector<std::uint32_t> counts_;
    std::vector<Value> values_;
    std::vector<std::uint8_t> qualities_;
    std::vector<StringId> dictionary_;

    friend struct BatchReader;
};

/// The number of samples in a message without unpacking it. Errors: Malformed.
[[nodiscard]] Result<std::uint64_t> columnSampleCount(std::span<const std::byte> message);

} // namespace millwright::telemetry
