#include <millwright/sim/shown.hpp>
#include <millwright/sim/study_report.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

constexpr std::size_t columnsAtMost = 6; // of a table of stations

const MetricResult* metricOf(const ScenarioResult& scenario, const std::string& id) {
    const auto found = std::ranges::find(scenario.metrics, id, &MetricResult::id);
    return found == scenario.metrics.end() || found->estimate.observations == 0 ? nullptr : &*found;
}

class Text {
public:
    Text(const StudyPlan& plan, const StudyResult& result) : plan_{plan}, result_{result} {
        for (const ScenarioResult& scenario : result.scenarios) width_ = std::max(width_, scenario.name.size());
    }

    std::string all() {
        const bool alone = result_.scenarios.size() == 1;
        text_ = alone ? std::format("{} runs (seed {})", plan_.replications, plan_.seed)
                      : std::format("{} scenarios, {} runs of each with the same random numbers (seed {})",
                                    result_.scenarios.size(), plan_.replications, plan_.seed);
        text_ += std::format("; ± is the {:g} % interval\n", 100 * plan_.confidence);
        for (const ScenarioResult& scenario : result_.scenarios)
            text_ += std::format("  {:<{}}  {}: runs of {}{}\n", scenario.name, width_, scenario.id,
                                 lengthInWords(scenario.length, scenario.warmUp),
                                 scenario.settled ? "" : " (too short to tell where the start-up ends: lengthen them)");
        for (const MetricResult& metric : result_.scenarios.front().metrics)
            if (isHeadline(metric.id)) quantity(metric);
        stations();
        return text_ + "\nEvery quantity: --json, --csv, --report\n";
    }

private:
    void quantity(const MetricResult& first) {
        const Shown shown = shownAs(first.id, first.unit, first.estimate.mean);
        text_ += std::format("\n{}\n", inWords(shown));
        for (const ScenarioResult& scenario : result_.scenarios) {
            const MetricResult* metric = metricOf(scenario, first.id);
            text_ += std::format(
                "  {:<{}}  {:>20}{}\n", scenario.name, width_,
                metric == nullptr ? "-" : interval(metric->estimate.mean, metric->estimate.halfWidth, shown.scale),
                &scenario == &result_.scenarios.front() || metric == nullptr ? "" : difference(scenario.id, first.id, shown));
        }
    }

    [[nodiscard]] std::string difference(const std::string& scenario, const std::string& id, const Shown& shown) const {
        const auto found = std::ranges::find(result_.differences, scenario, &DifferenceResult::a);
        const auto metric = std::ranges::find(found->metrics, id, &DifferenceResult::Metric::id);
        if (metric == found->metrics.end() || metric->estimate.observations == 0) return {};
        const Estimate& e = metric->estimate;
        const std::string told = std::format("   {:>20}  ", interval(e.mean, e.halfWidth, shown.scale, true));
        if (std::abs(e.mean) <= e.halfWidth) return told + "no difference shown";
        const bool better = (e.mean > 0) == (shown.higherIsBetter > 0);
        const double share = e.mean > 0 ? metric->shareHigher : 1 - metric->shareHigher - metric->shareEqual;
        return told + std::format("{} in {} of {} runs", better ? "better" : "worse",
                                  std::lround(share * static_cast<double>(e.observations)), e.observations);
    }

    void stations() {
        const std::size_t columns = std::min(columnsAtMost, result_.scenarios.size());
        std::size_t wide = 10;
        for (std::size_t i = 0; i < columns; ++i) wide = std::max(wide, result_.scenarios[i].id.size());
        text_ += std::format("\n{:<26}", "Stations at work, %");
        for (std::size_t i = 0; i < columns; ++i) text_ += std::format("  {:>{}}", result_.scenarios[i].id, wide);
        text_ += '\n';
        for (const MetricResult& metric : result_.scenarios.front().metrics) {
            if (!metric.id.starts_with("working/")) continue;
            text_ += std::format("  {:<24}", metric.id.substr(metric.id.find('/') + 1));
            for (std::size_t i = 0; i < columns; ++i) {
                const MetricResult* other = metricOf(result_.scenarios[i], metric.id);
                text_ += std::format("  {:>{}}", other == nullptr ? "-" : std::format("{:.1f}", 100 * other->estimate.mean), wide);
            }
            text_ += '\n';
        }
    }

    const StudyPlan& plan_;
    const StudyResult& result_;
    std::size_t width_ = 10;
    std::string text_;
};

} // namespace

std::string studyText(const StudyPlan& plan, const StudyResult& result) {
    return Text{plan, result}.all();
}

} // namespace millwright::sim
