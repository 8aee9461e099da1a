#pragma once

#include <glm/glm.hpp>

#include <cstdint>
#include <span>

namespace millwright::cad {

/// Farthest that either of two surfaces lies from the other, measured at corners, edges and faces, overstated by a quarter at most;
/// at least `known`. Both are
/// triangles of `places`; `fresh` was made from `old` by collapsing edges. A hole that has closed counts with its radius, even in a
/// thin plate, where every point of the old surface still has the new one beside it.
[[nodiscard]] float deviation(std::span<const glm::vec3> places, std::span<const std::uint32_t> old,
                              std::span<const std::uint32_t> fresh, float known);

} // namespace millwright::cad
