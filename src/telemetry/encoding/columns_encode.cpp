#include <millwright/core/bytes.hpp>
#include "telemetry/encoding/columns.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace millwright::telemetry {
namespace {

constexpr std::uint32_t none = 0xFFFF'FFFFu;

void writeTimes(std::span<const Sample> samples, ByteWriter& out) {
    // One group for each distinct time; differences in the largest unit that divides them all.
    std::uint64_t tick = 0;
    std::uint64_t groups = 1;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        const auto delta = static_cast<std::uint64_t>((samples[i].time - samples[i - 1].time).count());
        if (delta == 0) continue;
        ++groups;
        if (tick != 1) tick = std::gcd(tick, delta);
    }
    if (tick == 0) tick = 1;
    out.number(nanoseconds(samples.front().time));
    out.varint(tick);
    out.varint(groups);
    std::uint64_t delta = 0;
    std::uint64_t count = 1;
    for (std::size_t i = 1; i <= samples.size(); ++i) {
        const std::uint64_t step =
            i < samples.size() ? static_cast<std::uint64_t>((samples[i].time - samples[i - 1].time).count()) : 1;
        if (step == 0) {
            ++count;
            continue;
        }
        out.varint(delta / tick);
        out.varint(count);
        delta = step;
        count = 1;
    }
}

void writeQualities(std::span<const Quality> qualities, ByteWriter& out) {
    std::uint64_t runs = 1;
    for (std::size_t i = 1; i < qualities.size(); ++i) runs += qualities[i] != qualities[i - 1] ? 1u : 0u;
    if (runs == 1 && qualities.front() == Quality::Good) {
        out.varint(0);
        return;
    }
    out.varint(runs);
    std::uint64_t count = 1;
    for (std::size_t i = 1; i <= qualities.size(); ++i) {
        if (i < qualities.size() && qualities[i] == qualities[i - 1]) {
            ++count;
            continue;
        }
        out.varint(count);
        out.number(static_cast<std::uint8_t>(qualities[i - 1]));
        count = 1;
    }
}

bool allEqual(std::span<const Value> values) {
    for (const auto& value : values)
        if (value.bits != values.front().bits) return false;
    return true;
}

/// All values as integers over one power of ten, exactly; false when there is none.
bool asDecimals(std::span<const Value> values, std::uint8_t& exponent, std::vector<std::int64_t>& integers) {
    exponent = 0;
    integers.resize(values.size());
    for (std::size_t i = 0; i < values.size();) {
        if (toDecimal(values[i].number, exponent, integers[i])) {
            ++i;
            continue;
        }
        if (exponent == maximumDecimalExponent) return false;
        // One more digit, for all: what fitted before fits again in nearly every case.
        ++exponent;
        for (std::size_t k = 0; k < i; ++k)
            if (!toDecimal(values[k].number, exponent, integers[k])) return false;
    }
    return true;
}

bool allSingle(std::span<const Value> values) {
    for (const auto& value : values) {
        if (std::isnan(value.number)) return false; // its payload might not survive
        if (static_cast<double>(static_cast<float>(value.number)) != value.number) return false;
    }
    return true;
}

void writeDifferences(std::span<const std::int64_t> integers, ByteWriter& out) {
    std::uint64_t previous = 0;
    for (const auto integer : integers) {
        out.varint(zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(integer) - previous)));
        previous = static_cast<std::uint64_t>(integer);
    }
}

} // namespace

void ColumnEncoder::gather(std::span<const Sample> samples) {
    blocks_.clear();
    for (const auto& sample : samples) {
        std::uint32_t& block = blockOfSignal_[index(sample.signal)];
        if (block == none) {
            block = 0;
            blocks_.push_back({static_cast<std::uint32_t>(sample.signal), sample.type, 0, 0});
        }
    }
    std::ranges::sort(blocks_, {}, &Block::signal);
    for (std::uint32_t b = 0; b < blocks_.size(); ++b) blockOfSignal_[blocks_[b].signal] = b;

    order_.resize(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        order_[i] = blockOfSignal_[index(samples[i].signal)];
        ++blocks_[order_[i]].count;
    }
    std::uint32_t first = 0;
    for (auto& block : blocks_) {
        block.first = first;
        first += block.count;
        block.count = 0;
    }
    values_.resize(samples.size());
    qualities_.resize(samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        Block& block = blocks_[order_[i]];
        values_[block.first + block.count] = samples[i].value;
        qualities_[block.first + block.count] = samples[i].quality;
        ++block.count;
    }
}

void ColumnEncoder::dictionary(std::span<const Sample> samples, const StringTable& strings, std::vector<std::byte>& out) {
    used_.clear();
    dictionaryOf_.resize(strings.size(), none);
    for (const auto& sample : samples) {
        if (sample.type != ValueType::String) continue;
        std::uint32_t& entry = dictionaryOf_[static_cast<std::size_t>(sample.value.string)];
        if (entry != none) continue;
        entry = static_cast<std::uint32_t>(used_.size());
        used_.push_back(sample.value.string);
    }
    ByteWriter writer{out};
    writer.varint(used_.size());
    for (const auto id : used_) {
        const auto text = strings.text(id);
        writer.varint(text.size());
        writer.text(text);
    }
}

ColumnEncoding ColumnEncoder::pack(const Block& block) {
    data_.clear();
    ByteWriter out{data_};
    const std::span values = std::span{values_}.subspan(block.first, block.count);
    const bool constant = allEqual(values);
    switch (block.type) {
    case ValueType::Float: {
        std::uint8_t exponent = 0;
        if (constant) {
            out.number(values.front().number);
            return ColumnEncoding::Constant;
        }
        if (asDecimals(values, exponent, integers_)) {
            out.number(exponent);
            writeDifferences(integers_, out);
            return ColumnEncoding::Decimal;
        }
        const bool single = allSingle(values);
        for (const auto& value : values) {
            if (single)
                out.number(static_cast<float>(value.number));
            else
                out.number(value.number);
        }
        return single ? ColumnEncoding::Single : ColumnEncoding::Plain;
    }
    case ValueType::Integer:
        if (constant) {
            out.number(values.front().integer);
            return ColumnEncoding::Constant;
        }
        integers_.clear();
        for (const auto& value : values) integers_.push_back(value.integer);
        writeDifferences(integers_, out);
        return ColumnEncoding::Delta;
    case ValueType::Boolean:
        if (constant) {
            out.number(static_cast<std::uint8_t>(values.front().bits));
            return ColumnEncoding::Constant;
        }
        data_.resize((values.size() + 7) / 8);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i].bits != 0) data_[i / 8] |= std::byte{1} << (i % 8);
        return ColumnEncoding::Plain;
    case ValueType::String:
        if (constant) {
            out.varint(dictionaryOf_[static_cast<std::size_t>(values.front().string)]);
            return ColumnEncoding::Constant;
        }
        for (const auto& value : values) out.varint(dictionaryOf_[static_cast<std::size_t>(value.string)]);
        return ColumnEncoding::Plain;
    }
    return ColumnEncoding::Plain;
}

void ColumnEncoder::encode(std::span<const Sample> samples, std::span<const std::uint16_t> channelIds, const StringTable& strings,
                           std::vector<std::byte>& out) {
    blockOfSignal_.resize(channelIds.size(), none);
    gather(samples);
    ByteWriter writer{out};
    writer.varint(samples.size());
    writeTimes(samples, writer);
    dictionary(samples, strings, out);
    writer.varint(blocks_.size());
    for (const auto& block : blocks_) {
        const ColumnEncoding encoding = pack(block);
        writer.number(channelIds[block.signal]);
        writer.number(static_cast<std::uint8_t>(block.type));
        writer.number(static_cast<std::uint8_t>(encoding));
        writer.varint(block.count);
        writeQualities(std::span{qualities_}.subspan(block.first, block.count), writer);
        writer.varint(data_.size());
        writer.bytes(data_);
    }
    for (const auto block : order_) {
        if (blocks_.size() <= 256)
            writer.number(static_cast<std::uint8_t>(block));
        else
            writer.number(static_cast<std::uint16_t>(block));
    }
    // Left as the next call expects it, without touching signals that this batch did not have.
    for (const auto& block : blocks_) blockOfSignal_[block.signal] = none;
    for (const auto id : used_) dictionaryOf_[static_cast<std::size_t>(id)] = none;
}

} // namespace millwright::telemetry
