#include "sim/engine_parts.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>
#include <utility>

// Vehicles under way: what they do at the end of a lane and at their goal, who goes on when something was let go, and who never
// will.
namespace millwright::sim {

const Drive& Engine::driveOf(std::uint32_t index) const {
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    return servers_[vehicleServer(index)].part != none ? fleet.loaded : fleet.empty;
}

// At the end of its lane, where it goes on to where it was sent.
double Engine::speedAtEnd(std::uint32_t index) const {
    const Vehicle& vehicle = traffic_.vehicle(index);
    const std::uint32_t goal = vehicle.ahead == 0 && vehicle.nextGoal != none ? vehicle.nextGoal : vehicle.goal;
    return speedInto(model_->network, driveOf(index), vehicle.fleet, model_->network.lanes[vehicle.lane].to, goal);
}

// Drives along the last `length` metres of its lane.
void Engine::start(std::uint32_t index, double length, double entry) {
    VehicleState& state = vehicles_[index];
    Vehicle& vehicle = traffic_.vehicle(index);
    const Drive& drive = driveOf(index);
    const double limit = std::min(drive.speed, model_->network.lanes[vehicle.lane].speedLimit);
    state.profile = profileOf(drive, length, limit, entry, speedAtEnd(index));
    vehicle.departed = now_;
    vehicle.arrives = now_ + toNanoseconds(state.profile.time() * 1e9);
    calendar_.schedule(vehicleTimer(index), vehicle.arrives, static_cast<std::uint32_t>(Priority::Service));
    setVehicle(index, servers_[vehicleServer(index)].part != none ? VehicleActivity::Loaded : VehicleActivity::Empty);
}

// As fast as it came to the node; who turns back there has stopped.
void Engine::enterLane(std::uint32_t index) {
    VehicleState& state = vehicles_[index];
    const std::uint32_t before = std::exchange(state.facing, traffic_.vehicle(index).lane);
    const auto& lanes = model_->network.lanes;
    const bool turnsBack = before != none && before != state.facing && lanes[before].edge == lanes[state.facing].edge;
    start(index, lanes[state.facing].length, turnsBack ? 0 : state.profile.exit);
}

void Engine::stand(std::uint32_t index) {
    vehicles_[index].profile = {};
}

// Whether it still has to slow down at the end of its lane, where it cannot go on or need not: that takes it as much longer as if
// it had known in time.
bool Engine::brake(std::uint32_t index) {
    VehicleState& state = vehicles_[index];
    const Drive& drive = driveOf(index);
    const SpeedProfile was = state.profile;
    if (was.exit <= 0 || drive.deceleration <= 0) return false;
    const double limit = std::min(drive.speed, model_->network.lanes[state.facing].speedLimit);
    const double longer = profileOf(drive, was.length, limit, was.entry, 0).time() - was.time();
    stand(index);
    state.braking = true;
    calendar_.schedule(vehicleTimer(index), now_ + toNanoseconds(std::max(longer, 0.0) * 1e9),
                       static_cast<std::uint32_t>(Priority::Service));
    return true;
}

// Metres from the beginning of the lane that it is on.
double Engine::alongLane(std::uint32_t index) const {
    const VehicleState& state = vehicles_[index];
    const Vehicle& vehicle = traffic_.vehicle(index);
    const double left = state.profile.length;
    const bool drives = state.activity != VehicleActivity::Down && vehicle.arrives > now_;
    const double done = drives ? state.profile.at(static_cast<double>(now_ - vehicle.departed) * 1e-9) : 0;
    return model_->network.lanes[vehicle.lane].length - left + std::min(done, left);
}

void Engine::sendTo(std::uint32_t index, std::uint32_t node, Job job) {
    vehicles_[index].job = job;
    traffic_.send(index, node);
    const bool isStopped = std::ranges::contains(inTraffic_, index);
    if (!isStopped && traffic_.vehicle(index).lane == none && !vehicles_[index].braking) return drive(index);
    if (!isStopped) return; // it goes there from the end of its lane
    // Where it goes now may be free.
    const Step step = traffic_.go(model_->network, index);
    if (step == Step::Blocked) return;
    std::erase(inTraffic_, index);
    follow(index, step);
    wake();
}

void Engine::drive(std::uint32_t index) {
    const Step step = traffic_.go(model_->network, index);
    if (step == Step::Moved || !brake(index)) follow(index, step);
    wake();
}

void Engine::follow(std::uint32_t index, Step step) {
    switch (step) {
    case Step::Moved: return enterLane(index);
    case Step::Arrived: stand(index); return arriveAtGoal(index);
    case Step::Blocked: break;
    }
    stand(index);
    inTraffic_.push_back(index);
    newlyStopped_ = true;
    setVehicle(index, VehicleActivity::Blocked);
}

// Those that were stopped first go on first.
void Engine::wake() {
    if (waking_) return;
    waking_ = true;
    while (traffic_.tookFreed()) {
        for (std::size_t i = 0; i < inTraffic_.size();) {
            const std::uint32_t index = inTraffic_[i];
            const Step step = traffic_.go(model_->network, index);
            if (step == Step::Blocked) {
                ++i;
                continue;
            }
            inTraffic_.erase(inTraffic_.begin() + static_cast<std::ptrdiff_t>(i));
            follow(index, step);
        }
    }
    waking_ = false;
    if (std::exchange(newlyStopped_, false)) checkTraffic();
}

void Engine::arriveAtGoal(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    const CompiledStation* station = vehicle.station != none ? &model_->stations[vehicle.station] : nullptr;
    constexpr auto service = static_cast<std::uint32_t>(Priority::Service);
    switch (vehicle.job) {
    case Job::ToPickUp: return pickUp(index);
    case Job::ToPutDown:
        vehicle.job = Job::Unloading;
        setVehicle(index, VehicleActivity::Handling);
        return calendar_.schedule(vehicleTimer(index), now_ + draw(station->unload), service);
    case Job::ToCharger: return charge(index);
    case Job::ToParking: vehicle.job = Job::Waiting; [[fallthrough]];
    default: return setVehicle(index, VehicleActivity::Waiting);
    }
}

void Engine::charge(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    vehicle.job = Job::Charging;
    setVehicle(index, VehicleActivity::Charging);
    const plant::Battery& battery = *model_->process.fleets[traffic_.vehicle(index).fleet].battery;
    const double missing = battery.chargeTo * battery.capacity - vehicle.level;
    calendar_.schedule(vehicleTimer(index), now_ + toNanoseconds(missing / battery.charging * 3.6e12),
                       static_cast<std::uint32_t>(Priority::Service));
}

void Engine::fireVehicle(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    if (servers_[vehicleServer(index)].unattended) return peopleCame(vehicleServer(index));
    if (vehicle.activity == VehicleActivity::Down) return endVehicleRepair(index);
    if (std::exchange(vehicle.braking, false)) return drive(index);
    if (traffic_.vehicle(index).lane != none) {
        vehicle.driven += vehicle.profile.length;
        return drive(index);
    }
    switch (vehicle.job) {
    case Job::Loading: return sendTo(index, model_->networkNode[servers_[vehicleServer(index)].target], Job::ToPutDown);
    case Job::Unloading: return putDown(index);
    case Job::Charging:
        claim(index, none);
        vehicle.low = false;
        becomeIdle(index);
        // Others may wait for this charger.
        for (std::uint32_t f = 0; f < fleets_.size(); ++f)
            if (f != traffic_.vehicle(index).fleet) unsettled_.push_back(model_->fleet(f));
        return;
    default: return;
    }
}

// --- who never goes on -------------------------------------------------------------------------------------------------------

// Whether a vehicle that is not stuck fetches or will fetch what waits for the station.
bool Engine::mayCarry(std::uint32_t station) const {
    const CompiledFleet& fleet = model_->network.fleets[model_->stations[station].fleet];
    bool ordered = false, free = false;
    for (std::uint32_t v = fleet.firstVehicle; v < fleet.firstVehicle + fleet.vehicles; ++v) {
        const VehicleState& vehicle = vehicles_[v];
        const bool isIts = vehicle.station == station && vehicle.job >= Job::ToPickUp && vehicle.job <= Job::AwaitsRoom;
        if (isIts && stuck_[v] == 0) return true;
        ordered = ordered || isIts;
        free = free || stuck_[v] == 0;
    }
    return !ordered && free;
}

// The largest set of vehicles each of which waits for another of it: all that stand, less whoever can go on without them, and so
// on.
void Engine::checkTraffic() {
    if (failure_) return;
    std::ranges::fill(stuck_, std::uint8_t{0});
    for (const std::uint32_t index : inTraffic_) stuck_[index] = 1;
    for (std::uint32_t i = 0; i < vehicles_.size(); ++i)
        if (vehicles_[i].job == Job::AwaitsRoom && vehicles_[i].activity != VehicleActivity::Down) stuck_[i] = 1;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::uint32_t i = 0; i < vehicles_.size(); ++i) {
            if (stuck_[i] == 0) continue;
            const bool moves = vehicles_[i].job == Job::AwaitsRoom ? canEverMove(servers_[vehicleServer(i)].target)
                                                                   : !traffic_.forEver(model_->network, i, stuck_).has_value();
            if (!moves) continue;
            stuck_[i] = 0;
            changed = true;
        }
    }
    const auto first = std::ranges::find(stuck_, std::uint8_t{1});
    if (first != stuck_.end()) failure_ = trafficDeadlock(static_cast<std::uint32_t>(first - stuck_.begin()));
}

std::string Engine::vehicleName(std::uint32_t index) const {
    const std::uint32_t fleet = traffic_.vehicle(index).fleet;
    return std::format("vehicle {} of fleet '{}'", index - model_->network.fleets[fleet].firstVehicle + 1,
                       model_->process.fleets[fleet].id);
}

// Who waits for whom, until it comes back to somebody, or to one that has nowhere to put its load.
Error Engine::trafficDeadlock(std::uint32_t index) const {
    std::string cycle;
    std::vector<std::uint32_t> path;
    while (!std::ranges::contains(path, index)) {
        path.push_back(index);
        const Vehicle& vehicle = traffic_.vehicle(index);
        const std::uint32_t at = vehicle.lane != none ? model_->network.lanes[vehicle.lane].to : vehicle.node;
        cycle += std::format("{}{} {} node '{}'", path.size() == 1 ? "" : ", where ", vehicleName(index),
                             vehicle.lane != none ? "before" : "at", model_->process.nodes[at].id);
        if (vehicles_[index].job == Job::AwaitsRoom) {
            cycle += " has no room for its load in " + model_->nameOf(servers_[vehicleServer(index)].target) +
                     ", behind which nothing can move";
            break;
        }
        const auto obstacle = traffic_.forEver(model_->network, index, stuck_);
        cycle += obstacle->edge != none ? std::format(" waits for edge '{}'", model_->process.edges[obstacle->edge].id)
                                        : std::format(" waits for node '{}'", model_->process.nodes[obstacle->node].id);
        index = obstacle->vehicle;
    }
    if (vehicles_[path.back()].job != Job::AwaitsRoom) cycle += std::format(", where {} is", vehicleName(index));
    return {ErrorCode::Invalid,
            std::format(
                "deadlock after {}: {}; give a node where they can pass each other more 'room', make edges one-way or double, or "
                "use fewer vehicles",
                formatDuration(Duration{now_}), cycle),
            plant::nameOf(model_->process, plant::ProcessElement::Fleet, traffic_.vehicle(path.front()).fleet)};
}

// --- what can be asked -------------------------------------------------------------------------------------------------------

VehicleNow Engine::vehicleNow(std::uint32_t fleet, std::uint32_t number) const {
    const std::uint32_t index = model_->network.fleets[fleet].firstVehicle + number;
    const Vehicle& vehicle = traffic_.vehicle(index);
    const VehicleState& state = vehicles_[index];
    const auto at = [&](std::uint32_t node) { return model_->process.nodes[node].at.value_or(std::array<double, 3>{}); };
    VehicleNow now{.activity = state.activity,
                   .at = begun_ ? at(vehicle.node) : at(model_->process.fleets[fleet].parking.front()),
                   .driven = state.driven,
                   .loaded = servers_[vehicleServer(index)].part != none};
    if (vehicle.lane != none) {
        const CompiledLane& lane = model_->network.lanes[vehicle.lane];
        const double along = alongLane(index);
        const auto to = at(lane.to);
        for (std::size_t i = 0; i < now.at.size(); ++i) now.at[i] += along / lane.length * (to[i] - now.at[i]);
        if (vehicle.arrives > now_) now.driven += along - (lane.length - state.profile.length); // else it is counted
    }
    if (state.facing != none) {
        const CompiledLane& lane = model_->network.lanes[state.facing];
        const auto from = at(lane.from), to = at(lane.to);
        now.heading = std::atan2(from[0] - to[0], from[2] - to[2]) * 180 / std::numbers::pi;
    }
    if (const auto& battery = model_->process.fleets[fleet].battery) {
        const bool charges = state.activity == VehicleActivity::Charging;
        const bool drives = state.activity == VehicleActivity::Loaded || state.activity == VehicleActivity::Empty;
        const bool off = state.activity == VehicleActivity::Down;
        const double power = charges ? battery->charging : drives ? -battery->driving : off ? 0 : -battery->standing;
        now.charge = (state.level + power * static_cast<double>(now_ - state.levelAt) / 3.6e12) / battery->capacity;
    }
    return now;
}

} // namespace millwright::sim
