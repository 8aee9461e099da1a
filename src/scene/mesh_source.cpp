#include "scene/mesh_source.hpp"

#include <algorithm>

namespace millwright::scene {

MeshSource::MeshSource(const Scene& scene, std::span<const CookedGeometry> cooked) : scene_{&scene}, cooked_{cooked} {
    std::uint32_t end = 0;
    for (const CookedGeometry& geometry : cooked) ends_.push_back(end += static_cast<std::uint32_t>(geometry.meshes.size()));
}

MeshSource::Place MeshSource::find(std::uint32_t mesh) const {
    const auto part = static_cast<std::size_t>(std::ranges::upper_bound(ends_, mesh) - ends_.begin());
    if (part == cooked_.size()) return {nullptr, mesh};
    return {&cooked_[part], mesh - (part > 0 ? ends_[part - 1] : 0)};
}

std::uint32_t MeshSource::blocks(std::uint32_t mesh) const {
    const Place place = find(mesh);
    if (!place.geometry) return scene_->meshes[mesh].indices.empty() ? 0 : 1;
    return static_cast<std::uint32_t>(finestClusters(*place.geometry, place.mesh).size());
}

Aabb MeshSource::box(std::uint32_t mesh, std::uint32_t block) const {
    const Place place = find(mesh);
    if (!place.geometry) {
        Aabb box;
        for (const Corners& triangle : triangles(mesh, block))
            for (const glm::vec3 corner : triangle) box.include(corner);
        return box;
    }
    const glm::vec4 sphere = finestClusters(*place.geometry, place.mesh)[block].bounds;
    const Aabb& all = place.geometry->meshes[place.mesh].bounds;
    // Clipped by the mesh's own box: a sphere stands far out of a flat part.
    return {glm::max(glm::vec3{sphere} - sphere.w, all.min), glm::min(glm::vec3{sphere} + sphere.w, all.max)};
}

std::vector<Corners> MeshSource::triangles(std::uint32_t mesh, std::uint32_t block) const {
    const Place place = find(mesh);
    std::vector<Corners> triangles;
    if (!place.geometry) {
        const Mesh& modelled = scene_->meshes[mesh];
        triangles.reserve(modelled.indices.size() / 3);
        const auto corner = [&](std::size_t i) { return modelled.vertices[modelled.indices[i]].position; };
        for (std::size_t i = 0; i + 2 < modelled.indices.size(); i += 3)
            triangles.push_back({corner(i), corner(i + 1), corner(i + 2)});
        return triangles;
    }
    const CookedMesh& cooked = place.geometry->meshes[place.mesh];
    const Cluster& cluster = finestClusters(*place.geometry, place.mesh)[block];
    triangles.reserve(cluster.triangleCount);
    const auto vertices = place.geometry->vertices.subspan(cluster.firstVertex, cluster.vertexCount);
    for (const std::uint32_t packed : place.geometry->triangles.subspan(cluster.firstTriangle, cluster.triangleCount)) {
        const auto corner = [&](unsigned shift) { return position(cooked, vertices[packed >> shift & 255u]); };
        triangles.push_back({corner(0), corner(8), corner(16)});
    }
    return triangles;
}

std::uint32_t MeshSource::firstTriangle(std::uint32_t mesh, std::uint32_t block) const {
    const Place place = find(mesh);
    if (!place.geometry) return 0;
    const auto clusters = finestClusters(*place.geometry, place.mesh);
    return clusters[block].firstTriangle - clusters.front().firstTriangle; // they follow each other
}

Mesh MeshSource::whole(std::uint32_t mesh) const {
    const Place place = find(mesh);
    return place.geometry ? decode(*place.geometry, place.mesh) : scene_->meshes[mesh];
}

} // namespace millwright::scene
