#pragma once

#include "render/scene_store.hpp"

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

/// Every mesh as one level that is drawn however far. Indices must be in range.
void addModelled(const scene::Scene& scene, MeshArrays& arrays);
/// Errors: Invalid, for geometry that does not fit the scene or itself.
[[nodiscard]] Result<void> addCooked(const scene::Scene& scene, const scene::CookedGeometry& cooked, MeshArrays& arrays);

} // namespace millwright::render
