#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/standard_models.hpp>
#include <millwright/sim/statistics.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;

Model modelOf(Process process) {
    auto model = Model::make(std::move(process));
    EXPECT_TRUE(model) << (model ? "" : model.error().front().text());
    return *std::move(model);
}

Elapsed exactly(Duration time) {
    return {Elapsed::Known::Exactly, time};
}

// Mean number in an M/M/1 queue at `time` after there were `parts` in it: Kolmogorov's equations by uniformisation (Jensen 1953;
// Ross, Introduction to Probability Models, 6.9), with as many states as matter.
double meanInQueue(double arrivals, double services, std::size_t parts, double time) {
    constexpr std::size_t states = 200;
    const double rate = arrivals + services;
    std::vector<double> now(states), next(states);
    now[parts] = 1;
    double weight = std::exp(-rate * time), mean = 0;
    for (int jumps = 0; jumps < 400; ++jumps) {
        for (std::size_t k = 0; k < states; ++k) mean += weight * static_cast<double>(k) * now[k];
        for (std::size_t k = 0; k < states; ++k)
            next[k] = (k > 0 ? now[k - 1] : now[0] * services / arrivals) * arrivals / rate +
                      (k + 1 < states ? now[k + 1] * services / rate : 0);
        now.swap(next);
        weight *= rate * time / (jumps + 1);
    }
    return mean;
}

TEST(InitialState, AQueueThatBeginsFullEmptiesAsTheoryHasIt) {
    const Model model = modelOf(queueModel(0.8));
    constexpr std::uint32_t parts = 12;
    // The beginning of the service in hand does not matter: it has no memory.
    const Process& process = model.process();
    const InitialState initial{.stations = {{process.stations[0].id, {{.hand = Hand::Work, .inHand = exactly(3s)}}}},
                               .buffers = {{process.buffers[0].id, parts - 1}},
                               .sources = {{.id = process.sources[0].id}}};
    for (const Duration time : {Duration{5s}, Duration{20s}, Duration{60s}}) {
        std::vector<double> content;
        for (std::uint64_t i = 0; i < 20'000; ++i) {
            Simulation run{model, replicationSeed(1, i), initial};
            ASSERT_EQ(run.partsInProgress(), parts);
            ASSERT_TRUE(run.runTo(time));
            content.push_back(run.partsInProgress());
        }
        const Estimate ours = estimate(content, 0.999);
        EXPECT_TRUE(ours.contains(meanInQueue(0.8, 1, parts, seconds(time))))
            << seconds(time) << " s: " << ours.mean << " +- " << ours.halfWidth << ", theory "
            << meanInQueue(0.8, 1, parts, seconds(time));
        EXPECT_LT(ours.halfWidth, 0.15);
    }
}

// Cycles of 10 s: the second station ends one after 3 s, and then has what waits; the first is 4 s into its own.
TEST(InitialState, ALineOfConstantTimesIsPredictedExactly) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.buffers = {{.id = "queue", .capacity = 4, .to = takenBy(1)}};
    process.stations = {{.id = "first", .cycle = constantOf(10), .to = toBuffer(0)},
                        {.id = "second", .cycle = constantOf(10), .to = toDone()}};
    const InitialState initial{.stations = {{"first", {{.hand = Hand::Work, .inHand = exactly(4s)}}},
                                            {"second", {{.hand = Hand::Work, .inHand = exactly(7s)}}}},
                               .buffers = {{"queue", 4}},
                               .sources = {{.id = "in"}}};
    const Model model = modelOf(process);
    Simulation run{model, 1, initial};
    EXPECT_EQ(run.partsInProgress(), 6u + 1u); // one more is ready at the source
    ASSERT_TRUE(run.runTo(2999ms));
    EXPECT_EQ(run.partsDone(), 0u);
    ASSERT_TRUE(run.runTo(3s));
    EXPECT_EQ(run.partsDone(), 1u);
    EXPECT_EQ(run.content(0), 3u);
    ASSERT_TRUE(run.runTo(6s)); // the first station has found room
    EXPECT_EQ(run.content(0), 4u);
    ASSERT_TRUE(run.runTo(63s));
    EXPECT_EQ(run.partsDone(), 7u);
    EXPECT_DOUBLE_EQ(run.report().stations[1].working, 1);
}

/// Something of everything in the middle of its work: full places, a blocked machine, one down with another waiting for the crew.
InitialState busy() {
    const MachineNow working{.hand = Hand::Work, .inHand = {}, .worked = exactly(100s), .up = exactly(200s)};
    MachineNow down = working, waiting = working;
    down.down = waiting.down = true;
    down.downFor = 20s;
    down.repair = exactly(20s);
    waiting.downFor = 5s;
    return {.stations = {{"saw", {down, {.hand = Hand::SetUp, .inHand = exactly(1s)}}},
                         {"mill", {waiting}},
                         {"lathe", {{.hand = Hand::Finished}}},
                         {"oven", {{.hand = Hand::Work, .inHand = exactly(12s)}}},
                         {"assembly", {working, {}}}},
            .buffers = {{"in", 20}, {"left", 4}, {"right", 2}, {"oven-queue", 8}, {"bolt-box", 10}, {"baked", 6}},
            .sources = {{.id = "arrivals-a", .waiting = 3}, {.id = "arrivals-b"}, {.id = "bolts", .waiting = 1}, {.id = "pallets"}},
            .sinceShiftsBegan = 5h + 1300s};
}

TEST(InitialState, NoPartIsLostOrMadeFromNothing) {
    const Model model = modelOf(everything());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Simulation run{model, seed, busy()};
        EXPECT_GE(run.balance().created, 50u + 4u + 1u + 1u + 1u + 1u + 5u);
        for (int i = 0; i < 3000; ++i) {
            const Balance b = run.balance();
            ASSERT_EQ(b.created, b.done + b.scrapped + b.joined + b.lost + b.inProgress) << "event " << i;
            ASSERT_EQ(b.inProgress, run.partsInProgress());
            ASSERT_TRUE(run.step().value());
        }
    }
}

TEST(InitialState, IsAFunctionOfModelSeedAndState) {
    const Model model = modelOf(everything());
    Simulation run{model, 5, busy()}, again{model, 5, busy()}, other{model, 6, busy()};
    EXPECT_EQ(run.stateHash(), again.stateHash());
    for (Simulation* each : {&run, &again, &other}) ASSERT_TRUE(each->runTo(5h));
    EXPECT_EQ(run.stateHash(), again.stateHash());
    EXPECT_NE(run.stateHash(), other.stateHash());
    EXPECT_EQ(run.stateHash().hex(), "9bd8b9ada116641b273413f9e76c1e2a"); // the same on every machine and compiler
}

// A run that begins in the state of a new one is that run.
TEST(InitialState, OfNothingIsANewRun) {
    const Model model = modelOf(everything());
    Simulation fresh{model, 5}, empty{model, 5, InitialState{}};
    ASSERT_TRUE(fresh.runTo(5h));
    ASSERT_TRUE(empty.runTo(5h));
    EXPECT_EQ(fresh.balance().created, empty.balance().created);
    EXPECT_EQ(fresh.partsDone(), empty.partsDone());
}

// Hours are 0 to 1200 s and 1500 to 3600 s of every hour: at 1300 s there is a break of 200 s more.
TEST(InitialState, ShiftsGoOnWhereTheyAre) {
    const Model model = modelOf(everything());
    Simulation run{model, 1, busy()};
    EXPECT_EQ(run.activity(2), Activity::Idle);
    ASSERT_TRUE(run.runTo(199s));
    EXPECT_EQ(run.activity(2), Activity::Idle);
    ASSERT_TRUE(run.runTo(200s));
    EXPECT_NE(run.activity(2), Activity::Idle);
    ASSERT_TRUE(run.runTo(200s + 2100s + 1199s)); // the whole hour's part and the next one's beginning
    EXPECT_NE(run.activity(2), Activity::Idle);
    ASSERT_TRUE(run.runTo(200s + 2100s + 1200s));
    EXPECT_EQ(run.activity(2), Activity::Idle);
}

// The crew is one: who failed first is repaired first, and the other's repair begins when that ends.
TEST(InitialState, ACrewGoesOnInTheOrderOfTheFailures) {
    Process process = everything();
    process.stations[0].failures[0].repair = constantOf(30);
    const Model model = modelOf(process);
    Simulation run{model, 1, busy()};
    ASSERT_TRUE(run.runTo(9999ms));
    EXPECT_EQ(run.activity(1), Activity::Down);
    ASSERT_TRUE(run.runTo(34'999ms)); // the saw is in order after 10 s, the mill's repair takes 25 s
    EXPECT_EQ(run.activity(1), Activity::Down);
    ASSERT_TRUE(run.runTo(35s));
    EXPECT_NE(run.activity(1), Activity::Down);
}

// Each of two full machines has a part for the other.
TEST(InitialState, ADeadlockIsToldAtTheBeginning) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .every = exponentialOf(100), .to = toStation(0)}};
    process.stations = {{.id = "first", .cycle = constantOf(10), .to = toStation(1)},
                        {.id = "second",
                         .cycle = constantOf(10),
                         .to = {.branches = {{.to = {PlaceKind::Station, 0}, .share = 1e9}, {.to = {PlaceKind::Done}}}}}};
    const InitialState stuck{.stations = {{"first", {{.hand = Hand::Finished}}}, {"second", {{.hand = Hand::Finished}}}}};
    Simulation run{modelOf(process), 1, stuck};
    const auto went = run.runTo(1h);
    ASSERT_FALSE(went);
    EXPECT_TRUE(went.error().text().contains("deadlock after 0 s")) << went.error().text();
}

TEST(InitialState, StartsAScenarioThatHasMore) {
    Process process = everything();
    process.stations[2].servers = 2;
    process.buffers.push_back({.id = "more", .to = takenBy(5)});
    process.stations.push_back({.id = "polish", .cycle = constantOf(1), .to = toDone()});
    process.stations[4].to.branches[0].to = {PlaceKind::Buffer, 8};
    Simulation run{modelOf(process), 1, busy()};
    ASSERT_TRUE(run.runTo(1h));
    EXPECT_GT(run.finished(5), 10u);
}

} // namespace
} // namespace millwright::sim
