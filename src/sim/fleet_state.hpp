#pragma once

#include "sim/motion.hpp"

#include <millwright/sim/calendar.hpp>
#include <millwright/sim/simulation.hpp>

#include <array>
#include <cstdint>

namespace millwright::sim {

/// What a vehicle is about.
enum class Job : std::uint8_t { Waiting, ToParking, ToPickUp, Loading, ToPutDown, Unloading, AwaitsRoom, ToCharger, Charging };

/// What a vehicle does, beside where it is (`Vehicle`). Its load is in its server, which is the one of that number behind those of
/// all stations.
struct VehicleState {
    SimTime since = 0; ///< in this activity, or since the statistics began
    std::array<SimTime, vehicleActivities> spent{};
    double driven = 0, drivenBefore = 0; ///< metres: since the beginning, and until the statistics began
    double level = 0;                    ///< kW.h, at `levelAt`
    double charged = 0;                  ///< kW.h, counted
    SimTime levelAt = 0;
    SimTime remaining = never;           ///< Down: of what it was doing; never: it was doing nothing with an end
    SpeedProfile profile;                ///< along its lane, or along what is left of it since it broke down there
    std::uint32_t station = 0xffff'ffff; ///< of its order
    std::uint32_t feeder = 0xffff'ffff;  ///< in `Compiled::feeders`: where it fetches
    std::uint32_t claimed = 0xffff'ffff; ///< network node kept for it to park or charge
    std::uint32_t facing = 0xffff'ffff;  ///< lane that it drove along last
    std::uint32_t failing = 0xffff'ffff; ///< Down: which of its fleet's failures
    std::uint32_t failed = 0;            ///< counted
    Job job = Job::Waiting;
    VehicleActivity activity = VehicleActivity::Waiting;
    bool available = false; ///< may be given an order
    bool low = false;       ///< has to charge first
    bool braking = false;   ///< has come to the end of a lane and stands there as soon as it has slowed down
    std::array<std::uint8_t, 3> unused{};
};

struct FleetState {
    std::uint64_t loads = 0; ///< handed over, counted
    std::uint32_t available = 0, unused = 0;
};

/// A load that waits, and the vehicle that could fetch it.
struct Order {
    std::uint32_t vehicle = 0xffff'ffff; ///< none: there is nothing to do, or nobody to do it
    std::uint32_t station = 0, feeder = 0;
    SimTime since = 0;
    double time = 0; ///< seconds that the vehicle takes to it
};

} // namespace millwright::sim
