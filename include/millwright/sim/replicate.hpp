#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/sim/simulation.hpp>

#include <cstdint>
#include <vector>

namespace millwright::sim {

/// Independent runs of one model.
struct Replications {
    Duration warmUp{};
    Duration length{};      ///< warm-up included
    std::uint64_t seed = 1; ///< replication r has the seed `replicationSeed(seed, r)`, in every scenario the same
    std::uint32_t count = 10;
    std::uint32_t first = 0;   ///< number of the first replication
    std::uint32_t stride = 1;  ///< from one replication's number to the next
    std::uint32_t threads = 0; ///< 0: as many as the machine has cores
};

/// Runs them, side by side; the reports are in the order of the replications whatever the threads do. Errors: that of the first
/// replication that fails, with its number and seed in the place; Cancelled.
[[nodiscard]] Result<std::vector<Report>> replicate(const Model& model, const Replications& plan, const Progress& progress = {});

/// The number of parts in progress at `count` equal steps of a run of `length`, averaged over the replications of `plan`: what
/// `warmUpOf` looks at. Errors as `replicate`.
[[nodiscard]] Result<std::vector<double>> partsOverTime(const Model& model, const Replications& plan, std::size_t count,
                                                        const Progress& progress = {});

} // namespace millwright::sim
