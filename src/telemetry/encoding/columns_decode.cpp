#include <millwright/core/bytes.hpp>
#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/convert_value.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <format>

namespace millwright::telemetry {
namespace {

constexpr std::uint8_t skipped = 0xFF; ///< in place of a quality: this sample is not delivered
constexpr StringId notAdded{0xFFFF'FFFFu};

std::unexpected<Error> damaged(std::string_view what) {
    return failure(ErrorCode::Malformed, std::format("columns message is damaged: {}", what));
}

bool unpackFloats(ByteReader& data, ColumnEncoding encoding, std::span<Value> values) {
    switch (encoding) {
    case ColumnEncoding::Constant: std::ranges::fill(values, Value::of(data.number<double>())); break;
    case ColumnEncoding::Plain:
        for (auto& value : values) value = Value::of(data.number<double>());
        break;
    case ColumnEncoding::Single:
        for (auto& value : values) value = Value::of(static_cast<double>(data.number<float>()));
        break;
    case ColumnEncoding::Decimal: {
        const auto exponent = data.number<std::uint8_t>();
        if (exponent > maximumDecimalExponent) return false;
        std::uint64_t integer = 0;
        for (auto& value : values) {
            integer += static_cast<std::uint64_t>(unzigzag(data.varint()));
            value = Value::of(static_cast<double>(static_cast<std::int64_t>(integer)) / powersOfTen[exponent]);
        }
        break;
    }
    default: return false;
    }
    return data.finished();
}

bool unpackIntegers(ByteReader& data, ColumnEncoding encoding, std::span<Value> values) {
    if (encoding == ColumnEncoding::Constant) {
        std::ranges::fill(values, Value::of(data.number<std::int64_t>()));
    } else if (encoding == ColumnEncoding::Delta) {
        std::uint64_t integer = 0;
        for (auto& value : values) {
            integer += static_cast<std::uint64_t>(unzigzag(data.varint()));
            value = Value::of(static_cast<std::int64_t>(integer));
        }
    } else {
        return false;
    }
    return data.finished();
}

bool unpackBooleans(ByteReader& data, ColumnEncoding encoding, std::span<Value> values) {
    if (encoding == ColumnEncoding::Constant) {
        const auto bit = data.number<std::uint8_t>();
        if (bit > 1) return false;
        std::ranges::fill(values, Value::of(bit == 1));
    } else if (encoding == ColumnEncoding::Plain) {
        const auto bits = data.bytes((values.size() + 7) / 8);
        if (!data.ok()) return false;
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = Value::of(((bits[i / 8] >> (i % 8)) & std::byte{1}) != std::byte{0});
    } else {
        return false;
    }
    return data.finished();
}

} // namespace

/// One message being unpacked into the decoder's buffers.
struct BatchReader {
    ColumnDecoder& d;
    ByteReader in;
    std::span<const ColumnTarget> targets;
    StringTable& strings;
    std::vector<std::string_view> texts{};
    std::uint64_t count = 0;
    ColumnCounts counts{};

    Result<void> times() {
        auto time = in.number<std::int64_t>();
        const auto tick = in.varint();
        const auto groups = in.varint();
        if (!in.ok() || tick == 0 || groups == 0 || groups > count) return damaged("its times do not fit its samples");
        d.groups_.clear();
        std::uint64_t total = 0;
        for (std::uint64_t g = 0; g < groups; ++g) {
            const auto steps = in.varint();
            const auto samples = in.varint();
            std::uint64_t delta = 0;
            if (__builtin_mul_overflow(steps, tick, &delta) || delta > 0x7FFF'FFFF'FFFF'FFFFu ||
                __builtin_add_overflow(time, static_cast<std::int64_t>(delta), &time))
                return damaged("a time is beyond what 64 bits hold");
            if (samples == 0 || samples > count - total) return damaged("its times do not fit its samples");
            total += samples;
            d.groups_.push_back({time, static_cast<std::uint32_t>(samples)});
        }
        if (!in.ok() || total != count) return damaged("its times do not fit its samples");
        return {};
    }

    Result<void> dictionary() {
        const auto size = in.varint();
        if (!in.ok() || size > in.remaining()) return damaged("its dictionary is longer than the message");
        texts.reserve(static_cast<std::size_t>(size));
        for (std::uint64_t i = 0; i < size; ++i) texts.push_back(in.text(in.varint()));
        if (!in.ok()) return damaged("its dictionary is longer than the message");
        d.dictionary_.assign(texts.size(), notAdded);
        return {};
    }

    bool unpackStrings(ByteReader& data, ColumnEncoding encoding, std::span<Value> values) {
        if (encoding != ColumnEncoding::Constant && encoding != ColumnEncoding::Plain) return false;
        for (auto& value : values) {
            if (encoding == ColumnEncoding::Constant && &value != values.data()) {
                value = values.front();
                continue;
            }
            const auto entry = data.varint();
            if (!data.ok() || entry >= texts.size()) return false;
            StringId& id = d.dictionary_[static_cast<std::size_t>(entry)];
            if (id == notAdded) id = strings.add(texts[static_cast<std::size_t>(entry)]);
            value = Value::of(id);
        }
        return data.finished();
    }

    bool qualities(std::span<std::uint8_t> list) {
        const auto runs = in.varint();
        if (!in.ok() || runs > list.size()) return false;
        if (runs == 0) {
            std::ranges::fill(list, std::uint8_t{0});
            return true;
        }
        std::size_t done = 0;
        for (std::uint64_t r = 0; r < runs; ++r) {
            const auto samples = in.varint();
            const auto quality = in.number<std::uint8_t>();
            if (!in.ok() || samples == 0 || samples > list.size() - done || quality > static_cast<std::uint8_t>(Quality::Stale))
                return false;
            std::ranges::fill(list.subspan(done, static_cast<std::size_t>(samples)), quality);
            done += static_cast<std::size_t>(samples);
        }
        return done == list.size();
    }

    Result<void> block(std::uint32_t& first) {
        const auto channel = in.number<std::uint16_t>();
        const auto type = in.number<std::uint8_t>();
        const auto encoding = static_cast<ColumnEncoding>(in.number<std::uint8_t>());
        const auto size = in.varint();
        if (!in.ok() || size == 0 || size > count - first) return damaged("its blocks do not fit its samples");
        if (type > static_cast<std::uint8_t>(ValueType::String)) return damaged("a block has a type that does not exist");
        const auto stored = static_cast<ValueType>(type);
        const std::span list = std::span{d.qualities_}.subspan(first, static_cast<std::size_t>(size));
        if (!qualities(list)) return damaged("the qualities of a block do not fit its samples");
        ByteReader data{in.bytes(in.varint())};
        if (!in.ok()) return damaged("a block is longer than the message");

        const ColumnTarget target = channel < targets.size() ? targets[channel] : ColumnTarget{};
        d.cursors_.push_back(first);
        d.counts_.push_back(static_cast<std::uint32_t>(size));
        d.blocks_.push_back({target.signal, target.type});
        const std::span values = std::span{d.values_}.subspan(first, static_cast<std::size_t>(size));
        first += static_cast<std::uint32_t>(size);
        if (target.signal == noSignal) {
            std::ranges::fill(list, skipped);
            counts.unmatched += size;
            return {};
        }
        bool good = false;
        switch (stored) {
        case ValueType::Float: good = unpackFloats(data, encoding, values); break;
        case ValueType::Integer: good = unpackIntegers(data, encoding, values); break;
        case ValueType::Boolean: good = unpackBooleans(data, encoding, values); break;
        case ValueType::String: good = unpackStrings(data, encoding, values); break;
        }
        if (!good) return damaged("the values of a block cannot be read");
        if (stored != target.type) convert(values, list, stored, target.type);
        return {};
    }

    void convert(std::span<Value> values, std::span<std::uint8_t> list, ValueType from, ValueType to) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (convertValue(values[i], from, to, strings)) {
                ++counts.converted;
            } else {
                list[i] = skipped;
                ++counts.rejected;
            }
        }
    }

    /// Hands the samples out in the batch's order. Every block's count was checked against `order`, so no index can leave its
    /// block.
    template <typename BlockIndex>
    Result<void> deliver(std::span<const std::byte> order, std::vector<Sample>& out) {
        const auto blockAt = [&](std::size_t i) {
            BlockIndex block{};
            std::memcpy(&block, order.data() + i * sizeof(BlockIndex), sizeof(BlockIndex));
            return block;
        };
        for (std::size_t i = 0; i < count; ++i) {
            const BlockIndex block = blockAt(i);
            if (block >= d.counts_.size()) return damaged("its order names a block that is not there");
            if (d.counts_[block]-- == 0) return damaged("its order does not fit its blocks");
        }
        const std::size_t before = out.size();
        out.resize(before + static_cast<std::size_t>(count));
        Sample* to = out.data() + before;
        std::size_t i = 0;
        for (const auto& group : d.groups_) {
            const Time time = timeFromNanoseconds(group.time);
            for (std::uint32_t k = 0; k < group.count; ++k, ++i) {
                const BlockIndex block = blockAt(i);
                const std::uint32_t at = d.cursors_[block]++;
                const std::uint8_t quality = d.qualities_[at];
                to->time = time;
                to->value = d.values_[at];
                to->signal = d.blocks_[block].signal;
                to->type = d.blocks_[block].type;
                to->quality = static_cast<Quality>(quality);
                to += quality != skipped ? 1 : 0;
            }
        }
        out.resize(static_cast<std::size_t>(to - out.data()));
        return {};
    }
};

Result<ColumnCounts> ColumnDecoder::decode(std::span<const std::byte> message, std::span<const ColumnTarget> targets,
                                           StringTable& strings, std::size_t maximumSamples, std::vector<Sample>& out) {
    BatchReader batch{*this, ByteReader{message}, targets, strings};
    batch.count = batch.in.varint();
    // Every sample has at least its byte in the order, so a count beyond the message's length is a lie.
    if (!batch.in.ok() || batch.count == 0 || batch.count > message.size() || batch.count > maximumBatchSamples)
        return damaged("it claims more samples than it can hold");
    if (batch.count > maximumSamples || out.size() > maximumSamples - static_cast<std::size_t>(batch.count))
        return failure(ErrorCode::ResourceLimit, std::format("more than {} samples would have to be held at once", maximumSamples));
    if (auto read = batch.times(); !read) return std::unexpected(read.error());
    if (auto read = batch.dictionary(); !read) return std::unexpected(read.error());

    const auto size = static_cast<std::size_t>(batch.count);
    if (values_.size() < size) values_.resize(size);
    if (qualities_.size() < size) qualities_.resize(size);
    blocks_.clear();
    cursors_.clear();
    counts_.clear();
    const auto blocks = batch.in.varint();
    if (!batch.in.ok() || blocks == 0 || blocks > batch.count || blocks > 0x10000)
        return damaged("its blocks do not fit its samples");
    std::uint32_t first = 0;
    for (std::uint64_t b = 0; b < blocks; ++b)
        if (auto read = batch.block(first); !read) return std::unexpected(read.error());
    if (first != batch.count) return damaged("its blocks do not fit its samples");

    const bool narrow = blocks <= 256;
    const auto order = batch.in.bytes(batch.count * (narrow ? 1 : 2));
    if (!batch.in.finished()) return damaged("its order does not fit its samples");
    const auto delivered = narrow ? batch.deliver<std::uint8_t>(order, out) : batch.deliver<std::uint16_t>(order, out);
    if (!delivered) return std::unexpected(delivered.error());
    return batch.counts;
}

Result<std::uint64_t> columnSampleCount(std::span<const std::byte> message) {
    ByteReader in{message};
    const auto count = in.varint();
    if (!in.ok() || count == 0 || count > message.size() || count > maximumBatchSamples)
        return damaged("it claims more samples than it can hold");
    return count;
}

} // namespace millwright::telemetry
