#pragma once

#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::scene {

using Corners = std::array<glm::vec3, 3>;

/// Where the triangles of a scene's meshes are: cooked, or in the meshes themselves (see CookedGeometry). Meshes come in blocks, of
/// which each can be had by itself: the clusters of a cooked mesh, all triangles of another. Cheap to copy but for a number a
/// model. Lifetime: scene and geometry must outlive it. Thread: any.
class MeshSource {
public:
    MeshSource(const Scene& scene, std::span<const CookedGeometry> cooked);

    [[nodiscard]] std::uint32_t blocks(std::uint32_t mesh) const;
    /// Around a block; of a cooked mesh around its cluster's sphere, so that its triangles are not looked at.
    [[nodiscard]] Aabb box(std::uint32_t mesh, std::uint32_t block) const;
    /// The triangles of a block, mesh frame.
    [[nodiscard]] std::vector<Corners> triangles(std::uint32_t mesh, std::uint32_t block) const;
    /// How many triangles the blocks before this one have.
    [[nodiscard]] std::uint32_t firstTriangle(std::uint32_t mesh, std::uint32_t block) const;
    /// The whole mesh as indexed triangles.
    [[nodiscard]] Mesh whole(std::uint32_t mesh) const;
    [[nodiscard]] const Scene& scene() const { return *scene_; }

private:
    /// Of a mesh; no geometry: it is as modelled.
    struct Place {
        const CookedGeometry* geometry = nullptr;
        std::uint32_t mesh = 0;
    };
    [[nodiscard]] Place find(std::uint32_t mesh) const;

    const Scene* scene_;
    std::span<const CookedGeometry> cooked_;
    std::vector<std::uint32_t> ends_; ///< parallel to `cooked_`: one after its last mesh
};

} // namespace millwright::scene
