#include "scene/weld.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace millwright::scene {

Welded weld(std::span<const glm::vec3> positions) {
    Welded welded;
    std::vector<std::uint32_t> order(positions.size());
    std::iota(order.begin(), order.end(), 0u);
    std::ranges::sort(order, {}, [&](std::uint32_t v) { return std::array{positions[v].x, positions[v].y, positions[v].z}; });
    welded.pointOf.resize(positions.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || positions[order[i]] != positions[order[i - 1]]) welded.points.push_back(positions[order[i]]);
        welded.pointOf[order[i]] = static_cast<std::uint32_t>(welded.points.size() - 1);
    }
    return welded;
}

} // namespace millwright::scene
