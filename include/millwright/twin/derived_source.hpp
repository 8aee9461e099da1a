#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace millwright::twin {

/// `source`, which has the plant's signals (`subscriptions`), with samples of the plant's derived signals among its own; itself for
/// a plant without any, and where it has them already. What `source` says of derived signals is not read. `plant` must outlive the
/// result. A jump of the source reads it from at most some `checkpointSamples` before, where a derived signal moves something,
/// whose integral is known where it was read before.
[[nodiscard]] std::unique_ptr<telemetry::Source> withDerived(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source,
                                                             std::uint64_t checkpointSamples = 262'144);

/// The signals whose samples those of `signals` are computed from or are, ascending, each once: what a source must have to tell
/// `signals`.
[[nodiscard]] std::vector<SignalIndex> measuredFor(const plant::Plant& plant, std::span<const SignalIndex> signals);

} // namespace millwright::twin
