#pragma once

#include <millwright/sim/calendar.hpp>

#include <cstdint>
#include <limits>

namespace millwright::sim {

/// A part on a conveyor.
struct Rider {
    SimTime belt = 0;    ///< running time when it came; in zones, when it leaves the last zone of which that is known
    SimTime entered = 0; ///< time when it came
    std::uint32_t part = 0;
    std::uint32_t unused = 0;
};

/// All its times but `since` are running time: a clock that stands still while the conveyor does.
struct ConveyorState {
    SimTime ran = 0;                                            ///< as of `since`
    SimTime since = 0;                                          ///< when that was
    SimTime entryFree = 0;                                      ///< the last part is out of the way of the next
    SimTime lastLeft = std::numeric_limits<SimTime>::min() / 2; ///< accumulating: when a part last left
    std::uint32_t first = 0;                                    ///< place of the first part in its ring of riders
    std::uint32_t runs = 0;                                     ///< 1 while it does
};

} // namespace millwright::sim
