#pragma once

#include <glm/glm.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace millwright::scene {

/// Vertices at one place are one point: faces with normals of their own have vertices of their own.
struct Welded {
    std::vector<std::uint32_t> pointOf; ///< parallel to what was welded
    std::vector<glm::vec3> points;
};
[[nodiscard]] Welded weld(std::span<const glm::vec3> positions);

} // namespace millwright::scene
