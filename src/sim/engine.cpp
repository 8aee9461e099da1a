#include "sim/engine_parts.hpp"

#include <algorithm>

// What happens to parts, in the order in which it mostly happens. All of it is one translation unit so that the compiler sees it
// whole.
namespace millwright::sim {

using plant::FailureClock;
using plant::WhenFull;

// --- movement ----------------------------------------------------------------------------------------------------------------

bool Engine::hasRoom(Node node) const {
    if (model_->isBuffer(node)) return stores_[node].count + stores_[node].reserved < model_->buffers[node].capacity;
    if (!model_->isStation(node)) return true;
    const std::uint32_t station = model_->stationOf(node);
    return stations_[station].freeCount > 0 && model_->stations[station].takesOne;
}

// Whether a station behind the buffer is free.
inline bool Engine::isWanted(std::uint32_t buffer) const {
    const CompiledRoute& route = model_->buffers[buffer].route;
    if (route.only != none) return stations_[model_->stationOf(route.only)].freeCount > 0;
    for (std::uint32_t i = 0; i < route.branches; ++i)
        if (stations_[model_->stationOf(model_->branches[route.firstBranch + i].to)].freeCount > 0) return true;
    return false;
}

bool Engine::placeAt(std::uint32_t part, Node node, bool reserved) {
    if (model_->isBuffer(node)) {
        if (reserved)
            --stores_[node].reserved;
        else if (!hasRoom(node))
            return false;
        put(node, part);
        if (isWanted(node)) unsettled_.push_back(node);
        return true;
    }
    if (model_->isStation(node)) {
        if (!hasRoom(node)) return false;
        parts_[part].next = none;
        load(stations_[model_->stationOf(node)].free.head, part);
        return true;
    }
    leaveProcess(part, node == model_->done());
    return true;
}

inline bool Engine::place(std::uint32_t part, Node target, const CompiledRoute& route, bool reserved) {
    if (target != anyBranch) return placeAt(part, target, reserved);
    for (std::uint32_t i = 0; i < route.branches; ++i)
        if (placeAt(part, model_->branches[route.firstBranch + i].to, false)) return true;
    return false;
}

// A part for `target` waits there from now on (change 1), or no longer (change -1).
void Engine::addWaiter(Node target, const CompiledRoute& route, int change) {
    const auto add = [&](Node node) {
        if (model_->isBuffer(node))
            stores_[node].waiters += static_cast<std::uint32_t>(change);
        else if (model_->isStation(node))
            stations_[model_->stationOf(node)].waiters += static_cast<std::uint32_t>(change);
    };
    if (target != anyBranch) return add(target);
    for (std::uint32_t i = 0; i < route.branches; ++i) add(model_->branches[route.firstBranch + i].to);
}

bool Engine::roomAlong(Node target, const CompiledRoute& route) const {
    if (target != anyBranch) return hasRoom(target);
    for (std::uint32_t i = 0; i < route.branches; ++i)
        if (hasRoom(model_->branches[route.firstBranch + i].to)) return true;
    return false;
}

bool Engine::leadsTo(Node target, const CompiledRoute& route, Node node) const {
    if (target != anyBranch) return target == node;
    for (std::uint32_t i = 0; i < route.branches; ++i)
        if (model_->branches[route.firstBranch + i].to == node) return true;
    return false;
}

std::uint32_t Engine::blockedServerFor(std::uint32_t station, Node node) const {
    std::uint32_t server = stations_[station].blocked.head;
    while (server != none && !leadsTo(servers_[server].target, model_->stations[station].route, node))
        server = servers_[server].next;
    return server;
}

// The part that `from` would give to `node` next, or none.
std::uint32_t Engine::waitingFor(Node from, Node node) const {
    if (model_->isBuffer(from)) return stores_[from].count > 0 ? lists_[frontList(from)].head : none;
    if (model_->isStation(from)) {
        const std::uint32_t server = blockedServerFor(model_->stationOf(from), node);
        return server != none ? servers_[server].part : none;
    }
    const std::uint32_t source = model_->sourceOf(from), store = storeOf(source);
    if (stores_[store].count == 0 || !leadsTo(sources_[source].target, model_->sources[source].route, node)) return none;
    return lists_[frontList(store)].head;
}

// Takes what `waitingFor` found.
Taken Engine::takeWaiting(Node from, Node node) {
    if (model_->isBuffer(from)) {
        if (stores_[from].waiters > 0) unsettled_.push_back(from); // it has room now
        return {takeFrom(from)};
    }
    if (model_->isStation(from)) return takeFinished(blockedServerFor(model_->stationOf(from), node));
    const std::uint32_t source = model_->sourceOf(from);
    addWaiter(sources_[source].target, model_->sources[source].route, -1);
    sources_[source].target = none;
    const std::uint32_t part = takeFrom(storeOf(source));
    releaseFromSource(source, part);
    unsettled_.push_back(from);
    return {part};
}

// The first of what a blocked server holds. The others may want the same room: they come after it.
Taken Engine::takeFinished(std::uint32_t index) {
    Server& server = servers_[index];
    addWaiter(server.target, model_->stations[server.station].route, -1);
    remove(stations_[server.station].blocked, index);
    const std::uint32_t part = server.part;
    server.part = parts_[part].next;
    server.target = none;
    return {part, index};
}

void Engine::releaseFromSource(std::uint32_t index, std::uint32_t part) {
    const CompiledSource& source = model_->sources[index];
    if (!source.timed && !source.closed) parts_[part].created = now_; // it was only ready until now
    if (source.timed && source.whenFull == WhenFull::Hold)
        calendar_.schedule(source.timer, nextArrival(source), static_cast<std::uint32_t>(Priority::Arrival));
}

// Moves the part that has waited longest for room in `buffer`. False when there is none.
bool Engine::takeBlocked(Node buffer) {
    const CompiledBuffer& compiled = model_->buffers[buffer];
    Node best = none;
    SimTime since = never;
    for (std::uint32_t i = 0; i < compiled.feeders; ++i) {
        const Node from = model_->feeders[compiled.firstFeeder + i];
        const std::uint32_t part = waitingFor(from, buffer);
        if (part == none || parts_[part].entered >= since) continue;
        since = parts_[part].entered;
        best = from;
    }
    if (best == none) return false;
    if (model_->isStation(best)) {
        const std::uint32_t index = blockedServerFor(model_->stationOf(best), buffer);
        if (servers_[index].phase == Phase::AwaitsRoom) {
            addWaiter(buffer, model_->stations[servers_[index].station].route, -1);
            remove(stations_[servers_[index].station].blocked, index);
            ++stores_[buffer].reserved;
            startWork(index);
            return true;
        }
    }
    const Taken taken = takeWaiting(best, buffer);
    put(buffer, taken.part);
    if (isWanted(buffer)) unsettled_.push_back(buffer);
    if (taken.server != none) tryLeave(taken.server);
    return true;
}

void Engine::settle() {
    do {
        bool called = false;
        for (std::size_t i = 0; i < unsettled_.size(); ++i) {
            const Node node = unsettled_[i];
            if (model_->isBuffer(node))
                settleBuffer(node);
            else if (model_->isStation(node))
                while (pull(model_->stationOf(node))) {
                }
            else if (model_->isSource(node))
                settleSource(model_->sourceOf(node));
            else if (node == model_->people())
                called = true;
            else
                organise(model_->fleetOf(node));
        }
        unsettled_.clear();
        if (called) servePeople(); // last, so that all that want somebody now are in line
    } while (!unsettled_.empty());
}

// Gives to the stations behind it, then makes use of the room.
inline void Engine::settleBuffer(std::uint32_t buffer) {
    const CompiledRoute& route = model_->buffers[buffer].route;
    for (std::uint32_t i = 0; i < route.branches && stores_[buffer].count > 0; ++i)
        while (stores_[buffer].count > 0 && pull(model_->stationOf(model_->branches[route.firstBranch + i].to))) {
        }
    if (stores_[buffer].waiters == 0) return;
    while (hasRoom(buffer) && takeBlocked(buffer)) {
    }
    if (!fleets_.empty()) callBringers(buffer);
}

void Engine::settleSource(std::uint32_t index) {
    const CompiledSource& source = model_->sources[index];
    SourceState& state = sources_[index];
    const std::uint32_t store = storeOf(index);
    while (!failure_) {
        if (stores_[store].count > 0 && state.target == none) {
            const std::uint32_t part = lists_[frontList(store)].head;
            const Node target = choose(source.route, part);
            if (roomAlong(target, source.route)) {
                releaseFromSource(index, takeFrom(store));
                static_cast<void>(place(part, target, source.route)); // there is room
                continue;
            }
            await(index, target);
        }
        const bool more = source.limit == 0 || state.made < source.limit;
        const bool wanted =
            source.closed ? state.outstanding < source.inProgress : !source.timed && stores_[store].count < source.stock;
        if (!more || !wanted) return;
        ++state.outstanding;
        put(store, createPart(index));
        if (state.target != none) await(index, state.target, 0);
    }
}

// The part at the head of a source waits for `target`, which may be a batch or an assembly that is complete now.
void Engine::await(std::uint32_t source, Node target, int change) {
    sources_[source].target = target;
    addWaiter(target, model_->sources[source].route, change);
    if (target != anyBranch && model_->isStation(target) && !model_->stations[model_->stationOf(target)].takesOne)
        unsettled_.push_back(target);
}

// --- stations that look for work ---------------------------------------------------------------------------------------------

inline bool Engine::pull(std::uint32_t station) {
    if (stations_[station].freeCount == 0) return false;
    const CompiledStation& compiled = model_->stations[station];
    if (compiled.takesOne) return pullSimple(station);
    if (compiled.fleet != none) {
        unsettled_.push_back(model_->fleet(compiled.fleet));
        return false;
    }
    return compiled.inputs > 0 ? pullInputs(station) : pullBatch(station);
}

// The part that has waited longest of all that are for this station.
bool Engine::pullSimple(std::uint32_t index) {
    const CompiledStation& station = model_->stations[index];
    const Node node = model_->station(index);
    Node best = none;
    SimTime since = never;
    for (std::uint32_t i = 0; i < station.feeders; ++i) {
        const Node from = model_->feeders[station.firstFeeder + i];
        if (!model_->isBuffer(from) && stations_[index].waiters == 0) continue;
        const std::uint32_t part = waitingFor(from, node);
        if (part == none || parts_[part].entered >= since) continue;
        since = parts_[part].entered;
        best = from;
    }
    if (best == none) return false;
    const Taken taken = takeWaiting(best, node);
    parts_[taken.part].next = none;
    load(stations_[index].free.head, taken.part);
    if (taken.server != none) tryLeave(taken.server);
    return true;
}

std::uint32_t Engine::waitingAt(Node from) const {
    return stores_[model_->isBuffer(from) ? from : storeOf(model_->sourceOf(from))].count;
}

// For a batch or an assembly, which take from whoever has enough.
std::uint32_t Engine::takeHead(Node from) {
    if (model_->isBuffer(from)) return takeFrom(from);
    const std::uint32_t source = model_->sourceOf(from);
    if (sources_[source].target != none) addWaiter(sources_[source].target, model_->sources[source].route, -1);
    sources_[source].target = none;
    const std::uint32_t part = takeFrom(storeOf(source));
    releaseFromSource(source, part);
    return part;
}

bool Engine::pullBatch(std::uint32_t index) {
    const CompiledStation& station = model_->stations[index];
    const Node from = model_->feeders[station.firstFeeder];
    if (waitingAt(from) < station.batch) return false;
    Chain batch;
    for (std::uint32_t i = 0; i < station.batch; ++i) {
        const std::uint32_t part = takeHead(from);
        parts_[part].next = none;
        if (batch.tail == none)
            batch.head = part;
        else
            parts_[batch.tail].next = part;
        batch.tail = part;
    }
    unsettled_.push_back(from);
    load(stations_[index].free.head, batch.head);
    return true;
}

// The first input's first part becomes the product; all others are part of it.
bool Engine::pullInputs(std::uint32_t index) {
    const CompiledStation& station = model_->stations[index];
    for (std::uint32_t i = 0; i < station.inputs; ++i) {
        const CompiledInput& input = model_->inputs[station.firstInput + i];
        if (waitingAt(input.from) < input.count) return false;
    }
    std::uint32_t product = none;
    for (std::uint32_t i = 0; i < station.inputs; ++i) {
        const CompiledInput& input = model_->inputs[station.firstInput + i];
        for (std::uint32_t n = 0; n < input.count; ++n) {
            const std::uint32_t part = takeHead(input.from);
            if (product == none) {
                product = part;
                continue;
            }
            ++joined_;
            forget(part);
        }
        unsettled_.push_back(input.from);
    }
    parts_[product].next = none;
    load(stations_[index].free.head, product);
    return true;
}

// --- servers -----------------------------------------------------------------------------------------------------------------

void Engine::setActivity(Server& server, Activity activity) {
    if (server.activity == activity) return;
    server.spent[static_cast<std::size_t>(server.activity)] += now_ - server.since;
    server.since = now_;
    server.activity = activity;
}

void Engine::describe(Server& server) {
    if (server.off) return setActivity(server, Activity::Idle);
    if (server.down) return setActivity(server, server.planned ? Activity::Maintained : Activity::Down);
    if (server.unattended) return setActivity(server, Activity::Unattended);
    constexpr std::array byPhase{Activity::Starved, Activity::Blocked, Activity::SetUp,  Activity::SetUp,
                                 Activity::Working, Activity::SetUp,   Activity::Blocked};
    setActivity(server, byPhase[static_cast<std::size_t>(server.phase)]);
}

void Engine::append(List& list, std::uint32_t index, Listed as) {
    Server& server = servers_[index];
    server.listed = as;
    server.next = none;
    server.previous = list.tail;
    (list.tail == none ? list.head : servers_[list.tail].next) = index;
    list.tail = index;
}

void Engine::remove(List& list, std::uint32_t index) {
    Server& server = servers_[index];
    (server.previous == none ? list.head : servers_[server.previous].next) = server.next;
    (server.next == none ? list.tail : servers_[server.next].previous) = server.previous;
    server.listed = Listed::Not;
}

void Engine::becomeFree(std::uint32_t index) {
    Server& server = servers_[index];
    server.phase = Phase::Empty;
    if (const CompiledStation& station = model_->stations[server.station]; !station.works) [[unlikely]]
        return station.conveyor != none ? conveyNext(index) : becomeEmpty(index);
    describe(server);
    if (server.down || server.off) return;
    append(stations_[server.station].free, index, Listed::Free);
    ++stations_[server.station].freeCount;
    unsettled_.push_back(model_->station(server.station));
    if (model_->stations[server.station].opportunistic) seekOpportunity(index);
}

inline void Engine::load(std::uint32_t index, std::uint32_t part) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    if (!station.atOnce && station.conveyor != none) [[unlikely]]
        return putOnConveyor(index, part);
    StationState& state = stations_[server.station];
    remove(state.free, index);
    --state.freeCount;
    server.part = part;
    if (station.atOnce) return startWork(index);
    server.phase = Phase::AwaitsRoom;
    parts_[part].entered = now_;
    tryStart(index);
}

// Blocking before service: the result must have a place before work begins.
void Engine::tryStart(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    if (server.target == none) server.target = choose(station.route, server.part);
    if (hasRoom(server.target)) {
        if (model_->isBuffer(server.target)) ++stores_[server.target].reserved;
        return startWork(index);
    }
    block(index);
}

void Engine::block(std::uint32_t index) {
    Server& server = servers_[index];
    append(stations_[server.station].blocked, index, Listed::Blocked);
    addWaiter(server.target, model_->stations[server.station].route, 1);
    if (!fleets_.empty()) stop(server.target, model_->stations[server.station].route);
    describe(server);
    if (!model_->stations[server.station].works && model_->stations[server.station].conveyor != none) turnConveyor(index);
    if (model_->stations[server.station].opportunistic) seekOpportunity(index);
    if (model_->stations[server.station].looped && begun_) checkDeadlock(server.station);
}

inline void Engine::startWork(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const std::uint32_t product = parts_[server.part].product;
    server.phase = Phase::Working;
    if (station.setUps != none) {
        const auto products = static_cast<std::uint32_t>(products_.size());
        const std::uint32_t from = server.lastProduct == none ? products : server.lastProduct;
        const std::uint32_t setUp = model_->tables[station.setUps + from * products + product];
        server.lastProduct = product;
        if (setUp != none) {
            server.remaining = draw(setUp);
            server.phase = Phase::SettingUp;
        }
    }
    if (station.load != none && server.phase == Phase::Working) {
        server.remaining = draw(station.load);
        server.phase = Phase::Loading;
    }
    if (server.phase == Phase::Working)
        server.remaining = draw(station.cycles == none ? station.cycle : model_->tables[station.cycles + product]);
    describe(server);
    beginStint(index);
}

void Engine::beginStint(std::uint32_t index) {
    Server& server = servers_[index];
    if (server.off || server.down) return;
    const CompiledStation& station = model_->stations[server.station];
    if (station.attended && !attend(index)) return;
    server.stintBegan = now_;
    server.failing = none;
    SimTime end = server.remaining;
    if (station.workingClock && server.phase == Phase::Working) {
        for (std::uint32_t i = 0; i < station.failures; ++i) {
            if (model_->failures[station.firstFailure + i].clock != FailureClock::Working) continue;
            if (clocks_[server.firstClock + i] >= end) continue;
            end = clocks_[server.firstClock + i];
            server.failing = i;
        }
    }
    calendar_.schedule(serverTimer(index), now_ + end,
                       static_cast<std::uint32_t>(server.failing == none ? Priority::Service : Priority::Failure));
}

void Engine::endStint(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const SimTime worked = now_ - server.stintBegan;
    server.remaining -= worked;
    if (!station.workingClock || server.phase != Phase::Working) return;
    for (std::uint32_t i = 0; i < station.clocks; ++i)
        if (model_->failures[station.firstFailure + i].clock == FailureClock::Working) clocks_[server.firstClock + i] -= worked;
}

// Hands on what is finished, part by part. False when there is no room for one.
bool Engine::handOn(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    while (server.part != none) {
        const std::uint32_t part = server.part, next = parts_[part].next;
        if (server.target == none) server.target = choose(station.route, part);
        if (!place(part, server.target, station.route, station.before)) return false;
        server.part = next;
        server.target = none;
    }
    return true;
}

// The server is free when all that it has finished has gone.
void Engine::tryLeave(std::uint32_t index) {
    if (!handOn(index)) return block(index);
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    // Mostly there is a next part, and nobody else it could be for.
    if (station.queue != none && stores_[station.queue].count > 0 && !server.down && !server.off) {
        server.part = takeWaiting(station.queue, none).part;
        parts_[server.part].next = none;
        return startWork(index);
    }
    becomeFree(index);
}

inline void Engine::serve(std::uint32_t index) {
    Server& server = servers_[index];
    if (server.unattended) return peopleCame(index);
    if (server.down) return endRepair(index);
    endStint(index);
    if (server.failing != none) return fail(index);
    const CompiledStation& station = model_->stations[server.station];
    if ((server.phase != Phase::Working || station.unload != none) && beginNextStep(index)) return;
    server.phase = Phase::Finished;
    ++server.finished;
    if (station.attended) letGo(index);
    if (station.makes) split(index);
    for (std::uint32_t part = server.part; part != none; part = parts_[part].next) parts_[part].entered = now_;
    if (model_->stations[server.station].endsCycles && endCycle(index)) return;
    tryLeave(index);
}

// --- arrivals and the run ----------------------------------------------------------------------------------------------------

inline void Engine::arrive(std::uint32_t index) {
    const CompiledSource& source = model_->sources[index];
    SourceState& state = sources_[index];
    if (source.limit != 0 && state.made >= source.limit) return;
    const std::uint32_t store = storeOf(index), part = createPart(index);
    if (source.firstOrder != none) enterOrder(source, part);
    bool gone = false;
    if (stores_[store].count == 0) {
        const Node target = choose(source.route, part);
        gone = place(part, target, source.route);
        if (!gone && source.whenFull == WhenFull::Lose) {
            ++state.lost;
            ++lost_;
            forget(part);
            gone = true;
        } else if (!gone) {
            put(store, part);
            await(index, target);
        }
    } else {
        put(store, part);
        await(index, state.target, 0);
    }
    if (gone || source.whenFull != WhenFull::Hold)
        calendar_.schedule(source.timer, nextArrival(source), static_cast<std::uint32_t>(Priority::Arrival));
}

inline void Engine::fire(std::uint32_t timer) {
    ++events_;
    // Timers are numbered: sources, servers, then what happens seldom.
    if (timer - model_->firstServerTimer < model_->servers)
        serve(timer - model_->firstServerTimer);
    else if (timer < model_->firstServerTimer)
        arrive(timer);
    else
        fireSeldom(timer);
    if (!unsettled_.empty()) settle();
}

Result<bool> Engine::step(SimTime limit) {
    if (failure_) return std::unexpected(*failure_);
    if (!begun_) begin();
    const SimTime next = calendar_.nextTime();
    if (next > limit || next == never) return false;
    now_ = next;
    fire(calendar_.take());
    if (failure_) return std::unexpected(*failure_);
    return true;
}

Result<void> Engine::runTo(SimTime time) {
    if (!begun_) begin();
    while (!failure_) {
        const SimTime next = calendar_.nextTime();
        if (next > time || next == never) break;
        if (next != now_) {
            now_ = next;
            eventsThen_ = events_;
        } else if (events_ - eventsThen_ > endlessEvents) {
            failure_ = standstill();
            break;
        }
        fire(calendar_.take());
    }
    if (failure_) return std::unexpected(*failure_);
    now_ = std::max(now_, time);
    return {};
}

} // namespace millwright::sim
