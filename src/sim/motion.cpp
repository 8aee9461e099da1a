#include "sim/motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millwright::sim {
namespace {

// Seconds for each metre a second; 0: at once.
double perSpeed(double rate) {
    return rate > 0 ? 1 / rate : 0;
}

} // namespace

SpeedProfile profileOf(const Drive& drive, double length, double limit, double entry, double exit) {
    const double a = drive.acceleration, b = drive.deceleration;
    entry = std::min(entry, limit);
    exit = std::min(exit, limit);
    if (a > 0) exit = std::min(exit, std::sqrt(entry * entry + 2 * a * length));
    if (b > 0) entry = std::min(entry, std::sqrt(exit * exit + 2 * b * length));
    double peak = limit;
    // Where speeding up and slowing down meet: (peak^2 - entry^2) / 2a + (peak^2 - exit^2) / 2b = length.
    if (const double perA = perSpeed(a), perB = perSpeed(b); perA + perB > 0)
        peak = std::min(limit, std::sqrt((2 * length + perA * entry * entry + perB * exit * exit) / (perA + perB)));
    peak = std::max({peak, entry, exit}); // but for rounding, it is
    return {.length = length, .entry = entry, .peak = peak, .exit = exit, .acceleration = a, .deceleration = b};
}

double SpeedProfile::time() const {
    const double perA = perSpeed(acceleration), perB = perSpeed(deceleration);
    const double steady = length - perA * (peak * peak - entry * entry) / 2 - perB * (peak * peak - exit * exit) / 2;
    return (peak > 0 ? std::max(steady, 0.0) / peak : 0) + perA * (peak - entry) + perB * (peak - exit);
}

double SpeedProfile::at(double seconds) const {
    const double perA = perSpeed(acceleration), perB = perSpeed(deceleration);
    const double gaining = perA * (peak - entry);
    if (seconds < gaining) return seconds * (entry + acceleration * seconds / 2);
    const double left = time() - seconds;
    if (left <= 0) return length;
    if (left < perB * (peak - exit)) return length - left * (exit + deceleration * left / 2);
    return gaining * (entry + peak) / 2 + (seconds - gaining) * peak;
}

double speedInto(const CompiledNetwork& network, const Drive& drive, std::uint32_t fleet, std::uint32_t node, std::uint32_t goal) {
    if (drive.deceleration <= 0) return std::numeric_limits<double>::infinity();
    double most = drive.speed * drive.speed, length = 0; // squares of speeds
    while (node != goal && 2 * drive.deceleration * length < most) {
        const CompiledLane& lane = network.lanes[network.nextLane(fleet, node, goal)];
        most = std::min(most, lane.speedLimit * lane.speedLimit + 2 * drive.deceleration * length);
        length += lane.length;
        node = lane.to;
    }
    if (node == goal) most = std::min(most, 2 * drive.deceleration * length);
    return std::sqrt(most);
}

} // namespace millwright::sim
