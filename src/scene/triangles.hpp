#pragma once

#include <glm/glm.hpp>

#include <array>

namespace millwright::scene {

using Triangle = std::array<glm::dvec3, 3>;

/// Two points that are as close to each other as can be, the first on the first thing, and the square of their distance.
struct ClosestPoints {
    glm::dvec3 first{0};
    glm::dvec3 second{0};
    double squared = 0;
};

/// Ericson, Real-Time Collision Detection, 5.1.9. Segments may be points.
[[nodiscard]] ClosestPoints closestPoints(glm::dvec3 p1, glm::dvec3 q1, glm::dvec3 p2, glm::dvec3 q2);
/// Ericson, Real-Time Collision Detection, 5.1.5. The triangle may be a line or a point.
[[nodiscard]] glm::dvec3 closestPoint(glm::dvec3 p, const Triangle& triangle);
/// Exact up to rounding: of two triangles that do not meet, the closest points lie on two edges, or on a corner and a face.
[[nodiscard]] ClosestPoints closestPoints(const Triangle& a, const Triangle& b);

} // namespace millwright::scene
