#pragma once

#include <millwright/sim/calendar.hpp>

#include <cstdint>
#include <limits>

namespace millwright::sim {

/// An order whose parts have not all left the process.
struct OpenOrder {
    SimTime released = 0;
    SimTime due = never;
    std::uint64_t outstanding = 0;                                  ///< parts of it that are still to leave or to come
    std::uint32_t order = 0;                                        ///< in `Compiled::orders`
    std::uint32_t next = std::numeric_limits<std::uint32_t>::max(); ///< of those that are free
};

/// What was counted of one order of the plan, which may come again every period.
struct OrderCount {
    std::uint64_t released = 0, finished = 0, late = 0, scrapped = 0;
    double time = 0;      ///< nanoseconds from release to the last part, of those finished
    double tardiness = 0; ///< nanoseconds after they were due
};

} // namespace millwright::sim
