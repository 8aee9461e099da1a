#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal(const Process& process) {
    const auto model = Model::make(process);
    return model ? "" : model.error().front().text();
}

/// Two hours that repeat: from 0 on 300 parts an hour, from half an hour on 60, none from 1 h to 1 h 30 min, then 150. As many
/// machines as there can be parts.
Process busyAndQuiet() {
    Process process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "parts",
                        .rate = ArrivalRate{.period = 2h, .steps = {{0s, 300}, {30min, 60}, {60min, 0}, {90min, 150}}},
                        .to = toStation(0)}};
    process.stations = {{.id = "machines", .servers = 400, .cycle = exponentialOf(600), .to = toDone()}};
    return process;
}

/// Whether `expected` lies in the 99.9 % interval of the mean of `values`.
void expectMean(const std::vector<double>& values, double expected, const std::string& what) {
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    const double mean = sum / static_cast<double>(values.size());
    for (const double value : values) squares += (value - mean) * (value - mean);
    const double error = std::sqrt(squares / static_cast<double>(values.size() - 1) / static_cast<double>(values.size()));
    EXPECT_NEAR(mean, expected, 3.29 * error + 1e-12) << what;
}

// Counts of disjoint intervals of a non-stationary Poisson process are independent and Poisson, each of the mean that the rate says
// (Law, Simulation Modeling and Analysis, 5th ed., 8.6.2): the variance is the mean.
TEST(Arrivals, ComeAsOftenAsTheRateOfTheirTimeSays) {
    Simulation run{modelOf(busyAndQuiet()), 1};
    std::vector<std::vector<double>> counts(4), squares(4);
    const double expected[] = {150, 30, 0, 75};
    std::uint64_t before = 0;
    for (int half = 0; half < 4 * 500; ++half) {
        ASSERT_TRUE(run.runTo(30min * (half + 1)));
        const std::uint64_t created = run.report().sources[0].created;
        const auto count = static_cast<double>(created - before);
        counts[half % 4].push_back(count);
        squares[half % 4].push_back((count - expected[half % 4]) * (count - expected[half % 4]));
        before = created;
    }
    for (int half = 0; half < 4; ++half) {
        expectMean(counts[half], expected[half], std::format("mean of half hour {}", half));
        expectMean(squares[half], expected[half], std::format("variance of half hour {}", half));
    }
}

// The number in an M(t)/M/infinity queue has the mean m with m' = rate(t) - m / S (Eick, Massey, Whitt, Operations Research 41,
// 1993), which between the steps of the rate is an exponential.
TEST(Arrivals, FillALargePlantAsTheQueueOfManyMachinesSays) {
    const double halfHour = 1800, time = 600, decay = std::exp(-halfHour / time);
    const double perSecond[] = {300 / 3600.0, 60 / 3600.0, 0, 150 / 3600.0};
    double m = 0;
    std::vector<double> expected; // at the end of each half hour of the first two periods
    for (int half = 0; half < 8; ++half) {
        m = perSecond[half % 4] * time + (m - perSecond[half % 4] * time) * decay;
        expected.push_back(m);
    }
    const Model model = modelOf(busyAndQuiet());
    std::vector<std::vector<double>> inProgress(expected.size());
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        Simulation run{model, seed};
        for (std::size_t half = 0; half < expected.size(); ++half) {
            ASSERT_TRUE(run.runTo(30min * (half + 1)));
            inProgress[half].push_back(run.partsInProgress());
        }
    }
    for (std::size_t half = 0; half < expected.size(); ++half)
        expectMean(inProgress[half], expected[half], std::format("after half hour {}", half));
}

// The period begins where those of shifts begin, which is before a state that a run begins in.
TEST(Arrivals, OfABranchAreThoseOfTheTimeOfDay) {
    InitialState now;
    now.sinceShiftsBegan = 60min; // half an hour without arrivals is ahead
    const Model model = modelOf(busyAndQuiet());
    std::vector<double> first;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        Simulation run{model, seed, now};
        ASSERT_TRUE(run.runTo(30min));
        ASSERT_EQ(run.report().sources[0].created, 0u);
        ASSERT_TRUE(run.runTo(60min));
        first.push_back(static_cast<double>(run.report().sources[0].created));
    }
    expectMean(first, 75, "in the half hour after it");
}

TEST(Arrivals, GoOnInAForkAsTheyWouldHave) {
    Simulation run{modelOf(busyAndQuiet()), 3};
    ASSERT_TRUE(run.runTo(50min));
    Simulation fork = run;
    ASSERT_TRUE(run.runTo(10h));
    ASSERT_TRUE(fork.runTo(10h));
    EXPECT_EQ(run.stateHash(), fork.stateHash());
}

TEST(Arrivals, CountInTheLoadOfStations) {
    Process process = busyAndQuiet(); // 127.5 an hour
    process.stations[0].servers = 10; // 60
    const auto loads = loadsOf(process);
    ASSERT_EQ(loads.size(), 1u);
    EXPECT_NEAR(loads[0].perHour, 127.5, 1e-9);
    EXPECT_NEAR(loads[0].capacity, 60, 1e-9);
}

TEST(Arrivals, ThatSayNothingAreRefused) {
    Process process = busyAndQuiet();
    process.sources[0].rate->steps = {{0s, 0}};
    EXPECT_THAT(refusal(process), HasSubstr("rate: no part ever comes"));
    process.sources[0].rate->steps = {{1h, 3}, {1h, 4}};
    EXPECT_THAT(refusal(process), HasSubstr("ascending and within the period"));
    process.sources[0].rate->steps = {{1h, 3}, {2h, 4}};
    EXPECT_THAT(refusal(process), HasSubstr("ascending and within the period"));
    process.sources[0].rate->steps = {{1h, -3}};
    EXPECT_THAT(refusal(process), HasSubstr("parts an hour must be from 0"));
    process.sources[0].rate->steps.clear();
    EXPECT_THAT(refusal(process), HasSubstr("it has no step"));
    process = busyAndQuiet();
    process.sources[0].every = exponentialOf(10);
    EXPECT_THAT(refusal(process), HasSubstr("more than one of 'every', 'rate' and 'order'"));
    process.sources[0].every.reset();
    process.sources[0].inProgress = 3;
    EXPECT_THAT(refusal(process), HasSubstr("has both 'rate' and 'in_progress'"));
}

} // namespace
} // namespace millwright::sim
