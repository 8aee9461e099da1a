#include "cad/share.hpp"

#include <millwright/scene/find.hpp>

#include <glm/gtc/matrix_transform.hpp>
#include <gtest/gtest.h>

#include <cmath>

namespace millwright::cad {
namespace {

/// A wavy strip of `2 * steps` triangles that has no symmetry.
scene::Mesh strip(std::uint32_t steps, const glm::mat4& place = glm::mat4{1}) {
    scene::Mesh mesh;
    const glm::mat3 turn{place};
    for (std::uint32_t i = 0; i <= steps; ++i) {
        const float x = 0.1f * static_cast<float>(i);
        for (const float z : {0.0f, 0.2f + 0.01f * x}) {
            scene::Vertex vertex;
            vertex.position = glm::vec3{place * glm::vec4{x, std::sin(3 * x) * 0.1f, z, 1}};
            vertex.normal = turn * glm::normalize(glm::vec3{-0.3f * std::cos(3 * x), 1, 0});
            mesh.bounds.include(vertex.position);
            mesh.vertices.push_back(vertex);
        }
    }
    for (std::uint32_t i = 0; i < 2 * steps; ++i) mesh.indices.insert(mesh.indices.end(), {i, i + 1 + i % 2, i + 2 - i % 2});
    return mesh;
}

/// One node for every mesh.
scene::Scene sceneOf(std::vector<scene::Mesh> meshes) {
    scene::Scene scene;
    scene.materials.emplace_back();
    scene.materials.emplace_back();
    for (std::uint32_t i = 0; i < meshes.size(); ++i) {
        scene.nodes.push_back({.name = "part-" + std::to_string(i)});
        scene.instances.push_back({i, i, i % 2});
    }
    scene.meshes = std::move(meshes);
    return scene;
}

std::vector<glm::vec3> drawn(const scene::Scene& scene, std::uint32_t part) {
    std::vector<glm::vec3> points;
    const auto world = scene.worldTransforms();
    for (const scene::Instance& instance : scene.instances) {
        std::uint32_t root = instance.node;
        while (scene.nodes[root].parent != scene::none) root = scene.nodes[root].parent;
        if (root != part) continue;
        for (const auto& vertex : scene.meshes[instance.mesh].vertices)
            points.emplace_back(world[instance.node] * glm::vec4{vertex.position, 1});
    }
    return points;
}

TEST(SharedMeshes, EqualOnesAreStoredOnceWhateverTheirMaterial) {
    scene::Scene scene = sceneOf({strip(3), strip(4), strip(3)});
    EXPECT_EQ(shareEqualMeshes(scene), 1u);
    EXPECT_EQ(scene.meshes.size(), 2u);
    EXPECT_EQ(scene.instances[0].mesh, scene.instances[2].mesh);
    EXPECT_EQ(scene.instances[1].material, 1u);
    EXPECT_EQ(scene.nodes.size(), 3u);
    EXPECT_TRUE(scene::validate(scene));
}

TEST(SharedMeshes, RepetitionsElsewhereAreFoundAndStayWhereTheyWere) {
    const glm::mat4 shifted = glm::translate(glm::mat4{1}, {3, -2, 7});
    const glm::mat4 turned = glm::rotate(shifted, 1.1f, glm::normalize(glm::vec3{1, 2, -1}));
    scene::Scene scene = sceneOf({strip(50), strip(50, shifted), strip(50, turned)});
    const auto before = scene;
    EXPECT_EQ(shareEqualMeshes(scene), 2u);
    EXPECT_EQ(scene.meshes.size(), 1u);
    EXPECT_EQ(scene.triangles(), before.triangles());
    EXPECT_TRUE(scene::validate(scene));
    for (std::uint32_t part = 0; part < 3; ++part) {
        const auto was = drawn(before, part);
        const auto now = drawn(scene, part);
        ASSERT_EQ(was.size(), now.size());
        for (std::size_t i = 0; i < was.size(); ++i) EXPECT_LT(glm::length(was[i] - now[i]), 2e-5f) << part;
    }
}

TEST(SharedMeshes, MirroredScaledBentAndColouredOnesAreNotTheSame) {
    scene::Mesh bent = strip(50);
    bent.vertices[40].position.y += 0.001f;
    scene::Mesh coloured = strip(50);
    coloured.colours.assign(coloured.vertices.size(), {255, 0, 0, 255});
    scene::Scene scene = sceneOf({strip(50), strip(50, glm::scale(glm::mat4{1}, {-1, 1, 1})),
                                  strip(50, glm::scale(glm::mat4{1}, glm::vec3{1.01f})), bent, coloured});
    EXPECT_EQ(shareEqualMeshes(scene), 0u);
    EXPECT_EQ(scene.meshes.size(), 5u);
}

TEST(SharedMeshes, ThePiecesOfOnePartMoveTogether) {
    const glm::mat4 shifted = glm::translate(glm::mat4{1}, {3, -2, 7});
    scene::Scene scene = sceneOf({strip(50), strip(60), strip(50, shifted), strip(60, shifted)});
    scene.nodes.resize(2);
    scene.instances = {{0, 0, 0}, {0, 1, 1}, {1, 2, 0}, {1, 3, 1}};
    EXPECT_EQ(shareEqualMeshes(scene), 2u);
    ASSERT_EQ(scene.nodes.size(), 3u) << "one more node, not two";
    EXPECT_EQ(scene.nodes[2].parent, 1u);
    EXPECT_EQ(scene.instances[2].node, 2u);
    EXPECT_EQ(scene.instances[3].node, 2u);
}

} // namespace
} // namespace millwright::cad
