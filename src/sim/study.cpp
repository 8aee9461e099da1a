#include "sim/metrics.hpp"

#include <millwright/sim/replicate.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

double probabilityAboveZero(const Estimate& estimate) {
    if (estimate.observations < 2) return 0.5;
    if (estimate.deviation == 0) return estimate.mean > 0 ? 1 : estimate.mean < 0 ? 0 : 0.5;
    const auto n = static_cast<double>(estimate.observations);
    return studentBelow(estimate.mean / estimate.deviation * std::sqrt(n), n - 1);
}

DifferenceResult differenceOf(const ScenarioResult& a, const ScenarioResult& b, double confidence) {
    DifferenceResult difference{.a = a.id, .b = b.id};
    for (const MetricResult& metric : a.metrics) {
        const auto other = std::ranges::find(b.metrics, metric.id, &MetricResult::id);
        if (other == b.metrics.end()) continue;
        double higher = 0, equal = 0;
        std::vector<double> ours, others; // of the pairs that have both
        for (std::size_t i = 0; i < metric.values.size(); ++i) {
            if (std::isnan(metric.values[i]) || std::isnan(other->values[i])) continue;
            ours.push_back(metric.values[i]);
            others.push_back(other->values[i]);
            higher += metric.values[i] > other->values[i] ? 1 : 0;
            equal += metric.values[i] == other->values[i] ? 1 : 0;
        }
        const double pairs = std::max(static_cast<double>(ours.size()), 1.0);
        const Estimate between = estimateDifference(ours, others, confidence);
        difference.metrics.push_back({metric.id, between, higher / pairs, equal / pairs, probabilityAboveZero(between)});
    }
    return difference;
}

constexpr std::size_t warmUpSteps = 1000;
constexpr std::uint32_t pilotReplications = 5;

} // namespace

Result<std::vector<FoundWarmUp>> warmUpsOf(const std::vector<Scenario>& scenarios, const StudyPlan& plan,
                                           const Progress& progress) {
    std::vector<FoundWarmUp> found;
    const auto count = static_cast<double>(scenarios.size());
    for (const Scenario& scenario : scenarios) {
        const plant::Process& process = scenario.model.process();
        const Duration length = plan.length.value_or(process.length);
        if (plan.warmUp || process.warmUp) {
            found.push_back({plan.warmUp ? *plan.warmUp : *process.warmUp, false, true});
            continue;
        }
        const Replications pilot{.length = length, .seed = plan.seed, .count = pilotReplications, .threads = plan.threads};
        const auto done = static_cast<double>(found.size());
        const auto series = partsOverTime(scenario.model, pilot, warmUpSteps,
                                          partOf(progress, done / count, (done + 1) / count, scenario.id + ", warm-up"));
        if (!series) return std::unexpected(inScenario(series.error(), scenario.id));
        const WarmUp end = warmUpOf(*series);
        found.push_back(
            {length / static_cast<std::int64_t>(warmUpSteps) * static_cast<std::int64_t>(end.leaveOut), true, end.settled});
    }
    return found;
}

Result<StudyResult> study(const std::vector<Scenario>& scenarios, const StudyPlan& plan, const Progress& progress) {
    constexpr double pilotShare = 0.2; // of the progress bar
    const auto warmUps = warmUpsOf(scenarios, plan, partOf(progress, 0, pilotShare, ""));
    if (!warmUps) return std::unexpected(warmUps.error());
    Duration longest{};
    for (const FoundWarmUp& each : *warmUps)
        if (each.found) longest = std::max(longest, each.length);
    StudyResult result;
    const auto count = static_cast<double>(scenarios.size());
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
        const Scenario& scenario = scenarios[i];
        ScenarioResult& one =
            result.scenarios.emplace_back(scenario.id, scenario.name, plan.length.value_or(scenario.model.process().length));
        one.settled = (*warmUps)[i].settled;
        one.warmUp = (*warmUps)[i].found ? std::min(longest, one.length / 2) : (*warmUps)[i].length;
        if (one.warmUp >= one.length)
            return failure(ErrorCode::Invalid,
                           std::format("the warm-up, {}, leaves nothing of a run of {}: lengthen the run",
                                       formatDuration(one.warmUp), formatDuration(one.length)),
                           std::format("scenario '{}'", one.id));
        const Replications runs{.warmUp = one.warmUp,
                                .length = one.length,
                                .seed = plan.seed,
                                .count = (plan.replications - plan.shard + plan.shards - 1) / plan.shards,
                                .first = plan.shard,
                                .stride = plan.shards,
                                .threads = plan.threads};
        const double from = pilotShare + (1 - pilotShare) * static_cast<double>(i) / count;
        const auto reports = replicate(scenario.model, runs, partOf(progress, from, from + (1 - pilotShare) / count, scenario.id));
        if (!reports) return std::unexpected(inScenario(reports.error(), scenario.id));
        one.metrics = metricsOf(scenario.model.process(), *reports);
    }
    evaluate(result, plan.confidence);
    return result;
}

void evaluate(StudyResult& result, double confidence) {
    for (ScenarioResult& scenario : result.scenarios)
        for (MetricResult& metric : scenario.metrics) {
            std::vector<double> told = metric.values;
            std::erase_if(told, [](double value) { return std::isnan(value); });
            metric.estimate = estimate(told, confidence);
        }
    result.differences.clear();
    for (std::size_t i = 1; i < result.scenarios.size(); ++i)
        result.differences.push_back(differenceOf(result.scenarios[i], result.scenarios.front(), confidence));
}

} // namespace millwright::sim
