#include <millwright/kpi/capability.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace millwright::kpi {
namespace {

constexpr double furthest = 1e12; // a million tolerances: beyond, squares of many would not fit

/// The largest sum where it would be larger: a hostile log could measure for ever.
void add(Wide& sum, Wide more) {
    constexpr Wide most = ~(Wide{1} << 127);
    if (__builtin_add_overflow(sum, more, &sum)) sum = more < 0 ? -most : most;
}

std::optional<double> oneSided(std::optional<double> limit, double mean, double sign, double deviation) {
    return limit ? std::optional{sign * (*limit - mean) / (3 * deviation)} : std::nullopt;
}

/// Index of spread, and of spread and place, of a process with that mean and deviation.
void indices(const plant::Specification& specification, double mean, double deviation, std::optional<double>& spread,
             std::optional<double>& critical) {
    if (!(deviation > 0)) return;
    if (specification.lower && specification.upper) spread = (*specification.upper - *specification.lower) / (6 * deviation);
    const auto above = oneSided(specification.upper, mean, 1, deviation),
               below = oneSided(specification.lower, mean, -1, deviation);
    critical = above && below ? std::min(*above, *below) : above ? above : below;
}

std::uint32_t machineOf(const plant::Plant& plant, EquipmentIndex equipment) {
    for (; equipment != noEquipment; equipment = plant.at(equipment).parent) {
        const auto found = std::ranges::find(plant.kpis, equipment, &plant::KpiSource::equipment);
        if (found != plant.kpis.end()) return static_cast<std::uint32_t>(found - plant.kpis.begin());
    }
    return Characteristic::always;
}

} // namespace

Spread& Spread::operator+=(const Spread& later) {
    measured += later.measured;
    groups += later.groups;
    add(sum, later.sum);
    add(squares, later.squares);
    add(groupSum, later.groupSum);
    add(groupScatter, later.groupScatter);
    return *this;
}

std::optional<std::int64_t> Characteristic::deviation(double value) const {
    const double found = (value - middle) / unit;
    if (std::isnan(found)) return std::nullopt;
    return std::llround(std::clamp(found, -furthest, furthest));
}

std::vector<Characteristic> characteristicsOf(const plant::Plant& plant) {
    std::vector<Characteristic> found;
    for (std::size_t i = 0; i < plant.signals.size(); ++i) {
        const plant::Signal& signal = plant.signals[i];
        if (!signal.specification) continue;
        const auto& [lower, upper, subgroup] = *signal.specification;
        Characteristic& each = found.emplace_back(static_cast<SignalIndex>(i), machineOf(plant, signal.equipment));
        const double limit = lower.value_or(upper.value_or(0));
        each.middle = lower && upper ? *lower + (*upper - *lower) / 2 : limit;
        const double whole = lower && upper ? *upper - *lower : std::abs(limit);
        each.unit = (whole > 0 ? whole : 1) * 1e-6;
    }
    return found;
}

void Subgroup::measure(std::int64_t deviation, std::uint32_t size, Spread& spread) {
    const Wide square = Wide{deviation} * deviation;
    ++spread.measured;
    add(spread.sum, deviation);
    add(spread.squares, square);
    sum_ += deviation;
    squares_ += square;
    if (++count_ < size) return;
    ++spread.groups;
    add(spread.groupSum, sum_);
    add(spread.groupScatter, Wide{count_} * squares_ - sum_ * sum_);
    interrupt();
}

Capability capabilityOf(const Characteristic& characteristic, const plant::Specification& specification, const Spread& spread) {
    Capability found{.measured = spread.measured, .groups = spread.groups};
    const auto value = [&](double deviations) { return characteristic.middle + characteristic.unit * deviations; };
    const auto n = static_cast<double>(spread.measured);
    if (spread.measured > 0) found.mean = value(static_cast<double>(spread.sum) / n);
    if (spread.measured > 1) {
        const auto mean = static_cast<double>(spread.sum) / n; // both of the middle, so that little is lost in the difference
        const double scatter = std::max(0.0, static_cast<double>(spread.squares) - n * mean * mean);
        found.deviation = characteristic.unit * std::sqrt(scatter / (n - 1));
        indices(specification, *found.mean, *found.deviation, found.pp, found.ppk);
    }
    if (spread.groups > 0) {
        const double size = specification.subgroup, groups = static_cast<double>(spread.groups);
        found.groupMean = value(static_cast<double>(spread.groupSum) / (groups * size));
        const double variance = static_cast<double>(spread.groupScatter) / (size * (size - 1)) / groups;
        found.withinDeviation = characteristic.unit * std::sqrt(std::max(0.0, variance));
        indices(specification, *found.groupMean, *found.withinDeviation, found.cp, found.cpk);
    }
    return found;
}

} // namespace millwright::kpi
