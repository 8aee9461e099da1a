#pragma once

#include <millwright/plant/distribution.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

/// What wears a machine out.
enum class FailureClock : std::uint8_t {
    Working,  ///< time spent working
    Calendar, ///< all time that it is not down
    Cycles,   ///< finished cycles; of a vehicle, loads that it has handed over
};

struct Failure {
    std::string id;
    FailureClock clock = FailureClock::Working;
    Distribution between;              ///< from the end of a repair to the next failure, by the clock; Cycles: a number of them
    Distribution repair;               ///< from when somebody is there to its end
    Distribution detected;             ///< until anybody knows of it; none: at once
    std::optional<std::uint32_t> crew; ///< who repairs; without it, somebody is always there
    std::vector<std::uint32_t> others; ///< who repairs where nobody of `crew` is free, the first of them first
};

} // namespace millwright::plant
