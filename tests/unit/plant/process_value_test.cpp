#include <millwright/plant/load.hpp>
#include <millwright/plant/process_value.hpp>

#include <gmock/gmock.h>

#include <cmath>

namespace millwright::plant {
namespace {

constexpr std::string_view text = R"(format = 1
[plant]
id = "p"
[[process.source]]
id = "in"
every = { kind = "erlang", mean = "2min", shape = 2 }
to = "rack.1"
[[process.buffer]]
id = "rack.1"
capacity = 5
to = "saw"
[[process.station]]
id = "saw"
servers = 2
cycle = { kind = "triangular", low = 45, mode = 50, high = 70 }
failure = [{ id = "die", between = { kind = "weibull", scale = "8h", shape = 2 }, repair = { kind = "lognormal", mean = "20min", sigma = 0.8 }, crew = "fitters" }]
setup = [{ time = 30 }]
ways = [{ to = "done", share = 0.9 }, { to = "scrap", share = 0.1 }]
[[process.crew]]
id = "fitters"
size = 3
)";

Process process() {
    return *loadText(text, "/nonexistent")->process;
}

TEST(ProcessValue, NamesEveryNumberAsTheFileDoes) {
    std::vector<std::string> told;
    for (const ProcessValue& value : valuesOf(process())) told.push_back(value.key + " = " + inWords(value.measure, value.value));
    EXPECT_THAT(told, testing::ElementsAre(
                          "source.in.every = 2 min 00 s", "source.in.every.mean = 2 min 00 s", "source.in.every.shape = 2",
                          "buffer.rack.1.capacity = 5", "station.saw.servers = 2", "station.saw.batch = 1",
                          "station.saw.cycle = 55 s", "station.saw.cycle.low = 45 s", "station.saw.cycle.high = 1 min 10 s",
                          "station.saw.cycle.mode = 50 s", "station.saw.setup.any.any = 30 s",
                          "station.saw.setup.any.any.mean = 30 s", "station.saw.failure.die.between = 7 h 05 min",
                          "station.saw.failure.die.between.shape = 2", "station.saw.failure.die.between.scale = 8 h 00 min",
                          "station.saw.failure.die.repair = 20 min 00 s", "station.saw.failure.die.repair.mean = 20 min 00 s",
                          "station.saw.failure.die.repair.deviation = 18 min 56 s", "station.saw.failure.die.repair.low = 0 s",
                          "station.saw.ways.done = 0.9", "station.saw.ways.scrap = 0.1", "crew.fitters.size = 3"));
}

TEST(ProcessValue, NamesThoseOfConveyors) {
    Process conveyed = process();
    conveyed.stations.push_back({.id = "belt", .conveying = Conveying{12, 0.5, 1.5, true, 4}});
    std::vector<std::string> told;
    for (const ProcessValue& value : valuesOf(conveyed))
        if (value.key.starts_with("conveyor.")) told.push_back(value.key + " = " + inWords(value.measure, value.value));
    EXPECT_THAT(told, testing::ElementsAre("conveyor.belt.length = 12", "conveyor.belt.speed = 0.5", "conveyor.belt.pitch = 1.5",
                                           "conveyor.belt.zones = 4"));
    ASSERT_TRUE(setValue(conveyed, "conveyor.belt.speed", 0.25));
    EXPECT_EQ(conveyed.stations.back().conveying->speed, 0.25);
}

// What is counted is no time.
TEST(ProcessValue, CyclesBetweenFailuresAreANumber) {
    Process own = process();
    own.stations[0].failures[0].clock = FailureClock::Cycles;
    own.stations[0].failures[0].between = {.mean = 5000};
    const auto value = valueOf(own, "station.saw.failure.die.between");
    ASSERT_TRUE(value);
    EXPECT_EQ(inWords(value->measure, value->value), "5000");
    ASSERT_TRUE(setValue(own, value->key, 6000));
    EXPECT_EQ(own.stations[0].failures[0].between.mean, 6000);
}

// A longer mean makes everything longer alike; the number behind it changes alone.
TEST(ProcessValue, StretchesADistributionOrSetsOneNumberOfIt) {
    Process changed = process();
    ASSERT_TRUE(setValue(changed, "station.saw.cycle", 110));
    EXPECT_DOUBLE_EQ(changed.stations[0].cycle.low, 90);
    EXPECT_DOUBLE_EQ(changed.stations[0].cycle.mode, 100);
    EXPECT_DOUBLE_EQ(changed.stations[0].cycle.high, 140);
    ASSERT_TRUE(setValue(changed, "station.saw.cycle.mode", 95));
    EXPECT_DOUBLE_EQ(changed.stations[0].cycle.high, 140);
    EXPECT_DOUBLE_EQ(changed.stations[0].cycle.mode, 95);
    const double before = changed.stations[0].failures[0].repair.deviation / changed.stations[0].failures[0].repair.mean;
    ASSERT_TRUE(setValue(changed, "station.saw.failure.die.repair", 60));
    EXPECT_DOUBLE_EQ(changed.stations[0].failures[0].repair.deviation / 60, before);
    ASSERT_TRUE(setValue(changed, "station.saw.failure.die.between", 3600));
    EXPECT_NEAR(changed.stations[0].failures[0].between.scale, 3600 / std::sqrt(std::acos(-1.0)) * 2,
                1e-9); // Gamma(1.5) = sqrt(pi) / 2
    ASSERT_TRUE(setValue(changed, "buffer.rack.1.capacity", 7));
    EXPECT_EQ(changed.buffers[0].capacity, 7u);
    ASSERT_TRUE(setValue(changed, "station.saw.ways.scrap", 0.3));
    EXPECT_EQ(changed.stations[0].to.branches[1].share, 0.3);
}

TEST(ProcessValue, MeansOfAllDistributions) {
    using enum DistributionKind;
    EXPECT_DOUBLE_EQ(meanTimeOf({.kind = Uniform, .low = 10, .high = 30}), 20);
    EXPECT_DOUBLE_EQ(meanTimeOf({.kind = Beta, .low = 10, .high = 30, .shape = 1, .shape2 = 3}), 15);
    EXPECT_DOUBLE_EQ(meanTimeOf({.kind = Discrete, .values = {10, 20}, .weights = {3, 1}}), 12.5);
    EXPECT_DOUBLE_EQ(meanTimeOf({.kind = Empirical, .values = {0, 10, 40}}), 15);
}

TEST(ProcessValue, RefusesWhatThereIsNot) {
    Process changed = process();
    EXPECT_EQ(valueOf(changed, "station.saw.cycel").error().message,
              "the process has no value 'station.saw.cycel': did you mean 'station.saw.cycle'?");
    EXPECT_EQ(setValue(changed, "station.saw.servers", 1.5).error().message,
              "station.saw.servers cannot be 1.5: it is a whole number from 0 on");
    EXPECT_FALSE(setValue(changed, "station.saw.servers", -1));
    EXPECT_FALSE(setValue(changed, "station.saw.cycle", std::nan("")));
}

} // namespace
} // namespace millwright::plant
