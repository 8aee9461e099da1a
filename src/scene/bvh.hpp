#pragma once

#include <millwright/scene/scene.hpp>

#include <optional>
#include <vector>

namespace millwright::scene {

/// Bounding-volume hierarchy over the triangles of one mesh, in the mesh's frame. Keeps a reference to the mesh.
class Bvh {
public:
    /// Binned surface-area heuristic (Wald, "On fast construction of SAH-based bounding volume hierarchies", 2007).
    explicit Bvh(const Mesh& mesh);

    struct Hit {
        std::uint32_t triangle;
        double t;
    };
    /// Nearest triangle with 0 <= t < `limit` along origin + t * direction; both faces count.
    [[nodiscard]] std::optional<Hit> intersect(glm::dvec3 origin, glm::dvec3 direction, double limit) const;

    /// A leaf when count > 0: triangles_[first, first + count). Otherwise its children are nodes first and first + 1.
    struct Node {
        Aabb box;
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };
    /// The first is the root; none for a mesh without triangles.
    [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
    /// What leaves list: indices of the mesh's triangles.
    [[nodiscard]] const std::vector<std::uint32_t>& triangles() const { return triangles_; }
    [[nodiscard]] const Mesh& mesh() const { return *mesh_; }

private:
    struct Builder;

    const Mesh* mesh_;
    std::vector<Node> nodes_;
    std::vector<std::uint32_t> triangles_;
};

/// Entry distance of the ray origin + t * direction into the box, `inverse` = 1 / direction; infinity when it misses it or enters
/// at `limit` or later.
[[nodiscard]] double enterBox(const Aabb& box, glm::dvec3 origin, glm::dvec3 inverse, double limit);

} // namespace millwright::scene
