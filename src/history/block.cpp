#include "history/block.hpp"

#include <millwright/telemetry/numbers.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

namespace millwright::history {
namespace {

using telemetry::maximumDecimalExponent;
using telemetry::powersOfTen;

constexpr Prediction integers[] = {Prediction::Lowest, Prediction::Previous, Prediction::Line};
constexpr Prediction patterns[] = {Prediction::SameBits};
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

template <typename T, typename Sum>
struct Extremes {
    T lowest, highest;
    Sum sum;
};

/// Of `at(i)` for i in [first, last), in lanes that do not wait for each other.
template <typename T, typename Sum>
Extremes<T, Sum> extremesOf(std::size_t first, std::size_t last, const auto& at) {
    constexpr std::size_t lanes = 4;
    std::array<Extremes<T, Sum>, lanes> each;
    each.fill({at(first), at(first), Sum{}});
    const auto add = [&](Extremes<T, Sum>& to, T number) {
        to.lowest = number < to.lowest ? number : to.lowest;
        to.highest = number > to.highest ? number : to.highest;
        to.sum += static_cast<Sum>(number);
    };
    std::size_t i = first;
    for (; i + lanes <= last; i += lanes)
        for (std::size_t lane = 0; lane < lanes; ++lane) add(each[lane], at(i + lane));
    for (; i < last; ++i) add(each[0], at(i));
    for (std::size_t lane = 1; lane < lanes; ++lane) {
        each[0].lowest = std::min(each[0].lowest, each[lane].lowest);
        each[0].highest = std::max(each[0].highest, each[lane].highest);
        each[0].sum += each[lane].sum;
    }
    return each[0];
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

std::uint64_t bitsOf(std::uint64_t integer, std::uint8_t exponent) {
    return std::bit_cast<std::uint64_t>(static_cast<double>(static_cast<std::int64_t>(integer)) / powersOfTen[exponent]);
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

void Summary::add(std::uint64_t bits, ValueType type, Quality quality) {
    const double number = numberOf(bits, type, quality);
    first = samples == 0 ? number : first;
    last = number;
    ++samples;
    if (std::isnan(number)) return;
    minimum = std::min(minimum, number);
    maximum = std::max(maximum, number);
    sum += number;
    ++usable;
}

TrendColumn columnOf(const Summary& all, bool coarse) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    const bool any = all.usable > 0;
    return {.minimum = any ? all.minimum : none,
            .maximum = any ? all.maximum : none,
            .mean = any ? all.sum / static_cast<double>(all.usable) : none,
            .first = all.first,
            .last = all.last,
            .samples = all.samples,
            .coarse = coarse};
}

double numberOf(std::uint64_t bits, ValueType type, Quality quality) {
    Value value;
    value.bits = bits;
    const double number = value.asNumber(type);
    return isUsable(quality) && std::isfinite(number) ? number : std::numeric_limits<double>::quiet_NaN();
}

Summary summarise(const Columns& columns, ValueType type) {
    Summary summary{.from = timeFromNanoseconds(columns.times.front()), .to = timeFromNanoseconds(columns.times.back())};
    for (std::size_t i = 0; i < columns.values.size(); ++i) summary.add(columns.values[i], type, columns.qualities[i]);
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
    putVarint(tick, bytes_);
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
    history::pack(values, patterns, out);
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

void BlockReader::open(const std::byte* block, ValueType type) {
    type_ = type;
    block += sizeof(std::uint32_t); // its size
    size_ = take<std::uint16_t>(block);
    block = openTimes(block);
    block = openQualities(block);
    const auto words = std::span{words_}.first(size_);
    if (type == ValueType::Float)
        openNumbers(block, words);
    else
        unpack(block, words);
}

const std::byte* BlockReader::openTimes(const std::byte* at) {
    first_ = take<std::int64_t>(at);
    const std::uint64_t tick = takeVarint(at);
    const auto line = unpackEven(at);
    even_ = line.has_value();
    if (even_) {
        step_ = line->slope * tick;
        return at;
    }
    at = unpack(at, std::span{words_}.first(size_));
    const auto first = static_cast<std::uint64_t>(first_);
    for (std::size_t i = 0; i < size_; ++i) times_[i] = static_cast<std::int64_t>(first + words_[i] * tick);
    return at;
}

const std::byte* BlockReader::openQualities(const std::byte* at) {
    const auto head = take<std::uint8_t>(at);
    oneQuality_ = head != inRuns;
    if (oneQuality_) {
        qualities_[0] = static_cast<Quality>(head);
        return at;
    }
    for (std::size_t done = 0; done < size_;) {
        const auto length = take<std::uint16_t>(at);
        std::ranges::fill(std::span{qualities_}.subspan(done, length), take<Quality>(at));
        done += length;
    }
    return at;
}

/// Leaves integers over a power of ten as they are; everything else becomes the bits of numbers.
const std::byte* BlockReader::openNumbers(const std::byte* at, std::span<std::uint64_t> words) {
    kind_ = take<std::uint8_t>(at);
    if (kind_ != asDictionary) return unpack(at, words);
    const auto entries = std::span{values_}.first(take<std::uint16_t>(at));
    at = openNumbers(at, entries);
    if (kind_ != asBits)
        for (std::uint64_t& entry : entries) entry = bitsOf(entry, kind_);
    kind_ = asBits;
    at = unpack(at, words);
    for (std::uint64_t& word : words) word = values_[word];
    return at;
}

std::uint64_t BlockReader::valueBits(std::size_t i) const {
    return type_ != ValueType::Float || kind_ == asBits ? words_[i] : bitsOf(words_[i], kind_);
}

std::size_t BlockReader::before(std::int64_t time) const {
    if (!even_)
        return static_cast<std::size_t>(
            std::lower_bound(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(size_), time) - times_.begin());
    if (time <= first_) return 0;
    if (step_ == 0) return size_;
    const std::uint64_t since = static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(first_);
    return static_cast<std::size_t>(std::min<std::uint64_t>(size_, (since - 1) / step_ + 1));
}

Columns BlockReader::columns() {
    if (even_)
        for (std::size_t i = 0; i < size_; ++i) times_[i] = time(i);
    if (oneQuality_) std::ranges::fill(qualities_, qualities_[0]);
    for (std::size_t i = 0; i < size_; ++i) values_[i] = valueBits(i);
    return {std::span{times_}.first(size_), std::span{values_}.first(size_), std::span{qualities_}.first(size_)};
}

void BlockReader::addTo(Summary& summary, std::size_t first, std::size_t last) const {
    const bool asIntegers =
        type_ == ValueType::Integer || type_ == ValueType::Boolean || (type_ == ValueType::Float && kind_ != asBits);
    if (oneQuality_ && isUsable(qualities_[0]) && asIntegers) {
        addIntegers(summary, first, last);
    } else if (oneQuality_ && isUsable(qualities_[0]) && type_ == ValueType::Float) {
        addDoubles(summary, first, last);
    } else {
        for (std::size_t i = first; i < last; ++i) summary.add(valueBits(i), type_, qualities_[oneQuality_ ? 0 : i]);
    }
}

/// Dividing by a power of ten keeps the order, so it is enough to divide what comes out.
void BlockReader::addIntegers(Summary& summary, std::size_t first, std::size_t last) const {
    const auto at = [this](std::size_t i) { return static_cast<std::int64_t>(words_[i]); };
    const auto all = extremesOf<std::int64_t, std::uint64_t>(first, last, at);
    const double scale = type_ == ValueType::Float ? powersOfTen[kind_] : 1;
    double sum = static_cast<double>(static_cast<std::int64_t>(all.sum));
    constexpr std::int64_t small = std::int64_t{1} << 53; // so many samples of them do not overflow
    if (all.lowest < -small || all.highest > small) {
        sum = 0;
        for (std::size_t i = first; i < last; ++i) sum += static_cast<double>(at(i));
    }
    const auto number = [&](std::int64_t integer) { return static_cast<double>(integer) / scale; };
    summary.add({.minimum = number(all.lowest),
                 .maximum = number(all.highest),
                 .sum = sum / scale,
                 .first = number(at(first)),
                 .last = number(at(last - 1)),
                 .samples = last - first,
                 .usable = last - first});
}

void BlockReader::addDoubles(Summary& summary, std::size_t first, std::size_t last) const {
    const auto at = [this](std::size_t i) { return std::bit_cast<double>(words_[i]); };
    const auto all = extremesOf<double, double>(first, last, at);
    if (!std::isfinite(all.sum)) { // one of them is not, or their sum is too large
        for (std::size_t i = first; i < last; ++i) summary.add(words_[i], type_, qualities_[0]);
        return;
    }
    summary.add({.minimum = all.lowest,
                 .maximum = all.highest,
                 .sum = all.sum,
                 .first = at(first),
                 .last = at(last - 1),
                 .samples = last - first,
                 .usable = last - first});
}

} // namespace millwright::history
