#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/cost.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/statistics.hpp>
#include <millwright/sim/study.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

double shareOf(const FleetReport& report, VehicleActivity activity) {
    return report.shares[static_cast<std::size_t>(activity)];
}

void reach(Simulation& run, Duration time) {
    const auto done = run.runTo(time);
    ASSERT_TRUE(done) << done.error().text();
}

Place buffer(std::uint32_t index) {
    return {PlaceKind::Buffer, index};
}

/// Blanks that never run out at node 0, carried to node 1 and taken from there at once. Nodes and edges are for the test to add.
Process shuttle(std::uint32_t vehicles) {
    Process process;
    process.products = {{.id = "part"}};
    process.nodes = {{.id = "pick-up"}, {.id = "put-down"}};
    process.fleets = {{.id = "amr", .vehicles = vehicles, .speed = 1, .parking = {0}}};
    process.sources = {{.id = "blanks", .node = 0, .to = toStation(0)}};
    process.buffers = {{.id = "brought", .node = 1, .to = takenBy(1)}};
    process.stations = {{.id = "carry", .carrying = Carrying{.fleet = 0}, .to = toBuffer(0)},
                        {.id = "eat", .cycle = constantOf(0.001), .to = toDone()}};
    return process;
}

// One vehicle round a loop: 60 m with a load at 1 m/s, 5 s to unload, 40 m back at 2 m/s, 10 s to load. 95 s in all, for ever.
TEST(Fleet, OneVehicleOnALoopTakesItsCycle) {
    Process process = shuttle(1);
    process.fleets[0].speed = 2;
    process.fleets[0].loadedSpeed = 1;
    process.stations[0].carrying = Carrying{.fleet = 0, .load = constantOf(10), .unload = constantOf(5)};
    process.edges = {{.id = "there", .from = 0, .to = 1, .length = 60, .lanes = Lanes::OneWay},
                     {.id = "back", .from = 1, .to = 0, .length = 40, .lanes = Lanes::OneWay}};
    Simulation run{*Model::make(process), 1};
    ASSERT_TRUE(run.runTo(std::chrono::seconds{95 * 1000}));
    const Report report = run.report();
    EXPECT_EQ(report.fleets[0].loads, 1000u);
    EXPECT_NEAR(shareOf(report.fleets[0], VehicleActivity::Loaded), 60.0 / 95, 1e-9);
    EXPECT_NEAR(shareOf(report.fleets[0], VehicleActivity::Handling), 15.0 / 95, 1e-9);
    EXPECT_NEAR(shareOf(report.fleets[0], VehicleActivity::Empty), 20.0 / 95, 1e-9);
    EXPECT_NEAR(report.fleets[0].driven, 100'000, 1e-6);
    EXPECT_NEAR(report.stations[0].working, 1, 1e-9);
    EXPECT_EQ(report.stations[0].finished, 1000u);
    // A limit of 0.5 m/s on the way there takes 60 s more.
    process.edges[0].speedLimit = 0.5;
    Simulation slow{*Model::make(process), 1};
    ASSERT_TRUE(slow.runTo(std::chrono::seconds{155 * 100}));
    EXPECT_EQ(slow.report().fleets[0].loads, 100u);
}

/// Two vehicles on one lane of two times 50 m, with a place to pass in the middle.
Process lane(std::uint32_t roomInTheMiddle) {
    Process process = shuttle(2);
    process.nodes.push_back({.id = "middle", .room = roomInTheMiddle});
    process.nodes.push_back({.id = "park", .room = 2});
    process.fleets[0].parking = {3};
    process.edges = {{.id = "left", .from = 0, .to = 2, .length = 50},
                     {.id = "right", .from = 2, .to = 1, .length = 50},
                     {.id = "spur", .from = 2, .to = 3, .length = 10, .lanes = Lanes::Double}};
    return process;
}

// Each vehicle takes 200 s for its round and they meet only where they can pass: a load every 100 s, and nobody waits for another.
TEST(Fleet, TwoVehiclesPassWhereThereIsRoom) {
    Simulation run{*Model::make(lane(2)), 1};
    reach(run, 1h);
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(1h + 20'000s));
    const Report report = run.report();
    EXPECT_EQ(report.fleets[0].loads, 200u);
    EXPECT_NEAR(shareOf(report.fleets[0], VehicleActivity::Blocked), 0, 1e-9);
    EXPECT_NEAR(shareOf(report.fleets[0], VehicleActivity::Loaded), 0.5, 1e-9);
}

TEST(Fleet, ADeadlockIsNamedWithWhoWaitsForWhom) {
    Simulation run{*Model::make(lane(1)), 1};
    const auto done = run.runTo(10h);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Invalid);
    EXPECT_EQ(done.error().place, "fleet 'amr'");
    EXPECT_THAT(done.error().message,
                testing::MatchesRegex("deadlock after .*: vehicle . of fleet 'amr' (at|before) node '.*' waits for .*, "
                                      "where vehicle . of fleet 'amr' .* waits for .*, where vehicle . of fleet 'amr' "
                                      "is; give a node where they can pass each other more 'room'.*"));
}

// Erlang's delay formula: where nothing has to be driven, vehicles are the servers of an M/M/c queue and loading is the service
// (Erlang 1917; Gross and others, Fundamentals of Queueing Theory, 4th ed., 2.3).
TEST(Fleet, VehiclesThatStandWhereTheyLoadAreAnMMCQueue) {
    constexpr std::uint32_t c = 3;
    constexpr double lambda = 0.08, mu = 1.0 / 30, a = lambda / mu, rho = a / c;
    double sum = 0, term = 1; // a^n / n!
    for (std::uint32_t n = 0; n < c; ++n) {
        sum += term;
        term *= a / (n + 1);
    }
    const double delayed = term / (1 - rho) / (sum + term / (1 - rho));
    const double wait = delayed / (c * mu - lambda);
    Process process = shuttle(c);
    process.nodes = {{.id = "yard", .room = c}};
    process.sources = {{.id = "in", .every = exponentialOf(1 / lambda), .to = toBuffer(1)}};
    process.buffers = {{.id = "brought", .node = 0, .to = takenBy(1)}, {.id = "queue", .node = 0, .to = takenBy(0)}};
    process.stations[0].carrying->load = exponentialOf(1 / mu);
    process.length = 400h;
    process.warmUp = 10h;
    const StudyResult result = *study({{"base", "As it is", *Model::make(process)}}, {.replications = 60, .confidence = 0.999});
    const auto metric = [&](std::string_view id) {
        return std::ranges::find(result.scenarios[0].metrics, id, &MetricResult::id)->estimate;
    };
    EXPECT_NEAR(metric("wait/queue").mean, wait, metric("wait/queue").halfWidth);
    EXPECT_LT(metric("wait/queue").halfWidth, 0.05 * wait);
    EXPECT_NEAR(metric("vehicleHandling/amr").mean, rho, metric("vehicleHandling/amr").halfWidth);
    EXPECT_NEAR(metric("loads/amr").mean, lambda * 3600, metric("loads/amr").halfWidth);
}

/// Two fleets on one network of aisles with docks: batches, a machine without a buffer behind it, rework, and little room.
Process factory() {
    Process process;
    process.products = {{.id = "a", .priority = 1}, {.id = "b", .priority = 2}};
    for (const char* id : {"n0", "n1", "n2", "n3"}) process.nodes.push_back({.id = id, .room = 1});
    process.nodes.push_back({.id = "yard", .room = 4});
    process.nodes.push_back({.id = "charger", .room = 1});
    for (const char* id : {"raw", "press-in", "wash", "store", "press-out"}) process.nodes.push_back({.id = id});
    for (std::uint32_t i = 0; i < 4; ++i) // a ring of one-way aisles, a dock at each of its corners
        process.edges.push_back(
            {.id = std::format("aisle-{}", i), .from = i, .to = (i + 1) % 4, .length = 15, .lanes = Lanes::OneWay});
    for (std::uint32_t i = 0; i < 4; ++i)
        process.edges.push_back({.id = std::format("dock-{}", i), .from = i, .to = 6 + i, .length = 4});
    process.edges.push_back({.id = "dock-out", .from = 1, .to = 10, .length = 4});
    process.edges.push_back({.id = "yard-spur", .from = 0, .to = 4, .length = 6, .lanes = Lanes::Double});
    process.edges.push_back({.id = "charger-spur", .from = 2, .to = 5, .length = 5});
    process.fleets = {
        {.id = "amr",
         .vehicles = 2,
         .speed = 1.2,
         .parking = {4},
         .battery = Battery{.capacity = 0.5, .driving = 0.4, .standing = 0.05, .charging = 1.5},
         .chargers = {5}},
        {.id = "tugger", .vehicles = 1, .speed = 1, .loadedSpeed = 0.8, .dispatch = Dispatch::LongestWaiting, .parking = {4}}};
    process.sources = {{.id = "in-a", .every = exponentialOf(150), .to = toBuffer(0)},
                       {.id = "in-b", .product = 1, .every = exponentialOf(400), .to = toBuffer(0)}};
    process.buffers = {{.id = "raw-rack", .capacity = 12, .discipline = Discipline::Priority, .node = 6, .to = takenBy(0)},
                       {.id = "before-press", .capacity = 6, .node = 7, .to = takenBy(1)},
                       {.id = "before-wash", .capacity = 4, .node = 8, .to = takenBy(3)},
                       {.id = "washed", .capacity = 12, .node = 8, .to = takenBy(4)},
                       {.id = "store", .capacity = 20, .node = 9, .to = takenBy(5)},
                       {.id = "again", .capacity = 12, .node = 9, .to = takenBy(6)}};
    process.stations = {
        {.id = "bring", .carrying = Carrying{.fleet = 0, .load = constantOf(8), .unload = exponentialOf(6)}, .to = toBuffer(1)},
        {.id = "press", .cycle = exponentialOf(60), .node = 10, .to = toStation(2)},
        {.id = "fetch", .carrying = Carrying{.fleet = 0, .load = constantOf(5)}, .to = toBuffer(2)},
        {.id = "wash", .cycle = constantOf(70), .to = toBuffer(3)},
        {.id = "train",
         .batch = 3,
         .carrying = Carrying{.fleet = 1, .load = constantOf(30), .unload = constantOf(30)},
         .to = toBuffer(4)},
        {.id = "check",
         .cycle = exponentialOf(50),
         .to = {.branches = {{.to = {PlaceKind::Done}, .share = 0.9}, {.to = buffer(5), .share = 0.1}}}},
        {.id = "return", .carrying = Carrying{.fleet = 1}, .to = toBuffer(2)}};
    return process;
}

// A press is brought its next part while its last one can only be fetched from where that waits.
TEST(Fleet, ADockThatIsBothWayInAndOutIsNamed) {
    Process process = shuttle(2);
    process.nodes = {{.id = "raw"}, {.id = "out"}, {.id = "press"}, {.id = "yard", .room = 2}};
    for (std::uint32_t i = 0; i < 3; ++i)
        process.edges.push_back({.id = process.nodes[i].id + "-spur", .from = 3, .to = i, .length = 10});
    process.fleets[0].parking = {3};
    process.stations = {{.id = "bring", .carrying = Carrying{.fleet = 0}, .to = toStation(2)},
                        {.id = "eat", .cycle = constantOf(0.001), .to = toDone()},
                        {.id = "press", .cycle = constantOf(100), .node = 2, .to = toStation(3)},
                        {.id = "fetch", .carrying = Carrying{.fleet = 0}, .to = toBuffer(0)}};
    Simulation run{*Model::make(process), 1};
    const auto done = run.runTo(1h);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message,
                HasSubstr("at node 'press' has no room for its load in station 'press', behind which nothing can move"));
    EXPECT_THAT(done.error().message, HasSubstr("waits for node 'press', where vehicle"));
}

// A load is fetched only when there is room for it, which is then kept: two vehicles never bring three parts to a rack of two.
TEST(Fleet, KeepsRoomForWhatItBrings) {
    Process process = lane(2);
    process.buffers[0].capacity = 2;
    process.stations[1].cycle = constantOf(1000);
    Simulation run{*Model::make(process), 1};
    reach(run, 100h);
    const Report report = run.report();
    EXPECT_LT(shareOf(report.fleets[0], VehicleActivity::Blocked), 1e-3);
    EXPECT_EQ(report.buffers[0].max, 2u);
    EXPECT_NEAR(static_cast<double>(report.products[0].made), 360, 1);
    EXPECT_GT(report.stations[1].working, 0.99);
}

TEST(Fleet, KeepsEveryPartAtEveryInstant) {
    Simulation run{*Model::make(factory()), 3};
    std::uint64_t last = 0;
    for (int i = 0; i < 40'000; ++i) {
        const auto happened = run.step(1000h);
        ASSERT_TRUE(happened) << happened.error().text();
        const Balance balance = run.balance();
        ASSERT_EQ(balance.created, balance.done + balance.scrapped + balance.joined + balance.lost + balance.inProgress);
        ASSERT_EQ(balance.inProgress, run.partsInProgress());
        last = balance.done;
    }
    EXPECT_GT(last, 1000u);
    const Report report = run.report();
    for (const FleetReport& fleet : report.fleets) {
        EXPECT_GT(fleet.loads, 100u);
        double sum = 0;
        for (const double share : fleet.shares) sum += share;
        EXPECT_NEAR(sum, 1, 1e-9);
    }
    EXPECT_GT(shareOf(report.fleets[0], VehicleActivity::Charging), 0.01);
    EXPECT_EQ(report.stations[0].finished + report.stations[2].finished, report.fleets[0].loads);
}

// What is charged is what is used, but for what is left in the batteries.
TEST(Fleet, BatteriesGiveBackWhatTheyTook) {
    const Process process = factory();
    Simulation run{*Model::make(process), 1};
    reach(run, 200h);
    const FleetReport fleet = run.report().fleets[0];
    const Battery& battery = *process.fleets[0].battery;
    const double driving = shareOf(fleet, VehicleActivity::Loaded) + shareOf(fleet, VehicleActivity::Empty);
    const double charging = shareOf(fleet, VehicleActivity::Charging);
    const double used = 2 * 200 * (battery.driving * driving + battery.standing * (1 - driving - charging));
    EXPECT_NEAR(fleet.charged, 2 * 200 * battery.charging * charging, 1e-6);
    double left = 0;
    for (std::size_t v = 0; v < 2; ++v) left += run.vehicle(0, v).charge * battery.capacity;
    EXPECT_NEAR(2 * battery.capacity + fleet.charged - used, left, 1e-6);
    EXPECT_GT(left, 0);
    EXPECT_NEAR(energyOf(process, run.report()), fleet.charged, 1e-9);
}

TEST(Fleet, WhoeverRunsEmptyIsNamed) {
    Process process = factory();
    process.fleets[0].battery->driving = 100;
    Simulation run{*Model::make(process), 1};
    const auto done = run.runTo(200h);
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message, HasSubstr("of fleet 'amr' has run empty after"));
    EXPECT_THAT(done.error().message, HasSubstr("charge_below"));
}

// One parked vehicle, two loads: one comes first and is far, one comes later and is near, while it brings another.
TEST(Fleet, FetchesTheNearestOrWhatHasWaitedLongest) {
    const auto firstFetched = [](Dispatch rule) {
        Process process = shuttle(1);
        process.nodes = {{.id = "park"}, {.id = "near"}, {.id = "far"}};
        process.edges = {{.id = "e1", .from = 0, .to = 1, .length = 10}, {.id = "e2", .from = 1, .to = 2, .length = 100}};
        process.fleets[0].dispatch = rule;
        process.products = {{.id = "first"}, {.id = "far"}, {.id = "near"}};
        process.sources = {{.id = "s0", .product = 0, .every = constantOf(1e6), .first = 0s, .to = toBuffer(0)},
                           {.id = "s1", .product = 1, .every = constantOf(1e6), .first = 1s, .to = toBuffer(1)},
                           {.id = "s2", .product = 2, .every = constantOf(1e6), .first = 2s, .to = toBuffer(0)}};
        process.buffers = {{.id = "near-rack", .node = 1, .to = takenBy(0)},
                           {.id = "far-rack", .node = 2, .to = takenBy(0)},
                           {.id = "brought", .node = 0, .to = takenBy(1)}};
        process.stations[0].to = toBuffer(2);
        Simulation run{*Model::make(process), 1};
        EXPECT_TRUE(run.runTo(45s)); // the first is brought at 20 s, the near one at 40 s
        return run.report().products[2].made == 1 ? "near" : "far";
    };
    EXPECT_STREQ(firstFetched(Dispatch::Nearest), "near");
    EXPECT_STREQ(firstFetched(Dispatch::LongestWaiting), "far");
}

TEST(Fleet, IsAFunctionOfModelAndSeedAndForksLikeAllElse) {
    const Model model = *Model::make(factory());
    Simulation a{model, 5}, b{model, 5};
    reach(a, 30h);
    reach(b, 10h);
    Simulation fork{b};
    reach(b, 30h);
    reach(fork, 30h);
    EXPECT_EQ(a.stateHash(), b.stateHash());
    EXPECT_EQ(a.stateHash(), fork.stateHash());
}

// A run of edges is driven as one: 60 m at 1.5 m/s, 0.5 m/s2 up and 0.75 m/s2 down, take d/v + v/2a + v/2b, wherever nodes are.
TEST(Fleet, SpeedsUpAndSlowsDownOverARunOfEdges) {
    constexpr double v = 1.5, a = 0.5, b = 0.75;
    const double there = 60 / v + v / (2 * a) + v / (2 * b);
    const double back = std::sqrt(2 * 2.5 * (1 / a + 1 / b)); // 2.5 m: a triangle
    for (const std::uint32_t pieces : {1u, 2u, 5u, 12u}) {
        Process process = shuttle(1);
        process.fleets[0].speed = v;
        process.fleets[0].acceleration = a;
        process.fleets[0].deceleration = b;
        std::uint32_t last = 0;
        for (std::uint32_t i = 0; i < pieces; ++i) {
            const std::uint32_t next = i + 1 == pieces ? 1 : static_cast<std::uint32_t>(process.nodes.size());
            if (next != 1) process.nodes.push_back({.id = std::format("n{}", i)});
            process.edges.push_back(
                {.id = std::format("e{}", i), .from = last, .to = next, .length = 60.0 / pieces, .lanes = Lanes::OneWay});
            last = next;
        }
        process.edges.push_back({.id = "back", .from = 1, .to = 0, .length = 2.5, .lanes = Lanes::OneWay});
        Simulation run{*Model::make(process), 1};
        reach(run, durationFromSeconds(1000 * (there + back) + 0.01));
        EXPECT_EQ(run.report().fleets[0].loads, 1000u) << pieces;
        reach(run, durationFromSeconds(1000 * (there + back) + there - 0.01));
        EXPECT_EQ(run.report().fleets[0].loads, 1000u) << pieces;
    }
}

// Before a slower edge it slows down, and is slow enough at its beginning: 20 m at 2 m/s, 10 m at 1 m/s, 20 m at 2 m/s.
TEST(Fleet, SlowsDownBeforeASlowEdge) {
    Process process = shuttle(1);
    process.nodes.push_back({.id = "door-in"});
    process.nodes.push_back({.id = "door-out"});
    process.fleets[0].speed = 2;
    process.fleets[0].acceleration = 1;
    process.fleets[0].deceleration = 0.5;
    process.edges = {{.id = "to", .from = 0, .to = 2, .length = 20, .lanes = Lanes::OneWay},
                     {.id = "door", .from = 2, .to = 3, .length = 10, .speedLimit = 1, .lanes = Lanes::OneWay},
                     {.id = "on", .from = 3, .to = 1, .length = 20, .lanes = Lanes::OneWay},
                     {.id = "back", .from = 1, .to = 0, .length = 1, .lanes = Lanes::OneWay}};
    // 0 to 2 in 2 s and 2 m, 2 to 1 in 2 s and 3 m, 15 m at 2 m/s; 10 s; 1 to 2 in 1 s and 1.5 m, 2 to 0 in 4 s and 4 m, 14.5 m.
    const double there = 2 + 7.5 + 2 + 10 + 1 + 7.25 + 4;
    Simulation run{*Model::make(process), 1};
    reach(run, durationFromSeconds(there - 1e-6));
    EXPECT_EQ(run.report().fleets[0].loads, 0u);
    reach(run, durationFromSeconds(there + 1e-6));
    EXPECT_EQ(run.report().fleets[0].loads, 1u);
}

// Whoever has to stop at the end of an edge is as late as if it had known: v/2b for slowing down, then v/2a to be as fast again.
TEST(Fleet, AStopOnTheWayCostsSlowingDownAndSpeedingUp) {
    Process process = shuttle(2);
    process.nodes = {{.id = "pick-up"}, {.id = "put-down"}, {.id = "before"}, {.id = "park", .room = 2}};
    process.edges = {{.id = "to", .from = 0, .to = 2, .length = 50, .lanes = Lanes::OneWay},
                     {.id = "last", .from = 2, .to = 1, .length = 50}, // entered when put-down is free
                     {.id = "away", .from = 1, .to = 3, .length = 1, .lanes = Lanes::OneWay},
                     {.id = "again", .from = 3, .to = 0, .length = 1, .lanes = Lanes::OneWay}};
    process.fleets[0].parking = {3};
    process.fleets[0].acceleration = 0.25;
    process.fleets[0].deceleration = 0.5;
    process.sources[0].limit = 2;
    process.stations[0].carrying->unload = constantOf(100);
    Simulation run{*Model::make(process), 1};
    // From the yard to pick-up 1 m, a triangle; then 100 m to put-down, where it stands for 100 s.
    const double gone = std::sqrt(2 * 1 * (1 / 0.25 + 1 / 0.5)) + 100 + 2 + 1 + 100;
    reach(run, durationFromSeconds(gone + 0.01));
    EXPECT_EQ(run.report().fleets[0].loads, 1u);
    // Meanwhile the other stands before the last 50 m.
    EXPECT_GT(shareOf(run.report().fleets[0], VehicleActivity::Blocked), 0.05);
    reach(run, durationFromSeconds(gone + 50 + 2 + 1 + 100 - 0.01));
    EXPECT_EQ(run.report().fleets[0].loads, 1u);
    reach(run, durationFromSeconds(gone + 50 + 2 + 1 + 100 + 0.01));
    EXPECT_EQ(run.report().fleets[0].loads, 2u);
}

/// All that can happen to vehicles: two fleets that speed up and break down, one of them with a crew of its own.
Process frailFactory() {
    Process process = factory();
    process.crews = {{.id = "service"}};
    process.fleets[0].acceleration = 0.5;
    process.fleets[0].deceleration = 0.8;
    process.fleets[0].failures = {
        {.id = "wheel", .between = exponentialOf(1500), .repair = exponentialOf(120), .crew = 0},
        {.id = "lidar", .clock = FailureClock::Calendar, .between = exponentialOf(4000), .repair = constantOf(60), .crew = 0}};
    process.fleets[1].acceleration = 0.3;
    process.fleets[1].failures = {{.id = "hitch", .between = exponentialOf(900), .repair = exponentialOf(40)}};
    return process;
}

// A vehicle breaks down half way, stays there with its load and with the edge, and goes on from a standstill after the repair.
TEST(Fleet, BreaksDownWhereItIsAndGoesOnFromThere) {
    Process process = shuttle(1);
    process.nodes = {{.id = "pick-up", .at = {{0, 0, 0}}}, {.id = "put-down", .at = {{40, 0, 30}}}};
    process.edges = {{.id = "e", .from = 0, .to = 1, .length = 50}};
    process.fleets[0].acceleration = 0.25;
    process.fleets[0].deceleration = 0.5;
    process.fleets[0].failures = {
        {.id = "flat", .clock = FailureClock::Calendar, .between = constantOf(27), .repair = constantOf(1000)}};
    Simulation run{*Model::make(process), 1};
    reach(run, 500s);
    VehicleNow now = run.vehicle(0, 0);
    EXPECT_EQ(now.activity, VehicleActivity::Down);
    EXPECT_TRUE(now.loaded);
    EXPECT_NEAR(now.driven, 25, 1e-6); // 27 s less v/2a = 2 s at 1 m/s
    EXPECT_NEAR(now.at[0], 20, 1e-6);
    EXPECT_NEAR(now.at[2], 15, 1e-6);
    reach(run, 1027s + 10s);
    EXPECT_NEAR(run.vehicle(0, 0).driven, 25 + 8, 1e-6);
    EXPECT_NEAR(run.vehicle(0, 0).at[0], (25 + 8) * 0.8, 1e-6);
    // The last 25 m take 28 s: the next failure comes 27 s after the repair, and the third on the way back.
    reach(run, 2500s);
    EXPECT_EQ(run.report().fleets[0].failures, 3u);
    EXPECT_EQ(run.report().fleets[0].loads, 1u);
}

// Availability is MTBF / (MTBF + MTTR) (Barlow and Proschan, Mathematical Theory of Reliability, 1965, 3.4): of all time by the
// calendar; of the time at work where only work wears out, which then also is the throughput of a vehicle that never waits.
TEST(Fleet, VehiclesAreAvailableAsMtbfAndMttrSay) {
    constexpr double mtbf = 1800, mttr = 450, available = mtbf / (mtbf + mttr);
    for (const FailureClock clock : {FailureClock::Calendar, FailureClock::Working}) {
        Process process = shuttle(1);
        process.edges = {{.id = "there", .from = 0, .to = 1, .length = 60, .lanes = Lanes::OneWay},
                         {.id = "back", .from = 1, .to = 0, .length = 40, .lanes = Lanes::OneWay}};
        process.stations[0].carrying = Carrying{.fleet = 0, .load = constantOf(10), .unload = constantOf(10)};
        process.fleets[0].failures = {{.id = "f", .clock = clock, .between = exponentialOf(mtbf), .repair = exponentialOf(mttr)}};
        process.length = 500h;
        process.warmUp = 10h;
        const StudyResult result = *study({{"base", "As it is", *Model::make(process)}}, {.replications = 40, .confidence = 0.999});
        const auto metric = [&](std::string_view id) {
            return std::ranges::find(result.scenarios[0].metrics, id, &MetricResult::id)->estimate;
        };
        EXPECT_NEAR(metric("vehicleDown/amr").mean, 1 - available, metric("vehicleDown/amr").halfWidth);
        EXPECT_LT(metric("vehicleDown/amr").halfWidth, 0.02);
        EXPECT_NEAR(metric("loads/amr").mean, available * 3600 / 120, metric("loads/amr").halfWidth + 0.003);
    }
}

// Four vehicles by the calendar and one to repair them: the machine-repairman model (Palm 1947; Gross and others, Fundamentals of
// Queueing Theory, 4th ed., 2.7). p_n of n down is p_0 N!/(N-n)! (MTTR/MTBF)^n.
TEST(Fleet, ACrewRepairsOneVehicleAfterTheOther) {
    constexpr int n = 4;
    constexpr double mtbf = 1200, mttr = 500;
    double term = 1, sum = 1, down = 0;
    for (int i = 1; i <= n; ++i) {
        term *= (n - i + 1) * mttr / mtbf;
        sum += term;
        down += i * term;
    }
    Process process = shuttle(n);
    process.nodes = {{.id = "yard", .room = n}};
    process.crews = {{.id = "service"}};
    process.sources[0].every = exponentialOf(60);
    process.buffers[0].node = 0;
    process.stations[0].carrying->load = exponentialOf(30);
    process.fleets[0].failures = {
        {.id = "f", .clock = FailureClock::Calendar, .between = exponentialOf(mtbf), .repair = exponentialOf(mttr), .crew = 0}};
    process.length = 400h;
    process.warmUp = 10h;
    const StudyResult result = *study({{"base", "As it is", *Model::make(process)}}, {.replications = 40, .confidence = 0.999});
    const auto metric = [&](std::string_view id) {
        return std::ranges::find(result.scenarios[0].metrics, id, &MetricResult::id)->estimate;
    };
    EXPECT_NEAR(metric("vehicleDown/amr").mean, down / sum / n, metric("vehicleDown/amr").halfWidth);
    EXPECT_NEAR(metric("busy/service").mean, 1 - 1 / sum, metric("busy/service").halfWidth);
}

TEST(Fleet, KeepsEveryPartWhileVehiclesBreakDown) {
    Simulation run{*Model::make(frailFactory()), 3};
    for (int i = 0; i < 60'000; ++i) {
        const auto happened = run.step(1000h);
        ASSERT_TRUE(happened) << happened.error().text();
        const Balance balance = run.balance();
        ASSERT_EQ(balance.created, balance.done + balance.scrapped + balance.joined + balance.lost + balance.inProgress);
        ASSERT_EQ(balance.inProgress, run.partsInProgress());
    }
    const Report report = run.report();
    EXPECT_GT(report.products[0].made, 500u);
    for (const FleetReport& fleet : report.fleets) {
        double sum = 0;
        for (const double share : fleet.shares) sum += share;
        EXPECT_NEAR(sum, 1, 1e-9);
        EXPECT_GT(fleet.failures, 50u);
        EXPECT_GT(shareOf(fleet, VehicleActivity::Down), 0.01);
    }
    EXPECT_EQ(report.stations[0].finished + report.stations[2].finished, report.fleets[0].loads);
    // Little's law, L = lambda W, in every buffer, but for what is still in it.
    for (const BufferReport& each : report.buffers)
        EXPECT_NEAR(each.mean * report.seconds, static_cast<double>(each.left) * each.meanWait,
                    0.01 * each.mean * report.seconds + 1);
}

TEST(Fleet, ForksGoOnAlikeWhileVehiclesBreakDown) {
    const Model model = *Model::make(frailFactory());
    Simulation a{model, 5}, b{model, 5};
    reach(a, 40h);
    for (int i = 1; i <= 20; ++i) {
        reach(b, i * 1h + 7s);
        Simulation fork{b};
        reach(fork, 40h);
        ASSERT_EQ(a.stateHash(), fork.stateHash()) << i;
    }
}

// A vehicle more changes no random number of anything else: arrivals are the same, to the last one.
TEST(Fleet, OneVehicleMoreLeavesOthersNumbersAlone) {
    Process more = factory();
    more.fleets[1].vehicles = 2;
    Simulation a{*Model::make(factory()), 5}, b{*Model::make(more), 5};
    reach(a, 100h);
    reach(b, 100h);
    EXPECT_EQ(a.report().sources[0].created, b.report().sources[0].created);
    EXPECT_EQ(a.report().sources[1].created, b.report().sources[1].created);
}

// Half way along an edge, half way through its time.
TEST(Fleet, TellsWhereVehiclesAre) {
    Process process = shuttle(1);
    process.nodes = {{.id = "pick-up", .at = {{0, 0, 0}}}, {.id = "put-down", .at = {{40, 0, 30}}}};
    process.edges = {{.id = "e", .from = 0, .to = 1, .length = 50}};
    Simulation run{*Model::make(process), 1};
    ASSERT_TRUE(run.runTo(25s));
    VehicleNow now = run.vehicle(0, 0);
    EXPECT_TRUE(now.loaded);
    EXPECT_EQ(now.activity, VehicleActivity::Loaded);
    EXPECT_NEAR(now.at[0], 20, 1e-9);
    EXPECT_NEAR(now.at[2], 15, 1e-9);
    EXPECT_NEAR(now.driven, 25, 1e-9);
    EXPECT_NEAR(now.heading, -126.8699, 1e-3); // from -Z by its left hand: towards +X and +Z
    ASSERT_TRUE(run.runTo(75s));
    now = run.vehicle(0, 0);
    EXPECT_FALSE(now.loaded);
    EXPECT_NEAR(now.at[0], 20, 1e-9);
    EXPECT_NEAR(now.driven, 75, 1e-9);
    EXPECT_NEAR(now.heading, 53.1301, 1e-3);
}

TEST(Fleet, RefusesWhatCannotWork) {
    const auto firstProblem = [](const Process& process) {
        const auto model = Model::make(process);
        return model ? std::string{} : model.error().front().place + ": " + model.error().front().message;
    };
    Process process = lane(2);
    EXPECT_EQ(firstProblem(process), "");
    process.edges[1].lanes = Lanes::OneWay;
    EXPECT_THAT(firstProblem(process), HasSubstr("fleet 'amr': there is no way from node 'put-down' to node 'pick-up'"));
    process = lane(2);
    process.fleets[0].vehicles = 3;
    EXPECT_THAT(firstProblem(process), HasSubstr("its parking has no room for its 3 vehicles"));
    process = lane(2);
    process.buffers[0].node.reset();
    EXPECT_THAT(firstProblem(process), HasSubstr("station 'carry': carries to a place without a node"));
    process = lane(2);
    process.sources[0].node.reset();
    EXPECT_THAT(firstProblem(process), HasSubstr("source 'blanks' leads to it, but has no 'node'"));
    process = lane(2);
    process.edges[0].length = 0;
    EXPECT_THAT(firstProblem(process), HasSubstr("edge 'left': its length must be above 0"));
    process = lane(2);
    process.fleets[0].acceleration = 0;
    EXPECT_THAT(firstProblem(process), HasSubstr("its acceleration and deceleration must be above 0"));
    process = frailFactory();
    process.fleets[0].failures[1].between = constantOf(0);
    EXPECT_THAT(firstProblem(process), HasSubstr("failure 'lidar', between: a vehicle that fails every 0 s never drives"));
    process = frailFactory();
    process.crews.clear();
    EXPECT_THAT(firstProblem(process), HasSubstr("a failure's crew does not exist"));
    process = factory();
    process.fleets[0].chargers.clear();
    EXPECT_THAT(firstProblem(process), HasSubstr("has a battery, but no chargers"));
    process = factory();
    process.stations[0].carrying.reset();
    process.stations[2].carrying.reset();
    EXPECT_THAT(firstProblem(process), HasSubstr("fleet 'amr': carries nothing"));
}

} // namespace
} // namespace millwright::sim
