#include "cad/cook/distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace millwright::cad {
namespace {

constexpr std::size_t leafTriangles = 4;

float squared(glm::vec3 v) {
    return glm::dot(v, v);
}

} // namespace

Surface::Surface(std::span<const glm::vec3> places, std::span<const std::uint32_t> indices) : triangles_(indices.size() / 3) {
    for (std::uint32_t t = 0; t < triangles_.size(); ++t)
        triangles_[t] = {places[indices[t * 3]], places[indices[t * 3 + 1]], places[indices[t * 3 + 2]], t};
    std::size_t leaves = 1;
    while (leaves * leafTriangles < triangles_.size()) leaves *= 2;
    leaves_ = leaves - 1;
    boxes_.resize(leaves * 2 - 1);
    build(0, 0, triangles_.size());
}

void Surface::build(std::size_t node, std::size_t first, std::size_t last) {
    Box& box = boxes_[node];
    glm::vec3 low{std::numeric_limits<float>::infinity()}, high{-low}; // of the triangles' middles
    for (std::size_t i = first; i < last; ++i) {
        const auto& [a, b, c, index] = triangles_[i];
        box.min = glm::min(box.min, glm::min(a, glm::min(b, c)));
        box.max = glm::max(box.max, glm::max(a, glm::max(b, c)));
        const glm::vec3 sum = a + b + c;
        low = glm::min(low, sum);
        high = glm::max(high, sum);
    }
    if (node >= leaves_) return;
    const glm::vec3 size = high - low;
    const int axis = size.x >= size.y && size.x >= size.z ? 0 : size.y >= size.z ? 1 : 2;
    const std::size_t middle = (first + last) / 2;
    const auto begin = triangles_.begin();
    std::nth_element(begin + static_cast<std::ptrdiff_t>(first), begin + static_cast<std::ptrdiff_t>(middle),
                     begin + static_cast<std::ptrdiff_t>(last), [axis](const Triangle& a, const Triangle& b) {
                         const float x = a.a[axis] + a.b[axis] + a.c[axis], y = b.a[axis] + b.b[axis] + b.c[axis];
                         return x != y ? x < y : a.index < b.index;
                     });
    build(node * 2 + 1, first, middle);
    build(node * 2 + 2, middle, last);
}

Surface::Nearest Surface::nearest(glm::vec3 point, float enough) const {
    struct Visit {
        std::size_t node, first, last;
        float distance; ///< squared, to its box
    };
    const auto toBox = [&](std::size_t node) {
        return squared(glm::max(glm::max(boxes_[node].min - point, point - boxes_[node].max), glm::vec3{0}));
    };
    Nearest found;
    float best = std::numeric_limits<float>::infinity();
    const float stop = enough * enough;
    std::array<Visit, 64> stack; // one entry a level of the tree
    std::size_t depth = 0;
    if (!triangles_.empty()) stack[depth++] = {0, 0, triangles_.size(), toBox(0)};
    while (depth > 0 && best > stop) {
        const Visit at = stack[--depth];
        if (at.distance >= best) continue;
        if (at.node >= leaves_) {
            for (std::size_t i = at.first; i < at.last; ++i) {
                const auto& [a, b, c, index] = triangles_[i];
                const glm::vec3 place = nearestOfTriangle(point, a, b, c);
                const float distance = squared(place - point);
                if (distance < best) best = distance, found.triangle = index, found.place = place;
            }
            continue;
        }
        const std::size_t middle = (at.first + at.last) / 2;
        Visit left{at.node * 2 + 1, at.first, middle, toBox(at.node * 2 + 1)};
        Visit right{at.node * 2 + 2, middle, at.last, toBox(at.node * 2 + 2)};
        if (left.distance < right.distance) std::swap(left, right);
        if (left.distance < best) stack[depth++] = left;
        if (right.distance < best) stack[depth++] = right; // the nearer one is looked at first
    }
    found.distance = std::sqrt(best);
    return found;
}

} // namespace millwright::cad
