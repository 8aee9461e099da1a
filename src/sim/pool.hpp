#pragma once

#include <millwright/sim/replicate.hpp>

#include <cstdint>
#include <functional>

namespace millwright::sim {

/// One replication: `index` counts those of the plan from 0.
using Replication = std::function<Result<void>(std::uint32_t index, std::uint64_t seed)>;

/// Gives the replications of `plan` to its threads, as soon as each has time. Errors: that of the first replication that fails, by
/// number, with number and seed in the place; Cancelled.
[[nodiscard]] Result<void> eachReplication(const Replications& plan, const Progress& progress, const Replication& work);

} // namespace millwright::sim
