#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/simulation.hpp>
#include <millwright/sim/standard_models.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal(const Process& process) {
    const auto model = Model::make(process);
    if (model) return "";
    std::string text;
    for (const Error& error : model.error()) text += error.text() + '\n';
    return text;
}

TEST(Simulation, KeepsEveryPartAtEveryInstant) {
    const Model model = modelOf(everything());
    Simulation run{model, 1};
    for (int i = 0; i < 120'000; ++i) {
        const auto stepped = run.step();
        ASSERT_TRUE(stepped.has_value()) << stepped.error().text();
        ASSERT_TRUE(*stepped);
        const Balance balance = run.balance();
        ASSERT_EQ(balance.created, balance.done + balance.scrapped + balance.joined + balance.lost + balance.inProgress)
            << "event " << i;
        ASSERT_EQ(balance.inProgress, run.partsInProgress());
    }
    // All of it was at work.
    const Report report = run.report();
    EXPECT_GT(report.products[0].made, 1000u);
    EXPECT_GT(report.products[1].made, 100u);
    EXPECT_GT(report.products[0].scrapped, 50u);
    EXPECT_GT(run.balance().joined, 1000u);
    EXPECT_GT(run.balance().lost, 0u);
    for (const StationReport& station : report.stations) EXPECT_GT(station.finished, 100u);
    EXPECT_GT(report.stations[0].setUp, 0.005);
    EXPECT_GT(report.stations[0].idle, 0.05);
    EXPECT_GT(report.stations[1].blocked, 0.001);
    EXPECT_GT(report.stations[1].down, 0.01);
    EXPECT_GT(report.stations[2].down, 0.01);
    for (const std::size_t maintained : {0, 1, 2}) EXPECT_GT(report.stations[maintained].maintenance, 0.005);
    EXPECT_GT(report.stations[4].down, 0.01);
    EXPECT_GT(report.crews[0].busy, 0.05);
    for (const std::size_t impatient : {0, 2}) EXPECT_GT(report.buffers[impatient].gaveUp, 20u);
    EXPECT_GT(report.crews[1].busy, 0.1);
    EXPECT_GT(report.crews[2].busy, 0.1);
    for (const std::size_t station : {0, 2, 3, 4}) EXPECT_GT(report.stations[station].unattended, 0.001) << station;
}

TEST(Simulation, AccountsForAllTimeOfEveryStation) {
    Simulation run{modelOf(everything()), 3};
    ASSERT_TRUE(run.runTo(10h));
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(30h));
    const Report report = run.report();
    EXPECT_EQ(report.seconds, 20 * 3600);
    for (const StationReport& s : report.stations)
        EXPECT_NEAR(s.working + s.starved + s.blocked + s.down + s.setUp + s.idle + s.maintenance + s.unattended, 1, 1e-12);
    // 300 of 3600 s are outside the working hours.
    EXPECT_NEAR(report.stations[0].idle, 300.0 / 3600, 1e-9);
}

// Every buffer: mean content = arrival rate x mean wait (Little 1961), to rounding, because everything that came in went out again.
TEST(Simulation, ObeysLittlesLawInEveryBuffer) {
    Process process = everything();
    process.sources[0].limit = 500;
    process.sources[1].limit = 100;
    process.sources[2].limit = 1300;
    process.stations[3].batch = 1; // no rest that never fills a batch
    process.stations[4].inputs.resize(2);
    process.buffers.erase(process.buffers.begin() + 5);
    process.stations[4].to.branches[1].to.index = 6; // one buffer fewer
    process.buffers[2].givesUpTo.index = 6;
    process.stations[3].to = toBuffer(5);
    process.stations[4].inputs[0].index = 5;
    process.sources.resize(3); // without pallets
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(100h));
    const Report report = run.report();
    for (std::size_t i = 0; i < report.buffers.size(); ++i) {
        const BufferReport& buffer = report.buffers[i];
        if (process.buffers[i].id == "bolt-box") continue; // the bolts left over stay
        EXPECT_EQ(buffer.now, 0u) << process.buffers[i].id;
        EXPECT_GT(buffer.left, 50u) << process.buffers[i].id;
        EXPECT_NEAR(buffer.mean, static_cast<double>(buffer.left) / report.seconds * buffer.meanWait, 1e-9 * buffer.mean)
            << process.buffers[i].id;
    }
}

TEST(Simulation, IsAFunctionOfModelAndSeed) {
    const Model model = modelOf(everything());
    Simulation run{model, 5}, again{model, 5}, other{model, 6};
    ASSERT_TRUE(run.runTo(5h));
    while (again.step(5h).value()) {
    } // the same, event by event
    ASSERT_TRUE(again.runTo(5h));
    ASSERT_TRUE(other.runTo(5h));
    EXPECT_EQ(run.stateHash(), again.stateHash());
    EXPECT_NE(run.stateHash(), other.stateHash());
    // The same on every machine and compiler: the value is pinned.
    EXPECT_EQ(run.stateHash().hex(), "28adf2c9ddef9f757a2536dc0116fbac");
}

// Bit for bit, wherever it is forked: before the beginning, in the middle of work, repairs, breaks, and while places are full.
TEST(Simulation, AForkGoesOnAsTheOriginalWould) {
    const Model model = modelOf(everything());
    Simulation whole{model, 9};
    ASSERT_TRUE(whole.runTo(6h));
    Simulation run{model, 9};
    for (Duration at{}; at < 6h; at += 317s) {
        ASSERT_TRUE(run.runTo(at));
        Simulation fork = run;
        ASSERT_EQ(fork.stateHash(), run.stateHash());
        ASSERT_TRUE(fork.runTo(6h));
        ASSERT_NE(fork.stateHash(), run.stateHash());
        ASSERT_EQ(fork.stateHash(), whole.stateHash()) << formatDuration(at);
        ASSERT_EQ(fork.report().buffers[0].meanWait, whole.report().buffers[0].meanWait);
    }
}

// What a study of the next hours does: keep the present, try a future, take the present back, try another.
TEST(Simulation, TakesASavedStateBack) {
    const Model model = modelOf(everything());
    Simulation run{model, 4};
    ASSERT_TRUE(run.runTo(2h));
    const Simulation present = run;
    ASSERT_TRUE(run.runTo(9h));
    const Digest future = run.stateHash();
    run = present;
    EXPECT_EQ(run.now(), Duration{2h});
    EXPECT_EQ(run.stateHash(), present.stateHash());
    ASSERT_TRUE(run.runTo(9h));
    EXPECT_EQ(run.stateHash(), future);
}

TEST(Simulation, BranchesIntoDifferentFuturesOfOnePresent) {
    const Model model = modelOf(everything());
    Simulation present{model, 4};
    ASSERT_TRUE(present.runTo(2h));
    Simulation first = present.branch(1), again = present.branch(1), second = present.branch(2);
    EXPECT_EQ(first.partsInProgress(), present.partsInProgress());
    EXPECT_EQ(first.balance().created, present.balance().created);
    for (Simulation* run : {&first, &again, &second, &present}) ASSERT_TRUE(run->runTo(4h));
    EXPECT_EQ(first.stateHash(), again.stateHash());
    EXPECT_NE(first.balance().created, second.balance().created);
    EXPECT_NE(first.balance().created, present.balance().created);
}

// With common random numbers a change in one place does not shift the numbers of another.
TEST(Simulation, OneStationMoreLeavesOthersNumbersAlone) {
    Process small;
    small.products = {{.id = "p"}};
    small.sources = {{.id = "in", .every = exponentialOf(10), .to = toBuffer(0)}};
    small.buffers = {{.id = "queue", .to = takenBy(0)}};
    small.stations = {{.id = "first", .cycle = exponentialOf(8), .to = toDone()}};
    Process large = small;
    large.stations[0].to = toBuffer(1);
    large.buffers.insert(large.buffers.begin(), {.id = "new-queue", .to = takenBy(0)});
    large.sources[0].to = toBuffer(1);
    large.buffers[1].to = takenBy(1);
    large.stations.insert(large.stations.begin(), {.id = "new", .cycle = exponentialOf(1), .to = toDone()});
    large.stations[1].to = toBuffer(0);
    Simulation a{modelOf(small), 1}, b{modelOf(large), 1};
    ASSERT_TRUE(a.runTo(10h));
    ASSERT_TRUE(b.runTo(10h));
    EXPECT_EQ(a.report().stations[0].working, b.report().stations[1].working);
    EXPECT_EQ(a.report().buffers[0].mean, b.report().buffers[1].mean);
}

TEST(Simulation, FinishedPartsWaitForRoomAndGoInOrder) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .limit = 3, .to = toStation(0)}};
    process.stations = {{.id = "fast", .cycle = constantOf(1), .to = toStation(1)},
                        {.id = "slow", .cycle = constantOf(10), .to = toDone()}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(31s));
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 3u);
    // 0-1 working, 1-2 working, 2-11 blocked, 11-12 working, 12-21 blocked, then starved.
    EXPECT_NEAR(report.stations[0].working, 3 / 31.0, 1e-12);
    EXPECT_NEAR(report.stations[0].blocked, 18 / 31.0, 1e-12);
    EXPECT_NEAR(report.stations[1].working, 30 / 31.0, 1e-12);
    EXPECT_NEAR(report.stations[1].starved, 1 / 31.0, 1e-12);
}

TEST(Simulation, WorkIsInterruptedByFailuresAndShiftsAndGoesOn) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .limit = 1, .to = toStation(0)}};
    process.shifts = {{.id = "s", .period = 100s, .hours = {{0s, 20s}, {30s, 100s}}}};
    process.stations = {{.id = "m",
                         .cycle = constantOf(50),
                         .failures = {{.id = "f", .between = constantOf(40), .repair = constantOf(7)}},
                         .shift = 0,
                         .to = toDone()}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(100s)); // works 0-20, off to 30, works to 50 (40 s worked), down to 57, works to 67
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 1u);
    EXPECT_NEAR(report.products[0].meanTimeInSystem, 67, 1e-9);
    EXPECT_NEAR(report.stations[0].working, 0.50, 1e-12);
    EXPECT_NEAR(report.stations[0].down, 0.07, 1e-12);
    EXPECT_NEAR(report.stations[0].idle, 0.10, 1e-12);
    EXPECT_NEAR(report.stations[0].starved, 0.33, 1e-12);
    EXPECT_EQ(report.stations[0].failures, 1u);
}

TEST(Simulation, SetUpsFollowTheirTable) {
    Process process;
    process.products = {{.id = "a"}, {.id = "b"}};
    process.sources = {{.id = "as", .every = constantOf(100), .first = 0s, .limit = 2, .to = toStation(0)},
                       {.id = "bs", .product = 1, .every = constantOf(100), .first = 50s, .limit = 2, .to = toStation(0)}};
    process.stations = {{.id = "m",
                         .cycle = constantOf(10),
                         .setUps = {{.from = 0, .to = 1, .time = constantOf(5)}, {.from = 1, .to = 0, .time = constantOf(3)}},
                         .to = toDone()}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(200s)); // a, b (5), a (3), b (5)
    EXPECT_NEAR(run.report().stations[0].setUp, 13 / 200.0, 1e-12);
    EXPECT_NEAR(run.report().stations[0].working, 40 / 200.0, 1e-12);
}

TEST(Simulation, BuffersGiveByTheirDiscipline) {
    const auto mean = [](Discipline discipline) {
        Process process;
        process.products = {{.id = "low"}, {.id = "high", .priority = 5}};
        process.sources = {{.id = "lows", .every = constantOf(1), .first = 0s, .limit = 5, .to = toBuffer(0)},
                           {.id = "highs", .product = 1, .every = constantOf(1), .first = 4500ms, .limit = 1, .to = toBuffer(0)}};
        process.buffers = {{.id = "queue", .discipline = discipline, .to = takenBy(0)}};
        process.stations = {{.id = "m", .cycle = constantOf(10), .to = toDone()}};
        Simulation run{modelOf(process), 1};
        EXPECT_TRUE(run.runTo(1h));
        return std::pair{run.report().products[0].meanTimeInSystem, run.report().products[1].meanTimeInSystem};
    };
    // One works from 0 to 10; four lows (from 1, 2, 3, 4) and the high one (from 4.5) wait.
    const auto expect = [&](Discipline discipline, double low, double high) {
        const auto [lows, highs] = mean(discipline);
        EXPECT_NEAR(lows, low, 1e-9);
        EXPECT_NEAR(highs, high, 1e-9);
    };
    expect(Discipline::Fifo, (10 + 19 + 28 + 37 + 46) / 5.0, 55.5);
    expect(Discipline::Lifo, (10 + 59 + 48 + 37 + 26) / 5.0, 15.5);
    expect(Discipline::Priority, (10 + 29 + 38 + 47 + 56) / 5.0, 15.5);
}

// --- what cannot run ---------------------------------------------------------------------------------------------------------

TEST(BadModels, ADeadlockIsNamedWithWhoWaitsForWhom) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .to = toBuffer(0)}};
    process.buffers = {{.id = "before", .capacity = 1, .to = takenBy(0)}, {.id = "after", .capacity = 1, .to = takenBy(1)}};
    process.stations = {
        {.id = "machine", .cycle = constantOf(1), .to = toBuffer(1)},
        {.id = "inspection",
         .cycle = constantOf(2),
         .to = {.branches = {{.to = {PlaceKind::Done}, .share = 0.2}, {.to = {PlaceKind::Buffer, 0}, .share = 0.8}}}}};
    Simulation run{modelOf(process), 1};
    const auto done = run.runTo(24h);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(
        done.error().text(),
        "station 'machine': deadlock after 3 s: station 'machine' waits for buffer 'after' waits for station 'inspection' "
        "waits for buffer 'before' waits for station 'machine'; give one of them more room, or send what comes back elsewhere");
    EXPECT_FALSE(run.step().has_value());
}

TEST(BadModels, GrowthWithoutEndIsNamed) {
    Process process = queueModel(1.5);
    process.maximumParts = 1000;
    Simulation run{modelOf(process), 1};
    const auto done = run.runTo(24h);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::ResourceLimit);
    EXPECT_THAT(done.error().text(), HasSubstr("buffer 'queue': more than 1000 parts in progress after "));
}

TEST(BadModels, AreRefusedBeforeTheyRun) {
    Process process = queueModel(0.5);
    process.stations.push_back({.id = "island", .cycle = constantOf(1), .to = toDone()});
    EXPECT_EQ(refusal(process), "station 'island': no part ever gets here: no source leads to it\n");
    process = queueModel(0.5);
    process.stations[0].to.branches.clear();
    EXPECT_THAT(refusal(process), HasSubstr("station 'server': has no way on"));
    process = queueModel(0.5);
    process.stations[0].cycle = constantOf(-1);
    EXPECT_EQ(refusal(process), "station 'server': cycle: a time must be 0 or more, and at most 100 years\n");
    process = queueModel(0.5);
    process.stations[0].to = toBuffer(0);
    EXPECT_THAT(refusal(process), HasSubstr("station 'server': no part that gets here ever leaves the process"));
    process = queueModel(0.5);
    process.stations[0].cycle = constantOf(0);
    process.stations[0].to = {.branches = {{.to = {PlaceKind::Done}}, {.to = {PlaceKind::Buffer, 0}}}};
    EXPECT_THAT(refusal(process),
                HasSubstr("parts can go round without taking any time (buffer 'queue' -> station 'server' -> buffer 'queue')"));
    process = queueModel(0.5);
    process.sources[0].every.reset();
    EXPECT_THAT(refusal(process), HasSubstr("source 'arrivals': always has a part and leads to a place without limit"));
    process = queueModel(0.5);
    process.buffers[0].capacity = 4;
    process.stations[0].batch = 5;
    EXPECT_THAT(refusal(process), HasSubstr("station 'server': needs 5 parts at once, but buffer 'queue' holds 4 at most"));
    EXPECT_THAT(refusal(Process{}), HasSubstr("there is no source"));
}

} // namespace
} // namespace millwright::sim
