#include <millwright/core/spelling.hpp>
#include <millwright/plant/process_value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <functional>
#include <initializer_list>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

namespace millwright::plant {
namespace {

/// Where a number is kept.
using Slot = std::variant<Distribution*, std::uint32_t*, double*>;
using Visitor = std::function<void(std::string key, Slot slot, ValueMeasure measure)>;

std::string placeName(const Process& process, const plant::Place& place) {
    switch (place.kind) {
    case PlaceKind::Buffer: return process.buffers[place.index].id;
    case PlaceKind::Station: return process.stations[place.index].id;
    case PlaceKind::Done: return "done";
    case PlaceKind::Scrap: break;
    }
    return "scrap";
}

/// Calls a visitor for every number of a process.
class Walk {
public:
    Walk(Process& process, const Visitor& visit) : process_{process}, visit_{visit} {}

    void all() {
        // What costs nothing is no number of the model.
        cost("process", {{"hour", &process_.cost.hour},
                         {"energy", &process_.cost.energy},
                         {"item", &process_.cost.item},
                         {"scrap", &process_.cost.scrap}});
        for (Source& source : process_.sources) {
            const std::string key = "source." + source.id;
            if (source.every) time(key + ".every", *source.every);
            if (source.rate)
                for (std::size_t i = 0; i < source.rate->steps.size(); ++i)
                    visit_(std::format("{}.rate.{}", key, i + 1), &source.rate->steps[i].perHour, ValueMeasure::Number);
            if (source.orders)
                for (ProductionOrder& order : source.orders->orders) count(key + ".order." + order.id, order.count);
            if (source.inProgress) count(key + ".in_progress", *source.inProgress);
            cost(key, {{"item", &source.itemCost}});
            ways(key, source.to);
        }
        for (Buffer& buffer : process_.buffers) {
            count("buffer." + buffer.id + ".capacity", buffer.capacity);
            if (buffer.patience) time("buffer." + buffer.id + ".patience", *buffer.patience);
        }
        for (Station& each : process_.stations) station((each.conveying ? "conveyor." : "station.") + each.id, each);
        for (Crew& crew : process_.crews) {
            count("crew." + crew.id + ".size", crew.size);
            if (meanTimeOf(crew.response) > 0) time("crew." + crew.id + ".response", crew.response);
            if (meanTimeOf(crew.travel) > 0) time("crew." + crew.id + ".travel", crew.travel);
            if (crew.walking > 0) visit_("crew." + crew.id + ".walking", &crew.walking, ValueMeasure::Number);
            cost("crew." + crew.id, {{"hour", &crew.hourCost}});
        }
        for (Fleet& fleet : process_.fleets) vehicles("fleet." + fleet.id, fleet);
    }

private:
    void count(const std::string& key, std::uint32_t& value) { visit_(key, &value, ValueMeasure::Count); }

    void station(const std::string& key, Station& station) {
        const auto product = [&](std::optional<std::uint32_t> index) { return index ? process_.products[*index].id : "any"; };
        const auto number = [&](std::string_view name, double& value) {
            visit_(std::format("{}.{}", key, name), &value, ValueMeasure::Number);
        };
        if (!station.carrying && !station.conveying) count(key + ".servers", station.servers);
        if (!station.conveying) count(key + ".batch", station.batch);
        if (station.makes) count(key + ".makes", station.makes->count);
        if (station.carrying) {
            time(key + ".load", station.carrying->load);
            time(key + ".unload", station.carrying->unload);
        } else if (station.conveying) {
            number("length", station.conveying->length);
            number("speed", station.conveying->speed);
            number("pitch", station.conveying->pitch);
            if (station.conveying->zones > 0) count(key + ".zones", station.conveying->zones);
        } else {
            time(key + ".cycle", station.cycle);
            // What takes no time is no number of the model.
            if (meanTimeOf(station.load) > 0) time(key + ".load", station.load);
            if (meanTimeOf(station.unload) > 0) time(key + ".unload", station.unload);
        }
        for (Need& need : station.needs) count(std::format("{}.need.{}", key, process_.crews[need.crew].id), need.count);
        for (Cycle& cycle : station.cycles) time(key + ".cycle_of." + product(cycle.product), cycle.time);
        for (SetUp& setUp : station.setUps)
            time(std::format("{}.setup.{}.{}", key, product(setUp.from), product(setUp.to)), setUp.time);
        failures(key, station.failures);
        for (Maintenance& maintenance : station.maintenance)
            planned(std::format("{}.maintenance.{}", key, maintenance.id), maintenance);
        cost(key, {{"hour", &station.hourCost}, {"item", &station.itemCost}});
        constexpr std::array words{"working", "starved", "blocked",     "down",
                                   "setup",   "idle",    "maintenance", "unattended"}; // as Activity
        for (std::size_t i = 0; i < activities; ++i)
            if (station.power[i] > 0) visit_(std::format("{}.power.{}", key, words[i]), &station.power[i], ValueMeasure::Number);
        ways(key, station.to);
    }

    void vehicles(const std::string& key, Fleet& fleet) {
        const auto number = [&](std::string_view name, double& value) {
            visit_(std::format("{}.{}", key, name), &value, ValueMeasure::Number);
        };
        count(key + ".vehicles", fleet.vehicles);
        number("speed", fleet.speed);
        if (fleet.loadedSpeed) number("loaded_speed", *fleet.loadedSpeed);
        if (fleet.acceleration) number("acceleration", *fleet.acceleration);
        if (fleet.deceleration) number("deceleration", *fleet.deceleration);
        if (fleet.battery) {
            number("battery.capacity", fleet.battery->capacity);
            number("battery.driving", fleet.battery->driving);
            number("battery.charging", fleet.battery->charging);
            number("battery.charge_below", fleet.battery->chargeBelow);
            number("battery.charge_to", fleet.battery->chargeTo);
        }
        failures(key, fleet.failures);
        cost(key, {{"hour", &fleet.hourCost}});
    }

    void failures(const std::string& key, std::vector<Failure>& failures) {
        for (Failure& failure : failures) {
            time(std::format("{}.failure.{}.between", key, failure.id), failure.between,
                 failure.clock == FailureClock::Cycles ? ValueMeasure::Number : ValueMeasure::Time);
            time(std::format("{}.failure.{}.repair", key, failure.id), failure.repair);
            if (meanTimeOf(failure.detected) > 0) time(std::format("{}.failure.{}.detected", key, failure.id), failure.detected);
        }
    }

    void planned(const std::string& key, Maintenance& maintenance) {
        const ValueMeasure measure = maintenance.clock == FailureClock::Cycles ? ValueMeasure::Number : ValueMeasure::Time;
        time(key + ".every", maintenance.every, measure);
        time(key + ".lasts", maintenance.lasts);
        if (maintenance.when == MaintenanceWhen::Opportunistic) visit_(key + ".window", &maintenance.window, measure);
    }

    void cost(const std::string& key, std::initializer_list<std::pair<std::string_view, double*>> prices) {
        for (const auto& [name, price] : prices)
            if (*price > 0) visit_(std::format("{}.cost.{}", key, name), price, ValueMeasure::Number);
    }

    void ways(const std::string& key, Route& route) {
        if (route.rule != RouteRule::Share || route.branches.size() < 2) return;
        for (Branch& branch : route.branches)
            visit_(std::format("{}.ways.{}", key, placeName(process_, branch.to)), &branch.share, ValueMeasure::Number);
    }

    // The time (or count), and the numbers that its distribution is made of.
    void time(const std::string& key, Distribution& d, ValueMeasure unit = ValueMeasure::Time) {
        using enum DistributionKind;
        visit_(key, &d, unit);
        const auto number = [&](std::string_view name, double& value, bool has, ValueMeasure measure) {
            if (has) visit_(std::format("{}.{}", key, name), &value, measure);
        };
        const auto part = [&](std::string_view name, double& value, bool has) { number(name, value, has, unit); };
        const bool cut = d.kind == Normal || d.kind == Lognormal;
        const bool between = d.kind == Triangular || d.kind == Uniform || d.kind == Beta;
        part("mean", d.mean, d.kind <= Lognormal);
        part("deviation", d.deviation, cut);
        part("low", d.low, cut || between);
        part("high", d.high, (cut && std::isfinite(d.high)) || between);
        part("mode", d.mode, d.kind == Triangular);
        number("shape", d.shape, d.kind == Erlang || d.kind == Gamma || d.kind == Weibull || d.kind == Beta, ValueMeasure::Number);
        number("shape2", d.shape2, d.kind == Beta, ValueMeasure::Number);
        part("scale", d.scale, d.kind == Weibull);
    }

    Process& process_;
    const Visitor& visit_;
};

double numberAt(const Slot& slot) {
    if (const auto* distribution = std::get_if<Distribution*>(&slot)) return meanTimeOf(**distribution);
    if (const auto* count = std::get_if<std::uint32_t*>(&slot)) return **count;
    return *std::get<double*>(slot);
}

void stretch(Distribution& d, double factor) {
    for (double* part : {&d.mean, &d.deviation, &d.low, &d.high, &d.mode, &d.scale}) *part *= factor;
    for (double& value : d.values) value *= factor;
}

Result<void> put(const Slot& slot, std::string_view key, double value) {
    const auto refused = [&](std::string_view why) {
        return failure(ErrorCode::OutOfRange, std::format("{} cannot be {:g}: {}", key, value, why));
    };
    if (!std::isfinite(value)) return refused("it is no number");
    if (const auto* distribution = std::get_if<Distribution*>(&slot)) {
        const double mean = meanTimeOf(**distribution);
        if ((*distribution)->kind == DistributionKind::Constant)
            (*distribution)->mean = value;
        else if (mean > 0)
            stretch(**distribution, value / mean);
        else
            return refused("the plant's own time is 0, which cannot be stretched");
    } else if (const auto* count = std::get_if<std::uint32_t*>(&slot)) {
        if (value < 0 || value > std::numeric_limits<std::uint32_t>::max() || value != std::floor(value))
            return refused("it is a whole number from 0 on");
        **count = static_cast<std::uint32_t>(value);
    } else {
        *std::get<double*>(slot) = value;
    }
    return {};
}

/// The place of a key; of several that share it, the first.
Result<std::pair<Slot, ValueMeasure>> placeOf(Process& process, std::string_view key) {
    std::optional<std::pair<Slot, ValueMeasure>> found;
    std::vector<std::string> keys;
    const Visitor visit = [&](std::string each, Slot slot, ValueMeasure measure) {
        if (each == key && !found) found = {slot, measure};
        keys.push_back(std::move(each));
    };
    Walk{process, visit}.all();
    if (found) return *found;
    const std::vector<std::string_view> known{keys.begin(), keys.end()};
    const std::string advice = didYouMean(key, known);
    return failure(ErrorCode::NotFound,
                   std::format("the process has no value '{}'{}", key,
                               advice.empty() ? "; name one as station.ID.cycle, buffer.ID.capacity or crew.ID.size" : advice));
}

// The straight lines through the sorted values: the mean of each line is its middle.
double meanOfLines(const std::vector<double>& values) {
    if (values.size() < 2) return values.empty() ? 0 : values.front();
    double sum = 0;
    for (std::size_t i = 1; i < values.size(); ++i) sum += (values[i - 1] + values[i]) / 2;
    return sum / static_cast<double>(values.size() - 1);
}

} // namespace

std::vector<ProcessValue> valuesOf(const Process& process) {
    Process own = process;
    std::vector<ProcessValue> values;
    const Visitor visit = [&](std::string key, Slot slot, ValueMeasure measure) {
        values.push_back({std::move(key), measure, numberAt(slot)});
    };
    Walk{own, visit}.all();
    return values;
}

Result<ProcessValue> valueOf(const Process& process, std::string_view key) {
    Process own = process;
    const auto place = placeOf(own, key);
    if (!place) return std::unexpected(place.error());
    return ProcessValue{std::string{key}, place->second, numberAt(place->first)};
}

Result<void> setValue(Process& process, std::string_view key, double value) {
    const auto place = placeOf(process, key);
    if (!place) return std::unexpected(place.error());
    return put(place->first, key, value);
}

std::string inWords(ValueMeasure measure, double value) {
    switch (measure) {
    case ValueMeasure::Time: return value == 0 ? "0 s" : formatDuration(durationFromSeconds(value));
    case ValueMeasure::Count: return std::format("{:.0f}", value);
    case ValueMeasure::Number: break;
    }
    return std::format("{:.4g}", value);
}

double meanTimeOf(const Distribution& d) {
    using enum DistributionKind;
    switch (d.kind) {
    case Constant:
    case Exponential:
    case Erlang:
    case Gamma:
    case Normal:
    case Lognormal: return d.mean;
    case Triangular: return (d.low + d.mode + d.high) / 3;
    case Uniform: return (d.low + d.high) / 2;
    case Weibull: return d.scale * std::tgamma(1 + 1 / d.shape);
    case Beta: return d.low + (d.high - d.low) * d.shape / (d.shape + d.shape2);
    case Empirical: return meanOfLines(d.values);
    case Discrete: break;
    }
    const double all = std::accumulate(d.weights.begin(), d.weights.end(), 0.0);
    return all > 0 ? std::inner_product(d.values.begin(), d.values.end(), d.weights.begin(), 0.0) / all : 0;
}

} // namespace millwright::plant
