#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>

#include <filesystem>
#include <memory>
#include <span>

namespace millwright::twin {

/// What `log` tells of some of a plant's signals, derived ones among them: the i-th of `signals` is the source's i-th signal, so
/// that samples of one instant come in the plant's order, not the source's. Reads nothing else of the log. `plant` must outlive the
/// source. Errors: those of `telemetry::LogSource::open`.
[[nodiscard]] Result<std::unique_ptr<telemetry::Source>> openSelected(const plant::Plant& plant, const std::filesystem::path& log,
                                                                      std::span<const SignalIndex> signals);

} // namespace millwright::twin
