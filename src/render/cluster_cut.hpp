#pragma once

#include "render/scene_store.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::render {

/// Half-spaces in the relative frame: dot(xyz, p) + w >= 0 is inside. Reversed infinite depth has no far plane.
struct Frustum {
    std::array<glm::vec4, 5> planes;
    glm::vec3 eye{0};
    float pixelsPerRadian = 0; ///< of the picture's height; 0: no test by size

    [[nodiscard]] static Frustum of(const glm::mat4& clipFromRelative, glm::vec3 eye, float pixelsPerRadian);
    [[nodiscard]] bool sees(glm::vec3 centre, float radius, float minimumPixels) const;
};

/// How far surfaces may lie off, in metres: the same everywhere, or as much as the pixels of some views let pass.
struct AllowedError {
    std::span<const Frustum> frusta; ///< empty: `metres` everywhere
    float pixels = 0;
    float metres = 0;
    float finest = 0; ///< metres; no less is allowed anywhere

    /// Anywhere in the sphere, relative frame.
    [[nodiscard]] float least(glm::vec3 centre, float radius) const;
    /// Nowhere in the sphere more.
    [[nodiscard]] float most(glm::vec3 centre, float radius) const;
};

/// Triangles that lie behind one another in SceneStore::geometry.
struct ClusterRun {
    std::uint32_t firstTriangle = 0;
    std::uint32_t triangleCount = 0;
    friend bool operator==(const ClusterRun&, const ClusterRun&) = default;
};
using ClusterRuns = std::vector<ClusterRun>;

/// A mesh where it stands.
struct PlacedMesh {
    const SceneStore::Mesh* mesh = nullptr;
    glm::mat4 relativeFromMesh{1};
    glm::vec3 centre{0}; ///< of its sphere, relative frame
    float radius = 0;
    float scale = 1; ///< metres per unit, the largest direction
    bool oneSided = false;
};

/// Chooses the clusters to draw: the coarsest whose error is allowed where they are (scene/cooked.hpp), that some of the views may
/// see; of a mesh that is not all in memory at most as fine as what is. `views` empty: whatever is seen. Replaces what is in
/// `runs`.
void cutClusters(const SceneStore& store, const PlacedMesh& placed, const AllowedError& allowed, std::span<const Frustum> views,
                 ClusterRuns& runs);

} // namespace millwright::render
