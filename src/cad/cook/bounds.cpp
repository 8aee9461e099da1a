#include "cad/cook/bounds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace millwright::cad {
namespace {

glm::vec3 centreOf(glm::vec4 sphere) {
    return sphere;
}
float radiusOf(glm::vec4 sphere) {
    return sphere.w;
}

/// A first guess: between the two items that lie farthest apart along an axis.
glm::vec4 betweenFarthest(std::span<const glm::vec4> items) {
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
    const glm::vec4 a = items[low[axis]], b = items[high[axis]];
    const float apart = glm::distance(centreOf(a), centreOf(b));
    const float radius = (apart + radiusOf(a) + radiusOf(b)) / 2;
    const glm::vec3 centre = apart > 0 ? centreOf(a) + (centreOf(b) - centreOf(a)) * ((radius - radiusOf(a)) / apart) : centreOf(a);
    return {centre, radius};
}

/// Grows a first guess until it holds all.
glm::vec4 enclose(std::span<const glm::vec4> items) {
    if (items.empty()) return glm::vec4{0};
    const glm::vec4 guess = betweenFarthest(items);
    glm::vec3 centre = guess;
    float radius = guess.w;
    for (const glm::vec4& item : items) {
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
    for (const glm::vec4& item : items) radius = std::max(radius, glm::distance(centre, centreOf(item)) + radiusOf(item));
    return {centre, radius * 1.00001f};
}

} // namespace

glm::vec4 sphereAround(std::span<const Quad> points) {
    if (points.empty()) return glm::vec4{0};
    using Which [[gnu::vector_size(16)]] = std::int32_t;
    Four low = points[0].at, high = low;
    Which lowest{}, highest{}; // by axis
    for (std::size_t i = 1; i < points.size(); ++i) {
        const Four at = points[i].at;
        const Which own = Which{} + static_cast<std::int32_t>(i);
        lowest = at < low ? own : lowest;
        highest = at > high ? own : highest;
        low = at < low ? at : low;
        high = at > high ? at : high;
    }
    const Four size = high - low;
    const std::size_t axis = size[0] >= size[1] && size[0] >= size[2] ? 0 : size[1] >= size[2] ? 1 : 2;
    const Four a = points[static_cast<std::size_t>(lowest[axis])].at, b = points[static_cast<std::size_t>(highest[axis])].at;
    const auto squared = [](Four v) {
        const Four each = v * v;
        return each[0] + each[1] + each[2];
    };
    Four centre = (a + b) * 0.5f;
    float radius = std::sqrt(squared(b - a)) / 2;
    for (const Quad& point : points) {
        const Four to = point.at - centre;
        if (squared(to) <= radius * radius) continue;
        const float apart = std::sqrt(squared(to)), grown = (apart + radius) / 2;
        centre += to * ((grown - radius) / apart);
        radius = grown;
    }
    // Rounding: what is left outside by a hair is taken in.
    float most = 0;
    for (const Quad& point : points) most = std::max(most, squared(point.at - centre));
    return {centre[0], centre[1], centre[2], std::sqrt(most) * 1.00001f};
}

glm::vec4 sphereAround(std::span<const glm::vec4> spheres) {
    return enclose(spheres);
}

glm::vec4 coneAround(std::span<const Quad> normals) {
    const glm::vec4 never{0, 0, 1, 1};
    Four sum{};
    for (const Quad& normal : normals) sum += normal.at;
    glm::vec3 axis{sum[0], sum[1], sum[2]};
    const float length = glm::length(axis);
    if (!(length > 0)) return never;
    axis /= length;
    float least = 1;
    for (const Quad& normal : normals) {
        const Four along = normal.at * toFour(axis);
        least = std::min(least, along[0] + along[1] + along[2]);
    }
    // Wider than about 84 degrees: there is hardly a place from which all face away.
    if (least <= 0.1f) return never;
    return {axis, std::sqrt(1 - std::min(1.0f, least * least)) + 1e-3f};
}

} // namespace millwright::cad
