#include "plant/network_problems.hpp"

#include <millwright/plant/process.hpp>
#include <millwright/plant/process_value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <functional>
#include <ranges>
#include <string_view>

namespace millwright::plant {

double VoltageCurve::at(double fraction) const {
    if (fraction <= charge.front()) return voltage.front();
    if (fraction >= charge.back()) return voltage.back();
    const auto next = std::ranges::upper_bound(charge, fraction) - charge.begin();
    const auto i = static_cast<std::size_t>(next);
    const double part = (fraction - charge[i - 1]) / (charge[i] - charge[i - 1]);
    return voltage[i - 1] + part * (voltage[i] - voltage[i - 1]);
}

std::vector<ProductRate> arrivalRates(const Source& source) {
    if (source.every) return {{source.product, 1 / meanTimeOf(*source.every)}};
    if (source.rate) return {{source.product, partsOf(*source.rate) / seconds(source.rate->period)}};
    std::vector<ProductRate> rates;
    if (!source.orders || !source.orders->period) return rates;
    for (const ProductionOrder& order : source.orders->orders)
        rates.push_back({order.product, order.count / seconds(*source.orders->period)});
    return rates;
}

std::string_view unitOf(Shows shows) {
    switch (shows) {
    case Shows::Voltage: return "V";
    case Shows::Current: return "A";
    case Shows::Temperature: return "Cel";
    case Shows::AmpereHours:
    case Shows::Capacity: return "A.h";
    default: return "";
    }
}

std::string nameOf(const Process& process, ProcessElement element, std::uint32_t index) {
    switch (element) {
    case ProcessElement::Process: break;
    case ProcessElement::Product: return std::format("product '{}'", process.products[index].id);
    case ProcessElement::Source: return std::format("source '{}'", process.sources[index].id);
    case ProcessElement::Buffer: return std::format("buffer '{}'", process.buffers[index].id);
    case ProcessElement::Station:
        return std::format("{} '{}'", process.stations[index].conveying ? "conveyor" : "station", process.stations[index].id);
    case ProcessElement::Shift: return std::format("shift '{}'", process.shifts[index].id);
    case ProcessElement::Crew: return std::format("crew '{}'", process.crews[index].id);
    case ProcessElement::NetworkNode: return std::format("node '{}'", process.nodes[index].id);
    case ProcessElement::NetworkEdge: return std::format("edge '{}'", process.edges[index].id);
    case ProcessElement::Fleet: return std::format("fleet '{}'", process.fleets[index].id);
    }
    return "process";
}

namespace {

constexpr std::uint32_t mostMade = 1'000'000; // of one part: parts that are all in progress at one moment
constexpr std::uint32_t mostOnBelt = 100'000; // parts: room for them is kept from the beginning

/// Checks element by element; then, when every index is good, how parts can flow.
class Inspector {
public:
    explicit Inspector(const Process& process) : process_{process} {}

    std::vector<ProcessProblem> inspect() {
        if (process_.length <= Duration::zero() || seconds(process_.length) > longestSeconds)
            add(ProcessElement::Process, 0, "the length of a run must be above 0 and at most 100 years");
        if (process_.warmUp && (*process_.warmUp < Duration::zero() || *process_.warmUp >= process_.length))
            add(ProcessElement::Process, 0, "the warm-up must be shorter than the run");
        if (process_.maximumParts == 0 || process_.maximumParts > 100'000'000)
            add(ProcessElement::Process, 0, "maximum_parts must be from 1 to 100000000");
        if (process_.products.empty()) add(ProcessElement::Process, 0, "there is no product: what flows?");
        if (process_.sources.empty()) add(ProcessElement::Process, 0, "there is no source: nothing would ever flow");
        if (process_.products.size() > 60'000 || process_.sources.size() > 60'000)
            add(ProcessElement::Process, 0, "there may be at most 60000 products and sources");
        for (const double cost : {process_.cost.hour, process_.cost.energy, process_.cost.item, process_.cost.scrap})
            price(ProcessElement::Process, 0, cost);
        each(process_.sources, &Inspector::source);
        each(process_.buffers, &Inspector::buffer);
        each(process_.stations, &Inspector::station);
        each(process_.shifts, &Inspector::shift);
        each(process_.crews, &Inspector::crew);
        if (problems_.empty()) flow();
        if (problems_.empty() && !process_.fleets.empty())
            inspectNetwork(process_, [this](ProcessElement element, std::uint32_t index, std::string message) {
                add(element, index, std::move(message));
            });
        std::ranges::stable_sort(problems_, {}, [](const ProcessProblem& p) { return std::pair{p.element, p.index}; });
        return std::move(problems_);
    }

private:
    template <typename T>
    void each(const std::vector<T>& items, void (Inspector::*check)(std::uint32_t, const T&)) {
        for (std::uint32_t i = 0; i < items.size(); ++i) (this->*check)(i, items[i]);
    }

    void add(ProcessElement element, std::uint32_t index, std::string message) {
        problems_.push_back({element, index, std::move(message)});
    }

    void price(ProcessElement element, std::uint32_t index, double cost) {
        if (!(cost >= 0) || !std::isfinite(cost)) add(element, index, "a cost must be 0 or more");
    }

    void distribution(ProcessElement element, std::uint32_t index, std::string_view what, const Distribution& d) {
        if (const auto problem = problemOf(d)) add(element, index, std::format("{}: {}", what, *problem));
    }

    void route(ProcessElement element, std::uint32_t index, const Route& route) {
        if (route.branches.empty()) return add(element, index, "has no way on: name where parts go with 'to'");
        double sum = 0;
        bool all = route.rule != RouteRule::Product;
        std::vector<bool> named(process_.products.size());
        for (const Branch& branch : route.branches) {
            const std::size_t count = branch.to.kind == PlaceKind::Buffer    ? process_.buffers.size()
                                      : branch.to.kind == PlaceKind::Station ? process_.stations.size()
                                                                             : 1;
            if (branch.to.index >= count) add(element, index, "leads to a place that does not exist");
            if (!(branch.share >= 0) || !std::isfinite(branch.share)) add(element, index, "a share must be 0 or more");
            sum += branch.share;
            if (branch.product && *branch.product < named.size())
                named[*branch.product] = true;
            else if (branch.product)
                add(element, index, "a way is for a product that does not exist");
            else
                all = true;
        }
        if (route.rule == RouteRule::Share && !(sum > 0)) add(element, index, "the shares of its ways add up to 0");
        if (!all && !std::ranges::all_of(named, std::identity{}))
            add(element, index, "not every product has a way on: leave 'product' out of the last one, which then takes all others");
    }

    void node(ProcessElement element, std::uint32_t index, std::optional<std::uint32_t> node) {
        if (node && *node >= process_.nodes.size()) add(element, index, "its node does not exist");
    }

    void carrying(std::uint32_t i, const Station& station) {
        constexpr auto here = ProcessElement::Station;
        if (station.carrying->fleet >= process_.fleets.size()) add(here, i, "its fleet does not exist");
        distribution(here, i, "load", station.carrying->load);
        distribution(here, i, "unload", station.carrying->unload);
        if (station.servers != 1 || !station.inputs.empty() || !station.failures.empty() || station.shift ||
            station.blocking != Blocking::AfterService || !station.maintenance.empty() || !station.needs.empty())
            add(here, i, "carries: it has no machines, inputs, failures, maintenance, shift, needs or blocking of its own");
        if (station.to.branches.size() > 1 && station.to.rule == RouteRule::First)
            add(here, i, "carries: a vehicle must know where it goes, which the rule 'first' does not say");
        if (station.to.branches.size() > 1 && station.batch > 1)
            add(here, i, "carries several parts at once: they have one way on");
        for (const Branch& branch : station.to.branches)
            if (branch.to.kind == PlaceKind::Buffer && branch.to.index < process_.buffers.size())
                gather(i, process_.buffers[branch.to.index], station.batch);
    }

    void conveying(std::uint32_t i, const Station& station) {
        constexpr auto here = ProcessElement::Station;
        const Conveying& belt = *station.conveying;
        const auto isLength = [](double metres) { return metres > 0 && std::isfinite(metres); };
        if (!isLength(belt.length) || !isLength(belt.pitch) || !isLength(belt.speed))
            return add(here, i, "length, pitch and speed must be above 0");
        if (belt.pitch > belt.length)
            add(here, i, std::format("a part takes {:g} m of it (pitch), but it is only {:g} m long", belt.pitch, belt.length));
        else if (belt.length / belt.pitch > mostOnBelt)
            add(here, i, std::format("length / pitch: it may hold at most {} parts", mostOnBelt));
        if (belt.zones > mostOnBelt) add(here, i, std::format("zones: at most {}", mostOnBelt));
        if (belt.zones > 0 && !belt.accumulating) add(here, i, "has 'zones', which are for conveyors that accumulate");
        if (belt.zones > 0 && belt.pitch * belt.zones > belt.length * (1 + 1e-9))
            add(here, i,
                std::format("a part takes {:g} m (pitch), and a zone is only {:g} m long", belt.pitch, belt.length / belt.zones));
        if (belt.length / belt.speed > longestSeconds) add(here, i, "speed: a part may be on its way for at most 100 years");
        if (belt.pitch / belt.speed < 1e-6) add(here, i, "speed: a part must take at least 1 us to be out of the next one's way");
        if (station.servers != 1 || station.batch != 1 || !station.inputs.empty() || !station.setUps.empty() || station.makes ||
            station.carrying || station.blocking != Blocking::AfterService || !station.needs.empty())
            add(here, i, "conveys: it has no machines, batch, inputs, set-ups, needs, 'makes' or blocking of its own");
        if (!station.maintenance.empty()) add(here, i, "conveys: it has no planned maintenance");
        if (std::ranges::contains(station.failures, FailureClock::Cycles, &Failure::clock))
            add(here, i, "conveys: it has no cycles to fail by; give its failure the clock \"working\" or \"calendar\"");
    }

    void source(std::uint32_t i, const Source& source) {
        if (source.product >= process_.products.size()) add(ProcessElement::Source, i, "its product does not exist");
        if (source.every) {
            distribution(ProcessElement::Source, i, "every", *source.every);
            if (source.every->kind == DistributionKind::Constant && source.every->mean == 0)
                add(ProcessElement::Source, i, "every: parts that come every 0 s never stop coming");
        } else if (source.first) {
            add(ProcessElement::Source, i, "has 'first' without 'every'");
        }
        if (source.rate) {
            if (const std::string problem = problemOf(*source.rate); !problem.empty())
                add(ProcessElement::Source, i, "rate: " + problem);
        }
        if (source.orders) orders(i, source);
        if ((source.every ? 1 : 0) + (source.rate ? 1 : 0) + (source.orders ? 1 : 0) > 1)
            add(ProcessElement::Source, i, "has more than one of 'every', 'rate' and 'order': one of them says when parts arrive");
        if (arrives(source) && source.inProgress)
            add(ProcessElement::Source, i,
                std::format("has both '{}' and 'in_progress': parts either arrive or replace those that leave",
                            source.every  ? "every"
                            : source.rate ? "rate"
                                          : "order"));
        if (source.first && (*source.first < Duration::zero() || seconds(*source.first) > longestSeconds))
            add(ProcessElement::Source, i, "first: a time must be 0 or more, and at most 100 years");
        if (source.inProgress && *source.inProgress == 0) add(ProcessElement::Source, i, "in_progress must be at least 1");
        if (!arrives(source) && source.whenFull != WhenFull::Wait)
            add(ProcessElement::Source, i, "has 'when_full' without 'every', 'rate' or 'order'");
        price(ProcessElement::Source, i, source.itemCost);
        node(ProcessElement::Source, i, source.node);
        route(ProcessElement::Source, i, source.to);
    }

    void orders(std::uint32_t i, const Source& source) {
        if (const std::string problem = problemOf(*source.orders); !problem.empty()) add(ProcessElement::Source, i, problem);
        for (const ProductionOrder& order : source.orders->orders)
            if (order.product >= process_.products.size())
                add(ProcessElement::Source, i, std::format("order '{}' is for a product that does not exist", order.id));
        if (source.limit != 0) add(ProcessElement::Source, i, "has both 'order' and 'limit': orders say how many come");
        if (source.whenFull == WhenFull::Hold)
            add(ProcessElement::Source, i,
                "has orders, whose parts come when they say, and when_full \"hold\", which delays them: take \"wait\" or \"lose\"");
    }

    void buffer(std::uint32_t i, const Buffer& buffer) {
        node(ProcessElement::Buffer, i, buffer.node);
        route(ProcessElement::Buffer, i, buffer.to);
        if (buffer.to.rule != RouteRule::First)
            add(ProcessElement::Buffer, i, "a buffer gives to whoever takes first: its rule is 'first'");
        for (const Branch& branch : buffer.to.branches)
            if (branch.to.kind != PlaceKind::Station)
                add(ProcessElement::Buffer, i, "leads to something that is no station: a buffer is emptied by stations");
        if (buffer.patience) patience(i, buffer);
    }

    void patience(std::uint32_t i, const Buffer& buffer) {
        constexpr auto here = ProcessElement::Buffer;
        distribution(here, i, "patience", *buffer.patience);
        if (buffer.patience->kind == DistributionKind::Constant && buffer.patience->mean == 0)
            add(here, i, "patience: a part that waits for 0 s never waits: lead it elsewhere at once");
        if (buffer.givesUpTo.kind == PlaceKind::Station)
            return add(here, i,
                       "gives up to a station, which may have no room: name a buffer without a capacity, and let that lead there");
        if (buffer.givesUpTo.kind != PlaceKind::Buffer) return;
        if (buffer.givesUpTo.index >= process_.buffers.size()) return add(here, i, "gives up to a buffer that does not exist");
        const Buffer& to = process_.buffers[buffer.givesUpTo.index];
        if (to.capacity != 0)
            add(here, i, std::format("gives up to buffer '{}', which may be full: leave its capacity out", to.id));
        if (&to == &buffer) add(here, i, "gives up to itself: parts would wait for ever, which they do without patience");
    }

    void station(std::uint32_t i, const Station& station) {
        constexpr auto here = ProcessElement::Station;
        price(here, i, station.hourCost);
        price(here, i, station.itemCost);
        for (const double drawn : station.power)
            if (!(drawn >= 0) || !std::isfinite(drawn)) add(here, i, "a power must be 0 or more");
        if (station.servers == 0 || station.servers > 500'000) add(here, i, "servers must be from 1 to 500000");
        if (station.batch == 0) add(here, i, "batch must be at least 1");
        distribution(here, i, "cycle", station.cycle);
        for (const Cycle& cycle : station.cycles) {
            if (cycle.product >= process_.products.size()) add(here, i, "a cycle is for a product that does not exist");
            distribution(here, i, "cycle", cycle.time);
        }
        for (const SetUp& setUp : station.setUps) {
            distribution(here, i, "setup", setUp.time);
            if ((setUp.from && *setUp.from >= process_.products.size()) || (setUp.to && *setUp.to >= process_.products.size()))
                add(here, i, "a setup is for a product that does not exist");
        }
        for (const Failure& failure : station.failures) {
            distribution(here, i, std::format("failure '{}', between", failure.id), failure.between);
            distribution(here, i, std::format("failure '{}', repair", failure.id), failure.repair);
            if (failure.between.kind == DistributionKind::Constant && failure.between.mean == 0)
                add(here, i,
                    std::format("failure '{}', between: a machine that fails every 0 {} never works", failure.id,
                                failure.clock == FailureClock::Cycles ? "cycles" : "s"));
            distribution(here, i, std::format("failure '{}', detected", failure.id), failure.detected);
            if (failure.crew && *failure.crew >= process_.crews.size()) add(here, i, "a failure's crew does not exist");
            if (std::ranges::any_of(failure.others, [&](std::uint32_t crew) { return crew >= process_.crews.size(); }))
                add(here, i, "a failure's crew does not exist");
            if (failure.crew && std::ranges::contains(failure.others, *failure.crew))
                add(here, i, std::format("failure '{}' names a crew twice", failure.id));
        }
        for (const Maintenance& each : station.maintenance) maintenance(i, station, each);
        if (station.shift && *station.shift >= process_.shifts.size()) add(here, i, "its shift does not exist");
        distribution(here, i, "load", station.load);
        distribution(here, i, "unload", station.unload);
        needs(i, station);
        if (std::ranges::all_of(station.needs, [&](const Need& need) { return need.crew < process_.crews.size(); }))
            meet(i, station);
        for (const Input& input : station.inputs) {
            if (input.index >= (input.fromSource ? process_.sources.size() : process_.buffers.size()))
                add(here, i, "an input does not exist");
            if (input.count == 0) add(here, i, "an input's count must be at least 1");
        }
        if (station.makes) makes(i, station);
        if (!station.inputs.empty() && station.batch > 1)
            add(here, i, "has both 'input' and 'batch': an assembly makes one at a time");
        node(here, i, station.node);
        route(here, i, station.to);
        if (station.carrying) carrying(i, station);
        if (station.conveying) conveying(i, station);
        if (station.blocking == Blocking::BeforeService) before(i, station);
    }

    void maintenance(std::uint32_t i, const Station& station, const Maintenance& maintenance) {
        const auto problem = [&](std::string_view text) {
            add(ProcessElement::Station, i, std::format("maintenance '{}'{}", maintenance.id, text));
        };
        for (const auto& [what, given] : {std::pair{"every", &maintenance.every}, {"lasts", &maintenance.lasts}})
            if (const auto found = problemOf(*given)) problem(std::format(", {}: {}", what, *found));
        if (maintenance.every.kind == DistributionKind::Constant && maintenance.every.mean == 0)
            problem(", every: a machine that is always due never works");
        if (maintenance.crew && *maintenance.crew >= process_.crews.size()) problem(": its crew does not exist");
        for (const auto* failures : {&maintenance.renews, &maintenance.renewedBy})
            for (const std::uint32_t failure : *failures)
                if (failure >= station.failures.size()) problem(": a failure that it renews or is renewed by does not exist");
        const bool opportunistic = maintenance.when == MaintenanceWhen::Opportunistic;
        if (!opportunistic && maintenance.window != 0) problem(", window: belongs to `when = \"opportunistic\"`");
        if (opportunistic && !(maintenance.window > 0 && maintenance.window < meanTimeOf(maintenance.every)))
            problem(", window: must be above 0 and below 'every': else it would be done whenever the machine stands");
    }

    void needs(std::uint32_t i, const Station& station) {
        constexpr auto here = ProcessElement::Station;
        std::array<std::vector<std::uint32_t>, steps> named;
        for (const Need& need : station.needs) {
            std::vector<std::uint32_t> crews{need.crew};
            crews.insert(crews.end(), need.others.begin(), need.others.end());
            if (std::ranges::any_of(crews, [&](std::uint32_t crew) { return crew >= process_.crews.size(); })) {
                add(here, i, "needs people of a crew that does not exist");
                continue;
            }
            const std::string& id = process_.crews[need.crew].id;
            if (need.count == 0) add(here, i, std::format("needs 0 of crew '{}': leave that out", id));
            if (!std::ranges::contains(need.during, true))
                add(here, i, std::format("needs crew '{}' during no step: say for which", id));
            for (const std::uint32_t crew : crews) {
                if (need.count > process_.crews[crew].size)
                    add(here, i,
                        std::format("needs {} of crew '{}' at once, which has {}: it would wait for ever", need.count,
                                    process_.crews[crew].id, process_.crews[crew].size));
                bool again = false;
                for (std::size_t step = 0; step < steps; ++step) {
                    if (!need.during[step]) continue;
                    again = again || std::ranges::contains(named[step], crew);
                    named[step].push_back(crew);
                }
                if (again)
                    add(here, i,
                        std::format("needs crew '{}' twice during one step: say it once, with a 'count'", process_.crews[crew].id));
            }
        }
    }

    // People who are never there together are waited for without end.
    void meet(std::uint32_t i, const Station& station) {
        for (const Need& a : station.needs)
            for (const Need& b : station.needs) {
                const bool together = std::ranges::any_of(std::views::iota(0u, steps),
                                                          [&](std::size_t step) { return a.during[step] && b.during[step]; });
                if (&a >= &b || !together || !a.others.empty() || !b.others.empty()) continue;
                const std::optional<std::uint32_t> one = process_.crews[a.crew].shift, other = process_.crews[b.crew].shift;
                if (!one || !other || std::max(*one, *other) >= process_.shifts.size() ||
                    overlap(process_.shifts[*one], process_.shifts[*other]))
                    continue;
                add(ProcessElement::Station, i,
                    std::format("needs crews '{}' and '{}' at once, whose hours have no time in common: it would wait for ever",
                                process_.crews[a.crew].id, process_.crews[b.crew].id));
            }
    }

    // Of two that do not repeat alike this cannot be told so simply.
    static bool overlap(const Shift& a, const Shift& b) {
        if (a.period != b.period) return true;
        for (const Shift::Hours& one : a.hours)
            for (const Shift::Hours& other : b.hours)
                if (std::max(one.from, other.from) < std::min(one.to, other.to)) return true;
        return false;
    }

    void makes(std::uint32_t i, const Station& station) {
        constexpr auto here = ProcessElement::Station;
        if (station.makes->count == 0 || station.makes->count > mostMade)
            add(here, i, std::format("makes: count must be from 1 to {}", mostMade));
        if (station.makes->product && *station.makes->product >= process_.products.size())
            add(here, i, "makes a product that does not exist");
        if (station.carrying) add(here, i, "carries: it has no 'makes', parts arrive as they were fetched");
        if (station.blocking == Blocking::BeforeService)
            add(here, i,
                "has both 'makes' and blocking before service: room is kept for one part only; let what it makes wait in it, with "
                "blocking after service");
        for (const Recipe& recipe : process_.recipes)
            if (std::ranges::contains(recipe.stations, i))
                add(here, i, std::format("has both 'makes' and the recipe '{}': a cell stays the cell that it is", recipe.id));
    }

    void before(std::uint32_t i, const Station& station) {
        if (station.batch > 1) add(ProcessElement::Station, i, "blocking before service is for stations without 'batch'");
        if (station.to.rule == RouteRule::First && station.to.branches.size() > 1)
            add(ProcessElement::Station, i,
                "blocking before service needs to know where a part will go: the rule 'first' does not say");
        for (const Branch& branch : station.to.branches)
            if (branch.to.kind == PlaceKind::Station)
                add(ProcessElement::Station, i,
                    "blocking before service needs a buffer behind the station, in which room can be kept");
    }

    void shift(std::uint32_t i, const Shift& shift) {
        if (shift.period <= Duration::zero()) add(ProcessElement::Shift, i, "its period must be above 0");
        if (shift.hours.empty()) add(ProcessElement::Shift, i, "has no hours: nothing would ever work");
        Duration last = Duration::zero();
        for (const Shift::Hours& hours : shift.hours) {
            if (hours.from < last || hours.to <= hours.from || hours.to > shift.period) {
                add(ProcessElement::Shift, i, "its hours must be ascending, apart, and within the period");
                return;
            }
            last = hours.to;
        }
    }

    void crew(std::uint32_t i, const Crew& crew) {
        price(ProcessElement::Crew, i, crew.hourCost);
        if (crew.size == 0) add(ProcessElement::Crew, i, "size must be at least 1");
        if (crew.shift && *crew.shift >= process_.shifts.size()) add(ProcessElement::Crew, i, "its shift does not exist");
        distribution(ProcessElement::Crew, i, "response", crew.response);
        distribution(ProcessElement::Crew, i, "travel", crew.travel);
        if (!(crew.walking >= 0) || !std::isfinite(crew.walking)) add(ProcessElement::Crew, i, "walking must be a speed above 0");
        if (crew.walking > 0) ways(i);
    }

    // Whoever walks must know where to.
    void ways(std::uint32_t i) {
        const auto names = [i](const auto& each) { return each.crew == i || std::ranges::contains(each.others, i); };
        for (const Station& station : process_.stations)
            if (!station.at && (std::ranges::any_of(station.needs, names) || std::ranges::any_of(station.failures, names)))
                add(ProcessElement::Crew, i,
                    std::format("walks to station '{}', and nobody knows where that is: give the station 'at', a node that has "
                                "'at', or an equipment, or the crew 'travel' in place of 'walking'",
                                station.id));
        const bool everywhere = std::ranges::all_of(process_.nodes, [](const NetworkNode& node) { return node.at.has_value(); });
        for (const Fleet& fleet : process_.fleets)
            if (!everywhere && std::ranges::any_of(fleet.failures, names))
                add(ProcessElement::Crew, i,
                    std::format("walks to vehicles of fleet '{}', and not all nodes of the network say where they are: give them "
                                "'at', or the crew 'travel' in place of 'walking'",
                                fleet.id));
    }

    // --- how parts flow ---

    [[nodiscard]] std::size_t nodeOf(const Place& place) const {
        return place.kind == PlaceKind::Station ? process_.buffers.size() + place.index : place.index;
    }
    [[nodiscard]] static bool isOut(const Place& place) { return place.kind == PlaceKind::Done || place.kind == PlaceKind::Scrap; }
    static bool isUsed(const Route& route, const Branch& branch) { return route.rule != RouteRule::Share || branch.share > 0; }

    void flow() {
        nodes_ = process_.buffers.size() + process_.stations.size();
        next_.assign(nodes_, {});
        leaves_.assign(nodes_, false);
        feeders_.assign(nodes_, 0);
        const auto link = [&](std::size_t from, const Route& route) {
            for (const Branch& branch : route.branches) {
                if (!isUsed(route, branch)) continue;
                if (isOut(branch.to)) {
                    leaves_[from] = true;
                    continue;
                }
                next_[from].push_back(nodeOf(branch.to));
                ++feeders_[nodeOf(branch.to)];
            }
        };
        later_.assign(process_.buffers.size(), {});
        for (std::size_t i = 0; i < process_.buffers.size(); ++i) {
            const Buffer& buffer = process_.buffers[i];
            link(i, buffer.to);
            if (!buffer.patience) continue;
            if (isOut(buffer.givesUpTo))
                leaves_[i] = true;
            else
                later_[i] = nodeOf(buffer.givesUpTo);
        }
        for (std::size_t i = 0; i < process_.stations.size(); ++i) link(process_.buffers.size() + i, process_.stations[i].to);
        for (const Source& source : process_.sources)
            for (const Branch& branch : source.to.branches)
                if (!isOut(branch.to)) ++feeders_[nodeOf(branch.to)];
        reach();
        for (std::uint32_t i = 0; i < process_.sources.size(); ++i) endlessSource(i);
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            batch(i);
            inputs(i);
        }
        if (problems_.empty()) loops();
    }

    void problemAt(std::size_t node, std::string message) {
        if (node < process_.buffers.size())
            add(ProcessElement::Buffer, static_cast<std::uint32_t>(node), std::move(message));
        else
            add(ProcessElement::Station, static_cast<std::uint32_t>(node - process_.buffers.size()), std::move(message));
    }

    void reach() {
        std::vector<bool> reached(nodes_);
        std::vector<std::size_t> open;
        const auto visit = [&](std::size_t to) {
            if (!reached[to]) open.push_back(to);
            reached[to] = true;
        };
        for (const Source& source : process_.sources)
            for (const Branch& branch : source.to.branches)
                if (!isOut(branch.to) && isUsed(source.to, branch)) visit(nodeOf(branch.to));
        while (!open.empty()) {
            const std::size_t from = open.back();
            open.pop_back();
            for (const std::size_t to : next_[from]) visit(to);
            if (from < later_.size() && later_[from]) visit(*later_[from]);
        }
        // Backwards: whatever can get out.
        std::vector<bool> ends = leaves_;
        for (bool changed = true; changed;) {
            changed = false;
            for (std::size_t i = nodes_; i-- > 0;) {
                const bool endsLater = i < later_.size() && later_[i] && ends[*later_[i]];
                if (ends[i] || !(endsLater || std::ranges::any_of(next_[i], [&](std::size_t to) { return ends[to]; }))) continue;
                ends[i] = true;
                changed = true;
            }
        }
        for (std::size_t i = 0; i < nodes_; ++i) {
            if (!reached[i])
                problemAt(i, "no part ever gets here: no source leads to it");
            else if (!ends[i])
                problemAt(i, "no part that gets here ever leaves the process: there is no way to 'done' or 'scrap'");
        }
    }

    void endlessSource(std::uint32_t i) {
        const Source& source = process_.sources[i];
        if (arrives(source) || source.inProgress || source.limit != 0) return;
        for (const Branch& branch : source.to.branches) {
            const bool unlimited =
                isOut(branch.to) || (branch.to.kind == PlaceKind::Buffer && process_.buffers[branch.to.index].capacity == 0);
            if (isUsed(source.to, branch) && unlimited)
                add(ProcessElement::Source, i,
                    "always has a part and leads to a place without limit: parts would come without end; give it 'every', "
                    "'rate', 'order', 'in_progress' or 'limit', or the buffer a 'capacity'");
        }
    }

    void batch(std::uint32_t i) {
        const Station& station = process_.stations[i];
        if (station.batch == 1) return;
        const Place here{PlaceKind::Station, i};
        if (feeders_[process_.buffers.size() + i] != 1)
            return add(ProcessElement::Station, i, "a batch is taken from one place: put one buffer before the station");
        for (const Station& from : process_.stations)
            if (std::ranges::contains(from.to.branches, here, &Branch::to))
                return add(ProcessElement::Station, i,
                           std::format("a batch needs a buffer between it and station '{}' to come together in", from.id));
        for (const Buffer& buffer : process_.buffers)
            if (std::ranges::contains(buffer.to.branches, here, &Branch::to)) gather(i, buffer, station.batch);
        for (const Source& source : process_.sources)
            if (std::ranges::contains(source.to.branches, here, &Branch::to)) collect(i, source, station.batch);
    }

    void gather(std::uint32_t station, const Buffer& buffer, std::uint32_t count) {
        if (buffer.capacity != 0 && buffer.capacity < count)
            add(ProcessElement::Station, station,
                std::format("needs {} parts at once, but buffer '{}' holds {} at most", count, buffer.id, buffer.capacity));
    }

    void collect(std::uint32_t station, const Source& source, std::uint32_t count) {
        if (source.inProgress && *source.inProgress < count)
            add(ProcessElement::Station, station,
                std::format("needs {} parts at once, but source '{}' has {} in progress at most", count, source.id,
                            *source.inProgress));
        if (arrives(source) && source.whenFull != WhenFull::Wait && count > 1)
            add(ProcessElement::Station, station,
                std::format("needs {} parts at once, but source '{}' keeps one at most: set its when_full to \"wait\" or put a "
                            "buffer between",
                            count, source.id));
    }

    void inputs(std::uint32_t i) {
        const Station& station = process_.stations[i];
        if (station.inputs.empty()) return;
        const Place here{PlaceKind::Station, i};
        std::uint32_t known = 0;
        for (const Input& input : station.inputs) {
            const Route& to = input.fromSource ? process_.sources[input.index].to : process_.buffers[input.index].to;
            const std::string& id = input.fromSource ? process_.sources[input.index].id : process_.buffers[input.index].id;
            if (to.branches.size() != 1 || to.branches[0].to != here)
                add(ProcessElement::Station, i, std::format("its input '{}' must lead to it, and to nothing else", id));
            else
                ++known;
            if (input.fromSource)
                collect(i, process_.sources[input.index], input.count);
            else
                gather(i, process_.buffers[input.index], input.count);
        }
        if (known == station.inputs.size() && feeders_[process_.buffers.size() + i] != known)
            add(ProcessElement::Station, i, "something leads to it that is not among its inputs");
    }

    [[nodiscard]] bool takesNoTime(std::size_t node) const {
        if (node < process_.buffers.size()) return true;
        const Station& station = process_.stations[node - process_.buffers.size()];
        if (station.carrying || station.conveying) return false;
        const auto zero = [](const Distribution& d) { return d.kind == DistributionKind::Constant && d.mean < 0.5e-9; };
        return zero(station.cycle) && zero(station.load) && zero(station.unload) &&
               std::ranges::all_of(station.cycles, zero, &Cycle::time);
    }

    // A ring of places none of which takes time: a part could go round it for ever at one moment.
    void loops() {
        enum : std::uint8_t { New, Open, Closed };
        std::vector<std::uint8_t> state(nodes_, New);
        for (std::size_t start = 0; start < nodes_; ++start) {
            if (state[start] != New || !takesNoTime(start)) continue;
            std::vector<std::pair<std::size_t, std::size_t>> path{{start, 0}}; // node, next branch to follow
            state[start] = Open;
            while (!path.empty()) {
                auto& [at, branch] = path.back();
                if (branch == next_[at].size()) {
                    state[at] = Closed;
                    path.pop_back();
                    continue;
                }
                const std::size_t to = next_[at][branch++];
                if (!takesNoTime(to) || state[to] == Closed) continue;
                if (state[to] == Open) return ring(path, to);
                state[to] = Open;
                path.emplace_back(to, 0);
            }
        }
    }

    void ring(const std::vector<std::pair<std::size_t, std::size_t>>& path, std::size_t to) {
        std::string text;
        for (auto at = std::ranges::find(path, to, &std::pair<std::size_t, std::size_t>::first); at != path.end(); ++at)
            text += name(at->first) + " -> ";
        problemAt(to, std::format("parts can go round without taking any time ({}{}): give one of the stations a cycle above 0",
                                  text, name(to)));
    }

    [[nodiscard]] std::string name(std::size_t node) const {
        return node < process_.buffers.size()
                   ? nameOf(process_, ProcessElement::Buffer, static_cast<std::uint32_t>(node))
                   : nameOf(process_, ProcessElement::Station, static_cast<std::uint32_t>(node - process_.buffers.size()));
    }

    const Process& process_;
    std::vector<ProcessProblem> problems_;
    // Buffers, then stations.
    std::size_t nodes_ = 0;
    std::vector<std::vector<std::size_t>> next_;
    std::vector<std::optional<std::size_t>> later_; // of buffers: where parts go that give up waiting
    std::vector<bool> leaves_;
    std::vector<std::uint32_t> feeders_;
};

} // namespace

std::uint32_t placesOf(const Conveying& conveying) {
    if (conveying.zones > 0) return conveying.zones;
    constexpr double slack = 1e-9; // 0.3 m are three times 0.1 m
    return static_cast<std::uint32_t>(std::max(1.0, std::ceil(conveying.length / conveying.pitch - slack)));
}

double intervalOf(const Conveying& conveying) {
    if (conveying.zones == 1) return conveying.length / conveying.speed;
    const double zone = conveying.zones > 0 ? conveying.length / conveying.zones : 0;
    return (zone + conveying.pitch) / conveying.speed;
}

std::vector<ProcessProblem> problemsOf(const Process& process) {
    return Inspector{process}.inspect();
}

} // namespace millwright::plant
