#pragma once

#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <span>
#include <vector>

namespace millwright::render {

/// Meshes that nobody cooked, such as a headset's controllers, in the form of cooked ones: as modelled, one level that is drawn
/// however far. Positions are off by at most half a step of the mesh's grid.
struct Modelled {
    std::vector<scene::CookedMesh> meshes;
    std::vector<scene::ClusterLevel> levels;
    std::vector<scene::Cluster> clusters;
    std::vector<scene::CookedVertex> vertices;
    std::vector<scene::CookedAttributes> attributes;
    std::vector<std::uint32_t> triangles;

    /// Valid while this is neither changed nor moved.
    [[nodiscard]] scene::CookedGeometry geometry() const {
        return {.meshes = meshes,
                .levels = levels,
                .clusters = clusters,
                .vertices = vertices,
                .attributes = attributes,
                .triangles = triangles};
    }
};

/// The scene's meshes from number `first` on. Their indices must be in range.
[[nodiscard]] Modelled cutModelled(const scene::Scene& scene, std::size_t first);

} // namespace millwright::render
