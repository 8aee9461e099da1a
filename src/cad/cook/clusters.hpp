#pragma once

#include "cad/cook/lanes.hpp"
#include "cad/cook/weld.hpp"

#include <span>

namespace millwright::cad {

/// Clusters whose `firstVertex` and `firstTriangle` count into these arrays; lengths from the mesh's grid origin.
struct Clusters {
    std::vector<scene::Cluster> clusters;
    std::vector<std::uint32_t> vertices;  ///< vertices of the Welded
    std::vector<std::uint32_t> triangles; ///< as scene::CookedGeometry::triangles

    /// Where something begins.
    struct Begin {
        std::uint32_t cluster, vertex, triangle;
    };
    /// Makes room for several others behind what there is: where each of `part(0)`, `part(1)` … goes.
    template <typename Part>
    [[nodiscard]] std::vector<Begin> makeRoom(std::size_t parts, const Part& part) {
        std::vector<Begin> begins;
        begins.reserve(parts);
        Begin end{static_cast<std::uint32_t>(clusters.size()), static_cast<std::uint32_t>(vertices.size()),
                  static_cast<std::uint32_t>(triangles.size())};
        for (std::size_t i = 0; i < parts; ++i) {
            begins.push_back(end);
            end.cluster += static_cast<std::uint32_t>(part(i).clusters.size());
            end.vertex += static_cast<std::uint32_t>(part(i).vertices.size());
            end.triangle += static_cast<std::uint32_t>(part(i).triangles.size());
        }
        clusters.resize(end.cluster);
        vertices.resize(end.vertex);
        triangles.resize(end.triangle);
        return begins;
    }
    /// Copies another to its place.
    void put(const Clusters& other, Begin begin);
    /// Makes room for `times` as much as there is.
    void reserve(double times);
    /// The vertices of the Welded that a cluster uses, each once.
    [[nodiscard]] std::span<const std::uint32_t> verticesOf(const scene::Cluster& cluster) const {
        return std::span{vertices}.subspan(cluster.firstVertex, cluster.vertexCount);
    }
    /// Calls `triangle` with which three of the cluster's own vertices each of its triangles has.
    template <typename Triangle>
    void forTriangles(const scene::Cluster& cluster, const Triangle& triangle) const {
        for (const std::uint32_t packed : std::span{triangles}.subspan(cluster.firstTriangle, cluster.triangleCount))
            triangle(packed & 255u, packed >> 8 & 255u, packed >> 16 & 255u);
    }
};

/// A part of a mesh in arrays of its own, so that working on it does not wait for memory.
struct Patch {
    std::vector<std::uint32_t> vertices; ///< vertices of the Welded
    std::vector<glm::vec3> places;       ///< of each of them
    Faces faces;                         ///< of them
};

/// Cuts a patch into clusters with bounds and cones; spheres of groups are left at the bounds, errors at 0 and infinity.
/// `clusterOf`: gets the cluster of each triangle.
[[nodiscard]] Clusters cutIntoClusters(const Patch& patch, std::vector<std::uint32_t>* clusterOf = nullptr);

/// The same for a whole mesh, on several threads.
[[nodiscard]] Clusters cutIntoClusters(const Welded& welded, unsigned threads);

} // namespace millwright::cad
