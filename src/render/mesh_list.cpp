#include "render/mesh_list.hpp"

#include <millwright/core/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <format>
#include <thread>

namespace millwright::render {
namespace {

/// Whether all of a cluster's corners are among its vertices.
bool isWhole(const scene::CookedGeometry& g, const scene::Cluster& c) {
    std::uint32_t largest = 0;
    for (const std::uint32_t t : g.triangles.subspan(c.firstTriangle, c.triangleCount))
        largest = std::max({largest, t & 255u, t >> 8 & 255u, t >> 16 & 255u});
    return c.triangleCount == 0 || largest < c.vertexCount;
}

/// Whether everything a geometry refers to is in it.
Result<void> fits(const scene::CookedGeometry& g) {
    const auto within = [](std::size_t first, std::size_t count, std::size_t size) {
        return first <= size && count <= size - first;
    };
    for (const auto& l : g.levels)
        if (!within(l.firstCluster, l.clusterCount, g.clusters.size()))
            return failure(ErrorCode::Invalid, "cooked clusters are out of range");
    std::size_t triangles = 0; // clusters lie one after another, perhaps with gaps
    for (const auto& c : g.clusters) {
        if (!within(c.firstVertex, c.vertexCount, g.vertices.size()) || c.firstTriangle < triangles ||
            !within(c.firstTriangle, c.triangleCount, g.triangles.size()))
            return failure(ErrorCode::Invalid, "a cooked cluster is out of range");
        triangles = std::size_t{c.firstTriangle} + c.triangleCount;
    }
    std::atomic<bool> broken = false;
    parallelChunks(g.clusters.size(), 1024, std::thread::hardware_concurrency(), [&](std::size_t from, std::size_t till) {
        for (const auto& c : g.clusters.subspan(from, till - from))
            if (!isWhole(g, c)) broken = true;
    });
    if (broken) return failure(ErrorCode::Invalid, "a cooked triangle has a vertex that is not there");
    for (const auto& m : g.meshes) {
        if (!within(m.firstLevel, m.levelCount, g.levels.size()))
            return failure(ErrorCode::Invalid, "cooked levels are out of range");
        if (m.firstAttributes == scene::none) continue;
        for (const auto& l : g.levels.subspan(m.firstLevel, m.levelCount))
            for (const auto& c : g.clusters.subspan(l.firstCluster, l.clusterCount))
                if (!within(m.firstAttributes + c.firstVertex, c.vertexCount, g.attributes.size())) // modulo 2^32
                    return failure(ErrorCode::Invalid, "cooked attributes are out of range");
    }
    return {};
}

/// The scene's first meshes are the cooked ones; the triangles of all others must be in the scene.
Result<std::size_t> countCooked(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked) {
    std::size_t meshes = 0;
    for (const auto& geometry : cooked) meshes += geometry.meshes.size();
    if (meshes > scene.meshes.size())
        return failure(ErrorCode::Invalid,
                       std::format("cooked geometry of {} meshes for a scene of {}", meshes, scene.meshes.size()));
    for (const auto& mesh : std::span{scene.meshes}.subspan(meshes))
        if (mesh.indices.empty() && mesh.triangles() > 0)
            return failure(ErrorCode::Invalid, "a mesh's triangles are cooked, but not given", std::format("mesh '{}'", mesh.name));
    return meshes;
}

void append(const scene::CookedGeometry& g, std::uint32_t source, SceneStore& store) {
    for (std::uint32_t i = 0; i < g.meshes.size(); ++i) {
        const auto& m = g.meshes[i];
        const auto levels = store.detail.levels.size(), steps = store.detail.steps.size();
        if (m.triangles > 0) appendSteps(g, m, static_cast<std::uint32_t>(store.meshes.size()), store.detail);
        store.meshes.push_back({.firstLevel = static_cast<std::uint32_t>(levels),
                                .levelCount = static_cast<std::uint32_t>(store.detail.levels.size() - levels),
                                .firstStep = static_cast<std::uint32_t>(steps),
                                .stepCount = static_cast<std::uint32_t>(store.detail.steps.size() - steps),
                                .triangles = m.triangles,
                                .source = source,
                                .cooked = i,
                                .sphere = m.sphere,
                                .grid = {m.gridOrigin, m.gridStep},
                                .box = m.bounds,
                                .plain = m.firstAttributes == scene::none});
    }
}

} // namespace

Result<void> listMeshes(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked, SceneStore& store) {
    const auto cookedMeshes = countCooked(scene, cooked);
    if (!cookedMeshes) return std::unexpected(cookedMeshes.error());
    store.modelled = std::make_unique<Modelled>(cutModelled(scene, *cookedMeshes));
    store.sources.assign(cooked.begin(), cooked.end());
    store.sources.push_back(store.modelled->geometry());
    for (std::uint32_t i = 0; i < store.sources.size(); ++i) {
        if (auto ok = fits(store.sources[i]); !ok) return ok;
        append(store.sources[i], i, store);
    }
    store.places.resize(store.detail.steps.size());
    return {};
}

} // namespace millwright::render
