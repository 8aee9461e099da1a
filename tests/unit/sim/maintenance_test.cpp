#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/describe.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/study.hpp>

#include <gmock/gmock.h>

// Planned maintenance.
namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;

constexpr Elapsed exactly(Duration time) {
    return {.known = Elapsed::Known::Exactly, .time = time};
}

/// A machine with cycles of 10 s that always has work.
Process press(const Maintenance& maintenance) {
    Process process;
    process.products = {{.id = "p"}};
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.stations = {{.id = "press", .cycle = constantOf(10), .maintenance = {maintenance}, .to = toDone()}};
    return process;
}

/// Work for 10 s at 0 s and every 70 s.
Process seldom(const Maintenance& maintenance) {
    Process process = press(maintenance);
    process.sources = {{.id = "in", .every = constantOf(70), .first = 0s, .to = toStation(0)}};
    return process;
}

Maintenance every(double time, FailureClock clock = FailureClock::Calendar) {
    return {.id = "grease", .clock = clock, .every = constantOf(time), .lasts = constantOf(20)};
}
Maintenance within(double window, Maintenance maintenance) {
    maintenance.when = MaintenanceWhen::Opportunistic;
    maintenance.window = window;
    return maintenance;
}

/// What the first station is doing at some times.
std::vector<Activity> doing(const Process& process, std::initializer_list<Duration> times) {
    Simulation run{modelOf(process), 1};
    std::vector<Activity> activities;
    for (const Duration time : times) {
        EXPECT_TRUE(run.runTo(time));
        activities.push_back(run.activity(0));
    }
    return activities;
}

Report after(const Process& process, Duration time) {
    Simulation run{modelOf(process), 1};
    EXPECT_TRUE(run.runTo(time));
    return run.report();
}

using enum Activity;
using testing::ElementsAre;

// Due after 95 s, in the middle of the tenth cycle, which is finished first; then 95 s after its end.
TEST(Maintenance, DoesNotInterruptWork) {
    for (const FailureClock clock : {FailureClock::Calendar, FailureClock::Working}) {
        EXPECT_THAT(doing(press(every(95, clock)), {99s, 101s, 119s, 121s, 219s, 221s}),
                    ElementsAre(Working, Maintained, Maintained, Working, Working, Maintained));
        const StationReport report = after(press(every(95, clock)), 1200s).stations[0];
        EXPECT_EQ(report.finished, 100u);
        EXPECT_EQ(report.maintenances, 10u);
        EXPECT_EQ(report.failures, 0u);
        EXPECT_NEAR(report.maintenance, 200.0 / 1200, 1e-12);
        EXPECT_EQ(report.down, 0);
    }
    const StationReport report = after(press(every(3, FailureClock::Cycles)), 500s).stations[0];
    EXPECT_EQ(report.finished, 30u);
    EXPECT_NEAR(report.maintenance, 200.0 / 500, 1e-12);
}

// By the calendar a machine without work is maintained when it is due, by working time when it has worked so long.
TEST(Maintenance, OfAMachineThatStandsBeginsAtOnce) {
    EXPECT_THAT(doing(seldom(every(95)), {94s, 96s, 114s, 116s}), ElementsAre(Starved, Maintained, Maintained, Starved));
    EXPECT_THAT(doing(seldom(every(15, FailureClock::Working)), {50s, 79s, 81s, 99s, 101s}),
                ElementsAre(Starved, Working, Maintained, Maintained, Starved));
}

// It may be done from 60 s on, and nothing is to be done then. The part that comes at 70 s waits until 80 s. Then it is due at 180
// s and may be done from 140 s on: a part comes at that very moment, and is made first.
TEST(Maintenance, TakesTheOpportunityOfAStarvedMachine) {
    EXPECT_THAT(doing(seldom(within(40, every(100))), {59s, 61s, 79s, 81s, 91s, 141s, 149s, 151s, 169s, 171s}),
                ElementsAre(Starved, Maintained, Maintained, Working, Starved, Working, Working, Maintained, Maintained, Starved));
    // By cycles: after the second of three, as it stands then.
    EXPECT_THAT(doing(seldom(within(1, every(3, FailureClock::Cycles))), {11s, 79s, 81s, 99s, 101s}),
                ElementsAre(Starved, Working, Maintained, Maintained, Starved));
}

TEST(Maintenance, IsDoneWhenItIsDueIfThereWasNoOpportunity) {
    EXPECT_THAT(doing(press(within(50, every(95))), {99s, 101s, 119s, 121s}),
                ElementsAre(Working, Maintained, Maintained, Working));
}

// The second part is finished at 20 s and has nowhere to go until 55 s.
TEST(Maintenance, TakesTheOpportunityOfABlockedMachine) {
    Process process = press(within(90, every(100)));
    process.stations[0].to = toStation(1);
    process.stations.push_back({.id = "slow", .cycle = constantOf(45), .to = toDone()});
    EXPECT_THAT(doing(process, {11s, 21s, 39s, 41s, 49s}), ElementsAre(Working, Maintained, Maintained, Blocked, Blocked));
    // If it takes longer than the block, the part waits in it.
    process.stations[0].maintenance[0].lasts = constantOf(50);
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(69s));
    EXPECT_EQ(run.activity(0), Maintained);
    EXPECT_EQ(run.activity(1), Starved);
    ASSERT_TRUE(run.runTo(71s));
    EXPECT_EQ(run.activity(1), Working);
}

// It fails after 35 s of work and is mended at 50 s; what it was at goes on when it is maintained, too: 5 s more from 70 s.
TEST(Maintenance, TakesTheOpportunityOfARepair) {
    Process process = press(within(180, every(200)));
    process.stations[0].failures = {{.id = "jam", .between = constantOf(35), .repair = constantOf(15)}};
    EXPECT_THAT(doing(process, {34s, 49s, 51s, 69s, 71s}), ElementsAre(Working, Down, Maintained, Maintained, Working));
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(74s));
    EXPECT_EQ(run.partsDone(), 3u);
    ASSERT_TRUE(run.runTo(75s));
    EXPECT_EQ(run.partsDone(), 4u);
}

// Outside the working hours nothing is lost by it, and that time counts as idle.
TEST(Maintenance, IsDoneOutsideWorkingHours) {
    Process process = press(every(60));
    process.shifts = {{.id = "day", .period = 200s, .hours = {{0s, 45s}, {100s, 200s}}}};
    process.stations[0].shift = 0;
    const StationReport report = after(process, 100s).stations[0];
    EXPECT_EQ(report.maintenances, 1u);
    EXPECT_NEAR(report.idle, 0.55, 1e-12);
    EXPECT_THAT(doing(process, {99s, 101s}), ElementsAre(Idle, Working));
    process.stations[0].maintenance[0] = within(30, every(70)); // from 45 s, when the shift ends, with work in hand
    EXPECT_EQ(after(process, 44s).stations[0].maintenances, 0u);
    EXPECT_EQ(after(process, 46s).stations[0].maintenances, 1u);
}

// Work of 60 s wears less than the 100 s after which it would fail.
TEST(Maintenance, RenewsWhatItMends) {
    Process process = press(every(60, FailureClock::Working));
    process.stations[0].failures = {{.id = "die", .between = constantOf(100), .repair = constantOf(7)}};
    EXPECT_GT(after(process, 1h).stations[0].failures, 20u);
    process.stations[0].maintenance[0].renews = {0};
    EXPECT_EQ(after(process, 1h).stations[0].failures, 0u);
    // The other way round: it fails before it is due, and the repair is as good.
    process.stations[0].failures[0].between = constantOf(50);
    process.stations[0].maintenance[0].renews.clear();
    EXPECT_GT(after(process, 1h).stations[0].maintenances, 20u);
    process.stations[0].maintenance[0].renewedBy = {0};
    EXPECT_EQ(after(process, 1h).stations[0].maintenances, 0u);
}

// One fitter for two machines: the second stands until he is free, unless it may still wait.
TEST(Maintenance, WaitsForItsCrew) {
    Process process = press(every(30));
    process.crews = {{.id = "fitter"}};
    process.stations[0].servers = 2;
    process.stations[0].maintenance[0].crew = 0;
    const Report report = after(process, 70s); // from 30 s to 50 s the one, then the other
    EXPECT_NEAR(report.stations[0].maintenance * 2 * 70, 20 + 40, 1e-9);
    EXPECT_NEAR(report.crews[0].busy, 40 / 70.0, 1e-12);
    process.stations[0].maintenance[0] = within(80, every(90));
    process.stations[0].maintenance[0].crew = 0;
    process.sources = {{.id = "in", .every = constantOf(60), .first = 0s, .to = toStation(0)}};
    EXPECT_NEAR(after(process, 28s).stations[0].maintenance * 2 * 28, 18, 1e-9) << "the other machine works on, ready";
}

TEST(Maintenance, CountsInTheLoadOfAStation) {
    Process process = press(every(290, FailureClock::Working));
    process.sources = {{.id = "in", .every = exponentialOf(15), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    EXPECT_NEAR(loadsOf(process).front().capacity, 3600 / (10 * 310.0 / 290), 1e-6);
    process.stations[0].maintenance[0] = every(380);
    EXPECT_NEAR(loadsOf(process).front().capacity, 360 * 380 / 400.0, 1e-6);
    process.stations[0].maintenance[0] = every(10, FailureClock::Cycles);
    EXPECT_NEAR(loadsOf(process).front().capacity, 3600 / 12.0, 1e-6);
    // Age replacement: as a run of a machine that always has work has it.
    process.stations[0].maintenance[0] = every(400, FailureClock::Working);
    process.stations[0].maintenance[0].renews = process.stations[0].maintenance[0].renewedBy = {0};
    process.stations[0].failures = {
        {.id = "die", .between = {.kind = DistributionKind::Weibull, .shape = 3, .scale = 500}, .repair = constantOf(200)}};
    const double capacity = loadsOf(process).front().capacity;
    process.sources = {{.id = "in", .to = toStation(0)}};
    process.buffers.clear();
    EXPECT_NEAR(capacity, static_cast<double>(after(process, 1000h).products[0].made) / 1000, 0.02 * capacity);
}

TEST(Maintenance, GoesOnFromAGivenMoment) {
    Process process = press(every(300));
    process.stations[0].failures = {{.id = "die", .between = constantOf(5000), .repair = constantOf(70)}};
    const Model model = modelOf(process);
    const InitialState initial{
        .stations = {
            {"press", {{.hand = Hand::Work, .inHand = exactly(4s), .down = true, .maintained = true, .repair = exactly(5s)}}}}};
    Simulation run{model, 1, initial};
    ASSERT_TRUE(run.runTo(14s));
    EXPECT_EQ(run.activity(0), Maintained);
    ASSERT_TRUE(run.runTo(16s));
    EXPECT_EQ(run.activity(0), Working);
    ASSERT_TRUE(run.runTo(21s));
    EXPECT_EQ(run.partsDone(), 1u);
    ASSERT_TRUE(run.runTo(316s)); // due 300 s after its end, in the middle of a cycle that ends at 321 s
    EXPECT_EQ(run.activity(0), Working);
    ASSERT_TRUE(run.runTo(322s));
    EXPECT_EQ(run.activity(0), Maintained);
    // Without knowing when it was done last, that is anywhere in its interval.
    double sum = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Simulation unknown{model, seed, InitialState{.stations = {StationNow{"press", {MachineNow{}}}}}};
        while (unknown.activity(0) != Maintained) ASSERT_TRUE(unknown.step().value());
        sum += seconds(unknown.now());
    }
    EXPECT_NEAR(sum / 200, 150 + 5, 25) << "uniform on 300 s, and half a cycle";
}

TEST(Maintenance, IsAStateOfItsOwnInReports) {
    Process process = press(within(40, every(100)));
    process.stations[0].failures = {{.id = "die", .between = constantOf(5000), .repair = constantOf(70)}};
    process.stations[0].maintenance[0].renews = {0};
    process.stations[0].power = {10, 0, 0, 0, 0, 0, 3};
    process.length = 1200s;
    const StudyResult result = *study({{"base", "As it is", modelOf(process)}}, {.replications = 2});
    const auto metric = [&](std::string_view id) {
        const auto found = std::ranges::find(result.scenarios[0].metrics, id, &MetricResult::id);
        return found == result.scenarios[0].metrics.end() ? -1 : found->estimate.mean;
    };
    EXPECT_NEAR(metric("maintenance/press"), 200.0 / 1200, 1e-12);
    EXPECT_NEAR(metric("power"), (1000 * 10 + 200 * 3) / 1200.0, 1e-9);
    const std::vector<Fact> facts = factsOf(process);
    for (const char* said :
         {"always 1 min 40 s, calendar time", "always 20 s", "when the machine stands, from 40 s before it is due", "die"})
        EXPECT_THAT(facts, testing::Contains(testing::Field(&Fact::value, said)));
}

} // namespace
} // namespace millwright::sim
