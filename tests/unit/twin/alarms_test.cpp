#include "unit/twin/memory_source.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/twin.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <format>
#include <string>

namespace millwright::twin {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Kind = OperatorAction::Kind;

plant::Plant plantWith(std::string_view alarms) {
    const std::string text = std::format(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "m"
signal = [
    {{ id = "level", unit = "mm", interpolation = "hold", limits = {{ low = 10, high = 90 }}, max_gap = "5s" }},
    {{ id = "wanted", unit = "cm", interpolation = "hold" }},
    {{ id = "state", type = "string" }},
]
alarm = [
{}
]
)",
                                         alarms);
    auto plant = plant::loadText(text, ".", "plant.toml");
    EXPECT_TRUE(plant) << (plant ? "" : plant.error().front().text());
    return plant ? *std::move(plant) : plant::Plant{};
}

/// One alarm, the rest of whose keys are given, and a twin of it.
struct Bench {
    plant::Plant plant;
    Twin twin;
    StringTable* strings = nullptr;

    explicit Bench(std::string_view keys)
        : Bench{keys, std::format("{{ id = 'a', priority = 'high', action = 'act', {} }},", keys)} {}
    Bench(std::string_view, const std::string& alarms) : plant{plantWith(alarms)}, twin{plant} {
        auto table = std::make_shared<StringTable>();
        strings = table.get();
        const std::vector<telemetry::Conversion> conversions(plant.signals.size());
        twin.connect(conversions, table);
        twin.reset(at(-1));
    }

    void send(std::int64_t ms, double value, std::uint32_t signal = 0, Quality quality = Quality::Good) {
        const telemetry::Sample sample = number(ms, signal, value, quality);
        twin.apply({&sample, 1});
    }
    void text(std::int64_t ms, std::string_view value) {
        const telemetry::Sample sample{at(ms), Value::of(strings->add(value)), SignalIndex{2}, ValueType::String, Quality::Good};
        twin.apply({&sample, 1});
    }
    const AlarmState& until(std::int64_t ms) {
        twin.advance(at(ms));
        return twin.alarms()[0];
    }
    Result<void> act(Kind kind, Duration duration = {}) {
        return twin.act({.alarm = AlarmIndex{0}, .kind = kind, .duration = duration});
    }
    /// "0 raised!, 500 returned": `!` calls for the operator.
    std::string journal() {
        std::string text;
        for (const AlarmTransition& each : twin.transitions())
            text += std::format("{}{} {}{}", text.empty() ? "" : ", ", (each.time - at(0)) / 1ms, wordOf(each.change),
                                each.annunciated ? "!" : "");
        return text;
    }
};

// OPC 10000-9, B.1.5: active beyond the limit, inactive only within it by more than the dead-band.
TEST(Alarm, HasADeadBand) {
    Bench bench{"kind = 'high', signal = 'level', dead_band = 5"};
    bench.send(0, 90);
    bench.send(100, 90.1);
    bench.send(200, 86);
    bench.send(300, 85);
    bench.send(400, 84.9);
    bench.send(500, 89);
    bench.until(600);
    EXPECT_EQ(bench.journal(), "100 raised!, 400 returned");
    Bench low{"kind = 'low', signal = 'level', dead_band = 5, limit = 20"};
    for (const auto& [ms, value] : {std::pair{0, 20.0}, {100, 19.0}, {200, 25.0}, {300, 25.5}}) low.send(ms, value);
    low.until(400);
    EXPECT_EQ(low.journal(), "100 raised!, 300 returned");
}

// OPC 10000-9, B.1.5: the delays count without interruption; filters come in the order limit, dead-band, delay.
TEST(Alarm, WaitsForItsDelays) {
    Bench bench{"kind = 'high', signal = 'level', dead_band = 5, on_delay = '1s', off_delay = '2s'"};
    bench.send(0, 95);
    bench.send(900, 84);
    bench.send(1000, 95);
    bench.send(1500, 88); // within the dead-band: still on
    EXPECT_EQ(bench.until(1999).phase, AlarmPhase::Normal);
    EXPECT_EQ(bench.until(2000).phase, AlarmPhase::Unacknowledged) << "a second after 1000";
    bench.send(3000, 80);
    bench.send(4500, 95);
    bench.send(5000, 80);
    EXPECT_TRUE(bench.until(6999).active);
    EXPECT_FALSE(bench.until(7000).active);
    EXPECT_EQ(bench.journal(), "2000 raised!, 7000 returned");
    bench.send(8000, 95);
    bench.send(9000, 80);
    EXPECT_EQ(bench.until(20000).raisedCount, 1u) << "a sample at the very end of the delay comes first";
}

// What has no value is neither on nor off: the alarm stays as it is, a delay starts anew.
TEST(Alarm, KeepsItsStateWithoutAUsableValue) {
    Bench bench{"kind = 'high', signal = 'level', on_delay = '1s'"};
    bench.send(0, 95);
    bench.send(500, 95, 0, Quality::Bad);
    EXPECT_FALSE(bench.until(5000).active) << "bad quality ended the delay";
    bench.send(6000, 95);
    EXPECT_TRUE(bench.until(7000).active);
    bench.send(8000, 0, 0, Quality::Stale);
    bench.send(9000, NAN);
    EXPECT_TRUE(bench.until(10000).active);
    bench.send(11000, 90 - 1e-9);
    EXPECT_FALSE(bench.until(11000).active);
}

TEST(Alarm, WatchesDeviations) {
    Bench bench{"kind = 'deviation', signal = 'level', set_point = 'wanted', limit = 3"};
    bench.send(0, 50);
    bench.until(100);
    EXPECT_EQ(bench.journal(), "") << "no set-point yet";
    bench.send(200, 5, 1); // 5 cm
    bench.send(300, 53.5);
    bench.send(400, 5.3, 1);
    bench.send(500, 49.5);
    bench.until(500);
    EXPECT_EQ(bench.journal(), "300 raised!, 400 returned, 500 raised!");
}

TEST(Alarm, WatchesRates) {
    Bench bench{"kind = 'rate', signal = 'level', limit = 10"};
    bench.send(0, 0);
    bench.send(1000, 10);  // 10 mm/s: not above
    bench.send(1500, 16);  // 12 mm/s
    bench.send(2500, 10);  // -6 mm/s
    bench.send(3000, 0);   // -20 mm/s
    bench.send(9000, 500); // after a gap of more than 5 s nothing is known
    EXPECT_TRUE(bench.until(9000).active);
    bench.send(9100, 500.1);
    bench.until(9200);
    EXPECT_EQ(bench.journal(), "1500 raised!, 2500 returned, 3000 raised!, 9100 returned");
}

TEST(Alarm, WatchesStatesAndConditions) {
    Bench state{"kind = 'state', signal = 'state', state = 'Aborted'"};
    state.text(0, "Execute");
    state.text(100, "Aborted");
    state.text(200, "Clearing");
    state.until(300);
    EXPECT_EQ(state.journal(), "100 raised!, 200 returned");
    Bench expression{"kind = 'expression', expression = \"level > 5 'cm' and state == 'Execute'\""};
    expression.send(0, 60);
    expression.text(0, "Held");
    expression.text(100, "Execute");
    // Both change at one instant: what lies between is never seen.
    expression.send(200, 10);
    expression.text(200, "Held");
    expression.send(300, 60);
    expression.text(300, "Held");
    expression.until(400);
    EXPECT_EQ(expression.journal(), "100 raised!, 200 returned");
}

TEST(Alarm, WatchesForSilence) {
    Bench bench{"kind = 'stale', signal = 'level', timeout = '10s', off_delay = '1s'"};
    EXPECT_FALSE(bench.until(60'000).active) << "a signal that never came is not stale";
    bench.send(60'000, 1);
    bench.send(65'000, 1);
    EXPECT_FALSE(bench.until(74'999).active);
    EXPECT_TRUE(bench.until(75'000).active);
    bench.send(80'000, 1);
    EXPECT_TRUE(bench.until(80'999).active);
    EXPECT_FALSE(bench.until(81'000).active);
    bench.send(82'000, 1, 0, Quality::Stale);
    EXPECT_TRUE(bench.until(82'000).active) << "the source says so";
    bench.send(83'000, 1);
    bench.send(93'000, 1);
    bench.until(93'000);
    EXPECT_EQ(bench.journal(), "75000 raised!, 81000 returned, 82000 raised!, 84000 returned");
}

// ISA-18.2 state diagram, G, and OPC 10000-9, 5.8.17: shelved once, for a time, at most for so long.
TEST(Alarm, CanBeShelved) {
    Bench bench{"kind = 'high', signal = 'level', maximum_shelving = '1h'"};
    bench.send(0, 95);
    bench.until(0);
    ASSERT_TRUE(bench.act(Kind::ShelveOneShot));
    EXPECT_EQ(bench.until(1000).display(), AlarmDisplay::Shelved);
    bench.send(2000, 50);
    EXPECT_EQ(bench.until(2000).display(), AlarmDisplay::ReturnedUnacknowledged) << "one shot ends with the alarm";
    ASSERT_TRUE(bench.act(Kind::ShelveTimed, 10s));
    bench.send(3000, 95);
    bench.send(4000, 50);
    bench.send(5000, 95);
    EXPECT_FALSE(bench.until(11'999).listed());
    EXPECT_EQ(bench.until(12'000).display(), AlarmDisplay::Unacknowledged) << "ten seconds from the call";
    EXPECT_EQ(bench.journal(), "0 raised!, 0 shelved, 2000 returned, 2000 unshelved, 2000 shelved, 3000 raised, 4000 returned, "
                               "5000 raised, 12000 unshelved!");
    ASSERT_TRUE(bench.act(Kind::ShelveOneShot));
    EXPECT_EQ(bench.until(12'000 + 3'600'000 - 1).display(), AlarmDisplay::Shelved);
    EXPECT_NE(bench.until(12'000 + 3'600'000).display(), AlarmDisplay::Shelved) << "the maximum ends one shot too";
    ASSERT_TRUE(bench.act(Kind::ShelveTimed, 1h));
    ASSERT_TRUE(bench.act(Kind::Unshelve));
    EXPECT_EQ(bench.act(Kind::ShelveTimed, 2h).error().text(),
              "m/a: it can be shelved for at most 1 h 00 min (BadShelvingTimeOutOfRange)");
    EXPECT_EQ(bench.act(Kind::Unshelve).error().text(), "m/a: it is not shelved (BadConditionNotShelved)");
    Bench never{"kind = 'high', signal = 'level', maximum_shelving = 0"};
    EXPECT_EQ(never.act(Kind::ShelveOneShot).error().text(), "m/a: it must not be shelved");
}

// ISA-18.2 state diagram, H and I: suppressed by design by logic, out of service by hand; masks overlap.
TEST(Alarm, IsSuppressedByDesignAndTakenOutOfService) {
    Bench bench{"kind = 'high', signal = 'level', suppressed_by = \"state == 'Stopped'\""};
    bench.text(0, "Stopped");
    bench.send(100, 95);
    EXPECT_EQ(bench.until(100).display(), AlarmDisplay::SuppressedByDesign);
    ASSERT_TRUE(bench.act(Kind::TakeOutOfService));
    EXPECT_EQ(bench.until(100).display(), AlarmDisplay::OutOfService);
    EXPECT_EQ(bench.act(Kind::TakeOutOfService).error().text(), "m/a: it is out of service already");
    bench.text(200, "Execute");
    EXPECT_FALSE(bench.until(200).listed()) << "still out of service";
    ASSERT_TRUE(bench.act(Kind::ReturnToService));
    EXPECT_EQ(bench.until(200).display(), AlarmDisplay::Unacknowledged);
    EXPECT_EQ(bench.act(Kind::ReturnToService).error().text(), "m/a: it is in service");
    EXPECT_EQ(bench.journal(), "0 suppressed, 100 raised, 100 out of service, 200 unsuppressed, 200 in service!");
    ASSERT_TRUE(bench.act(Kind::Acknowledge));
    bench.send(300, 50);
    bench.text(400, "Stopped");
    bench.send(500, 95);
    bench.send(600, 50);
    bench.text(700, "Execute");
    EXPECT_EQ(bench.until(700).display(), AlarmDisplay::Normal) << "what nobody was called for needs no acknowledgement";
    bench.send(800, 95);
    bench.text(900, "Stopped");
    bench.send(1000, 50);
    bench.text(1100, "Execute");
    EXPECT_EQ(bench.until(1100).display(), AlarmDisplay::ReturnedUnacknowledged) << "somebody was called for this one";
}

// ISA-18.2 state diagram, B to E to F to A; OPC 10000-9, 5.8.5.
TEST(Alarm, IsAcknowledgedLatchedAndReset) {
    Bench bench{"kind = 'high', signal = 'level', latching = true"};
    EXPECT_EQ(bench.act(Kind::Acknowledge).error().text(), "m/a: there is nothing to acknowledge (BadConditionBranchAlreadyAcked)");
    bench.send(0, 95);
    bench.send(100, 50);
    EXPECT_EQ(bench.until(100).display(), AlarmDisplay::LatchedUnacknowledged);
    EXPECT_FALSE(bench.act(Kind::Reset)) << "not acknowledged";
    ASSERT_TRUE(bench.act(Kind::Acknowledge));
    EXPECT_EQ(bench.until(100).display(), AlarmDisplay::LatchedAcknowledged);
    ASSERT_TRUE(bench.act(Kind::Reset));
    EXPECT_EQ(bench.until(100).display(), AlarmDisplay::Normal);
    ASSERT_TRUE(bench.act(Kind::Comment));
    EXPECT_EQ(bench.journal(), "0 raised!, 100 returned, 100 acknowledged, 100 reset, 100 commented");
}

// OPC 10000-9, 5.8.2: ReAlarmTime.
TEST(Alarm, IsRaisedAgain) {
    Bench bench{"kind = 'high', signal = 'level', re_alarm = '10s'"};
    bench.send(0, 95);
    bench.until(5000);
    ASSERT_TRUE(bench.act(Kind::Acknowledge));
    EXPECT_EQ(bench.until(14'999).phase, AlarmPhase::Acknowledged);
    EXPECT_EQ(bench.until(15'000).phase, AlarmPhase::Unacknowledged);
    bench.send(26'000, 50);
    EXPECT_EQ(bench.until(99'000).raisedCount, 3u);
    EXPECT_EQ(bench.journal(), "0 raised!, 5000 acknowledged, 15000 re-alarmed!, 25000 re-alarmed!, 26000 returned");
}

// Whatever the clocks of a plant say: 1970-01-01T00:00:00Z is a time like any other, and so is the earliest.
TEST(Alarm, IsRaisedAgainAtAnyTime) {
    for (const Time again : {Time{}, Time{Duration{1}}, Time{Duration{-1}}}) {
        Bench bench{"kind = 'high', signal = 'level', re_alarm = '10s'"};
        const telemetry::Sample sample{again - 10s, Value::of(95.0), SignalIndex{0}, ValueType::Float, Quality::Good};
        bench.twin.reset(again - 11s);
        bench.twin.apply({&sample, 1});
        bench.twin.advance(again - 5s);
        const telemetry::Keyframe keyframe{.time = again - 5s, .entries = {{.last = sample, .integral = {}}}};
        bench.twin.restore(keyframe, bench.twin.checkpoint()); // as a jump in a replay does
        bench.twin.advance(again + 1s);
        EXPECT_EQ(bench.twin.alarms()[0].raisedCount, 2u) << again.time_since_epoch();
    }
}

TEST(Alarm, IsJudgedFromTheEarliestTimeOn) {
    Bench bench{"kind = 'stale', signal = 'level', timeout = '1h'"};
    bench.twin.reset(Time::min());
    const telemetry::Sample samples[] = {
        {Time::min(), Value::of(95.0), SignalIndex{0}, ValueType::Float, Quality::Good},
        {Time::min() + 30min, Value::of(95.0), SignalIndex{0}, ValueType::Float, Quality::Good},
    };
    bench.twin.apply(samples);
    bench.twin.advance(Time::min() + 1h);
    EXPECT_FALSE(bench.twin.alarms()[0].active);
    bench.twin.advance(Time::min() + 91min);
    EXPECT_TRUE(bench.twin.alarms()[0].active);
    bench.twin.reset(Time{}); // a feed whose first sample is older than anything
    bench.twin.apply({samples, 1});
    EXPECT_FALSE(bench.twin.alarms()[0].active);
}

TEST(Alarm, RaisedAgainBehindAMaskCallsForNobody) {
    Bench bench{"kind = 'high', signal = 'level', re_alarm = '10s'"};
    ASSERT_TRUE(bench.act(Kind::TakeOutOfService));
    bench.send(0, 95);
    bench.send(15'000, 50);
    bench.until(15'000);
    ASSERT_TRUE(bench.act(Kind::ReturnToService));
    EXPECT_EQ(bench.until(15'000).display(), AlarmDisplay::Normal) << "nobody was called: there is nothing to acknowledge";
    EXPECT_EQ(bench.journal(), "-1 out of service, 0 raised, 10000 re-alarmed, 15000 returned, 15000 in service");
}

// Two signals that change together never show a state in between, suppression included.
TEST(Alarm, ThatEndsWithItsSuppressionCallsForNobody) {
    Bench bench{"kind = 'high', signal = 'level', suppressed_by = \"state == 'Stopped'\""};
    bench.text(0, "Stopped");
    bench.send(100, 95);
    bench.send(200, 50);
    bench.text(200, "Execute");
    bench.text(300, "Stopped");
    bench.send(300, 95);
    bench.text(400, "Execute");
    bench.until(400);
    EXPECT_EQ(bench.journal(),
              "0 suppressed, 100 raised, 200 returned, 200 unsuppressed, 300 suppressed, 300 raised, 400 unsuppressed!");
}

// Times before 1970 are times.
TEST(Alarm, WaitsForItsDelaysAtAnyTime) {
    for (const Time start : {Time{} - 24h, Time::min() + 1h, Time::max() - 1h}) {
        Bench bench{"kind = 'high', signal = 'level', on_delay = '1s'"};
        bench.twin.reset(start);
        const telemetry::Sample high{start + 1s, Value::of(95.0), SignalIndex{0}};
        bench.twin.apply({&high, 1});
        bench.twin.advance(start + 2s - 1ns);
        EXPECT_FALSE(bench.twin.alarms()[0].active) << formatTime(start);
        bench.twin.advance(start + 2s);
        EXPECT_TRUE(bench.twin.alarms()[0].active) << formatTime(start);
    }
}

// OPC 10000-9, 5.8.2: FirstInGroup; the mark stays until the whole group is normal.
TEST(Alarm, TheFirstOfAGroupIsMarked) {
    const std::string common = "priority = 'high', action = 'act', first_out = 'g', signal = 'level', kind = 'high'";
    Bench bench{
        "",
        std::format("{{ id = 'a', limit = 60, {0} }}, {{ id = 'b', limit = 50, {0} }}, {{ id = 'c', limit = 60, {0} }},", common)};
    bench.send(0, 55);
    bench.send(100, 65);
    bench.until(100);
    EXPECT_FALSE(bench.twin.alarms()[0].firstOut);
    EXPECT_TRUE(bench.twin.alarms()[1].firstOut);
    bench.send(200, 10);
    bench.until(200);
    EXPECT_TRUE(bench.twin.alarms()[1].firstOut) << "returned, not acknowledged";
    for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(bench.twin.act({.alarm = AlarmIndex{i}, .kind = Kind::Acknowledge}));
    EXPECT_FALSE(bench.twin.alarms()[1].firstOut);
    bench.send(300, 100);
    bench.until(300);
    EXPECT_TRUE(bench.twin.alarms()[0].firstOut) << "at one instant, the first in the plant's order";
}

TEST(Alarm, TheFirstOfAGroupToCallIsMarkedWhereverItWasRaised) {
    const std::string common = "priority = 'high', action = 'act', first_out = 'g', signal = 'level', kind = 'high'";
    Bench bench{"", std::format("{{ id = 'a', limit = 50, {0} }}, {{ id = 'b', limit = 60, {0} }},", common)};
    ASSERT_TRUE(bench.act(Kind::TakeOutOfService));
    bench.send(0, 55);
    bench.until(0);
    EXPECT_FALSE(bench.twin.alarms()[0].firstOut) << "raised behind a mask";
    ASSERT_TRUE(bench.act(Kind::ReturnToService));
    bench.send(100, 65);
    bench.until(100);
    EXPECT_TRUE(bench.twin.alarms()[0].firstOut);
    EXPECT_FALSE(bench.twin.alarms()[1].firstOut);
}

// Five thousand alarms in one second: every transition is there, in order.
TEST(Alarm, AFloodLosesNothing) {
    constexpr std::uint32_t count = 5000;
    std::string text = "format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'm'\nrepeat = { count = 5000 }\n"
                       "signal = [{ id = 's', interpolation = 'hold' }]\n"
                       "alarm = [{ id = 'a', kind = 'high', signal = 's', limit = 1, priority = 'low', action = 'act' }]\n";
    const auto plant = plant::loadText(text, ".", "plant.toml");
    ASSERT_TRUE(plant) << plant.error().front().text();
    std::vector<telemetry::Sample> samples;
    for (std::uint32_t i = 0; i < count; ++i) {
        samples.push_back({at(0) + Duration{i} * 200'000, Value::of(2.0), SignalIndex{i}});
        samples.push_back({at(500) + Duration{i} * 200'000, Value::of(0.0), SignalIndex{i}});
    }
    auto replay = Replay::open(*plant, std::make_unique<MemorySource>(count, samples));
    ASSERT_TRUE(replay);
    ASSERT_TRUE(replay->runTo(replay->log().to));
    const auto transitions = replay->transitions();
    EXPECT_EQ(transitions.size(), 2 * count);
    EXPECT_TRUE(std::ranges::is_sorted(transitions, {}, &AlarmTransition::time));
    EXPECT_EQ(std::ranges::count(transitions, AlarmChange::Raised, &AlarmTransition::change), count);
}

} // namespace
} // namespace millwright::twin
