#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/simulation.hpp>

#include <cstdint>
#include <filesystem>

namespace millwright::sim {

struct RecordPlan {
    Time start{};           ///< of the log: the moment of the run at which recording begins
    Duration to{};          ///< end of the run, after its beginning
    std::uint64_t seed = 1; ///< of the noise
};

/// Goes on with a run up to `plan.to` and writes what the plant's feeds would have sent meanwhile: the signals that
/// `Process::signals` drives, with the faults of `Process::faults`. The log is like a recorded one; the same run gives the same
/// bytes. `simulation` is a run of `plant.process`. Returns the number of samples.
/// Errors: those of the run and of `telemetry::LogWriter`; Invalid when the process drives no signal; Cancelled. Then there is no
/// log.
[[nodiscard]] Result<std::uint64_t> recordRun(const plant::Plant& plant, const plant::Process& process, Simulation& simulation,
                                              const RecordPlan& plan, const std::filesystem::path& log,
                                              const Progress& progress = {});

} // namespace millwright::sim
