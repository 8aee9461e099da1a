#include "sim/engine_parts.hpp"

#include <algorithm>
#include <utility>

// Vehicles that break down: when they do, what becomes of what they were doing, and how they go on.
namespace millwright::sim {

namespace {

constexpr std::uint32_t order(Priority priority) {
    return static_cast<std::uint32_t>(priority);
}

bool wears(const CompiledFailure& failure, VehicleActivity activity) {
    if (failure.clock == plant::FailureClock::Cycles) return false; // counted
    if (failure.clock == plant::FailureClock::Calendar) return activity != VehicleActivity::Down;
    return activity == VehicleActivity::Loaded || activity == VehicleActivity::Empty || activity == VehicleActivity::Handling;
}

} // namespace

// Clocks that stood still and now run, and those that ran and now stand still.
void Engine::runClocks(std::uint32_t index, VehicleActivity from, VehicleActivity to) {
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    const std::uint32_t number = index - fleet.firstVehicle;
    for (std::uint32_t i = 0; i < fleet.failures; ++i) {
        const CompiledFailure& failure = model_->failures[fleet.firstFailure + i];
        const bool ran = wears(failure, from), runs = wears(failure, to);
        const std::uint32_t timer = failure.timer + number;
        SimTime& clock = clocks_[fleet.firstClock + number * fleet.failures + i];
        if (!ran && runs) {
            calendar_.schedule(timer, now_ + clock, order(Priority::Failure));
        } else if (ran && !runs && calendar_.timeOf(timer) != never) { // the one that it fails by has none
            clock = calendar_.timeOf(timer) - now_;
            calendar_.cancel(timer);
        }
    }
}

void Engine::failVehicle(std::uint32_t index, std::uint32_t failure) {
    VehicleState& vehicle = vehicles_[index];
    vehicle.failing = failure;
    ++vehicle.failed;
    breakOff(index);
    setAvailable(index, false);
    setVehicle(index, VehicleActivity::Down);
    detect(vehicleServer(index), model_->network.fleets[traffic_.vehicle(index).fleet].firstFailure + failure);
}

// It stops at once, with what it holds of the network and what it carries.
void Engine::breakOff(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    const SimTime due = calendar_.timeOf(vehicleTimer(index));
    calendar_.cancel(vehicleTimer(index));
    vehicle.remaining = due == never ? never : due - now_;
    if (std::exchange(vehicle.braking, false)) vehicle.remaining = never;
    if (Vehicle& onNetwork = traffic_.vehicle(index); onNetwork.lane != none && vehicle.remaining != never) {
        const double left = model_->network.lanes[onNetwork.lane].length - alongLane(index);
        vehicle.driven += vehicle.profile.length - left;
        vehicle.profile = {.length = left};
        onNetwork.arrives = now_;
    } else {
        stand(index);
    }
    std::erase(inTraffic_, index);
    const Server& server = servers_[vehicleServer(index)];
    if (server.listed != Listed::Blocked) return;
    remove(stations_[server.station].blocked, vehicleServer(index)); // a load does not leave a vehicle that is down
    addWaiter(server.target, model_->stations[server.station].route, -1);
}

void Engine::beginVehicleRepair(std::uint32_t index) {
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    const CompiledFailure& failure = model_->failures[fleet.firstFailure + vehicles_[index].failing];
    calendar_.schedule(vehicleTimer(index), now_ + draw(failure.repair + (index - fleet.firstVehicle)), order(Priority::Repair));
}

void Engine::endVehicleRepair(std::uint32_t index) {
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    const std::uint32_t number = index - fleet.firstVehicle, which = std::exchange(vehicles_[index].failing, none);
    const CompiledFailure& failure = model_->failures[fleet.firstFailure + which];
    clocks_[fleet.firstClock + number * fleet.failures + which] = drawClock(failure, number);
    if (failure.call != none) letGo(vehicleServer(index));
    goOn(index);
    if (vehicles_[index].job == Job::Waiting) failByLoads(index);
}

// With what it was doing, from where it stopped.
void Engine::goOn(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    const SimTime remaining = std::exchange(vehicle.remaining, never);
    if (vehicle.job == Job::ToParking && !vehicle.low) { // it can be sent elsewhere again
        setAvailable(index, true);
        unsettled_.push_back(model_->fleet(traffic_.vehicle(index).fleet));
    }
    switch (vehicle.job) {
    case Job::Loading:
    case Job::Unloading:
        setVehicle(index, VehicleActivity::Handling);
        return calendar_.schedule(vehicleTimer(index), now_ + remaining, order(Priority::Service));
    case Job::Charging: return charge(index);
    case Job::AwaitsRoom: return handOver(index);
    case Job::Waiting: return becomeIdle(index);
    default: break;
    }
    if (traffic_.vehicle(index).lane == none || remaining == never) return drive(index);
    start(index, vehicle.profile.length, 0);
}

} // namespace millwright::sim
