#include "history/block.hpp"

#include <millwright/history/history.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <random>
#include <thread>

namespace millwright::history {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

constexpr SignalIndex first{0};
constexpr std::int64_t start = 1'790'000'000'000'000'000; // ns
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Sample sampleOf(std::int64_t time, Value value, ValueType type = ValueType::Float, Quality quality = Quality::Good,
                SignalIndex signal = first) {
    return {timeFromNanoseconds(time), value, signal, type, quality};
}

/// One sort of time series that a feed may bring.
struct Kind {
    std::string_view name;
    ValueType type;
    std::function<Value(std::mt19937_64&, std::size_t)> value;
};

double unit(std::mt19937_64& random) {
    return static_cast<double>(random() >> 11) * 0x1p-53;
}

std::vector<Kind> kinds() {
    auto walk = std::make_shared<double>(0);
    return {
        {"decimals", ValueType::Float,
         [walk](auto& r, auto) { return Value::of(std::round((*walk += unit(r) - 0.5) * 100) / 100); }},
        {"sine", ValueType::Float, [](auto&, std::size_t i) { return Value::of(std::sin(static_cast<double>(i) * 0.01)); }},
        {"constant", ValueType::Float, [](auto&, auto) { return Value::of(-0.0); }},
        {"few", ValueType::Float, [](auto& r, auto) { return Value::of(1.0 / static_cast<double>(3 + r() % 20)); }},
        {"any bits", ValueType::Float, [](auto& r, auto) { return Value::of(std::bit_cast<double>(r())); }},
        {"special", ValueType::Float,
         [](auto& r, auto) {
             const double all[] = {0.0,
                                   -0.0,
                                   nan,
                                   -nan,
                                   INFINITY,
                                   -INFINITY,
                                   5e-324,
                                   std::bit_cast<double>(0x7FF0'0000'0000'0001u),
                                   std::bit_cast<double>(0xFFFF'FFFF'FFFF'FFFFu),
                                   9007199254740993.0,
                                   0.1,
                                   1e308};
             return Value::of(all[r() % std::size(all)]);
         }},
        {"large integers", ValueType::Integer, [](auto& r, auto) { return Value::of(static_cast<std::int64_t>(r())); }},
        {"counter", ValueType::Integer,
         [](auto& r, std::size_t i) { return Value::of(static_cast<std::int64_t>(i * 3 + r() % 2)); }},
        {"extremes", ValueType::Integer,
         [](auto& r, auto) {
             const std::int64_t all[] = {INT64_MIN, INT64_MAX, 0, -1};
             return Value::of(all[r() % 4]);
         }},
        {"switch", ValueType::Boolean, [](auto&, std::size_t i) { return Value::of(i / 50 % 2 == 0); }},
        {"text", ValueType::String,
         [](auto& r, auto) { return Value::of(static_cast<StringId>(r() % 7 == 0 ? 0xFFFF'FFFEu : 3u)); }},
    };
}

/// Steps of time as clocks make them: fixed, jittering, bunched, wild.
std::int64_t stepOf(int clock, std::mt19937_64& random) {
    switch (clock) {
    case 0: return 100'000'000;
    case 1: return 100'000'000 + static_cast<std::int64_t>(random() % 2'000'001) - 1'000'000;
    case 2: return random() % 4 == 0 ? 1'000'000 : 0;
    default: return static_cast<std::int64_t>(random() % (std::uint64_t{1} << (random() % 50)));
    }
}

std::vector<Sample> series(const Kind& kind, int clock, std::size_t count, std::mt19937_64& random) {
    std::vector<Sample> samples;
    std::int64_t time = start;
    auto quality = Quality::Good;
    for (std::size_t i = 0; i < count; ++i) {
        if (clock > 0 && random() % 40 == 0) quality = static_cast<Quality>(random() % 4);
        samples.push_back(sampleOf(time, kind.value(random, i), kind.type, quality));
        time += stepOf(clock, random);
    }
    return samples;
}

void expectEqual(std::span<const Sample> actual, std::span<const Sample> expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        ASSERT_EQ(actual[i].time, expected[i].time) << i;
        ASSERT_EQ(actual[i].value.bits, expected[i].value.bits) << i;
        ASSERT_EQ(actual[i].quality, expected[i].quality) << i;
        ASSERT_EQ(actual[i].type, expected[i].type) << i;
    }
}

TEST(History, GivesBackEveryBitOfWhatItTookIn) {
    std::mt19937_64 random{7};
    for (const Kind& kind : kinds())
        for (int clock = 0; clock < 4; ++clock)
            for (const std::size_t count : {1u, 2u, 31u, 33u, 511u, 512u, 513u, 5000u}) {
                SCOPED_TRACE(std::format("{}, clock {}, {} samples", kind.name, clock, count));
                History history{{&kind.type, 1}};
                const auto samples = series(kind, clock, count, random);
                history.append(samples);
                std::vector<Sample> read;
                HistoryReader reader{history};
                EXPECT_TRUE(reader.read(first, {samples.front().time, samples.back().time}, read));
                expectEqual(read, samples);
                EXPECT_EQ(reader.span(first), (TimeInterval{samples.front().time, samples.back().time}));
            }
}

TEST(History, PacksBlocksOfAnyLengthBitForBit) {
    std::mt19937_64 random{11};
    BlockPacker packer;
    const auto reader = std::make_unique<BlockReader>();
    for (const Kind& kind : kinds())
        for (std::size_t count = 1; count <= blockSamplesAtMost; count += 1 + count / 7) {
            std::vector<std::int64_t> times;
            std::vector<std::uint64_t> values;
            std::vector<Quality> qualities;
            for (const Sample& sample : series(kind, static_cast<int>(count % 4), count, random)) {
                times.push_back(nanoseconds(sample.time));
                values.push_back(sample.value.bits);
                qualities.push_back(sample.quality);
            }
            const auto block = packer.pack({times, values, qualities}, kind.type);
            reader->open(block.get(), kind.type);
            const Columns read = reader->columns();
            ASSERT_TRUE(std::ranges::equal(read.times, times)) << kind.name << count;
            ASSERT_TRUE(std::ranges::equal(read.values, values)) << kind.name << count;
            ASSERT_TRUE(std::ranges::equal(read.qualities, qualities)) << kind.name << count;
        }
}

TEST(History, RefusesWhatIsOlderThanTheNewestOfItsSignal) {
    const ValueType types[] = {ValueType::Float, ValueType::Float};
    History history{types};
    const Sample samples[] = {
        sampleOf(start + 5, Value::of(1.0)),
        sampleOf(start + 5, Value::of(2.0)),                                                  // equal times are in order of arrival
        sampleOf(start + 4, Value::of(3.0)),                                                  // backwards: refused
        sampleOf(start + 4, Value::of(4.0), ValueType::Float, Quality::Good, SignalIndex{1}), // another signal's clock
        sampleOf(start + 6, Value::of(true), ValueType::Boolean),                             // of another type: refused
        sampleOf(start + 6, Value::of(5.0), ValueType::Float, Quality::Good, SignalIndex{2}), // of no signal: refused
        sampleOf(start + 6, Value::of(6.0)),
    };
    history.append(samples);
    EXPECT_EQ(history.status().samples, 4u);
    EXPECT_EQ(history.status().refused, 3u);
    std::vector<Sample> read;
    HistoryReader{history}.read(first, {timeFromNanoseconds(start), timeFromNanoseconds(start + 10)}, read);
    expectEqual(read, std::vector{samples[0], samples[1], samples[6]});
}

/// What a trend says, by looking at every sample.
Trend bruteForce(std::span<const Sample> samples, TimeInterval interval, std::size_t columns) {
    Trend trend{.interval = interval, .columns = {}, .before = nan};
    __extension__ using Wide = __int128;
    const Wide from = nanoseconds(interval.from), length = nanoseconds(interval.to) - from;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto begin = from + length * static_cast<Wide>(i) / static_cast<Wide>(columns);
        const auto end =
            i + 1 == columns ? from + length + 1 : from + length * static_cast<Wide>(i + 1) / static_cast<Wide>(columns);
        TrendColumn column{.minimum = nan, .maximum = nan, .mean = nan, .first = nan, .last = nan};
        long double sum = 0;
        int usable = 0;
        for (const Sample& sample : samples) {
            const auto time = nanoseconds(sample.time);
            if (time < begin || time >= end) continue;
            const double number = sample.value.asNumber(sample.type);
            const bool counts = isUsable(sample.quality) && std::isfinite(number);
            column.last = counts ? number : nan;
            if (column.samples++ == 0) column.first = column.last;
            if (!counts) continue;
            column.minimum = std::fmin(column.minimum, number);
            column.maximum = std::fmax(column.maximum, number);
            sum += number;
            ++usable;
        }
        if (usable > 0) column.mean = static_cast<double>(sum / usable);
        trend.columns.push_back(column);
    }
    for (const Sample& sample : samples) {
        const double number = sample.value.asNumber(sample.type);
        if (sample.time < interval.from) trend.before = isUsable(sample.quality) && std::isfinite(number) ? number : nan;
    }
    return trend;
}

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

void expectEqual(const Trend& actual, const Trend& expected, double scale) {
    ASSERT_EQ(actual.columns.size(), expected.columns.size());
    EXPECT_TRUE(same(actual.before, expected.before)) << actual.before << " " << expected.before;
    for (std::size_t i = 0; i < actual.columns.size(); ++i) {
        const TrendColumn &a = actual.columns[i], &e = expected.columns[i];
        ASSERT_EQ(a.samples, e.samples) << i;
        ASSERT_TRUE(same(a.minimum, e.minimum)) << i;
        ASSERT_TRUE(same(a.maximum, e.maximum)) << i;
        ASSERT_TRUE(same(a.first, e.first)) << i;
        ASSERT_TRUE(same(a.last, e.last)) << i;
        ASSERT_EQ(std::isnan(a.mean), std::isnan(e.mean)) << i;
        if (!std::isnan(a.mean)) {
            ASSERT_NEAR(a.mean, e.mean, 1e-9 * scale) << i;
        }
        ASSERT_FALSE(a.coarse);
    }
}

TEST(Trend, SaysWhatLookingAtEverySampleSays) {
    std::mt19937_64 random{3};
    for (const Kind& kind : kinds()) {
        if (kind.name == "any bits" || kind.name == "special") continue; // sums of such numbers are not defined
        for (int clock = 0; clock < 4; ++clock) {
            const auto samples = series(kind, clock, 40'000, random); // more than one node of 32 blocks
            History history{{&kind.type, 1}};
            history.append(samples);
            HistoryReader reader{history};
            double scale = 1;
            for (const Sample& sample : samples)
                if (const double number = std::abs(sample.value.asNumber(kind.type)); number > scale) scale = number;
            for (int round = 0; round < 12; ++round) {
                SCOPED_TRACE(std::format("{}, clock {}, round {}", kind.name, clock, round));
                std::int64_t a = nanoseconds(samples[random() % samples.size()].time) - static_cast<std::int64_t>(random() % 3);
                std::int64_t b = nanoseconds(samples[random() % samples.size()].time) + static_cast<std::int64_t>(random() % 3);
                if (round == 0) a = start - 1'000, b = nanoseconds(samples.back().time) + 1'000;
                const TimeInterval interval{timeFromNanoseconds(std::min(a, b)), timeFromNanoseconds(std::max(a, b))};
                const std::size_t columns = 1 + random() % 60;
                expectEqual(reader.trend(first, interval, columns), bruteForce(samples, interval, columns), scale);
            }
        }
    }
}

TEST(Trend, OfNothingIsEmpty) {
    const ValueType types[] = {ValueType::Float};
    History history{types};
    HistoryReader reader{history};
    const TimeInterval interval{timeFromNanoseconds(start), timeFromNanoseconds(start + 10)};
    EXPECT_EQ(reader.span(first), TimeInterval{});
    for (const SignalIndex signal : {first, SignalIndex{1}, noSignal}) {
        const Trend& trend = reader.trend(signal, interval, 3);
        ASSERT_EQ(trend.columns.size(), 3u);
        EXPECT_TRUE(std::isnan(trend.before));
        for (const TrendColumn& column : trend.columns) {
            EXPECT_EQ(column.samples, 0u);
            EXPECT_TRUE(std::isnan(column.mean));
        }
    }
    history.append(std::vector{sampleOf(start + 5, Value::of(4.0))});
    const Trend& trend = reader.trend(first, {timeFromNanoseconds(start + 5), timeFromNanoseconds(start + 5)}, 3);
    EXPECT_EQ(trend.columns[0].samples + trend.columns[1].samples + trend.columns[2].samples, 1u) << "an instant";
}

TEST(Budget, IsKeptWhileSummariesOutliveDetail) {
    constexpr std::size_t signals = 20, budget = 1u << 20;
    const std::vector<ValueType> types(signals, ValueType::Float);
    History history{types, budget};
    std::mt19937_64 random{5};
    std::vector<Sample> all; // of the first signal
    for (std::int64_t i = 0; i < 40'000; ++i) {
        std::vector<Sample> row;
        for (std::size_t s = 0; s < signals; ++s)
            row.push_back(sampleOf(start + i * 1'000'000, Value::of(unit(random)), ValueType::Float, Quality::Good,
                                   static_cast<SignalIndex>(s)));
        history.append(row);
        all.push_back(row[0]);
        ASSERT_LE(history.status().bytes(), budget) << i;
    }
    const HistoryStatus status = history.status();
    EXPECT_EQ(status.samples, signals * 40'000);
    EXPECT_GT(status.forgotten, status.samples / 2) << "6 of 7 MB cannot be there any more";
    EXPECT_GT(status.packed, 50'000u) << "but the budget is used";

    HistoryReader reader{history};
    const TimeInterval whole{all.front().time, all.back().time};
    std::vector<Sample> read;
    EXPECT_FALSE(reader.read(first, whole, read));
    ASSERT_FALSE(read.empty());
    expectEqual(read, std::span{all}.last(read.size())); // what is left is the newest, without gaps
    read.clear();
    EXPECT_TRUE(reader.read(first, {all[39'000].time, all.back().time}, read));
    expectEqual(read, std::span{all}.subspan(39'000));

    // A column that holds whole blocks is exact as ever; one that cuts a forgotten block says so and shows all of it.
    const Trend& one = reader.trend(first, whole, 1);
    expectEqual(one, bruteForce(all, whole, 1), 1);
    const Trend& many = reader.trend(first, whole, 400);
    const Trend expected = bruteForce(all, whole, 400);
    EXPECT_TRUE(many.columns.front().coarse);
    EXPECT_FALSE(many.columns.back().coarse);
    for (std::size_t i = 0; i < 400; ++i) {
        EXPECT_LE(many.columns[i].minimum, expected.columns[i].minimum);
        EXPECT_GE(many.columns[i].maximum, expected.columns[i].maximum);
        if (!many.columns[i].coarse) {
            EXPECT_EQ(many.columns[i].maximum, expected.columns[i].maximum) << i;
        }
    }
}

TEST(Budget, LetsSummariesGoToo) {
    constexpr std::size_t budget = 64u << 10;
    const ValueType types[] = {ValueType::Float};
    History history{types, budget};
    for (std::int64_t i = 0; i < 2'000'000; i += 1000) {
        std::vector<Sample> some;
        for (std::int64_t k = i; k < i + 1000; ++k)
            some.push_back(sampleOf(start + k * 1'000'000, Value::of(static_cast<double>(k % 7))));
        history.append(some);
        ASSERT_LE(history.status().bytes(), budget) << i;
    }
    HistoryReader reader{history};
    const Trend& trend = reader.trend(first, reader.span(first), 1);
    EXPECT_EQ(trend.columns[0].samples, 2'000'000u) << "nothing is lost of the whole";
    EXPECT_EQ(trend.columns[0].maximum, 6);
    EXPECT_NEAR(trend.columns[0].mean, 3, 1e-5);
}

// However long it runs, the budget is used: what is kept of the newest samples does not dwindle for the sake of old summaries, and
// old summaries get coarser by and by, not all at once.
TEST(Budget, IsDividedTheSameWayHoweverLongItRuns) {
    constexpr std::size_t budget = 64u << 10;
    constexpr std::int64_t step = 1'000'000;
    const ValueType types[] = {ValueType::Float, ValueType::Boolean};
    for (const std::size_t which : {0u, 1u}) { // numbers, whose blocks are large; a switch, whose summaries are larger
        History history{{&types[which], 1}, budget};
        std::mt19937_64 random{9};
        std::uint64_t least = UINT64_MAX;
        for (std::int64_t i = 0; i < 8'000'000; i += 512) {
            std::vector<Sample> some;
            for (std::int64_t k = i; k < i + 512; ++k)
                some.push_back(sampleOf(start + k * step,
                                        which == 0 ? Value::of(static_cast<double>(random() % 1000)) : Value::of(k % 1000 < 500),
                                        types[which]));
            history.append(some);
            ASSERT_LE(history.status().bytes(), budget) << i;
            if (i > 200'000) least = std::min(least, history.status().packed);
        }
        const HistoryStatus status = history.status();
        EXPECT_GT(status.bytes(), budget * 9 / 10) << which;
        EXPECT_GT(least, status.packed / 2) << "detail of the newest is there all the time";
        EXPECT_GT(least, which == 0 ? 10'000u : 50'000u);

        // A hundred columns over the whole: coarse ones tell of stretches that grow with age, never of all that is old.
        HistoryReader reader{history};
        const TimeInterval span = reader.span(first);
        const Trend& trend = reader.trend(first, {span.from, timeFromNanoseconds(nanoseconds(span.to) / 2 + start / 2)}, 50);
        std::uint64_t largest = 0;
        for (const TrendColumn& column : trend.columns) largest = std::max(largest, column.samples);
        EXPECT_LE(largest, 3u * 32 * 32 * 512);
    }
}

TEST(Trend, DoesNotSayWhatWasBeforeWhenThatIsForgotten) {
    constexpr std::int64_t step = 1'000'000;
    const ValueType types[] = {ValueType::Integer};
    History history{types, 64u << 10};
    for (std::int64_t i = 0; i < 400'000; ++i) history.append(std::array{sampleOf(start + i * step, Value::of(i), types[0])});
    HistoryReader reader{history};
    const Time end = timeFromNanoseconds(start + 400'000 * step);
    EXPECT_EQ(reader.trend(first, {timeFromNanoseconds(start + 399'900 * step), end}, 3).before, 399'899);
    int forgotten = 0;
    for (std::int64_t at = 1'000; at < 390'000; at += 1'000) {
        const Trend& trend = reader.trend(first, {timeFromNanoseconds(start + at * step), end}, 3);
        forgotten += std::isnan(trend.before);
        EXPECT_TRUE(std::isnan(trend.before) ? trend.columns[0].coarse : trend.before == static_cast<double>(at - 1)) << at;
    }
    EXPECT_GT(forgotten, 100);
}

// For the sanitizer, too: no difference of such times fits into 64 bits.
TEST(History, TakesTimesFromEndToEnd) {
    const std::vector<ValueType> types(64, ValueType::Integer);
    History history{types, 64u << 10}; // so many signals that a block is 16 samples
    std::vector<Sample> samples;
    const std::uint64_t step = UINT64_MAX / 31;
    for (std::uint64_t i = 0; i < 32; ++i) {
        const auto time = static_cast<std::int64_t>(static_cast<std::uint64_t>(INT64_MIN) + i * step);
        samples.push_back(sampleOf(time, Value::of(static_cast<std::int64_t>(i)), ValueType::Integer));
    }
    history.append(samples);
    EXPECT_GE(history.status().packed, 16u);
    HistoryReader reader{history};
    const TimeInterval whole{Time::min(), Time::max()};
    std::vector<Sample> read;
    EXPECT_TRUE(reader.read(first, whole, read));
    expectEqual(read, samples);
    for (const std::size_t columns : {1u, 2u, 31u})
        expectEqual(reader.trend(first, whole, columns), bruteForce(samples, whole, columns), 32);
}

TEST(HistoryThreads, ReadersSeeAConsistentPrefixWhileOneWrites) {
    constexpr std::size_t signals = 3;
    constexpr std::int64_t count = 150'000;
    const std::vector<ValueType> types(signals, ValueType::Integer);
    History history{types, 64u << 10}; // so small that blocks fall out meanwhile
    std::atomic<bool> done{false};
    std::atomic<int> failures{0};
    std::atomic<std::uint64_t> rounds{0}, exact{0};
    const auto readAll = [&](std::uint64_t seed) {
        HistoryReader reader{history};
        std::mt19937_64 random{seed};
        std::vector<Sample> samples;
        std::int64_t seen[signals] = {};
        while (!done) {
            const auto signal = static_cast<SignalIndex>(random() % signals);
            const TimeInterval span = reader.span(signal);
            if (span == TimeInterval{}) continue;
            // Sample i of a signal is at start + i and says i.
            const std::int64_t newest = nanoseconds(span.to) - start;
            const std::int64_t from = std::max<std::int64_t>(0, newest - static_cast<std::int64_t>(random() % 3'000));
            samples.clear();
            const bool complete =
                reader.read(signal, {timeFromNanoseconds(start + from), timeFromNanoseconds(start + newest)}, samples);
            bool right =
                newest >= seen[index(signal)] && (!complete || samples.size() == static_cast<std::size_t>(newest - from + 1));
            seen[index(signal)] = newest;
            for (std::size_t i = 0; i < samples.size(); ++i)
                right = right && samples[i].value.integer == nanoseconds(samples[i].time) - start &&
                        (i == 0 || samples[i].value.integer == samples[i - 1].value.integer + 1);
            const Trend& trend = reader.trend(signal, {timeFromNanoseconds(start), timeFromNanoseconds(start + newest)}, 1);
            const TrendColumn& all = trend.columns[0];
            right = right && all.minimum == 0 && // coarse: what was newest is forgotten by now, so it tells of later ones too
                    (all.coarse ||
                     (all.samples == static_cast<std::uint64_t>(newest + 1) && all.maximum == static_cast<double>(newest)));
            exact += all.coarse ? 0 : 1;
            failures += right ? 0 : 1;
            ++rounds;
        }
    };
    {
        std::vector<std::jthread> readers;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) readers.emplace_back(readAll, seed);
        for (std::int64_t i = 0; i < count; ++i) {
            Sample row[signals];
            for (std::size_t s = 0; s < signals; ++s)
                row[s] = sampleOf(start + i, Value::of(i), ValueType::Integer, Quality::Good, static_cast<SignalIndex>(s));
            history.append(row);
            while (i == count / 2 && rounds < 30) std::this_thread::yield(); // so that they do read while it is written
        }
        done = true;
    }
    EXPECT_EQ(failures, 0);
    EXPECT_GT(exact, 0u);
    EXPECT_GT(history.status().forgotten, 0u);
}

} // namespace
} // namespace millwright::history
