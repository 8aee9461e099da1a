#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

// People that stations need (docs/simulation.md, "People").
namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::array onlyLoading{false, true, false, false}, onlyWork{false, false, true, false};

/// Stations side by side that always have a part to work on, each 10 s with one of the crew.
Process sideBySide(std::uint32_t stations, std::uint32_t people) {
    Process process;
    process.products = {{.id = "part"}};
    process.crews = {{.id = "people", .size = people}};
    for (std::uint32_t i = 0; i < stations; ++i) {
        process.sources.push_back({.id = std::format("source-{}", i), .to = toStation(i)});
        process.stations.push_back({.id = std::format("station-{}", i), .cycle = constantOf(10), .needs = {{}}, .to = toDone()});
    }
    return process;
}

std::vector<std::uint64_t> finishedIn(const Process& process, Duration time) {
    Simulation run{modelOf(process), 1};
    const auto ran = run.runTo(time);
    EXPECT_TRUE(ran.has_value()) << ran.error().text();
    std::vector<std::uint64_t> finished;
    for (std::size_t i = 0; i < process.stations.size(); ++i) finished.push_back(run.finished(i));
    return finished;
}

TEST(Attendance, WhoWaitsIsServedInTurn) {
    EXPECT_THAT(finishedIn(sideBySide(3, 1), 300s), ElementsAre(10u, 10u, 10u));
    EXPECT_THAT(finishedIn(sideBySide(3, 2), 300s), ElementsAre(20u, 20u, 20u));
    EXPECT_THAT(finishedIn(sideBySide(3, 5), 300s), ElementsAre(30u, 30u, 30u));
}

TEST(Attendance, TheMoreUrgentIsServedFirst) {
    Process process = sideBySide(3, 1);
    process.stations[2].needs[0].priority = 1;
    // It asks again at the moment it lets go, and so keeps the person for ever; the first has the person once, before it asks.
    EXPECT_THAT(finishedIn(process, 300s), ElementsAre(1u, 0u, 29u));
}

// A machine that runs for 20 s after being loaded for 10: the one that is loaded second waits 10 s once, then never.
TEST(Attendance, AMachineRunsByItselfBetweenLoadings) {
    Process process = sideBySide(2, 1);
    for (Station& station : process.stations) {
        station.load = constantOf(10);
        station.cycle = constantOf(20);
        station.needs[0].during = onlyLoading;
    }
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(310s));
    const Report report = run.report();
    EXPECT_EQ(run.finished(0), 10u);
    EXPECT_EQ(run.finished(1), 10u);
    EXPECT_NEAR(report.stations[0].setUp, 110 / 310.0, 1e-12); // the loading counts as set-up
    EXPECT_NEAR(report.stations[1].unattended, 10 / 310.0, 1e-12);
    EXPECT_NEAR(report.crews[0].busy, 210 / 310.0, 1e-12);
}

// Set-up, loading, work and unloading, in this order, each with those that it needs.
TEST(Attendance, StepsFollowEachOtherAndEachHasItsPeople) {
    Process process = sideBySide(1, 1);
    process.crews.push_back({.id = "crane"});
    Station& station = process.stations[0];
    station.setUps = {{.time = constantOf(5)}};
    station.load = constantOf(7);
    station.unload = constantOf(3);
    station.needs = {{.crew = 0, .during = {true, true, false, false}}, {.crew = 1, .during = {false, true, false, true}}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(5s + 200s)); // of the first part alone it is set up
    EXPECT_EQ(run.finished(0), 10u);
    const Report report = run.report();
    EXPECT_NEAR(report.crews[0].busy, (5 + 70) / 205.0, 1e-12);
    EXPECT_NEAR(report.crews[1].busy, (70 + 30) / 205.0, 1e-12);
    EXPECT_NEAR(report.stations[0].working, 100 / 205.0, 1e-12);
    EXPECT_NEAR(report.stations[0].setUp, 105 / 205.0, 1e-12);
}

// Two stations that each need both of two crews, named in opposite order, and one that needs two people.
TEST(Attendance, AllAreTakenAtOnceSoThatNobodyWaitsWithSomebody) {
    Process process = sideBySide(3, 2);
    process.crews.push_back({.id = "crane"});
    process.stations[0].needs = {{.crew = 0}, {.crew = 1}};
    process.stations[1].needs = {{.crew = 1}, {.crew = 0}};
    process.stations[2].needs = {{.crew = 0, .count = 2}};
    // In rounds of 30 s: the crane's stations one after the other, the third alone.
    EXPECT_THAT(finishedIn(process, 600s), ElementsAre(20u, 20u, 20u));
}

// Who lacks people of this crew alone keeps its turn: the one that needs both is not passed over for ever.
TEST(Attendance, WhoNeedsSeveralOfACrewIsNotOvertaken) {
    Process process = sideBySide(3, 2);
    process.stations[2].needs[0].count = 2;
    process.stations[1].cycle = constantOf(13); // so that they never end together by themselves
    const std::vector<std::uint64_t> finished = finishedIn(process, 1000s);
    EXPECT_GT(finished[2], 25u);
}

// … and who has others before it for something else lets those behind it go first.
TEST(Attendance, WhoWaitsBehindOthersElsewhereLetsOthersPass) {
    Process process = sideBySide(4, 1);
    process.crews.push_back({.id = "crane"});
    process.stations[0].needs = process.stations[1].needs = {{.crew = 1}};
    process.stations[0].cycle = process.stations[1].cycle = constantOf(100);
    process.stations[2].needs = {{.crew = 1}, {.crew = 0}};
    // The third has the second before it for the crane until 100 s: the person works on the fourth. Then it is next: the person
    // is kept for it until 200 s.
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(199s));
    EXPECT_EQ(run.finished(0), 1u);
    EXPECT_EQ(run.finished(2), 0u);
    EXPECT_EQ(run.finished(3), 10u);
    ASSERT_TRUE(run.runTo(211s));
    EXPECT_EQ(run.finished(1), 1u);
    EXPECT_EQ(run.finished(2), 1u);
    EXPECT_EQ(run.finished(3), 10u);
}

TEST(Attendance, WhoFailsOrStopsLetsItsPeopleGo) {
    Process process = sideBySide(2, 1);
    process.stations[0].cycle = constantOf(1000);
    process.stations[0].failures = {{.id = "f", .between = constantOf(15), .repair = constantOf(30)}};
    // 15 s of work with the person, who then works three times elsewhere, comes back when that is done, and so on.
    EXPECT_THAT(finishedIn(process, 90s), ElementsAre(0u, 6u));
    process.stations[0].failures.clear();
    process.shifts = {{.id = "s", .period = 45s, .hours = {{0s, 15s}}}};
    process.stations[0].shift = 0;
    EXPECT_THAT(finishedIn(process, 90s), ElementsAre(0u, 6u));
}

TEST(Attendance, OneCrewRepairsAndAttends) {
    Process process = sideBySide(2, 1);
    process.stations[0].needs.clear();
    process.stations[0].failures = {{.id = "f", .between = constantOf(25), .repair = constantOf(10), .crew = 0}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(30s));
    EXPECT_NEAR(run.report().stations[0].down, 5 / 30.0, 1e-12); // from 25 s; until 30 s it waits
    EXPECT_EQ(run.finished(1), 3u);
    ASSERT_TRUE(run.runTo(41s));
    EXPECT_EQ(run.finished(0), 2u);
    EXPECT_EQ(run.finished(1), 3u); // it waited while the first was repaired, from 30 to 40 s
    EXPECT_NEAR(run.report().stations[1].unattended, 10 / 41.0, 1e-12);
    EXPECT_NEAR(run.report().crews[0].busy, 1, 1e-12);
}

// Whatever is needed by whom, everybody who waits is served sooner or later, and nobody is in two places at once.
TEST(Attendance, GoesOnWhateverIsNeeded) {
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
        std::mt19937 draw{seed};
        const auto below = [&](std::uint32_t end) { return static_cast<std::uint32_t>(draw() % end); };
        Process process = sideBySide(6, 1);
        process.crews = {{.id = "a", .size = 1 + below(3)}, {.id = "b", .size = 1 + below(3)}, {.id = "c", .size = 1 + below(2)}};
        for (Station& station : process.stations) {
            station.servers = 1 + below(2);
            station.cycle = exponentialOf(5);
            station.load = exponentialOf(1 + below(4));
            station.unload = exponentialOf(1);
            station.needs.clear();
            for (std::uint32_t crew = 0; crew < 3; ++crew)
                if (below(3) > 0)
                    station.needs.push_back({.crew = crew,
                                             .count = 1 + below(process.crews[crew].size),
                                             .during = {true, below(2) > 0, below(2) > 0, true}});
            if (below(2) > 0)
                station.failures = {{.id = "f",
                                     .clock = FailureClock::Calendar,
                                     .between = exponentialOf(60),
                                     .repair = exponentialOf(6),
                                     .crew = below(3)}};
        }
        Simulation run{modelOf(process), seed};
        ASSERT_TRUE(run.runTo(3h));
        for (const CrewReport& crew : run.report().crews) EXPECT_LE(crew.busy, 1 + 1e-12);
        for (std::size_t i = 0; i < process.stations.size(); ++i)
            EXPECT_GT(run.finished(i), 40u) << "seed " << seed << ", station " << i;
    }
}

TEST(Attendance, IsCheckedBeforeARun) {
    Process process = sideBySide(1, 2);
    const auto problem = [&] {
        const auto problems = problemsOf(process);
        return problems.empty() ? std::string{} : problems.front().message;
    };
    process.stations[0].needs = {{.count = 3}};
    EXPECT_THAT(problem(), HasSubstr("needs 3 of crew 'people' at once, which has 2: it would wait for ever"));
    process.stations[0].needs = {{.during = onlyWork}, {.during = {true, false, true, false}}};
    EXPECT_THAT(problem(), HasSubstr("needs crew 'people' twice during one step"));
    process.stations[0].needs = {{.during = {}}};
    EXPECT_THAT(problem(), HasSubstr("during no step"));
    process.stations[0].needs = {{.crew = 4}};
    EXPECT_THAT(problem(), HasSubstr("a crew that does not exist"));
}

// What arrives needs 0.8 + 0.3 of one person.
TEST(Attendance, TooMuchForACrewIsToldBeforeARun) {
    Process process = sideBySide(2, 1);
    process.sources[0].every = exponentialOf(20);
    process.sources[1].every = exponentialOf(25);
    process.stations[0].load = constantOf(6);
    process.stations[1].needs[0].during = onlyLoading;
    process.stations[1].load = constantOf(7.5);
    EXPECT_NEAR(crewLoadsOf(process)[0], 16 / 20.0 + 7.5 / 25, 1e-9);
    const std::vector<Error> errors = overloadsOf(process);
    ASSERT_THAT(errors, SizeIs(1));
    EXPECT_EQ(errors[0].place, "crew 'people'");
    EXPECT_THAT(errors[0].message, HasSubstr("needs 1.1 of its people all the time, and there are 1"));
    process.crews[0].size = 2;
    EXPECT_THAT(overloadsOf(process), SizeIs(0));
}

// Three machines of which all are seen at work, with two people: one of them waits.
TEST(Attendance, ARunBeginsWithPeopleAtWhatWorks) {
    const Process process = sideBySide(3, 2);
    InitialState initial;
    const Elapsed half{Elapsed::Known::Exactly, 5s};
    for (const Station& station : process.stations)
        initial.stations.push_back({station.id, {{.hand = Hand::Work, .inHand = half, .worked = {}, .up = {}, .repair = {}}}});
    Simulation run{modelOf(process), 1, initial};
    EXPECT_EQ(run.activity(0), Activity::Working);
    EXPECT_EQ(run.activity(1), Activity::Working);
    EXPECT_EQ(run.activity(2), Activity::Unattended);
    ASSERT_TRUE(run.runTo(10s));
    EXPECT_EQ(run.finished(2), 1u); // its last 5 s
    initial.stations[0].machines[0].hand = Hand::Unattended;
    Simulation other{modelOf(process), 1, initial};
    EXPECT_EQ(other.activity(0), Activity::Unattended); // the two are at what works, for 5 s
    ASSERT_TRUE(other.runTo(14s));
    EXPECT_EQ(other.finished(0), 0u);
    ASSERT_TRUE(other.runTo(16s));
    EXPECT_EQ(other.finished(0), 1u); // its work had not begun
}

} // namespace
} // namespace millwright::sim
