#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/action_record.hpp>
#include <millwright/twin/derived_source.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/twin/replay.hpp>

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

/// How every command turns what the user named (a plant, a model, a log) into what the modules work on.
namespace millwright::app {

/// A plant's folder or `plant.toml`, or a single CAD model, which becomes a plant of one equipment without signals.
/// Errors: every problem of the plant description, or one for a path that is neither.
[[nodiscard]] std::expected<plant::Plant, std::vector<Error>> openPlant(const std::filesystem::path& path);

/// The log that a command reads: the one named, or else the plant's own. Errors: Invalid when there is neither.
[[nodiscard]] Result<std::filesystem::path> logOf(const plant::Plant& plant, const std::filesystem::path& named);

/// The samples in `log` of the plant's signals, derived ones among them; `plant` must outlive the source. Warns of signals that the
/// log does not have, of those that it has and the plant computes, and of a log that was cut off. Errors: those of the log; Invalid
/// when the log has none of the plant's signals.
[[nodiscard]] Result<std::unique_ptr<telemetry::Source>> openLog(const plant::Plant& plant, const std::filesystem::path& log);

/// The replay of `log`, which `plant` must outlive. Warnings and errors as `openLog`.
[[nodiscard]] Result<twin::Replay> openReplay(const plant::Plant& plant, const std::filesystem::path& log);
/// The same while operators do what the file `actions` says; an empty one says nothing. Errors: also every problem of that file.
[[nodiscard]] std::expected<twin::Replay, std::vector<Error>>
openReplay(const plant::Plant& plant, const std::filesystem::path& log, const std::filesystem::path& actions);
/// Warns of actions that had no effect, and why.
void warnOfRefusals(const plant::Plant& plant, const twin::Replay& replay);
/// The same of `named` or the plant's own log; nothing when there is neither.
[[nodiscard]] Result<std::optional<twin::Replay>> openReplayIfAny(const plant::Plant& plant, const std::filesystem::path& named);

struct Floor {
    double height = 0;      ///< metres
    double gridSpacing = 1; ///< metres
};
/// A plant's floor is at 0. A model by itself stands on it, wherever its author put the origin, with a grid as fine as it is small.
[[nodiscard]] Floor floorOf(const plant::Plant& plant, const twin::PlantScene& scene);

} // namespace millwright::app
