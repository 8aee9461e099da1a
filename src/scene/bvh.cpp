#include "scene/bvh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace millwright::scene {

namespace {

constexpr std::uint32_t leafSize = 4;
constexpr std::size_t binCount = 12;
constexpr double infinity = std::numeric_limits<double>::infinity();

float halfArea(const Aabb& box) {
    if (box.empty()) return 0;
    const glm::vec3 size = box.size();
    return size.x * size.y + size.y * size.z + size.z * size.x;
}

/// Möller & Trumbore, "Fast, minimum storage ray/triangle intersection", 1997, without culling.
double intersectTriangle(glm::dvec3 origin, glm::dvec3 direction, glm::dvec3 a, glm::dvec3 b, glm::dvec3 c) {
    const glm::dvec3 ab = b - a;
    const glm::dvec3 ac = c - a;
    const glm::dvec3 p = glm::cross(direction, ac);
    const double determinant = glm::dot(ab, p);
    if (determinant == 0) return infinity;
    const glm::dvec3 s = origin - a;
    const double u = glm::dot(s, p) / determinant;
    const glm::dvec3 q = glm::cross(s, ab);
    const double v = glm::dot(direction, q) / determinant;
    // A hair of slack, so that a ray along a shared edge does not slip through between two triangles.
    constexpr double slack = 1e-9;
    if (!(u >= -slack && v >= -slack && u + v <= 1 + slack)) return infinity;
    const double t = glm::dot(ac, q) / determinant;
    return t >= 0 ? t : infinity;
}

} // namespace

double enterBox(const Aabb& box, glm::dvec3 origin, glm::dvec3 inverse, double limit) {
    double enter = 0;
    double leave = limit;
    for (int axis = 0; axis < 3; ++axis) {
        double near = (static_cast<double>(box.min[axis]) - origin[axis]) * inverse[axis];
        double far = (static_cast<double>(box.max[axis]) - origin[axis]) * inverse[axis];
        if (near > far) std::swap(near, far);
        // Written so that the NaN of a ray inside a face's plane (0 * infinity) leaves the interval as it is.
        enter = near > enter ? near : enter;
        leave = far < leave ? far : leave;
    }
    return enter <= leave ? enter : infinity;
}

struct Bvh::Builder {
    Bvh& bvh;
    std::vector<Aabb> boxes; ///< of every triangle
    std::vector<glm::vec3> centres;

    explicit Builder(Bvh& target) : bvh{target} {
        const Mesh& mesh = *bvh.mesh_;
        boxes.resize(mesh.triangles());
        centres.resize(mesh.triangles());
        for (std::size_t i = 0; i < boxes.size(); ++i) {
            for (std::size_t corner = 0; corner < 3; ++corner)
                boxes[i].include(mesh.vertices[mesh.indices[3 * i + corner]].position);
            centres[i] = boxes[i].centre();
        }
        bvh.triangles_.resize(boxes.size());
        std::iota(bvh.triangles_.begin(), bvh.triangles_.end(), 0u);
    }

    void build() {
        bvh.nodes_.push_back(leaf(0, static_cast<std::uint32_t>(boxes.size())));
        std::vector<std::uint32_t> open{0};
        while (!open.empty()) {
            const std::uint32_t index = open.back();
            open.pop_back();
            const Node node = bvh.nodes_[index];
            if (node.count <= leafSize) continue;
            const std::uint32_t left = split(node);
            const auto child = static_cast<std::uint32_t>(bvh.nodes_.size());
            bvh.nodes_.push_back(leaf(node.first, left));
            bvh.nodes_.push_back(leaf(node.first + left, node.count - left));
            bvh.nodes_[index].first = child;
            bvh.nodes_[index].count = 0;
            open.push_back(child);
            open.push_back(child + 1);
        }
    }

    [[nodiscard]] Node leaf(std::uint32_t first, std::uint32_t count) const {
        Node node{{}, first, count};
        for (std::uint32_t i = first; i < first + count; ++i) node.box.include(boxes[bvh.triangles_[i]]);
        return node;
    }

    /// Sorts a leaf's triangles into two sides; returns how many are on the left, at least one on each.
    [[nodiscard]] std::uint32_t split(const Node& node) {
        const auto begin = bvh.triangles_.begin() + node.first;
        const auto end = begin + node.count;
        Aabb spread;
        for (auto i = begin; i != end; ++i) spread.include(centres[*i]);
        const glm::vec3 size = spread.size();
        const int axis = size.x >= size.y ? (size.x >= size.z ? 0 : 2) : (size.y >= size.z ? 1 : 2);
        if (size[axis] > 0) {
            const float scale = static_cast<float>(binCount) / size[axis];
            const auto binOf = [&](std::uint32_t triangle) {
                return std::min(binCount - 1, static_cast<std::size_t>((centres[triangle][axis] - spread.min[axis]) * scale));
            };
            const std::size_t cut = cheapestCut(node, binOf);
            const auto middle = std::partition(begin, end, [&](std::uint32_t triangle) { return binOf(triangle) < cut; });
            if (middle != begin && middle != end) return static_cast<std::uint32_t>(middle - begin);
        }
        return node.count / 2; // all centres in one place: any halves will do
    }

    template <typename BinOf>
    [[nodiscard]] std::size_t cheapestCut(const Node& node, BinOf binOf) const {
        std::array<Aabb, binCount> bin{};
        std::array<std::uint32_t, binCount> count{};
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const std::size_t b = binOf(bvh.triangles_[i]);
            bin[b].include(boxes[bvh.triangles_[i]]);
            ++count[b];
        }
        std::array<float, binCount> right{};
        Aabb box;
        std::uint32_t total = 0;
        for (std::size_t b = binCount - 1; b > 0; --b) {
            box.include(bin[b]);
            total += count[b];
            right[b] = halfArea(box) * static_cast<float>(total);
        }
        box = {};
        total = 0;
        std::size_t best = binCount / 2;
        float cost = std::numeric_limits<float>::infinity();
        for (std::size_t b = 1; b < binCount; ++b) {
            box.include(bin[b - 1]);
            total += count[b - 1];
            if (const float c = halfArea(box) * static_cast<float>(total) + right[b]; c < cost) {
                cost = c;
                best = b;
            }
        }
        return best;
    }
};

Bvh::Bvh(const Mesh& mesh) : mesh_{&mesh} {
    if (mesh.triangles() > 0) Builder{*this}.build();
}

std::optional<Bvh::Hit> Bvh::intersect(glm::dvec3 origin, glm::dvec3 direction, double limit) const {
    if (nodes_.empty()) return {};
    const glm::dvec3 inverse = 1.0 / direction;
    std::optional<Hit> best;
    std::vector<std::pair<std::uint32_t, double>> open; // node and where the ray enters it
    if (const double enter = enterBox(nodes_[0].box, origin, inverse, limit); enter < infinity) open.emplace_back(0u, enter);
    while (!open.empty()) {
        const auto [index, entered] = open.back();
        open.pop_back();
        if (entered > limit) continue;
        const Node& node = nodes_[index];
        if (node.count == 0) {
            const double near = enterBox(nodes_[node.first].box, origin, inverse, limit);
            const double far = enterBox(nodes_[node.first + 1].box, origin, inverse, limit);
            const bool firstIsNearer = near <= far;
            // The nearer child goes on top of the stack.
            if (const double d = std::max(near, far); d < infinity) open.emplace_back(node.first + (firstIsNearer ? 1u : 0u), d);
            if (const double d = std::min(near, far); d < infinity) open.emplace_back(node.first + (firstIsNearer ? 0u : 1u), d);
            continue;
        }
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const std::uint32_t triangle = triangles_[i];
            const auto corner = [&](std::size_t c) {
                return glm::dvec3{mesh_->vertices[mesh_->indices[3 * std::size_t{triangle} + c]].position};
            };
            const double t = intersectTriangle(origin, direction, corner(0), corner(1), corner(2));
            if (t < limit) {
                limit = t;
                best = Hit{triangle, t};
            }
        }
    }
    return best;
}

} // namespace millwright::scene
