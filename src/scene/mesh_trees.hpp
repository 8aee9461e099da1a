#pragma once

#include "scene/bvh.hpp"
#include "scene/kept.hpp"
#include "scene/mesh_source.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace millwright::scene {

/// Where a ray meets a mesh: the triangle, and t along the ray.
struct MeshHit {
    std::uint32_t triangle = none;
    double t = 0;
    Corners corners{}; ///< of the triangle, mesh frame
};

/// The triangles of a block with a hierarchy over them.
class TriangleBlock {
public:
    explicit TriangleBlock(std::vector<Corners> triangles);

    [[nodiscard]] const std::vector<Corners>& triangles() const { return triangles_; }
    [[nodiscard]] const Bvh& tree() const { return tree_; }
    /// Nearest triangle of the block with 0 <= t < `limit` along origin + t * direction; both faces count.
    [[nodiscard]] std::optional<MeshHit> intersect(glm::dvec3 origin, glm::dvec3 direction, double limit) const;
    [[nodiscard]] std::size_t bytes() const { return triangles_.capacity() * sizeof(Corners) + tree_.bytes(); }

private:
    std::vector<Corners> triangles_;
    Bvh tree_;
};

/// Hierarchies over the meshes of a scene, in two storeys: one over a mesh's blocks, made when the mesh is first asked for and kept
/// (32 bytes a block), and one over the triangles of a block, made when a ray comes that close and kept within a budget.
class MeshTrees {
public:
    MeshTrees(const Scene& scene, std::span<const CookedGeometry> cooked, std::size_t budgetBytes);

    /// Over a mesh's blocks, one a leaf.
    [[nodiscard]] const Bvh& over(std::uint32_t mesh);
    [[nodiscard]] std::shared_ptr<const TriangleBlock> block(std::uint32_t mesh, std::uint32_t block);
    /// Nearest triangle with 0 <= t < `limit` along origin + t * direction, mesh frame; both faces count.
    [[nodiscard]] std::optional<MeshHit> intersect(std::uint32_t mesh, glm::dvec3 origin, glm::dvec3 direction, double limit);

    [[nodiscard]] const MeshSource& source() const { return source_; }
    [[nodiscard]] const Kept<TriangleBlock>& kept() const { return blocks_; }

private:
    MeshSource source_;
    std::vector<std::unique_ptr<Bvh>> over_; ///< parallel to the scene's meshes, null until first needed
    Kept<TriangleBlock> blocks_;
};

} // namespace millwright::scene
