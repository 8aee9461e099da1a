#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/cost.hpp>
#include <millwright/sim/study_report.hpp>

#include <gmock/gmock.h>

#include <algorithm>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A part every 100 s, 60 s of work on each; whoever repairs is never called.
plant::Process shop() {
    plant::Process process;
    process.length = 100h;
    process.warmUp = 0h;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .every = constantOf(100), .itemCost = 2, .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    process.stations = {
        {.id = "saw", .cycle = constantOf(60), .hourCost = 36, .itemCost = 0.5, .power = {10, 1, 0, 0, 0, 0.25}, .to = toDone()}};
    process.crews = {{.id = "fitters", .size = 2, .hourCost = 20}};
    process.cost = {.hour = 5, .energy = 0.2, .item = 0.1, .scrap = 3};
    process.currency = "EUR";
    return process;
}

Report runOf(const plant::Process& process) {
    Simulation run{*Model::make(process), 1};
    EXPECT_TRUE(run.runTo(process.length));
    return run.report();
}

// By hand: 3600 parts come in 100 h, 3599 are done, and the saw works for 3599 minutes.
TEST(Cost, IsWhatIsWorkedOutByHand) {
    const plant::Process process = shop();
    const Report report = runOf(process);
    const double working = 3599.0 / 60, starved = 100 - working;
    EXPECT_NEAR(energyOf(process, report), 10 * working + starved, 1e-6);
    const RunCost cost = costOf(process, report);
    EXPECT_NEAR(cost.hours, 100 * (5 + 36 + 2 * 20), 1e-6);
    EXPECT_NEAR(cost.material, 3600 * 2, 1e-9);
    EXPECT_NEAR(cost.work, 3599 * (0.5 + 0.1), 1e-6);
    EXPECT_NEAR(cost.energy, 0.2 * (10 * working + starved), 1e-6);
    EXPECT_EQ(cost.scrap, 0);
    EXPECT_NEAR(cost.total(), cost.hours + cost.material + cost.work + cost.energy, 1e-6);
}

// Outside its hours a machine costs no hours and draws what it draws when idle; people are paid all the same.
TEST(Cost, OfAShiftIsThatOfItsHours) {
    plant::Process process = shop();
    process.shifts = {{.id = "day", .period = 24h, .hours = {{0h, 8h}}}};
    process.stations[0].shift = 0;
    process.sources[0].every = constantOf(300);
    process.length = 240h;
    const Report report = runOf(process);
    EXPECT_NEAR(costOf(process, report).hours, 240 * 45 + 80 * 36, 1);
    EXPECT_NEAR(report.stations[0].idle, 2.0 / 3, 1e-3);
    const double working = report.stations[0].working * 240, starved = report.stations[0].starved * 240;
    EXPECT_NEAR(energyOf(process, report), 10 * working + starved + 0.25 * 160, 0.5);
}

TEST(Cost, OfScrapComesOnTop) {
    plant::Process process = shop();
    process.stations[0].to.branches = {{.to = {plant::PlaceKind::Done}, .share = 0.8},
                                       {.to = {plant::PlaceKind::Scrap}, .share = 0.2}};
    const Report report = runOf(process);
    ASSERT_GT(report.products[0].scrapped, 500u);
    const RunCost cost = costOf(process, report);
    EXPECT_NEAR(cost.scrap, 3.0 * static_cast<double>(report.products[0].scrapped), 1e-9);
    EXPECT_NEAR(cost.work, 0.5 * 3599 + 0.1 * static_cast<double>(report.products[0].made), 1e-6);
}

TEST(Cost, IsAQuantityOfStudiesWhereThereIsOne) {
    plant::Process free = shop();
    free.cost = {};
    free.sources[0].itemCost = free.stations[0].hourCost = free.stations[0].itemCost = free.crews[0].hourCost = 0;
    free.stations[0].power = {};
    EXPECT_FALSE(hasCosts(free));
    EXPECT_FALSE(hasPower(free));
    EXPECT_FALSE(metricNamed(free, "cost"));
    EXPECT_EQ(metricNamed(shop(), "cost")->unit, "EUR/h");
    EXPECT_EQ(metricNamed(shop(), "costPerItem")->unit, "EUR");
    plant::Process dear = shop();
    dear.cost.energy = 2;
    const std::vector<Scenario> scenarios{{"base", "As it is", *Model::make(shop())}, {"dear", "Dear energy", *Model::make(dear)}};
    const StudyPlan plan{.replications = 3};
    const StudyResult result = *study(scenarios, plan);
    const auto value = [&](std::size_t scenario, std::string_view id) {
        return std::ranges::find(result.scenarios[scenario].metrics, id, &MetricResult::id)->estimate.mean;
    };
    EXPECT_NEAR(value(0, "costPerItem"), value(0, "cost") / value(0, "throughput"), 1e-9);
    EXPECT_NEAR(value(1, "costPerItem") - value(0, "costPerItem"), 1.8 * value(0, "energyPerItem"), 1e-9);
    EXPECT_NEAR(value(0, "power"), value(0, "energyPerItem") * value(0, "throughput"), 1e-9);
    const std::string text = studyText(plan, result), page = studyPage("Shop", scenarios, plan, result);
    EXPECT_THAT(text, HasSubstr("Cost, EUR per hour"));
    EXPECT_THAT(text, HasSubstr("Cost of a good part, EUR"));
    EXPECT_THAT(text, HasSubstr("worse in 3 of 3 runs"));
    EXPECT_THAT(page, HasSubstr("Cost of a good part: <span class=\"bad\">+"));
}

} // namespace
} // namespace millwright::sim
