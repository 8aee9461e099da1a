#include "sim/engine_parts.hpp"

#include <algorithm>
#include <format>

// What happens seldom in a run: its beginning, failures and repairs, shifts; and what it is asked for.
namespace millwright::sim {

namespace {

constexpr std::uint32_t order(Priority priority) {
    return static_cast<std::uint32_t>(priority);
}

} // namespace

Engine::Engine(std::shared_ptr<const Compiled> model, std::uint64_t seed)
    : model_{std::move(model)},
      seed_{seed},
      calendar_{model_->timers},
      stores_(model_->firstConveyorStore + model_->conveyors.size()),
      lists_(model_->lists),
      impatient_(model_->impatient.size()),
      servers_(model_->servers + model_->network.vehicles),
      stations_(model_->stations.size()),
      sources_(model_->sources.size()),
      planned_(model_->orders.empty() ? 0 : sources_.size()),
      openOrder_(planned_.size(), none),
      orderCounts_(model_->orders.size()),
      crews_(model_->process.crews.size()),
      attendance_{.places = std::vector<Place>(model_->clients.size()),
                  .wants = std::vector<std::uint32_t>(model_->clients.size(), none),
                  .slots = std::vector<Slot>(model_->slots),
                  .people = std::vector<Person>(model_->persons)},
      products_(model_->process.products.size()),
      clocks_(model_->failureClocks, never),
      shiftOn_(model_->shifts.size()),
      shiftTurns_(model_->shifts.size()),
      streams_(model_->streams),
      conveyors_(model_->conveyors.size()),
      riders_(model_->riders),
      zones_(model_->zones),
      traffic_{model_->network},
      vehicles_(model_->network.vehicles),
      fleets_(model_->network.fleets.size()),
      coming_(fleets_.empty() ? 0 : model_->feeders.size()),
      carried_(fleets_.empty() ? 0 : stations_.size()),
      claims_(model_->network.room.size()),
      stuck_(vehicles_.size()) {
    std::uint32_t clock = 0;
    for (std::uint32_t s = 0; s < stations_.size(); ++s) {
        const CompiledStation& station = model_->stations[s];
        for (std::uint32_t i = 0; i < station.servers; ++i) {
            Server& server = servers_[station.firstServer + i];
            server.station = s;
            server.firstClock = clock;
            clock += station.clocks;
        }
    }
    for (const CompiledConveyor& conveyor : model_->conveyors) // its server takes while another part is blocked in it
        stations_[conveyor.station].free.head = model_->stations[conveyor.station].firstServer;
    unsettled_.reserve(64);
    kept_.resize(crews_.size());
    inTraffic_.reserve(vehicles_.size());
}

// Wherever the periods of the shifts stand.
void Engine::beginShifts() {
    for (std::uint32_t i = 0; i < shiftOn_.size(); ++i) {
        const CompiledShift& shift = model_->shifts[i];
        shiftOn_[i] = shift.onAtFirst;
        if (shift.edges == 0) continue;
        const SimTime within = (now_ - shiftsBegan_) % shift.period;
        std::uint64_t& turn = shiftTurns_[i];
        turn = static_cast<std::uint64_t>((now_ - shiftsBegan_) / shift.period) * shift.edges;
        for (std::uint32_t e = 0; e < shift.edges && model_->shiftEdges[shift.firstEdge + e] <= within; ++e) {
            ++turn;
            shiftOn_[i] ^= 1;
        }
        calendar_.schedule(shift.timer, timeOfTurn(shift, turn), order(Priority::Shift));
    }
    beginCrews();
}

SimTime Engine::timeOfTurn(const CompiledShift& shift, std::uint64_t turn) const {
    return shiftsBegan_ + static_cast<SimTime>(turn / shift.edges) * shift.period +
           model_->shiftEdges[shift.firstEdge + turn % shift.edges];
}

void Engine::begin() {
    begun_ = true;
    beginShifts();
    beginVehicles();
    for (std::uint32_t index = 0; index < model_->servers; ++index) {
        Server& server = servers_[index];
        const CompiledStation& station = model_->stations[server.station];
        for (std::uint32_t i = 0; i < station.clocks; ++i) renewClock(index, i);
        server.off = station.shift != none && !shiftOn_[station.shift];
        pauseCalendarClocks(index, false);
        becomeFree(index);
    }
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
        const CompiledSource& source = model_->sources[i];
        if (source.timed)
            calendar_.schedule(source.timer, source.first >= 0 ? source.first : nextArrival(source), order(Priority::Arrival));
        else
            unsettled_.push_back(model_->source(i));
    }
    settle();
}

void Engine::fireSeldom(std::uint32_t timer) {
    if (timer >= model_->firstConveyorTimer) return fireConveyor(timer - model_->firstConveyorTimer);
    if (timer >= model_->firstVehicleFailureTimer) {
        const VehicleClock& clock = model_->vehicleClocks[timer - model_->firstVehicleFailureTimer];
        return failVehicle(clock.vehicle, clock.failure);
    }
    if (timer >= model_->firstVehicleTimer) return fireVehicle(timer - model_->firstVehicleTimer);
    if (timer >= model_->firstShiftTimer) return turnShift(timer - model_->firstShiftTimer);
    if (timer >= model_->firstPatienceTimer) return loseParts(model_->impatient[timer - model_->firstPatienceTimer]);
    const CalendarClock& clock = model_->calendarClocks[timer - model_->firstServerTimer - model_->servers];
    Server& server = servers_[clock.server];
    if (clock.failure >= model_->stations[server.station].failures) return lookForMaintenance(clock.server, clock.failure);
    if (isActive(server)) {
        endStint(clock.server);
        calendar_.cancel(serverTimer(clock.server));
    }
    server.failing = clock.failure;
    fail(clock.server);
}

// --- what stations make ------------------------------------------------------------------------------------------------------

// Each part that it has worked on becomes `count` of them. They are of the same source as the part and came when it came.
void Engine::split(std::uint32_t index) {
    const CompiledStation& station = model_->stations[servers_[index].station];
    for (std::uint32_t part = servers_[index].part; part != none; part = parts_[part].next) {
        if (station.product != none) parts_[part].product = static_cast<std::uint16_t>(station.product);
        const Part like = parts_[part];
        for (std::uint32_t n = 1; n < station.count && !failure_; ++n) {
            const std::uint32_t another = newPart(like);
            if (!orderOf_.empty()) joinOrder(another, part);
            parts_[part].next = another; // which has the one behind `part` behind it
            part = another;
            ++split_;
            if (model_->sources[like.source].closed) ++sources_[like.source].outstanding;
        }
    }
}

// --- failures ----------------------------------------------------------------------------------------------------------------

void Engine::renewClock(std::uint32_t index, std::uint32_t failure) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const CompiledFailure& compiled = model_->failures[station.firstFailure + failure];
    const SimTime drawn = drawClock(compiled, index - station.firstServer);
    if (failure >= station.failures) return beginMaintenanceClock(index, failure, drawn);
    clocks_[server.firstClock + failure] = drawn;
}

// Calendar clocks stand still while the server is down.
void Engine::pauseCalendarClocks(std::uint32_t index, bool pause) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    if (!station.calendarClock) return;
    for (std::uint32_t i = 0; i < station.failures; ++i) {
        const CompiledFailure& failure = model_->failures[station.firstFailure + i];
        if (failure.clock != plant::FailureClock::Calendar) continue;
        const std::uint32_t timer = failure.timer + (index - station.firstServer);
        SimTime& clock = clocks_[server.firstClock + i];
        if (!pause) {
            calendar_.schedule(timer, now_ + clock, order(Priority::Failure));
        } else if (calendar_.timeOf(timer) != never) {
            clock = calendar_.timeOf(timer) - now_;
            calendar_.cancel(timer);
        }
    }
}

// `failing` says what with.
void Engine::fail(std::uint32_t index) {
    Server& server = servers_[index];
    StationState& state = stations_[server.station];
    const CompiledStation& station = model_->stations[server.station];
    if (server.listed == Listed::Free) {
        remove(state.free, index);
        --state.freeCount;
    } else if (server.listed == Listed::Blocked) { // a part does not leave a machine that is down
        remove(state.blocked, index);
        addWaiter(server.target, station.route, -1);
    }
    if (station.attended) letGo(index);
    server.down = true;
    server.planned = server.failing >= station.failures;
    ++(server.planned ? server.maintained : server.failed);
    pauseCalendarClocks(index, true);
    describe(server);
    if (station.conveyor != none) turnConveyor(index);
    detect(index, station.firstFailure + server.failing);
}

// The first server, unless it is down already.
bool Engine::failNow(std::uint32_t station, std::uint32_t failure) {
    if (!begun_) begin();
    const std::uint32_t index = model_->stations[station].firstServer;
    Server& server = servers_[index];
    if (server.down || failure_) return false;
    if (isActive(server)) {
        endStint(index);
        calendar_.cancel(serverTimer(index));
    }
    server.failing = failure;
    fail(index);
    settle();
    return true;
}

void Engine::beginRepair(std::uint32_t index) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const CompiledFailure& failure = model_->failures[station.firstFailure + server.failing];
    beginRepair(index, draw(failure.repair + (index - station.firstServer)));
}

void Engine::beginRepair(std::uint32_t index, SimTime lasts) {
    calendar_.schedule(serverTimer(index), now_ + lasts, order(Priority::Repair));
}

void Engine::endRepair(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const std::uint32_t failure = server.failing;
    const CompiledFailure& compiled = model_->failures[station.firstFailure + failure];
    server.down = false;
    server.failing = none;
    renewClock(index, failure);
    for (std::uint32_t i = 0; i < compiled.renewed; ++i) renewClock(index, model_->renewed[compiled.firstRenewed + i]);
    pauseCalendarClocks(index, false);
    if (compiled.call != none) letGo(index);
    if (station.cycleClock && isWornOut(index)) return fail(index);
    if (station.clocks > station.failures && maintain(index)) return;
    if (station.conveyor != none) turnConveyor(index);
    switch (server.phase) {
    case Phase::Empty: return becomeFree(index);
    case Phase::AwaitsRoom: return tryStart(index);
    case Phase::Finished: return tryLeave(index);
    default: describe(server); return beginStint(index);
    }
}

// --- shifts ------------------------------------------------------------------------------------------------------------------

void Engine::turnShift(std::uint32_t index) {
    const CompiledShift& shift = model_->shifts[index];
    const bool on = shiftOn_[index] == 0;
    shiftOn_[index] = on;
    calendar_.schedule(shift.timer, timeOfTurn(shift, ++shiftTurns_[index]), order(Priority::Shift));
    for (const CompiledStation& station : model_->stations) {
        if (station.shift != index) continue;
        for (std::uint32_t i = station.firstServer; i < station.firstServer + station.servers; ++i) switchServer(i, on);
    }
    for (std::uint32_t i = 0; i < crews_.size(); ++i)
        if (model_->crews[i].shift == index) turnCrew(i, on);
}

void Engine::switchServer(std::uint32_t index, bool on) {
    Server& server = servers_[index];
    if (!on && isActive(server)) {
        endStint(index);
        calendar_.cancel(serverTimer(index));
    } else if (!on && server.listed == Listed::Free) {
        StationState& state = stations_[server.station];
        remove(state.free, index);
        --state.freeCount;
    }
    if (!on && !server.down && model_->stations[server.station].attended) letGo(index);
    server.off = !on;
    describe(server);
    if (!on && !server.down && model_->stations[server.station].clocks > model_->stations[server.station].failures)
        (void)maintain(index);
    if (model_->stations[server.station].conveyor != none) turnConveyor(index);
    if (!on || server.down) return;
    if (server.phase == Phase::Empty)
        becomeFree(index);
    else if (isActive(server))
        beginStint(index);
}

bool Engine::isActive(const Server& server) {
    return !server.down && !server.off && !server.unattended && isBusy(server.phase);
}

// --- forks -------------------------------------------------------------------------------------------------------------------

void Engine::reseed(std::uint64_t seed) {
    seed_ = seed;
    for (Stream& stream : streams_) stream.drawn += stream.drawn & 1; // a spare half block is the old seed's
}

// --- what can be asked -------------------------------------------------------------------------------------------------------

void Engine::resetStatistics() {
    countedSince_ = now_;
    eventsCounted_ = events_;
    for (Store& store : stores_) {
        store.changed = now_;
        store.content = store.waited = 0;
        store.entered = store.left = 0;
        store.max = store.count;
    }
    for (Server& server : servers_) {
        server.since = now_;
        server.spent = {};
        server.finished = 0;
        server.failed = server.maintained = 0;
    }
    for (SourceState& source : sources_) source.created = source.lost = 0;
    for (OrderCount& count : orderCounts_) count = {};
    for (ImpatientState& state : impatient_) state.gaveUp = 0;
    resetCrews();
    for (ProductState& product : products_) product = {};
    resetVehicles();
}

namespace {

StationReport stationReport(const CompiledStation& station, const std::vector<Server>& servers, SimTime now) {
    std::array<SimTime, activities> spent{};
    SimTime total = 0;
    StationReport report;
    for (std::uint32_t i = station.firstServer; i < station.firstServer + station.servers; ++i) {
        const Server& server = servers[i];
        for (std::size_t a = 0; a < activities; ++a) {
            const SimTime present = static_cast<std::size_t>(server.activity) == a ? now - server.since : 0;
            spent[a] += server.spent[a] + present;
            total += server.spent[a] + present;
        }
        report.finished += server.finished;
        report.failures += server.failed;
        report.maintenances += server.maintained;
    }
    const auto share = [&](Activity activity) {
        return total > 0 ? static_cast<double>(spent[static_cast<std::size_t>(activity)]) / static_cast<double>(total) : 0;
    };
    report.working = share(Activity::Working);
    report.starved = share(Activity::Starved);
    report.blocked = share(Activity::Blocked);
    report.down = share(Activity::Down);
    report.setUp = share(Activity::SetUp);
    report.idle = share(Activity::Idle);
    report.maintenance = share(Activity::Maintained);
    report.unattended = share(Activity::Unattended);
    return report;
}

} // namespace

Report Engine::report() const {
    Report report;
    const auto elapsed = static_cast<double>(now_ - countedSince_);
    report.seconds = elapsed * 1e-9;
    report.events = events_ - eventsCounted_;
    for (const ProductState& product : products_)
        report.products.push_back(
            {product.made, product.scrapped, product.made > 0 ? product.inSystem / static_cast<double>(product.made) * 1e-9 : 0});
    const auto contentOf = [&](const Store& store) {
        const double content = store.content + static_cast<double>(now_ - store.changed) * store.count;
        return BufferReport{elapsed > 0 ? content / elapsed : 0,
                            store.max,
                            store.left > 0 ? store.waited / static_cast<double>(store.left) * 1e-9 : 0,
                            store.entered,
                            store.left,
                            store.count};
    };
    for (const CompiledStation& station : model_->stations) report.stations.push_back(stationReport(station, servers_, now_));
    for (std::uint32_t i = 0; i < model_->buffers.size(); ++i) {
        report.buffers.push_back(contentOf(stores_[i]));
        if (const std::uint32_t impatient = model_->buffers[i].impatient; impatient != none)
            report.buffers.back().gaveUp = impatient_[impatient].gaveUp;
    }
    for (std::uint32_t i = 0; i < model_->conveyors.size(); ++i)
        report.stations[model_->conveyors[i].station].conveyed = contentOf(stores_[model_->firstConveyorStore + i]);
    for (std::uint32_t i = 0; i < sources_.size(); ++i)
        report.sources.push_back({sources_[i].created, sources_[i].lost, stores_[model_->buffersEnd + i].count});
    for (std::uint32_t i = 0; i < crews_.size(); ++i) report.crews.push_back(crewReport(i));
    for (std::uint32_t i = 0; i < fleets_.size(); ++i) report.fleets.push_back(fleetReport(i));
    reportOrders(report);
    return report;
}

// Working when any server works; else what the first does.
Activity Engine::activity(std::uint32_t station) const {
    const CompiledStation& compiled = model_->stations[station];
    for (std::uint32_t i = compiled.firstServer; i < compiled.firstServer + compiled.servers; ++i)
        if (servers_[i].activity == Activity::Working) return Activity::Working;
    return servers_[compiled.firstServer].activity;
}

std::uint64_t Engine::finished(std::uint32_t station) const {
    const CompiledStation& compiled = model_->stations[station];
    std::uint64_t sum = 0;
    for (std::uint32_t i = compiled.firstServer; i < compiled.firstServer + compiled.servers; ++i) sum += servers_[i].finished;
    return sum;
}

Balance Engine::balance() const {
    Balance balance{.created = serial_, .done = done_, .scrapped = scrapped_, .joined = joined_, .lost = lost_, .split = split_};
    const auto add = [&](std::uint32_t part) {
        for (; part != none; part = parts_[part].next) ++balance.inProgress;
    };
    for (const Chain& list : lists_) add(list.head);
    for (const Server& server : servers_) add(server.part);
    for (std::uint32_t i = 0; i < conveyors_.size(); ++i) // the first is its server's
        balance.inProgress += std::max(stores_[model_->firstConveyorStore + i].count, 1U) - 1;
    return balance;
}

namespace {

template <typename T>
void addVector(Hasher& hasher, const std::vector<T>& values) {
    hasher.add(std::uint64_t{values.size()});
    hasher.add(std::as_bytes(std::span{values}));
}

} // namespace

Digest Engine::stateHash() const {
    // Bytes of structures without padding. Free parts are left out of nothing: the same calls leave the same ones behind.
    static_assert(sizeof(Store) == 3 * 8 + 2 * 8 + 4 * 4 && sizeof(SourceState) == 4 * 8 && sizeof(CrewState) == 7 * 8);
    static_assert(sizeof(Server) == (5 + activities) * 8 + 8 * 4 + 8 && sizeof(StationState) == 24 && sizeof(ProductState) == 24);
    Hasher hasher;
    for (const std::uint64_t value : {static_cast<std::uint64_t>(now_), seed_, events_, serial_, done_, scrapped_, joined_, lost_})
        hasher.add(value); // `split_` follows from them and the sources
    calendar_.addTo(hasher);
    addVector(hasher, parts_);
    addVector(hasher, stores_);
    addVector(hasher, lists_);
    addVector(hasher, servers_);
    addVector(hasher, stations_);
    addVector(hasher, sources_);
    addVector(hasher, crews_);
    if (!model_->clients.empty()) {
        static_assert(sizeof(Slot) == 3 * 8 + 2 * 4 && sizeof(Person) == 3 * 8 + 2 * 4);
        addVector(hasher, attendance_.places);
        addVector(hasher, attendance_.wants);
        addVector(hasher, attendance_.slots);
        addVector(hasher, attendance_.people);
    }
    addVector(hasher, products_);
    addVector(hasher, clocks_);
    addVector(hasher, streams_);
    if (!conveyors_.empty()) {
        static_assert(sizeof(ConveyorState) == 4 * 8 + 2 * 4 && sizeof(Rider) == 2 * 8 + 2 * 4);
        addVector(hasher, conveyors_);
        addVector(hasher, riders_);
        addVector(hasher, zones_);
    }
    static_assert(sizeof(Deadline) == 16 && sizeof(WaitingPart) == 8);
    for (const ImpatientState& state : impatient_) {
        addVector(hasher, state.heap);
        hasher.add(state.gaveUp);
    }
    if (!impatient_.empty()) addVector(hasher, waiting_);
    if (!model_->orders.empty()) {
        static_assert(sizeof(OpenOrder) == 32 && sizeof(OrderCount) == 48);
        addVector(hasher, planned_);
        addVector(hasher, openOrder_);
        addVector(hasher, orders_);
        addVector(hasher, orderCounts_);
        addVector(hasher, orderOf_);
    }
    if (!fleets_.empty()) {
        static_assert(sizeof(VehicleState) == (1 + vehicleActivities + 6 + 6) * 8 + 6 * 4 + 8 && sizeof(FleetState) == 16);
        traffic_.addTo(hasher);
        addVector(hasher, vehicles_);
        addVector(hasher, fleets_);
        addVector(hasher, coming_);
        addVector(hasher, claims_);
        addVector(hasher, inTraffic_);
    }
    return hasher.finish();
}

// --- what cannot go on -------------------------------------------------------------------------------------------------------

namespace {

std::string hours(SimTime time) {
    return formatDuration(Duration{time});
}

} // namespace

Error Engine::tooManyParts() const {
    std::uint32_t fullest = 0;
    for (std::uint32_t i = 1; i < stores_.size(); ++i)
        if (stores_[i].count > stores_[fullest].count) fullest = i;
    const Node node = fullest < model_->buffersEnd ? fullest
                      : fullest < model_->firstConveyorStore
                          ? model_->source(fullest - model_->buffersEnd)
                          : model_->station(model_->conveyors[fullest - model_->firstConveyorStore].station);
    return {
        ErrorCode::ResourceLimit,
        std::format("more than {} parts in progress after {}, {} of them at {}: more comes in than goes out; lower the arrivals, "
                    "speed up what is behind it, give buffers a capacity, or raise maximum_parts",
                    model_->process.maximumParts, hours(now_), stores_[fullest].count, model_->nameOf(node)),
        model_->nameOf(node)};
}

Error Engine::standstill() const {
    std::string busiest;
    std::uint64_t most = 0;
    for (std::uint32_t i = 0; i < servers_.size(); ++i) {
        if (servers_[i].finished < most) continue;
        most = servers_[i].finished;
        busiest = model_->nameOf(model_->station(servers_[i].station));
    }
    return {ErrorCode::Invalid,
            std::format(
                "{} events happened at one moment, {} after the beginning, and time does not go on: parts go round, or come in, "
                "without taking time",
                endlessEvents, hours(now_)),
            busiest};
}

// A deadlock is when nothing that a blocked station waits for will ever move.
void Engine::checkDeadlock(std::uint32_t station) {
    if (!canEverMove(model_->station(station)) && !failure_) failure_ = deadlock();
}

// Follows all that a place waits for, as far as it can be followed, and leaves it in `waits_`.
bool Engine::canEverMove(Node start) {
    waits_.assign(1, start);
    for (std::size_t i = 0; i < waits_.size(); ++i) {
        const Node node = waits_[i];
        if (canMove(node)) return true;
        const auto follow = [&](Node target, const CompiledRoute& route) {
            const auto add = [&](Node to) {
                if (!std::ranges::contains(waits_, to)) waits_.push_back(to);
            };
            if (target != anyBranch) return add(target);
            for (std::uint32_t b = 0; b < route.branches; ++b) add(model_->branches[route.firstBranch + b].to);
        };
        if (model_->isBuffer(node)) {
            follow(anyBranch, model_->buffers[node].route);
        } else {
            const CompiledStation& compiled = model_->stations[model_->stationOf(node)];
            for (std::uint32_t s = compiled.firstServer; s < compiled.firstServer + compiled.servers; ++s)
                if (servers_[s].target != none) follow(servers_[s].target, compiled.route);
        }
    }
    return false;
}

// Whether time alone will make this place take or give a part.
bool Engine::canMove(Node node) const {
    if (model_->isBuffer(node)) return hasRoom(node) || model_->buffers[node].patience != none;
    if (!model_->isStation(node)) return true;
    const CompiledStation& station = model_->stations[model_->stationOf(node)];
    if (station.fleet != none) return mayCarry(model_->stationOf(node));
    if (station.conveyor != none && conveyorWillTake(model_->stationOf(node))) return true;
    for (std::uint32_t s = station.firstServer; s < station.firstServer + station.servers; ++s) {
        const Server& server = servers_[s];
        if (isBusy(server.phase) || server.phase == Phase::Empty || server.down) return true; // people come sooner or later
    }
    return false;
}

// `waits_` is all that is stuck, and each of it waits for some of it: following that must come back to itself.
Error Engine::deadlock() const {
    std::vector<Node> path{waits_.front()};
    while (path.size() < 2 || std::ranges::find(path, path.back()) == path.end() - 1) {
        const Node node = path.back();
        if (model_->isBuffer(node)) {
            path.push_back(model_->branches[model_->buffers[node].route.firstBranch].to);
            continue;
        }
        const CompiledStation& station = model_->stations[model_->stationOf(node)];
        const Node target = servers_[station.firstServer].target;
        path.push_back(target == anyBranch ? model_->branches[station.route.firstBranch].to : target);
    }
    const Node closing = path.back();
    std::string cycle;
    for (auto node = std::ranges::find(path, closing); node != path.end(); ++node)
        cycle += (cycle.empty() ? "" : " waits for ") + model_->nameOf(*node);
    return {ErrorCode::Invalid,
            std::format("deadlock after {}: {}; give one of them more room, or send what comes back elsewhere", hours(now_), cycle),
            model_->nameOf(closing)};
}

} // namespace millwright::sim
