#include "cad/cook/bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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

/// A first guess: between the two items that lie farthest apart along an axis.
template <typename T>
glm::vec4 betweenFarthest(std::span<const T> items) {
    glm::vec3 least{std::numeric_limits<float>::infinity()}, most{-least};
    std::array<std::size_t, 3> low{}, high{};
    for (std::size_t i = 0; i < items.size(); ++i) {
        const glm::vec3 centre = centreOf(items[i]);
        const float radius = radiusOf(items[i]);
        for (int axis = 0; axis < 3; ++axis) {
            if (centre[axis] - radius < least[axis]) least[axis] = centre[axis] - radius, low[static_cast<std::size_t>(axis)] = i;
            if (centre[axis] + radius > most[axis]) most[axis] = centre[axis] + radius, high[static_cast<std::size_t>(axis)] = i;
        }
    }
    const glm::vec3 width = most - least;
    const std::size_t axis = width.x >= width.y && width.x >= width.z ? 0 : width.y >= width.z ? 1 : 2;
    const T a = items[low[axis]], b = items[high[axis]];
    const float apart = glm::distance(centreOf(a), centreOf(b));
    const float radius = (apart + radiusOf(a) + radiusOf(b)) / 2;
    const glm::vec3 centre = apart > 0 ? centreOf(a) + (centreOf(b) - centreOf(a)) * ((radius - radiusOf(a)) / apart) : centreOf(a);
    return {centre, radius};
}

/// Grows a first guess until it holds all.
template <typename T>
glm::vec4 enclose(std::span<const T> items) {
    if (items.empty()) return glm::vec4{0};
    const glm::vec4 guess = betweenFarthest(items);
    glm::vec3 centre = guess;
    float radius = guess.w;
    for (const T& item : items) {
        const glm::vec3 to = centreOf(item) - centre;
        const float inside = radius - radiusOf(item);
        if (inside >= 0 && glm::dot(to, to) <= inside * inside) continue;
        const float apart = glm::length(to);
        const float grown = (apart + radiusOf(item) + radius) / 2;
        if (apart > 0) centre += to * ((grown - radius) / apart);
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
