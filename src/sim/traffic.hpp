#pragma once

#include "sim/compiled_network.hpp"

#include <millwright/core/hash.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace millwright::sim {

inline constexpr std::uint32_t nobody = 0xffff'ffff; ///< also: nothing, nowhere

/// Where a vehicle is and where it is going.
struct Vehicle {
    std::uint32_t fleet = 0;
    std::uint32_t node = 0;            ///< where it stands, or the one it left last
    std::uint32_t lane = nobody;       ///< it is on; none: it stands at `node`
    std::uint32_t goal = 0;            ///< node
    std::uint32_t nextGoal = nobody;   ///< it goes there instead as soon as it can
    std::uint32_t ahead = 0;           ///< nodes in front of it that it has reserved
    SimTime departed = 0, arrives = 0; ///< of the present lane
};

/// What became of a vehicle that wants to go on.
enum class Step : std::uint8_t {
    Moved,   ///< it has entered a lane, at whose end it goes on
    Arrived, ///< it stands at its goal
    Blocked, ///< others are in its way
};

/// Vehicles on a network, and what they have reserved of it. A lane is for one vehicle at a time, a node for as many as it has room
/// for. A vehicle on a lane of its own direction may wait at its end for the node behind it; a lane that others come along from the
/// other side is entered only together with all that follows up to where the vehicle is in nobody's way: its goal, a node where
/// others can pass it, or one from which a lane of its own goes on. Everything is copied by copying it.
class Traffic {
public:
    explicit Traffic(const CompiledNetwork& network)
        : held_(network.room.size()), holder_(network.resources, nobody), vehicles_(network.vehicles) {}

    [[nodiscard]] const std::vector<Vehicle>& vehicles() const { return vehicles_; }
    [[nodiscard]] Vehicle& vehicle(std::uint32_t index) { return vehicles_[index]; }
    [[nodiscard]] const Vehicle& vehicle(std::uint32_t index) const { return vehicles_[index]; }

    /// Puts a vehicle on a node, of which it takes up room.
    void place(std::uint32_t vehicle, std::uint32_t fleet, std::uint32_t node);
    /// It goes there from where it stands, the end of its lane, or the next place at which it would be in nobody's way.
    void send(std::uint32_t vehicle, std::uint32_t goal);
    /// Goes on from where it stands or from the end of its lane, at one moment.
    [[nodiscard]] Step go(const CompiledNetwork& network, std::uint32_t vehicle);
    /// Whether something was let go since this was last asked.
    [[nodiscard]] bool tookFreed();

    /// One vehicle in the way of another, and what it holds.
    struct Obstacle {
        std::uint32_t vehicle = 0;
        std::uint32_t node = nobody, edge = nobody; ///< one of them
    };
    /// Whether a vehicle that cannot go on never will while those in `stuck` (by vehicle) stay where they are; then one of them
    /// that is in its way.
    [[nodiscard]] std::optional<Obstacle> forEver(const CompiledNetwork& network, std::uint32_t vehicle,
                                                  const std::vector<std::uint8_t>& stuck) const;

    void addTo(Hasher& hasher) const;

private:
    void turn(const CompiledNetwork& network, Vehicle& vehicle) const;
    [[nodiscard]] bool isInTheWay(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const;
    [[nodiscard]] std::uint32_t lanesNeeded(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const;
    [[nodiscard]] bool isOpen(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t lanes) const;
    void reserve(const CompiledNetwork& network, std::uint32_t index, std::uint32_t lanes);
    [[nodiscard]] bool holds(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const;
    void release(std::uint32_t node);

    std::vector<std::uint32_t> held_;   // by node: vehicles that stand there or have reserved it
    std::vector<std::uint32_t> holder_; // by lane resource
    std::vector<Vehicle> vehicles_;
    bool freed_ = false;
};

} // namespace millwright::sim
