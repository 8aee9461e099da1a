#pragma once

#include <glm/glm.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace millwright::cad {

/// The place of triangle a b c that is nearest to p (Ericson 2005, "Real-Time Collision Detection", 5.1.5).
[[nodiscard]] inline glm::vec3 nearestOfTriangle(glm::vec3 p, glm::vec3 a, glm::vec3 b, glm::vec3 c) {
    const glm::vec3 ab = b - a, ac = c - a, ap = p - a;
    const float d1 = glm::dot(ab, ap), d2 = glm::dot(ac, ap);
    if (d1 <= 0 && d2 <= 0) return a;
    const glm::vec3 bp = p - b;
    const float d3 = glm::dot(ab, bp), d4 = glm::dot(ac, bp);
    if (d3 >= 0 && d4 <= d3) return b;
    const float vc = d1 * d4 - d3 * d2;
    if (vc <= 0 && d1 >= 0 && d3 <= 0) return a + ab * (d1 / (d1 - d3));
    const glm::vec3 cp = p - c;
    const float d5 = glm::dot(ab, cp), d6 = glm::dot(ac, cp);
    if (d6 >= 0 && d5 <= d6) return c;
    const float vb = d5 * d2 - d1 * d6;
    if (vb <= 0 && d2 >= 0 && d6 <= 0) return a + ac * (d2 / (d2 - d6));
    const float va = d3 * d6 - d5 * d4;
    if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) return b + (c - b) * ((d4 - d3) / ((d4 - d3) + (d5 - d6)));
    // Onto the plane: for slivers more exact than adding up shares of the corners.
    const glm::vec3 normal = glm::cross(ab, ac);
    const float length = glm::dot(normal, normal);
    return length > 0 ? p - normal * (glm::dot(normal, ap) / length) : a;
}

/// How far points are from a surface of triangles: a tree of boxes.
class Surface {
public:
    struct Nearest {
        float distance = std::numeric_limits<float>::infinity(); ///< of no triangle
        std::uint32_t triangle = 0;                              ///< of `indices`
        glm::vec3 place{0};
    };

    /// `indices` into `places`, three a triangle.
    Surface(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices);

    /// The nearest place of the surface, or one at most `enough` away: then the search ends early.
    [[nodiscard]] Nearest nearest(glm::vec3 point, float enough = 0) const;
    /// The larger of `known` and the distance of a point: quick where the point is no farther away than `known`.
    [[nodiscard]] float farthest(float known, glm::vec3 point) const {
        const float distance = nearest(point, known).distance;
        return distance > known ? distance : known;
    }

private:
    struct Triangle {
        glm::vec3 a, b, c;
        std::uint32_t index;
    };
    struct Box {
        glm::vec3 min{std::numeric_limits<float>::infinity()};
        glm::vec3 max{-std::numeric_limits<float>::infinity()};
    };
    void build(std::size_t node, std::size_t first, std::size_t last);

    std::vector<Triangle> triangles_;
    std::vector<Box> boxes_; ///< of node i; its children are 2i + 1 and 2i + 2, with half of its triangles each
    std::size_t leaves_ = 0; ///< nodes from this one on have no children
};

} // namespace millwright::cad
