#pragma once

#include <millwright/scene/scene.hpp>

#include <vector>

namespace millwright::scene {

/// What one snaps to on a mesh, in its own frame: see `Measurer` for what counts.
struct MeshFeatures {
    struct Edge {
        glm::vec3 from{0};
        glm::vec3 to{0};
    };
    std::vector<Edge> edges;
    std::vector<glm::vec3> corners;

    [[nodiscard]] std::size_t bytes() const { return edges.capacity() * sizeof(Edge) + corners.capacity() * sizeof(glm::vec3); }

    MeshFeatures() = default;
    explicit MeshFeatures(const Mesh& mesh);
};

} // namespace millwright::scene
