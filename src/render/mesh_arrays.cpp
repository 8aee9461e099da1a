#include "render/mesh_arrays.hpp"

#include <millwright/core/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <format>
#include <limits>
#include <thread>

namespace millwright::render {
namespace {

/// Two 16-bit signed parts of the octahedral map of a unit vector (Cigolle et al. 2014).
std::uint32_t packOctahedral(glm::vec3 v) {
    const float sum = std::abs(v.x) + std::abs(v.y) + std::abs(v.z);
    if (!(sum > 0)) return packOctahedral({0, 1, 0});
    glm::vec2 p = glm::vec2{v.x, v.y} / sum;
    if (v.z < 0) {
        p = {(1 - std::abs(p.y)) * (p.x >= 0 ? 1.0f : -1.0f), (1 - std::abs(p.x)) * (p.y >= 0 ? 1.0f : -1.0f)};
    }
    const auto part = [](float x) {
        return static_cast<std::uint32_t>(
            static_cast<std::uint16_t>(static_cast<std::int16_t>(std::lround(std::clamp(x, -1.0f, 1.0f) * 32767))));
    };
    return part(p.x) | part(p.y) << 16;
}

GpuVertex pack(const scene::Vertex& v, std::uint32_t colour) {
    const auto tangent = packOctahedral({v.tangent.x, v.tangent.y, v.tangent.z});
    return {.position = v.position,
            .normal = packOctahedral(v.normal),
            .tangent = (tangent & ~1u) | (v.tangent.w < 0 ? 1u : 0u),
            .uv = v.uv,
            .colour = colour};
}

constexpr std::uint32_t white = 0xFFFF'FFFFu;

Result<void> fits(const scene::CookedGeometry& g) {
    const auto within = [](std::size_t first, std::size_t count, std::size_t size) {
        return first <= size && count <= size - first;
    };
    for (const auto& m : g.meshes)
        if (!within(m.firstLevel, m.levelCount, g.levels.size()))
            return failure(ErrorCode::Invalid, "cooked levels are out of range");
    for (const auto& l : g.levels)
        if (!within(l.firstCluster, l.clusterCount, g.clusters.size()))
            return failure(ErrorCode::Invalid, "cooked clusters are out of range");
    for (const auto& c : g.clusters) {
        if (!within(c.firstVertex, c.vertexCount, g.vertices.size()) ||
            !within(c.firstTriangle, c.triangleCount, g.triangles.size()))
            return failure(ErrorCode::Invalid, "a cooked cluster is out of range");
    }
    return {};
}

/// Where a model's arrays begin in those of the scene.
struct Start {
    std::uint32_t level, cluster, vertex, triangle;
};

/// Some clusters of one mesh.
struct Piece {
    const scene::CookedMesh* mesh = nullptr;
    std::span<const scene::Cluster> clusters;
};

/// Unpacks the vertices and triangles of clusters, which keep their places in the model.
Result<void> unpack(const scene::CookedGeometry& g, const Piece& piece, const Start& start, MeshArrays& arrays) {
    const auto& mesh = *piece.mesh;
    for (const auto& c : piece.clusters) {
        const bool own = mesh.firstAttributes != scene::none;
        for (std::uint32_t i = c.firstVertex; i < c.firstVertex + c.vertexCount; ++i) {
            GpuVertex v{.position = scene::position(mesh, g.vertices[i]),
                        .normal = g.vertices[i].normal,
                        .tangent = 0,
                        .uv = {},
                        .colour = white};
            const std::uint32_t at = mesh.firstAttributes + i; // modulo 2^32
            if (own && at >= g.attributes.size()) return failure(ErrorCode::Invalid, "cooked attributes are out of range");
            if (own) {
                const auto& a = g.attributes[at];
                v.tangent = a.tangent, v.uv = {a.uv[0], a.uv[1]}, v.colour = a.colour;
            }
            arrays.vertices[std::size_t{start.vertex} + i] = v;
        }
        for (std::uint32_t t = c.firstTriangle; t < c.firstTriangle + c.triangleCount; ++t) {
            for (std::uint32_t k = 0; k < 3; ++k) {
                const std::uint32_t corner = g.triangles[t] >> (8 * k) & 0xFFu;
                if (corner >= c.vertexCount) return failure(ErrorCode::Invalid, "a cooked triangle has a vertex that is not there");
                arrays.indices[3 * (std::size_t{start.triangle} + t) + k] = start.vertex + c.firstVertex + corner;
            }
        }
    }
    return {};
}

glm::vec4 sphereAround(const scene::Aabb& box) {
    return box.empty() ? glm::vec4{0} : glm::vec4{box.centre(), glm::length(box.size()) * 0.5f};
}

/// Appends a mesh's triangles in their order, as clusters with vertices of their own; returns the box around them.
scene::Aabb addPieces(const scene::Mesh& mesh, bool coloured, MeshArrays& arrays) {
    constexpr std::size_t mostIndices = 3 * scene::clusterTriangles;
    std::vector<std::uint32_t> slotOf(mesh.vertices.size(), scene::none); ///< of a vertex, in `arrays`; stale below `firstVertex`
    scene::Aabb whole;
    for (std::size_t at = 0; at < mesh.indices.size();) {
        const auto firstVertex = static_cast<std::uint32_t>(arrays.vertices.size());
        const auto firstTriangle = static_cast<std::uint32_t>(arrays.indices.size() / 3);
        const std::size_t begin = at;
        scene::Aabb box;
        // Each triangle may bring three vertices.
        while (at < mesh.indices.size() && at - begin < mostIndices &&
               arrays.vertices.size() - firstVertex + 3 <= scene::clusterVertices) {
            for (int corner = 0; corner < 3; ++corner, ++at) {
                const auto vertex = mesh.indices[at];
                if (slotOf[vertex] == scene::none || slotOf[vertex] < firstVertex) {
                    slotOf[vertex] = static_cast<std::uint32_t>(arrays.vertices.size());
                    arrays.vertices.push_back(
                        pack(mesh.vertices[vertex], coloured ? std::bit_cast<std::uint32_t>(mesh.colours[vertex]) : white));
                    box.include(mesh.vertices[vertex].position);
                }
                arrays.indices.push_back(slotOf[vertex]);
            }
        }
        whole.include(box);
        arrays.clusters.push_back({.bounds = sphereAround(box),
                                   .firstVertex = firstVertex,
                                   .firstTriangle = firstTriangle,
                                   .vertexCount = static_cast<std::uint32_t>(arrays.vertices.size()) - firstVertex,
                                   .triangleCount = static_cast<std::uint32_t>((at - begin) / 3)});
    }
    return whole;
}

} // namespace

void addModelled(const scene::Scene& scene, MeshArrays& arrays) {
    constexpr float always = std::numeric_limits<float>::infinity();
    for (const auto& mesh : std::span{scene.meshes}.subspan(arrays.meshes.size())) {
        const auto firstCluster = static_cast<std::uint32_t>(arrays.clusters.size());
        const bool coloured = mesh.colours.size() == mesh.vertices.size() && !mesh.colours.empty();
        const scene::Aabb box = addPieces(mesh, coloured, arrays);
        const auto count = static_cast<std::uint32_t>(arrays.clusters.size()) - firstCluster;
        const glm::vec4 sphere = sphereAround(box);
        arrays.meshes.push_back({.firstLevel = static_cast<std::uint32_t>(arrays.levels.size()),
                                 .levelCount = count > 0 ? 1u : 0u,
                                 .triangles = static_cast<std::uint32_t>(mesh.triangles()),
                                 .sphere = sphere,
                                 .box = box,
                                 .plain = !coloured});
        if (count == 0) continue;
        for (auto& cluster : std::span{arrays.clusters}.subspan(firstCluster)) {
            cluster.own = cluster.parent = sphere;
            cluster.cone = {0, 0, 0, 1};
            cluster.parentError = always;
        }
        arrays.levels.push_back({.firstCluster = firstCluster, .clusterCount = count, .mostParentError = always});
    }
}

namespace {

/// Appends a model's geometry.
Result<void> add(const scene::CookedGeometry& cooked, MeshArrays& arrays) {
    if (auto ok = fits(cooked); !ok) return ok;
    if (arrays.vertices.size() + cooked.vertices.size() >= scene::none ||
        arrays.indices.size() / 3 + cooked.triangles.size() >= scene::none)
        return failure(ErrorCode::ResourceLimit, "the models together have more vertices than one scene may have");
    const Start start{static_cast<std::uint32_t>(arrays.levels.size()), static_cast<std::uint32_t>(arrays.clusters.size()),
                      static_cast<std::uint32_t>(arrays.vertices.size()), static_cast<std::uint32_t>(arrays.indices.size() / 3)};
    arrays.vertices.resize(arrays.vertices.size() + cooked.vertices.size());
    arrays.indices.resize(arrays.indices.size() + cooked.triangles.size() * 3);
    for (auto level : cooked.levels) {
        level.firstCluster += start.cluster;
        arrays.levels.push_back(level);
    }
    for (auto cluster : cooked.clusters) {
        cluster.firstVertex += start.vertex;
        cluster.firstTriangle += start.triangle;
        arrays.clusters.push_back(cluster);
    }
    constexpr std::uint32_t clustersAtOnce = 512;
    std::vector<Piece> pieces;
    for (const auto& mesh : cooked.meshes) {
        for (const auto& level : cooked.levels.subspan(mesh.firstLevel, mesh.levelCount)) {
            for (std::uint32_t at = 0; at < level.clusterCount; at += clustersAtOnce)
                pieces.push_back(
                    {&mesh, cooked.clusters.subspan(level.firstCluster + at, std::min(clustersAtOnce, level.clusterCount - at))});
        }
        arrays.meshes.push_back({.firstLevel = start.level + mesh.firstLevel,
                                 .levelCount = mesh.triangles > 0 ? mesh.levelCount : 0,
                                 .triangles = mesh.triangles,
                                 .sphere = mesh.sphere,
                                 .box = mesh.bounds,
                                 .plain = mesh.firstAttributes == scene::none});
    }
    std::atomic<std::size_t> broken{pieces.size()};
    parallelFor(pieces.size(), std::thread::hardware_concurrency(), [&](std::size_t i) {
        if (!unpack(cooked, pieces[i], start, arrays)) broken = i;
    });
    return broken < pieces.size() ? unpack(cooked, pieces[broken], start, arrays) : Result<void>{};
}

} // namespace

Result<void> addCooked(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked, MeshArrays& arrays) {
    std::size_t meshes = 0;
    for (const auto& geometry : cooked) meshes += geometry.meshes.size();
    if (meshes > scene.meshes.size())
        return failure(ErrorCode::Invalid,
                       std::format("cooked geometry of {} meshes for a scene of {}", meshes, scene.meshes.size()));
    for (const auto& mesh : std::span{scene.meshes}.subspan(meshes))
        if (mesh.indices.empty() && mesh.triangles() > 0)
            return failure(ErrorCode::Invalid, "a mesh's triangles are cooked, but not given", std::format("mesh '{}'", mesh.name));
    for (const auto& geometry : cooked)
        if (auto done = add(geometry, arrays); !done) return done;
    return {};
}

} // namespace millwright::render
