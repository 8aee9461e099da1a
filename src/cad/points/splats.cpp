#include "cad/points/splats.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace millwright::cad {

namespace {

bool usable(glm::vec3 p) {
    return std::abs(p.x) <= largestCoordinate && std::abs(p.y) <= largestCoordinate && std::abs(p.z) <= largestCoordinate;
}

/// So that neighbours overlap a little: how far apart the points lie on the surfaces that they were taken from. Those are about as
/// large as the cells that have a point in them.
float radiusFor(const std::vector<glm::vec3>& points, const scene::Aabb& bounds, std::size_t shown) {
    const float cell = glm::length(bounds.size()) / 200;
    if (cell <= 0) return 0.0005f;
    std::unordered_set<std::uint64_t> cells;
    for (const glm::vec3 point : points) {
        if (!usable(point)) continue;
        const glm::vec3 at = (point - bounds.min) / cell;
        cells.insert(static_cast<std::uint64_t>(at.x) << 40 | static_cast<std::uint64_t>(at.y) << 20 |
                     static_cast<std::uint64_t>(at.z));
    }
    const float spacing = cell * std::sqrt(static_cast<float>(cells.size()) / static_cast<float>(std::max<std::size_t>(shown, 1)));
    return std::clamp(0.8f * spacing, 0.0005f, 0.05f);
}

} // namespace

Splats splat(const std::vector<glm::vec3>& points, const std::vector<std::array<std::uint8_t, 4>>& colours) {
    constexpr float third = 0.57735027f; // 1 / sqrt(3)
    constexpr std::array<glm::vec3, 4> corners{glm::vec3{third, third, third}, glm::vec3{third, -third, -third},
                                               glm::vec3{-third, third, -third}, glm::vec3{-third, -third, third}};
    constexpr std::array<std::uint32_t, 12> sides{0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2};
    Splats splats;
    const std::size_t step = (points.size() + mostPoints - 1) / mostPoints;
    scene::Aabb bounds;
    for (const glm::vec3 point : points) {
        if (usable(point))
            bounds.include(point);
        else
            ++splats.broken;
    }
    if (bounds.empty()) return splats;
    splats.radius = radiusFor(points, bounds, (points.size() - splats.broken) / step);
    for (std::size_t i = 0; i < points.size(); i += step) {
        if (!usable(points[i])) continue;
        const auto first = static_cast<std::uint32_t>(splats.mesh.positions.size());
        for (const glm::vec3 corner : corners) {
            splats.mesh.positions.push_back(points[i] + splats.radius * corner);
            splats.mesh.normals.push_back(corner);
            if (!colours.empty()) splats.mesh.colours.push_back(colours[i]);
        }
        for (const std::uint32_t side : sides) splats.mesh.indices.push_back(first + side);
        ++splats.shown;
    }
    return splats;
}

} // namespace millwright::cad
