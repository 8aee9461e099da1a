#include "sim/traffic.hpp"

#include <span>
#include <utility>

namespace millwright::sim {

void Traffic::place(std::uint32_t index, std::uint32_t fleet, std::uint32_t node) {
    vehicles_[index] = {.fleet = fleet, .node = node, .goal = node};
    ++held_[node];
}

void Traffic::send(std::uint32_t index, std::uint32_t goal) {
    vehicles_[index].nextGoal = goal;
}

// Turns to its next goal, unless it would then stand in somebody's way where it could still go on to where it was going.
void Traffic::turn(const CompiledNetwork& network, Vehicle& vehicle) const {
    if (vehicle.ahead > 0 || vehicle.nextGoal == nobody) return;
    const Vehicle before = vehicle;
    const bool stands = vehicle.lane == nobody && vehicle.node != vehicle.goal;
    vehicle.goal = std::exchange(vehicle.nextGoal, nobody);
    if (stands && isInTheWay(network, vehicle, vehicle.node) &&
        !isOpen(network, vehicle, lanesNeeded(network, vehicle, vehicle.node)))
        vehicle = before;
}

void Traffic::release(std::uint32_t node) {
    --held_[node];
    freed_ = true;
}

bool Traffic::tookFreed() {
    return std::exchange(freed_, false);
}

// Whether others could not get past the vehicle while it waits at `node` to enter the lane that comes next: whoever comes along
// that lane needs a place there.
bool Traffic::isInTheWay(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const {
    if (node == vehicle.goal) return false;
    const CompiledLane& next = network.lanes[network.nextLane(vehicle.fleet, node, vehicle.goal)];
    if (!next.shared) return false;
    std::uint32_t alike = 1;
    for (const Vehicle& other : vehicles_) {
        if (network.room[node] == 1) break;
        const bool isThere = other.lane == nobody ? other.node == node : other.ahead > 0 && network.lanes[other.lane].to == node;
        if (&other == &vehicle || !isThere || other.goal == node) continue;
        if (network.lanes[network.nextLane(other.fleet, node, other.goal)].resource == next.resource) ++alike;
    }
    return alike >= network.room[node];
}

// How many lanes from `node` on have to be reserved together before the vehicle may enter the first of them; 0: it may wait here.
std::uint32_t Traffic::lanesNeeded(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const {
    std::uint32_t lanes = 0;
    while (node != vehicle.goal && (lanes == 0 || isInTheWay(network, vehicle, node))) {
        const CompiledLane& lane = network.lanes[network.nextLane(vehicle.fleet, node, vehicle.goal)];
        if (!lane.shared) break;
        ++lanes;
        node = lane.to;
    }
    return lanes;
}

// Whether that many shared lanes from where the vehicle is, and the nodes behind them, are free; at the end of a lane its node too.
bool Traffic::isOpen(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t lanes) const {
    std::uint32_t node = vehicle.node;
    if (vehicle.lane != nobody) {
        node = network.lanes[vehicle.lane].to;
        if (held_[node] >= network.room[node]) return false;
    }
    for (; lanes > 0; --lanes) {
        const CompiledLane& lane = network.lanes[network.nextLane(vehicle.fleet, node, vehicle.goal)];
        if (holder_[lane.resource] != nobody || held_[lane.to] >= network.room[lane.to]) return false;
        node = lane.to;
    }
    return true;
}

void Traffic::reserve(const CompiledNetwork& network, std::uint32_t index, std::uint32_t lanes) {
    Vehicle& vehicle = vehicles_[index];
    std::uint32_t node = vehicle.node;
    if (vehicle.lane != nobody) {
        node = network.lanes[vehicle.lane].to;
        ++held_[node];
        ++vehicle.ahead;
    }
    for (; lanes > 0; --lanes) {
        const CompiledLane& lane = network.lanes[network.nextLane(vehicle.fleet, node, vehicle.goal)];
        holder_[lane.resource] = index;
        ++held_[lane.to];
        ++vehicle.ahead;
        node = lane.to;
    }
}

Step Traffic::go(const CompiledNetwork& network, std::uint32_t index) {
    Vehicle& vehicle = vehicles_[index];
    turn(network, vehicle);
    if (vehicle.lane != nobody) { // at its end
        const CompiledLane& lane = network.lanes[vehicle.lane];
        if (vehicle.ahead == 0) {
            // Where it would stand in the way of whoever comes out of what lies ahead, it waits here for all of that.
            const std::uint32_t lanes = isInTheWay(network, vehicle, lane.to) ? lanesNeeded(network, vehicle, lane.to) : 0;
            if (!isOpen(network, vehicle, lanes)) return Step::Blocked;
            reserve(network, index, lanes);
        }
        holder_[lane.resource] = nobody;
        freed_ = true;
        vehicle.node = lane.to;
        vehicle.lane = nobody;
        --vehicle.ahead;
        turn(network, vehicle);
    }
    if (vehicle.node == vehicle.goal && vehicle.ahead == 0) return Step::Arrived;
    const std::uint32_t next = network.nextLane(vehicle.fleet, vehicle.node, vehicle.goal);
    const CompiledLane& lane = network.lanes[next];
    if (vehicle.ahead == 0) {
        const std::uint32_t lanes = lanesNeeded(network, vehicle, vehicle.node);
        if (lanes > 0 ? !isOpen(network, vehicle, lanes) : holder_[lane.resource] != nobody) return Step::Blocked;
        reserve(network, index, lanes);
        holder_[lane.resource] = index;
    }
    release(vehicle.node);
    vehicle.lane = next;
    return Step::Moved;
}

bool Traffic::holds(const CompiledNetwork& network, const Vehicle& vehicle, std::uint32_t node) const {
    if (vehicle.lane == nobody && vehicle.node == node) return true;
    std::uint32_t at = vehicle.lane != nobody ? network.lanes[vehicle.lane].to : vehicle.node;
    std::uint32_t ahead = vehicle.ahead;
    if (vehicle.lane != nobody && ahead > 0) {
        if (at == node) return true;
        --ahead;
    }
    for (; ahead > 0; --ahead) {
        at = network.lanes[network.nextLane(vehicle.fleet, at, vehicle.goal)].to;
        if (at == node) return true;
    }
    return false;
}

std::optional<Traffic::Obstacle> Traffic::forEver(const CompiledNetwork& network, std::uint32_t index,
                                                  const std::vector<std::uint8_t>& stuck) const {
    const Vehicle& vehicle = vehicles_[index];
    const auto inNode = [&](std::uint32_t node) -> std::optional<Obstacle> {
        if (held_[node] < network.room[node]) return std::nullopt;
        std::optional<Obstacle> first;
        for (std::uint32_t other = 0; other < vehicles_.size(); ++other) {
            if (other == index || !holds(network, vehicles_[other], node)) continue;
            if (stuck[other] == 0) return std::nullopt;
            if (!first) first = {.vehicle = other, .node = node};
        }
        return first;
    };
    const auto inLane = [&](const CompiledLane& lane) -> std::optional<Obstacle> {
        const std::uint32_t holder = holder_[lane.resource];
        if (holder == nobody || holder == index || stuck[holder] == 0) return std::nullopt;
        return Obstacle{.vehicle = holder, .edge = lane.edge};
    };
    const std::uint32_t goal = vehicle.goal;
    std::uint32_t node = vehicle.node, lanes = 0;
    if (vehicle.lane != nobody) {
        node = network.lanes[vehicle.lane].to;
        if (const auto obstacle = inNode(node)) return obstacle;
        lanes = isInTheWay(network, vehicle, node) ? lanesNeeded(network, vehicle, node) : 0;
    } else {
        if (node == goal) return std::nullopt;
        lanes = lanesNeeded(network, vehicle, node);
        if (lanes == 0) return inLane(network.lanes[network.nextLane(vehicle.fleet, node, goal)]);
    }
    for (; lanes > 0; --lanes) {
        const CompiledLane& lane = network.lanes[network.nextLane(vehicle.fleet, node, goal)];
        if (const auto obstacle = inLane(lane)) return obstacle;
        node = lane.to;
        if (const auto obstacle = inNode(node)) return obstacle;
    }
    return std::nullopt;
}

void Traffic::addTo(Hasher& hasher) const {
    static_assert(sizeof(Vehicle) == 6 * 4 + 2 * 8);
    hasher.add(std::as_bytes(std::span{held_}));
    hasher.add(std::as_bytes(std::span{holder_}));
    hasher.add(std::as_bytes(std::span{vehicles_}));
}

} // namespace millwright::sim
