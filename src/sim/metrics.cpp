#include "sim/metrics.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/plant/process_value.hpp>
#include <millwright/sim/cost.hpp>

#include <algorithm>
#include <array>
#include <format>
#include <limits>

namespace millwright::sim {
namespace {

struct Value {
    std::string id, unit;
    double value = 0;
};

constexpr std::array vehicleMetrics{"vehicleLoaded",  "vehicleHandling", "vehicleEmpty", "vehicleWaiting",
                                    "vehicleBlocked", "vehicleCharging", "vehicleDown"}; // in the order of VehicleActivity

// A mean of nothing is none, rather than 0.
double unless(bool none, double value) {
    return none ? std::numeric_limits<double>::quiet_NaN() : value;
}

// Of all orders of each source together.
void addOrders(std::vector<Value>& values, const plant::Process& process, const Report& report) {
    std::size_t next = 0;
    for (const plant::Source& source : process.sources) {
        if (!source.orders) continue;
        double finished = 0, late = 0, time = 0, tardiness = 0;
        for (std::size_t end = next + source.orders->orders.size(); next < end; ++next) {
            const OrderReport& order = report.orders[next];
            const auto count = static_cast<double>(order.finished);
            finished += count;
            late += static_cast<double>(order.late);
            time += order.meanTime * count;
            tardiness += order.meanTardiness * count;
        }
        values.push_back({"orders/" + source.id, "1", finished});
        values.push_back({"orderTime/" + source.id, "s", unless(finished == 0, time / finished)});
        values.push_back({"ordersInTime/" + source.id, "1", unless(finished == 0, 1 - late / finished)});
        values.push_back({"tardiness/" + source.id, "s", unless(finished == 0, tardiness / finished)});
    }
}

// Every quantity of one run, in the order of the model.
std::vector<Value> quantities(const plant::Process& process, const Report& report) {
    std::vector<Value> values;
    const double hours = report.seconds / 3600;
    double made = 0, scrapped = 0, inSystem = 0;
    for (const ProductReport& product : report.products) {
        made += static_cast<double>(product.made);
        scrapped += static_cast<double>(product.scrapped);
        inSystem += product.meanTimeInSystem * static_cast<double>(product.made);
    }
    values.push_back({"throughput", "/h", made / hours});
    values.push_back({"scrap", "/h", scrapped / hours});
    values.push_back({"timeInSystem", "s", unless(made == 0, inSystem / made)});
    if (hasCosts(process)) {
        const double cost = costOf(process, report).total();
        values.push_back({"cost", process.currency + "/h", cost / hours});
        values.push_back({"costPerItem", process.currency, unless(made == 0, cost / made)});
    }
    if (hasPower(process)) {
        const double energy = energyOf(process, report);
        values.push_back({"power", "kW", energy / hours});
        values.push_back({"energyPerItem", "kW.h", unless(made == 0, energy / made)});
    }
    for (std::size_t i = 0; process.products.size() > 1 && i < report.products.size(); ++i) {
        const std::string& id = process.products[i].id;
        values.push_back({"throughput/" + id, "/h", static_cast<double>(report.products[i].made) / hours});
        values.push_back({"scrap/" + id, "/h", static_cast<double>(report.products[i].scrapped) / hours});
        values.push_back({"timeInSystem/" + id, "s", unless(report.products[i].made == 0, report.products[i].meanTimeInSystem)});
    }
    for (std::size_t i = 0; i < report.stations.size(); ++i) {
        const StationReport& station = report.stations[i];
        for (const auto& [name, value] : {std::pair{"working", station.working},
                                          {"starved", station.starved},
                                          {"blocked", station.blocked},
                                          {"down", station.down},
                                          {"setup", station.setUp},
                                          {"idle", station.idle}})
            values.push_back({std::format("{}/{}", name, process.stations[i].id), "1", value});
        if (!process.stations[i].maintenance.empty())
            values.push_back({"maintenance/" + process.stations[i].id, "1", station.maintenance});
        if (!process.stations[i].needs.empty()) values.push_back({"unattended/" + process.stations[i].id, "1", station.unattended});
    }
    for (std::size_t i = 0; i < report.buffers.size(); ++i) {
        values.push_back({"content/" + process.buffers[i].id, "1", report.buffers[i].mean});
        values.push_back({"wait/" + process.buffers[i].id, "s", unless(report.buffers[i].left == 0, report.buffers[i].meanWait)});
        if (process.buffers[i].patience)
            values.push_back({"gaveUp/" + process.buffers[i].id, "/h", static_cast<double>(report.buffers[i].gaveUp) / hours});
    }
    for (std::size_t i = 0; i < report.stations.size(); ++i) {
        if (!process.stations[i].conveying) continue;
        const BufferReport conveyed = report.stations[i].conveyed.value_or(BufferReport{});
        values.push_back({"conveyed/" + process.stations[i].id, "1", conveyed.mean});
        values.push_back({"travel/" + process.stations[i].id, "s", unless(conveyed.left == 0, conveyed.meanWait)});
    }
    addOrders(values, process, report);
    for (std::size_t i = 0; i < report.crews.size(); ++i) {
        const plant::Crew& crew = process.crews[i];
        values.push_back({"busy/" + crew.id, "1", report.crews[i].busy});
        if (crew.walking > 0 || plant::meanTimeOf(crew.travel) > 0)
            values.push_back({"walking/" + crew.id, "1", report.crews[i].walking});
        if (plant::meanTimeOf(crew.response) > 0) values.push_back({"responding/" + crew.id, "1", report.crews[i].responding});
    }
    for (std::size_t i = 0; i < report.fleets.size(); ++i) {
        for (std::size_t a = 0; a < vehicleActivities; ++a)
            values.push_back({std::format("{}/{}", vehicleMetrics[a], process.fleets[i].id), "1", report.fleets[i].shares[a]});
        values.push_back({"loads/" + process.fleets[i].id, "/h", static_cast<double>(report.fleets[i].loads) / hours});
        values.push_back({"driven/" + process.fleets[i].id, "m/h", report.fleets[i].driven / hours});
    }
    return values;
}

} // namespace

std::vector<MetricResult> metricsOf(const plant::Process& process, const std::vector<Report>& reports) {
    std::vector<MetricResult> metrics;
    for (const Report& report : reports) {
        std::vector<Value> values = quantities(process, report);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (metrics.size() == i) metrics.push_back({.id = std::move(values[i].id), .unit = std::move(values[i].unit)});
            metrics[i].values.push_back(values[i].value);
        }
    }
    return metrics;
}

Result<MetricResult> metricNamed(const plant::Process& process, std::string_view id) {
    Report blank{.seconds = 3600};
    blank.products.resize(process.products.size());
    blank.stations.resize(process.stations.size());
    blank.buffers.resize(process.buffers.size());
    blank.sources.resize(process.sources.size());
    blank.crews.resize(process.crews.size());
    blank.fleets.resize(process.fleets.size());
    for (const plant::Source& source : process.sources)
        if (source.orders) blank.orders.resize(blank.orders.size() + source.orders->orders.size());
    std::vector<MetricResult> metrics = metricsOf(process, {blank});
    const auto found = std::ranges::find(metrics, id, &MetricResult::id);
    if (found != metrics.end()) return MetricResult{.id = found->id, .unit = found->unit};
    std::vector<std::string_view> ids;
    for (const MetricResult& metric : metrics) ids.push_back(metric.id);
    const std::string advice = didYouMean(id, ids);
    return failure(ErrorCode::NotFound,
                   std::format("there is no quantity '{}'{}", id,
                               advice.empty() ? "; name one of study --json, such as throughput or timeInSystem" : advice));
}

Progress partOf(const Progress& whole, double from, double to, const std::string& what) {
    return {.report =
                [&whole, from, to, what](double fraction, std::string_view stage) {
                    whole(from + (to - from) * fraction, what.empty() ? std::string{stage} : std::format("{}: {}", what, stage));
                },
            .stop = whole.stop};
}

Error inScenario(Error error, const std::string& id) {
    error.place = error.place.empty() ? std::format("scenario '{}'", id) : std::format("scenario '{}', {}", id, error.place);
    return error;
}

} // namespace millwright::sim
