#include "unit/twin/memory_source.hpp"

#include <millwright/twin/alarm_performance.hpp>

#include <gtest/gtest.h>

#include <random>

namespace millwright::twin {
namespace {

using namespace std::chrono_literals;
using testing::at;

/// A plant of three alarms, and the journal of what a test lets them do.
struct Bench {
    plant::Plant plant;
    std::vector<AlarmTransition> journal;

    Bench() {
        for (const auto priority : {plant::AlarmPriority::Low, plant::AlarmPriority::High, plant::AlarmPriority::Urgent}) {
            plant::Alarm alarm;
            alarm.priority = priority;
            plant.alarms.push_back(alarm);
        }
    }
    void raised(Duration time, std::uint32_t alarm = 0, bool masked = false) {
        journal.push_back({.time = at(0) + time,
                           .alarm = AlarmIndex{alarm},
                           .change = AlarmChange::Raised,
                           .state = masked ? AlarmDisplay::Shelved : AlarmDisplay::Unacknowledged,
                           .annunciated = !masked});
    }
    void returned(Duration time, std::uint32_t alarm = 0) {
        journal.push_back({.time = at(0) + time,
                           .alarm = AlarmIndex{alarm},
                           .change = AlarmChange::Returned,
                           .state = AlarmDisplay::ReturnedUnacknowledged});
    }
    void acknowledged(Duration time, std::uint32_t alarm = 0) {
        journal.push_back({.time = at(0) + time,
                           .alarm = AlarmIndex{alarm},
                           .action = 0,
                           .change = AlarmChange::Acknowledged,
                           .state = AlarmDisplay::Acknowledged});
    }
    /// `count` alarms of a minute each in the ten minutes from `from`.
    void burst(Duration from, int count) {
        for (int i = 0; i < count; ++i) {
            raised(from + i * 600s / count);
            returned(from + i * 600s / count + 6s);
        }
    }
    [[nodiscard]] AlarmMetrics measured(Duration from, Duration to) const {
        AlarmPerformance performance{plant, {at(0) + from, at(0) + to}};
        performance.apply(journal);
        return performance.finish();
    }
};

// The example of a flood detector: 3, 11, 14, 6 and 4 calls in ten minutes are one flood over the second to the fourth.
TEST(AlarmPerformance, AFloodLastsUntilCallsAreFew) {
    Bench bench;
    for (int i = 0; const int count : {3, 11, 14, 6, 4}) bench.burst(i++ * 600s, count);
    const AlarmMetrics metrics = bench.measured(0s, 3000s);
    ASSERT_EQ(metrics.floods.size(), 1u);
    EXPECT_EQ(metrics.floods[0].interval, (TimeInterval{at(600'000), at(2'400'000)}));
    EXPECT_EQ(metrics.floods[0].calls, 31u);
    EXPECT_EQ(metrics.floods[0].peak, 14u);
    EXPECT_DOUBLE_EQ(metrics.floodShare(), 0.6);
    EXPECT_EQ(metrics.peak(), 14u);
    EXPECT_EQ(metrics.calls, 38u);
    EXPECT_DOUBLE_EQ(metrics.callsInTenMinutes(), 7.6);
}

TEST(AlarmPerformance, QuietTenMinutesEndAFlood) {
    Bench bench;
    bench.burst(0s, 12);
    bench.burst(1200s, 12);
    EXPECT_EQ(bench.measured(0s, 1800s).floods.size(), 2u);
    bench.plant.alarmTargets.operators = 2;
    EXPECT_TRUE(bench.measured(0s, 1800s).floods.empty()) << "two share twelve calls";
}

TEST(AlarmPerformance, ChatteringIsThreeCyclesWithinAMinute) {
    Bench bench;
    for (const Duration start : {0s, 20s, 40s}) {
        bench.raised(start);
        bench.returned(start + 10s);
    }
    EXPECT_EQ(bench.measured(0s, 600s).alarms.at(0).chatters, 1u);
    bench.raised(55s); // goes on: the same spell
    bench.returned(58s);
    EXPECT_EQ(bench.measured(0s, 600s).alarms.at(0).chatters, 1u);
    for (const Duration start : {200s, 220s, 240s}) {
        bench.raised(start);
        bench.returned(start + 1s);
    }
    const AlarmMetrics metrics = bench.measured(0s, 600s);
    EXPECT_EQ(metrics.alarms.at(0).chatters, 2u);
    EXPECT_EQ(metrics.chattering(), 1u);
    EXPECT_EQ(metrics.fleeting(), 0u) << "it repeats";

    Bench slow;
    for (const Duration start : {0s, 20s, 51s}) {
        slow.raised(start);
        slow.returned(start + 10s);
    }
    EXPECT_EQ(slow.measured(0s, 600s).chattering(), 0u) << "three cycles in 61 s";
}

TEST(AlarmPerformance, FleetingIsWhatReturnsAtOnceThoughNobodyActed) {
    Bench bench;
    bench.raised(10s, 0);
    bench.returned(15s, 0);
    bench.raised(20s, 1);
    bench.acknowledged(21s, 1);
    bench.returned(22s, 1);
    bench.raised(30s, 2, true);
    bench.returned(31s, 2);
    const AlarmMetrics metrics = bench.measured(0s, 600s);
    EXPECT_EQ(metrics.fleeting(), 1u);
    EXPECT_EQ(metrics.calls, 2u) << "a masked alarm calls nobody";
}

TEST(AlarmPerformance, StandingAlarmsAreCountedOverTime) {
    Bench bench;
    bench.raised(0s, 0);
    bench.raised(50s, 1);
    bench.returned(100s, 1);
    bench.raised(120s, 2, true); // shelved: in another list
    const AlarmMetrics metrics = bench.measured(20s, 220s);
    EXPECT_DOUBLE_EQ(metrics.standingMean, (200.0 + 50.0) / 200);
    EXPECT_EQ(metrics.standingMost, 2u);
    EXPECT_EQ(metrics.standingAtEnd, 1u);
    ASSERT_EQ(metrics.alarms.size(), 3u);
    EXPECT_EQ(metrics.alarms[0].alarm, AlarmIndex{1}) << "the only one that called in the window";
    EXPECT_EQ(metrics.alarms[0].active, 50s);
    EXPECT_EQ(metrics.alarms[1].active, 200s);
    EXPECT_EQ(metrics.alarms[1].longest, 220s) << "it had stood since before the window";
    EXPECT_TRUE(metrics.alarms[1].activeAtEnd);
}

TEST(AlarmPerformance, StaleAlarmsAreCountedByDay) {
    Bench bench;
    bench.raised(1h, 0);
    bench.raised(2h, 1);
    bench.returned(25h + 1s, 0); // a second too long
    bench.returned(26h, 1);      // not too long
    bench.raised(30h, 1);        // from hour 54 on
    bench.raised(31h, 2);        // from hour 55 on
    const AlarmMetrics metrics = bench.measured(0h, 72h);
    EXPECT_EQ(metrics.staleMost, 2u);
    EXPECT_EQ(bench.measured(0h, 48h).staleMost, 1u);
    EXPECT_EQ(bench.measured(0h, 25h).staleMost, 0u);
}

TEST(AlarmPerformance, FindingsAreComparedWithTheTargets) {
    Bench bench;
    bench.burst(0s, 11);
    const auto finding = [&](std::string_view name) {
        const auto findings = findingsOf(bench.measured(0s, 600s), bench.plant.alarmTargets);
        return *std::ranges::find(findings, name, &AlarmFinding::name);
    };
    EXPECT_EQ(finding("average").value, 11);
    EXPECT_FALSE(finding("average").met);
    EXPECT_FALSE(finding("peak").met);
    EXPECT_EQ(finding("topTenShare").value, 1);
    EXPECT_FALSE(finding("floodShare").met);
    EXPECT_TRUE(finding("stale").met);
    bench.plant.alarmTargets.operators = 2;
    EXPECT_EQ(finding("peak").value, 5.5);
    EXPECT_TRUE(finding("peak").met);
    bench.plant.alarmTargets.stale = 0;
    EXPECT_FALSE(finding("stale").met) << "fewer than none";
}

TEST(AlarmPerformance, PrioritiesAddUp) {
    Bench bench;
    bench.raised(1s, 0);
    bench.raised(2s, 2);
    bench.raised(600s, 1); // at the very end: of the last ten minutes
    const AlarmMetrics metrics = bench.measured(0s, 600s);
    EXPECT_EQ(metrics.callsByPriority, (std::array<std::uint64_t, 4>{1, 0, 1, 1}));
    EXPECT_EQ(metrics.busy, (std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 3}}));
}

TEST(AlarmPerformance, AnEmptyJournalMeetsEveryTarget) {
    const Bench bench;
    const AlarmMetrics metrics = bench.measured(0s, 1s);
    EXPECT_EQ(metrics.periods, 1u);
    for (const AlarmFinding& each : findingsOf(metrics, bench.plant.alarmTargets)) EXPECT_TRUE(each.met) << each.name;
}

// Whichever way the journal is cut into pieces, the metrics are the same; calls of adjoining windows add up.
TEST(AlarmPerformance, PiecesAddUp) {
    std::mt19937_64 random{7};
    for (int round = 0; round < 100; ++round) {
        Bench bench;
        std::array<bool, 3> active{};
        Duration time{};
        while (time < 4000s) {
            time += std::chrono::milliseconds{random() % 60'000};
            const auto alarm = static_cast<std::uint32_t>(random() % 3);
            active[alarm] ? bench.returned(time, alarm) : bench.raised(time, alarm, random() % 4 == 0);
            active[alarm] = !active[alarm];
        }
        AlarmPerformance piecewise{bench.plant, {at(0), at(4'000'000)}};
        for (std::span<const AlarmTransition> rest{bench.journal}; !rest.empty();) {
            const std::size_t count = std::min<std::size_t>(rest.size(), 1 + random() % 5);
            piecewise.apply(rest.first(count));
            rest = rest.subspan(count);
        }
        const AlarmMetrics whole = bench.measured(0s, 4000s), pieces = piecewise.finish();
        EXPECT_EQ(pieces.busy, whole.busy);
        EXPECT_EQ(pieces.standingMean, whole.standingMean);
        EXPECT_EQ(pieces.fleeting(), whole.fleeting());
        const Duration cut = std::chrono::milliseconds{1 + random() % 3'999'998} + 1ns;
        EXPECT_EQ(bench.measured(0s, cut).calls + bench.measured(cut, 4000s).calls, whole.calls);
        EXPECT_NEAR(
            (bench.measured(0s, cut).standingMean * seconds(cut) + bench.measured(cut, 4000s).standingMean * seconds(4000s - cut)) /
                4000,
            whole.standingMean, 1e-9);
    }
}

} // namespace
} // namespace millwright::twin
