#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/calendar.hpp>

namespace millwright::kpi {

/// Where measured time is cut into bins: at whole multiples of a length, where shifts begin and end, at both, or nowhere.
class Cuts {
public:
    Cuts() = default;
    /// At whole multiples of `every` since `origin`, 1970 UTC; zero: not by length.
    Cuts(Duration every, Time origin = {})
        : every_{every}, origin_{origin} {} // NOLINT(google-explicit-constructor): a length is one
    /// Also where shifts begin and end; `calendar` must outlive it.
    Cuts& withShifts(const plant::Calendar& calendar) {
        calendar_ = calendar.shifts.empty() ? nullptr : &calendar;
        return *this;
    }

    /// The first cut after `time`; `Time::max()` where there is none.
    [[nodiscard]] Time after(Time time) const;

private:
    Duration every_{};
    Time origin_{};
    const plant::Calendar* calendar_ = nullptr;
};

} // namespace millwright::kpi
