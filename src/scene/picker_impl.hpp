#pragma once

#include "scene/bvh.hpp"

#include <millwright/scene/pick.hpp>

#include <memory>
#include <vector>

namespace millwright::scene {

struct Picker::Impl {
    const Scene* scene;
    std::vector<std::unique_ptr<Bvh>> meshes; ///< parallel to scene->meshes, null until first needed

    const Bvh& of(std::uint32_t mesh) {
        if (!meshes[mesh]) meshes[mesh] = std::make_unique<Bvh>(scene->meshes[mesh]);
        return *meshes[mesh];
    }

    [[nodiscard]] glm::vec3 normal(const Hit& hit, const glm::dmat4& worldFromNode, glm::dvec3 direction) const {
        const Mesh& mesh = scene->meshes[scene->instances[hit.instance].mesh];
        const auto corner = [&](std::size_t c) {
            return glm::dvec3{worldFromNode *
                              glm::dvec4{mesh.vertices[mesh.indices[3 * std::size_t{hit.triangle} + c]].position, 1}};
        };
        const glm::dvec3 across = glm::cross(corner(1) - corner(0), corner(2) - corner(0));
        const double length = glm::length(across);
        if (!(length > 0)) return glm::vec3{-glm::normalize(direction)};
        return glm::vec3{across / (glm::dot(across, direction) > 0 ? -length : length)};
    }
};

} // namespace millwright::scene
