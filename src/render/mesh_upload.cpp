#include "render/mesh_upload.hpp"

#include "render/cull_types.hpp"
#include "render/modelled.hpp"

#include <millwright/core/parallel.hpp>
#include <millwright/gpu/memory.hpp>

#include <algorithm>
#include <atomic>
#include <format>
#include <thread>

namespace millwright::render {
namespace {

/// Whether everything a geometry refers to is in it; corners of triangles are looked at when they are unpacked.
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

/// Where a geometry's arrays begin in those of the scene.
struct Start {
    std::size_t level = 0, cluster = 0, vertex = 0, attributes = 0, triangle = 0;

    [[nodiscard]] Start after(const scene::CookedGeometry& g) const {
        return {level + g.levels.size(), cluster + g.clusters.size(), vertex + g.vertices.size(), attributes + g.attributes.size(),
                triangle + g.triangles.size()};
    }
};

std::uint32_t narrow(std::size_t n) {
    return static_cast<std::uint32_t>(n);
}

/// Appends to what the CPU keeps.
void append(const scene::CookedGeometry& g, const Start& start, SceneStore& store) {
    for (const auto& m : g.meshes) {
        const bool attributed = m.firstAttributes != scene::none;
        store.meshes.push_back(
            {.firstLevel = narrow(start.level) + m.firstLevel,
             .levelCount = m.triangles > 0 ? m.levelCount : 0,
             .triangles = m.triangles,
             .sphere = m.sphere,
             .grid = {m.gridOrigin, m.gridStep},
             .box = m.bounds,
             .plain = !attributed,
             .firstAttributes = attributed ? narrow(start.attributes) + m.firstAttributes - narrow(start.vertex) : 0});
    }
    for (auto level : g.levels) {
        level.firstCluster += narrow(start.cluster);
        store.levels.push_back(level);
    }
    for (auto cluster : g.clusters) {
        cluster.firstVertex += narrow(start.vertex);
        cluster.firstTriangle += narrow(start.triangle);
        store.clusters.push_back(cluster);
    }
}

std::vector<GpuCullMesh> meshesForCulling(const SceneStore& store) {
    std::vector<GpuCullMesh> meshes;
    meshes.reserve(store.meshes.size());
    for (const auto& m : store.meshes) {
        meshes.push_back({.sphere = m.sphere,
                          .boxCentre = m.box.empty() ? glm::vec3{0} : m.box.centre(),
                          .firstLevel = m.firstLevel,
                          .boxHalf = m.box.empty() ? glm::vec3{0} : m.box.size() * 0.5f,
                          .levelCount = m.levelCount,
                          .grid = m.grid,
                          .firstAttributes = m.firstAttributes,
                          .flags = m.plain ? 0u : instanceAttributed});
    }
    return meshes;
}

/// The box around a cluster's vertices, in the mesh's frame.
scene::Aabb boxOf(const scene::CookedMesh& mesh, std::span<const scene::CookedVertex> vertices) {
    scene::Aabb box;
    for (const auto& vertex : vertices) box.include(scene::position(mesh, vertex));
    return box;
}

/// The geometry's clusters as culling reads them; one that no mesh uses stays empty.
void addClustersForCulling(const scene::CookedGeometry& g, const Start& start, std::span<const scene::Cluster> all,
                           std::span<GpuCluster> clusters) {
    constexpr std::size_t atOnce = 512;
    for (const auto& mesh : g.meshes) {
        for (const auto& level : g.levels.subspan(mesh.firstLevel, mesh.levelCount)) {
            parallelChunks(
                level.clusterCount, atOnce, std::thread::hardware_concurrency(), [&](std::size_t first, std::size_t last) {
                    for (std::size_t i = level.firstCluster + first; i < level.firstCluster + last; ++i) {
                        const auto& c = all[start.cluster + i];
                        const scene::Aabb box = boxOf(mesh, g.vertices.subspan(g.clusters[i].firstVertex, c.vertexCount));
                        clusters[start.cluster + i] = {.bounds = c.bounds,
                                                       .own = c.own,
                                                       .parent = c.parent,
                                                       .cone = c.cone,
                                                       .boxCentre = box.empty() ? glm::vec3{0} : box.centre(),
                                                       .ownError = c.ownError,
                                                       .boxHalf = box.empty() ? glm::vec3{0} : box.size() * 0.5f,
                                                       .parentError = c.parentError,
                                                       .firstVertex = c.firstVertex,
                                                       .firstTriangle = c.firstTriangle,
                                                       .triangleCount = c.triangleCount,
                                                       .pad = 0};
                    }
                });
        }
    }
}

/// The triangles as indices into all vertices, for draws that the CPU lists. Unpacked straight into what is copied from.
Result<void> uploadTriangles(gpu::Upload& upload, const scene::CookedGeometry& g, const Start& start, const gpu::Buffer& to) {
    constexpr std::size_t clustersAtOnce = 4096, clustersAPiece = 256;
    constexpr std::size_t bytesATriangle = 3 * sizeof(std::uint32_t);
    std::atomic<bool> broken = false;
    for (std::size_t at = 0; at < g.clusters.size() && !broken; at += clustersAtOnce) {
        const auto clusters = g.clusters.subspan(at, std::min(clustersAtOnce, g.clusters.size() - at));
        const std::size_t first = clusters.front().firstTriangle,
                          end = std::size_t{clusters.back().firstTriangle} + clusters.back().triangleCount;
        if (first == end) continue;
        auto memory = upload.toFill(to, (start.triangle + first) * bytesATriangle, (end - first) * bytesATriangle);
        if (!memory) return std::unexpected(memory.error());
        auto* const indices = reinterpret_cast<std::uint32_t*>(memory->data());
        parallelChunks(clusters.size(), clustersAPiece, std::thread::hardware_concurrency(),
                       [&](std::size_t from, std::size_t till) {
                           for (const auto& c : clusters.subspan(from, till - from)) {
                               std::uint32_t* out = indices + 3 * (c.firstTriangle - first);
                               for (const std::uint32_t corners : g.triangles.subspan(c.firstTriangle, c.triangleCount)) {
                                   for (const std::uint32_t shift : {0u, 8u, 16u}) {
                                       const std::uint32_t corner = corners >> shift & 0xFFu;
                                       if (corner >= c.vertexCount) broken = true;
                                       *out++ = narrow(start.vertex) + c.firstVertex + corner;
                                   }
                               }
                           }
                       });
    }
    return broken ? failure(ErrorCode::Invalid, "a cooked triangle has a vertex that is not there") : Result<void>{};
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

/// What lies in one geometry after another.
struct Parts {
    std::vector<scene::CookedGeometry> geometries;
    std::vector<Start> starts; ///< one more: where the last ends

    Result<void> add(const scene::CookedGeometry& g) {
        if (auto ok = fits(g); !ok) return ok;
        if (starts.empty()) starts.emplace_back();
        geometries.push_back(g);
        starts.push_back(starts.back().after(g));
        const auto& end = starts.back();
        if (std::max({end.level, end.cluster, end.vertex, end.attributes, end.triangle}) >= scene::none)
            return failure(ErrorCode::ResourceLimit, "the models together have more vertices or triangles than one scene may have");
        return {};
    }
};

Result<void> uploadGeometry(gpu::Device& device, gpu::Upload& upload, const Parts& parts, SceneStore& store) {
    const auto make = [&](gpu::Buffer& buffer, std::size_t bytes, const char* name) -> Result<void> {
        auto made = gpu::Buffer::create(device, bytes, gpu::BufferUse::Static, name);
        if (!made) return std::unexpected(made.error());
        buffer = std::move(*made);
        return {};
    };
    const auto& end = parts.starts.back();
    auto done = make(store.vertices, end.vertex * sizeof(scene::CookedVertex), "scene vertices");
    if (done) done = make(store.attributes, end.attributes * sizeof(scene::CookedAttributes), "scene vertex attributes");
    if (done) done = make(store.indices, end.triangle * 3 * sizeof(std::uint32_t), "scene indices");
    for (std::size_t i = 0; i < parts.geometries.size() && done; ++i) {
        const auto& g = parts.geometries[i];
        const auto& start = parts.starts[i];
        done = upload.toBuffer(store.vertices, start.vertex * sizeof(scene::CookedVertex), std::as_bytes(g.vertices));
        if (done)
            done =
                upload.toBuffer(store.attributes, start.attributes * sizeof(scene::CookedAttributes), std::as_bytes(g.attributes));
        if (done) done = uploadTriangles(upload, g, start, store.indices);
    }
    return done;
}

Result<void> uploadForCulling(gpu::Device& device, gpu::Upload& upload, const Parts& parts, SceneStore& store) {
    const auto make = [&](gpu::Buffer& buffer, std::span<const std::byte> bytes, const char* name) -> Result<void> {
        auto made = gpu::Buffer::create(device, bytes.size(), gpu::BufferUse::Static, name);
        if (!made) return std::unexpected(made.error());
        buffer = std::move(*made);
        return upload.toBuffer(buffer, 0, bytes);
    };
    const auto meshes = meshesForCulling(store);
    std::vector<GpuCluster> clusters(store.clusters.size());
    for (std::size_t i = 0; i < parts.geometries.size(); ++i)
        addClustersForCulling(parts.geometries[i], parts.starts[i], store.clusters, clusters);
    auto done = make(store.cullMeshes, std::as_bytes(std::span{meshes}), "meshes for culling");
    if (done) done = make(store.cullLevels, std::as_bytes(std::span{store.levels}), "levels for culling");
    if (done) done = make(store.cullClusters, std::as_bytes(std::span{clusters}), "clusters for culling");
    return done;
}

} // namespace

Result<void> uploadMeshes(gpu::Device& device, gpu::Upload& upload, const scene::Scene& scene,
                          std::span<const scene::CookedGeometry> cooked, SceneStore& store) {
    const auto cookedMeshes = countCooked(scene, cooked);
    if (!cookedMeshes) return std::unexpected(cookedMeshes.error());
    const Modelled modelled = cutModelled(scene, *cookedMeshes);
    Parts parts;
    Result<void> done;
    for (const auto& geometry : cooked)
        if (done = parts.add(geometry); !done) return done;
    if (done = parts.add(modelled.geometry()); !done) return done;
    for (std::size_t i = 0; i < parts.geometries.size(); ++i) append(parts.geometries[i], parts.starts[i], store);
    done = uploadGeometry(device, upload, parts, store);
    return done ? uploadForCulling(device, upload, parts, store) : done;
}

} // namespace millwright::render
