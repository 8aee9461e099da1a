#pragma once

#include <millwright/scene/scene.hpp>

#include <glm/glm.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

/// Geometry as the renderer draws it: triangles in small clusters, at falling detail. Made by `cad::cook`, kept in cache files that
/// are mapped into memory, so all of it is plain old data without pointers. docs/cooking.md.
namespace millwright::scene {

/// 12 bytes. Position: three 21-bit steps of the mesh's grid (x in the lowest bits). Normal: octahedral, two snorm16 (x lowest).
struct CookedVertex {
    std::uint32_t position[2];
    std::uint32_t normal;
};
static_assert(sizeof(CookedVertex) == 12);

/// What textured and coloured meshes have beside each CookedVertex. 16 bytes.
struct CookedAttributes {
    float uv[2];
    std::uint32_t tangent; ///< octahedral as the normal; lowest bit 1: the bitangent is mirrored
    std::uint32_t colour;  ///< sRGB, red lowest; white where the mesh has none
};
static_assert(sizeof(CookedAttributes) == 16);

inline constexpr std::uint32_t clusterVertices = 128;
inline constexpr std::uint32_t clusterTriangles = 128;

/// At most `clusterTriangles` triangles of one mesh with vertices of their own. Lengths in the mesh's units, mesh frame.
///
/// Which clusters to draw, for any allowed error e(sphere) that may depend on where a sphere is:
/// those with e(own) >= ownError and e(parent) < parentError. That choice covers the surface once and without cracks (clusters that
/// were simplified together share both spheres and errors), whatever e is, as long as e(outer) <= e(inner) for a sphere that holds
/// another: parents hold their children and have no smaller errors.
struct Cluster {
    glm::vec4 bounds;   ///< sphere around its triangles: centre, radius. For culling.
    glm::vec4 own;      ///< sphere of the group it was made from by simplification
    glm::vec4 parent;   ///< sphere of the group that coarser clusters were made from
    glm::vec4 cone;     ///< axis of its normals and cutoff: all face away from `eye` if dot(normalize(bounds.xyz - eye), axis) >=
                        ///< cutoff + radius / distance; cutoff >= 1: never
    float ownError = 0; ///< how far its surface may lie from the modelled one; 0: as modelled
    float parentError = 0;           ///< of the coarser clusters that replace it; infinite: there are none
    std::uint32_t firstVertex = 0;   ///< into the scene's vertices
    std::uint32_t firstTriangle = 0; ///< into the scene's triangles
    std::uint32_t vertexCount = 0;
    std::uint32_t triangleCount = 0;
    std::uint32_t pad[2] = {0, 0};
};
static_assert(sizeof(Cluster) == 96);

/// Clusters that were made in one step; later ones are coarser. For choosing a few of a mesh's clusters at once: of a level whose
/// `mostParentError` <= e everywhere, or whose `leastError` > e everywhere, nothing is drawn.
struct ClusterLevel {
    std::uint32_t firstCluster = 0;
    std::uint32_t clusterCount = 0;
    float leastError = 0;      ///< smallest ownError
    float mostParentError = 0; ///< largest parentError
};

struct CookedMesh {
    glm::vec3 gridOrigin{0}; ///< position = gridOrigin + gridStep * integers
    float gridStep = 0;      ///< positions are off by at most 4.5 of it a coordinate
    Aabb bounds;
    glm::vec4 sphere{0}; ///< around the mesh and all spheres of groups: centre, radius
    std::uint32_t firstLevel = 0;
    std::uint32_t levelCount = 0;
    std::uint32_t firstAttributes = none; ///< where CookedAttributes of its vertices begin, less the first vertex of its first
                                          ///< cluster; none: the mesh has neither textures nor colours
    std::uint32_t triangles = 0;          ///< as modelled
};

/// All geometry of a model; spans stay valid as long as what they came from.
///
/// A scene that is put together from several models has one for each. Whoever takes a scene takes them as a span: their meshes, one
/// model's after another's, are the first meshes of the scene; the triangles of later meshes are in the scene itself.
struct CookedGeometry {
    std::span<const CookedMesh> meshes; ///< parallel to Scene::meshes of the model
    std::span<const ClusterLevel> levels;
    std::span<const Cluster> clusters;
    std::span<const CookedVertex> vertices;
    std::span<const CookedAttributes> attributes;
    std::span<const std::uint32_t> triangles; ///< three corners in 8 bits each (first lowest), into the cluster's vertices
};

/// In the mesh's frame.
[[nodiscard]] inline glm::vec3 position(const CookedMesh& mesh, const CookedVertex& vertex) {
    constexpr std::uint64_t mask = (1u << 21) - 1;
    const std::uint64_t bits = vertex.position[0] | std::uint64_t{vertex.position[1]} << 32;
    return mesh.gridOrigin + glm::vec3{static_cast<float>(bits & mask), static_cast<float>(bits >> 21 & mask),
                                       static_cast<float>(bits >> 42 & mask)} *
                                 mesh.gridStep;
}

/// Unit length, from the octahedral map (Cigolle et al. 2014, "A Survey of Efficient Representations for Independent Unit
/// Vectors").
[[nodiscard]] inline glm::vec3 unpackOctahedral(std::uint32_t packed) {
    const auto snorm = [](std::uint32_t v) { return static_cast<float>(static_cast<std::int16_t>(v)) / 32767.0f; };
    const glm::vec2 p{snorm(packed & 0xFFFFu), snorm(packed >> 16)};
    glm::vec3 n{p.x, p.y, 1 - std::abs(p.x) - std::abs(p.y)};
    const float fold = std::max(-n.z, 0.0f);
    n.x += n.x < 0 ? fold : -fold;
    n.y += n.y < 0 ? fold : -fold;
    return glm::normalize(n);
}

/// The clusters that are the mesh as modelled; none for a mesh without triangles.
[[nodiscard]] std::span<const Cluster> finestClusters(const CookedGeometry& geometry, std::uint32_t mesh);

/// The mesh as modelled: triangles of the finest level, vertices shared again. Positions are off by at most 4.5 grid steps a
/// coordinate. Without name. Thread: any.
[[nodiscard]] Mesh decode(const CookedGeometry& geometry, std::uint32_t mesh);

} // namespace millwright::scene
