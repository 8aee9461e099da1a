#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/sensitivity_report.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// One machine with its queue, and people who never have anything to repair.
Scenario queue(double arrival = 60, double service = 30) {
    plant::Process process;
    process.length = 400h;
    process.warmUp = 20h;
    process.products = {{.id = "part"}};
    process.crews = {{.id = "fitters", .size = 2}};
    process.sources = {{.id = "in", .every = exponentialOf(arrival), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    process.stations = {{.id = "press", .cycle = exponentialOf(service), .to = toDone()}};
    return {"base", "As it is", *Model::make(process)};
}

Factor factor(const Scenario& base, std::string_view text) {
    return *factorOf(base.model.process(), text);
}

/// A hypercube of which the results are known: no run, but a function of the factors.
Sensitivity madeUp(const std::vector<std::vector<double>>& points, const std::vector<double>& results) {
    const Scenario base = queue();
    Sensitivity made{base, {.kind = DesignKind::LatinHypercube, .factors = {}, .points = {}}, {}, {}, {}};
    for (std::size_t k = 0; k < points.front().size(); ++k)
        made.design.factors.push_back({.key = std::format("x{}", k + 1), .base = 0, .low = -4, .high = 9});
    for (std::size_t i = 0; i < points.size(); ++i) {
        made.design.points.push_back({std::format("point-{}", i + 1), points[i]});
        ScenarioResult result{.id = made.design.points.back().id, .name = {}, .metrics = {}};
        result.metrics = {{.id = "throughput", .unit = "/h", .values = {results[i], results[i]}, .estimate = {}}};
        made.study.scenarios.push_back(result);
    }
    evaluate(made.study, 0.95);
    return made;
}

TEST(Factor, ReadsRangesInAnyUnitAndFiles) {
    const Scenario base = queue();
    const Factor cycle = factor(base, "station.press.cycle = 25s .. 1min");
    EXPECT_EQ(cycle.key, "station.press.cycle");
    EXPECT_EQ(std::tuple(cycle.low, cycle.base, cycle.high), std::tuple(25, 30, 60));
    const Factor crew = factor(base, "crew.fitters.size=50%..200%");
    EXPECT_EQ(std::pair(crew.low, crew.high), std::pair(1.0, 4.0));
    const auto file = factorsOf(base.model.process(),
                                "# what we doubt\n\nstation.press.cycle=80%..120%  # a fifth\ncrew.fitters.size=1..3\r\n", "f.txt");
    ASSERT_TRUE(file);
    ASSERT_EQ(file->size(), 2u);
    EXPECT_DOUBLE_EQ((*file)[0].low, 24);
    EXPECT_TRUE(checkFactors(*file));
    const std::vector<Factor> twice{cycle, cycle};
    EXPECT_FALSE(checkFactors(twice));
    const Choices choices = *choicesOf(base.model.process(), "crew.fitters.size=1,2,5");
    EXPECT_THAT(choices.values, testing::ElementsAre(1, 2, 5));
}

TEST(Factor, RefusesWhatMeansNothing) {
    const plant::Process process = queue().model.process();
    const auto error = [&](std::string_view text) { return factorOf(process, text).error().text(); };
    EXPECT_THAT(error("station.press.cycel=1..2"), HasSubstr("did you mean 'station.press.cycle'?"));
    EXPECT_THAT(error("station.press.cycle"), HasSubstr("station.press.cycle=45s..60s"));
    EXPECT_THAT(error("station.press.cycle=30"), HasSubstr("a range is LOW..HIGH"));
    EXPECT_THAT(error("station.press.cycle=30..10"), HasSubstr("must lie below"));
    EXPECT_THAT(error("station.press.cycle=soon..60"), HasSubstr("'soon' is no time"));
    EXPECT_THAT(error("crew.fitters.size=1..2.5"), HasSubstr("a whole number"));
    EXPECT_THAT(error("buffer.rack.capacity=0..5"), HasSubstr("of 0 is unlimited"));
    EXPECT_EQ(factorsOf(process, "\ncrew.fitters.size=9", "f.txt").error().place, "f.txt:2");
    EXPECT_THAT(factorsOf(process, "# nothing", "f.txt").error().text(), HasSubstr("names no factor"));
    EXPECT_THAT(choicesOf(process, "crew.fitters.size=1").error().text(), HasSubstr("two values or more"));
    EXPECT_THAT(choicesOf(process, "crew.fitters.size=1,1").error().text(), HasSubstr("named twice"));
    // A setting that cannot run is named.
    const std::vector<Setting> none{{"crew.fitters.size", plant::ValueMeasure::Count, 0}};
    EXPECT_THAT(scenarioWith(queue(), "x", none).error().text(), HasSubstr("crew.fitters.size=0"));
}

TEST(Factor, CombinationsRunThroughAll) {
    const Scenario base = queue();
    const std::vector<Choices> choices{*choicesOf(base.model.process(), "crew.fitters.size=1,2"),
                                       *choicesOf(base.model.process(), "buffer.rack.capacity=3,4,5")};
    const auto all = combinations(base, choices);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 6u);
    EXPECT_EQ((*all)[4].name, "crew.fitters.size=2, buffer.rack.capacity=4");
    EXPECT_EQ((*all)[4].model.process().buffers[0].capacity, 4u);
    EXPECT_EQ((*all)[4].model.process().crews[0].size, 2u);
}

TEST(Sensitivity, HypercubeHasOnePointInEachPartOfEachRange) {
    const Scenario base = queue();
    const std::vector<Factor> factors{factor(base, "station.press.cycle=20..40"), factor(base, "source.in.every=50..80"),
                                      factor(base, "crew.fitters.size=1..4")};
    const Design design = latinHypercube(factors, 40, 7);
    for (std::size_t k = 0; k < 2; ++k) {
        std::set<int> parts;
        for (const DesignPoint& point : design.points)
            parts.insert(static_cast<int>((point.values[k] - factors[k].low) / (factors[k].high - factors[k].low) * 40));
        EXPECT_EQ(parts.size(), 40u) << k;
        EXPECT_EQ(*parts.rbegin(), 39);
    }
    std::array<int, 5> crews{};
    for (const DesignPoint& point : design.points) ++crews[static_cast<std::size_t>(point.values[2])];
    EXPECT_THAT(crews, testing::ElementsAre(0, 10, 10, 10, 10));
    // The same again, another for another seed, and a column that does not depend on its neighbours.
    EXPECT_EQ(latinHypercube(factors, 40, 7).points[5].values, design.points[5].values);
    EXPECT_NE(latinHypercube(factors, 40, 8).points[5].values, design.points[5].values);
    EXPECT_EQ(latinHypercube({factors[1]}, 40, 7).points[5].values[0], design.points[5].values[1]);
    // Matched at random: columns are not those of each other.
    EXPECT_NE((design.points[5].values[0] - 20) / 20, (design.points[5].values[1] - 50) / 30);
}

// Of M/M/1 the mean time in system is 1 / (mu - lambda): 40, 60 and 90 s for a service of 24, 30 and 36 s and an arrival every 60
// s.
TEST(Sensitivity, OneAtATimeFindsWhatTheoryKnows) {
    const Scenario base = queue();
    Design design = oneAtATime({factor(base, "crew.fitters.size=1..3"), factor(base, "station.press.cycle=80%..120%")});
    const auto studied = sensitivity(base, std::move(design), {.seed = 3, .replications = 40, .confidence = 0.999});
    ASSERT_TRUE(studied) << studied.error().text();
    const std::vector<Effect> effects = effectsOf(*studied, "timeInSystem");
    const Effect& cycle = effects[1];
    EXPECT_TRUE(cycle.atLow.contains(40)) << cycle.atLow.mean;
    EXPECT_TRUE(cycle.atHigh.contains(90)) << cycle.atHigh.mean;
    EXPECT_TRUE(cycle.lowDifference.contains(-20)) << cycle.lowDifference.mean;
    EXPECT_TRUE(cycle.highDifference.contains(30)) << cycle.highDifference.mean;
    EXPECT_TRUE(cycle.swing.contains(50)) << cycle.swing.mean;
    // Pairs by common random numbers are more certain than independent means would be.
    EXPECT_LT(cycle.swing.halfWidth, 0.8 * std::hypot(cycle.atLow.halfWidth, cycle.atHigh.halfWidth));
    // Nobody is ever called: how many there are makes no difference at all.
    EXPECT_EQ(effects[0].swing.mean, 0);
    EXPECT_EQ(effects[0].swing.halfWidth, 0);
    EXPECT_THAT(bySwing(effects), testing::ElementsAre(1, 0));

    const auto answer = answerOf("Queue <1>", *studied, "timeInSystem");
    ASSERT_TRUE(answer);
    const std::string text = sensitivityText(*answer), page = sensitivityPage(*answer), table = sensitivityTable(*answer);
    EXPECT_THAT(text, testing::ContainsRegex("crew.fitters.size .*no effect shown"));
    EXPECT_THAT(text, HasSubstr("Time in system, s"));
    EXPECT_THAT(page, HasSubstr("What matters: Queue &lt;1&gt;"));
    EXPECT_THAT(page, HasSubstr("<b>station.press.cycle</b> from 24 s to 36 s: +"));
    EXPECT_THAT(page, HasSubstr("No effect shown of: crew.fitters.size."));
    for (const char* outside : {"http:", "https:", "<script", "nan", "inf "}) EXPECT_THAT(page, Not(HasSubstr(outside)));
    EXPECT_TRUE(table.starts_with(
        "point,crew.fitters.size,station.press.cycle,metric,unit,replication,seed,value\r\nbase,2,30,throughput,/h,1,"));
    EXPECT_THAT(table, HasSubstr("\r\nstation.press.cycle=high,2,36,timeInSystem,s,40,"));
    EXPECT_THAT(answerOf("q", *studied, "timeInSystme").error().text(), HasSubstr("did you mean 'timeInSystem'?"));
}

// Worked out apart from this program, with exact fractions.
TEST(Sensitivity, RegressionOfEightPoints) {
    const auto made =
        madeUp({{1, 3}, {2, 1}, {3, 4}, {4, 1.5}, {5, 5}, {6, 9}, {7, 2}, {8, 6}}, {2.1, 5.0, 5.2, 9.1, 8.8, 8.0, 15.2, 13.1});
    const auto found = regressionOf(made, "throughput");
    ASSERT_TRUE(found) << found.error().text();
    const Dependence &first = found->factors[0], &second = found->factors[1];
    EXPECT_NEAR(first.slope.value, 1.9944067993494927, 1e-12);
    EXPECT_NEAR(first.slope.high - first.slope.value, 0.2164851703419116, 1e-9);
    EXPECT_NEAR(second.slope.value, -0.7062959807945481, 1e-12);
    EXPECT_NEAR(second.slope.value - second.slope.low, 0.19797932885124053, 1e-9);
    EXPECT_NEAR(first.standardised.value, 1.131146270905944, 1e-12);
    EXPECT_NEAR(first.standardised.high - first.standardised.value, 0.12278156754106619, 1e-9);
    EXPECT_NEAR(second.standardised.value, -0.43802617259638227, 1e-12);
    EXPECT_NEAR(found->rSquared, 0.9912703776116532, 1e-12);
    EXPECT_NEAR(first.rank.value, 0.880952380952381, 1e-12);
    EXPECT_NEAR(first.rank.low, 0.33400510135807476, 1e-9);
    EXPECT_NEAR(first.rank.high, 0.984080417112535, 1e-9);
    EXPECT_NEAR(second.rank.value, 0.14285714285714288, 1e-12);
    EXPECT_NEAR(found->rSquaredOfRanks, 0.9159598214285715, 1e-12);
}

// Ishigami's function (a = 7, b = 0.1), the usual one of this field. Its variance is a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2
// = 13.84. A line in x1 explains cov(x1, y)^2 / var(x1) of it: (1 + b pi^4 / 5)^2 / (pi^2 / 3) = 2.64, or 0.19; lines in x2 and x3
// nothing.
TEST(Sensitivity, SaysWhenALineExplainsTooLittle) {
    const Design cube = latinHypercube({{.key = "x1", .low = -std::numbers::pi, .high = std::numbers::pi},
                                        {.key = "x2", .low = -std::numbers::pi, .high = std::numbers::pi},
                                        {.key = "x3", .low = -std::numbers::pi, .high = std::numbers::pi}},
                                       2000, 1);
    std::vector<std::vector<double>> points;
    std::vector<double> results;
    for (const DesignPoint& point : cube.points) {
        const auto& x = point.values;
        points.push_back(x);
        results.push_back(std::sin(x[0]) + 7 * std::pow(std::sin(x[1]), 2) + 0.1 * std::pow(x[2], 4) * std::sin(x[0]));
    }
    const auto made = madeUp(points, results);
    const auto found = regressionOf(made, "throughput");
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->rSquared, 2.64 / 13.84, 0.03);
    EXPECT_GT(found->factors[0].standardised.low, 0.3);
    for (const std::size_t k : {1u, 2u}) EXPECT_NEAR(found->factors[k].standardised.value, 0, 0.1);
    const auto answer = answerOf("q", made, "throughput");
    EXPECT_THAT(sensitivityText(*answer), HasSubstr("which is LOW"));
    EXPECT_THAT(sensitivityPage(*answer), HasSubstr("class=\"bad\">A straight line"));
}

TEST(Sensitivity, HypercubeOfAQueue) {
    const Scenario base = queue(60, 20);
    Design design = latinHypercube({factor(base, "station.press.cycle=18..22"), factor(base, "source.in.every=57..63"),
                                    factor(base, "crew.fitters.size=1..3")},
                                   30, 5);
    const auto studied = sensitivity(base, std::move(design), {.length = 200h, .seed = 2, .replications = 3});
    ASSERT_TRUE(studied) << studied.error().text();
    const auto answer = answerOf("Queue", *studied, "timeInSystem");
    ASSERT_TRUE(answer) << answer.error().text();
    // T = 1 / (1/s - 1/a): at s = 20 and a = 60 dT/ds = (T/s)^2 = 2.25, dT/da = -(T/a)^2 = -0.25.
    const Regression& line = *answer->regression;
    EXPECT_GT(line.rSquared, 0.9);
    EXPECT_NEAR(line.factors[0].slope.value, 2.25, 0.25);
    EXPECT_NEAR(line.factors[1].slope.value, -0.25, 0.1);
    EXPECT_LT(line.factors[2].standardised.low, 0);
    EXPECT_GT(line.factors[2].standardised.high, 0);
    EXPECT_GT(line.factors[0].rank.low, 0.7);
    EXPECT_THAT(sensitivityPage(*answer), Not(HasSubstr("LOW")));
}

TEST(Sensitivity, RefusesWhatCannotBeTold) {
    const auto few = madeUp({{1, 2}, {2, 1}, {3, 5}}, {1, 2, 3});
    EXPECT_THAT(regressionOf(few, "throughput").error().text(), HasSubstr("run more points"));
    const auto flat = madeUp({{1}, {2}, {3}, {4}, {5}, {6}}, {2, 2, 2, 2, 2, 2});
    EXPECT_THAT(regressionOf(flat, "throughput").error().text(), HasSubstr("none of the factors changes it"));
    const auto alike = madeUp({{1, 2}, {2, 4}, {3, 6}, {4, 8}, {5, 10}, {6, 12}}, {2, 1, 2, 3, 2, 5});
    EXPECT_THAT(regressionOf(alike, "throughput").error().text(), HasSubstr("do not tell the factors apart"));
}

} // namespace
} // namespace millwright::sim
