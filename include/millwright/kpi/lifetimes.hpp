#pragma once

#include <millwright/kpi/meter.hpp>
#include <millwright/plant/process.hpp>

#include <cstddef>
#include <vector>

namespace millwright::kpi {

/// Something that took time.
struct Lasting {
    Duration took{};
    TimeInterval interval; ///< from its beginning to its end, or as far as it was seen
    bool cutOff = false;   ///< its end was not seen
    bool restOnly = false; ///< its beginning was not seen
};

/// What there is to know of a machine before its journal can be read.
struct LifetimeRules {
    plant::FailureClock clock = plant::FailureClock::Working;
    bool hasShift = false;    ///< Stopped, Idle and Complete mean that nobody is there, or that it is maintained
    double itemsPerCycle = 1; ///< what the count rises by with each cycle
};

/// What a journal says of the times that a process model needs.
struct Lifetimes {
    std::vector<Lasting> toFailure; ///< from the end of a repair to the next failure: time in production, or by the calendar
    std::vector<Lasting> repairs;   ///< from a failure until the machine is in order: produces, or waits for parts (Suspended)
    std::vector<Lasting> cycles;    ///< production time from one finished cycle to the next
    std::size_t rises = 0;          ///< of the count
    std::size_t otherRises = 0;     ///< of them, those by more or less than one cycle, or without production before them
    double secondsAnItem = 0;       ///< production time by what was counted, from the first rise to the last; 0: unknown
};

/// Of a machine that is in order and only lacks parts, or room for them.
[[nodiscard]] bool isWaiting(plant::PackmlState state);

/// Reads a journal. A state that is not known cuts off what goes on and hides what begins; so does time that is not planned, or in
/// which nobody is there, to a repair. A machine that fails again before it has produced anything has one failure more, but no time
/// to it. Thread: any.
[[nodiscard]] Lifetimes lifetimesOf(const plant::KpiSource& source, const Journal& journal, const LifetimeRules& rules);

} // namespace millwright::kpi
