#include "sim/metrics.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/sensitivity.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <numeric>
#include <ranges>
#include <span>

namespace millwright::sim {
namespace {

/// The numbers of one purpose of a design, whatever else is drawn.
class Draws {
public:
    Draws(std::uint64_t seed, const std::string& purpose)
        : seed_{seed}, stream_{static_cast<std::uint32_t>(digest(std::as_bytes(std::span{purpose})).low)} {}

    double uniform() { return toOpenUniform(numbers_.next(seed_, stream_)); }
    std::size_t below(std::size_t count) {
        return std::min(count - 1, static_cast<std::size_t>(uniform() * static_cast<double>(count)));
    }

private:
    std::uint64_t seed_;
    std::uint32_t stream_;
    Stream numbers_;
};

/// `share` in (0, 1) of a factor's range. Whole numbers come alike often.
double placeIn(const Factor& factor, double share) {
    if (factor.measure != plant::ValueMeasure::Count) return factor.low + share * (factor.high - factor.low);
    return std::min(factor.high, factor.low + std::floor(share * (factor.high - factor.low + 1)));
}

std::vector<double> columnOf(const Factor& factor, std::uint32_t points, std::uint64_t seed) {
    Draws order{seed, "hypercube/order/" + factor.key}, places{seed, "hypercube/place/" + factor.key};
    std::vector<std::size_t> parts(points);
    std::iota(parts.begin(), parts.end(), std::size_t{0});
    for (std::size_t i = parts.size(); i-- > 1;) std::swap(parts[i], parts[order.below(i + 1)]);
    std::vector<double> column;
    for (const std::size_t part : parts) column.push_back(placeIn(factor, (static_cast<double>(part) + places.uniform()) / points));
    return column;
}

Result<std::vector<Scenario>> scenariosOf(const Scenario& base, const Design& design) {
    std::vector<Scenario> scenarios;
    for (std::size_t i = 0; i < design.points.size(); ++i) {
        const DesignPoint& point = design.points[i];
        std::vector<Setting> settings;
        for (std::size_t k = 0; k < design.factors.size(); ++k) {
            const Factor& factor = design.factors[k];
            // What stays as it is is not set, so that not even its last bit changes.
            if (design.kind == DesignKind::LatinHypercube || (i > 0 && k == (i - 1) / 2))
                settings.push_back({factor.key, factor.measure, point.values[k]});
        }
        auto scenario = settings.empty() ? Result<Scenario>{base} : scenarioWith(base, point.id, settings);
        if (!scenario) return std::unexpected(std::move(scenario.error()));
        scenario->id = point.id;
        scenarios.push_back(*std::move(scenario));
    }
    return scenarios;
}

const MetricResult* metricOf(const ScenarioResult& scenario, std::string_view id) {
    const auto found = std::ranges::find(scenario.metrics, id, &MetricResult::id);
    return found == scenario.metrics.end() ? nullptr : &*found;
}

/// Of the replications that have both.
Estimate pairedDifference(const MetricResult& a, const MetricResult& b, double confidence) {
    std::vector<double> ours, others;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        if (std::isnan(a.values[i]) || std::isnan(b.values[i])) continue;
        ours.push_back(a.values[i]);
        others.push_back(b.values[i]);
    }
    return estimateDifference(ours, others, confidence);
}

} // namespace

Design oneAtATime(std::vector<Factor> factors) {
    Design design{DesignKind::OneAtATime, std::move(factors), {}};
    std::vector<double> base;
    for (const Factor& factor : design.factors) base.push_back(factor.base);
    design.points.push_back({"base", base});
    for (std::size_t i = 0; i < design.factors.size(); ++i)
        for (const bool high : {false, true}) {
            DesignPoint point{std::format("{}={}", design.factors[i].key, high ? "high" : "low"), base};
            point.values[i] = high ? design.factors[i].high : design.factors[i].low;
            design.points.push_back(std::move(point));
        }
    return design;
}

Design latinHypercube(std::vector<Factor> factors, std::uint32_t points, std::uint64_t seed) {
    Design design{DesignKind::LatinHypercube, std::move(factors), {}};
    for (std::uint32_t i = 0; i < points; ++i) design.points.push_back({std::format("point-{}", i + 1), {}});
    for (const Factor& factor : design.factors) {
        const std::vector<double> column = columnOf(factor, points, seed);
        for (std::uint32_t i = 0; i < points; ++i) design.points[i].values.push_back(column[i]);
    }
    return design;
}

Result<Sensitivity> sensitivity(const Scenario& base, Design design, const StudyPlan& plan, const Progress& progress) {
    constexpr double pilotShare = 0.2; // of the progress bar
    auto scenarios = scenariosOf(base, design);
    if (!scenarios) return std::unexpected(std::move(scenarios.error()));
    Sensitivity result{base, std::move(design), *std::move(scenarios), {}, plan};
    const bool pilot = result.design.kind == DesignKind::LatinHypercube && !plan.warmUp && !base.model.process().warmUp;
    if (pilot) {
        const auto ends = scenariosOf(base, oneAtATime(result.design.factors));
        if (!ends) return std::unexpected(ends.error());
        const auto found = warmUpsOf(*ends, plan, partOf(progress, 0, pilotShare, "warm-up"));
        if (!found) return std::unexpected(found.error());
        result.plan.warmUp = std::ranges::max(*found, {}, &FoundWarmUp::length).length;
    }
    auto study = sim::study(result.scenarios, result.plan, partOf(progress, pilot ? pilotShare : 0, 1, "runs"));
    if (!study) return std::unexpected(std::move(study.error()));
    result.study = *std::move(study);
    return result;
}

std::vector<Effect> effectsOf(const Sensitivity& sensitivity, std::string_view metric) {
    const double confidence = sensitivity.plan.confidence;
    const auto& scenarios = sensitivity.study.scenarios;
    std::vector<Effect> effects;
    for (std::size_t i = 0; i < sensitivity.design.factors.size(); ++i) {
        const MetricResult* base = metricOf(scenarios[0], metric);
        const MetricResult* low = metricOf(scenarios[1 + 2 * i], metric);
        const MetricResult* high = metricOf(scenarios[2 + 2 * i], metric);
        Effect& effect = effects.emplace_back();
        if (base == nullptr || low == nullptr || high == nullptr) continue;
        effect = {low->estimate, high->estimate, pairedDifference(*low, *base, confidence),
                  pairedDifference(*high, *base, confidence), pairedDifference(*high, *low, confidence)};
    }
    return effects;
}

std::vector<std::size_t> bySwing(const std::vector<Effect>& effects) {
    std::vector<std::size_t> order(effects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // A factor whose both ends are worse than the middle has a small swing and a large effect.
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) {
        const Effect& effect = effects[i];
        return std::max({std::abs(effect.swing.mean), std::abs(effect.lowDifference.mean), std::abs(effect.highDifference.mean)});
    });
    return order;
}

std::vector<double> meansOf(const Sensitivity& sensitivity, std::string_view metric) {
    std::vector<double> means;
    for (const ScenarioResult& scenario : sensitivity.study.scenarios) {
        const MetricResult* found = metricOf(scenario, metric);
        means.push_back(found == nullptr || found->estimate.observations == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                                              : found->estimate.mean);
    }
    return means;
}

} // namespace millwright::sim
