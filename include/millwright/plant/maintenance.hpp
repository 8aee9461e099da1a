#pragma once

#include <millwright/plant/distribution.hpp>
#include <millwright/plant/failure.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

/// When planned maintenance is done. It never interrupts work that a machine is at.
enum class MaintenanceWhen : std::uint8_t {
    Immediate,     ///< when it is due
    Opportunistic, ///< from `window` before it is due as soon as the machine stands anyway
};

/// What is done to each machine of a station by plan.
struct Maintenance {
    std::string id;
    FailureClock clock = FailureClock::Calendar; ///< Calendar: all time, also while the machine is down
    Distribution every;                          ///< from its end until it is due again, by the clock; Cycles: a number of them
    Distribution lasts;                          ///< from when somebody begins to its end
    std::optional<std::uint32_t> crew;           ///< who does it; without it, somebody is always there
    MaintenanceWhen when = MaintenanceWhen::Immediate;
    double window = 0;                 ///< Opportunistic: seconds by the clock, or cycles
    std::vector<std::uint32_t> renews; ///< failures of the station whose clocks it sets back to the beginning
    std::vector<std::uint32_t>
        renewedBy; ///< failures of the station whose repair does what it would, so that its clock begins anew
};

} // namespace millwright::plant
