#include "cad/cook/clusters.hpp"

#include "cad/cook/bounds.hpp"
#include "cad/cook/local_index.hpp"
#include "cad/cook/parallel.hpp"

#include <limits>
#include <meshoptimizer.h>
#include <numeric>

namespace millwright::cad {
namespace {

constexpr float coneWeight = 0.25f;           ///< how much facing one way counts beside lying close together
constexpr std::size_t chunkTriangles = 32768; ///< of a whole mesh are cut at once: small enough for the processor's cache

/// Fills in bounds and cone from the triangles.
void measure(const Welded& welded, const Clusters& batch, scene::Cluster& cluster, std::vector<glm::vec3>& scratch) {
    scratch.clear();
    for (const std::uint32_t vertex : batch.verticesOf(cluster)) scratch.push_back(welded.vertexPlace(vertex));
    cluster.bounds = cluster.own = cluster.parent = sphereAround(std::span<const glm::vec3>{scratch});
    const std::size_t corners = scratch.size();
    for (std::uint32_t t = 0; t < cluster.triangleCount; ++t) {
        const std::uint32_t packed = batch.triangles[cluster.firstTriangle + t];
        const glm::vec3 a = scratch[packed & 255u];
        const glm::vec3 normal = glm::cross(scratch[packed >> 8 & 255u] - a, scratch[packed >> 16 & 255u] - a);
        const float length = glm::length(normal);
        if (length > 0) scratch.push_back(normal / length);
    }
    cluster.cone = coneAround(std::span<const glm::vec3>{scratch}.subspan(corners));
    cluster.parentError = std::numeric_limits<float>::infinity();
}

/// Spreads the low 10 bits three apart.
std::uint32_t spreadBits(std::uint32_t v) {
    v = (v | v << 16) & 0x0300'00FFu;
    v = (v | v << 8) & 0x0300'F00Fu;
    v = (v | v << 4) & 0x030C'30C3u;
    return (v | v << 2) & 0x0924'9249u;
}

/// Triangles in the order of a Morton curve through their middles.
std::vector<std::uint32_t> alongCurve(const Welded& welded, unsigned threads) {
    const std::size_t count = welded.indices.size() / 3;
    std::vector<std::uint64_t> keyed(count), sorted(count); // curve << 32 | triangle
    parallelChunks(count, 1 << 16, threads, [&](std::size_t first, std::size_t last) {
        for (std::size_t t = first; t < last; ++t) {
            glm::vec3 sum{0};
            for (std::size_t k = 0; k < 3; ++k) sum += gridSteps(welded.positions[welded.positionOf[welded.indices[t * 3 + k]]]);
            const glm::uvec3 cell{sum / (3.0f * 2048.0f)};
            const std::uint64_t curve = spreadBits(cell.x) | spreadBits(cell.y) << 1 | spreadBits(cell.z) << 2;
            keyed[t] = curve << 32 | t;
        }
    });
    for (const int shift : {32, 42, 52}) { // radix sort by the curve; stable
        std::vector<std::size_t> at(1025);
        for (const std::uint64_t key : keyed) ++at[(key >> shift & 1023u) + 1];
        std::partial_sum(at.begin(), at.end(), at.begin());
        for (const std::uint64_t key : keyed) sorted[at[key >> shift & 1023u]++] = key;
        keyed.swap(sorted);
    }
    std::vector<std::uint32_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(keyed[i]);
    return order;
}

} // namespace

void Clusters::append(const Clusters& other) {
    const auto firstVertex = static_cast<std::uint32_t>(vertices.size());
    const auto firstTriangle = static_cast<std::uint32_t>(triangles.size());
    for (scene::Cluster cluster : other.clusters) {
        cluster.firstVertex += firstVertex;
        cluster.firstTriangle += firstTriangle;
        clusters.push_back(cluster);
    }
    vertices.insert(vertices.end(), other.vertices.begin(), other.vertices.end());
    triangles.insert(triangles.end(), other.triangles.begin(), other.triangles.end());
}

Clusters cutIntoClusters(const Welded& welded, std::span<const std::uint32_t> indices) {
    LocalIndex index;
    index.reset(indices.size());
    std::vector<std::uint32_t> local(indices.size());
    std::ranges::transform(indices, local.begin(), [&](std::uint32_t vertex) { return index.at(vertex); });
    std::vector<glm::vec3> places(index.ids().size());
    std::ranges::transform(index.ids(), places.begin(), [&](std::uint32_t vertex) { return welded.vertexPlace(vertex); });

    const std::size_t most = meshopt_buildMeshletsBound(local.size(), scene::clusterVertices, scene::clusterTriangles);
    std::vector<meshopt_Meshlet> meshlets(most);
    std::vector<std::uint32_t> vertices(most * scene::clusterVertices);
    std::vector<std::uint8_t> corners(most * scene::clusterTriangles * 3);
    meshlets.resize(meshopt_buildMeshlets(meshlets.data(), vertices.data(), corners.data(), local.data(), local.size(),
                                          &places.front().x, places.size(), sizeof(glm::vec3), scene::clusterVertices,
                                          scene::clusterTriangles, coneWeight));
    Clusters batch;
    std::vector<glm::vec3> scratch;
    for (const meshopt_Meshlet& meshlet : meshlets) {
        scene::Cluster cluster;
        cluster.firstVertex = static_cast<std::uint32_t>(batch.vertices.size());
        cluster.firstTriangle = static_cast<std::uint32_t>(batch.triangles.size());
        cluster.vertexCount = meshlet.vertex_count;
        cluster.triangleCount = meshlet.triangle_count;
        for (std::size_t i = 0; i < meshlet.vertex_count; ++i)
            batch.vertices.push_back(index.ids()[vertices[meshlet.vertex_offset + i]]);
        for (std::size_t i = 0; i < meshlet.triangle_count; ++i) {
            const std::uint8_t* corner = &corners[meshlet.triangle_offset + i * 3];
            batch.triangles.push_back(corner[0] | static_cast<std::uint32_t>(corner[1]) << 8 |
                                      static_cast<std::uint32_t>(corner[2]) << 16);
        }
        measure(welded, batch, cluster, scratch);
        batch.clusters.push_back(cluster);
    }
    return batch;
}

Clusters cutIntoClusters(const Welded& welded, unsigned threads) {
    const std::size_t count = welded.indices.size() / 3;
    if (count <= chunkTriangles) return cutIntoClusters(welded, std::span{welded.indices});
    const auto order = alongCurve(welded, threads);
    const std::size_t chunks = (count + chunkTriangles - 1) / chunkTriangles;
    std::vector<Clusters> cut(chunks);
    parallelFor(chunks, threads, [&](std::size_t chunk) {
        const std::size_t first = chunk * count / chunks, last = (chunk + 1) * count / chunks;
        std::vector<std::uint32_t> indices;
        indices.reserve((last - first) * 3);
        for (std::size_t i = first; i < last; ++i) {
            const auto corner = welded.indices.begin() + std::size_t{order[i]} * 3;
            indices.insert(indices.end(), corner, corner + 3);
        }
        cut[chunk] = cutIntoClusters(welded, indices);
    });
    Clusters all;
    for (const Clusters& part : cut) all.append(part);
    return all;
}

} // namespace millwright::cad
