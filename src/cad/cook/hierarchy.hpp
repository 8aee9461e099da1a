#pragma once

#include "cad/cook/clusters.hpp"

#include <millwright/core/progress.hpp>

namespace millwright::cad {

/// Clusters of a mesh at falling detail (Karis et al. 2021, "Nanite: A Deep Dive", SIGGRAPH Advances in Real-Time Rendering).
struct Hierarchy {
    Clusters clusters;                       ///< finest first
    std::vector<scene::ClusterLevel> levels; ///< their `firstCluster` counts from the first of `clusters`
};

/// `simplify` off: the finest level alone. Stops early, with fewer levels, when cancelled.
[[nodiscard]] Hierarchy buildHierarchy(const Welded& welded, bool simplify, unsigned threads, const Progress& progress);

} // namespace millwright::cad
