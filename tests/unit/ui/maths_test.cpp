#include "ui/curve.hpp"
#include "unit/ui/example.hpp"

#include <millwright/kpi/read_window.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/colour.hpp>
#include <millwright/ui/format.hpp>
#include <millwright/ui/layout.hpp>
#include <millwright/ui/log_overview.hpp>
#include <millwright/ui/timeline.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(Colour, ContrastIsThatOfWcag) {
    EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21.0, 0.005);
    EXPECT_NEAR(contrast({0x76, 0x76, 0x76}, {255, 255, 255}), 4.54, 0.005);
    EXPECT_NEAR(contrast({0, 0, 255}, {255, 255, 255}), 8.59, 0.005);
}

TEST(Colour, EveryTextOfThePanelsCanBeRead) {
    for (const TextOnGround& pair : textPairs())
        EXPECT_GE(contrast(pair.text, pair.ground), 4.5)
            << "text " << int(pair.text.red) << " on " << int(pair.ground.red) << ',' << int(pair.ground.green);
}

TEST(Colour, ShapesThatCarryMeaningStandOut) {
    using namespace palette;
    for (const Colour ground_ : {ground, raised, sunken, field, selected, hover}) {
        EXPECT_GE(contrast(outline, ground_), 3.0);
        EXPECT_GE(contrast(urgent, ground_), 3.0);
    }
    EXPECT_GE(contrast(liveLine, ground), 3.0);
}

TEST(Colour, TheGroundIsGreyAndOnlyAttentionIsStrong) {
    const auto saturation = [](Colour c) { return std::max({c.red, c.green, c.blue}) - std::min({c.red, c.green, c.blue}); };
    for (const Colour c : {palette::ground, palette::raised, palette::sunken, palette::field, palette::text, palette::dim})
        EXPECT_EQ(saturation(c), 0);
    EXPECT_GT(saturation(palette::urgent), 150);
    EXPECT_GT(saturation(palette::high), 150);
}

TEST(Attention, FollowsLimitsAndQuality) {
    plant::Signal signal;
    signal.limits = {30, 60, 230, 300};
    const auto at = [&](double value, Quality quality = Quality::Good) {
        return attention(signal, {.value = Value::of(value), .time = {}, .quality = quality, .known = true});
    };
    EXPECT_EQ(at(128), Attention::None);
    EXPECT_EQ(at(60), Attention::None) << "alarms are raised beyond a limit, not at it";
    EXPECT_EQ(at(59.9), Attention::Low);
    EXPECT_EQ(at(29), Attention::LowLow);
    EXPECT_EQ(at(231), Attention::High);
    EXPECT_EQ(at(400), Attention::HighHigh);
    EXPECT_EQ(at(400, Quality::Bad), Attention::Bad) << "a bad value crosses nothing";
    EXPECT_EQ(at(128, Quality::Stale), Attention::Stale);
    EXPECT_EQ(attention(signal, {}), Attention::Unknown);
    EXPECT_EQ(at(NAN), Attention::None);
}

TEST(Attention, TheWorstOfAPlantRisesToItsRoot) {
    const example::World world;
    const auto of = [&](std::string_view path) { return world.attention.equipment[index(world.plant.findEquipment(path))]; };
    EXPECT_EQ(world.attention.worstSignal, Attention::LowLow);
    EXPECT_EQ(of("battery/electrode/coating/coater-1"), Attention::UrgentAlarm);
    EXPECT_EQ(of("battery"), Attention::UrgentAlarm);
    EXPECT_EQ(of("battery/electrode/coating/unwinder"), Attention::None);
    EXPECT_EQ(of("battery/electrode/coating/calender"), Attention::Unknown) << "nothing is measured there";
    EXPECT_EQ(world.attention.crossed, 2u) << "web tension and dryer zone 3";
    EXPECT_EQ(world.attention.untrusted, 2u);
}

TEST(Attention, ActiveAlarmsMarkTheirEquipment) {
    plant::Plant plant;
    plant.equipment = {{.id = "line"}, {.id = "press", .parent = EquipmentIndex{0}}, {.id = "oven", .parent = EquipmentIndex{0}}};
    plant.alarms.resize(2);
    plant.alarms[0].equipment = EquipmentIndex{1};
    plant.alarms[1].equipment = EquipmentIndex{2};
    plant.alarms[1].priority = plant::AlarmPriority::High;
    std::vector<twin::AlarmState> states(2);
    AttentionMap map;
    const auto of = [&](std::size_t i) {
        map.update(plant, {}, states);
        return map.equipment[i];
    };
    EXPECT_EQ(of(1), Attention::Unknown) << "nothing is measured there";
    states[0].active = true;
    EXPECT_EQ(of(1), Attention::Alarm);
    EXPECT_EQ(of(0), Attention::Alarm) << "it rises to the root";
    states[1].active = true;
    EXPECT_EQ(of(0), Attention::UrgentAlarm);
    EXPECT_TRUE(crossesTrip(of(2)));
    states[1].shelving = twin::Shelving::Timed;
    EXPECT_EQ(of(0), Attention::Alarm) << "what is set aside marks nothing";
    states[0].active = false;
    states[0].phase = twin::AlarmPhase::ReturnedUnacknowledged;
    EXPECT_EQ(of(1), Attention::Unknown) << "it has returned to normal";
    EXPECT_EQ(map.crossed, 0u);
}

TEST(Format, ValuesHaveTheSignalsDecimalsAndARealMinus) {
    EXPECT_EQ(formatNumber(12.345, 1), "12.3");
    EXPECT_EQ(formatNumber(-0.04, 1), "0.0") << "never minus zero";
    EXPECT_EQ(formatNumber(-12, 2), "−12.00");
    EXPECT_EQ(formatNumber(NAN, 2), "–");
    EXPECT_EQ(formatNumber(123456789012345.0, 2), "1.235e+14");
    plant::Signal signal;
    signal.type = ValueType::Integer;
    signal.states = {"Idle", "Execute"};
    const auto text = [&](Value v) {
        return formatValue(signal, {.value = v, .time = {}, .quality = Quality::Good, .known = true}, nullptr);
    };
    EXPECT_EQ(text(Value::of(std::int64_t{1})), "Execute");
    EXPECT_EQ(text(Value::of(std::int64_t{7})), "7");
    EXPECT_EQ(formatValue(signal, {}, nullptr), "–");
    signal.type = ValueType::String;
    EXPECT_EQ(text(Value::of(StringId{99})), "–") << "an id nobody knows";
}

TEST(Format, TimesAreUtcAndGroupedCountsReadable) {
    EXPECT_EQ(clockText(example::start + 7s + 250ms, 1), "14:00:07.2");
    EXPECT_EQ(dateText(example::start), "2026-11-20");
    EXPECT_EQ(clockText(timeFromNanoseconds(-1), 3), "23:59:59.999");
    EXPECT_EQ(offsetText(12min + 31s), "+00:12:31");
    EXPECT_EQ(offsetText(100h), "+100:00:00");
    EXPECT_EQ(speedText(0.1), "0.1×");
    EXPECT_EQ(speedText(1000), "1000×");
    EXPECT_EQ(countText(999), "999");
    EXPECT_EQ(countText(12345678), "12\u2009345\u2009678");
}

TEST(Format, ShorteningKeepsWholeCharacters) {
    const auto fits = [](std::size_t bytes) { return [bytes](std::string_view text) { return text.size() <= bytes; }; };
    EXPECT_EQ(elided("coater", fits(6)), "coater");
    EXPECT_EQ(elided("슬롯다이", fits(9)), "슬롯…");
    EXPECT_EQ(elided("슬롯다이", fits(8)), "슬…");
    EXPECT_EQ(elided("슬롯다이", fits(2)), "");
    EXPECT_TRUE(containsIgnoringCase("Slot-die Coater", "COAT"));
    EXPECT_FALSE(containsIgnoringCase("Dryer", "coat"));
}

TEST(Timeline, PixelsAndTimesGoBothWays) {
    const TimeAxis axis{example::log, 12, 1268};
    EXPECT_FLOAT_EQ(axis.pixelOf(example::log.from), 12);
    EXPECT_FLOAT_EQ(axis.pixelOf(example::log.to), 1268);
    EXPECT_NEAR(seconds(axis.timeAt(640) - example::start), 900, 1e-3);
    EXPECT_EQ(axis.timeAt(-50), example::log.from);
    EXPECT_EQ(axis.timeAt(5000), example::log.to);
    const TimeAxis empty{{example::start, example::start}, 0, 100};
    EXPECT_EQ(empty.timeAt(50), example::start);
}

TEST(Timeline, TicksStandAtRoundTimesAndTheirLabelsDoNotTouch) {
    std::vector<Tick> ticks;
    for (const Duration length : std::initializer_list<Duration>{40ms, 3s, 90s, 30min, 26h, 720h, 50000h}) {
        const TimeAxis axis{{example::start + 12345678ns, example::start + 12345678ns + length}, 0, 1000};
        ticksOf(axis, 80, ticks);
        float last = -1000;
        int majors = 0;
        for (const Tick& tick : ticks) {
            EXPECT_GE(tick.time, axis.span.from);
            EXPECT_LE(tick.time, axis.span.to);
            if (!tick.major) continue;
            ++majors;
            EXPECT_GE(axis.pixelOf(tick.time) - last, 79.9f);
            EXPECT_FALSE(tick.label.empty());
            last = axis.pixelOf(tick.time);
        }
        EXPECT_GE(majors, 2) << formatDuration(length);
        EXPECT_LE(ticks.size(), 120u);
    }
    ticksOf({example::log, 0, 1000}, 80, ticks);
    std::vector<std::string> labels;
    for (const Tick& tick : ticks)
        if (tick.major) labels.push_back(tick.label);
    EXPECT_THAT(labels, ElementsAre("14:00", "14:05", "14:10", "14:15", "14:20", "14:25", "14:30"));
}

TEST(Timeline, ZoomKeepsTheTimeUnderThePointerAndStaysInside) {
    const Time anchor = example::start + 10min;
    const TimeInterval zoomed = zoomedSpan(example::log, example::log, anchor, 0.5);
    EXPECT_NEAR(seconds(zoomed.length()), 900, 1e-6);
    EXPECT_NEAR(seconds(anchor - zoomed.from) / seconds(zoomed.length()), 1.0 / 3, 1e-9);
    EXPECT_EQ(zoomedSpan(zoomed, example::log, anchor, 100), example::log);
    const TimeInterval atEnd = zoomedSpan(example::log, example::log, example::log.to, 0.01);
    EXPECT_EQ(atEnd.to, example::log.to);
    EXPECT_GE(zoomedSpan(example::log, example::log, anchor, 0).length(), 10ms);
}

TEST(Timeline, SpeedsStepThroughTheListAndStopAtItsEnds) {
    EXPECT_EQ(nextSpeed(1, 1), 2);
    EXPECT_EQ(nextSpeed(1, -1), 0.5);
    EXPECT_EQ(nextSpeed(3, 1), 5);
    EXPECT_EQ(nextSpeed(1000, 1), 1000);
    EXPECT_EQ(nextSpeed(0.1, -1), 0.1);
    EXPECT_EQ(stepOf(30min), 15s);
    EXPECT_EQ(stepOf(20s), 1s);
    EXPECT_EQ(stepOf(24h), 10min);
}

TEST(Layout, PanelsTileTheWindow) {
    for (const glm::vec2 size :
         {glm::vec2{1280, 720}, glm::vec2{960, 540}, glm::vec2{640, 400}, glm::vec2{300, 200}, glm::vec2{1, 1}, glm::vec2{0, 0}}) {
        const Layout l = computeLayout(size, {}, 1);
        EXPECT_EQ(l.tree.max.x, l.viewport.min.x);
        EXPECT_EQ(l.viewport.max.x, l.inspector.min.x);
        EXPECT_EQ(l.viewport.max.y, l.timeline.min.y);
        EXPECT_EQ(l.timeline.max.y, l.status.min.y);
        EXPECT_GE(l.viewport.width() + 1, size.x / 3) << size.x;
        EXPECT_GE(l.viewport.height(), 0);
        EXPECT_TRUE(l.tree.width() == 0 || l.tree.width() >= 180) << size.x;
    }
}

TEST(Layout, ALargeWindowHasRoomForNamesUnlessTheUserChose) {
    EXPECT_EQ(computeLayout({1280, 720}, {}, 1).tree.width(), 248);
    const Layout large = computeLayout({2560, 1440}, {}, 1);
    EXPECT_GT(large.tree.width(), 320);
    EXPECT_GT(large.inspector.width(), 400);
    EXPECT_GT(large.viewport.width(), 1600);
    EXPECT_EQ(computeLayout({2560, 1440}, {}, 2).tree.width(), 2 * 248) << "on a fine display it is no larger than 1280 x 720";
    EXPECT_EQ(computeLayout({2560, 1440}, {.tree = 200}, 1).tree.width(), 200);
}

TEST(Layout, BordersFollowThePointerWithinLimits) {
    const glm::vec2 window{2560, 1440};
    Splits splits = dragged({}, Splitter::Tree, 700, window, 2);
    EXPECT_FLOAT_EQ(splits.tree, 350);
    EXPECT_FLOAT_EQ(computeLayout(window, splits, 2).tree.width(), 700);
    splits = dragged(splits, Splitter::Inspector, 0, window, 2);
    EXPECT_LE(splits.inspector, 560);
    EXPECT_GE(dragged(splits, Splitter::Tree, -100, window, 2).tree, 180);
    EXPECT_GE(dragged(splits, Splitter::Timeline, 1440, window, 2).timeline, 90);
}

TEST(Labels, NeverOverlapAndEarlierOnesWin) {
    std::vector<LabelRequest> requests;
    for (int i = 0; i < 40; ++i) requests.push_back({{300 + (i % 5) * 4, 200 + (i / 5) * 4}, {90, 20}});
    requests.push_back({{5000, 10}, {90, 20}});
    const Rect area{{0, 0}, {800, 600}};
    const std::array<Rect, 1> obstacles{{{{250, 150}, {350, 190}}}};
    std::vector<LabelPlace> places;
    placeLabels(requests, obstacles, area, 8, places);
    ASSERT_EQ(places.size(), requests.size());
    EXPECT_TRUE(places[0].shown);
    EXPECT_FALSE(places.back().shown) << "its anchor is outside";
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (!places[i].shown) continue;
        EXPECT_FALSE(places[i].box.overlaps(obstacles[0]));
        EXPECT_GE(places[i].box.min.x, 0);
        for (std::size_t k = i + 1; k < places.size(); ++k)
            EXPECT_FALSE(places[k].shown && places[i].box.overlaps(places[k].box)) << i << ' ' << k;
    }
}

TEST(LogOverview, MeasuresPerformanceUpToTheCursor) {
    const example::World world;
    const auto rowOf = [&](std::string_view path) {
        return std::ranges::find(world.kpiRows, world.plant.findEquipment(path), &kpi::Row::equipment);
    };
    const auto row = rowOf("battery/electrode/coating/coater-1");
    ASSERT_NE(row, world.kpiRows.end());
    EXPECT_NE(rowOf("battery"), world.kpiRows.end()) << "the sum of what is below";
    EXPECT_EQ(rowOf("battery/electrode/coating/unwinder"), world.kpiRows.end()) << "nothing is measured there";
    const auto until = [&](Duration time) {
        const Time at = std::min(example::start + time, world.overview->span().to);
        (void)world.overview->binsUpTo(at);
        world.overview->waitForKpis();
        EXPECT_FALSE(world.overview->measuring());
        return kpi::standingOf(world.plant, *row,
                               kpi::binsOf(*world.overview->binsUpTo(at), kpi::Period::Everything, at, world.plant.calendar));
    };
    EXPECT_EQ(until(0s).interval.length(), 0s);
    EXPECT_EQ(until(700s).indicators.availability, 1);
    EXPECT_EQ(until(700s).failures, 0u);
    const auto broken = until(900s);
    EXPECT_EQ(broken.times.production, 750s);
    EXPECT_EQ(broken.failures, 1u);
    EXPECT_EQ(broken.interval.to, example::start + 900s);
    EXPECT_EQ(*broken.indicators.availability, seconds(750s) / seconds(broken.interval.length()));
    const auto whole = until(24h);
    EXPECT_EQ(whole.interval, world.overview->span());
    EXPECT_EQ(whole.times.total(), world.overview->span().length());
}

// As `millwright kpi --to` measures: from the log's start to the cursor and no further.
TEST(LogOverview, MeasuresExactlyUpToAnyCursorInAnyOrder) {
    const example::World world;
    std::mt19937_64 random{23};
    for (int round = 0; round < 60; ++round) {
        Time at = example::start + Duration{static_cast<std::int64_t>(random() % (30 * 60 * 1'000'000'000ull))};
        if (round % 4 == 1) at = std::chrono::floor<std::chrono::seconds>(at); // of a sample
        if (round % 4 == 2) at = std::min(example::log.to, at + 1s);           // a little further on
        if (round % 8 == 3) at = (*world.overview->binsUpTo(at)->back()).interval.to;
        (void)world.overview->binsUpTo(at);
        world.overview->waitForKpis();
        const auto bins = world.overview->binsUpTo(at);
        kpi::Bin sum = *bins->front();
        for (std::size_t i = 1; i < bins->size(); ++i) sum += *(*bins)[i];

        const auto source = example::recording(world.plant, world.strings);
        kpi::Meter meter{world.plant, source->conversions(), source->strings(), {example::start, at}};
        ASSERT_TRUE(kpi::readWindow(*source, {example::start, at}, meter, {}));
        const kpi::Bin expected = meter.finish().front();
        EXPECT_EQ(sum.interval, expected.interval) << round;
        EXPECT_EQ(sum.tallies(), expected.tallies()) << round;
        EXPECT_EQ(sum.spreads, expected.spreads) << round;
    }
}

TEST(Curve, OfLiveSignalsHoldsValuesAndHasGapsWhereTheyAreBad) {
    const ValueType types[] = {ValueType::Float};
    history::History history{types};
    const auto add = [&](Duration at, double value, Quality quality = Quality::Good) {
        const telemetry::Sample sample{example::start + at, Value::of(value), SignalIndex{0}, ValueType::Float, quality};
        history.append({&sample, 1});
    };
    add(-10s, 4);
    add(21s, 1);
    add(22s, 3);
    add(29s, 2);
    add(52s, 9, Quality::Bad);
    history::HistoryReader reader{history};
    std::vector<CurvePoint> points;
    const auto draw = [&](Time from, std::size_t columns) {
        const history::TimeGrid grid{from, 10s, columns};
        EXPECT_EQ(curveOf(reader, {}, false, SignalIndex{0}, grid, grid.interval(), points), 0u) << "nothing is forgotten";
    };
    draw(example::start, 8);
    ASSERT_EQ(points.size(), 8u);
    EXPECT_FLOAT_EQ(points[0].mean, 4) << "held since before";
    EXPECT_FLOAT_EQ(points[1].low, 4);
    EXPECT_FLOAT_EQ(points[2].low, 1);
    EXPECT_FLOAT_EQ(points[2].high, 3);
    EXPECT_FLOAT_EQ(points[2].mean, 2);
    EXPECT_FLOAT_EQ(points[2].at, 2.5f / 8);
    EXPECT_FLOAT_EQ(points[4].high, 2) << "the last value is held";
    for (const std::size_t i : {5u, 6u, 7u}) EXPECT_TRUE(std::isnan(points[i].low)) << i;
    draw(example::start - 60s, 6);
    EXPECT_TRUE(std::isnan(points[4].low)) << "nothing was known yet";
    EXPECT_FLOAT_EQ(points[5].mean, 4);
}

TEST(LogOverview, FindsTheWebBreak) {
    const example::World world;
    const LogOverview& overview = *world.overview;
    EXPECT_TRUE(overview.finished());
    EXPECT_FALSE(overview.error());
    EXPECT_EQ(overview.progress(), 1);
    std::vector<std::string> states;
    for (const LogOverview::Marker& m : overview.markers())
        if (world.plant.at(m.signal).id == "state") states.push_back(m.text);
    EXPECT_THAT(states, ElementsAre("Holding", "Held", "Unholding", "Execute"));

    const SignalIndex tension = world.plant.findSignal("battery/electrode/coating/coater-1/web-tension");
    const auto ranges = overview.ranges(tension);
    EXPECT_NEAR(ranges[overview.sliceOf(example::start + 5min)].low, 128, 5);
    EXPECT_NEAR(ranges[overview.sliceOf(example::start + 14min)].low, 4, 0.1);
    EXPECT_EQ(overview.attention()[overview.sliceOf(example::start + 14min)], Attention::LowLow) << "no tension";
    EXPECT_LT(overview.attention()[overview.sliceOf(example::start + 5min)], Attention::Low);
    EXPECT_TRUE(overview.ranges(world.plant.findSignal("battery/electrode/coating/coater-1/state")).empty());
    const SignalIndex mass = world.plant.findSignal("battery/electrode/coating/coater-1/areal-mass");
    EXPECT_TRUE(std::isnan(overview.ranges(mass)[overview.sliceOf(example::start + 14min)].low)) << "bad values are not drawn";
}

TEST(LogOverview, ADamagedLogShowsWhatCameBeforeTheDamage) {
    const plant::Plant plant = example::coatingLine();
    auto source = example::recording(plant, std::make_shared<StringTable>());
    source->failAfter(9000);
    const LogOverview overview{plant, std::move(source)};
    overview.wait();
    ASSERT_TRUE(overview.error());
    EXPECT_EQ(overview.error()->place, "log.mcap:1234");
    EXPECT_GT(overview.slices(), 0u);
    EXPECT_LT(overview.progress(), 1);
}

TEST(LogOverview, ConvertsToThePlantsUnitAndKeepsToItsBudget) {
    const plant::Plant plant = example::coatingLine();
    auto source = example::recording(plant, std::make_shared<StringTable>());
    const SignalIndex tension = plant.findSignal("battery/electrode/coating/coater-1/web-tension");
    source->conversions_[index(tension)] = {.scale = 10, .offset = 1};
    const LogOverview overview{plant, std::move(source), 64 << 10};
    overview.wait();
    EXPECT_LT(overview.slices(), 1000u);
    EXPECT_NEAR(overview.ranges(tension)[overview.sliceOf(example::start + 14min)].low, 41, 1);
}

} // namespace
} // namespace millwright::ui
