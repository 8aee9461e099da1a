#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <vector>

/// Meshes -> clusters at falling detail, as the renderer draws them (docs/cooking.md).
namespace millwright::cad {

/// Goes up when the same scene would be cooked differently; part of the cache's key.
inline constexpr std::uint32_t cookVersion = 4;

struct CookOptions {
    /// Meshes of at most this many triangles that are flat or drawn from both sides (signs, floor markings, webs over rollers) stay
    /// as modelled: next to what they lie on, every millimetre counts.
    std::uint32_t sheetTriangles = 4096;
    unsigned threads = 0; ///< 0: one a processor. The result does not depend on it
    Progress progress;
};

/// What `cook` makes; owns what `geometry()` shows.
struct Cooked {
    std::vector<scene::CookedMesh> meshes; ///< parallel to Scene::meshes
    std::vector<scene::ClusterLevel> levels;
    std::vector<scene::Cluster> clusters;
    std::vector<scene::CookedVertex> vertices;
    std::vector<scene::CookedAttributes> attributes;
    std::vector<std::uint32_t> triangles;

    /// Valid as long as the vectors are not changed; moving a Cooked keeps it valid.
    [[nodiscard]] scene::CookedGeometry geometry() const { return {meshes, levels, clusters, vertices, attributes, triangles}; }
};

/// Cooks every mesh of a scene that passes `scene::validate`. Equal scenes give equal bytes, whatever the number of threads.
/// Thread: any; blocks. Errors: Cancelled; ResourceLimit (more than 2^32 vertices or triangles).
[[nodiscard]] Result<Cooked> cook(const scene::Scene& scene, const CookOptions& options = {});
/// The same, and gives back the triangles of each mesh as soon as they have been read: afterwards the scene is one whose triangles are
/// cooked (scene::Mesh::cookedTriangles). Where it fails some of them are gone.
[[nodiscard]] Result<Cooked> cookTriangles(scene::Scene& scene, const CookOptions& options = {});

} // namespace millwright::cad
