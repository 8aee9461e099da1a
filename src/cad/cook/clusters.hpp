#pragma once

#include "cad/cook/weld.hpp"

#include <span>

namespace millwright::cad {

/// Clusters whose `firstVertex` and `firstTriangle` count into these arrays; lengths from the mesh's grid origin.
struct Clusters {
    std::vector<scene::Cluster> clusters;
    std::vector<std::uint32_t> vertices;  ///< vertices of the Welded
    std::vector<std::uint32_t> triangles; ///< as scene::CookedGeometry::triangles

    void append(const Clusters& other);
    /// The vertices of the Welded that a cluster uses, each once.
    [[nodiscard]] std::span<const std::uint32_t> verticesOf(const scene::Cluster& cluster) const {
        return std::span{vertices}.subspan(cluster.firstVertex, cluster.vertexCount);
    }
    /// Calls `corner(which of the cluster's own vertices)` three times a triangle.
    template <typename Corner>
    void forCorners(const scene::Cluster& cluster, const Corner& corner) const {
        for (std::uint32_t t = 0; t < cluster.triangleCount; ++t) {
            const std::uint32_t packed = triangles[cluster.firstTriangle + t];
            corner(packed & 255u);
            corner(packed >> 8 & 255u);
            corner(packed >> 16 & 255u);
        }
    }
};

/// A part of a mesh in arrays of its own, so that working on it does not wait for memory.
struct Patch {
    std::vector<std::uint32_t> vertices; ///< vertices of the Welded
    std::vector<glm::vec3> places;       ///< of each of them
    std::vector<std::uint32_t> indices;  ///< which of them; three a triangle
};

/// Cuts a patch into clusters with bounds and cones; spheres of groups are left at the bounds, errors at 0 and infinity.
/// `clusterOf`: gets the cluster of each triangle.
[[nodiscard]] Clusters cutIntoClusters(const Patch& patch, std::vector<std::uint32_t>* clusterOf = nullptr);

/// The same for a whole mesh, on several threads.
[[nodiscard]] Clusters cutIntoClusters(const Welded& welded, unsigned threads);

} // namespace millwright::cad
