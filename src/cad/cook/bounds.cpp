#include "cad/cook/bounds.hpp"

#include <algorithm>
#include <cmath>

namespace millwright::cad {
namespace {

glm::vec3 centreOf(glm::vec3 point) {
    return point;
}
glm::vec3 centreOf(glm::vec4 sphere) {
    return sphere;
}
float radiusOf(glm::vec3) {
    return 0;
}
float radiusOf(glm::vec4 sphere) {
    return sphere.w;
}

/// Grows a first guess between the two items that lie farthest apart along an axis until it holds all.
template <typename T>
glm::vec4 enclose(std::span<const T> items) {
    if (items.empty()) return glm::vec4{0};
    glm::vec4 best{0};
    float widest = -1;
    for (int axis = 0; axis < 3; ++axis) {
        const auto low = std::ranges::min_element(items, {}, [&](T i) { return centreOf(i)[axis] - radiusOf(i); });
        const auto high = std::ranges::max_element(items, {}, [&](T i) { return centreOf(i)[axis] + radiusOf(i); });
        const float width = (centreOf(*high)[axis] + radiusOf(*high)) - (centreOf(*low)[axis] - radiusOf(*low));
        if (width <= widest) continue;
        widest = width;
        const glm::vec3 a = centreOf(*low), b = centreOf(*high);
        const float apart = glm::distance(a, b);
        const float radius = (apart + radiusOf(*low) + radiusOf(*high)) / 2;
        const glm::vec3 centre = apart > 0 ? a + (b - a) * ((radius - radiusOf(*low)) / apart) : a;
        best = glm::vec4{centre, radius};
    }
    glm::vec3 centre = best;
    float radius = best.w;
    for (const T& item : items) {
        const float apart = glm::distance(centre, centreOf(item));
        if (apart + radiusOf(item) <= radius) continue;
        const float grown = (apart + radiusOf(item) + radius) / 2;
        if (apart > 0) centre += (centreOf(item) - centre) * ((grown - radius) / apart);
        radius = grown;
    }
    // Rounding: what is left outside by a hair is taken in.
    radius = 0;
    for (const T& item : items) radius = std::max(radius, glm::distance(centre, centreOf(item)) + radiusOf(item));
    return {centre, radius * 1.00001f};
}

} // namespace

glm::vec4 sphereAround(std::span<const glm::vec3> points) {
    return enclose(points);
}

glm::vec4 sphereAround(std::span<const glm::vec4> spheres) {
    return enclose(spheres);
}

glm::vec4 coneAround(std::span<const glm::vec3> normals) {
    const glm::vec4 never{0, 0, 1, 1};
    glm::vec3 axis{0};
    for (const glm::vec3& normal : normals) axis += normal;
    const float length = glm::length(axis);
    if (!(length > 0)) return never;
    axis /= length;
    float least = 1;
    for (const glm::vec3& normal : normals) least = std::min(least, glm::dot(normal, axis));
    // Wider than about 84 degrees: there is hardly a place from which all face away.
    if (least <= 0.1f) return never;
    return {axis, std::sqrt(1 - std::min(1.0f, least * least)) + 1e-3f};
}

} // namespace millwright::cad
