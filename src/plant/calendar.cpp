#include <millwright/plant/calendar.hpp>

#include <algorithm>

namespace millwright::plant {
namespace {

constexpr Duration mondayAfterEpoch = std::chrono::days{4}; // 1970-01-05

/// Whole periods before `time`, rounded down.
std::int64_t periodsBefore(Duration sinceMonday, Duration period) {
    const std::int64_t whole = sinceMonday / period;
    return sinceMonday % period < Duration::zero() ? whole - 1 : whole;
}

} // namespace

ShiftStretch shiftAt(const Calendar& calendar, Time time) {
    time = std::clamp(time, Time::min() + std::chrono::years{1}, Time::max() - std::chrono::years{1}); // room to reckon in
    ShiftStretch gap{.shift = std::nullopt, .interval = {Time::min(), Time::max()}};
    const Time monday = calendar.localEpoch() + mondayAfterEpoch;
    for (std::uint32_t i = 0; i < calendar.shifts.size(); ++i) {
        const Shift& shift = calendar.shifts[i];
        const std::int64_t now = periodsBefore(time - monday, shift.period);
        for (std::int64_t k = now - 1; k <= now + 1; ++k) { // a shift may end in the period after the one it begins in
            for (const auto& [from, to] : shift.hours) {
                const TimeInterval stretch{monday + k * shift.period + from, monday + k * shift.period + to};
                if (stretch.from <= time && time < stretch.to) return {i, stretch};
                if (stretch.to <= time) gap.interval.from = std::max(gap.interval.from, stretch.to);
                if (stretch.from > time) gap.interval.to = std::min(gap.interval.to, stretch.from);
            }
        }
    }
    return gap;
}

} // namespace millwright::plant
