#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/process.hpp>

#include <cstdint>
#include <optional>
#include <vector>

/// When people work, by the clock on the wall: what KPIs are reported by. `[calendar]` of plant.toml.
namespace millwright::plant {

/// Shifts that repeat, and the local time they are told in. Their periods begin on a Monday at local midnight; shifts do not
/// overlap.
struct Calendar {
    Duration utcOffset{}; ///< local time = UTC + this, summer and winter
    std::vector<Shift> shifts;

    /// Midnight of Thursday, 1970-01-01, local time: whole local days and hours are counted from it.
    [[nodiscard]] Time localEpoch() const { return Time{-utcOffset}; }
};

/// A stretch of one shift, or of the time between two, `from` included and `to` not.
struct ShiftStretch {
    std::optional<std::uint32_t> shift; ///< in `Calendar::shifts`; none: nobody is scheduled
    TimeInterval interval;
};

/// What `time` lies in. Without any shift, all of time. Thread: any.
[[nodiscard]] ShiftStretch shiftAt(const Calendar& calendar, Time time);

} // namespace millwright::plant
