#pragma once

#include <millwright/scene/cooked.hpp>

#include <glm/glm.hpp>

#include <cmath>
#include <cstdint>

namespace millwright::cad {

/// A position on a mesh's grid: 21 bits a coordinate, x lowest. Equal grid points are equal numbers.
using GridPoint = std::uint64_t;

inline constexpr std::uint32_t gridMax = (1u << 21) - 1;

[[nodiscard]] inline GridPoint packGrid(glm::uvec3 p) {
    return GridPoint{p.x} | GridPoint{p.y} << 21 | GridPoint{p.z} << 42;
}
/// In grid steps; exact.
[[nodiscard]] inline glm::vec3 gridSteps(GridPoint p) {
    return {static_cast<float>(p & gridMax), static_cast<float>(p >> 21 & gridMax), static_cast<float>(p >> 42 & gridMax)};
}

[[nodiscard]] inline glm::ivec3 gridIndex(GridPoint p) {
    return {static_cast<std::int32_t>(p & gridMax), static_cast<std::int32_t>(p >> 21 & gridMax),
            static_cast<std::int32_t>(p >> 42 & gridMax)};
}

/// Octahedral encoding in two snorm16 (Cigolle et al. 2014, "A Survey of Efficient Representations for Independent Unit Vectors").
[[nodiscard]] inline std::uint32_t packOctahedral(glm::vec3 n) {
    const float sum = std::abs(n.x) + std::abs(n.y) + std::abs(n.z);
    if (!(sum > 0)) return packOctahedral({0, 1, 0});
    glm::vec2 p = glm::vec2{n.x, n.y} / sum;
    if (n.z < 0) p = (1.0f - glm::abs(glm::vec2{p.y, p.x})) * glm::vec2{p.x < 0 ? -1.0f : 1.0f, p.y < 0 ? -1.0f : 1.0f};
    const auto snorm = [](float v) {
        return static_cast<std::uint32_t>(static_cast<std::int32_t>(std::floor(v * 32767.0f + 0.5f))) & 0xFFFFu;
    };
    return snorm(p.x) | snorm(p.y) << 16;
}

using scene::unpackOctahedral;

} // namespace millwright::cad
