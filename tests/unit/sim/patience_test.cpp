#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/describe.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>

#include <gmock/gmock.h>

// Parts that give up waiting.
namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;

/// A part each second from 1 s on, as many as `limit`; work of 10 s; nobody waits longer than 25 s.
Process queue(std::uint64_t limit, Discipline discipline = Discipline::Fifo) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .every = constantOf(1), .limit = limit, .to = toBuffer(0)}};
    process.buffers = {
        {.id = "rack", .discipline = discipline, .to = takenBy(0), .patience = constantOf(25), .givesUpTo = {PlaceKind::Scrap}}};
    process.stations = {{.id = "glue", .cycle = constantOf(10), .to = toDone()}};
    return process;
}

// Work from 1 to 11 s on the first, to 21 s on the second, to 31 s on the third; the fourth, of 4 s, gives up at 29 s.
TEST(Patience, PartsLeaveThatHaveWaitedSoLong) {
    Simulation run{modelOf(queue(5)), 1};
    ASSERT_TRUE(run.runTo(28'999ms));
    EXPECT_EQ(run.content(0), 2u);
    ASSERT_TRUE(run.runTo(29s));
    EXPECT_EQ(run.content(0), 1u);
    ASSERT_TRUE(run.runTo(1h));
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 3u);
    EXPECT_EQ(report.products[0].scrapped, 2u);
    EXPECT_EQ(report.buffers[0].gaveUp, 2u);
    EXPECT_EQ(report.buffers[0].left, 5u);
    EXPECT_NEAR(report.buffers[0].meanWait, (0 + 9 + 18 + 2 * 25) / 5.0, 1e-9);
}

// The one of 6 s would give up at 31 s, when the machine takes it.
TEST(Patience, WhoIsTakenAtThatMomentIsTaken) {
    Process process = queue(1);
    process.sources.push_back({.id = "later", .every = constantOf(1), .first = 6s, .limit = 1, .to = toBuffer(0)});
    process.sources[0].limit = 3;
    const Report report = [&] {
        Simulation run{modelOf(process), 1};
        EXPECT_TRUE(run.runTo(1h));
        return run.report();
    }();
    EXPECT_EQ(report.products[0].made, 4u);
    EXPECT_EQ(report.buffers[0].gaveUp, 0u);
}

// The youngest is taken first, so the oldest gives up out of the middle of the rest: whichever way a list is linked.
TEST(Patience, OfTheOldestWhereTheYoungestIsTakenFirst) {
    Simulation run{modelOf(queue(6, Discipline::Lifo)), 1};
    ASSERT_TRUE(run.runTo(1h)); // of 1 s from 1, of 6 s from 11, of 5 s from 21 s; those of 2, 3 and 4 s give up at 27, 28 and 29 s
    EXPECT_EQ(run.report().products[0].made, 3u);
    EXPECT_NEAR(run.report().buffers[0].meanWait, (0 + 5 + 16 + 3 * 25) / 6.0, 1e-9);
    EXPECT_EQ(run.content(0), 0u);
}

// By chance the one in the middle of three lists gives up first, and what leaves by another way is made there.
TEST(Patience, AnyPartOfAnyListMayBeTheFirstToGiveUp) {
    Process process = queue(0, Discipline::Priority);
    process.products = {{.id = "p", .priority = 1}, {.id = "q", .priority = 3}, {.id = "r", .priority = 2}};
    process.sources = {{.id = "ps", .every = exponentialOf(9), .to = toBuffer(0)},
                       {.id = "qs", .product = 1, .every = exponentialOf(30), .to = toBuffer(0)},
                       {.id = "rs", .product = 2, .every = exponentialOf(20), .whenFull = WhenFull::Lose, .to = toBuffer(0)}};
    process.buffers[0].capacity = 12;
    process.buffers[0].patience = exponentialOf(40);
    process.buffers[0].givesUpTo = {PlaceKind::Buffer, 1};
    process.buffers.push_back({.id = "again", .to = takenBy(1)});
    process.stations.push_back({.id = "rework",
                                .cycle = exponentialOf(3),
                                .to = {.branches = {{.to = {PlaceKind::Done}}, {.to = {PlaceKind::Buffer, 0}}}}});
    Simulation run{modelOf(process), 1};
    for (int i = 0; i < 50'000; ++i) {
        ASSERT_TRUE(run.step().value());
        const Balance b = run.balance();
        ASSERT_EQ(b.created, b.done + b.lost + b.inProgress) << i;
        ASSERT_EQ(b.inProgress, run.partsInProgress());
    }
    const Report report = run.report();
    EXPECT_GT(report.buffers[0].gaveUp, 1000u);
    EXPECT_EQ(report.buffers[0].gaveUp, report.buffers[1].entered);
    EXPECT_EQ(report.buffers[0].entered - report.buffers[0].left, report.buffers[0].now);
    EXPECT_GT(report.buffers[0].max, 6u);
}

// Room that is left is given to who waits for it.
TEST(Patience, GivesRoomToWhoWaitsForIt) {
    Process process = queue(6);
    process.buffers[0].capacity = 2;
    process.stations[0].cycle = constantOf(1000);
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(27s)); // of 2 s and 3 s in the buffer until 27 s and 28 s; those of 4 s and on wait at the source
    EXPECT_EQ(run.report().sources[0].waiting, 2u);
    EXPECT_EQ(run.content(0), 2u);
}

// M/M/1+M: with arrivals beyond what it can make the queue does not grow without end.
TEST(Patience, NothingPilesUp) {
    Process process = queue(0);
    process.buffers[0].patience.reset();
    EXPECT_EQ(overloadsOf(process).size(), 1u);
    process.buffers[0].patience = exponentialOf(30);
    EXPECT_TRUE(overloadsOf(process).empty());
    EXPECT_THAT(factsOf(process), testing::Contains(testing::Field(&Fact::value, "exponential, mean 30 s, to scrap")));
}

// Of those that wait at the beginning it is not known for how long: uniform on the patience.
TEST(Patience, OfAGivenMomentIsDrawn) {
    Process process = queue(0);
    process.sources[0].every = constantOf(100'000);
    process.stations[0].cycle = constantOf(100'000);
    const Model model = modelOf(process);
    const InitialState initial{.stations = {{"glue", {{.hand = Hand::Work}}}}, .buffers = {{"rack", 400}}};
    Simulation run{model, 1, initial};
    EXPECT_EQ(run.content(0), 400u);
    ASSERT_TRUE(run.runTo(12'500ms));
    EXPECT_NEAR(run.content(0), 200, 35);
    ASSERT_TRUE(run.runTo(25s));
    EXPECT_EQ(run.content(0), 0u);
}

} // namespace
} // namespace millwright::sim
