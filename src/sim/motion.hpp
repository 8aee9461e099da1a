#pragma once

#include "sim/compiled_network.hpp"

namespace millwright::sim {

/// How a vehicle drives along a way: it speeds up, keeps the fastest speed that the way allows, and slows down; where the way is
/// too short for that, it slows down from a lower one (a trapezoid or a triangle of speed over time). Speeds in metres a second.
struct SpeedProfile {
    double length = 0; ///< metres
    double entry = 0, peak = 0, exit = 0;
    double acceleration = 0, deceleration = 0; ///< as in `Drive`

    [[nodiscard]] double time() const;             ///< seconds from entry to exit
    [[nodiscard]] double at(double seconds) const; ///< metres from the beginning, that long after it
};

/// From `entry` along `length`, at most at `limit`, at the end at most at `exit`. Who comes in too fast to slow down in time is
/// taken to come in as fast as it could; who cannot be as fast as `exit` at the end is as fast as it can.
[[nodiscard]] SpeedProfile profileOf(const Drive& drive, double length, double limit, double entry, double exit);

/// How fast a vehicle may be at the end of a lane, so that it keeps the limits of all lanes from there to its goal and can stop
/// there. Infinite where it slows down at once.
[[nodiscard]] double speedInto(const CompiledNetwork& network, const Drive& drive, std::uint32_t fleet, std::uint32_t node,
                               std::uint32_t goal);

} // namespace millwright::sim
