#pragma once

#include "cad/cook/deviation.hpp"
#include "cad/cook/groups.hpp"

#include <optional>

namespace millwright::cad {

struct Coarser {
    Patch patch;
    float error = 0;         ///< farthest that its surface lies from the modelled one, or the other way round
    bool looksWrong = false; ///< it has lost area, or faces where it is not shaded: only for where hardly more than a dot is seen
    std::vector<Sample> samples; ///< anchored to positions of the Welded
};

/// Triangles in the place of a group's, about `targetTriangles` of them, that meet everything around the group at the same
/// vertices. `error` is the group's own, `samples` what is kept of the modelled surface, anchored to positions of the group.
/// Nothing where no good ones are found.
[[nodiscard]] std::optional<Coarser> simplifyGroup(const Welded& welded, const Clusters& all, std::span<const std::uint32_t> group,
                                                   const Grouping& grouping, std::size_t targetTriangles, float error,
                                                   std::vector<Sample> samples);

} // namespace millwright::cad
