#include "sim/engine_parts.hpp"

#include <algorithm>
#include <utility>

// Vehicles: which load each fetches, where it rests, loading and unloading, its battery.
namespace millwright::sim {

namespace {

constexpr std::uint32_t service = static_cast<std::uint32_t>(Priority::Service);
constexpr double nanosecondsPerHour = 3.6e12;

} // namespace

void Engine::beginVehicles() {
    const CompiledNetwork& network = model_->network;
    for (std::uint32_t f = 0; f < fleets_.size(); ++f) {
        const CompiledFleet& fleet = network.fleets[f];
        const plant::Fleet& described = model_->process.fleets[f];
        for (std::uint32_t v = fleet.firstVehicle; v < fleet.firstVehicle + fleet.vehicles; ++v) {
            const std::uint32_t node =
                *std::ranges::find_if(described.parking, [&](std::uint32_t n) { return claims_[n] < network.room[n]; });
            traffic_.place(v, f, node);
            servers_[vehicleServer(v)].station = fleet.stations.front();
            if (described.battery) vehicles_[v].level = described.battery->capacity;
            claim(v, node);
            setAvailable(v, true);
            for (std::uint32_t i = 0; i < fleet.failures; ++i)
                clocks_[fleet.firstClock + (v - fleet.firstVehicle) * fleet.failures + i] =
                    drawClock(model_->failures[fleet.firstFailure + i], v - fleet.firstVehicle);
            runClocks(v, VehicleActivity::Down, VehicleActivity::Waiting);
        }
        // Vehicles are told when there is room again.
        for (const std::uint32_t station : fleet.stations)
            if (model_->stations[station].before) ++stores_[model_->stations[station].route.only].waiters;
    }
}

// --- which load --------------------------------------------------------------------------------------------------------------

// A part waits for a station that vehicles may have to carry it for.
void Engine::callVehicles(Node target, const CompiledRoute& route) {
    const auto call = [&](Node node) {
        if (model_->isStation(node) && model_->stations[model_->stationOf(node)].fleet != none) unsettled_.push_back(node);
    };
    if (target != anyBranch) return call(target);
    for (std::uint32_t i = 0; i < route.branches; ++i) call(model_->branches[route.firstBranch + i].to);
}

// Who has a part for `target` that finds no room there: vehicles may fetch it, or it may be what some wait for without end.
void Engine::stop(Node target, const CompiledRoute& route) {
    callVehicles(target, route);
    newlyStopped_ = true;
    unsettled_.push_back(model_->fleet(0));
}

// There is room in a buffer that vehicles bring parts to.
void Engine::callBringers(std::uint32_t buffer) {
    const CompiledBuffer& compiled = model_->buffers[buffer];
    for (std::uint32_t i = 0; i < compiled.feeders; ++i) callVehicles(model_->feeders[compiled.firstFeeder + i], {});
}

// Room for a load where it would surely go.
bool Engine::hasRoomForLoad(std::uint32_t index) const {
    const CompiledStation& station = model_->stations[index];
    if (!station.before) return true;
    const Store& store = stores_[station.route.only];
    return station.batch <= model_->buffers[station.route.only].capacity -
                                std::min(store.count + store.reserved, model_->buffers[station.route.only].capacity);
}

void Engine::keepRoom(std::uint32_t index, bool keep) {
    const CompiledStation& station = model_->stations[index];
    if (!station.before) return;
    std::uint32_t& reserved = stores_[station.route.only].reserved;
    reserved = keep ? reserved + station.batch : reserved - station.batch;
}

// Whole loads that wait there for the station.
std::uint32_t Engine::loadsAt(std::uint32_t index, Node from) const {
    const CompiledStation& station = model_->stations[index];
    if (model_->isBuffer(from) || station.batch > 1) return waitingAt(from) / station.batch;
    const Node node = model_->station(index);
    if (model_->isSource(from)) return waitingFor(from, node) != none ? 1 : 0;
    const std::uint32_t sender = model_->stationOf(from);
    std::uint32_t count = 0;
    for (std::uint32_t s = stations_[sender].blocked.head; s != none; s = servers_[s].next)
        if (leadsTo(servers_[s].target, model_->stations[sender].route, node)) ++count;
    return count;
}

// Since when the load has waited that has `before` others in front of it.
SimTime Engine::loadWaitsSince(std::uint32_t index, Node from, std::uint32_t before) const {
    const CompiledStation& station = model_->stations[index];
    if (model_->isStation(from)) {
        const std::uint32_t sender = model_->stationOf(from);
        for (std::uint32_t s = stations_[sender].blocked.head; s != none; s = servers_[s].next)
            if (leadsTo(servers_[s].target, model_->stations[sender].route, model_->station(index)) && before-- == 0)
                return parts_[servers_[s].part].entered;
        return now_;
    }
    std::uint32_t list = frontList(model_->isBuffer(from) ? from : storeOf(model_->sourceOf(from)));
    std::uint32_t part = lists_[list].head;
    for (std::uint32_t skip = before * station.batch; skip > 0 && part != none; --skip) {
        part = parts_[part].next;
        if (part != none || !model_->isBuffer(from)) continue;
        while (part == none && ++list < model_->buffers[from].firstList + model_->buffers[from].lists) part = lists_[list].head;
    }
    return part != none ? parts_[part].entered : now_;
}

double Engine::timeTo(std::uint32_t index, std::uint32_t node) const {
    const Vehicle& vehicle = traffic_.vehicle(index);
    if (vehicle.lane == none) return model_->network.timeTo(vehicle.fleet, vehicle.node, node);
    return model_->network.timeTo(vehicle.fleet, model_->network.lanes[vehicle.lane].to, node) +
           static_cast<double>(std::max<SimTime>(vehicle.arrives - now_, 0)) * 1e-9;
}

Order Engine::nextOrder(std::uint32_t index) const {
    const CompiledFleet& fleet = model_->network.fleets[index];
    const bool nearest = model_->process.fleets[index].dispatch == plant::Dispatch::Nearest;
    Order best;
    const auto isBefore = [&](const Order& a, const Order& b) {
        if (b.vehicle == none) return true;
        return nearest ? std::pair{a.time, a.since} < std::pair{b.time, b.since}
                       : std::pair{a.since, a.time} < std::pair{b.since, b.time};
    };
    for (const std::uint32_t s : fleet.stations) {
        const CompiledStation& station = model_->stations[s];
        if (!hasRoomForLoad(s)) continue;
        for (std::uint32_t k = station.firstFeeder; k < station.firstFeeder + station.feeders; ++k) {
            const Node from = model_->feeders[k];
            if (loadsAt(s, from) <= coming_[k]) continue;
            Order order{.station = s, .feeder = k, .since = loadWaitsSince(s, from, coming_[k])};
            for (order.vehicle = fleet.firstVehicle; order.vehicle < fleet.firstVehicle + fleet.vehicles; ++order.vehicle) {
                if (!vehicles_[order.vehicle].available) continue;
                order.time = timeTo(order.vehicle, model_->networkNode[from]);
                if (isBefore(order, best)) best = order;
            }
        }
    }
    return best;
}

// Gives orders while there are loads and vehicles; who has none rests.
void Engine::organise(std::uint32_t index) {
    const CompiledFleet& fleet = model_->network.fleets[index];
    const auto& battery = model_->process.fleets[index].battery;
    for (std::uint32_t v = fleet.firstVehicle; battery && v < fleet.firstVehicle + fleet.vehicles; ++v) {
        if (!vehicles_[v].available) continue;
        useBattery(v);
        vehicles_[v].low = vehicles_[v].level <= battery->chargeBelow * battery->capacity;
        if (vehicles_[v].low) setAvailable(v, false);
    }
    while (fleets_[index].available > 0 && !failure_) {
        const Order order = nextOrder(index);
        if (order.vehicle == none) break;
        assign(order);
    }
    for (std::uint32_t v = fleet.firstVehicle; v < fleet.firstVehicle + fleet.vehicles; ++v) goRest(v);
    wake();
}

void Engine::assign(const Order& order) {
    VehicleState& vehicle = vehicles_[order.vehicle];
    setAvailable(order.vehicle, false);
    claim(order.vehicle, none);
    vehicle.station = order.station;
    vehicle.feeder = order.feeder;
    servers_[vehicleServer(order.vehicle)].station = order.station;
    ++coming_[order.feeder];
    keepRoom(order.station, true);
    carryFor(order.station, 1);
    sendTo(order.vehicle, model_->networkNode[model_->feeders[order.feeder]], Job::ToPickUp);
}

// What the station's own server tells: it works while any vehicle fetches or carries for it.
void Engine::carryFor(std::uint32_t station, int change) {
    carried_[station] += static_cast<std::uint32_t>(change);
    setActivity(servers_[model_->stations[station].firstServer], carried_[station] > 0 ? Activity::Working : Activity::Starved);
}

void Engine::setAvailable(std::uint32_t index, bool available) {
    VehicleState& vehicle = vehicles_[index];
    if (vehicle.available == available) return;
    vehicle.available = available;
    const std::uint32_t fleet = traffic_.vehicle(index).fleet;
    const std::uint32_t count = available ? ++fleets_[fleet].available : --fleets_[fleet].available;
    for (const std::uint32_t station : model_->network.fleets[fleet].stations) stations_[station].freeCount = count;
}

// --- rest --------------------------------------------------------------------------------------------------------------------

// The node that is kept for it to park or charge; none: no longer.
void Engine::claim(std::uint32_t index, std::uint32_t node) {
    VehicleState& vehicle = vehicles_[index];
    if (vehicle.claimed != none) --claims_[vehicle.claimed];
    vehicle.claimed = node;
    if (node != none) ++claims_[node];
}

std::uint32_t Engine::nearestWithRoom(std::uint32_t index, const std::vector<std::uint32_t>& nodes) const {
    std::uint32_t best = none;
    double least = 0;
    for (const std::uint32_t node : nodes) {
        if (claims_[node] - (vehicles_[index].claimed == node ? 1 : 0) >= model_->network.room[node]) continue;
        const double time = timeTo(index, node);
        if (best != none && time >= least) continue;
        best = node;
        least = time;
    }
    return best;
}

// To a charger where it must; else to where it is in nobody's way.
void Engine::goRest(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    if ((vehicle.job != Job::Waiting && vehicle.job != Job::ToParking) || vehicle.activity == VehicleActivity::Down) return;
    const plant::Fleet& fleet = model_->process.fleets[traffic_.vehicle(index).fleet];
    if (vehicle.low) {
        if (const std::uint32_t charger = nearestWithRoom(index, fleet.chargers); charger != none) {
            claim(index, charger);
            return sendTo(index, charger, Job::ToCharger);
        }
    }
    if (vehicle.claimed != none) return;
    const std::uint32_t parking = nearestWithRoom(index, fleet.parking);
    if (parking == none) return; // another is about to leave one
    claim(index, parking);
    sendTo(index, parking, Job::ToParking);
}

// --- a load ------------------------------------------------------------------------------------------------------------------

void Engine::pickUp(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    const Node from = model_->feeders[vehicle.feeder];
    const CompiledStation& station = model_->stations[vehicle.station];
    --coming_[vehicle.feeder];
    vehicle.feeder = none;
    if (loadsAt(vehicle.station, from) == 0) { // somebody else has taken it
        keepRoom(vehicle.station, false);
        carryFor(vehicle.station, -1);
        return becomeIdle(index);
    }
    Chain load;
    std::uint32_t giver = none;
    for (std::uint32_t i = 0; i < station.batch; ++i) {
        const Taken taken = station.batch == 1 ? takeWaiting(from, model_->station(vehicle.station)) : Taken{takeHead(from)};
        const std::uint32_t part = taken.part;
        giver = taken.server;
        parts_[part].next = none;
        (load.tail == none ? load.head : parts_[load.tail].next) = part;
        load.tail = part;
    }
    if (station.batch > 1) unsettled_.push_back(from);
    Server& server = servers_[vehicleServer(index)];
    server.part = load.head;
    server.phase = Phase::Working;
    server.target = choose(station.route, load.head);
    vehicle.job = Job::Loading;
    setVehicle(index, VehicleActivity::Handling);
    calendar_.schedule(vehicleTimer(index), now_ + draw(station.load), service);
    if (giver != none) tryLeave(giver);
}

// Hands over what it has brought, as far as there is room.
void Engine::putDown(std::uint32_t index) {
    VehicleState& vehicle = vehicles_[index];
    Server& server = servers_[vehicleServer(index)];
    server.phase = Phase::Finished;
    for (std::uint32_t part = server.part; part != none; part = parts_[part].next) parts_[part].entered = now_;
    vehicle.job = Job::AwaitsRoom;
    handOver(index);
}

void Engine::handOver(std::uint32_t index) {
    tryLeave(vehicleServer(index));
    if (vehicles_[index].job == Job::AwaitsRoom) setVehicle(index, VehicleActivity::Blocked);
}

// A vehicle has handed over its load. The servers that only say what stations with vehicles do are always empty.
void Engine::becomeEmpty(std::uint32_t index) {
    if (index < model_->servers) return;
    const std::uint32_t number = index - model_->servers;
    const VehicleState& vehicle = vehicles_[number];
    ++servers_[model_->stations[vehicle.station].firstServer].finished;
    ++fleets_[traffic_.vehicle(number).fleet].loads;
    carryFor(vehicle.station, -1);
    becomeIdle(number);
    wearByLoad(number);
}

// Its fleet decides what it does next, when everything else of this moment has moved.
void Engine::becomeIdle(std::uint32_t index) {
    vehicles_[index].job = Job::Waiting;
    setVehicle(index, VehicleActivity::Waiting);
    setAvailable(index, true);
    unsettled_.push_back(model_->fleet(traffic_.vehicle(index).fleet));
}

// --- time and energy ---------------------------------------------------------------------------------------------------------

void Engine::setVehicle(std::uint32_t index, VehicleActivity activity) {
    VehicleState& vehicle = vehicles_[index];
    useBattery(index);
    vehicle.spent[static_cast<std::size_t>(vehicle.activity)] += now_ - vehicle.since;
    vehicle.since = now_;
    runClocks(index, std::exchange(vehicle.activity, activity), activity);
}

// The level as of now. Whoever is empty under way stands there for ever.
void Engine::useBattery(std::uint32_t index) {
    const auto& battery = model_->process.fleets[traffic_.vehicle(index).fleet].battery;
    if (!battery) return;
    VehicleState& vehicle = vehicles_[index];
    const double hours = static_cast<double>(now_ - vehicle.levelAt) / nanosecondsPerHour;
    vehicle.levelAt = now_;
    const bool drives = vehicle.activity == VehicleActivity::Loaded || vehicle.activity == VehicleActivity::Empty;
    if (vehicle.activity == VehicleActivity::Charging) {
        vehicle.level += battery->charging * hours;
        vehicle.charged += battery->charging * hours;
    } else if (vehicle.activity != VehicleActivity::Down) {
        vehicle.level -= (drives ? battery->driving : battery->standing) * hours;
    }
    if (vehicle.level < 0 && !failure_)
        failure_ = {
            ErrorCode::Invalid,
            std::format("{} has run empty after {}: let it charge earlier (charge_below), add chargers, or give it a larger "
                        "battery",
                        vehicleName(index), formatDuration(Duration{now_})),
            plant::nameOf(model_->process, plant::ProcessElement::Fleet, traffic_.vehicle(index).fleet)};
}

void Engine::resetVehicles() {
    for (std::uint32_t i = 0; i < vehicles_.size(); ++i) {
        useBattery(i);
        vehicles_[i].since = now_;
        vehicles_[i].spent = {};
        vehicles_[i].drivenBefore = vehicles_[i].driven;
        vehicles_[i].charged = 0;
        vehicles_[i].failed = 0;
    }
    for (FleetState& fleet : fleets_) fleet.loads = 0;
}

FleetReport Engine::fleetReport(std::uint32_t index) const {
    FleetReport report{.loads = fleets_[index].loads};
    const CompiledFleet& fleet = model_->network.fleets[index];
    const auto& battery = model_->process.fleets[index].battery;
    double total = 0;
    for (std::uint32_t i = fleet.firstVehicle; i < fleet.firstVehicle + fleet.vehicles; ++i) {
        const VehicleState& vehicle = vehicles_[i];
        for (std::size_t a = 0; a < vehicleActivities; ++a) report.shares[a] += static_cast<double>(vehicle.spent[a]);
        report.shares[static_cast<std::size_t>(vehicle.activity)] += static_cast<double>(now_ - vehicle.since);
        report.driven += vehicle.driven - vehicle.drivenBefore;
        report.charged += vehicle.charged;
        report.failures += vehicle.failed;
        if (battery && vehicle.activity == VehicleActivity::Charging)
            report.charged += battery->charging * static_cast<double>(now_ - vehicle.levelAt) / nanosecondsPerHour;
    }
    for (const double share : report.shares) total += share;
    for (double& share : report.shares) share = total > 0 ? share / total : 0;
    return report;
}

} // namespace millwright::sim
