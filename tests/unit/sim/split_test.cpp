#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/cost.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal(const Process& process) {
    const auto model = Model::make(process);
    return model ? "" : model.error().front().text();
}

/// Rolls are cut into strips, which wait in a rack for a slow machine.
Process slitting(std::uint32_t strips, std::uint32_t room) {
    Process process;
    process.products = {{.id = "roll"}, {.id = "strip"}};
    process.sources = {{.id = "rolls", .limit = 1, .to = toStation(0)}};
    process.buffers = {{.id = "rack", .capacity = room, .to = takenBy(1)}};
    process.stations = {{.id = "slitter", .cycle = constantOf(1), .makes = Makes{strips, 1}, .to = toBuffer(0)},
                        {.id = "slow", .cycle = constantOf(10), .to = toDone()}};
    return process;
}

TEST(Split, PartsLeaveOneByOneAndTheLastFreesTheStation) {
    Simulation run{modelOf(slitting(4, 2)), 1};
    ASSERT_TRUE(run.runTo(50s));
    // Cut at 1 s: one strip is worked on, two fill the rack, the fourth waits in the slitter until there is room at 11 s.
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 0u);
    EXPECT_EQ(report.products[1].made, 4u);
    EXPECT_NEAR(report.products[1].meanTimeInSystem, (11 + 21 + 31 + 41) / 4.0, 1e-9); // of each strip since its roll came
    EXPECT_EQ(report.stations[0].finished, 1u);
    EXPECT_NEAR(report.stations[0].working, 1 / 50.0, 1e-12);
    EXPECT_NEAR(report.stations[0].blocked, 10 / 50.0, 1e-12);
    EXPECT_NEAR(report.stations[0].starved, 39 / 50.0, 1e-12);
    EXPECT_EQ(report.buffers[0].max, 2u);
    const Balance balance = run.balance();
    EXPECT_EQ(balance.created, 4u);
    EXPECT_EQ(balance.split, 3u);
    EXPECT_EQ(report.sources[0].created, 1u); // rolls came, not strips
}

// What a roll costs and what it costs to cut one is of the roll, not of each strip; what a good part costs is of each strip.
TEST(Split, CostsOnceWhatIsDoneOnce) {
    Process process = slitting(4, 2);
    process.sources[0].itemCost = 100;
    process.stations[0].itemCost = 7;
    process.stations[1].itemCost = 2;
    process.cost.item = 0.5;
    process.stations[0].power.fill(36);
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(100s));
    const RunCost cost = costOf(process, run.report());
    EXPECT_DOUBLE_EQ(cost.material, 100);
    EXPECT_DOUBLE_EQ(cost.work, 7 + 4 * 2 + 4 * 0.5);
    EXPECT_DOUBLE_EQ(energyOf(process, run.report()), 1); // 36 kW for 100 s
}

// As many as the process says are in it at most: the next roll comes when all strips but so many have gone.
TEST(Split, CountsAllThatWasMadeAmongThePartsInProgress) {
    Process process = slitting(4, 0);
    process.sources[0].limit = 0;
    process.sources[0].inProgress = 1;
    Simulation run{modelOf(process), 1};
    std::uint32_t most = 0;
    while (run.step(400s).value()) most = std::max(most, run.partsInProgress());
    EXPECT_EQ(most, 4u);
    ASSERT_TRUE(run.runTo(400s));
    EXPECT_EQ(run.partsDone(), 4 * 9u + 3u); // 1 s and 40 s for each of nine rolls, then 31 s
}

TEST(Split, AnAssemblyMakesSeveralAndRoutesTellProductsApart) {
    Process process;
    process.products = {{.id = "anode"}, {.id = "cathode"}, {.id = "cell"}};
    process.sources = {{.id = "anodes", .every = constantOf(10), .first = 0s, .to = toBuffer(0)},
                       {.id = "cathodes", .product = 1, .every = constantOf(20), .first = 0s, .to = toBuffer(1)}};
    process.buffers = {{.id = "a", .to = takenBy(0)}, {.id = "c", .to = takenBy(0)}};
    process.stations = {
        {.id = "stacker",
         .cycle = constantOf(1),
         .inputs = {{.index = 0, .count = 2}, {.index = 1}},
         .makes = Makes{5, 2},
         .to = {.rule = RouteRule::Product, .branches = {{.to = {PlaceKind::Done}, .product = 2}, {.to = {PlaceKind::Scrap}}}}}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1000s));
    EXPECT_EQ(run.report().products[2].made, 5 * 50u);
    EXPECT_EQ(run.balance().scrapped, 0u);
    EXPECT_EQ(run.balance().joined, 2 * 50u);
    EXPECT_EQ(run.balance().split, 4 * 50u);
    // What arrives at a station is reckoned with what is made of it before.
    Process rolls = slitting(4, 0);
    rolls.sources[0].limit = 0;
    rolls.sources[0].every = exponentialOf(50);
    EXPECT_NEAR(loadsOf(rolls)[0].utilisation(), 1 / 50.0, 1e-9);
    EXPECT_NEAR(loadsOf(rolls)[1].utilisation(), 40 / 50.0, 1e-9);
    rolls.stations[1].cycle = constantOf(12.6);
    EXPECT_EQ(overloadsOf(rolls).size(), 1u);
}

// --- room --------------------------------------------------------------------------------------------------------------------

/// Batches of `batch` before a buffer with less room than that.
Process batches(std::uint32_t batch, std::uint32_t room) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .every = exponentialOf(8), .to = toBuffer(0)}};
    process.buffers = {{.id = "queue", .to = takenBy(0)}, {.id = "rack", .capacity = room, .to = takenBy(1)}};
    process.stations = {{.id = "oven", .batch = batch, .cycle = exponentialOf(20), .to = toBuffer(1)},
                        {.id = "check", .cycle = exponentialOf(7), .to = toDone()}};
    return process;
}

// It put one part too many into the buffer whenever room came free for one of several that waited in the station.
TEST(Split, ABlockedBatchNeverOverfillsTheBufferBehindIt) {
    for (const std::uint32_t room : {1u, 2u, 3u}) {
        Simulation run{modelOf(batches(4, room)), room};
        while (run.step(20h).value()) ASSERT_LE(run.content(1), room) << formatDuration(run.now());
        EXPECT_EQ(run.report().buffers[1].max, room);
        EXPECT_GT(run.report().stations[0].blocked, 0.1);
    }
}

// A batch before a machine without a buffer between: its second part took the machine that the first was promised.
TEST(Split, PartsOfABatchGoToAMachineOneAfterTheOther) {
    Process process = batches(4, 1);
    process.buffers.pop_back();
    process.stations[0].to = toStation(1);
    for (const std::uint32_t servers : {1u, 2u, 3u}) {
        process.stations[1].servers = servers;
        Simulation run{modelOf(process), 1};
        while (run.step(20h).value()) {
            const Balance b = run.balance();
            ASSERT_EQ(b.created, b.done + b.scrapped + b.joined + b.lost + b.inProgress);
        }
        EXPECT_GT(run.partsDone(), 5000u);
    }
}

// The first of a batch leaves first, also when room comes free for one at a time.
TEST(Split, PartsOfABatchStayInOrder) {
    Process process = batches(4, 1);
    process.products = {{.id = "p"}, {.id = "q"}};
    process.sources = {{.id = "ps", .every = constantOf(40), .first = 0s, .limit = 1, .to = toBuffer(0)},
                       {.id = "qs", .product = 1, .every = constantOf(1), .first = 1s, .limit = 3, .to = toBuffer(0)}};
    process.stations[0].cycle = constantOf(7); // ends at 10
    process.stations[1].cycle = constantOf(100);
    process.stations[1].failures = {}; // blocked before the first of the batch: one part stands in the machine already
    process.sources.push_back({.id = "first", .product = 1, .every = constantOf(1), .first = 0s, .limit = 2, .to = toBuffer(1)});
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(299s)); // from 0 and 100 the two that came first; then p, the first of the batch
    EXPECT_EQ(run.report().products[1].made, 2u);
    ASSERT_TRUE(run.runTo(300s));
    EXPECT_EQ(run.report().products[0].made, 1u);
}

// --- everything together -----------------------------------------------------------------------------------------------------

/// The model of everything, with several made of one: where machines fail, where a batch comes out, in an assembly, in CONWIP.
Process everythingSplit() {
    Process process = everything();
    process.products.push_back({.id = "half", .priority = 3});
    for (Source& source : process.sources)
        if (source.every) source.every->mean *= 3;
    process.stations[0].makes = Makes{2, std::nullopt};
    process.stations[2].makes = Makes{1, 2};
    process.stations[3].makes = Makes{3, 2};
    process.stations[4].makes = Makes{2, std::nullopt};
    process.stations[4].to = {.branches = {{.to = {PlaceKind::Done}, .share = 0.92},
                                           {.to = {PlaceKind::Buffer, 7}, .share = 0.03},
                                           {.to = {PlaceKind::Scrap}, .share = 0.05}}};
    process.sources[2].every = constantOf(2);
    return process;
}

TEST(Split, KeepsEveryPartAtEveryInstantAndNoPlaceHoldsMoreThanItCan) {
    const Process process = everythingSplit();
    Simulation run{modelOf(process), 1};
    for (int i = 0; i < 60'000; ++i) {
        const auto stepped = run.step();
        ASSERT_TRUE(stepped.has_value()) << stepped.error().text();
        const Balance b = run.balance();
        ASSERT_EQ(b.created, b.done + b.scrapped + b.joined + b.lost + b.inProgress) << "event " << i;
        ASSERT_EQ(b.inProgress, run.partsInProgress());
        for (std::uint32_t k = 0; k < process.buffers.size(); ++k) {
            const std::uint32_t room = process.buffers[k].capacity;
            ASSERT_TRUE(room == 0 || run.content(k) <= room) << process.buffers[k].id;
        }
    }
    const Report report = run.report();
    std::uint64_t came = 0;
    for (const SourceReport& source : report.sources) came += source.created;
    EXPECT_EQ(run.balance().created, came + run.balance().split);
    EXPECT_GT(run.balance().split, 10'000u);
    EXPECT_GT(report.products[2].made, 1000u);
    EXPECT_GT(report.stations[3].blocked, 0.05);
}

TEST(Split, AForkGoesOnAsTheOriginalWould) {
    const Model model = modelOf(everythingSplit());
    Simulation whole{model, 9};
    ASSERT_TRUE(whole.runTo(6h));
    Simulation run{model, 9};
    for (Duration at{}; at < 6h; at += 613s) {
        ASSERT_TRUE(run.runTo(at));
        Simulation fork = run, other{model, 1};
        other = run; // a state that was kept is taken back
        for (Simulation* each : {&fork, &other}) {
            ASSERT_TRUE(each->runTo(6h));
            ASSERT_EQ(each->stateHash(), whole.stateHash()) << formatDuration(at);
            ASSERT_EQ(each->balance().split, whole.balance().split);
        }
    }
}

// Little 1961: mean content = rate x mean wait, to rounding when everything that came in went out again.
TEST(Split, ObeysLittlesLaw) {
    Process process = slitting(7, 5);
    process.sources[0].limit = 300;
    process.sources[0].every = exponentialOf(80);
    process.stations[1].cycle = exponentialOf(10);
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(100h));
    const BufferReport rack = run.report().buffers[0];
    EXPECT_EQ(rack.left, 7 * 300u);
    EXPECT_EQ(rack.now, 0u);
    EXPECT_NEAR(rack.mean, static_cast<double>(rack.left) / run.report().seconds * rack.meanWait, 1e-9 * rack.mean);
}

// What is found behind the slitter is strips; a slitter that is blocked has all that it made of what it had.
TEST(Split, ARunMayBeginInTheMiddle) {
    const Process process = slitting(4, 3);
    const InitialState initial{.stations = {{"slitter", {{.hand = Hand::Finished}}}, {"slow", {{.hand = Hand::Work}}}},
                               .buffers = {{"rack", 3}},
                               .sources = {{.id = "rolls", .made = 1}}};
    Simulation run{modelOf(process), 1, initial};
    EXPECT_EQ(run.partsInProgress(), 4u + 3u + 1u);
    ASSERT_TRUE(run.runTo(1h));
    EXPECT_EQ(run.report().products[0].made, 0u);
    EXPECT_EQ(run.report().products[1].made, 8u);
}

TEST(Split, ThatCannotBeIsRefused) {
    Process process = slitting(0, 3);
    EXPECT_EQ(refusal(process), "station 'slitter': makes: count must be from 1 to 1000000");
    process = slitting(3, 3);
    process.stations[0].makes->product = 7;
    EXPECT_EQ(refusal(process), "station 'slitter': makes a product that does not exist");
    process = slitting(3, 3);
    process.stations[0].blocking = Blocking::BeforeService;
    EXPECT_THAT(refusal(process), HasSubstr("station 'slitter': has both 'makes' and blocking before service"));
    process = slitting(1001, 3);
    process.maximumParts = 1000;
    Simulation run{modelOf(process), 1};
    const auto done = run.runTo(24h);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::ResourceLimit);
}

} // namespace
} // namespace millwright::sim
