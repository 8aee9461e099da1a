#include "check/kpi_monitor.hpp"

#include <algorithm>
#include <array>
#include <format>

namespace millwright::check {
namespace {

std::string boundsText(const KpiCheck& check) {
    const auto text = [&](double bound) { return kpi::textOf(check.indicator->unit, bound); };
    constexpr double open = std::numeric_limits<double>::infinity();
    if (check.most == open) return "at least " + text(check.least);
    if (check.least == -open) return "at most " + text(check.most);
    return std::format("{} to {}", text(check.least), text(check.most));
}

/// KPIs that are a part of a time, which is never more than all of it.
bool isPartOfTime(const kpi::IndicatorInfo& indicator) {
    using kpi::Indicators;
    constexpr std::array parts{&Indicators::availability,
                               &Indicators::allocationEfficiency,
                               &Indicators::utilisationEfficiency,
                               &Indicators::technicalEfficiency,
                               &Indicators::setUpRate,
                               &Indicators::coverage};
    return std::ranges::contains(parts, indicator.value);
}

/// Whether it would have a value if everything that the equipment measures were something.
bool isMeasured(const plant::Plant& plant, const kpi::Row& row, const kpi::IndicatorInfo& indicator) {
    std::vector<kpi::Part> parts;
    for (const std::uint32_t i : row.sources) {
        kpi::Part& part = parts.emplace_back(&plant.kpis[i]);
        part.tally.inState.fill(std::chrono::seconds{1});
        part.tally.operating = part.tally.repair = part.tally.powered = std::chrono::seconds{1};
        part.tally.counted.fill(1'000'000);
        part.tally.counted[index(plant::Quantity::Produced)] = 100'000'000; // more than what was not good
        part.tally.failures = 1;
    }
    return (kpi::indicatorsOf(parts, row.oneUnit).*indicator.value).has_value();
}

} // namespace

std::string KpiMonitors::watch(std::size_t expectation, const KpiCheck& check, TimeInterval window) {
    if (rows_.empty()) rows_ = kpi::rowsOf(plant_);
    auto measured = std::ranges::find(meters_, window, &Measured::window);
    if (measured == meters_.end()) {
        meters_.push_back({window, kpi::Meter{plant_, source_.conversions(), source_.strings(), window}});
        measured = std::prev(meters_.end());
    }
    watched_.push_back({expectation, &check, static_cast<std::size_t>(measured - meters_.begin())});
    const kpi::Row& row = *std::ranges::find(rows_, check.equipment, &kpi::Row::equipment);
    if (!isMeasured(plant_, row, *check.indicator))
        return std::format("can never pass: {} of {} is not measured (docs/kpi.md says what it needs)", check.indicator->name,
                           plant_.at(check.equipment).path);
    if (check.least > 1 && isPartOfTime(*check.indicator))
        return std::format("can never pass: {} is at most 1, which is 100 %", check.indicator->name);
    return {};
}

void KpiMonitors::add(std::span<const telemetry::Sample> samples) {
    for (Measured& measured : meters_) measured.meter.apply(samples);
}

void KpiMonitors::finish(std::vector<Outcome>& outcomes) {
    std::vector<kpi::Bin> bins;
    for (Measured& measured : meters_) bins.push_back(measured.meter.finish().front());
    for (const auto& [expectation, check, meter] : watched_) decide(*check, bins[meter], outcomes[expectation]);
}

void KpiMonitors::decide(const KpiCheck& check, const kpi::Bin& bin, Outcome& outcome) const {
    const kpi::Row& row = *std::ranges::find(rows_, check.equipment, &kpi::Row::equipment);
    std::vector<kpi::Part> parts;
    for (const std::uint32_t i : row.sources) parts.push_back({&plant_.kpis[i], bin.tally(i)});
    const kpi::Indicators indicators = kpi::indicatorsOf(parts, row.oneUnit);
    const auto value = indicators.*check.indicator->value;
    outcome.expected = std::format("{} of {} {}", check.indicator->name, plant_.at(check.equipment).path, boundsText(check));
    outcome.found =
        value ? kpi::textOf(check.indicator->unit, value) : "no value: nothing to divide by, or it is not measured (docs/kpi.md)";
    if (const auto coverage = indicators.coverage; coverage && *coverage < 1)
        outcome.found += std::format("; {:.1f} % of the time known", *coverage * 100);
    outcome.time = bin.interval.to;
    outcome.passed = value && *value >= check.least && *value <= check.most;
}

} // namespace millwright::check
