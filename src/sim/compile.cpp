#include "sim/compiled.hpp"

#include <millwright/sim/simulation.hpp>

#include <algorithm>
#include <format>
#include <functional>
#include <map>
#include <set>
#include <string_view>

namespace millwright::sim {
namespace {

using namespace plant;

/// Turns a process that has no problems into its compiled form.
class Compiler {
public:
    explicit Compiler(Process process) { out_.process = std::move(process); }

    Compiled compile() {
        const Process& process = out_.process;
        out_.buffersEnd = static_cast<Node>(process.buffers.size());
        out_.stationsEnd = out_.buffersEnd + static_cast<Node>(process.stations.size());
        out_.sourcesEnd = out_.stationsEnd + static_cast<Node>(process.sources.size());
        for (const Crew& crew : process.crews) compileCrew(crew);
        priorities();
        for (const Buffer& buffer : process.buffers) compileBuffer(buffer);
        for (const Station& station : process.stations) compileStation(station);
        for (const Source& source : process.sources) compileSource(source);
        out_.firstSourceList = out_.lists;
        out_.lists += static_cast<std::uint32_t>(process.sources.size());
        numberTimers();
        for (std::uint32_t i = 0; i < process.shifts.size(); ++i) compileShift(process.shifts[i]);
        findFeeders();
        findQueues();
        findLoops();
        stock();
        findOrigins();
        findNetworkNodes();
        out_.network = compileNetwork(process);
        for (std::uint32_t i = 0; i < process.fleets.size(); ++i) fleetFailures(process.fleets[i], out_.network.fleets[i]);
        out_.firstConveyorTimer = out_.timers;
        for (CompiledConveyor& conveyor : out_.conveyors) conveyor.timer = out_.timers++;
        out_.firstConveyorStore = static_cast<std::uint32_t>(process.buffers.size() + process.sources.size());
        compileClients();
        return std::move(out_);
    }

private:
    // A stream belongs to a purpose, not to a place in the file, so that a scenario with one station more changes no other's
    // numbers. FNV-1a of the purpose; the next free number where two purposes meet.
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> stream(std::string_view purpose) {
        std::uint32_t hash = 2166136261u;
        for (const char c : purpose) hash = (hash ^ static_cast<std::uint8_t>(c)) * 16777619u;
        while (!streamIds_.insert(hash).second) ++hash;
        return {hash, out_.streams++};
    }

    std::uint32_t sampler(const Distribution& distribution, const std::string& purpose) {
        const auto [id, index] = stream(purpose);
        out_.samplers.push_back(makeSampler(distribution, id, index, out_.values));
        return static_cast<std::uint32_t>(out_.samplers.size() - 1);
    }

    [[nodiscard]] Node node(const Place& place) const {
        switch (place.kind) {
        case PlaceKind::Buffer: return place.index;
        case PlaceKind::Station: return out_.station(place.index);
        case PlaceKind::Done: return out_.done();
        case PlaceKind::Scrap: break;
        }
        return out_.done() + 1;
    }

    CompiledRoute route(const Route& from, const std::string& purpose) {
        CompiledRoute route{.rule = from.rule, .firstBranch = static_cast<std::uint32_t>(out_.branches.size())};
        double total = 0, sum = 0;
        for (const Branch& branch : from.branches) total += branch.share;
        for (const Branch& branch : from.branches) {
            if (from.rule == RouteRule::Share && branch.share <= 0) continue;
            sum += branch.share;
            out_.branches.push_back({.to = node(branch.to), .product = branch.product.value_or(none), .cumulative = sum / total});
            ++route.branches;
        }
        if (from.rule == RouteRule::Share) out_.branches.back().cumulative = 1; // a sum of fractions may fall short of 1
        if (route.branches == 1) route.only = out_.branches.back().to;
        if (route.only == none && from.rule == RouteRule::Share)
            std::tie(route.streamId, route.stream) = stream(purpose + "/route");
        return route;
    }

    // Which list of a buffer sorted by priority a product belongs to: the highest priority first.
    void priorities() {
        std::set<int, std::greater<>> distinct;
        for (const Product& product : out_.process.products) distinct.insert(product.priority);
        for (const Product& product : out_.process.products)
            out_.listOfProduct.push_back(
                static_cast<std::uint32_t>(std::distance(distinct.begin(), distinct.find(product.priority))));
        lists_ = static_cast<std::uint32_t>(distinct.size());
    }

    void compileBuffer(const Buffer& from) {
        CompiledBuffer buffer;
        buffer.route = route(from.to, "buffer/" + from.id);
        buffer.capacity = from.capacity == 0 ? none : from.capacity;
        buffer.discipline = from.discipline;
        buffer.firstList = out_.lists;
        buffer.lists = from.discipline == Discipline::Priority ? lists_ : 1;
        out_.lists += buffer.lists;
        if (from.patience) {
            buffer.patience = sampler(*from.patience, "buffer/" + from.id + "/patience");
            buffer.impatient = static_cast<std::uint32_t>(out_.impatient.size());
            buffer.givesUpTo = node(from.givesUpTo);
            out_.impatient.push_back(static_cast<std::uint32_t>(out_.buffers.size()));
        }
        out_.buffers.push_back(buffer);
    }

    void compileStation(const Station& from) {
        const std::string purpose = "station/" + from.id;
        CompiledStation station;
        station.route = route(from.to, purpose);
        station.firstServer = out_.servers;
        station.servers = from.servers;
        out_.servers += from.servers;
        station.batch = from.batch;
        station.cycle = sampler(from.cycle, purpose + "/cycle");
        station.before = from.blocking == Blocking::BeforeService;
        if (!from.cycles.empty()) cycles(from, station, purpose);
        if (!from.setUps.empty()) setUps(from, station, purpose);
        if (takesTime(from.load)) station.load = sampler(from.load, purpose + "/load");
        if (takesTime(from.unload)) station.unload = sampler(from.unload, purpose + "/unload");
        if (!from.needs.empty()) needs(from, station);
        station.makes = from.makes && *from.makes != Makes{};
        station.count = from.makes ? from.makes->count : 1;
        station.product = from.makes ? from.makes->product.value_or(none) : none;
        station.shift = from.shift.value_or(none);
        station.takesOne = from.batch == 1 && from.inputs.empty() && !from.carrying;
        if (from.conveying) {
            station.conveyor = static_cast<std::uint32_t>(out_.conveyors.size());
            compileConveyor(*from.conveying);
        }
        if (from.carrying) {
            station.fleet = from.carrying->fleet;
            station.load = sampler(from.carrying->load, purpose + "/load");
            station.unload = sampler(from.carrying->unload, purpose + "/unload");
            // Where a vehicle surely goes to a buffer, its room is kept from when it is sent.
            station.before = out_.isBuffer(station.route.only);
        }
        station.works = !from.carrying && !from.conveying;
        station.atOnce = station.works && !station.before;
        station.firstInput = static_cast<std::uint32_t>(out_.inputs.size());
        station.inputs = static_cast<std::uint32_t>(from.inputs.size());
        for (const Input& input : from.inputs)
            out_.inputs.push_back({input.fromSource ? out_.source(input.index) : input.index, input.count});
        station.firstFailure = static_cast<std::uint32_t>(out_.failures.size());
        station.failures = static_cast<std::uint32_t>(from.failures.size());
        for (std::size_t i = 0; i < from.failures.size(); ++i) {
            const CompiledFailure compiled = failure(from.failures[i], from.servers, std::format("{}/failure/{}", purpose, i));
            (compiled.clock == FailureClock::Working    ? station.workingClock
             : compiled.clock == FailureClock::Calendar ? station.calendarClock
                                                        : station.cycleClock) = true;
            out_.failures.push_back(compiled);
        }
        maintenance(from, station, purpose);
        out_.failureClocks += station.clocks * station.servers;
        out_.stations.push_back(station);
    }

    void compileConveyor(const Conveying& from) {
        CompiledConveyor conveyor{.station = static_cast<std::uint32_t>(out_.stations.size()),
                                  .accumulating = from.accumulating,
                                  .places = placesOf(from),
                                  .firstRider = out_.riders};
        conveyor.zones = from.zones;
        conveyor.firstZone = out_.zones;
        out_.zones += from.zones;
        if (from.zones > 0) conveyor.zone = durationFromSeconds(from.length / from.zones / from.speed).count();
        conveyor.travel = durationFromSeconds(from.length / from.speed).count();
        conveyor.pitch = durationFromSeconds(from.pitch / from.speed).count();
        // A nanosecond or so is rounding, not a part that stands out.
        const SimTime over = conveyor.pitch * conveyor.places - conveyor.travel;
        conveyor.overhang = over > conveyor.places ? over : 0;
        out_.riders += conveyor.places;
        out_.conveyors.push_back(conveyor);
    }

    void cycles(const Station& from, CompiledStation& station, const std::string& purpose) {
        station.cycles = static_cast<std::uint32_t>(out_.tables.size());
        out_.tables.resize(out_.tables.size() + out_.process.products.size(), station.cycle);
        for (const Cycle& cycle : from.cycles)
            out_.tables[station.cycles + cycle.product] =
                sampler(cycle.time, purpose + "/cycle/" + out_.process.products[cycle.product].id);
    }

    void setUps(const Station& from, CompiledStation& station, const std::string& purpose) {
        const auto products = static_cast<std::uint32_t>(out_.process.products.size());
        station.setUps = static_cast<std::uint32_t>(out_.tables.size());
        out_.tables.resize(out_.tables.size() + std::size_t{products + 1} * products, none); // the last row: nothing made yet
        for (std::size_t n = 0; n < from.setUps.size(); ++n) {
            const SetUp& setUp = from.setUps[n];
            const std::uint32_t index = sampler(setUp.time, std::format("{}/setup/{}", purpose, n));
            for (std::uint32_t row = 0; row <= products; ++row)
                for (std::uint32_t to = 0; to < products; ++to)
                    if (row != to && (!setUp.from || *setUp.from == row) && (!setUp.to || *setUp.to == to))
                        out_.tables[station.setUps + row * products + to] = index;
        }
    }

    static bool takesTime(const Distribution& d) { return d.kind != DistributionKind::Constant || d.mean > 0; }

    void compileCrew(const Crew& from) {
        CompiledCrew crew{.shift = from.shift.value_or(none), .firstPerson = out_.persons};
        if (takesTime(from.response)) crew.response = sampler(from.response, "crew/" + from.id + "/response");
        if (takesTime(from.travel)) crew.travel = sampler(from.travel, "crew/" + from.id + "/travel");
        if (from.walking > 0) crew.people = from.size;
        out_.persons += crew.people;
        out_.crews.push_back(crew);
    }

    // All that each step needs.
    void needs(const Station& from, CompiledStation& station) {
        for (std::size_t step = 0; step < steps; ++step) {
            CompiledCall call = newCall();
            for (std::uint32_t slot = 0; slot < from.needs.size(); ++slot) {
                const Need& need = from.needs[slot];
                if (!need.during[step]) continue;
                call.priority = call.needs == 0 ? need.priority : std::max(call.priority, need.priority);
                add(call, {.count = need.count, .slot = slot}, need.crew, need.others);
                out_.crews[need.crew].attends = true;
                for (const std::uint32_t crew : need.others) out_.crews[crew].attends = true;
            }
            if (call.needs > 0) station.calls[step] = add(call);
        }
        station.attended = true;
    }

    [[nodiscard]] CompiledCall newCall() const {
        return {.firstNeed = static_cast<std::uint32_t>(out_.needs.size()),
                .firstChoice = static_cast<std::uint32_t>(out_.choices.size())};
    }

    void add(CompiledCall& call, CompiledNeed need, std::uint32_t crew, const std::vector<std::uint32_t>& others) {
        need.firstChoice = static_cast<std::uint32_t>(out_.choices.size());
        need.choices = static_cast<std::uint32_t>(1 + others.size());
        out_.choices.push_back(crew);
        out_.choices.insert(out_.choices.end(), others.begin(), others.end());
        out_.needs.push_back(need);
        ++call.needs;
        call.choices += need.choices;
    }

    std::uint32_t add(const CompiledCall& call) {
        out_.calls.push_back(call);
        return static_cast<std::uint32_t>(out_.calls.size() - 1);
    }

    // Of each server and vehicle, what it keeps of the people it has.
    void compileClients() {
        if (out_.calls.empty()) return;
        const auto clients = [&](std::uint32_t count, std::uint32_t slots) {
            for (; count > 0; --count, out_.slots += slots) out_.clients.push_back({out_.slots, slots});
        };
        for (std::uint32_t i = 0; i < out_.stations.size(); ++i) {
            const auto needs = static_cast<std::uint32_t>(out_.process.stations[i].needs.size());
            clients(out_.stations[i].servers, std::max(needs, out_.stations[i].clocks > 0 ? 1U : 0U));
        }
        for (const CompiledFleet& fleet : out_.network.fleets) clients(fleet.vehicles, fleet.failures > 0 ? 1 : 0);
    }

    CompiledFailure failure(const Failure& from, std::uint32_t machines, const std::string& purpose) {
        CompiledFailure failure;
        failure.clock = from.clock;
        if (from.crew) {
            CompiledCall call = newCall();
            add(call, {}, *from.crew, from.others);
            failure.call = add(call);
        }
        failure.between = static_cast<std::uint32_t>(out_.samplers.size());
        for (std::uint32_t i = 0; i < machines; ++i) (void)sampler(from.between, std::format("{}/{}/between", purpose, i));
        failure.repair = static_cast<std::uint32_t>(out_.samplers.size());
        for (std::uint32_t i = 0; i < machines; ++i) (void)sampler(from.repair, std::format("{}/{}/repair", purpose, i));
        if (takesTime(from.detected)) {
            failure.detected = static_cast<std::uint32_t>(out_.samplers.size());
            for (std::uint32_t i = 0; i < machines; ++i) (void)sampler(from.detected, std::format("{}/{}/detected", purpose, i));
        }
        return failure;
    }

    // Behind the failures, and much like them.
    void maintenance(const Station& from, CompiledStation& station, const std::string& purpose) {
        station.clocks = station.failures + static_cast<std::uint32_t>(from.maintenance.size());
        station.endsCycles = station.cycleClock || !from.maintenance.empty();
        for (std::uint32_t i = 0; i < from.maintenance.size(); ++i) {
            const Maintenance& each = from.maintenance[i];
            const Failure alike{.id = each.id, .clock = each.clock, .between = each.every, .repair = each.lasts, .crew = each.crew};
            CompiledFailure compiled = failure(alike, from.servers, std::format("{}/maintenance/{}", purpose, i));
            compiled.window = toNanoseconds(each.window * 1e9);
            if (each.clock == FailureClock::Cycles) compiled.window /= 1'000'000'000;
            station.workingClock |= each.clock == FailureClock::Working;
            station.cycleClock |= each.clock == FailureClock::Cycles;
            station.opportunistic |= each.window > 0;
            compiled.firstRenewed = static_cast<std::uint32_t>(out_.renewed.size());
            compiled.renewed = static_cast<std::uint32_t>(each.renews.size());
            out_.renewed.insert(out_.renewed.end(), each.renews.begin(), each.renews.end());
            out_.failures.push_back(compiled);
        }
        for (std::uint32_t f = 0; f < station.failures; ++f) {
            CompiledFailure& renews = out_.failures[station.firstFailure + f];
            renews.firstRenewed = static_cast<std::uint32_t>(out_.renewed.size());
            for (std::uint32_t i = 0; i < from.maintenance.size(); ++i)
                if (std::ranges::contains(from.maintenance[i].renewedBy, f)) out_.renewed.push_back(station.failures + i);
            renews.renewed = static_cast<std::uint32_t>(out_.renewed.size()) - renews.firstRenewed;
        }
    }

    void fleetFailures(const Fleet& from, CompiledFleet& fleet) {
        fleet.firstFailure = static_cast<std::uint32_t>(out_.failures.size());
        fleet.failures = static_cast<std::uint32_t>(from.failures.size());
        fleet.firstClock = out_.failureClocks;
        out_.failureClocks += fleet.failures * fleet.vehicles;
        for (std::uint32_t i = 0; i < fleet.failures; ++i) {
            CompiledFailure compiled = failure(from.failures[i], fleet.vehicles, std::format("fleet/{}/failure/{}", from.id, i));
            compiled.timer = out_.timers;
            out_.timers += fleet.vehicles;
            for (std::uint32_t v = 0; v < fleet.vehicles; ++v) out_.vehicleClocks.push_back({fleet.firstVehicle + v, i});
            out_.failures.push_back(compiled);
        }
    }

    void compileSource(const Source& from) {
        CompiledSource source;
        source.route = route(from.to, "source/" + from.id);
        source.product = static_cast<std::uint16_t>(from.product);
        source.timed = arrives(from);
        source.closed = from.inProgress.has_value();
        source.whenFull = from.whenFull;
        source.inProgress = from.inProgress.value_or(0);
        source.limit = from.limit;
        if (from.every) source.every = sampler(*from.every, "source/" + from.id + "/every");
        if (from.rate) {
            source.every = sampler({.kind = DistributionKind::Exponential, .mean = 1}, "source/" + from.id + "/rate");
            source.rate = static_cast<std::uint32_t>(out_.rates.size());
            out_.rates.push_back(makeRate(*from.rate));
        }
        if (from.orders) compileOrders(source, *from.orders);
        if (from.first) source.first = from.first->count();
        out_.sources.push_back(source);
    }

    void compileOrders(CompiledSource& source, const OrderPlan& plan) {
        source.firstOrder = static_cast<std::uint32_t>(out_.orders.size());
        source.orderCount = static_cast<std::uint32_t>(plan.orders.size());
        source.orderPeriod = plan.period.value_or(Duration::zero()).count();
        for (const ProductionOrder& order : plan.orders) {
            out_.orders.push_back({.at = order.at.count(),
                                   .due = order.due ? order.due->count() : never,
                                   .before = source.planParts,
                                   .count = order.count,
                                   .product = static_cast<std::uint16_t>(order.product)});
            source.planParts += order.count;
        }
    }

    void numberTimers() {
        std::uint32_t timer = 0;
        for (CompiledSource& source : out_.sources) source.timer = timer++;
        out_.firstServerTimer = timer;
        timer += out_.servers;
        for (CompiledStation& station : out_.stations) {
            for (std::uint32_t i = 0; i < station.clocks; ++i) {
                CompiledFailure& failure = out_.failures[station.firstFailure + i];
                if (i < station.failures && failure.clock != FailureClock::Calendar) continue;
                failure.timer = timer;
                timer += station.servers;
                for (std::uint32_t s = 0; s < station.servers; ++s) out_.calendarClocks.push_back({station.firstServer + s, i});
            }
        }
        out_.firstPatienceTimer = timer;
        for (const std::uint32_t buffer : out_.impatient) out_.buffers[buffer].timer = timer++;
        out_.firstShiftTimer = timer;
        out_.firstVehicleTimer = timer + static_cast<std::uint32_t>(out_.process.shifts.size());
        out_.timers = out_.firstVehicleTimer;
        for (const Fleet& fleet : out_.process.fleets) out_.timers += fleet.vehicles;
        out_.firstVehicleFailureTimer = out_.timers;
    }

    // Times in (0, period] at which the shift turns, without those that meet.
    void compileShift(const Shift& from) {
        CompiledShift shift{.period = from.period.count(), .firstEdge = static_cast<std::uint32_t>(out_.shiftEdges.size())};
        shift.timer = out_.firstShiftTimer + static_cast<std::uint32_t>(out_.shifts.size());
        std::vector<SimTime> edges;
        for (const Shift::Hours& hours : from.hours) {
            if (!edges.empty() && edges.back() == hours.from.count())
                edges.pop_back();
            else
                edges.push_back(hours.from.count());
            edges.push_back(hours.to.count());
        }
        shift.onAtFirst = edges.front() == 0;
        if (shift.onAtFirst) {
            edges.erase(edges.begin());
            if (edges.back() == shift.period)
                edges.pop_back(); // it ends where it begins again
            else
                edges.push_back(shift.period);
        }
        shift.edges = static_cast<std::uint32_t>(edges.size());
        out_.shiftEdges.insert(out_.shiftEdges.end(), edges.begin(), edges.end());
        out_.shifts.push_back(shift);
    }

    void findFeeders() {
        std::vector<std::vector<Node>> feeders(out_.done());
        const auto add = [&](Node from, const CompiledRoute& route) {
            for (std::uint32_t i = 0; i < route.branches; ++i) {
                const Node to = out_.branches[route.firstBranch + i].to;
                if (to < out_.done() && !std::ranges::contains(feeders[to], from)) feeders[to].push_back(from);
            }
        };
        for (std::uint32_t i = 0; i < out_.buffers.size(); ++i) add(i, out_.buffers[i].route);
        for (std::uint32_t i = 0; i < out_.stations.size(); ++i) add(out_.station(i), out_.stations[i].route);
        for (std::uint32_t i = 0; i < out_.sources.size(); ++i) add(out_.source(i), out_.sources[i].route);
        const auto keep = [&](Node node, std::uint32_t& first, std::uint32_t& count) {
            first = static_cast<std::uint32_t>(out_.feeders.size());
            count = static_cast<std::uint32_t>(feeders[node].size());
            out_.feeders.insert(out_.feeders.end(), feeders[node].begin(), feeders[node].end());
        };
        for (std::uint32_t i = 0; i < out_.buffers.size(); ++i) keep(i, out_.buffers[i].firstFeeder, out_.buffers[i].feeders);
        for (std::uint32_t i = 0; i < out_.stations.size(); ++i)
            keep(out_.station(i), out_.stations[i].firstFeeder, out_.stations[i].feeders);
    }

    // The commonest station of all: one buffer, one part.
    void findQueues() {
        for (CompiledStation& station : out_.stations) {
            const Node from = station.feeders == 1 ? out_.feeders[station.firstFeeder] : none;
            if (out_.isBuffer(from) && station.takesOne && !station.before && station.conveyor == none) station.queue = from;
        }
    }

    [[nodiscard]] const CompiledRoute& routeOf(Node node) const {
        return out_.isBuffer(node) ? out_.buffers[node].route : out_.stations[out_.stationOf(node)].route;
    }

    // Only where a part can come back to a station can parts wait for each other.
    void findLoops() {
        for (std::uint32_t s = 0; s < out_.stations.size(); ++s) {
            std::vector<bool> seen(out_.done());
            std::vector<Node> open{out_.station(s)};
            while (!open.empty() && !out_.stations[s].looped) {
                const CompiledRoute& route = routeOf(open.back());
                open.pop_back();
                for (std::uint32_t i = 0; i < route.branches; ++i) {
                    const Node to = out_.branches[route.firstBranch + i].to;
                    if (to >= out_.done()) continue;
                    if (to == out_.station(s)) out_.stations[s].looped = true;
                    if (!seen[to]) open.push_back(to);
                    seen[to] = true;
                }
            }
        }
    }

    void findNetworkNodes() {
        for (const Buffer& buffer : out_.process.buffers) out_.networkNode.push_back(buffer.node.value_or(none));
        for (const Station& station : out_.process.stations) out_.networkNode.push_back(station.node.value_or(none));
        for (const Source& source : out_.process.sources) out_.networkNode.push_back(source.node.value_or(none));
    }

    // A source that always has parts keeps as many ready as a batch or an assembly takes of it at once.
    void stock() {
        for (const CompiledStation& station : out_.stations) {
            const auto keep = [&](Node from, std::uint32_t count) {
                if (out_.isSource(from))
                    out_.sources[out_.sourceOf(from)].stock = std::max(out_.sources[out_.sourceOf(from)].stock, count);
            };
            for (std::uint32_t i = 0; i < station.inputs; ++i)
                keep(out_.inputs[station.firstInput + i].from, out_.inputs[station.firstInput + i].count);
            if (station.batch > 1) keep(out_.feeders[station.firstFeeder], station.batch);
        }
    }

    // Parts an hour, or so: only for shares, where nothing says of which source a part is.
    [[nodiscard]] double rateOf(const CompiledSource& source) const {
        if (!source.timed) return 1;
        if (source.rate != none) {
            const CompiledRate& rate = out_.rates[source.rate];
            return rate.parts / static_cast<double>(rate.period) * 3.6e12;
        }
        if (source.firstOrder != none)
            return source.orderPeriod == 0
                       ? 1
                       : static_cast<double>(source.planParts) / static_cast<double>(source.orderPeriod) * 3.6e12;
        constexpr int draws = 256;
        double sum = 0;
        Stream stream;
        for (int i = 0; i < draws; ++i)
            sum += static_cast<double>(sample(out_.samplers[source.every], stream, 1, out_.values.data()));
        return sum > 0 ? draws * 3.6e12 / sum : 1;
    }

    // What an assembly makes is the first input's part.
    [[nodiscard]] bool passesOn(Node from, Node to) const {
        if (!out_.isStation(to)) return true;
        const CompiledStation& station = out_.stations[out_.stationOf(to)];
        return station.inputs == 0 || out_.inputs[station.firstInput].from == from;
    }

    /// Parts of one product on their way from a source.
    struct Passing {
        Node from = none;
        std::uint32_t product = 0;
        double rate = 0;
    };

    // What leaves a place of what comes to it.
    [[nodiscard]] Passing madeOf(Node node, const Passing& passing) const {
        if (!out_.isStation(node)) return {node, passing.product, passing.rate};
        const CompiledStation& station = out_.stations[out_.stationOf(node)];
        return {node, station.product == none ? passing.product : station.product, passing.rate * station.count};
    }

    // What comes from a source, by product.
    [[nodiscard]] std::vector<Passing> comingFrom(std::uint32_t s) const {
        const CompiledSource& source = out_.sources[s];
        if (source.firstOrder == none) return {{out_.source(s), source.product, rateOf(source)}};
        std::map<std::uint32_t, double> parts;
        for (std::uint32_t i = 0; i < source.orderCount; ++i) {
            const CompiledOrder& order = out_.orders[source.firstOrder + i];
            parts[order.product] += order.count;
        }
        std::vector<Passing> coming;
        for (const auto& [product, count] : parts)
            coming.push_back({out_.source(s), product, rateOf(source) * count / static_cast<double>(source.planParts)});
        return coming;
    }

    void findOrigins() {
        out_.origins.resize(out_.done());
        for (std::uint32_t s = 0; s < out_.sources.size(); ++s) {
            std::set<std::pair<Node, std::uint32_t>> seen;
            std::vector<Passing> open = comingFrom(s);
            while (!open.empty()) {
                const Passing passing = open.back();
                open.pop_back();
                const auto comesTo = [&](Node to) {
                    if (to >= out_.done() || !passesOn(passing.from, to) || !seen.emplace(to, passing.product).second) return;
                    std::vector<CompiledOrigin>& origins = out_.origins[to];
                    origins.push_back({s, passing.product, passing.rate + (origins.empty() ? 0 : origins.back().cumulative)});
                    open.push_back(madeOf(to, passing));
                };
                const CompiledRoute& route = out_.isSource(passing.from) ? out_.sources[s].route : routeOf(passing.from);
                for (std::uint32_t i = 0; i < route.branches; ++i) {
                    const CompiledBranch& branch = out_.branches[route.firstBranch + i];
                    if (branch.product == none || branch.product == passing.product) comesTo(branch.to);
                }
                if (out_.isBuffer(passing.from)) comesTo(out_.buffers[passing.from].givesUpTo);
            }
        }
        for (std::vector<CompiledOrigin>& origins : out_.origins) {
            const double total = origins.empty() ? 1 : origins.back().cumulative;
            for (CompiledOrigin& origin : origins) origin.cumulative /= total;
        }
    }

    Compiled out_;
    std::set<std::uint32_t> streamIds_;
    std::uint32_t lists_ = 1;
};

std::vector<Error> errorsOf(const Process& process) {
    std::vector<Error> errors;
    for (const ProcessProblem& problem : problemsOf(process))
        errors.push_back({ErrorCode::Invalid, problem.message, nameOf(process, problem.element, problem.index)});
    std::size_t timers = process.sources.size() + process.buffers.size() + process.shifts.size();
    for (const Fleet& fleet : process.fleets) timers += std::size_t{fleet.vehicles} * (1 + fleet.failures.size());
    for (const Station& station : process.stations)
        timers +=
            std::size_t{station.servers} * (1 + station.failures.size() + station.maintenance.size()) + (station.conveying ? 1 : 0);
    if (errors.empty() && timers > Calendar::maximumTimers)
        errors.push_back(
            {ErrorCode::ResourceLimit,
             std::format("{} sources, servers, conveyors, failures and vehicles: there may be {}", timers, Calendar::maximumTimers),
             "process"});
    return errors;
}

} // namespace

std::string Compiled::nameOf(Node node) const {
    if (isBuffer(node)) return plant::nameOf(process, ProcessElement::Buffer, node);
    if (isStation(node)) return plant::nameOf(process, ProcessElement::Station, stationOf(node));
    return isSource(node) ? plant::nameOf(process, ProcessElement::Source, sourceOf(node)) : "the way out";
}

std::expected<Model, std::vector<Error>> Model::make(Process process) {
    std::vector<Error> errors = errorsOf(process);
    if (!errors.empty()) return std::unexpected(std::move(errors));
    Model model;
    model.compiled_ = std::make_shared<const Compiled>(Compiler{std::move(process)}.compile());
    return model;
}

const Process& Model::process() const {
    return compiled_->process;
}

} // namespace millwright::sim
