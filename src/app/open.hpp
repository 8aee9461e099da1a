#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/render/renderer.hpp>
#include <millwright/twin/plant_scene.hpp>
#include <millwright/twin/replay.hpp>

#include <expected>
#include <filesystem>
#include <optional>
#include <vector>

/// How every command turns what the user named (a plant, a model, a log) into what the modules work on.
namespace millwright::app {

/// A plant's folder or `plant.toml`, or a single CAD model, which becomes a plant of one equipment without signals.
/// Errors: every problem of the plant description, or one for a path that is neither.
[[nodiscard]] std::expected<plant::Plant, std::vector<Error>> openPlant(const std::filesystem::path& path);

/// The replay of `log`, or of the plant's default log where `log` is empty; nothing when there is neither. `plant` must outlive it.
/// Warns of signals that the log does not have and of a log that was cut off. Errors: those of the log; Invalid when the log has
/// none of the plant's signals.
[[nodiscard]] Result<std::optional<twin::Replay>> openReplay(const plant::Plant& plant, const std::filesystem::path& log);

struct Floor {
    double height = 0;      ///< metres
    double gridSpacing = 1; ///< metres
};
/// A plant's floor is at 0. A model by itself stands on it, wherever its author put the origin, with a grid as fine as it is small.
[[nodiscard]] Floor floorOf(const plant::Plant& plant, const twin::PlantScene& scene);

} // namespace millwright::app
