#include <millwright/plant/process_value.hpp>
#include <millwright/sim/describe.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::sim {

using namespace plant;

namespace {

std::string inWords(double lengthInSeconds) {
    return formatDuration(durationFromSeconds(lengthInSeconds));
}

std::string number(double value) {
    return std::format("{:.4g}", value);
}

std::string inWords(const ArrivalRate& rate) {
    std::string words = "at random,";
    for (std::size_t i = 0; i < rate.steps.size(); ++i)
        words += std::format("{} {} an hour from {} on", i == 0 ? "" : ",", number(rate.steps[i].perHour),
                             inWords(seconds(rate.steps[i].from)));
    return words + std::format(", every {} anew", formatDuration(rate.period));
}

using Words = std::string (*)(double);

std::string describe(const Distribution& d, Words inWords) {
    const std::string mean = "mean " + inWords(d.mean);
    const std::string cutLow = d.low > 0 ? ", at least " + inWords(d.low) : "";
    const std::string cutHigh = std::isfinite(d.high) ? ", at most " + inWords(d.high) : "";
    const std::string ends = std::format("{} to {}", inWords(d.low), std::isfinite(d.high) ? inWords(d.high) : "any");
    switch (d.kind) {
    case DistributionKind::Constant: return "always " + inWords(d.mean);
    case DistributionKind::Exponential: return "exponential, " + mean;
    case DistributionKind::Erlang: return std::format("Erlang of {}, {}", number(d.shape), mean);
    case DistributionKind::Gamma: return std::format("gamma, {}, shape {}", mean, number(d.shape));
    case DistributionKind::Normal: return std::format("normal, {}, deviation {}{}{}", mean, inWords(d.deviation), cutLow, cutHigh);
    case DistributionKind::Lognormal:
        return std::format("lognormal, {}, deviation {}{}{}", mean, inWords(d.deviation), cutLow, cutHigh);
    case DistributionKind::Triangular: return std::format("triangular, {}, mostly {}", ends, inWords(d.mode));
    case DistributionKind::Uniform: return "uniform, " + ends;
    case DistributionKind::Weibull: return std::format("Weibull, scale {}, shape {}", inWords(d.scale), number(d.shape));
    case DistributionKind::Beta: return std::format("beta, {}, shapes {} and {}", ends, number(d.shape), number(d.shape2));
    case DistributionKind::Empirical:
        return std::format("as {} observed values, {} to {}", d.values.size(), inWords(d.values.front()), inWords(d.values.back()));
    case DistributionKind::Discrete: return std::format("one of {} values", d.values.size());
    }
    return {};
}

// Of a count.
std::string asNumbers(const Distribution& d) {
    return describe(d, number);
}

class Facts {
public:
    explicit Facts(const Process& process) : process_{process} {}

    std::vector<Fact> all() {
        element_ = "the whole";
        price("an hour", process_.cost.hour);
        price("one kW.h", process_.cost.energy);
        price("a good part", process_.cost.item);
        price("a part of scrap", process_.cost.scrap);
        for (const Source& source : process_.sources) describe(source);
        for (const Buffer& buffer : process_.buffers) {
            element_ = "buffer " + buffer.id;
            constexpr std::array words{"first in, first out", "last in, first out", "by priority"};
            add("room", buffer.capacity == 0 ? "unlimited" : std::format("{} parts", buffer.capacity));
            add("order", words[static_cast<std::size_t>(buffer.discipline)]);
            if (buffer.patience) add("a part gives up after", sim::inWords(*buffer.patience) + ", to " + name(buffer.givesUpTo));
        }
        for (const Station& station : process_.stations) describe(station);
        for (const Shift& shift : process_.shifts) {
            element_ = "shift " + shift.id;
            std::string hours;
            for (const Shift::Hours& each : shift.hours)
                hours += std::format("{}{} to {}", hours.empty() ? "" : ", ", formatDuration(each.from), formatDuration(each.to));
            add("working hours", std::format("{} of every {}", hours, formatDuration(shift.period)));
        }
        for (const Crew& crew : process_.crews) {
            element_ = "crew " + crew.id;
            add("people", std::to_string(crew.size));
            if (crew.shift) add("begin jobs in", "shift " + process_.shifts[*crew.shift].id);
            if (meanTimeOf(crew.response) > 0) add("set out after", sim::inWords(crew.response));
            if (meanTimeOf(crew.travel) > 0) add("way", sim::inWords(crew.travel));
            if (crew.walking > 0) add("walk", number(crew.walking) + " m/s, from where they were last");
            price("an hour of each", crew.hourCost);
        }
        for (const Fleet& fleet : process_.fleets) describe(fleet);
        for (const NetworkNode& node : process_.nodes)
            if (node.room != 1) {
                element_ = "node " + node.id;
                add("room", std::format("{} vehicles", node.room));
            }
        for (const NetworkEdge& edge : process_.edges) {
            constexpr std::array words{"one lane for both directions", "one way", "a lane each way"};
            element_ = "edge " + edge.id;
            add("way", std::format("{} m, {}{}", number(edge.length), words[static_cast<std::size_t>(edge.lanes)],
                                   std::isfinite(edge.speedLimit) ? std::format(", at most {} m/s", number(edge.speedLimit)) : ""));
        }
        return std::move(facts_);
    }

private:
    void add(std::string what, std::string value) { facts_.push_back({element_, std::move(what), std::move(value)}); }

    void describe(const OrderPlan& plan) {
        for (const ProductionOrder& order : plan.orders)
            add("order " + order.id,
                std::format("{} {} at {}{}", order.count, process_.products[order.product].id, inWords(seconds(order.at)),
                            order.due ? ", due at " + inWords(seconds(*order.due)) : ""));
        if (plan.period) add("orders", std::format("every {} anew", formatDuration(*plan.period)));
    }

    void describe(const Source& source) {
        element_ = "source " + source.id;
        if (process_.products.size() > 1 && !source.orders) add("product", process_.products[source.product].id);
        if (source.every)
            add("time between arrivals", sim::inWords(*source.every));
        else if (source.orders)
            describe(*source.orders);
        else if (source.rate)
            add("arrivals", inWords(*source.rate));
        else if (source.inProgress)
            add("parts kept in progress", std::to_string(*source.inProgress));
        else
            add("arrivals", "always a part to be taken");
        constexpr std::array words{"waits", "is lost", "holds the source up"};
        if (arrives(source)) add("a part without room", words[static_cast<std::size_t>(source.whenFull)]);
        if (source.limit != 0) add("parts altogether", std::to_string(source.limit));
        price("a part", source.itemCost);
        way(source.to);
    }

    void describe(const Station& station) {
        element_ = (station.conveying ? "conveyor " : "station ") + station.id;
        if (station.servers != 1) add("machines", std::to_string(station.servers));
        if (station.batch != 1) add("batch", std::format("{} parts", station.batch));
        if (station.carrying) {
            add("carried by", "fleet " + process_.fleets[station.carrying->fleet].id);
            add("loading", sim::inWords(station.carrying->load));
            add("unloading", sim::inWords(station.carrying->unload));
        } else if (station.conveying) {
            describe(*station.conveying);
        } else {
            add("cycle", sim::inWords(station.cycle));
        }
        for (const Cycle& cycle : station.cycles) add("cycle of " + process_.products[cycle.product].id, sim::inWords(cycle.time));
        const auto product = [&](std::optional<std::uint32_t> id) { return id ? process_.products[*id].id : "any"; };
        for (const SetUp& setUp : station.setUps)
            add(std::format("set-up from {} to {}", product(setUp.from), product(setUp.to)), sim::inWords(setUp.time));
        for (const Input& input : station.inputs)
            add("takes " + (input.fromSource ? process_.sources[input.index].id : process_.buffers[input.index].id),
                std::to_string(input.count));
        if (station.makes) {
            const Makes& makes = *station.makes;
            add("makes of each part",
                std::format("{}{}", makes.count, makes.product ? " " + process_.products[*makes.product].id : ""));
        }
        if (station.blocking == Blocking::BeforeService) add("work begins", "when there is room for its result");
        if (meanTimeOf(station.load) > 0) add("loading", sim::inWords(station.load));
        if (meanTimeOf(station.unload) > 0) add("unloading", sim::inWords(station.unload));
        for (const Need& need : station.needs) describe(need);
        for (const Failure& failure : station.failures) describe(failure);
        for (const Maintenance& maintenance : station.maintenance) describe(station, maintenance);
        price("an hour of each machine", station.hourCost);
        price("a part", station.itemCost);
        power(station);
        if (station.shift) add("works", "shift " + process_.shifts[*station.shift].id);
        way(station.to);
    }

    void describe(const Conveying& belt) {
        add("length", std::format("{} m at {} m/s: {} on the way", number(belt.length), number(belt.speed),
                                  inWords(belt.length / belt.speed)));
        add("room", std::format("{} parts{}, each takes {} m", placesOf(belt), belt.zones > 0 ? ", one in each zone" : "",
                                number(belt.pitch)));
        add("a part that cannot leave", belt.zones > 0      ? "others come up as far as the next zone is free"
                                        : belt.accumulating ? "others close up behind it"
                                                            : "stops the whole conveyor");
    }

    void describe(const Fleet& fleet) {
        element_ = "fleet " + fleet.id;
        add("vehicles", std::to_string(fleet.vehicles));
        add("speed", std::format("{} m/s{}", number(fleet.speed),
                                 fleet.loadedSpeed ? std::format(", {} m/s with a load", number(*fleet.loadedSpeed)) : ""));
        const auto rate = [](const std::optional<double>& each) { return each ? number(*each) + " m/s²" : "at once"; };
        if (fleet.acceleration || fleet.deceleration)
            add("speeds up, slows down", std::format("{}, {}", rate(fleet.acceleration), rate(fleet.deceleration)));
        add("fetches first", fleet.dispatch == Dispatch::Nearest ? "what is nearest" : "what has waited longest");
        if (fleet.battery) {
            const Battery& b = *fleet.battery;
            add("battery", std::format("{} kW.h; takes {} kW driving, {} kW standing", number(b.capacity), number(b.driving),
                                       number(b.standing)));
            add("charging", std::format("{} kW, from below {} % to {} %", number(b.charging), number(100 * b.chargeBelow),
                                        number(100 * b.chargeTo)));
        }
        for (const Failure& failure : fleet.failures) describe(failure);
        price("an hour of each vehicle", fleet.hourCost);
    }

    [[nodiscard]] std::string crewsOf(const Need& need) const {
        std::string text = process_.crews[need.crew].id;
        for (const std::uint32_t other : need.others) text += " or " + process_.crews[other].id;
        return text;
    }

    void describe(const Need& need) {
        constexpr std::array words{"set-up", "loading", "work", "unloading"}; // in the order of Step
        std::string text;
        for (std::size_t i = 0; i < steps; ++i)
            if (need.during[i]) text += (text.empty() ? "" : ", ") + std::string{words[i]};
        if (need.priority != 0) text += std::format("; priority {}", need.priority);
        add(std::format("needs {} of crew {}", need.count, crewsOf(need)), "for " + text);
    }

    void describe(const Failure& failure) {
        add(std::format("failure {}, between", failure.id), byClock(failure.clock, failure.between));
        add(std::format("failure {}, repair", failure.id),
            sim::inWords(failure.repair) +
                (failure.crew ? ", by " + crewsOf(Need{.crew = *failure.crew, .others = failure.others}) : ""));
        if (meanTimeOf(failure.detected) > 0)
            add(std::format("failure {}, detected after", failure.id), sim::inWords(failure.detected));
    }

    static std::string byClock(FailureClock clock, const Distribution& d) {
        constexpr std::array clocks{"working time", "calendar time", "cycles"}; // in the order of FailureClock
        return std::format("{}, {}", clock == FailureClock::Cycles ? asNumbers(d) : sim::inWords(d),
                           clocks[static_cast<std::size_t>(clock)]);
    }

    void describe(const Station& station, const Maintenance& maintenance) {
        const std::string what = "maintenance " + maintenance.id;
        add(what + ", every", byClock(maintenance.clock, maintenance.every));
        add(what + ", lasts",
            sim::inWords(maintenance.lasts) + (maintenance.crew ? ", by " + process_.crews[*maintenance.crew].id : ""));
        const bool cycles = maintenance.clock == FailureClock::Cycles;
        if (maintenance.when == MaintenanceWhen::Opportunistic)
            add(what + ", done", std::format("when the machine stands, from {} before it is due",
                                             cycles ? number(maintenance.window) + " cycles"
                                                    : formatDuration(durationFromSeconds(maintenance.window))));
        const auto failures = [&](const std::vector<std::uint32_t>& indices) {
            std::string ids;
            for (const std::uint32_t i : indices) ids += (ids.empty() ? "" : ", ") + station.failures[i].id;
            return ids;
        };
        if (!maintenance.renews.empty()) add(what + ", renews", failures(maintenance.renews));
        if (!maintenance.renewedBy.empty()) add(what + ", renewed by the repair of", failures(maintenance.renewedBy));
    }

    void price(std::string_view of, double cost) {
        if (cost > 0) add(std::format("cost of {}", of), std::format("{} {}", number(cost), process_.currency));
    }

    void power(const Station& station) {
        constexpr std::array words{"working", "starved", "blocked",        "down",
                                   "set up",  "idle",    "in maintenance", "unattended"}; // as Activity
        if (std::ranges::all_of(station.power, [](double drawn) { return drawn == 0; })) return;
        const auto happens = [&](Activity activity) {
            if (activity == Activity::Maintained) return !station.maintenance.empty();
            return activity != Activity::Unattended || !station.needs.empty();
        };
        std::string text;
        for (std::size_t i = 0; i < activities; ++i)
            if (happens(static_cast<Activity>(i)))
                text += std::format("{}{} {}", text.empty() ? "" : ", ", words[i], number(station.power[i]));
        add("power of each machine, kW", text);
    }

    void way(const Route& route) {
        if (route.branches.size() < 2) return; // where parts go when there is one way is no assumption
        double sum = 0;
        for (const Branch& branch : route.branches) sum += branch.share;
        std::string ways;
        for (const Branch& branch : route.branches) {
            ways += (ways.empty() ? "" : ", ") + name(branch.to);
            if (route.rule == RouteRule::Share) ways += std::format(" {} %", number(100 * branch.share / sum));
            if (branch.product) ways += " for " + process_.products[*branch.product].id;
        }
        constexpr std::array words{"by chance: ", "the first that has room: ", "where the fewest parts are: ", "by product: "};
        add("way on", words[static_cast<std::size_t>(route.rule)] + ways);
    }

    [[nodiscard]] std::string name(const Place& place) const {
        switch (place.kind) {
        case PlaceKind::Buffer: return process_.buffers[place.index].id;
        case PlaceKind::Station: return process_.stations[place.index].id;
        case PlaceKind::Done: return "done";
        case PlaceKind::Scrap: return "scrap";
        }
        return {};
    }

    const Process& process_;
    std::string element_;
    std::vector<Fact> facts_;
};

} // namespace

std::string inWords(const Distribution& d) {
    return describe(d, static_cast<Words>(inWords));
}

std::vector<Fact> factsOf(const Process& process) {
    return Facts{process}.all();
}

std::vector<Change> changesOf(const Process& before, const Process& after) {
    const std::vector<Fact> old = factsOf(before), now = factsOf(after);
    const auto find = [](const std::vector<Fact>& facts, const Fact& fact) {
        return std::ranges::find_if(facts, [&](const Fact& f) { return f.element == fact.element && f.what == fact.what; });
    };
    std::vector<Change> changes;
    for (const Fact& fact : now) {
        const auto was = find(old, fact);
        if (was == old.end())
            changes.push_back({fact.element, fact.what, "", fact.value});
        else if (was->value != fact.value)
            changes.push_back({fact.element, fact.what, was->value, fact.value});
    }
    for (const Fact& fact : old)
        if (find(now, fact) == now.end()) changes.push_back({fact.element, fact.what, fact.value, ""});
    return changes;
}

} // namespace millwright::sim
