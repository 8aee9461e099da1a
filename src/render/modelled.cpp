#include "render/modelled.hpp"

#include "render/scene_store.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace millwright::render {
namespace {

constexpr std::uint32_t gridSteps = (1u << 21) - 1;

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

scene::CookedVertex packVertex(const scene::CookedMesh& mesh, const scene::Vertex& vertex) {
    const auto steps = [&](float at, float origin) -> std::uint64_t {
        const float s = (at - origin) / mesh.gridStep;
        return s > 0 ? static_cast<std::uint64_t>(std::min(std::round(s), static_cast<float>(gridSteps))) : 0; // and 0 for NaN
    };
    const std::uint64_t bits = steps(vertex.position.x, mesh.gridOrigin.x) | steps(vertex.position.y, mesh.gridOrigin.y) << 21 |
                               steps(vertex.position.z, mesh.gridOrigin.z) << 42;
    return {.position = {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)},
            .normal = packOctahedral(vertex.normal)};
}

scene::CookedAttributes packAttributes(const scene::Vertex& vertex, std::uint32_t colour) {
    const auto tangent = packOctahedral(glm::vec3{vertex.tangent});
    return {.uv = {vertex.uv.x, vertex.uv.y}, .tangent = (tangent & ~1u) | (vertex.tangent.w < 0 ? 1u : 0u), .colour = colour};
}

glm::vec4 sphereAround(const scene::Aabb& box) {
    return box.empty() ? glm::vec4{0} : glm::vec4{box.centre(), glm::length(box.size()) * 0.5f};
}

/// Appends meshes one by one.
class Cutter {
public:
    explicit Cutter(Modelled& to) : to_{to} {}

    void add(const scene::Mesh& mesh, bool textured) {
        constexpr float always = std::numeric_limits<float>::infinity();
        scene::CookedMesh made{
            .bounds = boxOf(mesh), .firstLevel = index(to_.levels), .triangles = static_cast<std::uint32_t>(mesh.triangles())};
        made.sphere = sphereAround(made.bounds);
        if (mesh.indices.empty()) {
            to_.meshes.push_back(made);
            return;
        }
        made.levelCount = 1;
        made.gridOrigin = made.bounds.min;
        const glm::vec3 size = made.bounds.size();
        const float step = std::max({size.x, size.y, size.z}) / static_cast<float>(gridSteps);
        made.gridStep = step > 0 ? step : 1;
        coloured_ = mesh.colours.size() == mesh.vertices.size() && !mesh.colours.empty();
        attributed_ = coloured_ || textured;
        if (attributed_) made.firstAttributes = index(to_.attributes) - index(to_.vertices); // modulo 2^32
        const auto firstCluster = index(to_.clusters);
        cut(made, mesh);
        const auto count = index(to_.clusters) - firstCluster;
        for (auto& cluster : std::span{to_.clusters}.subspan(firstCluster)) {
            cluster.own = cluster.parent = made.sphere;
            cluster.cone = {0, 0, 0, 1};
            cluster.parentError = always;
        }
        to_.levels.push_back({.firstCluster = firstCluster, .clusterCount = count, .mostParentError = always});
        to_.meshes.push_back(made);
    }

private:
    static std::uint32_t index(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

    static scene::Aabb boxOf(const scene::Mesh& mesh) {
        scene::Aabb box;
        for (const auto vertex : mesh.indices) box.include(mesh.vertices[vertex].position);
        return box;
    }

    /// Triangles in their order, in clusters with vertices of their own.
    void cut(const scene::CookedMesh& made, const scene::Mesh& mesh) {
        std::vector<std::uint32_t> slotOf(mesh.vertices.size(), scene::none); ///< of a vertex; stale below the cluster's first
        for (std::size_t at = 0; at < mesh.indices.size();) {
            const auto firstVertex = index(to_.vertices), firstTriangle = index(to_.triangles);
            scene::Aabb box;
            // Each triangle may bring three vertices.
            while (at < mesh.indices.size() && index(to_.triangles) - firstTriangle < scene::clusterTriangles &&
                   index(to_.vertices) - firstVertex + 3 <= scene::clusterVertices) {
                std::uint32_t corners = 0;
                for (std::uint32_t shift = 0; shift < 24; shift += 8, ++at) {
                    const auto vertex = mesh.indices[at];
                    if (slotOf[vertex] == scene::none || slotOf[vertex] < firstVertex) {
                        slotOf[vertex] = index(to_.vertices);
                        addVertex(made, mesh, vertex);
                        box.include(scene::position(made, to_.vertices.back()));
                    }
                    corners |= (slotOf[vertex] - firstVertex) << shift;
                }
                to_.triangles.push_back(corners);
            }
            to_.clusters.push_back({.bounds = sphereAround(box),
                                    .firstVertex = firstVertex,
                                    .firstTriangle = firstTriangle,
                                    .vertexCount = index(to_.vertices) - firstVertex,
                                    .triangleCount = index(to_.triangles) - firstTriangle});
        }
    }

    void addVertex(const scene::CookedMesh& made, const scene::Mesh& mesh, std::uint32_t vertex) {
        constexpr std::uint32_t white = 0xFFFF'FFFFu;
        to_.vertices.push_back(packVertex(made, mesh.vertices[vertex]));
        if (!attributed_) return;
        to_.attributes.push_back(
            packAttributes(mesh.vertices[vertex], coloured_ ? std::bit_cast<std::uint32_t>(mesh.colours[vertex]) : white));
    }

    Modelled& to_;
    bool coloured_ = false;
    bool attributed_ = false;
};

} // namespace

Modelled cutModelled(const scene::Scene& scene, std::size_t first) {
    std::vector<bool> textured(scene.meshes.size());
    for (const auto& instance : scene.instances)
        if (!isPlain(scene.materials[instance.material])) textured[instance.mesh] = true;
    Modelled modelled;
    Cutter cutter{modelled};
    for (std::size_t i = first; i < scene.meshes.size(); ++i) cutter.add(scene.meshes[i], textured[i]);
    return modelled;
}

} // namespace millwright::render
