#include "render/geometry_fill.hpp"

#include <algorithm>
#include <cstring>

namespace millwright::render {
namespace {

/// The box around a cluster's vertices, in the mesh's frame.
scene::Aabb boxOf(const scene::CookedMesh& mesh, std::span<const scene::CookedVertex> vertices) {
    scene::Aabb box;
    for (const auto& vertex : vertices) box.include(scene::position(mesh, vertex));
    return box;
}

GpuCluster gpuCluster(const scene::Cluster& c, const scene::Aabb& box, std::uint32_t firstVertex, std::uint32_t firstTriangle) {
    return {.bounds = c.bounds,
            .own = c.own,
            .parent = c.parent,
            .cone = c.cone,
            .boxCentre = box.empty() ? glm::vec3{0} : box.centre(),
            .ownError = c.ownError,
            .boxHalf = box.empty() ? glm::vec3{0} : box.size() * 0.5f,
            .parentError = c.parentError,
            .firstVertex = firstVertex,
            .firstTriangle = firstTriangle,
            .triangleCount = c.triangleCount};
}

/// Unpacks a cluster's triangles to numbers of all vertices, for draws that the CPU lists.
void unpack(std::span<const std::uint32_t> triangles, std::uint32_t firstVertex, std::byte* out) {
    for (const std::uint32_t corners : triangles) {
        const std::uint32_t own[3] = {firstVertex + (corners & 255u), firstVertex + (corners >> 8 & 255u),
                                      firstVertex + (corners >> 16 & 255u)};
        std::memcpy(out, own, sizeof own);
        out += sizeof own;
    }
}

} // namespace

void appendPieces(const SceneStore& store, std::uint32_t number, std::size_t most, std::vector<Piece>& pieces) {
    const auto& step = store.detail.steps[number];
    const auto& mesh = store.meshes[step.mesh];
    const auto& source = store.sources[mesh.source];
    Piece piece{.step = number};
    for (const std::uint32_t i : std::span{store.detail.order}.subspan(step.firstCluster, step.clusterCount)) {
        const auto& c = source.clusters[i];
        Piece more = piece;
        ++more.clusters;
        more.vertices += c.vertexCount;
        more.triangles += c.triangleCount;
        if (more.bytes(!mesh.plain) <= most) {
            piece = more;
            continue;
        }
        pieces.push_back(piece);
        piece = {.step = number,
                 .firstCluster = piece.firstCluster + piece.clusters,
                 .clusters = 1,
                 .firstVertex = piece.firstVertex + piece.vertices,
                 .vertices = c.vertexCount,
                 .firstTriangle = piece.firstTriangle + piece.triangles,
                 .triangles = c.triangleCount};
    }
    piece.last = true;
    pieces.push_back(piece);
}

void fill(const SceneStore& store, const Piece& piece, std::span<std::byte> out) {
    const auto& step = store.detail.steps[piece.step];
    const auto& place = store.places[piece.step];
    const auto& mesh = store.meshes[step.mesh];
    const auto& source = store.sources[mesh.source];
    const auto& cooked = source.meshes[mesh.cooked];
    std::byte* clusters = out.data();
    std::byte* vertices = clusters + piece.clusters * blockBytes;
    std::byte* triangles = vertices + piece.vertices * sizeof(scene::CookedVertex);
    std::byte* attributes = triangles + piece.triangles * triangleBytes;
    const auto put = [](std::byte*& to, const auto& values) {
        if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
        to += values.size_bytes();
    };
    std::uint32_t vertex = place.vertex + piece.firstVertex, triangle = place.triangle + piece.firstTriangle;
    for (const std::uint32_t i : std::span{store.detail.order}.subspan(step.firstCluster + piece.firstCluster, piece.clusters)) {
        const auto& c = source.clusters[i];
        const auto own = source.vertices.subspan(c.firstVertex, c.vertexCount);
        const GpuCluster packed = gpuCluster(c, boxOf(cooked, own), vertex, triangle);
        put(clusters, std::span{&packed, 1});
        put(vertices, own);
        unpack(source.triangles.subspan(c.firstTriangle, c.triangleCount), vertex, triangles);
        triangles += c.triangleCount * triangleBytes;
        if (!mesh.plain) put(attributes, source.attributes.subspan(cooked.firstAttributes + c.firstVertex, c.vertexCount));
        vertex += c.vertexCount;
        triangle += c.triangleCount;
    }
}

void appendCopies(const SceneStore& store, const Piece& piece, std::size_t offset, std::vector<VkBufferCopy>& copies) {
    const auto& place = store.places[piece.step];
    const std::size_t begin = copies.size();
    const auto add = [&](std::uint64_t to, std::uint64_t bytes) {
        if (bytes == 0) return;
        if (copies.size() > begin && copies.back().dstOffset + copies.back().size == to)
            copies.back().size += bytes;
        else
            copies.push_back({.srcOffset = offset, .dstOffset = to, .size = bytes});
        offset += bytes;
    };
    constexpr std::uint64_t unit = sizeof(scene::CookedVertex);
    add((std::uint64_t{place.cluster} + piece.firstCluster) * blockBytes, piece.clusters * blockBytes);
    add((std::uint64_t{place.vertex} + piece.firstVertex) * unit, piece.vertices * unit);
    add((std::uint64_t{place.triangle} + piece.firstTriangle) * unit, piece.triangles * triangleBytes);
    if (!store.meshes[store.detail.steps[piece.step].mesh].plain)
        add(store.attributes - store.geometry.address() +
                (std::uint64_t{place.attributes} + piece.firstVertex) * sizeof(scene::CookedAttributes),
            piece.vertices * sizeof(scene::CookedAttributes));
}

} // namespace millwright::render
