#pragma once

#include "cad/cook/lanes.hpp"

namespace millwright::cad {

struct Collapsed {
    std::vector<std::uint32_t> indices; ///< into the same places, three a triangle
    std::vector<std::uint32_t> wentTo;  ///< by place: where its triangles went; itself where it is still used, or never was
    float error = 0;                    ///< largest distance that a quadric saw: about how far the surface has moved
};

/// Collapses edges onto one of their ends, cheapest first (Garland & Heckbert 1997, "Surface Simplification Using Quadric Error
/// Metrics"), until `targetTriangles` are left or nothing more can go. Never changes what is connected: no hole closes, no part
/// disappears, nothing is pinched (Dey et al. 1999, "Topology Preserving Edge Contraction"). Places with a lock stay; so do those
/// where the surface is no surface. `locks` may be as short as nothing; of places there are fewer than 65 536.
[[nodiscard]] Collapsed collapseEdges(std::span<const glm::vec3> places, const Faces& faces, std::span<const std::uint8_t> locks,
                                      std::size_t targetTriangles);

} // namespace millwright::cad
