#include "sim/engine_parts.hpp"

// Planned maintenance. It stands behind the failures of its station, and while it is done the machine is down with it. Of the
// calendar, its clock is the moment at which it is due; else what is left of working time or cycles.
namespace millwright::sim {

using plant::FailureClock;

namespace {

constexpr std::uint32_t look = static_cast<std::uint32_t>(Priority::Look);

} // namespace

const CompiledFailure& Engine::outageOf(std::uint32_t index, std::uint32_t which) const {
    return model_->failures[model_->stations[servers_[index].station].firstFailure + which];
}

std::uint32_t Engine::maintenanceTimer(std::uint32_t index, std::uint32_t which) const {
    return outageOf(index, which).timer + (index - model_->stations[servers_[index].station].firstServer);
}

// The clock begins; `left` is what is left of it.
void Engine::beginMaintenanceClock(std::uint32_t index, std::uint32_t which, SimTime left) {
    const CompiledFailure& maintenance = outageOf(index, which);
    SimTime& clock = clocks_[servers_[index].firstClock + which];
    clock = left;
    if (maintenance.clock != FailureClock::Calendar) return;
    clock += now_;
    calendar_.schedule(maintenanceTimer(index, which), now_ + std::max<SimTime>(left - maintenance.window, 0), look);
}

// By its clock; 0 or less: it is due.
SimTime Engine::untilDue(std::uint32_t index, std::uint32_t which) const {
    const SimTime clock = clocks_[servers_[index].firstClock + which];
    return outageOf(index, which).clock == FailureClock::Calendar ? clock - now_ : clock;
}

// The first that is due, or none.
std::uint32_t Engine::dueMaintenance(std::uint32_t index) const {
    const CompiledStation& station = model_->stations[servers_[index].station];
    for (std::uint32_t i = station.failures; i < station.clocks; ++i)
        if (untilDue(index, i) <= 0) return i;
    return none;
}

// Of a machine that stands: also one that may be done before it is due, if somebody is there to do it.
std::uint32_t Engine::maintenanceWhileStanding(std::uint32_t index) const {
    if (const std::uint32_t due = dueMaintenance(index); due != none) return due;
    const CompiledStation& station = model_->stations[servers_[index].station];
    for (std::uint32_t i = station.failures; station.opportunistic && i < station.clocks; ++i) {
        const CompiledFailure& maintenance = outageOf(index, i);
        const bool isFree = maintenance.call == none || canBeServed(maintenance.call);
        if (maintenance.window > 0 && untilDue(index, i) <= maintenance.window && isFree) return i;
    }
    return none;
}

// Whether the machine is maintained from now on, as it stands.
bool Engine::maintain(std::uint32_t index) {
    const std::uint32_t which = maintenanceWhileStanding(index);
    if (which == none) return false;
    calendar_.cancel(maintenanceTimer(index, which));
    servers_[index].failing = which;
    fail(index);
    return true;
}

// The machine has begun to stand. Whether it still does when everything of this moment has happened is seen then.
void Engine::seekOpportunity(std::uint32_t index) {
    const std::uint32_t which = maintenanceWhileStanding(index);
    if (which != none) calendar_.schedule(maintenanceTimer(index, which), now_, look);
}

void Engine::lookForMaintenance(std::uint32_t index, std::uint32_t which) {
    const Server& server = servers_[index];
    if (!server.down && !isActive(server) && maintain(index) && server.failing == which) return;
    if (outageOf(index, which).clock == FailureClock::Calendar && untilDue(index, which) > 0)
        calendar_.schedule(maintenanceTimer(index, which), clocks_[server.firstClock + which], look);
}

// A cycle has ended. Whether the machine stands now, for a failure or for maintenance; what is finished leaves first, if there is
// room for it.
bool Engine::endCycle(std::uint32_t index) {
    Server& server = servers_[index];
    if (model_->stations[server.station].cycleClock && wearByCycle(index)) {
        if (handOn(index)) server.phase = Phase::Empty;
        fail(index);
        return true;
    }
    if (dueMaintenance(index) == none) return false;
    if (handOn(index)) server.phase = Phase::Empty;
    return maintain(index);
}

} // namespace millwright::sim
