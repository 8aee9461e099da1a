#include <millwright/sim/cost.hpp>

#include <algorithm>
#include <array>

namespace millwright::sim {

bool hasCosts(const plant::Process& process) {
    return process.cost != plant::ProcessCost{} ||
           std::ranges::any_of(process.sources, [](const auto& s) { return s.itemCost > 0; }) ||
           std::ranges::any_of(process.stations, [](const auto& s) { return s.hourCost > 0 || s.itemCost > 0; }) ||
           std::ranges::any_of(process.crews, [](const auto& c) { return c.hourCost > 0; }) ||
           std::ranges::any_of(process.fleets, [](const auto& f) { return f.hourCost > 0; });
}

bool hasPower(const plant::Process& process) {
    if (std::ranges::any_of(process.fleets, [](const plant::Fleet& fleet) { return fleet.battery.has_value(); })) return true;
    return std::ranges::any_of(process.stations, [](const plant::Station& station) {
        return std::ranges::any_of(station.power, [](double drawn) { return drawn > 0; });
    });
}

double energyOf(const plant::Process& process, const Report& report) {
    double energy = 0;
    for (std::size_t i = 0; i < process.stations.size(); ++i) {
        const plant::Station& station = process.stations[i];
        const StationReport& did = report.stations[i];
        const std::array shares{did.working, did.starved, did.blocked,     did.down,
                                did.setUp,   did.idle,    did.maintenance, did.unattended}; // in the order of Activity
        for (std::size_t k = 0; k < shares.size(); ++k)
            energy += station.power[k] * shares[k] * station.servers * report.seconds / 3600;
    }
    for (const FleetReport& fleet : report.fleets) energy += fleet.charged;
    return energy;
}

RunCost costOf(const plant::Process& process, const Report& report) {
    const double hours = report.seconds / 3600;
    RunCost cost{.hours = process.cost.hour * hours, .energy = process.cost.energy * energyOf(process, report)};
    for (std::size_t i = 0; i < process.stations.size(); ++i) {
        const plant::Station& station = process.stations[i];
        cost.hours += station.hourCost * station.servers * (1 - report.stations[i].idle) * hours;
        cost.work += station.itemCost * static_cast<double>(report.stations[i].finished) * station.batch;
    }
    for (std::size_t i = 0; i < process.crews.size(); ++i)
        cost.hours += process.crews[i].hourCost * process.crews[i].size * report.crews[i].present * hours;
    for (const plant::Fleet& fleet : process.fleets) cost.hours += fleet.hourCost * fleet.vehicles * hours;
    for (std::size_t i = 0; i < process.sources.size(); ++i)
        cost.material += process.sources[i].itemCost * static_cast<double>(report.sources[i].created - report.sources[i].lost);
    for (const ProductReport& product : report.products) {
        cost.work += process.cost.item * static_cast<double>(product.made);
        cost.scrap += process.cost.scrap * static_cast<double>(product.scrapped);
    }
    return cost;
}

} // namespace millwright::sim
