#include "render/cluster_cut.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace millwright::render {

Frustum Frustum::of(const glm::mat4& m, glm::vec3 eye, float pixelsPerRadian) {
    const auto row = [&](int r) { return glm::vec4{m[0][r], m[1][r], m[2][r], m[3][r]}; };
    Frustum frustum{.planes = {row(3) + row(0), row(3) - row(0), row(3) + row(1), row(3) - row(1), row(3) - row(2)},
                    .eye = eye,
                    .pixelsPerRadian = pixelsPerRadian};
    for (auto& plane : frustum.planes) plane /= std::max(glm::length(glm::vec3{plane}), 1e-20f);
    return frustum;
}

bool Frustum::sees(glm::vec3 centre, float radius, float minimumPixels) const {
    for (const auto& plane : planes) {
        if (glm::dot(glm::vec3{plane}, centre) + plane.w < -radius) return false;
    }
    const float distance = glm::length(centre - eye);
    return 2 * radius * pixelsPerRadian >= minimumPixels * distance || distance <= radius || pixelsPerRadian == 0;
}

float AllowedError::least(glm::vec3 centre, float radius) const {
    if (frusta.empty()) return std::max(metres, finest);
    float allowed = std::numeric_limits<float>::max();
    for (const auto& frustum : frusta) {
        const float distance = std::max(glm::length(centre - frustum.eye) - radius, 0.0f);
        allowed = std::min(allowed, frustum.pixelsPerRadian > 0 ? pixels * distance / frustum.pixelsPerRadian : 0);
    }
    return std::max(allowed, finest);
}

float AllowedError::most(glm::vec3 centre, float radius) const {
    if (frusta.empty()) return std::max(metres, finest);
    float allowed = std::numeric_limits<float>::max();
    for (const auto& frustum : frusta) {
        const float distance = glm::length(centre - frustum.eye) + radius;
        allowed = std::min(allowed, frustum.pixelsPerRadian > 0 ? pixels * distance / frustum.pixelsPerRadian : 0);
    }
    return std::max(allowed, finest);
}

namespace {

constexpr float uniform = 1.25f; ///< where the allowed error varies by no more across a mesh, one for all of it will do

void add(ClusterRuns& runs, std::uint32_t firstTriangle, std::uint32_t triangles) {
    if (!runs.empty() && runs.back().firstTriangle + runs.back().triangleCount == firstTriangle)
        runs.back().triangleCount += triangles;
    else
        runs.push_back({firstTriangle, triangles});
}

/// Whether some view may see some of the cluster.
bool seen(const PlacedMesh& placed, const scene::Cluster& cluster, std::span<const Frustum> views) {
    const glm::vec3 centre{placed.relativeFromMesh * glm::vec4{glm::vec3{cluster.bounds}, 1}};
    const float radius = cluster.bounds.w * placed.scale;
    const glm::vec3 axis = glm::mat3{placed.relativeFromMesh} * glm::vec3{cluster.cone};
    const float axisLength = glm::length(axis);
    const bool cone = placed.oneSided && cluster.cone.w < 1 && axisLength > 0;
    return std::ranges::any_of(views, [&](const Frustum& view) {
        if (!view.sees(centre, radius, 0)) return false;
        if (!cone) return true;
        const glm::vec3 towards = centre - view.eye;
        return glm::dot(towards, axis) < (cluster.cone.w * glm::length(towards) + radius) * axisLength;
    });
}

} // namespace

void cutClusters(const SceneStore& store, const PlacedMesh& placed, const AllowedError& allowedAnyway,
                 std::span<const Frustum> views, ClusterRuns& runs) {
    runs.clear();
    const auto& mesh = *placed.mesh;
    const float scale = placed.scale;
    AllowedError allowed = allowedAnyway;
    allowed.finest = mesh.residentError * scale;
    const float least = allowed.least(placed.centre, placed.radius);
    const float most = allowed.most(placed.centre, placed.radius);
    const bool same = most <= least * uniform;
    const auto within = [&](glm::vec4 sphere, float error) {
        if (same || error <= 0 || std::isinf(error)) return error * scale <= least;
        const glm::vec3 centre{placed.relativeFromMesh * glm::vec4{glm::vec3{sphere}, 1}};
        return error * scale <= allowed.least(centre, sphere.w * scale);
    };
    const auto& clusters = store.sources[mesh.source].clusters;
    const auto cutLevel = [&](const DetailLevel& level, std::uint32_t triangle) {
        const bool testEach = level.clusterCount > 1;
        for (const std::uint32_t i : std::span{store.detail.order}.subspan(level.firstCluster, level.clusterCount)) {
            const auto& cluster = clusters[i];
            const std::uint32_t first = std::exchange(triangle, triangle + cluster.triangleCount);
            if (!within(cluster.own, cluster.ownError) || within(cluster.parent, cluster.parentError)) continue;
            if (testEach && !views.empty() && !seen(placed, cluster, views)) continue;
            add(runs, first, cluster.triangleCount);
        }
    };
    for (std::uint32_t s = mesh.firstStep; s < mesh.firstStep + mesh.residentSteps; ++s) {
        const auto& step = store.detail.steps[s];
        for (const auto& level : std::span{store.detail.levels}.subspan(step.firstLevel, step.levelCount)) {
            if (level.mostParentError * scale <= least || level.leastError * scale > most) continue;
            cutLevel(level, store.places[s].triangle + level.firstTriangle);
        }
    }
}

} // namespace millwright::render
