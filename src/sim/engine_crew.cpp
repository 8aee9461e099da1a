#include "sim/engine_parts.hpp"

#include <algorithm>
#include <cmath>
#include <span>

// The steps of a station, and the people that they and repairs need: who gets them, and who waits. Nobody who waits has anybody, so
// that none can wait for each other.
namespace millwright::sim {

// --- steps -------------------------------------------------------------------------------------------------------------------

std::uint32_t Engine::cycleOf(std::uint32_t index) const {
    const CompiledStation& station = model_->stations[servers_[index].station];
    return station.cycles == none ? station.cycle : model_->tables[station.cycles + parts_[servers_[index].part].product];
}

// After set-up, loading or work; false when nothing is left to do.
bool Engine::beginNextStep(std::uint32_t index) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    if (server.phase == Phase::Unloading) return false;
    if (server.phase == Phase::Working) {
        if (station.unload == none) return false;
        server.phase = Phase::Unloading;
        server.remaining = draw(station.unload);
    } else if (server.phase == Phase::SettingUp && station.load != none) {
        server.phase = Phase::Loading;
        server.remaining = draw(station.load);
    } else {
        server.phase = Phase::Working;
        server.remaining = draw(cycleOf(index));
    }
    describe(server);
    beginStint(index);
    return true;
}

// Whether those that the step needs are there. Whoever has some of them and not all lets them go and asks for all together.
bool Engine::attend(std::uint32_t index) {
    Server& server = servers_[index];
    const std::uint32_t call = model_->stations[server.station].calls[stepOf(server)];
    if (call != none && isServed(index, call)) return true;
    letGo(index);
    if (summon(index, call)) return true;
    describe(server);
    return false;
}

// --- calls -------------------------------------------------------------------------------------------------------------------

// Whether the client has all that a call is for; lets the others go.
bool Engine::isServed(std::uint32_t client, std::uint32_t index) {
    const CompiledCall& call = model_->calls[index];
    const CompiledClient& own = model_->clients[client];
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs; ++i)
        if (attendance_.slots[own.firstSlot + model_->needs[i].slot].need == none) return false;
    for (std::uint32_t slot = 0; slot < own.slots; ++slot) {
        std::uint32_t i = 0;
        while (i < call.needs && model_->needs[call.firstNeed + i].slot != slot) ++i;
        if (i == call.needs) release(client, own.firstSlot + slot);
    }
    return true;
}

// True when all that the call is for are there at once; else they come, and `peopleCame`.
bool Engine::summon(std::uint32_t client, std::uint32_t index, bool isThere) {
    if (index == none) return true;
    const CompiledCall& call = model_->calls[index];
    bool isNext = true;
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs && isNext; ++i) {
        const std::uint32_t crew = chosenFor(model_->needs[i]);
        isNext = crew != none && crews_[crew].waiters == 0;
    }
    if (isNext && take(client, index, isThere)) return true;
    servers_[client].unattended = true;
    if (!isNext) queueUp(client, index);
    return false;
}

std::uint32_t Engine::freeOf(std::uint32_t crew) const {
    const std::uint32_t size = model_->process.crews[crew].size, shift = model_->crews[crew].shift;
    if (shift != none && shiftOn_[shift] == 0) return 0; // they finish what they are at
    return size - crews_[crew].busy;
}

// The first who has enough free, beside those that are kept for others, or none.
std::uint32_t Engine::chosenFor(const CompiledNeed& need) const {
    for (std::uint32_t i = need.firstChoice; i < need.firstChoice + need.choices; ++i) {
        const std::uint32_t crew = model_->choices[i], free = freeOf(crew);
        if (free - std::min(free, kept_[crew].people) >= need.count) return crew;
    }
    return none;
}

// --- the line ----------------------------------------------------------------------------------------------------------------

// Behind all that are as urgent.
void Engine::queueUp(std::uint32_t client, std::uint32_t call) {
    attendance_.wants[client] = call;
    std::vector<Place>& places = attendance_.places;
    const int priority = model_->calls[call].priority;
    std::uint32_t before = attendance_.line.tail;
    while (before != none && model_->calls[attendance_.wants[before]].priority < priority) before = places[before].previous;
    const std::uint32_t behind = before == none ? attendance_.line.head : places[before].next;
    places[client] = {.next = behind, .previous = before};
    (before == none ? attendance_.line.head : places[before].next) = client;
    (behind == none ? attendance_.line.tail : places[behind].previous) = client;
    countWaiters(call, 1);
    unsettled_.push_back(model_->people());
}

// Those behind it may be able to go on, though nobody has become free.
void Engine::leaveLine(std::uint32_t client) {
    countWaiters(attendance_.wants[client], -1);
    attendance_.wants[client] = none;
    servers_[client].unattended = false;
    const Place place = attendance_.places[client];
    (place.previous == none ? attendance_.line.head : attendance_.places[place.previous].next) = place.next;
    (place.next == none ? attendance_.line.tail : attendance_.places[place.next].previous) = place.previous;
    unsettled_.push_back(model_->people());
}

void Engine::countWaiters(std::uint32_t index, int change) {
    const CompiledCall& call = model_->calls[index];
    for (std::uint32_t i = call.firstChoice; i < call.firstChoice + call.choices; ++i)
        crews_[model_->choices[i]].waiters += static_cast<std::uint32_t>(change);
}

// Gives free people to those that wait. Whoever is next for all that it lacks has what is free kept for it, so that nobody waits
// for ever; who has others before it for something leaves the rest to those behind.
void Engine::servePeople() {
    for (std::uint32_t client = attendance_.line.head, next = none; client != none; client = next) {
        next = attendance_.places[client].next;
        const std::uint32_t index = attendance_.wants[client];
        if (!canBeServed(index)) {
            keepFor(index);
            continue;
        }
        leaveLine(client);
        if (take(client, index))
            begin(client);
        else
            servers_[client].unattended = true;
    }
    kept_.assign(crews_.size(), {});
}

bool Engine::canBeServed(std::uint32_t index) const {
    const CompiledCall& call = model_->calls[index];
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs; ++i)
        if (chosenFor(model_->needs[i]) == none) return false;
    return true;
}

void Engine::keepFor(std::uint32_t index) {
    const CompiledCall& call = model_->calls[index];
    bool isNext = true;
    const auto choicesOf = [&](const CompiledNeed& need) {
        return std::span{model_->choices}.subspan(need.firstChoice, need.choices);
    };
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs; ++i) {
        const CompiledNeed& need = model_->needs[i];
        const auto isAwaited = [&](std::uint32_t crew) { return kept_[crew].isAwaited; };
        isNext = isNext && (chosenFor(need) != none || std::ranges::none_of(choicesOf(need), isAwaited));
    }
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs; ++i) {
        const CompiledNeed& need = model_->needs[i];
        const std::uint32_t chosen = chosenFor(need);
        if (chosen != none && isNext) kept_[chosen].people += need.count;
        for (const std::uint32_t crew : choicesOf(need)) {
            if (chosen != none) break;
            kept_[crew].isAwaited = true;
            if (isNext) kept_[crew].people += need.count;
        }
    }
}

// --- who has whom ------------------------------------------------------------------------------------------------------------

void Engine::countCrew(CrewState& crew) {
    crew.busyTime += static_cast<double>(now_ - crew.changed) * crew.busy;
    crew.changed = now_;
}

// Those that the call is for, who are free. True when they are there.
bool Engine::take(std::uint32_t client, std::uint32_t index, bool isThere) {
    const CompiledCall& call = model_->calls[index];
    SimTime last = now_;
    for (std::uint32_t i = call.firstNeed; i < call.firstNeed + call.needs; ++i) {
        const CompiledNeed& need = model_->needs[i];
        Slot& slot = attendance_.slots[model_->clients[client].firstSlot + need.slot];
        slot = {.called = now_, .setOut = now_, .there = now_, .need = i, .crew = chosenFor(need)};
        countCrew(crews_[slot.crew]);
        crews_[slot.crew].busy += need.count;
        send(slot, client, isThere);
        last = std::max(last, slot.there);
    }
    if (last == now_) return true;
    calendar_.schedule(timerOf(client), last, static_cast<std::uint32_t>(Priority::Repair));
    return false;
}

// When the people of a slot set out, and when they are there.
void Engine::send(Slot& slot, std::uint32_t client, bool isThere) {
    const CompiledCrew& crew = model_->crews[slot.crew];
    if (!isThere && crew.response != none) slot.setOut += draw(crew.response);
    slot.there = slot.setOut;
    const SimTime way = crew.people > 0 ? walk(slot, client) : 0;
    if (!isThere) slot.there += crew.travel != none ? draw(crew.travel) : way;
}

// The nearest that are free go there; how long the last of them takes.
SimTime Engine::walk(const Slot& slot, std::uint32_t client) {
    const CompiledCrew& crew = model_->crews[slot.crew];
    const std::array<double, 3> to = placeOf(client);
    double farthest = 0;
    for (std::uint32_t n = 0; n < model_->needs[slot.need].count; ++n) {
        Person* nearest = nullptr;
        double least = 0;
        for (std::uint32_t i = crew.firstPerson; i < crew.firstPerson + crew.people; ++i) {
            Person& person = attendance_.people[i];
            if (person.client != none) continue;
            double squares = 0;
            for (std::size_t k = 0; k < to.size() && person.isSomewhere != 0; ++k)
                squares += (to[k] - person.at[k]) * (to[k] - person.at[k]);
            if (nearest != nullptr && squares >= least) continue;
            least = squares;
            nearest = &person;
        }
        *nearest = {.at = to, .client = client, .isSomewhere = 1};
        farthest = std::max(farthest, std::sqrt(least));
    }
    return static_cast<SimTime>(farthest / model_->process.crews[slot.crew].walking * 1e9);
}

std::array<double, 3> Engine::placeOf(std::uint32_t client) const {
    if (client < model_->servers) return model_->process.stations[servers_[client].station].at.value_or(std::array<double, 3>{});
    const std::uint32_t vehicle = client - model_->servers, fleet = traffic_.vehicle(vehicle).fleet;
    return vehicleNow(fleet, vehicle - model_->network.fleets[fleet].firstVehicle).at;
}

// Who waits for a crew that stations need gets its people when everything else of this moment has moved: a station that goes on
// with its next part then stands in line too.
void Engine::release(std::uint32_t client, std::uint32_t index) {
    Slot& slot = attendance_.slots[index];
    if (slot.need == none) return;
    const CompiledCrew& crew = model_->crews[slot.crew];
    CrewState& state = crews_[slot.crew];
    addWay(slot, state.respondingTime, state.walkingTime);
    for (std::uint32_t i = crew.firstPerson; i < crew.firstPerson + crew.people; ++i)
        if (attendance_.people[i].client == client) attendance_.people[i].client = none;
    countCrew(state);
    state.busy -= model_->needs[slot.need].count;
    const std::uint32_t released = slot.crew;
    slot = {};
    if (crews_[released].waiters == 0) return;
    if (crew.attends)
        unsettled_.push_back(model_->people());
    else
        servePeople();
}

// All that it has; and it waits for nobody any more. Who was on the way is where he was going to.
void Engine::letGo(std::uint32_t client) {
    if (attendance_.wants[client] != none) {
        leaveLine(client);
    } else if (servers_[client].unattended) {
        calendar_.cancel(timerOf(client));
        servers_[client].unattended = false;
    }
    const CompiledClient& own = model_->clients[client];
    for (std::uint32_t slot = own.firstSlot; slot < own.firstSlot + own.slots; ++slot) release(client, slot);
}

// --- how they come -----------------------------------------------------------------------------------------------------------

std::uint32_t Engine::timerOf(std::uint32_t client) const {
    return client < model_->servers ? serverTimer(client) : vehicleTimer(client - model_->servers);
}

// A failure has happened: when somebody knows of it, who repairs is called. `failure` in the model's list.
void Engine::detect(std::uint32_t client, std::uint32_t failure) {
    const CompiledFailure& compiled = model_->failures[failure];
    if (compiled.detected == none) {
        if (summon(client, compiled.call)) begin(client);
        return;
    }
    std::uint32_t number = client - model_->stations[servers_[client].station].firstServer;
    if (client >= model_->servers) {
        const std::uint32_t vehicle = client - model_->servers;
        number = vehicle - model_->network.fleets[traffic_.vehicle(vehicle).fleet].firstVehicle;
    }
    servers_[client].unattended = true;
    calendar_.schedule(timerOf(client), now_ + draw(compiled.detected + number), static_cast<std::uint32_t>(Priority::Failure));
}

std::uint32_t Engine::repairCallOf(std::uint32_t client) const {
    if (client >= model_->servers) {
        const std::uint32_t vehicle = client - model_->servers;
        return model_->failures[model_->network.fleets[traffic_.vehicle(vehicle).fleet].firstFailure + vehicles_[vehicle].failing]
            .call;
    }
    const Server& server = servers_[client];
    return server.down ? model_->failures[model_->stations[server.station].firstFailure + server.failing].call : none;
}

// Its timer went off while it had nobody there: they have come, or somebody knows of the failure now.
void Engine::peopleCame(std::uint32_t client) {
    servers_[client].unattended = false;
    bool has = false;
    for (std::uint32_t slot = 0; !model_->clients.empty() && slot < model_->clients[client].slots; ++slot)
        has = has || attendance_.slots[model_->clients[client].firstSlot + slot].need != none;
    if (has || summon(client, repairCallOf(client))) begin(client);
}

// All are there.
void Engine::begin(std::uint32_t client) {
    if (client >= model_->servers) return beginVehicleRepair(client - model_->servers);
    Server& server = servers_[client];
    if (server.down) return beginRepair(client);
    describe(server);
    beginStint(client);
}

// --- hours and counts --------------------------------------------------------------------------------------------------------

void Engine::beginCrews() {
    for (std::uint32_t i = 0; i < crews_.size(); ++i) {
        const CompiledCrew& crew = model_->crews[i];
        const auto& home = model_->process.crews[i].home;
        for (std::uint32_t p = crew.firstPerson; home && p < crew.firstPerson + crew.people; ++p)
            attendance_.people[p] = {.at = *home, .isSomewhere = 1};
    }
}

void Engine::turnCrew(std::uint32_t index, bool on) {
    CrewState& crew = crews_[index];
    if (on) {
        crew.dutySince = now_;
        unsettled_.push_back(model_->people());
    } else {
        crew.dutyTime += static_cast<double>(now_ - crew.dutySince);
    }
}

void Engine::resetCrews() {
    for (CrewState& crew : crews_) {
        crew.changed = crew.dutySince = now_;
        crew.busyTime = crew.respondingTime = crew.walkingTime = crew.dutyTime = 0;
    }
}

// What of the way of a slot's people is counted, in person nanoseconds.
void Engine::addWay(const Slot& slot, double& responding, double& walking) const {
    const auto counted = [&](SimTime from, SimTime to) {
        return static_cast<double>(std::max<SimTime>(std::min(to, now_) - std::max(from, countedSince_), 0));
    };
    const double people = model_->needs[slot.need].count;
    responding += people * counted(slot.called, slot.setOut);
    walking += people * counted(slot.setOut, slot.there);
}

CrewReport Engine::crewReport(std::uint32_t index) const {
    const CrewState& crew = crews_[index];
    const std::uint32_t shift = model_->crews[index].shift;
    const auto elapsed = static_cast<double>(now_ - countedSince_);
    double responding = crew.respondingTime, walking = crew.walkingTime, duty = elapsed;
    for (const Slot& slot : attendance_.slots)
        if (slot.need != none && slot.crew == index) addWay(slot, responding, walking);
    if (shift != none) duty = crew.dutyTime + (shiftOn_[shift] != 0 ? static_cast<double>(now_ - crew.dutySince) : 0);
    const double had = crew.busyTime + static_cast<double>(now_ - crew.changed) * crew.busy;
    if (duty <= 0) return {.present = 0};
    const auto share = [&](double time) { return time / duty / model_->process.crews[index].size; };
    return {.busy = share(had - responding - walking),
            .responding = share(responding),
            .walking = share(walking),
            .present = elapsed > 0 ? duty / elapsed : 1};
}

} // namespace millwright::sim
