#include "unit/plant/files.hpp"

#include <gtest/gtest.h>

namespace millwright::plant {
namespace {

constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[pattern]]
id = "machine"
signal = [
    { id = "speed", unit = "m/min", limits = { low_low = 1, low = 2, high = 50, high_high = 60 } },
    { id = "set", unit = "m/s" },
    { id = "mode", type = "integer", states = ["manual", "auto"] },
]
alarm = [
    { id = "fast-{i}", kind = "high", signal = "speed", severity = "severe", respond_within = "5min", dead_band = 2, on_delay = "2s", action = "Slow machine {i} down" },
    { id = "off", kind = "deviation", signal = "speed", set_point = "set", limit = 3, priority = "urgent", latching = true, first_out = "g{i}", action = "a" },
    { id = "hand", kind = "state", signal = "mode", state = "auto", priority = "low", action = "a" },
    { id = "both", kind = "expression", expression = "m-{i}/speed > 5 and other/level < 2 'm'", suppressed_by = "mode == 'manual'", priority = "low", action = "a" },
]
[[equipment]]
path = "m"
like = "machine"
repeat = { count = 2 }
[[equipment.alarm]]
id = "hand"
name = "By hand"
state = "manual"
[[equipment]]
path = "other"
signal = [{ id = "level", unit = "mm" }]
)";

TEST(Alarms, AreReadMergedAndRepeated) {
    const Plant plant = loaded(plantText);
    ASSERT_EQ(plant.alarms.size(), 8u);
    const Alarm& fast = plant.alarms[4];
    EXPECT_EQ(fast.path, "m-2/fast-2");
    EXPECT_EQ(plant.findAlarm("m-2/fast-2"), AlarmIndex{4});
    EXPECT_EQ(plant.findAlarm("m-2/fast"), noAlarm);
    EXPECT_EQ(fast.limit, 50) << "the signal's own";
    EXPECT_EQ(fast.deadBand, 2);
    EXPECT_EQ(fast.onDelay, std::chrono::seconds{2});
    EXPECT_EQ(fast.priority, AlarmPriority::High) << "severe, 5 min";
    EXPECT_EQ(fast.action, "Slow machine 2 down");
    EXPECT_EQ(fast.maximumShelving, std::chrono::hours{8});
    EXPECT_EQ(plant.at(fast.signal).path, "m-2/speed");
    const Alarm& off = plant.alarms[1];
    EXPECT_EQ(off.firstOut, "g1");
    EXPECT_TRUE(off.latching);
    EXPECT_EQ(off.measure.signals.size(), 2u);
    const Alarm& hand = plant.alarms[2];
    EXPECT_EQ(hand.name, "By hand");
    EXPECT_EQ(hand.priority, AlarmPriority::Low) << "from the pattern";
    const Alarm& both = plant.alarms[7];
    EXPECT_EQ(plant.at(both.measure.signals.front()).path, "m-2/speed");
    EXPECT_FALSE(both.suppressedBy.empty());
}

struct OneValue {
    std::vector<double> numbers;
    [[nodiscard]] double number(SignalIndex signal) const { return numbers[index(signal)]; }
    [[nodiscard]] bool usable(SignalIndex) const { return true; }
    [[nodiscard]] std::string_view text(SignalIndex) const { return {}; }
};

TEST(Alarms, MeasuresAreInTheSignalsUnit) {
    const Plant plant = loaded(plantText);
    const OneValue values{{30, 0.25, 0, 5, 0, 0, 1000}};
    EXPECT_EQ(evaluate(plant.alarms[1].measure, values), 15) << "0.25 m/s are 15 m/min";
    EXPECT_EQ(evaluate(plant.alarms[2].measure, values), 1) << "manual";
    EXPECT_EQ(evaluate(plant.alarms[3].measure, values), 1);
    EXPECT_EQ(evaluate(plant.alarms[7].measure, values), 0) << "5 is not above 5";
}

// ISA-18.2, rationalisation: priority from the severity of the consequences and the time to respond; never lower when worse or
// shorter.
TEST(Alarms, PriorityGrowsWithSeverityAndHaste) {
    using namespace std::chrono_literals;
    EXPECT_EQ(priorityOf(AlarmSeverity::Severe, 3min), AlarmPriority::Urgent);
    EXPECT_EQ(priorityOf(AlarmSeverity::Minor, 1h), AlarmPriority::Low);
    const Duration times[] = {1min, 3min, 4min, 10min, 11min, 30min, 31min, 24h};
    for (std::size_t i = 0; i + 1 < std::size(times); ++i) {
        for (const auto severity : {AlarmSeverity::Minor, AlarmSeverity::Major, AlarmSeverity::Severe}) {
            EXPECT_GE(priorityOf(severity, times[i]), priorityOf(severity, times[i + 1]));
            if (severity == AlarmSeverity::Severe) continue;
            const auto worse = static_cast<AlarmSeverity>(static_cast<int>(severity) + 1);
            EXPECT_GE(priorityOf(worse, times[i]), priorityOf(severity, times[i]));
        }
    }
}

TEST(AlarmTargets, AreTheUsualOnesUnlessThePlantSaysOtherwise) {
    const AlarmTargets usual = loaded("format = 1\n[plant]\nid = \"p\"\n").alarmTargets;
    EXPECT_EQ(usual.operators, 1u);
    EXPECT_EQ(usual.average, 1);
    EXPECT_EQ(usual.peak, 10);
    EXPECT_EQ(usual.staleAfter, std::chrono::hours{24});
    const AlarmTargets own = loaded(textOf(testData / "plants-valid/everything.toml")).alarmTargets;
    EXPECT_EQ(own.operators, 2u);
    EXPECT_EQ(own.average, 0.5);
    EXPECT_EQ(own.peak, 8);
    EXPECT_EQ(own.floodBegins, 9);
    EXPECT_EQ(own.floodEnds, 4);
    EXPECT_EQ(own.floodShare, 0.02);
    EXPECT_EQ(own.topTen, 0.04);
    EXPECT_EQ(own.chattering, 1);
    EXPECT_EQ(own.fleeting, 2);
    EXPECT_EQ(own.stale, 6);
    EXPECT_EQ(own.fleetingWithin, std::chrono::seconds{3});
    EXPECT_EQ(own.staleAfter, std::chrono::hours{12});
}

} // namespace
} // namespace millwright::plant
