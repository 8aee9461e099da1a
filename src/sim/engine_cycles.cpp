#include "sim/engine_parts.hpp"

#include <algorithm>

// Failures that come by what was done: by cycles of a machine, by loads of a vehicle. A drawn time of so many seconds is so many
// of them.
namespace millwright::sim {

using plant::FailureClock;

namespace {

constexpr SimTime oneCycle = 1'000'000'000;

SimTime wholeCycles(SimTime drawn) {
    return std::max<SimTime>((drawn + oneCycle - 1) / oneCycle, 1);
}

} // namespace

// To the failure of a machine or vehicle, by its clock.
SimTime Engine::drawClock(const CompiledFailure& failure, std::uint32_t machine) {
    const SimTime drawn = draw(failure.between + machine);
    return failure.clock == FailureClock::Cycles ? wholeCycles(drawn) : drawn;
}

SimTime Engine::restOfClock(const CompiledFailure& failure, const MachineNow& now, std::uint32_t machine) {
    switch (failure.clock) {
    case FailureClock::Working: return rest(now.worked, failure.between + machine);
    case FailureClock::Calendar: return rest(now.up, failure.between + machine);
    case FailureClock::Cycles: break;
    }
    return wholeCycles(rest(now.cycles, failure.between + machine));
}

// A cycle has ended. Whether it was the last one before a failure, which is then the one that the machine fails by.
bool Engine::wearByCycle(std::uint32_t index) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    for (std::uint32_t i = 0; i < station.clocks; ++i)
        if (model_->failures[station.firstFailure + i].clock == FailureClock::Cycles) --clocks_[server.firstClock + i];
    return isWornOut(index);
}

bool Engine::isWornOut(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    for (std::uint32_t i = 0; i < station.failures; ++i) {
        const bool cycles = model_->failures[station.firstFailure + i].clock == FailureClock::Cycles;
        if (!cycles || clocks_[server.firstClock + i] > 0) continue;
        server.failing = i;
        return true;
    }
    return false;
}

// A load was handed over.
void Engine::wearByLoad(std::uint32_t index) {
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    const std::uint32_t first = fleet.firstClock + (index - fleet.firstVehicle) * fleet.failures;
    for (std::uint32_t i = 0; i < fleet.failures; ++i)
        if (model_->failures[fleet.firstFailure + i].clock == FailureClock::Cycles) --clocks_[first + i];
    failByLoads(index);
}

void Engine::failByLoads(std::uint32_t index) {
    if (vehicles_[index].activity == VehicleActivity::Down) return;
    const CompiledFleet& fleet = model_->network.fleets[traffic_.vehicle(index).fleet];
    const std::uint32_t first = fleet.firstClock + (index - fleet.firstVehicle) * fleet.failures;
    for (std::uint32_t i = 0; i < fleet.failures; ++i)
        if (model_->failures[fleet.firstFailure + i].clock == FailureClock::Cycles && clocks_[first + i] <= 0)
            return failVehicle(index, i);
}

} // namespace millwright::sim
