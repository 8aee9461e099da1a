#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/present.hpp>
#include <millwright/telemetry/source.hpp>

#include <chrono>
#include <vector>

namespace millwright::twin {

/// When the periods of shifts begin unless somebody says otherwise: a Monday at midnight UTC.
inline constexpr Time usualShiftsFrom{std::chrono::days{4}};

/// The signals that `sightingOf` reads, ascending: states and counts of stations, contents of buffers. Empty where none shows
/// anything of the process, which `plant` has.
[[nodiscard]] std::vector<SignalIndex> presentSignals(const plant::Plant& plant);

/// What the signals of a log or another source show of the plant's process at the moment `at`, read from the log's beginning.
/// Parts in a buffer are those of the `[[process.signal]]` with `shows = "content"`, worked back where it lags. `shiftsFrom` is a
/// moment, not after `at`, at which the periods of all shifts begin. `source` stands at its beginning. Errors: those of the source;
/// Invalid where no signal shows anything of the process; Cancelled.
[[nodiscard]] Result<sim::Sighting> sightingOf(const plant::Plant& plant, telemetry::Source& source, Time at, Time shiftsFrom,
                                               const Progress& progress = {});

} // namespace millwright::twin
