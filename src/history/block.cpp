#include "history/block.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

namespace millwright::history {
namespace {

using telemetry::maximumDecimalExponent;
using telemetry::powersOfTen;

constexpr Prediction integers[] = {Prediction::Lowest, Prediction::Previous, Prediction::Line};
constexpr Prediction bits[] = {Prediction::SameBits};
constexpr Prediction places[] = {Prediction::Lowest, Prediction::Previous};
constexpr Prediction instants[] = {Prediction::Line, Prediction::Previous};

/// How numbers are stored: 0 to `maximumDecimalExponent` as integers over that power of ten, else:
constexpr std::uint8_t asBits = 16, asDictionary = 17;
/// Qualities: one for all, or runs.
constexpr std::uint8_t inRuns = 0xFF;

template <typename T>
void put(T value, std::vector<std::byte>& out) {
    const auto bytes = std::as_bytes(std::span{&value, 1});
    out.insert(out.end(), bytes.begin(), bytes.end());
}
template <typename T>
T take(const std::byte*& at) {
    T value{};
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
}

/// All values as integers over the lowest power of ten that does it exactly; false when none does.
bool asDecimals(std::span<const std::uint64_t> values, std::span<std::uint64_t> scaled, std::uint8_t& exponent) {
    exponent = 0;
    for (std::size_t i = 0, tried = 0; tried < values.size();) { // round and round, until all went through in a row
        std::int64_t integer = 0;
        if (telemetry::toDecimal(std::bit_cast<double>(values[i]), exponent, integer)) {
            scaled[i] = static_cast<std::uint64_t>(integer);
            ++tried;
            i = i + 1 == values.size() ? 0 : i + 1;
            continue;
        }
        if (exponent == maximumDecimalExponent) return false;
        ++exponent;
        tried = 0;
    }
    return true;
}

double numberOf(std::uint64_t valueBits, ValueType type) {
    Value value;
    value.bits = valueBits;
    return value.asNumber(type);
}

} // namespace

void Summary::add(const Summary& later) {
    if (later.samples == 0) return;
    if (samples == 0) {
        from = later.from;
        first = later.first;
    }
    to = later.to;
    last = later.last;
    minimum = std::min(minimum, later.minimum);
    maximum = std::max(maximum, later.maximum);
    sum += later.sum;
    samples += later.samples;
    usable += later.usable;
}

void Summary::add(Time time, double number, bool counts) {
    const double shown = counts ? number : std::numeric_limits<double>::quiet_NaN();
    if (samples++ == 0) {
        from = time;
        first = shown;
    }
    to = time;
    last = shown;
    if (!counts) return;
    minimum = std::min(minimum, number);
    maximum = std::max(maximum, number);
    sum += number;
    ++usable;
}

Summary summarise(const Columns& columns, ValueType type) {
    Summary summary;
    for (std::size_t i = 0; i < columns.times.size(); ++i) {
        const double number = numberOf(columns.values[i], type);
        summary.add(timeFromNanoseconds(columns.times[i]), number, counts(number, columns.qualities[i]));
    }
    return summary;
}

std::size_t bytesOf(const std::byte* block) {
    return take<std::uint32_t>(block);
}

PackedBlock BlockPacker::pack(const Columns& columns, ValueType type) {
    bytes_.clear();
    put(std::uint32_t{0}, bytes_);
    put(static_cast<std::uint16_t>(columns.times.size()), bytes_);
    packTimes(columns.times);
    packQualities(columns.qualities);
    if (type == ValueType::Float) {
        plain_.clear();
        packNumbers(columns.values, plain_);
        dictionary_.clear();
        const bool few = packDictionary(columns.values, dictionary_) && dictionary_.size() < plain_.size();
        const auto& smaller = few ? dictionary_ : plain_;
        bytes_.insert(bytes_.end(), smaller.begin(), smaller.end());
    } else {
        history::pack(columns.values, integers, bytes_);
    }
    bytes_.resize(bytes_.size() + packedMargin);
    const auto size = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    auto block = std::make_shared_for_overwrite<std::byte[]>(bytes_.size());
    std::ranges::copy(bytes_, block.get());
    return block;
}

/// In the largest unit that divides all differences: most clocks tick in milliseconds, or slower.
void BlockPacker::packTimes(std::span<const std::int64_t> times) {
    std::uint64_t tick = 0;
    const auto at = [&](std::size_t i) { return static_cast<std::uint64_t>(times[i]); };
    for (std::size_t i = 1; i < times.size() && tick != 1; ++i) tick = std::gcd(tick, at(i) - at(i - 1));
    tick = std::max<std::uint64_t>(tick, 1);
    for (std::size_t i = 0; i < times.size(); ++i) words_[i] = (at(i) - at(0)) / tick;
    put(times.front(), bytes_);
    put(tick, bytes_);
    history::pack(std::span{words_}.first(times.size()), instants, bytes_);
}

void BlockPacker::packQualities(std::span<const Quality> qualities) {
    if (std::ranges::adjacent_find(qualities, std::not_equal_to{}) == qualities.end()) {
        put(qualities.front(), bytes_);
        return;
    }
    put(inRuns, bytes_);
    for (std::size_t begin = 0; begin < qualities.size();) {
        std::size_t end = begin + 1;
        while (end < qualities.size() && qualities[end] == qualities[begin]) ++end;
        put(static_cast<std::uint16_t>(end - begin), bytes_);
        put(qualities[begin], bytes_);
        begin = end;
    }
}

/// As integers over a power of ten where that gives every bit back, which is how most sensors and gateways round; else by the bits
/// that change.
void BlockPacker::packNumbers(std::span<const std::uint64_t> values, std::vector<std::byte>& out) {
    std::uint8_t exponent = 0;
    const auto words = std::span{words_}.first(values.size());
    if (asDecimals(values, words, exponent)) {
        put(exponent, out);
        history::pack(words, integers, out);
        return;
    }
    put(asBits, out);
    history::pack(values, bits, out);
}

/// Fills `distinct_`, and `places_` with where each value stands in it; 0 when that is more than half of them.
std::size_t BlockPacker::findDistinct(std::span<const std::uint64_t> values) {
    constexpr std::uint16_t empty = 0xFFFF;
    table_.fill(empty);
    std::size_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::size_t slot = (values[i] * 0x9E37'79B9'7F4A'7C15u) >> (64 - std::bit_width(table_.size() - 1));
        while (table_[slot] != empty && distinct_[table_[slot]] != values[i]) slot = (slot + 1) % table_.size();
        if (table_[slot] == empty) {
            if (2 * (count + 1) > values.size()) return 0;
            table_[slot] = static_cast<std::uint16_t>(count);
            distinct_[count++] = values[i];
        }
        places_[i] = table_[slot];
    }
    return count;
}

/// Sorted, so that the dictionary packs well and neighbouring values have neighbouring places. For gauges of few values, whatever
/// their digits.
bool BlockPacker::packDictionary(std::span<const std::uint64_t> values, std::vector<std::byte>& out) {
    const std::size_t count = findDistinct(values);
    if (count < 2) return false;
    std::array<std::uint16_t, blockSamplesAtMost> order, rank;
    std::iota(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), std::uint16_t{0});
    const auto ascending = [](std::uint64_t value) { // as numbers ascend, every bit pattern in one place
        return (value >> 63) != 0 ? ~value : value | std::uint64_t{1} << 63;
    };
    std::ranges::sort(std::span{order}.first(count), {}, [&](std::uint16_t at) { return ascending(distinct_[at]); });
    Words sorted;
    for (std::size_t i = 0; i < count; ++i) {
        sorted[i] = distinct_[order[i]];
        rank[order[i]] = static_cast<std::uint16_t>(i);
    }
    for (std::size_t i = 0; i < values.size(); ++i) places_[i] = rank[places_[i]];
    put(asDictionary, out);
    put(static_cast<std::uint16_t>(count), out);
    packNumbers(std::span{sorted}.first(count), out);
    history::pack(std::span{places_}.first(values.size()), places, out);
    return true;
}

void BlockReader::read(const std::byte* block, ValueType type) {
    block += sizeof(std::uint32_t); // its size
    size_ = take<std::uint16_t>(block);
    block = readTimes(block);
    block = readQualities(block);
    const auto values = std::span{values_}.first(size_);
    if (type == ValueType::Float)
        readNumbers(block, values);
    else
        unpack(block, values);
}

const std::byte* BlockReader::readTimes(const std::byte* at) {
    const auto first = static_cast<std::uint64_t>(take<std::int64_t>(at));
    const auto tick = take<std::uint64_t>(at);
    at = unpack(at, std::span{words_}.first(size_));
    for (std::size_t i = 0; i < size_; ++i) times_[i] = static_cast<std::int64_t>(first + words_[i] * tick);
    return at;
}

const std::byte* BlockReader::readQualities(const std::byte* at) {
    const auto all = std::span{qualities_}.first(size_);
    if (const auto head = take<std::uint8_t>(at); head != inRuns) {
        std::ranges::fill(all, static_cast<Quality>(head));
        return at;
    }
    for (std::size_t done = 0; done < size_;) {
        const auto length = take<std::uint16_t>(at);
        std::ranges::fill(all.subspan(done, length), take<Quality>(at));
        done += length;
    }
    return at;
}

const std::byte* BlockReader::readNumbers(const std::byte* at, std::span<std::uint64_t> values) {
    const auto kind = take<std::uint8_t>(at);
    if (kind == asDictionary) {
        const auto entries = std::span{distinct_}.first(take<std::uint16_t>(at));
        at = readNumbers(at, entries);
        at = unpack(at, values);
        for (std::uint64_t& value : values) value = distinct_[value];
        return at;
    }
    at = unpack(at, values);
    if (kind != asBits)
        for (std::uint64_t& value : values)
            value = std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(value)) / powersOfTen[kind]);
    return at;
}

} // namespace millwright::history
