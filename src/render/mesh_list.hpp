#pragma once

#include "render/scene_store.hpp"

#include <span>

namespace millwright::render {

/// Makes `store`'s sources, meshes and detail: first those of `cooked`, then the scene's other meshes as modelled. The scene's
/// indices must be in range. Errors: Invalid, for geometry that does not fit the scene or itself; ResourceLimit.
[[nodiscard]] Result<void> listMeshes(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked, SceneStore& store);

} // namespace millwright::render
