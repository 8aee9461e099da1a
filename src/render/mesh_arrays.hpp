#pragma once

#include "render/scene_store.hpp"

#include <span>
#include <vector>

namespace millwright::render {

/// All geometry of a scene as it is uploaded.
struct MeshArrays {
    std::vector<GpuVertex> vertices;
    std::vector<std::uint32_t> indices; ///< into all vertices
    std::vector<SceneStore::Mesh> meshes;
    std::vector<scene::ClusterLevel> levels;
    std::vector<scene::Cluster> clusters;
};

/// The scene's first meshes, from `cooked`. Errors: Invalid, for geometry that does not fit the scene or itself.
[[nodiscard]] Result<void> addCooked(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked, MeshArrays& arrays);
/// Meshes that are not there yet, each as one level that is drawn however far. Indices must be in range.
void addModelled(const scene::Scene& scene, MeshArrays& arrays);

} // namespace millwright::render
