#pragma once

#include <millwright/plant/failure.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

/// The network that vehicles drive on, as part of a process model: nodes, the edges between them, and fleets of like vehicles.
/// Words are those of VDA 5050 (node, edge, vehicle).
namespace millwright::plant {

struct NetworkNode {
    std::string id;
    std::optional<std::array<double, 3>> at; ///< metres, in the plant's frame
    std::uint32_t room = 1;                  ///< vehicles that can stand there at once
};

enum class Lanes : std::uint8_t {
    Single, ///< one lane for both directions: one vehicle at a time
    OneWay, ///< one lane, from `from` to `to`
    Double, ///< a lane for each direction
};

/// A lane takes one vehicle at a time.
struct NetworkEdge {
    std::string id;
    std::uint32_t from = 0, to = 0;                              ///< in `Process::nodes`
    double length = 0;                                           ///< metres
    double speedLimit = std::numeric_limits<double>::infinity(); ///< metres a second
    Lanes lanes = Lanes::Single;
};

/// Which of the loads that wait is fetched first.
enum class Dispatch : std::uint8_t {
    Nearest,        ///< the one that a free vehicle is soonest at; of equals, that which has waited longest
    LongestWaiting, ///< the one that has waited longest, by the free vehicle that is soonest there
};

struct Battery {
    double capacity = 0;      ///< kW.h
    double driving = 0;       ///< kW while it drives
    double standing = 0;      ///< kW while it stands
    double charging = 0;      ///< kW into it at a charger
    double chargeBelow = 0.3; ///< level at which a vehicle that has nothing in hand goes to a charger
    double chargeTo = 0.9;    ///< level at which it leaves
};

/// Like vehicles that carry one load at a time.
struct Fleet {
    std::string id;
    std::string name;
    std::uint32_t vehicles = 1;
    double speed = 0;                                 ///< metres a second, without a load
    std::optional<double> loadedSpeed;                ///< with a load; none: as fast
    std::optional<double> acceleration, deceleration; ///< metres a second squared; none: at once
    Dispatch dispatch = Dispatch::Nearest;
    std::vector<std::uint32_t> parking;  ///< nodes at which they begin and wait, filled in this order
    std::optional<Battery> battery;      ///< none: never empty
    std::vector<std::uint32_t> chargers; ///< nodes
    std::vector<Failure> failures;       ///< of each vehicle; it works while it drives, is loaded or unloaded
    double hourCost = 0;                 ///< of each vehicle
};

} // namespace millwright::plant
