#include <millwright/kpi/recent.hpp>

#include <algorithm>
#include <array>

namespace millwright::kpi {
namespace {

using BinPointer = std::shared_ptr<const Bin>;

std::vector<telemetry::Conversion> identity(const plant::Plant& plant) {
    return std::vector<telemetry::Conversion>(plant.signals.size());
}

Time endOf(const BinPointer& bin) {
    return bin->interval.to;
}

} // namespace

std::string_view nameOf(Period period) {
    constexpr std::array<std::string_view, periods> names{"so far", "last hour", "this shift", "last 24 h"};
    return names[static_cast<std::size_t>(period)];
}

std::span<const BinPointer> binsOf(const Bins& bins, Period period, Time time, const plant::Calendar& calendar) {
    if (bins.empty()) return {};
    const auto later = std::ranges::upper_bound(bins, time, {}, endOf);
    const auto taken = std::span{bins}.first(std::max<std::size_t>(1, static_cast<std::size_t>(later - bins.begin())));
    const Time end = std::min(time, endOf(taken.back())), begin = taken.back()->interval.from;
    const auto since = [&](Time from) { // those that end after it, and the last
        const auto first = std::ranges::upper_bound(taken, from, {}, endOf);
        return taken.subspan(std::min(taken.size() - 1, static_cast<std::size_t>(first - taken.begin())));
    };
    switch (period) {
    case Period::Everything: return taken;
    case Period::Hour: return since(end - std::chrono::hours{1});
    case Period::Shift: return since(plant::shiftAt(calendar, begin).interval.from);
    case Period::Day: return since(end - std::chrono::hours{24});
    }
    return taken;
}

Tally tallyOf(std::uint32_t i, std::span<const BinPointer> bins) {
    Tally made = (*bins.back()->through)[i];
    return made -= (*bins.front()->before)[i];
}

Standing standingOf(const plant::Plant& plant, const Row& row, std::span<const BinPointer> bins) {
    Standing standing{.interval = {bins.front()->interval.from, bins.back()->interval.to}, .times = {}, .indicators = {}};
    std::vector<Part> parts;
    parts.reserve(row.sources.size());
    for (const std::uint32_t i : row.sources) parts.push_back({&plant.kpis[i], tallyOf(i, bins)});
    for (const Part& part : parts) {
        standing.times += timesOf(*part.source, part.tally);
        standing.failures += part.tally.failures;
    }
    standing.indicators = indicatorsOf(parts, row.oneUnit);
    return standing;
}

Spread spreadOf(std::uint32_t characteristic, std::span<const BinPointer> bins) {
    Spread sum;
    for (const BinPointer& bin : bins) sum += bin->spreads[characteristic];
    return sum;
}

Rolling::Rolling(const plant::Plant& plant, const StringTable& strings, Time from)
    : meter_{plant, identity(plant), strings, {from, Time::max()}, Cuts{step}.withShifts(plant.calendar)}, time_{from} {}

void Rolling::collect() {
    for (Bin& bin : meter_.takeClosed(time_)) closed_.push_back(std::make_shared<const Bin>(std::move(bin)));
    while (!closed_.empty() && time_ - closed_.front()->interval.to > reach) closed_.pop_front();
}

/// In steps, so that bins of a long silence are dropped as they come.
void Rolling::moveTo(Time time) {
    if (time - reach > time_) {
        closed_.clear();
        time_ = time - reach;
        meter_.restart(time_);
    }
    while (time - step > time_) {
        time_ += step;
        collect();
    }
    time_ = std::max(time_, time);
}

void Rolling::apply(std::span<const telemetry::Sample> samples) {
    std::size_t applied = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (samples[i].time - step > time_) {
            meter_.apply(samples.subspan(applied, i - applied));
            applied = i;
        }
        moveTo(samples[i].time);
    }
    meter_.apply(samples.subspan(applied));
    if (meter_.hasClosed()) collect();
}

std::shared_ptr<const Bins> Rolling::at(Time now) {
    moveTo(now);
    collect();
    auto bins = std::make_shared<Bins>(closed_.begin(), closed_.end());
    Bin open = meter_.open();
    if (open.interval.length() > Duration::zero() || bins->empty()) bins->push_back(std::make_shared<const Bin>(std::move(open)));
    return bins;
}

} // namespace millwright::kpi
