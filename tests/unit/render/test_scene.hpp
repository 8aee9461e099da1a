#pragma once

#include <millwright/scene/scene.hpp>

#include <cmath>
#include <numbers>

/// Small scenes made in code, for the render tests.
namespace millwright::test {

inline scene::Mesh box(glm::vec3 size) {
    scene::Mesh mesh;
    mesh.name = "box";
    const glm::vec3 h = size * 0.5f;
    for (int axis = 0; axis < 3; ++axis) {
        for (const float side : {-1.0f, 1.0f}) {
            glm::vec3 n{0}, u{0}, v{0};
            n[axis] = side;
            u[(axis + 1) % 3] = side;
            v[(axis + 2) % 3] = 1;
            const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
            for (const auto& c : {glm::vec2{-1, -1}, glm::vec2{1, -1}, glm::vec2{1, 1}, glm::vec2{-1, 1}}) {
                const glm::vec3 p = (n + u * c.x + v * c.y) * h;
                mesh.vertices.push_back({p, n, glm::vec4{u, 1}, c * 0.5f + 0.5f});
                mesh.bounds.include(p);
            }
            for (const auto i : {0u, 1u, 2u, 0u, 2u, 3u}) mesh.indices.push_back(first + i);
        }
    }
    return mesh;
}

inline scene::Mesh sphere(float radius, std::uint32_t rings = 24) {
    scene::Mesh mesh;
    mesh.name = "sphere";
    const std::uint32_t columns = rings * 2;
    for (std::uint32_t r = 0; r <= rings; ++r) {
        for (std::uint32_t c = 0; c <= columns; ++c) {
            const float theta = std::numbers::pi_v<float> * static_cast<float>(r) / static_cast<float>(rings);
            const float phi = 2 * std::numbers::pi_v<float> * static_cast<float>(c) / static_cast<float>(columns);
            const glm::vec3 n{std::sin(theta) * std::cos(phi), std::cos(theta), -std::sin(theta) * std::sin(phi)};
            mesh.vertices.push_back({n * radius, n, {-std::sin(phi), 0, -std::cos(phi), 1}, {0, 0}});
            mesh.bounds.include(n * radius);
        }
    }
    for (std::uint32_t r = 0; r < rings; ++r) {
        for (std::uint32_t c = 0; c < columns; ++c) {
            const std::uint32_t a = r * (columns + 1) + c, b = a + columns + 1;
            for (const auto i : {a, b, a + 1, a + 1, b, b + 1}) mesh.indices.push_back(i);
        }
    }
    return mesh;
}

/// A cylinder along Y with flat caps.
inline scene::Mesh cylinder(float radius, float height, std::uint32_t sides = 48) {
    scene::Mesh mesh;
    mesh.name = "cylinder";
    const auto add = [&](glm::vec3 p, glm::vec3 n) {
        mesh.vertices.push_back({p, n, {1, 0, 0, 1}, {0, 0}});
        mesh.bounds.include(p);
        return static_cast<std::uint32_t>(mesh.vertices.size() - 1);
    };
    const float h = height * 0.5f;
    const auto rim = [&](std::uint32_t i) {
        const float phi = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(sides);
        return glm::vec3{std::cos(phi), 0, -std::sin(phi)};
    };
    for (std::uint32_t i = 0; i < sides; ++i) {
        const glm::vec3 n0 = rim(i), n1 = rim(i + 1);
        const glm::vec3 up{0, h, 0};
        const auto a = add(n0 * radius - up, n0), b = add(n1 * radius - up, n1), c = add(n1 * radius + up, n1),
                   d = add(n0 * radius + up, n0);
        for (const auto k : {a, b, c, a, c, d}) mesh.indices.push_back(k);
        for (const float side : {-1.0f, 1.0f}) {
            const glm::vec3 n{0, side, 0};
            const auto m = add(n * h, n), e = add(n0 * radius + n * h, n), f = add(n1 * radius + n * h, n);
            for (const auto k : side > 0 ? std::array{m, e, f} : std::array{m, f, e}) mesh.indices.push_back(k);
        }
    }
    return mesh;
}

/// Adds a node with one instance; meshes and materials are indices into the scene. Returns the node.
inline std::uint32_t place(scene::Scene& scene, std::uint32_t mesh, std::uint32_t material, glm::vec3 at) {
    const auto node = static_cast<std::uint32_t>(scene.nodes.size());
    scene.nodes.push_back({.name = "node " + std::to_string(node), .parentFromNode = glm::translate(glm::mat4{1}, at)});
    scene.instances.push_back({node, mesh, material});
    return node;
}

inline std::uint32_t material(scene::Scene& scene, glm::vec4 colour, float metallic = 0, float roughness = 0.6f) {
    scene.materials.push_back({.baseColour = colour, .metallic = metallic, .roughness = roughness});
    if (colour.a < 1) scene.materials.back().alphaMode = scene::AlphaMode::Blend;
    return static_cast<std::uint32_t>(scene.materials.size() - 1);
}

inline std::uint32_t mesh(scene::Scene& scene, scene::Mesh m) {
    scene.meshes.push_back(std::move(m));
    return static_cast<std::uint32_t>(scene.meshes.size() - 1);
}

} // namespace millwright::test
