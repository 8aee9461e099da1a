#pragma once

#include <millwright/kpi/lifetimes.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/calibrate.hpp>

#include <optional>
#include <vector>

/// How a plant's signals show what the stations of its process do.
namespace millwright::twin {

/// How one station's state and cycles show in the plant's signals.
struct Watched {
    std::uint32_t station = 0;
    plant::KpiSource source;
    double itemsPerCycle = 1;
};

/// The `kpi` table of the station's equipment, or the signals that a simulation of the station drives; none for a station whose
/// state no signal shows. `plant` has a process.
[[nodiscard]] std::optional<Watched> watchedOf(const plant::Plant& plant, std::uint32_t station);

/// All that can be watched, in the order of the process.
[[nodiscard]] std::vector<Watched> watchedStations(const plant::Plant& plant);

[[nodiscard]] kpi::LifetimeRules rulesOf(const Watched& watched, const plant::Station& station);

/// Whether the count rises by one cycle at a time, so that it tells when cycles end.
[[nodiscard]] bool countsCycles(const kpi::Lifetimes& lifetimes);

/// What a journal says of a station, as the simulation wants it.
[[nodiscard]] sim::StationRecord recordOf(const Watched& watched, const plant::Station& station, const kpi::Journal& journal);

} // namespace millwright::twin
