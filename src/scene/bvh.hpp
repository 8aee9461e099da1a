#pragma once

#include <millwright/scene/scene.hpp>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace millwright::scene {

/// Entry distance of the ray origin + t * direction into the box, `inverse` = 1 / direction; infinity when it misses it or enters
/// at `limit` or later.
[[nodiscard]] double enterBox(const Aabb& box, glm::dvec3 origin, glm::dvec3 inverse, double limit);

/// Bounding-volume hierarchy over boxes.
class Bvh {
public:
    /// Binned surface-area heuristic (Wald, "On fast construction of SAH-based bounding volume hierarchies", 2007). `leafSize`:
    /// most boxes in a leaf.
    Bvh(std::span<const Aabb> boxes, std::uint32_t leafSize);

    /// A leaf when count > 0: items()[first, first + count). Otherwise its children are nodes first and first + 1.
    struct Node {
        Aabb box;
        std::uint32_t first = 0;
        std::uint32_t count = 0;
    };
    /// The first is the root; none for no boxes.
    [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
    /// What leaves list: indices of boxes.
    [[nodiscard]] const std::vector<std::uint32_t>& items() const { return items_; }
    [[nodiscard]] std::size_t bytes() const { return nodes_.capacity() * sizeof(Node) + items_.capacity() * sizeof(std::uint32_t); }

    /// Calls `meet(item)` for what lies in the leaves that the ray origin + t * direction, `inverse` = 1 / direction, enters before
    /// `limit`, nearer leaves first. `meet` may lower `limit`.
    template <typename Meet>
    void meetAlong(glm::dvec3 origin, glm::dvec3 inverse, double& limit, Meet&& meet) const;

private:
    struct Builder;

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> items_;
};

template <typename Meet>
void Bvh::meetAlong(glm::dvec3 origin, glm::dvec3 inverse, double& limit, Meet&& meet) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (nodes_.empty()) return;
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
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) meet(items_[i]);
    }
}

} // namespace millwright::scene
