#include "sim/engine_parts.hpp"
#include "sim/residual.hpp"

#include <algorithm>
#include <array>
#include <tuple>

// A run that begins in the state of a plant at one moment.
namespace millwright::sim {
namespace {

constexpr std::uint32_t originStream = 0x70617274; // of which source a part is that was found somewhere

// Mostly it stands where the process has it.
template <typename Now>
const Now* named(const std::vector<Now>& all, const std::string& id, std::size_t likely) {
    if (likely < all.size() && all[likely].id == id) return &all[likely];
    const auto found = std::ranges::find(all, id, &Now::id);
    return found == all.end() ? nullptr : &*found;
}

} // namespace

Engine::Engine(std::shared_ptr<const Compiled> model, std::uint64_t seed, const InitialState& initial)
    : Engine{std::move(model), seed} {
    beginIn(initial);
}

// Everything is put in its place first, then counted from, and only then may parts move.
void Engine::beginIn(const InitialState& initial) {
    shiftsBegan_ = -initial.sinceShiftsBegan.count();
    beginShifts();
    const plant::Process& process = model_->process;
    for (std::uint32_t i = 0; i < process.buffers.size(); ++i)
        if (const BufferNow* now = named(initial.buffers, process.buffers[i].id, i))
            for (std::uint32_t n = 0; n < now->parts; ++n) put(i, foundPart(i));
    for (std::uint32_t i = 0; i < process.stations.size(); ++i) {
        const StationNow* now = named(initial.stations, process.stations[i].id, i);
        beginStation(i, now != nullptr ? *now : StationNow{});
    }
    for (const CompiledConveyor& conveyor : model_->conveyors) {
        const std::string& id = process.stations[conveyor.station].id;
        const ConveyorNow* now = named(initial.conveyors, id, initial.conveyors.size());
        const StationNow* station = named(initial.stations, id, conveyor.station);
        const bool stands = station != nullptr && !station->machines.empty() && station->machines[0].hand == Hand::Finished;
        if (now != nullptr) beginConveyor(model_->stations[conveyor.station].firstServer, now->parts, stands);
    }
    beginVehicles();
    beginRepairs(initial);
    resetStatistics();
    for (std::uint32_t i = 0; i < model_->servers; ++i) {
        Server& server = servers_[i];
        if (server.down) continue;
        if (model_->stations[server.station].conveyor != none) turnConveyor(i);
        if (server.phase == Phase::Empty) becomeFree(i);
        if (isBusy(server.phase)) beginStint(i);
    }
    beginPlans();
    for (std::uint32_t i = 0; i < process.sources.size(); ++i) {
        const SourceNow* now = named(initial.sources, process.sources[i].id, i);
        beginSource(i, now != nullptr ? *now : SourceNow{.sinceArrival = {.known = Elapsed::Known::Exactly}});
    }
    for (std::uint32_t i = 0; i < model_->servers; ++i) {
        if (servers_[i].down) continue;
        if (servers_[i].phase == Phase::AwaitsRoom) tryStart(i);
        if (servers_[i].phase == Phase::Finished) tryLeave(i);
    }
    for (SourceState& source : sources_) source.created = 0;
    settle();
    begun_ = true; // a deadlock cannot be told before all are where they are
    for (std::uint32_t i = 0; i < stations_.size(); ++i)
        if (model_->stations[i].looped && stations_[i].blocked.head != none) checkDeadlock(i);
}

SimTime Engine::rest(const Elapsed& elapsed, std::uint32_t index, std::uint32_t which) {
    const Sampler& sampler = model_->samplers[index];
    return drawRest(elapsed, sampler, streams_[sampler.stream], seed_, model_->values.data(), which);
}

// A part of one of the sources whose parts come there, by their shares.
CompiledOrigin Engine::originOf(Node node) const {
    const std::vector<CompiledOrigin>& origins = model_->origins[node];
    const double uniform = toUniform(randomBlock(seed_, originStream, serial_).first);
    std::size_t i = 0;
    while (i + 1 < origins.size() && origins[i].cumulative < uniform) ++i;
    return origins.empty() ? CompiledOrigin{.product = model_->sources[0].product} : origins[i];
}

std::uint32_t Engine::foundPart(Node node) {
    const CompiledOrigin origin = originOf(node);
    if (model_->sources[origin.source].closed) ++sources_[origin.source].outstanding;
    const std::uint32_t part = createPart(origin.source);
    parts_[part].product = static_cast<std::uint16_t>(origin.product);
    return part;
}

void Engine::beginStation(std::uint32_t index, const StationNow& now) {
    const CompiledStation& station = model_->stations[index];
    for (std::uint32_t i = 0; i < station.servers; ++i) {
        constexpr Elapsed asNew{.known = Elapsed::Known::Exactly};
        const MachineNow unknown{.worked = asNew, .up = asNew, .cycles = asNew, .sinceMaintenance = asNew};
        beginMachine(station.firstServer + i, i < now.machines.size() && station.fleet == none ? now.machines[i] : unknown);
    }
}

void Engine::beginMachine(std::uint32_t index, const MachineNow& now) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    server.off = station.shift != none && shiftOn_[station.shift] == 0;
    if (station.setUps != none) server.lastProduct = originOf(model_->station(server.station)).product;
    if (now.hand != Hand::Nothing && station.conveyor == none) fillHand(index, now);
    const std::uint32_t call = isBusy(server.phase) ? station.calls[stepOf(server)] : none;
    if (now.hand != Hand::Unattended && !now.down && !server.off && call != none && canBeServed(call))
        (void)take(index, call, true);
    beginClocks(index, now);
    server.planned = now.down && now.maintained && station.clocks > station.failures;
    server.down = server.planned || (now.down && !now.maintained && station.failures > 0);
    if (!server.down) pauseCalendarClocks(index, false);
    describe(server);
}

void Engine::fillHand(std::uint32_t index, const MachineNow& now) {
    Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    const Node node = model_->station(server.station);
    Chain parts;
    for (std::uint32_t i = 0; i < station.batch; ++i) {
        const std::uint32_t part = foundPart(node);
        parts_[part].next = none;
        (parts.tail == none ? parts.head : parts_[parts.tail].next) = part;
        parts.tail = part;
    }
    server.part = parts.head;
    const std::uint32_t product = parts_[server.part].product;
    if (station.setUps != none && now.hand != Hand::SetUp) server.lastProduct = product;
    if (now.hand == Hand::Finished) {
        server.phase = station.before ? Phase::AwaitsRoom : Phase::Finished;
        if (station.makes) split(index);
        return;
    }
    const auto products = static_cast<std::uint32_t>(products_.size());
    std::uint32_t sampler = cycleOf(index);
    server.phase = Phase::Working;
    if (station.load != none && (now.hand == Hand::Unattended || (now.hand == Hand::SetUp && station.setUps == none))) {
        server.phase = Phase::Loading;
        sampler = station.load;
    } else if (now.hand == Hand::SetUp && station.setUps != none) {
        // From what is not told: any that has a set-up to this product.
        std::uint32_t setUp = none;
        for (std::uint32_t row = 0; row <= products && setUp == none; ++row)
            setUp = model_->tables[station.setUps + row * products + product];
        server.lastProduct = product;
        if (setUp != none) {
            server.phase = Phase::SettingUp;
            sampler = setUp;
        }
    }
    server.remaining = now.hand == Hand::Unattended ? draw(sampler) : rest(now.inHand, sampler, index - station.firstServer);
    if (!station.before) return;
    server.target = choose(station.route, server.part);
    if (model_->isBuffer(server.target)) ++stores_[server.target].reserved;
}

void Engine::beginClocks(std::uint32_t index, const MachineNow& now) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    for (std::uint32_t i = 0; i < station.failures; ++i) {
        const CompiledFailure& failure = model_->failures[station.firstFailure + i];
        clocks_[server.firstClock + i] = restOfClock(failure, now, index - station.firstServer);
    }
    const MachineNow since{.worked = now.sinceMaintenance, .up = now.sinceMaintenance, .cycles = now.sinceMaintenance};
    for (std::uint32_t i = station.failures; i < station.clocks; ++i)
        beginMaintenanceClock(index, i, restOfClock(outageOf(index, i), since, index - station.firstServer));
}

// Nothing tells by which failure, or for which maintenance: one is drawn, each as likely as it is frequent and lasts as long.
std::uint32_t Engine::failureBehind(std::uint32_t index, const MachineNow& now) {
    const Server& server = servers_[index];
    const CompiledStation& station = model_->stations[server.station];
    constexpr int draws = 256;
    double best = -1;
    const std::uint32_t first = server.planned ? station.failures : 0, end = server.planned ? station.clocks : station.failures;
    std::uint32_t chosen = first;
    for (std::uint32_t i = first; end - first > 1 && i < end; ++i) {
        const CompiledFailure& failure = model_->failures[station.firstFailure + i];
        const Sampler& between = model_->samplers[failure.between + (index - station.firstServer)];
        const Sampler& repair = model_->samplers[failure.repair + (index - station.firstServer)];
        Stream far{.drawn = std::uint64_t{1} << 61}, other = far;
        double mean = 1, longer = 0.5;
        for (int n = 0; n < draws; ++n) {
            mean += static_cast<double>(sample(between, far, seed_, model_->values.data())) / draws;
            longer += sample(repair, other, seed_, model_->values.data()) > now.repair.time.count() ? 1 : 0;
        }
        // The least of exponential times with these rates is each one with the wanted probability.
        const double uniform = toUniform(far.next(seed_, between.streamId));
        const double time = -naturalLog(uniform) * mean / longer;
        if (best >= 0 && time >= best) continue;
        best = time;
        chosen = i;
    }
    return chosen;
}

// A crew comes to those that failed first.
void Engine::beginRepairs(const InitialState& initial) {
    std::vector<std::tuple<SimTime, std::uint32_t, const MachineNow*>> down;
    for (std::uint32_t index = 0; index < servers_.size(); ++index) {
        const Server& server = servers_[index];
        if (!server.down) continue;
        const StationNow* station = named(initial.stations, model_->process.stations[server.station].id, server.station);
        const MachineNow* now = &station->machines[index - model_->stations[server.station].firstServer];
        down.emplace_back(-now->downFor.count(), index, now);
    }
    std::ranges::sort(down);
    for (const auto& [since, index, now] : down) {
        Server& server = servers_[index];
        const CompiledStation& station = model_->stations[server.station];
        server.failing = failureBehind(index, *now);
        const CompiledFailure& failure = model_->failures[station.firstFailure + server.failing];
        if (summon(index, failure.call, true))
            beginRepair(index, rest(now->repair, failure.repair + (index - station.firstServer)));
    }
}

void Engine::beginSource(std::uint32_t index, const SourceNow& now) {
    const CompiledSource& source = model_->sources[index];
    SourceState& state = sources_[index];
    const std::uint32_t store = storeOf(index);
    for (std::uint32_t n = 0; n < now.waiting; ++n) {
        ++state.outstanding;
        put(store, createPart(index));
    }
    if (now.made) state.made = *now.made;
    if (!source.timed || now.waiting > 0) unsettled_.push_back(model_->source(index));
    if (!source.timed || (now.waiting > 0 && source.whenFull == plant::WhenFull::Hold)) return;
    const bool isNew = now.sinceArrival.known == Elapsed::Known::Exactly && now.sinceArrival.time == Duration::zero();
    const bool asEver = source.rate != none || source.firstOrder != none; // whatever has come: the time of day says what comes
    const SimTime next =
        asEver ? nextArrival(source) : now_ + (isNew && source.first >= 0 ? source.first : rest(now.sinceArrival, source.every));
    calendar_.schedule(source.timer, next, static_cast<std::uint32_t>(Priority::Arrival));
}

} // namespace millwright::sim
