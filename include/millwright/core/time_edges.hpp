#pragma once

#include <millwright/core/time.hpp>

/// Reckoning at the ends of the range of times, which files from outside may name.
namespace millwright {

/// The instant before `time`; the earliest time itself, which has none before it.
[[nodiscard]] constexpr Time justBefore(Time time) {
    return time == Time::min() ? time : time - Duration{1};
}

/// Whether a `Duration` can say how long `interval` is, which is up to 292 years; it does not end before it begins.
[[nodiscard]] constexpr bool fitsDuration(const TimeInterval& interval) {
    const Duration from = interval.from.time_since_epoch();
    return from >= Duration::zero() || interval.to <= Time::max() + from;
}

} // namespace millwright
