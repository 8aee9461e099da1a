#pragma once

#include <millwright/cad/cook.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <tuple>

/// Meshes to cook and ways to look at what came out.
namespace millwright::cad::test {

/// A scene that draws `mesh` once.
inline scene::Scene sceneOf(scene::Mesh mesh, scene::Material material = {}) {
    mesh.bounds = {};
    for (const auto& vertex : mesh.vertices) mesh.bounds.include(vertex.position);
    scene::Scene scene;
    scene.meshes.push_back(std::move(mesh));
    scene.materials.push_back(std::move(material));
    scene.nodes.emplace_back();
    scene.instances.push_back({0, 0, 0});
    return scene;
}

/// A grid of u x v cells bent by `place`, closed in both directions where asked for. Normals are what `normal` says.
inline scene::Mesh bent(std::uint32_t u, std::uint32_t v, bool closeU, bool closeV,
                        const std::function<scene::Vertex(float, float)>& place) {
    scene::Mesh mesh;
    const std::uint32_t columns = closeU ? u : u + 1, rows = closeV ? v : v + 1;
    for (std::uint32_t j = 0; j < rows; ++j)
        for (std::uint32_t i = 0; i < columns; ++i)
            mesh.vertices.push_back(
                place(static_cast<float>(i) / static_cast<float>(u), static_cast<float>(j) / static_cast<float>(v)));
    for (std::uint32_t j = 0; j < v; ++j) {
        for (std::uint32_t i = 0; i < u; ++i) {
            const std::uint32_t a = j * columns + i, b = j * columns + (i + 1) % columns;
            const std::uint32_t c = (j + 1) % rows * columns + i, d = (j + 1) % rows * columns + (i + 1) % columns;
            mesh.indices.insert(mesh.indices.end(), {a, b, d, a, d, c});
        }
    }
    return mesh;
}

inline scene::Mesh torus(std::uint32_t u, std::uint32_t v, float large = 1, float small = 0.3f) {
    return bent(u, v, true, true, [=](float s, float t) {
        const float a = s * 2 * std::numbers::pi_v<float>, b = t * 2 * std::numbers::pi_v<float>;
        const glm::vec3 out{std::cos(a), 0, -std::sin(a)};
        scene::Vertex vertex;
        vertex.normal = out * std::cos(b) + glm::vec3{0, std::sin(b), 0};
        vertex.position = out * large + vertex.normal * small;
        return vertex;
    });
}

/// Closed; its poles are one place each.
inline scene::Mesh sphere(std::uint32_t u, std::uint32_t v, float radius = 1) {
    return bent(u, v, true, false, [=](float s, float t) {
        const float a = s * 2 * std::numbers::pi_v<float>, b = (t - 0.5f) * std::numbers::pi_v<float>;
        scene::Vertex vertex;
        const float ring = t == 0 || t == 1 ? 0.0f : std::cos(b);
        vertex.normal = {std::cos(a) * ring, t == 0 ? -1.0f : t == 1 ? 1.0f : std::sin(b), -std::sin(a) * ring};
        vertex.position = vertex.normal * radius;
        return vertex;
    });
}

/// A flat-shaded triangle soup: every corner its own vertex with the face's normal.
class Soup {
public:
    void triangle(glm::vec3 a, glm::vec3 b, glm::vec3 c) {
        const glm::vec3 normal = glm::cross(b - a, c - a);
        for (const glm::vec3& place : {a, b, c}) {
            scene::Vertex vertex;
            vertex.position = place;
            vertex.normal = glm::length(normal) > 0 ? glm::normalize(normal) : glm::vec3{0, 1, 0};
            mesh.indices.push_back(static_cast<std::uint32_t>(mesh.vertices.size()));
            mesh.vertices.push_back(vertex);
        }
    }
    void quad(glm::vec3 a, glm::vec3 b, glm::vec3 c, glm::vec3 d) {
        triangle(a, b, c);
        triangle(a, c, d);
    }
    scene::Mesh mesh;
};

/// A plate of `n` x `n` square cells with a round bore through each, hard edges everywhere, closed: what a drilled machine part is.
inline scene::Mesh drilledPlate(int n, int segments, float thickness) {
    Soup soup;
    const int quarter = segments / 4;
    const auto rim = [&](int i) { // corners of a square around the unit circle at the same steps
        const int side = i / quarter % 4, k = i % quarter;
        const float t = 2.0f * static_cast<float>(k) / static_cast<float>(quarter) - 1;
        constexpr glm::vec2 from[]{{1, -1}, {1, 1}, {-1, 1}, {-1, -1}}, along[]{{0, 1}, {-1, 0}, {0, -1}, {1, 0}};
        return from[side] + along[side] * (t + 1);
    };
    for (int y = 0; y < n; ++y) {
        for (int x = 0; x < n; ++x) {
            const glm::vec2 middle{2 * x + 1, 2 * y + 1};
            for (int i = 0; i < segments; ++i) {
                const auto bore = [&](int k) {
                    const float a =
                        (static_cast<float>(k % segments) / static_cast<float>(segments) - 0.125f) * 2 * std::numbers::pi_v<float>;
                    return middle + 0.6f * glm::vec2{std::cos(a), std::sin(a)};
                };
                const glm::vec2 a = bore(i), b = bore(i + 1), c = middle + rim(i), d = middle + rim(i + 1);
                const auto top = [&](glm::vec2 p) { return glm::vec3{p.x, thickness, -p.y}; };
                const auto bottom = [&](glm::vec2 p) { return glm::vec3{p.x, 0, -p.y}; };
                soup.quad(top(a), top(c), top(d), top(b));
                soup.quad(bottom(a), bottom(b), bottom(d), bottom(c));
                soup.quad(top(a), top(b), bottom(b), bottom(a));
                const glm::vec2 edge = (c + d) * 0.5f - middle;
                const int side = i / quarter;
                const bool outside =
                    (side == 0 && x == n - 1) || (side == 1 && y == n - 1) || (side == 2 && x == 0) || (side == 3 && y == 0);
                if (outside && glm::length(edge) > 0) soup.quad(bottom(c), bottom(d), top(d), top(c));
            }
        }
    }
    return std::move(soup.mesh);
}

/// The clusters to draw where `allowed(sphere)` says how large an error may be.
template <typename Allowed>
std::vector<std::uint32_t> cut(const scene::CookedGeometry& geometry, std::uint32_t mesh, const Allowed& allowed) {
    std::vector<std::uint32_t> chosen;
    const scene::CookedMesh& cooked = geometry.meshes[mesh];
    for (const auto& level : geometry.levels.subspan(cooked.firstLevel, cooked.levelCount))
        for (std::uint32_t i = level.firstCluster; i < level.firstCluster + level.clusterCount; ++i) {
            const scene::Cluster& cluster = geometry.clusters[i];
            if (allowed(cluster.own) >= cluster.ownError && allowed(cluster.parent) < cluster.parentError) chosen.push_back(i);
        }
    return chosen;
}

using GridPoint = std::array<std::uint32_t, 2>;

/// Corners of the triangles of clusters, on the mesh's grid.
inline std::vector<std::array<GridPoint, 3>> trianglesOf(const scene::CookedGeometry& geometry,
                                                         std::span<const std::uint32_t> chosen) {
    std::vector<std::array<GridPoint, 3>> triangles;
    for (const std::uint32_t index : chosen) {
        const scene::Cluster& cluster = geometry.clusters[index];
        for (std::uint32_t t = 0; t < cluster.triangleCount; ++t) {
            const std::uint32_t packed = geometry.triangles[cluster.firstTriangle + t];
            auto& triangle = triangles.emplace_back();
            for (std::size_t k = 0; k < 3; ++k) {
                const auto& position = geometry.vertices[cluster.firstVertex + (packed >> (8 * k) & 255u)].position;
                triangle[k] = {position[0], position[1]};
            }
        }
    }
    return triangles;
}

inline glm::vec3 placeOf(const scene::CookedMesh& mesh, GridPoint p) {
    const std::uint64_t bits = std::uint64_t{p[0]} | std::uint64_t{p[1]} << 32;
    const glm::vec3 steps{static_cast<float>(bits & 0x1F'FFFFu), static_cast<float>(bits >> 21 & 0x1F'FFFFu),
                          static_cast<float>(bits >> 42 & 0x1F'FFFFu)};
    return mesh.gridOrigin + mesh.gridStep * steps;
}

/// How many edges are not used as often in one direction as in the other: 0 for a closed surface.
inline std::size_t openEdges(const std::vector<std::array<GridPoint, 3>>& triangles) {
    std::vector<std::tuple<GridPoint, GridPoint, int>> edges;
    for (const auto& triangle : triangles) {
        for (std::size_t k = 0; k < 3; ++k) {
            const GridPoint a = triangle[k], b = triangle[(k + 1) % 3];
            edges.emplace_back(std::min(a, b), std::max(a, b), a < b ? 1 : -1);
        }
    }
    std::ranges::sort(edges);
    std::size_t open = 0;
    for (std::size_t i = 0, j = 0; i < edges.size(); i = j) {
        int sum = 0;
        const auto& [a, b, unused] = edges[i];
        for (; j < edges.size() && std::get<0>(edges[j]) == a && std::get<1>(edges[j]) == b; ++j) sum += std::get<2>(edges[j]);
        if (sum != 0) ++open;
    }
    return open;
}

inline double areaOf(const scene::CookedMesh& mesh, const std::vector<std::array<GridPoint, 3>>& triangles) {
    double area = 0;
    for (const auto& t : triangles) {
        const glm::vec3 a = placeOf(mesh, t[0]), b = placeOf(mesh, t[1]), c = placeOf(mesh, t[2]);
        area += 0.5 * static_cast<double>(glm::length(glm::cross(b - a, c - a)));
    }
    return area;
}

} // namespace millwright::cad::test
