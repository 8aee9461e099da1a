#include "sim/compiled_rate.hpp"

#include "sim/sampler.hpp"

#include <algorithm>
#include <cmath>

namespace millwright::sim {

CompiledRate makeRate(const plant::ArrivalRate& from) {
    CompiledRate rate{.period = from.period.count(), .steps = {}};
    const auto add = [&](Duration begin, double perHour) { rate.steps.push_back({begin.count(), 0, perHour / 3.6e12}); };
    if (from.steps.front().from > Duration::zero()) add(Duration::zero(), from.steps.back().perHour);
    for (const plant::RateStep& step : from.steps) add(step.from, step.perHour);
    for (std::size_t i = 0; i < rate.steps.size(); ++i) {
        rate.steps[i].parts = rate.parts;
        const SimTime end = i + 1 < rate.steps.size() ? rate.steps[i + 1].from : rate.period;
        rate.parts += rate.steps[i].perNanosecond * static_cast<double>(end - rate.steps[i].from);
    }
    return rate;
}

SimTime CompiledRate::after(SimTime now, double more) const {
    const SimTime within = now % period;
    const auto present = std::ranges::upper_bound(steps, within, {}, &Step::from) - 1;
    double come = present->parts + present->perNanosecond * static_cast<double>(within - present->from) + more;
    const double periods = std::floor(come / parts);
    if (periods * static_cast<double>(period) > longestNanoseconds) return never;
    come -= periods * parts;
    const SimTime begin = now - within + static_cast<SimTime>(periods) * period;
    const auto step = std::ranges::upper_bound(steps, come, {}, &Step::parts) - 1;
    if (step->perNanosecond == 0) return begin + step->from; // by rounding: nothing comes in it
    return begin + step->from + toNanoseconds((come - step->parts) / step->perNanosecond);
}

} // namespace millwright::sim
