#include "scene/bvh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace millwright::scene {

namespace {

constexpr std::size_t binCount = 12;

float halfArea(const Aabb& box) {
    if (box.empty()) return 0;
    const glm::vec3 size = box.size();
    return size.x * size.y + size.y * size.z + size.z * size.x;
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
    return enter <= leave ? enter : std::numeric_limits<double>::infinity();
}

struct Bvh::Builder {
    Bvh& bvh;
    std::span<const Aabb> boxes;
    std::uint32_t leafSize;
    std::vector<glm::vec3> centres;

    Builder(Bvh& target, std::span<const Aabb> all, std::uint32_t most) : bvh{target}, boxes{all}, leafSize{most} {
        centres.reserve(boxes.size());
        for (const Aabb& box : boxes) centres.push_back(box.centre());
        bvh.items_.resize(boxes.size());
        std::iota(bvh.items_.begin(), bvh.items_.end(), 0u);
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
        for (std::uint32_t i = first; i < first + count; ++i) node.box.include(boxes[bvh.items_[i]]);
        return node;
    }

    /// Sorts a leaf's items into two sides; returns how many are on the left, at least one on each.
    [[nodiscard]] std::uint32_t split(const Node& node) {
        const auto begin = bvh.items_.begin() + node.first;
        const auto end = begin + node.count;
        Aabb spread;
        for (auto i = begin; i != end; ++i) spread.include(centres[*i]);
        const glm::vec3 size = spread.size();
        const int axis = size.x >= size.y ? (size.x >= size.z ? 0 : 2) : (size.y >= size.z ? 1 : 2);
        if (size[axis] > 0) {
            const float scale = static_cast<float>(binCount) / size[axis];
            const auto binOf = [&](std::uint32_t item) {
                return std::min(binCount - 1, static_cast<std::size_t>((centres[item][axis] - spread.min[axis]) * scale));
            };
            const std::size_t cut = cheapestCut(node, binOf);
            const auto middle = std::partition(begin, end, [&](std::uint32_t item) { return binOf(item) < cut; });
            if (middle != begin && middle != end) return static_cast<std::uint32_t>(middle - begin);
        }
        return node.count / 2; // all centres in one place: any halves will do
    }

    template <typename BinOf>
    [[nodiscard]] std::size_t cheapestCut(const Node& node, BinOf binOf) const {
        std::array<Aabb, binCount> bin{};
        std::array<std::uint32_t, binCount> count{};
        for (std::uint32_t i = node.first; i < node.first + node.count; ++i) {
            const std::size_t b = binOf(bvh.items_[i]);
            bin[b].include(boxes[bvh.items_[i]]);
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

Bvh::Bvh(std::span<const Aabb> boxes, std::uint32_t leafSize) {
    if (!boxes.empty()) Builder{*this, boxes, leafSize}.build();
}

} // namespace millwright::scene
