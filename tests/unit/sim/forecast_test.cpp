#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/forecast.hpp>
#include <millwright/sim/standard_models.hpp>

#include <gmock/gmock.h>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;

/// A station that takes exactly 60 s, with 10 parts before it and nothing more to come, and a slower scenario.
struct Drained {
    Drained() {
        plant::Process process;
        process.products = {{.id = "p"}};
        process.sources = {{.id = "in", .every = exponentialOf(1e9), .to = toBuffer(0)}};
        process.buffers = {{.id = "rack", .capacity = 10, .to = takenBy(0)}};
        process.stations = {{.id = "saw", .cycle = constantOf(60), .to = toDone()}};
        plant::Process slow = process;
        slow.stations[0].cycle = exponentialOf(120);
        scenarios = {{"base", "No change", *Model::make(process)}, {"slow", "Slow", *Model::make(slow)}};
    }
    std::vector<Scenario> scenarios;
    InitialState state{.stations = {{"saw", {{.hand = Hand::Work, .inHand = {Elapsed::Known::Exactly, 10s}}}}},
                       .buffers = {{"rack", 10}},
                       .sources = {{.id = "in"}}};
    ForecastPlan plan{.length = 10min, .steps = 10, .replications = 199, .target = 8};
};

TEST(Forecast, OfWhatIsCertainIsExact) {
    const Drained drained;
    const auto forecast = sim::forecast(drained.scenarios, drained.state, drained.plan);
    ASSERT_TRUE(forecast) << forecast.error().text();
    const ScenarioForecast& base = forecast->scenarios[0];
    EXPECT_EQ(base.courses[0].id, "made");
    EXPECT_EQ(base.courses[1].id, "content/rack");
    for (std::size_t i = 0; i < 10; ++i) { // parts leave at 50 s, 110 s, 170 s …
        EXPECT_EQ(base.courses[0].mean[i], static_cast<double>(i + 1));
        EXPECT_EQ(base.courses[0].low[i], base.courses[0].high[i]);
        EXPECT_EQ(base.courses[1].mean[i], 9.0 - static_cast<double>(i));
    }
    ASSERT_EQ(base.turns.size(), 2u);
    EXPECT_FALSE(base.turns[0].full);
    EXPECT_EQ(base.turns[0].within.share, 1);
    EXPECT_EQ(base.turns[0].median, 590);
    EXPECT_EQ(base.turns[0].when->high, 590);
    EXPECT_TRUE(base.turns[1].full); // it is now
    EXPECT_EQ(base.turns[1].median, 0);
    EXPECT_EQ(base.target->share, 1);
    EXPECT_LT(base.target->low, 1); // 199 runs are not all
}

TEST(Forecast, ComparesWithNoChangeRunByRun) {
    const Drained drained;
    const Forecast forecast = *sim::forecast(drained.scenarios, drained.state, drained.plan);
    const ScenarioForecast& slow = forecast.scenarios[1];
    EXPECT_LT(slow.courses[0].mean.back(), 7);
    EXPECT_LT(slow.target->high, 0.5);
    EXPECT_GT(slow.target->low, 0.02); // P(Poisson(5) >= 8) = 0.133
    EXPECT_LT(slow.target->low, 0.133);
    EXPECT_GT(slow.target->high, 0.133);
    const DifferenceResult& difference = forecast.study.differences.at(0);
    EXPECT_EQ(difference.metrics[0].id, "throughput");
    EXPECT_LT(difference.metrics[0].estimate.mean + difference.metrics[0].estimate.halfWidth, 0);
    for (const MetricResult& metric : forecast.study.scenarios[0].metrics)
        EXPECT_THAT(metric.id, testing::Not(testing::HasSubstr("timeInSystem")));
    ForecastPlan alone = drained.plan;
    alone.threads = 1;
    EXPECT_EQ(sim::forecast(drained.scenarios, drained.state, alone)->scenarios[1].courses[0].mean, slow.courses[0].mean);
}

TEST(Forecast, RefusesTooFewRuns) {
    Drained drained;
    drained.plan.replications = 38;
    const auto refused = sim::forecast(drained.scenarios, drained.state, drained.plan);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(),
                testing::HasSubstr("38 replications cannot show where 95 % of all runs lie: 39 are needed"));
}

// Wilson (1927), by hand: 8 of 10 at 95 % gives 0.490 to 0.943.
TEST(Proportion, HasWilsonsInterval) {
    const Proportion proportion = proportionOf(8, 10);
    EXPECT_NEAR(proportion.low, 0.4902, 1e-4);
    EXPECT_NEAR(proportion.high, 0.9433, 1e-4);
    EXPECT_EQ(proportionOf(0, 10).low, 0);
    EXPECT_EQ(proportionOf(10, 10).high, 1);
    EXPECT_GT(proportionOf(0, 10).high, 0.2);
}

} // namespace
} // namespace millwright::sim
