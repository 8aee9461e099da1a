#pragma once

#include <millwright/scene/scene.hpp>

#include <string>

/// Small scenes that the scene tests share.
namespace millwright::scene::test {

/// A grid of 2 * n * n triangles in the plane z = 0, x and y from 0 to 1, facing +z.
inline Mesh grid(std::uint32_t n, std::string name = "grid") {
    Mesh mesh;
    mesh.name = std::move(name);
    for (std::uint32_t y = 0; y <= n; ++y)
        for (std::uint32_t x = 0; x <= n; ++x) {
            Vertex vertex;
            vertex.position = {static_cast<float>(x) / static_cast<float>(n), static_cast<float>(y) / static_cast<float>(n), 0};
            vertex.normal = {0, 0, 1};
            mesh.vertices.push_back(vertex);
            mesh.bounds.include(vertex.position);
        }
    for (std::uint32_t y = 0; y < n; ++y)
        for (std::uint32_t x = 0; x < n; ++x) {
            const std::uint32_t a = y * (n + 1) + x;
            for (const std::uint32_t i : {a, a + 1, a + n + 2, a, a + n + 2, a + n + 1}) mesh.indices.push_back(i);
        }
    return mesh;
}

inline glm::mat4 shift(float x, float y, float z) {
    glm::mat4 m{1};
    m[3] = {x, y, z, 1};
    return m;
}

/// root -> arm (shifted by 2 in x) -> hand, with a one-cell grid drawn at arm and at hand (shifted by 3 in z).
inline Scene robot() {
    Scene scene;
    scene.meshes.push_back(grid(1, "plate"));
    scene.materials.push_back({.name = "steel", .baseColour = {0.5f, 0.5f, 0.5f, 1}});
    scene.nodes.push_back({"robot", none, glm::mat4{1}, {{"part", "R-1"}}});
    scene.nodes.push_back({"arm", 0, shift(2, 0, 0), {}});
    scene.nodes.push_back({"hand", 1, shift(0, 0, 3), {}});
    scene.instances = {{1, 0, 0}, {2, 0, 0}};
    return scene;
}

} // namespace millwright::scene::test
