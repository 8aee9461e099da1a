#include <millwright/twin/watched.hpp>

#include <algorithm>
#include <format>

namespace millwright::twin {
namespace {

constexpr std::size_t produced = plant::index(plant::Quantity::Produced);
constexpr std::size_t good = plant::index(plant::Quantity::Good);

std::string whyNoCycles(const kpi::Lifetimes& lifetimes, const Watched& watched) {
    if (watched.source.counts[produced] == noSignal && watched.source.counts[good] == noSignal)
        return "no signal counts its cycles";
    if (lifetimes.rises == 0) return "its count did not rise twice";
    if (countsCycles(lifetimes)) return {};
    return std::format(
        "its count rose {} of {} times by other than one cycle ({:g}), or outside production; {:.4g} s of production "
        "an item on average",
        lifetimes.otherRises, lifetimes.rises, watched.itemsPerCycle, lifetimes.secondsAnItem);
}

std::vector<sim::Lifetime> lifetimesOf(std::span<const kpi::Lasting> lasting) {
    std::vector<sim::Lifetime> lifetimes;
    for (const kpi::Lasting& each : lasting) lifetimes.push_back({seconds(each.took), each.cutOff, each.restOnly});
    return lifetimes;
}

} // namespace

std::optional<Watched> watchedOf(const plant::Plant& plant, std::uint32_t index) {
    const plant::Station& station = plant.process->stations[index];
    Watched watched{.station = index, .source = {}, .itemsPerCycle = static_cast<double>(station.batch)};
    const EquipmentIndex equipment = station.equipment.empty() ? noEquipment : plant.findEquipment(station.equipment);
    const auto own = std::ranges::find(plant.kpis, equipment, &plant::KpiSource::equipment);
    if (equipment != noEquipment && own != plant.kpis.end()) {
        watched.source = *own;
    } else {
        watched.source.elementOf = plant::usualElements();
        watched.source.isFailure = plant::usualFailures();
    }
    for (const plant::ProcessSignal& drive : plant.process->signals) {
        if (drive.of != index) continue;
        if (drive.shows == plant::Shows::State && watched.source.state == noSignal) watched.source.state = drive.signal;
        if (drive.shows != plant::Shows::Finished || drive.scale <= 0) continue;
        const bool counts = watched.source.counts[produced] != noSignal || watched.source.counts[good] != noSignal;
        // A count that starts again loses the cycle with which it does.
        if (!counts && drive.modulo == 0) watched.source.counts[produced] = drive.signal;
        if (watched.source.counts[produced] == drive.signal) watched.itemsPerCycle = drive.scale;
    }
    if (watched.source.state == noSignal) return std::nullopt;
    return watched;
}

std::vector<Watched> watchedStations(const plant::Plant& plant) {
    std::vector<Watched> stations;
    for (std::uint32_t i = 0; i < plant.process->stations.size(); ++i)
        if (auto watched = watchedOf(plant, i)) stations.push_back(*std::move(watched));
    return stations;
}

kpi::LifetimeRules rulesOf(const Watched& watched, const plant::Station& station) {
    return {.clock = sim::failureClockOf(station),
            .hasShift = station.shift || !station.maintenance.empty(),
            .itemsPerCycle = watched.itemsPerCycle};
}

bool countsCycles(const kpi::Lifetimes& lifetimes) {
    return lifetimes.otherRises * 10 <= lifetimes.rises;
}

sim::StationRecord recordOf(const Watched& watched, const plant::Station& station, const kpi::Journal& journal) {
    const kpi::Lifetimes lifetimes = kpi::lifetimesOf(watched.source, journal, rulesOf(watched, station));
    sim::StationRecord record{.station = watched.station,
                              .toFailure = lifetimesOf(lifetimes.toFailure),
                              .outages = {},
                              .cycles = lifetimesOf(lifetimes.cycles),
                              .noCycles = whyNoCycles(lifetimes, watched)};
    for (const kpi::Lasting& each : lifetimes.repairs)
        record.outages.push_back({each.interval.from, each.interval.to, each.cutOff, each.restOnly});
    return record;
}

} // namespace millwright::twin
