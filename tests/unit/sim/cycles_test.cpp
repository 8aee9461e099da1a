#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/describe.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>

#include <gmock/gmock.h>

#include <cmath>

// Failures that come by cycles.
namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;

/// A machine that always has work, and fails after so many cycles of 10 s for 30 s.
Process worn(const Distribution& cycles) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.stations = {{.id = "press",
                         .cycle = constantOf(10),
                         .failures = {{.id = "die", .clock = FailureClock::Cycles, .between = cycles, .repair = constantOf(30)}},
                         .to = toDone()}};
    return process;
}

Report after(const Process& process, Duration time) {
    Simulation run{modelOf(process), 1};
    EXPECT_TRUE(run.runTo(time));
    return run.report();
}

TEST(Cycles, AMachineFailsAfterSoMany) {
    Simulation run{modelOf(worn(constantOf(5))), 1};
    ASSERT_TRUE(run.runTo(50s));
    EXPECT_EQ(run.partsDone(), 5u) << "what it has finished leaves before it is down";
    EXPECT_EQ(run.activity(0), Activity::Down);
    ASSERT_TRUE(run.runTo(79'999ms));
    EXPECT_EQ(run.activity(0), Activity::Down);
    ASSERT_TRUE(run.runTo(800s));
    const StationReport report = run.report().stations[0];
    EXPECT_EQ(report.finished, 50u);
    EXPECT_EQ(report.failures, 10u);
    EXPECT_NEAR(report.working, 5.0 / 8, 1e-12);
    EXPECT_NEAR(report.down, 3.0 / 8, 1e-12);
}

// What is drawn is rounded up, and never less than one cycle.
TEST(Cycles, AreWholeOnes) {
    for (const auto& [drawn, cycles] : {std::pair{4.1, 5}, {0.2, 1}, {3.0, 3}}) {
        const double period = 10 * cycles + 30;
        EXPECT_NEAR(after(worn(constantOf(drawn)), durationFromSeconds(7 * period)).stations[0].down, 30 / period, 1e-12) << drawn;
    }
}

// The first has 10 s of work and fails after each cycle; its second part has nowhere to go until the machine behind it is done.
TEST(Cycles, WhatHasNoRoomStaysInAMachineThatIsDown) {
    Process process = worn(constantOf(1));
    process.stations[0].to = toStation(1);
    process.stations.push_back({.id = "slow", .cycle = constantOf(45), .to = toDone()});
    Simulation run{modelOf(process), 1};
    const auto at = [&](Duration time) {
        EXPECT_TRUE(run.runTo(time));
        return run.activity(0);
    };
    EXPECT_EQ(at(39s), Activity::Down);    // 10 to 40, the first part in the second machine from 10 to 55
    EXPECT_EQ(at(49s), Activity::Working); // 40 to 50
    EXPECT_EQ(at(79s), Activity::Down);    // 50 to 80, with a part: the second machine is free at 55, but gets nothing
    EXPECT_EQ(run.activity(1), Activity::Starved);
    EXPECT_EQ(at(81s), Activity::Working);
    EXPECT_EQ(run.activity(1), Activity::Working);
}

// After 2 cycles one failure, after 4 both, one after the other: 4 x 10 s of work, 7 s, then 12 s and 7 s.
TEST(Cycles, TwoFailuresAtOnceAreRepairedOneAfterTheOther) {
    Process process = worn(constantOf(4));
    process.stations[0].failures = {
        {.id = "die", .clock = FailureClock::Cycles, .between = constantOf(4), .repair = constantOf(12)},
        {.id = "oil", .clock = FailureClock::Cycles, .between = constantOf(2), .repair = constantOf(7)}};
    const StationReport report = after(process, 66s).stations[0];
    EXPECT_EQ(report.finished, 4u);
    EXPECT_EQ(report.failures, 3u);
    EXPECT_NEAR(report.down, 26 / 66.0, 1e-12);
}

// A batch is one cycle; set-ups are none; working time and calendar wear on beside.
TEST(Cycles, CountBatchesAndNoSetUps) {
    Process process = worn(constantOf(3));
    process.products.push_back({.id = "q"});
    process.sources = {{.id = "ps", .every = constantOf(5), .first = 0s, .to = toBuffer(0)},
                       {.id = "qs", .product = 1, .every = constantOf(5), .first = 0s, .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    process.stations[0].batch = 4;
    process.stations[0].setUps = {{.time = constantOf(1)}};
    process.maximumParts = 100'000;
    const Report report = after(process, 1h);
    EXPECT_EQ(report.stations[0].finished / 3, report.stations[0].failures);
}

// Each machine of a station counts its own, and a crew mends one after the other.
TEST(Cycles, EachMachineCountsItsOwn) {
    Process process = worn(constantOf(2));
    process.crews = {{.id = "fitter"}};
    process.stations[0].servers = 2;
    process.stations[0].failures[0].crew = 0;
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(109s)); // both work to 20; one is mended to 50, works to 70; the other is mended from 50 to 80, works on
    const Report report = run.report(); // the first is mended from 80 to 110
    EXPECT_EQ(report.stations[0].finished, 2u + 2u + 2u + 2u);
    EXPECT_EQ(report.stations[0].failures, 4u);
    EXPECT_NEAR(report.crews[0].busy, (109 - 20) / 109.0, 1e-12);
}

// A load that is handed over is a cycle of a vehicle.
TEST(Cycles, OfVehiclesAreLoads) {
    Process process;
    process.products = {{.id = "p"}};
    process.nodes = {{.id = "a"}, {.id = "b", .at = {{30, 0, 0}}}};
    process.edges = {{.id = "e", .from = 0, .to = 1, .length = 30}};
    process.fleets = {
        {.id = "amr",
         .speed = 1,
         .parking = {0},
         .failures = {{.id = "tyre", .clock = FailureClock::Cycles, .between = constantOf(3), .repair = constantOf(100)}}}};
    process.sources = {{.id = "in", .node = 0, .to = toStation(0)}};
    process.buffers = {{.id = "out", .node = 1, .to = takenBy(1)}};
    process.stations = {{.id = "carry", .carrying = Carrying{.fleet = 0}, .to = toBuffer(0)},
                        {.id = "end", .cycle = constantOf(1), .to = toDone()}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(150s)); // 30 s there, 30 s back: the third load arrives at 150
    EXPECT_EQ(run.vehicle(0, 0).activity, VehicleActivity::Down);
    ASSERT_TRUE(run.runTo(249s));
    EXPECT_EQ(run.vehicle(0, 0).activity, VehicleActivity::Down);
    ASSERT_TRUE(run.runTo(250s + 180s + 10s)); // back, there, back, there, back, there
    EXPECT_EQ(run.vehicle(0, 0).activity, VehicleActivity::Down);
    EXPECT_EQ(run.report().fleets[0].loads, 6u);
    EXPECT_EQ(run.report().fleets[0].failures, 2u);
}

// Renewal reward (Ross, Introduction to Probability Models, 7.4): of an exponential with mean m, rounded up, the mean is
// 1 / (1 - exp(-1 / m)); the load that is told without a run is that of a run.
TEST(Cycles, CountInTheLoadOfAStation) {
    Process process = worn(exponentialOf(3));
    process.sources = {{.id = "in", .every = exponentialOf(25), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    const double count = 1 / (1 - std::exp(-1.0 / 3)), time = 10 + 30 / count;
    const StationLoad load = loadsOf(process).front();
    EXPECT_NEAR(load.capacity, 3600 / time, 1e-6);
    const StationReport report = after(process, 3000h).stations[0];
    EXPECT_NEAR(report.working + report.down, time / 25, 0.01);
    process.sources[0].every = exponentialOf(18);
    EXPECT_EQ(overloadsOf(process).size(), 1u);
}

TEST(Cycles, GoOnFromWhatIsKnown) {
    const Model model = modelOf(worn(constantOf(5)));
    const InitialState initial{.stations = {{"press",
                                             {{.hand = Hand::Work,
                                               .inHand = {.known = Elapsed::Known::Exactly, .time = 4s},
                                               .cycles = {.known = Elapsed::Known::Exactly, .time = 3s}}}}}};
    Simulation run{model, 1, initial};
    ASSERT_TRUE(run.runTo(15'999ms));
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(16s));
    EXPECT_EQ(run.activity(0), Activity::Down);
    EXPECT_EQ(run.partsDone(), 2u);
}

TEST(Cycles, AreSaidAsNumbers) {
    const Process process = worn({.kind = DistributionKind::Weibull, .shape = 2, .scale = 4000});
    const std::vector<Fact> facts = factsOf(process);
    EXPECT_THAT(facts, testing::Contains(testing::Field(&Fact::value, "Weibull, scale 4000, shape 2, cycles")));
}

} // namespace
} // namespace millwright::sim
