#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/cost.hpp>
#include <millwright/sim/describe.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/present.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

Station conveyor(const Conveying& conveying, Route to) {
    return {.id = "belt", .conveying = conveying, .to = std::move(to)};
}

/// A source that always has a part, a conveyor, and whatever comes behind it.
Process conveying(const Conveying& conveying) {
    Process process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "blanks", .to = toStation(0)}};
    process.stations = {conveyor(conveying, toDone())};
    return process;
}

/// A conveyor with a machine behind it.
Process conveyingTo(const Conveying& belt, double cycle) {
    Process process = conveying(belt);
    process.stations[0].to = toStation(1);
    process.stations.push_back({.id = "slow", .cycle = constantOf(cycle), .to = toDone()});
    return process;
}

/// Parts at these times, each from a source of its own.
void comeAt(Process& process, std::initializer_list<Duration> times) {
    process.sources.clear();
    for (const Duration time : times)
        process.sources.push_back(
            {.id = std::format("at-{}", seconds(time)), .every = constantOf(1e6), .first = time, .limit = 1, .to = toStation(0)});
}

/// When parts were done.
std::vector<double> doneAt(const Process& process, Duration until) {
    Simulation run{modelOf(process), 1};
    std::vector<double> times;
    while (run.step(until).value()) times.resize(run.partsDone(), static_cast<double>(run.now().count()) / 1e9);
    return times;
}

TEST(Conveyor, TakesLengthOverSpeed) {
    Process process = conveying({.length = 12, .speed = 0.5, .pitch = 1.5});
    process.sources[0].every = constantOf(10);
    process.sources[0].first = 0s;
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(100s));
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(1100s));
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 100u);
    EXPECT_NEAR(report.products[0].meanTimeInSystem, 24, 1e-9);
    EXPECT_NEAR(report.stations[0].conveyed->meanWait, 24, 1e-9);
    EXPECT_NEAR(report.stations[0].conveyed->mean, 2.4, 1e-9); // Little 1961: 24 s of one in 10 s
    EXPECT_NEAR(report.stations[0].working, 1, 1e-12);         // there is always one under way
    EXPECT_EQ(report.stations[0].finished, 100u);
}

// As many as pass its beginning: speed / pitch; then length / pitch are on it, by Little's law.
TEST(Conveyor, PassesOnePartAPitch) {
    for (const bool accumulating : {true, false})
        for (const double length : {4.0, 2.5, 1.0, 7.3}) {
            Simulation run{modelOf(conveying({length, 0.5, 1, accumulating})), 1};
            ASSERT_TRUE(run.runTo(100s));
            run.resetStatistics();
            ASSERT_TRUE(run.runTo(1100s));
            const Report report = run.report();
            EXPECT_EQ(report.products[0].made, 500u) << length;
            EXPECT_NEAR(report.stations[0].conveyed->mean, length, 1e-9);
            EXPECT_LE(report.stations[0].conveyed->max, std::ceil(length));
            EXPECT_NEAR(report.stations[0].conveyed->meanWait, length / 0.5, 1e-9);
            EXPECT_EQ(report.stations[0].blocked, 0);
        }
}

TEST(Conveyor, IsAsFastAsWhatIsBehindIt) {
    for (const bool accumulating : {true, false})
        for (const double cycle : {0.7, 1.0, 1.5, 5.0}) {
            Simulation run{modelOf(conveyingTo({4, 1, 1, accumulating}, cycle)), 1};
            ASSERT_TRUE(run.runTo(1h));
            run.resetStatistics();
            ASSERT_TRUE(run.runTo(4h));
            const double most = std::min(1 / cycle, 1.0); // one a second comes on to it
            EXPECT_NEAR(static_cast<double>(run.report().products[0].made), most * 3 * 3600, 1) << cycle;
            if (cycle > 1) { // it is full
                EXPECT_NEAR(run.report().stations[0].conveyed->mean, 4, 1e-9);
            }
        }
}

// Four places, a part comes on each second and leaves every fifth: e(1) … e(5) = 0 … 4 s, the first leaves at 4 s; then all four
// places are taken, and one comes whenever one goes, at 9 s, 14 s and so on.
TEST(Conveyor, ThatIsFullHoldsUpWhatIsBeforeIt) {
    for (const bool accumulating : {true, false}) {
        Process process = conveyingTo({4, 1, 1, accumulating}, 5);
        process.sources[0].to = toStation(2);
        process.stations.push_back({.id = "press", .cycle = constantOf(0.25), .to = toStation(0)});
        Simulation run{modelOf(process), 1};
        ASSERT_TRUE(run.runTo(8999ms));
        EXPECT_EQ(run.report().stations[0].conveyed->entered, 5u);
        EXPECT_EQ(run.activity(0), Activity::Blocked);
        EXPECT_EQ(run.activity(2), Activity::Blocked);
        ASSERT_TRUE(run.runTo(9001ms));
        EXPECT_EQ(run.report().stations[0].conveyed->entered, 5u); // it was 0.25 s late: the first came at 0.25 s
        ASSERT_TRUE(run.runTo(9251ms));
        EXPECT_EQ(run.report().stations[0].conveyed->entered, 6u);
        run.resetStatistics();
        ASSERT_TRUE(run.runTo(1009251ms));
        const Report report = run.report();
        EXPECT_NEAR(report.stations[0].working, 0.2, 1e-9); // the next comes up to the end for 1 s of 5
        EXPECT_NEAR(report.stations[0].blocked, 0.8, 1e-9);
        EXPECT_NEAR(report.stations[2].working, 0.05, 1e-9);
        EXPECT_NEAR(report.stations[2].blocked, 0.95, 1e-9);
        EXPECT_NEAR(report.stations[0].conveyed->mean, 4, 1e-9);
        EXPECT_NEAR(report.stations[0].conveyed->meanWait, 20, 0.1);
    }
}

// Ten metres at 1 m/s with a machine of 20 s behind it. The second part stands at the end from 11 s to 30 s.
TEST(Conveyor, ThatAccumulatesBringsOthersUpBehindOneThatStands) {
    Process process = conveyingTo({10, 1, 1, true}, 20);
    comeAt(process, {0s, 1s, 8s, 15s});
    // The third is at 9 m at 17 s and waits there; the fourth comes on at 15 s as if nothing had happened.
    EXPECT_EQ(doneAt(process, 1h), (std::vector<double>{30, 50, 70, 90}));
    process.stations[1].cycle = constantOf(1.5); // 10 to 11.5, then 13; the third at 18, the fourth at 25
    EXPECT_EQ(doneAt(process, 1h), (std::vector<double>{11.5, 13, 19.5, 26.5}));
}

TEST(Conveyor, ThatDoesNotAccumulateStandsWithItsFirstPart) {
    Process process = conveyingTo({10, 1, 1, false}, 20);
    comeAt(process, {0s, 1s, 8s, 15s});
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(29s));
    EXPECT_EQ(run.report().stations[0].conveyed->entered, 3u); // it has stood since 11 s, and nothing comes on to it
    EXPECT_EQ(run.report().sources[3].waiting, 1u);
    ASSERT_TRUE(run.runTo(36900ms));
    EXPECT_EQ(run.report().stations[0].conveyed->entered, 4u);
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(37100ms)); // the third is there after 10 s under way: from 8 s to 11 s, and 7 s from 30 s on
    EXPECT_EQ(run.activity(0), Activity::Blocked);
    ASSERT_TRUE(run.runTo(50s));
    // The fourth came on at 30 s, went 7 m until 37 s, and the last 3 m from 50 s on.
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(52900ms));
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(53100ms));
    EXPECT_EQ(run.activity(0), Activity::Blocked);
}

// 2.5 m for parts of 1 m: the third stands with its end half a metre before the beginning, and the next comes when it is in.
TEST(Conveyor, ThatIsFullMayHoldItsLastPartHalfIn) {
    Process process = conveyingTo({2.5, 1, 1, true}, 100);
    comeAt(process, {0s, 1s, 2s, 3s, 4s, 5s});
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(102s));
    EXPECT_EQ(run.report().stations[0].conveyed->entered, 4u); // one is in the machine since 2.5 s
    EXPECT_EQ(run.report().stations[0].conveyed->now, 3u);
    ASSERT_TRUE(run.runTo(102900ms)); // at 102.5 s one left
    EXPECT_EQ(run.report().stations[0].conveyed->entered, 4u);
    ASSERT_TRUE(run.runTo(103s));
    EXPECT_EQ(run.report().stations[0].conveyed->entered, 5u);
    EXPECT_EQ(placesOf({.length = 2.5, .speed = 1, .pitch = 1}), 3u);
    EXPECT_EQ(placesOf({.length = 0.3, .speed = 1, .pitch = 0.1}), 3u);
    EXPECT_EQ(placesOf({.length = 12, .speed = 1, .pitch = 0.4}), 30u);
}

// Three zones of 2 m for parts of 1 m at 1 m/s: a part comes on each 3 s, when the last one has left the first zone.
TEST(Conveyor, InZonesPassesOnePartAZoneAndItsOwnLength) {
    Simulation run{modelOf(conveying({.length = 6, .speed = 1, .pitch = 1, .zones = 3})), 1};
    ASSERT_TRUE(run.runTo(60s));
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(360s));
    EXPECT_EQ(run.report().products[0].made, 100u);
    EXPECT_NEAR(run.report().stations[0].conveyed->mean, 2, 1e-9);
    EXPECT_NEAR(run.report().stations[0].conveyed->meanWait, 6, 1e-9);
    Simulation one{modelOf(conveying({.length = 6, .speed = 1, .pitch = 1, .zones = 1})), 1};
    ASSERT_TRUE(one.runTo(60s));
    EXPECT_EQ(one.report().products[0].made, 10u);
    EXPECT_EQ(one.report().stations[0].conveyed->max, 1u);
}

// As above, before a machine of 100 s. On at 0, 3, 6 and 9 s; the first is in the machine at 6 s, the second at the end at 9 s, the
// third at the end of the second zone at 10 s, the fourth of the first at 11 s. The machine is free at 106 s: the second goes, the
// third goes on at 106 s, the fourth when that has left its zone at 107 s, and the next comes on at 108 s.
TEST(Conveyor, InZonesStartsUpOnePartAfterTheOther) {
    Process process = conveyingTo({.length = 6, .speed = 1, .pitch = 1, .zones = 3}, 100);
    Simulation run{modelOf(process), 1};
    std::vector<double> on; // but for the first, which is there when the run begins
    for (std::uint64_t before = 1; run.step(500s).value(); before = run.report().stations[0].conveyed->entered)
        if (run.report().stations[0].conveyed->entered > before) on.push_back(seconds(run.now()));
    EXPECT_EQ(on, (std::vector<double>{3, 6, 9, 108, 208, 308, 408}));
}

TEST(Conveyor, StandsWhileItIsDown) {
    for (const bool accumulating : {true, false}) {
        Process process = conveying({12, 1, 1, accumulating});
        comeAt(process, {0s, 4s, 11s});
        process.stations[0].failures = {{.id = "drive", .between = constantOf(10), .repair = constantOf(5)}};
        // It works from 0 s, is down from 10 s to 15 s and from 25 s to 30 s. The third comes on at 15 s.
        EXPECT_EQ(doneAt(process, 1h), (std::vector<double>{17, 21, 32}));
        const Report report = [&] {
            Simulation run{modelOf(process), 1};
            EXPECT_TRUE(run.runTo(40s));
            return run.report();
        }();
        EXPECT_EQ(report.stations[0].failures, 2u);
        EXPECT_NEAR(report.stations[0].down, 10 / 40.0, 1e-12);
        EXPECT_NEAR(report.stations[0].working, 22 / 40.0, 1e-12);
        EXPECT_NEAR(report.stations[0].starved, 8 / 40.0, 1e-12);
    }
}

// Nothing leaves a conveyor that is down, and an accumulating one does not bring anything up meanwhile.
TEST(Conveyor, ThatFailsWhileItIsBlockedKeepsWhatItHas) {
    Process process = conveyingTo({10, 1, 1, true}, 20);
    comeAt(process, {0s, 1s, 25s});
    process.stations[0].failures = {
        {.id = "drive", .clock = FailureClock::Calendar, .between = constantOf(28), .repair = constantOf(10)}};
    // The machine is free at 30 s; the second is let go at 38 s, the third has gone 3 m until 28 s and is there at 45 s.
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(37s));
    EXPECT_EQ(run.activity(0), Activity::Down);
    EXPECT_EQ(run.activity(1), Activity::Starved);
    ASSERT_TRUE(run.runTo(44900ms));
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(45100ms));
    EXPECT_EQ(run.activity(0), Activity::Blocked);
}

TEST(Conveyor, StandsOutsideItsHours) {
    Process process = conveying({12, 1, 1, true});
    process.shifts = {{.id = "day", .period = 100s, .hours = {{0s, 10s}, {50s, 100s}}}};
    process.stations[0].shift = 0;
    comeAt(process, {0s, 20s});
    EXPECT_EQ(doneAt(process, 1h), (std::vector<double>{52, 62}));
}

TEST(Conveyor, LeadsToConveyorsAndBuffersAndSeveralWays) {
    Process process = conveying({4, 1, 1, false});
    process.sources[0].limit = 200;
    process.stations[0].to = {.rule = RouteRule::Shortest,
                              .branches = {{.to = {PlaceKind::Station, 1}}, {.to = {PlaceKind::Station, 2}}}};
    process.stations.push_back({.id = "left", .conveying = Conveying{3, 1, 1, true}, .to = toBuffer(0)});
    process.stations.push_back({.id = "right", .conveying = Conveying{6, 2, 1, false}, .to = toBuffer(0)});
    process.stations.push_back({.id = "pack", .cycle = constantOf(0.5), .to = toDone()});
    process.buffers = {{.id = "lane", .capacity = 3, .to = takenBy(3)}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1h));
    const Report report = run.report();
    EXPECT_EQ(report.products[0].made, 200u);
    EXPECT_EQ(report.stations[1].finished + report.stations[2].finished, 200u);
    EXPECT_GT(report.stations[1].finished, 90u);
    EXPECT_EQ(report.stations[0].blocked, 0); // what is before it passes one a second as well
    EXPECT_EQ(run.partsInProgress(), 0u);
}

// A vehicle takes parts from the end of one conveyor to the beginning of another, 20 m there and 20 m back at 1 m/s.
TEST(Conveyor, IsServedByVehicles) {
    for (const bool accumulating : {true, false}) {
        Process process = conveying({10, 1, 1, accumulating});
        process.stations[0].node = 0;
        process.stations[0].to = toStation(1);
        process.stations.push_back({.id = "carry", .carrying = Carrying{.fleet = 0}, .to = toStation(2)});
        process.stations.push_back({.id = "on", .conveying = Conveying{5, 1, 1, accumulating}, .node = 1, .to = toDone()});
        process.nodes = {{.id = "from"}, {.id = "to"}};
        process.edges = {{.id = "way", .from = 0, .to = 1, .length = 20}};
        process.fleets = {{.id = "amr", .speed = 1, .parking = {0}}};
        Simulation run{modelOf(process), 1};
        ASSERT_TRUE(run.runTo(1000s));
        run.resetStatistics();
        ASSERT_TRUE(run.runTo(5000s));
        const Report report = run.report();
        EXPECT_EQ(report.products[0].made, 100u);
        EXPECT_EQ(report.fleets[0].loads, 100u);
        EXPECT_NEAR(report.stations[0].working, 1.0 / 40, 1e-9); // the next comes up to the end
        EXPECT_NEAR(report.stations[0].blocked, 39.0 / 40, 1e-9);
        EXPECT_NEAR(report.stations[0].conveyed->mean, 10, 1e-9);
        EXPECT_NEAR(report.stations[2].conveyed->mean, 5.0 / 40, 1e-9);
    }
}

// Where what it brings comes back to what it comes from.
TEST(Conveyor, DeadlockIsNamed) {
    for (const bool accumulating : {true, false}) {
        Process process = conveying({3, 1, 1, accumulating});
        process.sources[0].to = toStation(1);
        process.stations[0].to = toStation(1);
        process.stations.push_back(
            {.id = "wash",
             .cycle = constantOf(0.5),
             .to = {.branches = {{.to = {PlaceKind::Station, 0}, .share = 0.9999}, {.to = {PlaceKind::Done}, .share = 0.0001}}}});
        Simulation run{modelOf(process), 1};
        const auto ran = run.runTo(24h);
        ASSERT_FALSE(ran);
        EXPECT_THAT(ran.error().text(), HasSubstr("station 'wash' waits for conveyor 'belt'"));
        EXPECT_LT(run.now(), 60s); // at once
    }
}

TEST(Conveyor, ThatCannotBeIsRefused) {
    const auto refusal = [](
                             const Conveying& belt, void (*change)(Process&) = [](Process&) {}) {
        Process process = conveying(belt);
        change(process);
        const auto model = Model::make(process);
        return model ? std::string{} : model.error().front().text();
    };
    EXPECT_EQ(refusal({4, 1, 1}), "");
    EXPECT_THAT(refusal({0, 1, 1}), HasSubstr("conveyor 'belt': length, pitch and speed must be above 0"));
    EXPECT_THAT(refusal({4, 1, 5}), HasSubstr("a part takes 5 m of it (pitch), but it is only 4 m long"));
    EXPECT_THAT(refusal({4000, 1, 0.001}), HasSubstr("at most 100000 parts"));
    EXPECT_THAT(refusal({4, 1e-12, 1}), HasSubstr("at most 100 years"));
    EXPECT_THAT(refusal({4, 1e9, 1}), HasSubstr("at least 1 us"));
    EXPECT_THAT(refusal({4, 1, 1, false, 2}), HasSubstr("has 'zones', which are for conveyors that accumulate"));
    EXPECT_THAT(refusal({4, 1, 1.5, true, 3}), HasSubstr("a part takes 1.5 m (pitch), and a zone is only 1.33333 m long"));
    EXPECT_THAT(refusal({4, 1, 1}, [](Process& process) { process.stations[0].servers = 2; }), HasSubstr("conveys: it has no"));
}

TEST(Conveyor, IsDescribedAndWarnedOf) {
    Process process = conveying({12, 0.5, 1.5, false});
    std::string facts;
    for (const Fact& fact : factsOf(process)) facts += std::format("{} | {}: {}\n", fact.element, fact.what, fact.value);
    EXPECT_THAT(facts, HasSubstr("conveyor belt | length: 12 m at 0.5 m/s: 24 s on the way"));
    EXPECT_THAT(facts, HasSubstr("conveyor belt | room: 8 parts, each takes 1.5 m"));
    EXPECT_THAT(facts, HasSubstr("conveyor belt | a part that cannot leave: stops the whole conveyor"));
    process.sources[0].every = exponentialOf(2);
    const auto overloads = overloadsOf(process);
    ASSERT_EQ(overloads.size(), 1u);
    EXPECT_THAT(overloads[0].text(), HasSubstr("1800 parts an hour arrive, and it can make 1200"));
}

TEST(Conveyor, DrawsPowerAsItRunsAndStands) {
    Process process = conveyingTo({4, 1, 1, false}, 5);
    process.stations[0].power = {4, 3, 1, 0, 0, 0}; // working, starved, blocked …
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1000s));
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(1000s + 1h));
    EXPECT_NEAR(energyOf(process, run.report()), 0.2 * 4 + 0.8 * 1, 1e-9);
}

// --- a present state ----------------------------------------------------------------------------------------------------------

TEST(Conveyor, ARunBeginsWithPartsOnIt) {
    for (const Conveying& belt : {Conveying{10, 1, 1, true}, Conveying{10, 1, 1, false}, Conveying{10, 1, 1, true, 5}}) {
        Process process = conveying(belt);
        process.sources[0].every = constantOf(1e6);
        const InitialState state{.conveyors = {{"belt", 4}}};
        std::vector<std::int64_t> first;
        for (const std::uint64_t seed : {1u, 2u}) {
            Simulation run{modelOf(process), seed, state};
            EXPECT_EQ(run.partsInProgress(), 4u);
            std::vector<std::int64_t> at;
            const Duration longest = belt.zones > 0 ? 13s : 10s; // in zones they are further apart while they move
            while (run.step(longest).value()) at.resize(run.partsDone(), run.now().count());
            ASSERT_EQ(at.size(), 4u); // they were on it
            for (std::size_t i = 1; i < 4; ++i) EXPECT_GE(at[i] - at[i - 1], 1'000'000'000);
            first.push_back(at[0]);
        }
        EXPECT_NE(first[0], first[1]);
    }
}

// The machine behind it is done with its part after 2 s, then takes 3 s for each. In zones the fourth leaves them at 4 s, 6.5 s and
// 9 s, each 1 s after the third, and is at the end at 11.5 s.
TEST(Conveyor, ARunBeginsWithOneThatStandsAtItsEnd) {
    for (const Conveying& belt : {Conveying{10, 1, 1, true}, Conveying{10, 1, 1, false}, Conveying{10, 1, 1, true, 4}}) {
        Process process = conveyingTo(belt, 3);
        process.sources[0].every = constantOf(1e6);
        const InitialState state{.stations = {{"belt", {{.hand = Hand::Finished}}},
                                              {"slow", {{.hand = Hand::Work, .inHand = {Elapsed::Known::Exactly, 1s}}}}},
                                 .conveyors = {{"belt", 4}}};
        Simulation run{modelOf(process), 1, state};
        EXPECT_EQ(run.activity(0), Activity::Blocked);
        std::vector<std::int64_t> at;
        while (run.step(1min).value()) at.resize(run.partsDone(), run.now().count() / 1'000'000);
        EXPECT_EQ(at, (std::vector<std::int64_t>{2000, 5000, 8000, 11000, belt.zones > 0 ? 14500 : 14000}));
    }
}

TEST(Conveyor, IsTakenAsFullAsOnAverageInABranchFromNow) {
    Process process = conveyingTo({12, 0.5, 1.5}, 2);
    process.sources[0].every = constantOf(4);
    Sighting sighting{.stations = std::vector<StationSeen>(2), .buffers = {}};
    const auto read = [&](Seen seen) {
        sighting.stations[0].now = seen;
        return presentOf(process, sighting);
    };
    Present present = read(Seen::Working);
    ASSERT_EQ(present.state.conveyors.size(), 1u);
    EXPECT_EQ(present.state.conveyors[0].parts, 6u); // 24 s of one in 4 s
    EXPECT_EQ(present.state.stations[0].machines[0].hand, Hand::Nothing);
    EXPECT_THAT(present.assumptions,
                testing::Contains(HasSubstr("Conveyor belt: how many parts are on it, and where, is not shown: "
                                            "taken as 6")));
    present = read(Seen::Starved);
    EXPECT_EQ(present.state.conveyors[0].parts, 0u);
    EXPECT_THAT(present.assumptions, testing::Contains("Conveyor belt waits for parts: taken as empty."));
    present = read(Seen::Blocked);
    EXPECT_EQ(present.state.conveyors[0].parts, 6u);
    EXPECT_EQ(present.state.stations[0].machines[0].hand, Hand::Finished);
    Simulation run{modelOf(process), 1, present.state};
    EXPECT_EQ(run.partsInProgress(), 7u); // one is in the machine that it waits for
}

// --- everything together -----------------------------------------------------------------------------------------------------

/// The model of everything, with conveyors in its middle: after a blocking machine, before a batch, after a batch, in zones in the
/// rework.
Process everythingConveyed() {
    Process process = everything();
    process.stations.push_back(
        {.id = "roller",
         .failures = {{.id = "chain", .between = exponentialOf(200), .repair = exponentialOf(30), .crew = 0}},
         .shift = 0,
         .conveying = Conveying{6.5, 0.5, 1, true},
         .to = toBuffer(3)});
    process.stations.push_back(
        {.id = "hangers",
         .failures = {{.id = "drive", .clock = FailureClock::Calendar, .between = exponentialOf(600), .repair = exponentialOf(20)}},
         .conveying = Conveying{8, 0.4, 1, false},
         .to = toBuffer(6)});
    process.stations.push_back({.id = "back", .conveying = Conveying{5, 0.1, 0.8, true, 4}, .to = toBuffer(7)});
    process.stations[2].to = toStation(5); // lathe
    process.stations[3].to = toStation(6); // oven
    process.stations[4].to = {.branches = {{.to = {PlaceKind::Done}, .share = 0.8},
                                           {.to = {PlaceKind::Station, 7}, .share = 0.1},
                                           {.to = {PlaceKind::Scrap}, .share = 0.1}}};
    return process;
}

TEST(Conveyor, KeepsEveryPartAtEveryInstantAndHoldsNoMoreThanItCan) {
    const Process process = everythingConveyed();
    Simulation run{modelOf(process), 1};
    for (int i = 0; i < 80'000; ++i) {
        const auto stepped = run.step();
        ASSERT_TRUE(stepped.has_value()) << stepped.error().text();
        const Balance b = run.balance();
        ASSERT_EQ(b.created, b.done + b.scrapped + b.joined + b.lost + b.inProgress) << "event " << i;
        ASSERT_EQ(b.inProgress, run.partsInProgress());
    }
    const Report report = run.report();
    for (const std::size_t i : {5u, 6u, 7u}) {
        EXPECT_GT(report.stations[i].finished, 300u);
        EXPECT_LE(report.stations[i].conveyed->max, placesOf(*process.stations[i].conveying));
        EXPECT_EQ(report.stations[i].conveyed->entered, report.stations[i].conveyed->left + report.stations[i].conveyed->now);
    }
    EXPECT_GT(report.stations[5].blocked + report.stations[6].blocked, 0.01);
}

TEST(Conveyor, AForkGoesOnAsTheOriginalWould) {
    const Model model = modelOf(everythingConveyed());
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
        }
    }
}

// Little 1961: mean content = rate x mean time, to rounding when everything that came on went off again.
TEST(Conveyor, ObeysLittlesLaw) {
    for (const bool accumulating : {true, false}) {
        Process process = conveyingTo({7.5, 1, 1, accumulating}, 3);
        process.stations[1].cycle = exponentialOf(2);
        process.stations[0].failures = {{.id = "drive", .between = exponentialOf(100), .repair = exponentialOf(10)}};
        process.sources[0].every = exponentialOf(3);
        process.sources[0].limit = 3000;
        Simulation run{modelOf(process), 4};
        ASSERT_TRUE(run.runTo(24h));
        const Report report = run.report();
        const BufferReport& belt = *report.stations[0].conveyed;
        EXPECT_EQ(belt.left, 3000u);
        EXPECT_NEAR(belt.mean, 3000 / report.seconds * belt.meanWait, 1e-9 * belt.mean);
    }
}

} // namespace
} // namespace millwright::sim
