#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/cost.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// How people come to where they are called, their hours, and who can do what (docs/simulation.md, "People").
namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

/// Machines that always have a part to work on for 10 s and never fail, and a crew.
Process machines(std::uint32_t count, std::uint32_t people) {
    Process process;
    process.products = {{.id = "part"}};
    process.crews = {{.id = "people", .size = people}};
    for (std::uint32_t i = 0; i < count; ++i) {
        process.sources.push_back({.id = std::format("source-{}", i), .to = toStation(i)});
        process.stations.push_back({.id = std::format("station-{}", i), .cycle = constantOf(10), .to = toDone()});
    }
    return process;
}

Failure failureAfter(double work, double repair) {
    return {.id = "f", .between = constantOf(work), .repair = constantOf(repair), .crew = 0};
}

Simulation runOf(const Process& process, Duration time) {
    Simulation run{modelOf(process), 1};
    const auto ran = run.runTo(time);
    EXPECT_TRUE(ran.has_value()) << ran.error().text();
    return run;
}

// Fails at 25 s, is detected at 28, the crew sets out at 33, is there at 40 and has repaired it at 50.
TEST(Crew, IsCalledSetsOutComesAndRepairs) {
    Process process = machines(1, 1);
    process.stations[0].failures = {failureAfter(25, 10)};
    process.stations[0].failures[0].detected = constantOf(3);
    process.crews[0].response = constantOf(5);
    process.crews[0].travel = constantOf(7);
    EXPECT_NEAR(runOf(process, 50s).report().stations[0].down, 25 / 50.0, 1e-12);
    const Report report = runOf(process, 60s).report(); // it works again from 50 s
    EXPECT_NEAR(report.stations[0].down, 25 / 60.0, 1e-12);
    EXPECT_NEAR(report.crews[0].responding, 5 / 60.0, 1e-12);
    EXPECT_NEAR(report.crews[0].walking, 7 / 60.0, 1e-12);
    EXPECT_NEAR(report.crews[0].busy, 10 / 60.0, 1e-12);
}

// What is under way when the counting begins counts from then on.
TEST(Crew, CountsTheRestOfAWay) {
    Process process = machines(1, 1);
    process.stations[0].failures = {failureAfter(25, 10)};
    process.crews[0].response = constantOf(5);
    process.crews[0].travel = constantOf(7);
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(32s)); // on the way since 30 s
    EXPECT_NEAR(run.report().crews[0].walking, 2 / 32.0, 1e-12);
    run.resetStatistics();
    ASSERT_TRUE(run.runTo(42s));
    EXPECT_NEAR(run.report().crews[0].responding, 0, 1e-12);
    EXPECT_NEAR(run.report().crews[0].walking, 5 / 10.0, 1e-12);
    EXPECT_NEAR(run.report().crews[0].busy, 5 / 10.0, 1e-12);
}

TEST(Crew, WalksFromWhereItWasLast) {
    Process process = machines(2, 1);
    process.crews[0].walking = 2;
    process.crews[0].home = {{0, 0, -20}};
    process.stations[0].at = {{0, 0, 0}};
    process.stations[1].at = {{30, 0, 40}};
    process.stations[0].failures = {failureAfter(100, 5)};
    process.stations[1].failures = {failureAfter(200, 5)};
    // From home 10 s to the first, then 25 s from there to the second, and 25 s back.
    Simulation run = runOf(process, 114s);
    EXPECT_EQ(run.activity(0), Activity::Down);
    ASSERT_TRUE(run.runTo(116s));
    EXPECT_EQ(run.activity(0), Activity::Working);
    ASSERT_TRUE(run.runTo(229s)); // it fails at 200 s of work; meanwhile the first at 215 s
    EXPECT_EQ(run.activity(1), Activity::Down);
    ASSERT_TRUE(run.runTo(231s));
    EXPECT_EQ(run.activity(1), Activity::Working);
    ASSERT_TRUE(run.runTo(259s));
    EXPECT_EQ(run.activity(0), Activity::Down);
    ASSERT_TRUE(run.runTo(261s));
    EXPECT_EQ(run.activity(0), Activity::Working);
    EXPECT_NEAR(run.report().crews[0].walking, (10 + 25 + 25) / 261.0, 1e-12);
}

TEST(Crew, SendsTheNearestAndBeginsWithTheLast) {
    Process process = machines(3, 2);
    process.crews[0].walking = 1;
    process.stations[0].at = {{0, 0, 0}};
    process.stations[1].at = {{100, 0, 0}};
    process.stations[2].at = {{80, 0, 0}};
    process.stations[0].failures = {failureAfter(10, 1)};
    process.stations[1].failures = {failureAfter(10, 1)};
    process.stations[0].failures[0].between.mean = process.stations[1].failures[0].between.mean = 10;
    process.stations[2].failures = {failureAfter(50, 5)};
    process.stations[0].cycle = process.stations[1].cycle = constantOf(1e6);
    process.stations[0].failures[0].repair = process.stations[1].failures[0].repair = constantOf(39);
    // Both are called to where they then are. At 50 s the one at 100 m comes 20 m.
    Simulation run = runOf(process, 74s);
    EXPECT_EQ(run.activity(2), Activity::Down);
    ASSERT_TRUE(run.runTo(76s));
    EXPECT_EQ(run.activity(2), Activity::Working);
    // Two are needed at once: the work begins when the other has come 100 m.
    Process together = machines(2, 2);
    together.crews[0].walking = 1;
    together.crews[0].home = {{0, 0, 0}};
    together.stations[0].at = {{0, 0, 0}};
    together.stations[1].at = {{100, 0, 0}};
    together.stations[0].cycle = constantOf(1000);
    together.stations[0].failures.clear();
    together.stations[1].needs = {{.count = 2}};
    Simulation pair = runOf(together, 100s);
    EXPECT_EQ(pair.finished(1), 0u);
    EXPECT_NEAR(pair.report().stations[1].unattended, 1, 1e-12);
    ASSERT_TRUE(pair.runTo(111s)); // they stay for the next part
    EXPECT_EQ(pair.finished(1), 1u);
    ASSERT_TRUE(pair.runTo(121s));
    EXPECT_EQ(pair.finished(1), 2u);
    EXPECT_NEAR(pair.report().crews[0].walking, 100 / 121.0, 1e-12);
}

// A machine that fails while its operator is on the way calls him off.
TEST(Crew, IsCalledOffOnTheWay) {
    Process process = machines(1, 1);
    process.crews.push_back({.id = "fitters"});
    process.crews[0].travel = constantOf(30);
    process.stations[0].needs = {{}};
    process.stations[0].failures = {
        {.id = "f", .clock = FailureClock::Calendar, .between = constantOf(20), .repair = constantOf(10), .crew = 1}};
    const Report report = runOf(process, 300s).report(); // 20 s up and 10 s down, for ever
    EXPECT_EQ(report.stations[0].finished, 0u);
    EXPECT_NEAR(report.stations[0].unattended, 2.0 / 3, 1e-12);
    EXPECT_NEAR(report.crews[0].walking, 2.0 / 3, 1e-12);
    EXPECT_NEAR(report.crews[0].busy, 0, 1e-12);
}

TEST(Crew, BeginsNothingOutsideItsHoursAndFinishesWhatItIsAt) {
    Process process = machines(1, 1);
    process.shifts = {{.id = "day", .period = 100s, .hours = {{0s, 25s}, {35s, 60s}}}};
    process.crews[0].shift = 0;
    process.crews[0].hourCost = 3600;
    process.stations[0].needs = {{}};
    // From 0, 10 and 20 s (until 30), break until 35, from 35, 45 and 55 s (until 65), then off until 100.
    Simulation run = runOf(process, 100s);
    EXPECT_EQ(run.finished(0), 6u);
    const Report report = run.report();
    EXPECT_NEAR(report.stations[0].unattended, (5 + 35) / 100.0, 1e-12);
    EXPECT_NEAR(report.crews[0].present, 0.5, 1e-12);
    EXPECT_NEAR(report.crews[0].busy, 60 / 50.0, 1e-12); // two jobs outlast its hours
    EXPECT_NEAR(costOf(process, report).hours, 50, 1e-9);
}

TEST(Crew, TheFirstOfSeveralWhoIsFreeComes) {
    Process process = machines(3, 1);
    process.crews = {{.id = "mechanics"}, {.id = "all-rounders"}, {.id = "electricians"}};
    process.stations[0].needs = {{.crew = 0, .others = {1}}};
    process.stations[1].needs = {{.crew = 2, .others = {1}}};
    process.stations[2].needs = {{.crew = 0, .others = {1}}};
    Simulation run = runOf(process, 100s);
    const Report report = run.report();
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(run.finished(i), 10u) << i;
        EXPECT_NEAR(report.crews[i].busy, 1, 1e-12) << i;
    }
    // With a fourth there is work for four and people for three.
    process.sources.push_back({.id = "source-3", .to = toStation(3)});
    process.stations.push_back({.id = "station-3", .cycle = constantOf(10), .needs = {{.crew = 2, .others = {1}}}, .to = toDone()});
    Simulation more = runOf(process, 1000s);
    std::uint64_t made = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_GE(more.finished(i), 45u) << i;
        made += more.finished(i);
    }
    EXPECT_EQ(made, 300u);
}

TEST(Crew, WalksToVehiclesToo) {
    Process process = machines(1, 1);
    process.crews[0].walking = 1;
    process.stations[0].failures = {failureAfter(1000, 1)};
    const auto model = Model::make(process);
    ASSERT_FALSE(model.has_value());
    EXPECT_THAT(model.error().front().message, HasSubstr("walks to station 'station-0', and nobody knows where that is"));
}

TEST(Crew, PeopleWhoNeverMeetAreToldBeforeARun) {
    Process process = machines(1, 1);
    process.shifts = {{.id = "day", .hours = {{6h, 14h}}}, {.id = "night", .hours = {{0s, 6h}, {22h, 24h}}}};
    process.crews = {{.id = "a", .shift = 0}, {.id = "b", .shift = 1}};
    process.stations[0].needs = {{.crew = 0}, {.crew = 1}};
    const auto problems = problemsOf(process);
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_THAT(problems[0].message, HasSubstr("needs crews 'a' and 'b' at once, whose hours have no time in common"));
    process.shifts[1].hours[0].to = 7h;
    EXPECT_THAT(problemsOf(process), SizeIs(0));
}

// 0.6 people at work and 0.2 called, of whom there is half a one.
TEST(Crew, ItsLoadCountsResponsesAndHours) {
    Process process = machines(1, 1);
    process.sources[0].every = exponentialOf(20);
    process.stations[0].needs = {{}};
    process.stations[0].cycle = constantOf(12);
    process.crews[0].response = constantOf(4);
    EXPECT_NEAR(crewLoadsOf(process)[0], 0.8, 1e-9);
    EXPECT_THAT(overloadsOf(process), SizeIs(0));
    process.shifts = {{.id = "day", .hours = {{6h, 18h}}}};
    process.crews[0].shift = 0;
    ASSERT_THAT(overloadsOf(process), SizeIs(1));
    EXPECT_THAT(overloadsOf(process)[0].message, HasSubstr("needs 0.8 of its people all the time, and there are 0.5"));
    // Somebody else can do it too.
    process.crews.push_back({.id = "others"});
    process.stations[0].needs[0].others = {1};
    EXPECT_THAT(overloadsOf(process), SizeIs(0));
}

// Who is found at work and at a repair is there.
TEST(Crew, IsWhereTheStateOfThePlantHasIt) {
    Process process = machines(2, 1);
    process.crews[0].response = constantOf(50);
    process.crews[0].travel = constantOf(50);
    process.stations[0].needs = {{}};
    process.crews.push_back({.id = "fitters", .response = constantOf(50)});
    process.stations[1].failures = {{.id = "f", .between = constantOf(1000), .repair = constantOf(20), .crew = 1}};
    InitialState initial;
    const Elapsed done{Elapsed::Known::Exactly, 5s};
    initial.stations = {{"station-0", {{.hand = Hand::Work, .inHand = done, .worked = {}, .up = {}, .repair = {}}}},
                        {"station-1",
                         {{.hand = Hand::Work,
                           .inHand = done,
                           .worked = {},
                           .up = {},
                           .down = true,
                           .downFor = 12s,
                           .repair = {Elapsed::Known::Exactly, 12s}}}}};
    Simulation run{modelOf(process), 1, initial};
    ASSERT_TRUE(run.runTo(9s));
    EXPECT_EQ(run.finished(0), 1u);
    EXPECT_EQ(run.activity(0), Activity::Unattended); // for the next part it is called anew
    EXPECT_EQ(run.activity(1), Activity::Working);    // repaired after 8 s
}

} // namespace
} // namespace millwright::sim
