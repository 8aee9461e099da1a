#include <millwright/scene/scene.hpp>

namespace millwright::scene {

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
    for (const Instance& instance : instances) box.include(meshes[instance.mesh].bounds.transformed(world[instance.node]));
    return box;
}

} // namespace millwright::scene
