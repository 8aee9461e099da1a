#pragma once

#include "sim/sampler.hpp"

#include <millwright/sim/initial_state.hpp>

#include <cstdint>

namespace millwright::sim {

/// Draws how much longer something takes that has been going on for `elapsed`, in nanoseconds; 0 where it should have ended
/// already. docs/decisions/007-branch-from-now.md says by which method. Uses up one number of `stream` at most, whatever it needs
/// besides; `which` tells apart those that share the stream, below 2^20.
[[nodiscard]] std::int64_t drawRest(const Elapsed& elapsed, const Sampler& sampler, Stream& stream, std::uint64_t seed,
                                    const double* tables, std::uint32_t which = 0);

} // namespace millwright::sim
