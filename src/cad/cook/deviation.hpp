#pragma once

#include "cad/cook/lanes.hpp"

#include <vector>

namespace millwright::cad {

/// A point of the modelled surface that a coarser one has left.
struct Sample {
    glm::vec3 place{0};
    std::uint32_t anchor = 0;   ///< a vertex of the coarser surface near it
    std::uint32_t triangle = 0; ///< of the coarser surface, with that vertex
};

/// What is known of how one surface was made from another.
struct Change {
    float ownError = 0;                      ///< by which the old one is off the modelled one
    float estimate = 0;                      ///< about how far the new one lies from the old one
    std::span<const std::uint32_t> wentTo{}; ///< by place: where its triangles went; empty: not known
    bool closedHoles = true;                 ///< something that was open may be closed, or gone
};

/// Farthest that a surface lies from the modelled one, measured at corners and edges, overstated by a half at most; at least
/// the change's `ownError` and `estimate`. `fresh` was made from `old` by collapsing edges; both are triangles of `places`.
/// `samples` are what is kept of the modelled surface below `old`, anchored there; afterwards they are anchored to `fresh` and the
/// vertices that it has left are among them. A hole that has closed counts with its radius, even in a thin plate, where every point
/// of the old surface still has the new one beside it.
[[nodiscard]] float deviation(std::span<const glm::vec3> places, const Faces& old, const Faces& fresh, const Change& change,
                              std::vector<Sample>& samples);

} // namespace millwright::cad
