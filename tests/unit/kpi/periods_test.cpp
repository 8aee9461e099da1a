#include <millwright/kpi/recent.hpp>
#include <millwright/plant/load.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace millwright::kpi {
namespace {

using namespace std::chrono_literals;
using plant::PackmlState;
using plant::Quantity;
using telemetry::Sample;

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[calendar]
utc_offset = "+09:00"
[[calendar.shift]]
id = "day"
from = "08:00"
to = "17:00"
days = ["mon", "tue", "wed", "thu", "fri"]
[[calendar.shift]]
id = "night"
from = "22:00"
to = "06:30"
days = ["sun"]
[[pattern]]
id = "machine"
signal = [
    { id = "made", type = "integer" },
    { id = "order", type = "integer" },
    { id = "power", unit = "kW" },
    { id = "state", type = "integer" },
    { id = "width", unit = "mm", specification = { lower = 9.0, upper = 11.0, subgroup = 4 } },
]
kpi = { state = "state", produced = "made", order = "order", power = "power" }
[[equipment]]
path = "line/m"
like = "machine"
repeat = { count = 2 }
)";

class Periods : public ::testing::Test {
protected:
    Periods() {
        auto loaded = plant::loadText(plantText, ".", "plant.toml");
        EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().front().text());
        plant = loaded.value_or(plant::Plant{});
        conversions.resize(plant.signals.size());
    }
    [[nodiscard]] SignalIndex signal(std::string_view path) const { return plant.findSignal(path); }
    void integer(Time time, std::string_view path, std::int64_t value, Quality quality = Quality::Good) {
        samples.push_back({time, Value::of(value), signal(path), ValueType::Integer, quality});
    }
    void number(Time time, std::string_view path, double value, Quality quality = Quality::Good) {
        samples.push_back({time, Value::of(value), signal(path), ValueType::Float, quality});
    }
    void sort() {
        std::ranges::stable_sort(
            samples, [](const Sample& a, const Sample& b) { return a.time != b.time ? a.time < b.time : a.signal < b.signal; });
    }
    [[nodiscard]] Meter meter(TimeInterval window, Cuts cuts = {}) const { return {plant, conversions, strings, window, cuts}; }
    [[nodiscard]] std::vector<Bin> measured(TimeInterval window, Cuts cuts = {}) const {
        Meter made = meter(window, cuts);
        made.apply(samples);
        return made.finish();
    }
    /// A few hours of everything that is measured, at the boundaries too.
    void live(std::uint32_t seed, Time from) {
        std::mt19937 random{seed};
        std::array<std::int64_t, 2> made{};
        Time now = from;
        for (int i = 0; i < 900; ++i) {
            now += random() % 4 == 0 ? Duration{} : random() % 3 == 0 ? Duration{random() % 70'000'000'000} : 30s * (random() % 3);
            const std::size_t m = random() % 2;
            const std::string path = m == 0 ? "line/m-1/" : "line/m-2/";
            const auto quality = static_cast<Quality>(random() % 12 < 10 ? 0 : random() % 4);
            made[m] = random() % 60 == 0 ? 0 : made[m] + static_cast<std::int64_t>(random() % 5);
            switch (random() % 5) {
            case 0: integer(now, path + "state", static_cast<std::int64_t>(random() % 19), quality); break;
            case 1: integer(now, path + "made", made[m], quality); break;
            case 2: number(now, path + "power", static_cast<double>(random() % 1000) / 7, quality); break;
            case 3: integer(now, path + "order", static_cast<std::int64_t>(random() % 4), quality); break;
            default: number(now, path + "width", 9.5 + static_cast<double>(random() % 1000) / 997, quality);
            }
        }
        sort();
    }

    plant::Plant plant;
    std::vector<telemetry::Conversion> conversions;
    StringTable strings;
    std::vector<Sample> samples;
    Time monday = parseTime("2026-03-02T00:00:00+09:00").value();
};

TEST_F(Periods, ShiftsBeginAndEndByTheClockOnTheWall) {
    const auto at = [&](Duration afterMonday) { return plant::shiftAt(plant.calendar, monday + afterMonday); };
    EXPECT_EQ(at(8h).shift, 0u);
    EXPECT_EQ(at(8h).interval, (TimeInterval{monday + 8h, monday + 17h}));
    EXPECT_EQ(at(8h - 1ns).shift, std::nullopt);
    EXPECT_EQ(at(7h).interval, (TimeInterval{monday + 6h + 30min, monday + 8h}));
    EXPECT_EQ(at(17h).shift, std::nullopt) << "its end is not in it";
    EXPECT_EQ(at(0h).shift, 1u) << "the night from Sunday";
    EXPECT_EQ(at(0h).interval, (TimeInterval{monday - 2h, monday + 6h + 30min}));
    EXPECT_EQ(at(5 * 24h + 9h).shift, std::nullopt) << "nobody on Saturday";
    EXPECT_EQ(at(5 * 24h + 9h).interval, (TimeInterval{monday + 4 * 24h + 17h, monday + 6 * 24h + 22h}));
    EXPECT_EQ(plant::shiftAt({}, monday).interval, (TimeInterval{Time::min(), Time::max()}));
    EXPECT_EQ(plant::shiftAt(plant.calendar, parseTime("1969-12-29T09:00:00+09:00").value()).shift, 0u) << "a Monday too";
}

TEST_F(Periods, OfShiftsAreCutExactly) {
    integer(monday + 7h, "line/m-1/state", 6);
    integer(monday + 8h, "line/m-1/made", 100); // counted up to the shift's beginning: of what was before
    integer(monday + 8h + 1ns, "line/m-1/made", 101);
    integer(monday + 17h, "line/m-1/made", 150); // at its very end: of the shift
    integer(monday + 17h, "line/m-1/state", 4);
    integer(monday + 18h, "line/m-1/made", 151);
    integer(monday + 7h, "line/m-1/made", 90);
    sort();
    const auto bins = measured({monday + 7h, monday + 19h}, Cuts{}.withShifts(plant.calendar));
    ASSERT_EQ(bins.size(), 3u);
    EXPECT_EQ(bins[1].interval, (TimeInterval{monday + 8h, monday + 17h}));
    const auto made = [&](std::size_t bin) { return bins[bin].tally(0).counted[index(Quantity::Produced)] / 1'000'000; };
    EXPECT_EQ(made(0), 10);
    EXPECT_EQ(made(1), 50);
    EXPECT_EQ(made(2), 1);
    EXPECT_EQ(bins[1].tally(0).inState[index(PackmlState::Execute)], 9h);
    EXPECT_EQ(bins[2].tally(0).inState[index(PackmlState::Idle)], 2h);
}

TEST_F(Periods, OfDaysAreLocal) {
    const auto bins = measured({monday - 1h, monday + 25h}, Cuts{24h, plant.calendar.localEpoch()});
    ASSERT_EQ(bins.size(), 3u);
    EXPECT_EQ(bins[1].interval, (TimeInterval{monday, monday + 24h}));
}

TEST_F(Periods, OfOrdersBeginAndEndWhereTheOrderChanges) {
    integer(monday, "line/m-1/state", 6);
    integer(monday, "line/m-1/made", 0);
    integer(monday, "line/m-1/order", 7);
    integer(monday + 10min, "line/m-1/made", 20);
    integer(monday + 20min, "line/m-1/made", 40); // at the very change: still of the first order
    integer(monday + 20min, "line/m-1/order", 8);
    integer(monday + 20min, "line/m-1/state", 15); // set-up of the second
    integer(monday + 30min, "line/m-1/state", 6);
    integer(monday + 40min, "line/m-1/made", 45);
    integer(monday + 50min, "line/m-1/order", 7); // the first goes on
    integer(monday + 60min, "line/m-1/made", 50);
    sort();
    Meter made = meter({monday, monday + 1h});
    made.keepOrders();
    made.apply(samples);
    const auto bins = made.finish();
    ASSERT_EQ(made.orders()[0].size(), 2u);
    const OrderTally &first = made.orders()[0][0], &second = made.orders()[0][1];
    EXPECT_EQ(first.order, "7");
    EXPECT_EQ(first.interval, (TimeInterval{monday, monday + 1h})) << "AOET: from its beginning to its end";
    EXPECT_EQ(first.tally.inState[index(PackmlState::Execute)], 30min);
    EXPECT_EQ(first.tally.counted[index(Quantity::Produced)], 45'000'000);
    EXPECT_EQ(second.interval, (TimeInterval{monday + 20min, monday + 50min}));
    EXPECT_EQ(second.tally.inState[index(PackmlState::Resetting)], 10min);
    EXPECT_EQ(second.tally.counted[index(Quantity::Produced)], 5'000'000);
    const Part part{&plant.kpis[0], second.tally};
    const Indicators found = indicatorsOf({&part, 1}, true, second.interval.length());
    EXPECT_DOUBLE_EQ(found.throughputRate.value(), 10) << "5 in half an hour: PQ / AOET";
    EXPECT_DOUBLE_EQ(found.productionProcessRate.value(), 2.0 / 3);
    EXPECT_DOUBLE_EQ(found.allocationRatio.value(), 1);
    Tally sum = first.tally;
    sum += second.tally;
    EXPECT_EQ(sum, bins[0].tally(0));
    EXPECT_TRUE(made.orders()[1].empty());
}

// Orders, and the time without one, add up to everything, whatever happens at the same instant.
TEST_F(Periods, OfOrdersAddUp) {
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
        samples.clear();
        for (const char* machine : {"line/m-1/order", "line/m-2/order"}) integer(monday, machine, 9);
        live(seed, monday);
        std::erase_if(samples, [&](const Sample& each) { // so that there always is one
            return each.signal == signal("line/m-1/order") && !isUsable(each.quality);
        });
        const TimeInterval window{monday, samples.back().time};
        Meter made = meter(window, Cuts{5min});
        made.keepOrders();
        made.apply(samples);
        const auto bins = made.finish();
        Tally whole, orders;
        for (const Bin& bin : bins) whole += bin.tally(0);
        for (const OrderTally& each : made.orders()[0]) orders += each.tally;
        ASSERT_EQ(orders, whole) << "seed " << seed;
        for (const OrderTally& each : made.orders()[0]) ASSERT_LE(each.interval.to, window.to);
    }
}

// What is played live, what a recording of it gives, and the sum of its bins are equal, to the last nanosecond and millionth.
TEST_F(Periods, AreTheSameLiveReplayedAndBinnedAnew) {
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        samples.clear();
        live(seed, monday + 5h);
        const Time begin = samples.front().time;
        Rolling rolling{plant, strings, begin};
        std::mt19937 random{seed};
        std::size_t applied = 0;
        const auto rows = rowsOf(plant);
        while (applied < samples.size()) {
            std::size_t next = std::min(samples.size(), applied + 1 + random() % 60);
            while (next < samples.size() && samples[next].time == samples[next - 1].time) ++next; // settled: all of a time are in
            rolling.apply(std::span{samples}.subspan(applied, next - applied));
            applied = next;
            const Time last = samples[applied - 1].time;
            const Time now = applied < samples.size() ? last + (samples[applied].time - last) / 2 : last;
            const auto bins = rolling.at(now);
            for (const Period period : {Period::Everything, Period::Hour, Period::Shift, Period::Day}) {
                const auto taken = binsOf(*bins, period, now, plant.calendar);
                const TimeInterval interval{taken.front()->interval.from, taken.back()->interval.to};
                ASSERT_EQ(interval.to, std::max(now, begin));
                const bool reachesAll = period == Period::Everything || period == Period::Day;
                ASSERT_TRUE(!reachesAll || interval.from == begin);
                if (interval.length() <= Duration::zero()) continue;
                Meter replay = meter(interval);
                replay.apply(std::span{samples}.first(applied));
                const auto whole = replay.finish();
                Bin anew = *taken.front();
                for (const auto& bin : taken.subspan(1)) anew += *bin;
                ASSERT_EQ(anew.tallies(), whole[0].tallies()) << "seed " << seed << ", " << nameOf(period);
                const bool fromTheBeginning = interval.from == begin; // else subgroups began otherwise
                ASSERT_TRUE(!fromTheBeginning || anew.spreads == whole[0].spreads) << "seed " << seed;
                const Standing standing = standingOf(plant, rows.back(), taken);
                const Part part{&plant.kpis[rows.back().sources[0]], whole[0].tally(rows.back().sources[0])};
                const Indicators direct = indicatorsOf({&part, 1});
                for (const IndicatorInfo& each : indicatorList())
                    ASSERT_EQ(standing.indicators.*each.value, direct.*each.value) << each.name;
            }
        }
    }
}

TEST_F(Periods, OfAShiftBeginWithIt) {
    integer(monday + 7h, "line/m-1/state", 6);
    for (int minute = 0; minute < 180; minute += 7) integer(monday + 7h + 1min * minute, "line/m-1/made", minute);
    Rolling rolling{plant, strings, monday + 7h};
    rolling.apply(samples);
    const Time now = monday + 9h + 57min + 3s;
    const auto bins = rolling.at(now);
    const auto from = [&](Period period, Time time) {
        return binsOf(*bins, period, time, plant.calendar).front()->interval.from - monday;
    };
    EXPECT_EQ(from(Period::Shift, now), 8h);
    EXPECT_EQ(from(Period::Everything, now), 7h);
    EXPECT_EQ(from(Period::Hour, now), 8h + 55min) << "the five minutes in which the hour begins are all in it";
    EXPECT_EQ(from(Period::Shift, monday + 7h + 40min), 7h) << "between shifts, from the end of the last or the first sample";
    EXPECT_EQ(from(Period::Shift, monday + 8h), 7h) << "nothing is measured of the shift yet";
    EXPECT_TRUE(binsOf({}, Period::Hour, now, plant.calendar).empty());
}

TEST_F(Periods, ADayIsKeptAndNoMore) {
    Rolling rolling{plant, strings, monday};
    integer(monday, "line/m-1/state", 6);
    rolling.apply(samples);
    samples.clear();
    for (int hour = 1; hour <= 40; ++hour) integer(monday + 1h * hour, "line/m-1/made", hour);
    for (const Sample& each : samples) rolling.apply({&each, 1});
    auto bins = rolling.at(monday + 40h);
    EXPECT_LE(bins->size(), 24 * 12 + 6u) << "five minutes and the cuts of shifts";
    EXPECT_LE(bins->front()->interval.to, monday + 16h);
    EXPECT_EQ(bins->back()->interval.to, monday + 40h);
    samples.clear();
    integer(monday + 10'000h, "line/m-1/made", 41); // after a silence of more than a year
    rolling.apply(samples);
    bins = rolling.at(monday + 10'000h);
    EXPECT_LE(bins->size(), 24 * 12 + 6u);
    EXPECT_GE(bins->front()->interval.from, monday + 10'000h - 25h);
    Tally sum;
    for (const auto& bin : *bins) sum += bin->tally(0);
    EXPECT_EQ(sum.inState[index(PackmlState::Execute)], sum.inState[index(PackmlState::Execute)] + sum.inState[0])
        << "what it did before the silence still holds";
    EXPECT_EQ(sum.counted[index(Quantity::Produced)], 1'000'000);
}

} // namespace
} // namespace millwright::kpi
