#include "cad/cook/entry.hpp"
#include <millwright/core/parallel.hpp>

#include <atomic>
#include <cmath>
#include <format>

namespace millwright::cad {
namespace {

template <typename... Args>
std::unexpected<Error> wrong(std::format_string<Args...> format, Args&&... args) {
    return failure(ErrorCode::Invalid, "cooked geometry is not valid: " + std::format(format, std::forward<Args>(args)...));
}

bool isFinite(glm::vec3 v) {
    return std::isfinite(v.x) && std::isfinite(v.y) && std::isfinite(v.z);
}
bool isSphere(glm::vec4 v) {
    return isFinite(v) && v.w >= 0 && std::isfinite(v.w);
}

/// Whether a cluster's ranges lie in the arrays and its corners in its vertices.
bool isSound(const scene::CookedGeometry& g, const scene::Cluster& c) {
    if (c.vertexCount < 1 || c.vertexCount > scene::clusterVertices || c.triangleCount < 1 ||
        c.triangleCount > scene::clusterTriangles)
        return false;
    if (std::uint64_t{c.firstVertex} + c.vertexCount > g.vertices.size() ||
        std::uint64_t{c.firstTriangle} + c.triangleCount > g.triangles.size())
        return false;
    if (!isSphere(c.bounds) || !isSphere(c.own) || !isSphere(c.parent) || !isFinite(c.cone) || !std::isfinite(c.cone.w))
        return false;
    if (!(c.ownError >= 0 && std::isfinite(c.ownError) && c.parentError >= 0)) return false;
    std::uint32_t largest = 0;
    for (const std::uint32_t t : g.triangles.subspan(c.firstTriangle, c.triangleCount))
        largest = std::max({largest, t & 255u, t >> 8 & 255u, t >> 16 & 255u});
    return largest < c.vertexCount;
}

/// Runs `good(first, last)` over [0, count) in parallel and returns where the first bad run begins, or `count`.
template <typename Good>
std::size_t firstBad(std::size_t count, unsigned threads, const Good& good) {
    std::atomic<std::size_t> bad{count};
    parallelChunks(count, 4096, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            if (good(i)) continue;
            std::size_t known = bad.load();
            while (i < known && !bad.compare_exchange_weak(known, i)) {
            }
            return;
        }
    });
    return bad;
}

/// Attributes of every cluster of a mesh that has them.
Result<void> checkAttributes(const scene::CookedGeometry& g, std::size_t mesh) {
    const scene::CookedMesh& m = g.meshes[mesh];
    if (m.firstAttributes == scene::none) return {};
    for (const scene::ClusterLevel& level : g.levels.subspan(m.firstLevel, m.levelCount))
        for (const scene::Cluster& c : g.clusters.subspan(level.firstCluster, level.clusterCount))
            if (std::uint64_t{m.firstAttributes + c.firstVertex} + c.vertexCount > g.attributes.size())
                return wrong("mesh {} has attributes out of range", mesh);
    return {};
}

} // namespace

Result<void> validate(const scene::CookedGeometry& g, unsigned threads) {
    // Ranges follow one another, so that no part can be used twice and checking takes no longer than reading.
    std::uint64_t levels = 0;
    for (std::size_t i = 0; i < g.meshes.size(); ++i) {
        const scene::CookedMesh& m = g.meshes[i];
        if (m.firstLevel != levels || (levels += m.levelCount) > g.levels.size())
            return wrong("mesh {} has levels out of order", i);
        if (!isFinite(m.gridOrigin) || !std::isfinite(m.gridStep) || !(m.gridStep >= 0) || !isSphere(m.sphere) ||
            !(m.bounds.empty() || (isFinite(m.bounds.min) && isFinite(m.bounds.max))))
            return wrong("mesh {} has a number that is none", i);
    }
    if (levels != g.levels.size()) return wrong("there are levels of no mesh");
    std::uint64_t clusters = 0;
    for (std::size_t i = 0; i < g.levels.size(); ++i) {
        const scene::ClusterLevel& level = g.levels[i];
        if (level.firstCluster != clusters || (clusters += level.clusterCount) > g.clusters.size())
            return wrong("level {} has clusters out of order", i);
        if (!(level.leastError >= 0) || !(level.mostParentError >= 0)) return wrong("level {} has an error that is none", i);
    }
    if (clusters != g.clusters.size()) return wrong("there are clusters of no level");
    if (const auto bad = firstBad(g.clusters.size(), threads, [&](std::size_t i) { return isSound(g, g.clusters[i]); });
        bad < g.clusters.size())
        return wrong("cluster {} is not sound", bad);
    if (const auto bad =
            firstBad(g.attributes.size(), threads,
                     [&](std::size_t i) { return std::isfinite(g.attributes[i].uv[0]) && std::isfinite(g.attributes[i].uv[1]); });
        bad < g.attributes.size())
        return wrong("attributes {} are not numbers", bad);
    for (std::size_t i = 0; i < g.meshes.size(); ++i)
        if (auto ok = checkAttributes(g, i); !ok) return ok;
    return {};
}

} // namespace millwright::cad
