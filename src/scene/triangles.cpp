#include "scene/triangles.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace millwright::scene {
namespace {

double squaredLength(glm::dvec3 v) {
    return glm::dot(v, v);
}

ClosestPoints between(glm::dvec3 first, glm::dvec3 second) {
    return {first, second, squaredLength(second - first)};
}

/// Where the segment pierces the triangle's inside.
std::optional<glm::dvec3> pierce(glm::dvec3 p, glm::dvec3 q, const Triangle& t) {
    const glm::dvec3 normal = glm::cross(t[1] - t[0], t[2] - t[0]);
    const double dp = glm::dot(p - t[0], normal), dq = glm::dot(q - t[0], normal);
    if (dp * dq > 0 || dp == dq) return std::nullopt; // on one side, or in the plane: then edges or corners meet
    const glm::dvec3 point = p + (q - p) * (dp / (dp - dq));
    for (std::size_t i = 0; i < 3; ++i)
        if (glm::dot(glm::cross(t[(i + 1) % 3] - t[i], point - t[i]), normal) < 0) return std::nullopt;
    return point;
}

} // namespace

ClosestPoints closestPoints(glm::dvec3 p1, glm::dvec3 q1, glm::dvec3 p2, glm::dvec3 q2) {
    const glm::dvec3 d1 = q1 - p1, d2 = q2 - p2, r = p1 - p2;
    const double a = squaredLength(d1), e = squaredLength(d2), f = glm::dot(d2, r), c = glm::dot(d1, r), b = glm::dot(d1, d2);
    double s = 0, t = 0;
    if (a <= 0 && e <= 0) return between(p1, p2);
    if (a <= 0) {
        t = std::clamp(f / e, 0.0, 1.0);
    } else if (e <= 0) {
        s = std::clamp(-c / a, 0.0, 1.0);
    } else {
        const double denominator = a * e - b * b; // 0: parallel, then any s will do
        if (denominator > 0) s = std::clamp((b * f - c * e) / denominator, 0.0, 1.0);
        t = (b * s + f) / e;
        if (t < 0) {
            t = 0;
            s = std::clamp(-c / a, 0.0, 1.0);
        } else if (t > 1) {
            t = 1;
            s = std::clamp((b - c) / a, 0.0, 1.0);
        }
    }
    return between(p1 + d1 * s, p2 + d2 * t);
}

glm::dvec3 closestPoint(glm::dvec3 p, const Triangle& triangle) {
    const auto& [a, b, c] = triangle;
    const glm::dvec3 ab = b - a, ac = c - a, ap = p - a, bp = p - b, cp = p - c;
    const double d1 = glm::dot(ab, ap), d2 = glm::dot(ac, ap);
    if (d1 <= 0 && d2 <= 0) return a;
    const double d3 = glm::dot(ab, bp), d4 = glm::dot(ac, bp);
    if (d3 >= 0 && d4 <= d3) return b;
    const double vc = d1 * d4 - d3 * d2;
    if (vc <= 0 && d1 >= 0 && d3 <= 0 && d1 > d3) return a + ab * (d1 / (d1 - d3));
    const double d5 = glm::dot(ab, cp), d6 = glm::dot(ac, cp);
    if (d6 >= 0 && d5 <= d6) return c;
    const double vb = d5 * d2 - d1 * d6;
    if (vb <= 0 && d2 >= 0 && d6 <= 0 && d2 > d6) return a + ac * (d2 / (d2 - d6));
    const double va = d3 * d6 - d5 * d4;
    const double along = (d4 - d3) + (d5 - d6);
    if (va <= 0 && d4 >= d3 && d5 >= d6 && along > 0) return b + (c - b) * ((d4 - d3) / along);
    const double sum = va + vb + vc;
    return sum > 0 ? a + ab * (vb / sum) + ac * (vc / sum) : a;
}

ClosestPoints closestPoints(const Triangle& a, const Triangle& b) {
    ClosestPoints best{{}, {}, std::numeric_limits<double>::infinity()};
    const auto take = [&](const ClosestPoints& other) {
        if (other.squared < best.squared) best = other;
    };
    for (std::size_t i = 0; i < 3; ++i) {
        if (const auto point = pierce(a[i], a[(i + 1) % 3], b)) return {*point, *point, 0};
        if (const auto point = pierce(b[i], b[(i + 1) % 3], a)) return {*point, *point, 0};
        take(between(a[i], closestPoint(a[i], b)));
        take(between(closestPoint(b[i], a), b[i]));
        for (std::size_t j = 0; j < 3; ++j) take(closestPoints(a[i], a[(i + 1) % 3], b[j], b[(j + 1) % 3]));
    }
    return best;
}

} // namespace millwright::scene
