#pragma once

#include <millwright/scene/cooked.hpp>

#include <cstdint>
#include <vector>

namespace millwright::render {

/// Clusters whose parents' errors lie in one octave, or in a part of it where there are many. For choosing a few of a mesh's
/// clusters at once, see scene::ClusterLevel.
struct DetailLevel {
    std::uint32_t firstCluster = 0; ///< into DetailSteps::order
    std::uint32_t clusterCount = 0;
    float leastError = 0;            ///< smallest ownError
    float mostParentError = 0;       ///< largest parentError
    std::uint32_t firstTriangle = 0; ///< of its step's
};

/// Levels of a mesh that come into memory, and go, together.
struct DetailStep {
    std::uint32_t mesh = 0;
    std::uint32_t firstLevel = 0;
    std::uint32_t levelCount = 0;
    std::uint32_t firstCluster = 0; ///< into DetailSteps::order
    std::uint32_t clusterCount = 0;
    std::uint32_t vertices = 0;
    std::uint32_t triangles = 0;
    /// How far the mesh's surface lies off at most where neither this step nor any later one is in memory, in its units; of a
    /// mesh's first step the size of the mesh, as then there is nothing of it.
    float error = 0;
};

/// What has been found of many meshes; their levels and steps lie one behind another.
struct DetailSteps {
    std::vector<std::uint32_t> order; ///< clusters of the geometry the mesh is from, each step's together
    std::vector<DetailLevel> levels;  ///< of each mesh by falling parents' error
    std::vector<DetailStep> steps;    ///< of each mesh by falling error
};

/// Sorts a mesh's clusters by the error of their parents and appends its levels and steps.
///
/// A cut that allows errors of at least t anywhere draws only clusters whose parents' error is above t (scene::Cluster). So the
/// first n steps hold every cluster of every cut that allows the error of step n, and such a cut has no cracks, whatever else is
/// missing. Clusters whose parents are exact are in no step: they are never drawn. `mesh`: its number in the scene. The ranges in
/// `geometry` must be in order.
void appendSteps(const scene::CookedGeometry& geometry, const scene::CookedMesh& cooked, std::uint32_t mesh, DetailSteps& to);

} // namespace millwright::render
