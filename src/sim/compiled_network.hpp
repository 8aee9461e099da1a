#pragma once

#include "sim/sampler.hpp"

#include <millwright/plant/process.hpp>
#include <millwright/sim/calendar.hpp>

#include <cstdint>
#include <limits>
#include <vector>

/// The network of a process in the form the simulation runs. Never changed while a run lasts.
namespace millwright::sim {

/// One direction of an edge.
struct CompiledLane {
    std::uint32_t from = 0, to = 0; ///< nodes
    std::uint32_t edge = 0;         ///< of the process
    std::uint32_t resource = 0;     ///< what a vehicle on it holds; both directions of a single lane share one
    double length = 0;              ///< metres
    double speedLimit = 0;          ///< metres a second
    bool shared = false;            ///< vehicles come the other way on it
};

/// Where vehicles of a fleet go on from every node to one that they may be sent to, by the shortest time without others.
struct CompiledWays {
    std::vector<std::uint32_t> lane; ///< by goal, then by node: the next lane; none: it is there, or there is no way
    std::vector<double> time;        ///< likewise: seconds still to go; infinite: no way
};

/// What vehicles can do, with a load or without. Metres and seconds.
struct Drive {
    double speed = 0;
    double acceleration = 0; ///< 0: at once
    double deceleration = 0; ///< 0: at once
};

struct CompiledFleet {
    std::uint32_t firstVehicle = 0, vehicles = 0;
    std::uint32_t firstFailure = 0, failures = 0; ///< in `Compiled::failures`
    std::uint32_t firstClock = 0;                 ///< of the first vehicle's first failure; the others follow
    Drive empty, loaded;
    std::vector<std::uint32_t> stations; ///< that it carries for
    CompiledWays ways;
};

struct CompiledNetwork {
    std::vector<std::uint32_t> room; ///< by node
    std::vector<CompiledLane> lanes;
    std::vector<std::uint32_t> goal; ///< by node: its number among those that vehicles are sent to, or none
    std::vector<CompiledFleet> fleets;
    std::uint32_t resources = 0, vehicles = 0, goals = 0;

    [[nodiscard]] std::uint32_t nextLane(std::uint32_t fleet, std::uint32_t node, std::uint32_t goalNode) const {
        return fleets[fleet].ways.lane[goal[goalNode] * room.size() + node];
    }
    /// Seconds.
    [[nodiscard]] double timeTo(std::uint32_t fleet, std::uint32_t node, std::uint32_t goalNode) const {
        return fleets[fleet].ways.time[goal[goalNode] * room.size() + node];
    }
};

/// Of a process without problems.
[[nodiscard]] CompiledNetwork compileNetwork(const plant::Process& process);

} // namespace millwright::sim
