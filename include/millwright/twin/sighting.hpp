#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/present.hpp>
#include <millwright/telemetry/source.hpp>

namespace millwright::twin {

/// What the signals of a log or another source show of the plant's process at the moment `at`, read from the log's beginning.
/// Parts in a buffer are those of the `[[process.signal]]` with `shows = "content"`, worked back where it lags. `shiftsFrom` is a
/// moment, not after `at`, at which the periods of all shifts begin. `source` stands at its beginning. Errors: those of the source;
/// Invalid where no signal shows anything of the process; Cancelled.
[[nodiscard]] Result<sim::Sighting> sightingOf(const plant::Plant& plant, telemetry::Source& source, Time at, Time shiftsFrom,
                                               const Progress& progress = {});

} // namespace millwright::twin
