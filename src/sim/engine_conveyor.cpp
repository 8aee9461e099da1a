#include "sim/engine_parts.hpp"

#include <algorithm>

// Conveyors. A conveyor is a station with one server, which works while the first part on it is on its way, and is blocked while
// that part stands at the end and finds no room. docs/simulation.md states the rules. Each part costs two events: it is out of the
// way of the next one, and it comes to the end as the first.
namespace millwright::sim {
namespace {

constexpr std::uint32_t conveyorStream = 0x62656c74; // of where parts are on a conveyor on which a run begins

} // namespace

Store& Engine::storeOn(const CompiledStation& station) {
    return stores_[model_->firstConveyorStore + station.conveyor];
}

Rider& Engine::rider(const CompiledStation& station, std::uint32_t behindFirst) {
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    const std::uint32_t place = conveyors_[station.conveyor].first + behindFirst;
    return riders_[conveyor.firstRider + (place < conveyor.places ? place : place - conveyor.places)];
}

// Takes a part at its beginning, which is free.
void Engine::putOnConveyor(std::uint32_t index, std::uint32_t part) {
    const CompiledStation& station = model_->stations[servers_[index].station];
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    Store& store = storeOn(station);
    count(store);
    ++store.entered;
    store.max = std::max(store.max, ++store.count);
    parts_[part].next = none;
    followConveyor(index);
    rider(station, store.count - 1) = {.belt = state.ran, .entered = now_, .part = part};
    state.entryFree = state.ran + conveyor.pitch;
    if (conveyor.zones > 0) enterZones(station);
    if (store.count == 1) conveyFirst(index);
    openEntry(index);
    const bool isFull = store.count == conveyor.places && servers_[index].listed == Listed::Blocked;
    if (isFull && station.looped && begun_) checkDeadlock(servers_[index].station);
}

// Its server has nothing in hand: the first part has left, or it begins anew.
void Engine::conveyNext(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    Store& store = storeOn(station);
    followConveyor(index);
    if (store.count > 0) {
        count(store);
        store.waited += static_cast<double>(now_ - rider(station, 0).entered);
        ++store.left;
        state.first = state.first + 1 < conveyor.places ? state.first + 1 : 0;
        state.lastLeft = state.ran;
        // The last one may have stood with its end still in the way.
        if (conveyor.accumulating && store.count == conveyor.places)
            state.entryFree = std::max(state.entryFree, state.ran + conveyor.overhang);
        --store.count;
        if (conveyor.zones > 0) freeZones(station);
    }
    if (store.count > 0)
        conveyFirst(index);
    else
        describe(server);
    openEntry(index);
}

// The first part goes to the end: there when it has gone all the way, and one pitch behind whoever left before it. Parts that touch
// move together, so that those in between make no difference.
void Engine::conveyFirst(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    const ConveyorState& state = conveyors_[station.conveyor];
    const Rider& first = rider(station, 0);
    SimTime there = first.belt + (conveyor.zones > 0 ? conveyor.zone : conveyor.travel);
    if (conveyor.accumulating && conveyor.zones == 0) there = std::max(there, state.lastLeft + conveyor.pitch);
    server.part = first.part;
    server.remaining = there - state.ran;
    server.phase = Phase::Working;
    describe(server);
    beginStint(index);
}

// In zones, a part leaves zone k when it is at its end and the part before it has left zone k + 1, which takes as long as it is;
// the last zone is free when its part is taken. So what is known of a part that has n others before it ends n + 1 zones before the
// end: it is worked out as far as that when the part comes on …
void Engine::enterZones(const CompiledStation& station) {
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    const std::uint32_t count = storeOn(station).count;
    SimTime left = state.ran;
    for (std::uint32_t k = 1; k + count <= conveyor.zones; ++k) {
        SimTime* const zone = &zones_[conveyor.firstZone + k - 1];
        left += conveyor.zone;
        if (count > 1) left = std::max(left, zone[1] + conveyor.pitch);
        zone[0] = left;
    }
    rider(station, count - 1).belt = left;
    state.entryFree = conveyor.zones == 1 ? state.ran : zones_[conveyor.firstZone] + conveyor.pitch;
}

// … and for each part one zone further whenever one has left the conveyor.
void Engine::freeZones(const CompiledStation& station) {
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    const std::uint32_t count = storeOn(station).count;
    SimTime free = state.ran;
    for (std::uint32_t i = 0; i < count; ++i) {
        Rider& each = rider(station, i);
        each.belt = std::max(each.belt + conveyor.zone, free);
        free = each.belt + conveyor.pitch;
        if (i + 1 < count) continue;
        zones_[conveyor.firstZone + conveyor.zones - count - 1] = each.belt;
        state.entryFree = zones_[conveyor.firstZone] + conveyor.pitch;
    }
}

// The last part that is on it when a run begins has `rest` to go.
void Engine::beginZones(const CompiledStation& station, SimTime rest) {
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    for (std::uint32_t k = 1; k < conveyor.zones; ++k)
        zones_[conveyor.firstZone + k - 1] = state.ran + rest - conveyor.zone * (conveyor.zones - k);
    state.entryFree = conveyor.zones == 1 ? state.ran : zones_[conveyor.firstZone] + conveyor.pitch;
}

// Its running time as of now, and whether it runs from now on.
void Engine::followConveyor(std::uint32_t index) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    ConveyorState& state = conveyors_[station.conveyor];
    if (state.runs != 0) state.ran += now_ - state.since;
    state.since = now_;
    const bool stands = server.phase == Phase::Finished && !model_->conveyors[station.conveyor].accumulating;
    state.runs = !server.down && !server.off && !stands;
}

// Whether a part may come on to it, and when that may change by itself.
void Engine::openEntry(std::uint32_t index) {
    const std::uint32_t number = servers_[index].station;
    const CompiledStation& station = model_->stations[number];
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    const ConveyorState& state = conveyors_[station.conveyor];
    std::uint32_t& free = stations_[number].freeCount;
    const bool takes = state.runs != 0 && storeOn(station).count < conveyor.places;
    const SimTime wait = state.entryFree - state.ran;
    if (takes && wait > 0)
        calendar_.schedule(conveyor.timer, now_ + wait, static_cast<std::uint32_t>(Priority::Service));
    else if (calendar_.timeOf(conveyor.timer) != never)
        calendar_.cancel(conveyor.timer);
    const bool wasFree = free != 0;
    free = takes && wait <= 0 ? 1 : 0;
    if (free != 0 && !wasFree) unsettled_.push_back(model_->station(number));
}

// It runs or stands from now on.
void Engine::turnConveyor(std::uint32_t index) {
    followConveyor(index);
    openEntry(index);
}

void Engine::fireConveyor(std::uint32_t conveyor) {
    turnConveyor(model_->stations[model_->conveyors[conveyor].station].firstServer);
}

// Whether there will be room on it again without anything leaving.
bool Engine::conveyorWillTake(std::uint32_t station) const {
    const CompiledStation& compiled = model_->stations[station];
    const CompiledConveyor& conveyor = model_->conveyors[compiled.conveyor];
    return conveyor.accumulating && stores_[model_->firstConveyorStore + compiled.conveyor].count < conveyor.places;
}

// A run begins with parts on it. Nobody knows where: spread over its whole length, the first one anywhere in its share of it; or
// closed up behind one that stands at the end.
void Engine::beginConveyor(std::uint32_t index, std::uint32_t parts, bool stands) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const CompiledConveyor& conveyor = model_->conveyors[station.conveyor];
    ConveyorState& state = conveyors_[station.conveyor];
    Store& store = storeOn(station);
    parts = std::min(std::max(parts, stands ? 1U : 0U), conveyor.places);
    if (parts == 0) return;
    const SimTime least = conveyor.zones > 0 ? conveyor.zone : conveyor.pitch;
    const SimTime apart = stands && conveyor.accumulating ? least : std::max(least, conveyor.travel / parts);
    const double uniform = toUniform(randomBlock(seed_, conveyorStream, serial_).first);
    const SimTime share = std::min(apart, conveyor.travel - apart * (parts - 1)); // of the first, so that all are on it
    SimTime rest = stands ? 0 : static_cast<SimTime>(uniform * static_cast<double>(share));
    for (std::uint32_t i = 0; i < parts; ++i, rest += apart) {
        const SimTime gone = conveyor.travel - rest;
        count(store);
        store.max = std::max(store.max, ++store.count);
        const std::uint32_t part = foundPart(model_->station(server.station));
        parts_[part].next = none;
        const SimTime knownLater = conveyor.zones > 0 ? conveyor.travel - (i + 1) * conveyor.zone : 0;
        rider(station, i) = {.belt = state.ran - gone + knownLater, .entered = now_ - gone, .part = part};
        state.entryFree = std::max(state.entryFree, state.ran - gone + conveyor.pitch);
    }
    if (conveyor.zones > 0) beginZones(station, rest - apart);
    followConveyor(index);
    const Rider& first = rider(station, 0);
    server.part = first.part;
    server.remaining = first.entered + conveyor.travel - now_;
    server.phase = stands ? Phase::Finished : Phase::Working;
    followConveyor(index);
    describe(server);
}

} // namespace millwright::sim
