#include <millwright/scene/scene.hpp>

namespace millwright::scene {

namespace {

/// Whether the transform maps every axis to an axis: shifts, scales, mirrors and quarter turns do.
bool keepsAxes(const glm::mat4& transform) {
    for (int column = 0; column < 3; ++column) {
        int used = 0;
        for (int row = 0; row < 3; ++row) used += transform[column][row] != 0 ? 1 : 0;
        if (used > 1) return false;
    }
    return true;
}

} // namespace

Aabb Aabb::transformed(const glm::mat4& transform) const {
    if (empty()) return *this;
    // Each axis of the new box is the sum of the extremes that each old axis contributes (Arvo, Graphics Gems 1990).
    Aabb box{glm::vec3{transform[3]}, glm::vec3{transform[3]}};
    for (int column = 0; column < 3; ++column) {
        const glm::vec3 a = glm::vec3{transform[column]} * min[column];
        const glm::vec3 b = glm::vec3{transform[column]} * max[column];
        box.min += glm::min(a, b);
        box.max += glm::max(a, b);
    }
    return box;
}

std::size_t Scene::triangles() const {
    std::size_t count = 0;
    for (const Instance& instance : instances) count += meshes[instance.mesh].triangles();
    return count;
}

std::size_t Scene::uniqueTriangles() const {
    std::size_t count = 0;
    for (const Mesh& mesh : meshes) count += mesh.triangles();
    return count;
}

std::vector<glm::mat4> Scene::worldTransforms() const {
    std::vector<glm::mat4> world(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        world[i] = node.parent == none ? node.parentFromNode : world[node.parent] * node.parentFromNode;
    }
    return world;
}

Aabb Scene::bounds() const {
    const std::vector<glm::mat4> world = worldTransforms();
    Aabb box;
    for (const Instance& instance : instances) {
        const Mesh& mesh = meshes[instance.mesh];
        const glm::mat4& transform = world[instance.node];
        const Aabb around = mesh.bounds.transformed(transform);
        if (glm::all(glm::greaterThanEqual(around.min, box.min)) && glm::all(glm::lessThanEqual(around.max, box.max))) continue;
        if (keepsAxes(transform) || mesh.vertices.empty()) {
            box.include(around);
        } else { // the box around a turned box is too large: ask the vertices
            for (const Vertex& vertex : mesh.vertices) box.include(glm::vec3{transform * glm::vec4{vertex.position, 1}});
        }
    }
    return box;
}

} // namespace millwright::scene
