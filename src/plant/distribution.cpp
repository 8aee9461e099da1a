#include <millwright/plant/distribution.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <string_view>

namespace millwright::plant {
namespace {

bool isTime(double seconds) {
    return seconds >= 0 && seconds <= longestSeconds; // false for NaN
}

std::optional<std::string> problemOfCut(const Distribution& d, std::string_view word) {
    if (!(d.mean > 0) || !isTime(d.mean)) return std::format("the mean of a {} distribution must be above 0", word);
    if (!(d.deviation > 0)) return std::format("the deviation of a {} distribution must be above 0", word);
    if (!(d.low >= 0) || !(d.high > d.low)) return "low must be 0 or more, and high above low";
    if (d.high < d.mean - 6 * d.deviation || d.low > d.mean + 6 * d.deviation)
        return "low and high leave nothing of the distribution: both are more than six deviations from the mean";
    return std::nullopt;
}

std::optional<std::string> problemOfValues(const Distribution& d) {
    const bool discrete = d.kind == DistributionKind::Discrete;
    if (d.values.size() < (discrete ? 1u : 2u))
        return discrete ? "values is empty" : "an empirical distribution needs two values or more";
    if (!std::ranges::all_of(d.values, isTime)) return "values must be 0 or more";
    if (!discrete) return std::ranges::is_sorted(d.values) ? std::nullopt : std::optional<std::string>{"values must be ascending"};
    if (d.weights.size() != d.values.size())
        return std::format("there are {} values and {} weights: give one weight for each", d.values.size(), d.weights.size());
    double sum = 0;
    for (const double weight : d.weights) {
        if (!(weight >= 0) || !std::isfinite(weight)) return "weights must be 0 or more";
        sum += weight;
    }
    return sum > 0 ? std::nullopt : std::optional<std::string>{"weights add up to 0"};
}

bool isShape(double shape) {
    return shape >= 0.01 && shape <= 1e6;
}

} // namespace

std::optional<std::string> problemOf(const Distribution& d) {
    switch (d.kind) {
    case DistributionKind::Constant:
        return isTime(d.mean) ? std::nullopt : std::optional<std::string>{"a time must be 0 or more, and at most 100 years"};
    case DistributionKind::Exponential:
    case DistributionKind::Erlang:
    case DistributionKind::Gamma:
        if (!isTime(d.mean) || d.mean == 0) return "the mean must be above 0";
        if (d.kind == DistributionKind::Exponential) return std::nullopt;
        if (!isShape(d.shape)) return "shape must be from 0.01 to 1000000";
        if (d.kind == DistributionKind::Erlang && d.shape != std::floor(d.shape))
            return "the shape of an erlang distribution is a whole number";
        return std::nullopt;
    case DistributionKind::Normal: return problemOfCut(d, "normal");
    case DistributionKind::Lognormal: return problemOfCut(d, "lognormal");
    case DistributionKind::Triangular:
        if (!isTime(d.low) || !isTime(d.high) || !(d.low < d.high)) return "low must be 0 or more, and high above low";
        return d.mode >= d.low && d.mode <= d.high ? std::nullopt : std::optional<std::string>{"mode must be between low and high"};
    case DistributionKind::Uniform:
    case DistributionKind::Beta:
        if (!isTime(d.low) || !isTime(d.high) || !(d.low < d.high)) return "low must be 0 or more, and high above low";
        if (d.kind == DistributionKind::Beta && (!isShape(d.shape) || !isShape(d.shape2)))
            return "shape and shape2 must be from 0.01 to 1000000";
        return std::nullopt;
    case DistributionKind::Weibull:
        if (!isTime(d.scale) || d.scale == 0) return "scale must be above 0";
        return isShape(d.shape) ? std::nullopt : std::optional<std::string>{"shape must be from 0.01 to 1000000"};
    case DistributionKind::Empirical:
    case DistributionKind::Discrete: return problemOfValues(d);
    }
    return std::nullopt;
}

} // namespace millwright::plant
