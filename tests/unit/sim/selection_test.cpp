#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/random.hpp>
#include <millwright/sim/selection_report.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <sim/elementary.hpp>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

/// Normal observations of systems with these means and deviations, of which the part `shared` of the variance is common to all.
struct Normals {
    std::vector<double> means, deviations;
    double shared = 0;

    [[nodiscard]] Observe observed(std::uint64_t seed) const {
        return [this, seed](std::span<const std::uint32_t> systems, std::uint32_t from,
                            std::uint32_t count) -> Result<std::vector<std::vector<double>>> {
            std::vector<std::vector<double>> all;
            for (const std::uint32_t system : systems) {
                auto& values = all.emplace_back();
                for (std::uint32_t i = from; i < from + count; ++i) {
                    const auto normal = [&](std::uint32_t stream) {
                        return inverseNormal(toOpenUniform(randomBlock(seed, stream, i).first));
                    };
                    values.push_back(means[system] + deviations[system] * (std::sqrt(1 - shared) * normal(system + 1) +
                                                                           std::sqrt(shared) * normal(0)));
                }
            }
            return all;
        };
    }
};

/// How often the first of the systems is chosen.
double shareChosen(const Normals& systems, const SelectionPlan& plan, std::uint32_t times) {
    std::uint32_t right = 0;
    for (std::uint32_t i = 0; i < times; ++i)
        right +=
            selectBest(static_cast<std::uint32_t>(systems.means.size()), plan, systems.observed(replicationSeed(11, i)))->best == 0
                ? 1
                : 0;
    return static_cast<double>(right) / times;
}

// The guarantee, where it is hardest: all others are worse by just the indifference (slippage configuration).
TEST(Selection, ChoosesTheBestAsOftenAsItPromises) {
    constexpr std::uint32_t times = 2000;
    const SelectionPlan plan{.confidence = 0.95, .indifference = 1};
    const Normals equal{.means = {1, 0, 0, 0, 0}, .deviations = {2, 2, 2, 2, 2}};
    const Normals unequal{.means = {1, 0, 0, 0, 0}, .deviations = {3, 1, 2, 3, 1}};
    const Normals common{.means = {1, 0, 0, 0, 0}, .deviations = {2, 2, 2, 2, 2}, .shared = 0.8};
    const Normals many{.means = {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}, .deviations = std::vector<double>(10, 1.5)};
    EXPECT_GE(shareChosen(equal, plan, times), 0.95);
    EXPECT_GE(shareChosen(unequal, plan, times), 0.95);
    EXPECT_GE(shareChosen(common, plan, times), 0.95);
    EXPECT_GE(shareChosen(many, plan, times), 0.95);
    EXPECT_GE(shareChosen(equal, {.confidence = 0.8, .indifference = 1}, times), 0.8);
    // The first observations alone would not keep the promise: the procedure is what does.
    const double chosenEarly = shareChosen(equal, {.confidence = 0.95, .indifference = 1, .budget = 50}, times);
    EXPECT_LT(chosenEarly, 0.85);
    EXPECT_GT(chosenEarly, 0.2);
}

TEST(Selection, TheLeastIsTheMostTurnedRound) {
    const Normals systems{.means = {1, 0, 0.5}, .deviations = {2, 2, 2}};
    const Normals turned{.means = {-1, 0, -0.5}, .deviations = {-2, -2, -2}};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const Selection most = *selectBest(3, {.indifference = 0.5}, systems.observed(seed));
        const Selection least = *selectBest(3, {.indifference = 0.5, .minimise = true}, turned.observed(seed));
        EXPECT_EQ(most.best, least.best);
        EXPECT_EQ(most.observed, least.observed);
        EXPECT_DOUBLE_EQ(most.probabilityGood, least.probabilityGood);
    }
}

// What is far behind is out at once, and common random numbers save runs.
TEST(Selection, SpendsRunsWhereTheyAreNeeded) {
    const Normals systems{.means = {10, 9.5, 0}, .deviations = {2, 2, 2}};
    const Normals common{.means = {10, 9.5, 0}, .deviations = {2, 2, 2}, .shared = 0.9};
    const SelectionPlan plan{.indifference = 0.5};
    double alone = 0, together = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const Selection selection = *selectBest(3, plan, systems.observed(seed));
        EXPECT_TRUE(selection.decided);
        EXPECT_LE(selection.candidates[2].outAfter, 20u);
        EXPECT_GE(selection.candidates[2].outAfter, 10u);
        EXPECT_LT(selection.candidates[2].values.size(), selection.candidates[selection.best].values.size());
        alone += static_cast<double>(selection.observed);
        together += static_cast<double>(selectBest(3, plan, common.observed(seed))->observed);
        // How many are asked for in one go changes nothing of what is decided.
        const Selection slowly = *selectBest(3, {.indifference = 0.5, .atOnce = 1}, systems.observed(seed));
        EXPECT_EQ(slowly.best, selection.best);
        EXPECT_EQ(slowly.candidates[1].outAfter, selection.candidates[1].outAfter);
        EXPECT_EQ(slowly.candidates[2].outBy, selection.candidates[2].outBy);
        EXPECT_LE(slowly.observed, selection.observed);
    }
    EXPECT_LT(together, 0.5 * alone);
}

TEST(Selection, SaysWhenTheBudgetEndedFirst) {
    const Normals systems{.means = {0, 0.01, 0}, .deviations = {2, 2, 2}};
    const Selection selection = *selectBest(3, {.indifference = 0.1, .budget = 100}, systems.observed(1));
    EXPECT_FALSE(selection.decided);
    EXPECT_GT(selection.left, 1u);
    EXPECT_LE(selection.observed, 100u);
    EXPECT_LT(selection.probabilityGood, 0.95);
}

TEST(Selection, RefusesAPlanWithoutMeaning) {
    const Normals systems{.means = {0, 1}, .deviations = {1, 1}};
    const Observe observe = systems.observed(1);
    EXPECT_THAT(selectBest(1, {.indifference = 1}, observe).error().text(), HasSubstr("nothing to choose between"));
    EXPECT_THAT(selectBest(2, {.indifference = 0}, observe).error().text(), HasSubstr("must be above 0"));
    EXPECT_THAT(selectBest(2, {.confidence = 0.5, .indifference = 1}, observe).error().text(), HasSubstr("must lie above 0.5"));
    EXPECT_THAT(selectBest(2, {.indifference = 1, .budget = 5}, observe).error().text(), HasSubstr("more than 5 altogether"));
}

plant::Process queue(double service) {
    plant::Process process;
    process.length = 3h;
    process.warmUp = 0h;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .every = exponentialOf(60), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    process.stations = {{.id = "press", .cycle = exponentialOf(service), .to = toDone()}};
    return process;
}

// M/M/1 with different rates: in the long run 60, 68.6 and 78.3 s. Short runs from an empty queue know less, but in the same order.
TEST(Selection, ChoosesTheFastestMachine) {
    const std::vector<Scenario> machines{{"slow", "Slow", *Model::make(queue(34))},
                                         {"fast", "Fast", *Model::make(queue(30))},
                                         {"middle", "Middle", *Model::make(queue(32))}};
    int right = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const auto found = selectScenario(machines, "timeInSystem", {.confidence = 0.9, .indifference = 3, .minimise = true},
                                          {.seed = seed, .threads = 1});
        ASSERT_TRUE(found) << found.error().text();
        EXPECT_TRUE(found->selection.decided);
        right += found->selection.best == 1 ? 1 : 0;
    }
    EXPECT_GE(right, 90);
}

TEST(Selection, TellsHowItCameAbout) {
    std::vector<Scenario> machines{{"slow", "Slow <1>", *Model::make(queue(50))},
                                   {"fast", "Fast", *Model::make(queue(30))},
                                   {"middle", "Middle", *Model::make(queue(32))}};
    const SelectionPlan plan{.indifference = 2, .minimise = true};
    SelectionAnswer answer{"Shop", machines, "timeInSystem", "s", plan, {.seed = 4}, {}};
    answer.found = *selectScenario(machines, "timeInSystem", plan, answer.study);
    const auto two = *selectScenario(machines, "timeInSystem", plan, {.seed = 4, .threads = 2});
    EXPECT_EQ(answer.found.selection.observed, two.selection.observed);
    ASSERT_EQ(answer.found.selection.best, 1u);
    const std::string text = selectionText(answer), page = selectionPage(answer);
    EXPECT_THAT(text, HasSubstr("the least time in system with 95 % confidence, if it is better than every other by 2 s or more"));
    EXPECT_THAT(text, testing::ContainsRegex("3. Slow <1> .*out after [0-9]+ runs, by 1"));
    EXPECT_THAT(text, testing::ContainsRegex("1. Fast .*chosen"));
    EXPECT_THAT(page, HasSubstr("<b>Fast</b>: <span class=\"good\">"));
    EXPECT_THAT(page, HasSubstr("Slow &lt;1&gt;"));
    for (const char* outside : {"http:", "https:", "<script", "nan", "inf "}) EXPECT_THAT(page, Not(HasSubstr(outside)));
    EXPECT_THAT(selectionTable(answer), HasSubstr("\r\nFast,timeInSystem,s,1,"));
    EXPECT_THAT(selectScenario(machines, "timeInSystme", plan, {}).error().text(), HasSubstr("did you mean 'timeInSystem'?"));
    EXPECT_THAT(selectScenario(machines, "timeInSystem", plan, {.length = 1ms}).error().text(), HasSubstr("has no value"));
}

} // namespace
} // namespace millwright::sim
