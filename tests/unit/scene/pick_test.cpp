#include "unit/scene/shapes.hpp"

#include <millwright/scene/pick.hpp>

#include <glm/gtc/matrix_transform.hpp>
#include <gtest/gtest.h>

#include <random>

namespace millwright::scene {
namespace {

TEST(Picker, FindsTheNearestNodeWithPointAndNormal) {
    const Scene scene = test::robot();
    Picker picker{scene};
    const auto fromAbove = picker.pick({{2.25, 0.5, 10}, {0, 0, -2}});
    ASSERT_TRUE(fromAbove);
    EXPECT_EQ(fromAbove->node, 2u) << "the hand is nearer than the arm";
    EXPECT_DOUBLE_EQ(fromAbove->distance, 7) << "metres, whatever the direction's length";
    EXPECT_EQ(fromAbove->normal, glm::vec3(0, 0, 1));
    const auto fromBelow = picker.pick({{2.25, 0.5, -10}, {0, 0, 1}});
    ASSERT_TRUE(fromBelow);
    EXPECT_EQ(fromBelow->node, 1u);
    EXPECT_EQ(fromBelow->normal, glm::vec3(0, 0, -1)) << "towards the ray's origin";
    EXPECT_FALSE(picker.pick({{5, 0.5, 10}, {0, 0, -1}}));
    EXPECT_FALSE(picker.pick({{2.25, 0.5, 10}, {0, 0, 1}})) << "nothing behind the origin";
}

TEST(Picker, FollowsMovedNodesAndPassesThroughHiddenOnes) {
    const Scene scene = test::robot();
    Picker picker{scene};
    auto world = scene.worldTransforms();
    const std::vector<std::uint8_t> visible{1, 1, 0};
    const Ray ray{{2.25, 0.5, 10}, {0, 0, -1}};
    EXPECT_EQ(picker.pick(ray, world, visible)->node, 1u);
    world[1] = test::shift(50, 0, 0) * glm::scale(glm::mat4{1}, glm::vec3{0.001f});
    EXPECT_FALSE(picker.pick(ray, world, visible));
    const auto small = picker.pick({{50.0005, 0.0005, 1}, {0, 0, -1}}, world, visible);
    ASSERT_TRUE(small);
    EXPECT_NEAR(small->distance, 1, 1e-6);
    world[1] = glm::scale(glm::mat4{1}, glm::vec3{0});
    EXPECT_FALSE(picker.pick(ray, world, visible)) << "a node scaled to nothing is not there";
}

/// Every ray is also asked of every triangle in turn.
TEST(Picker, AgreesWithABruteForceSearch) {
    std::mt19937 random{7};
    std::uniform_real_distribution<float> unit{-1, 1};
    Scene scene;
    scene.materials.emplace_back();
    scene.nodes.emplace_back();
    Mesh soup;
    for (std::uint32_t i = 0; i < 3 * 400; ++i) {
        if (i % 3 == 0)
            soup.vertices.push_back({.position = {unit(random), unit(random), unit(random)}});
        else
            soup.vertices.push_back(
                {.position = soup.vertices[i - i % 3].position + glm::vec3{unit(random), unit(random), unit(random)} * 0.5f});
        soup.bounds.include(soup.vertices.back().position);
        soup.indices.push_back(i);
    }
    // The same soup once more as meshes of one triangle each: no hierarchy is involved in finding those.
    scene.meshes.push_back(soup);
    scene.instances.push_back({0, 0, 0});
    Scene single = scene;
    single.meshes.clear();
    single.instances.clear();
    for (std::uint32_t t = 0; t < 400; ++t) {
        Mesh mesh;
        for (std::uint32_t c = 0; c < 3; ++c) {
            mesh.vertices.push_back(soup.vertices[3 * t + c]);
            mesh.bounds.include(mesh.vertices.back().position);
            mesh.indices.push_back(c);
        }
        single.meshes.push_back(std::move(mesh));
        single.instances.push_back({0, t, 0});
    }
    Picker fast{scene};
    Picker slow{single};
    int hits = 0;
    for (int i = 0; i < 500; ++i) {
        const Ray ray{{2 * unit(random), 2 * unit(random), 3}, {unit(random), unit(random), -2}};
        const auto a = fast.pick(ray);
        const auto b = slow.pick(ray);
        ASSERT_EQ(a.has_value(), b.has_value());
        if (!a) continue;
        ++hits;
        EXPECT_EQ(a->triangle, b->instance);
        EXPECT_DOUBLE_EQ(a->distance, b->distance);
    }
    EXPECT_GT(hits, 50);
}

TEST(Picker, MeetsEveryCellOfAFineGrid) {
    Scene scene;
    scene.materials.emplace_back();
    scene.nodes.emplace_back();
    scene.meshes.push_back(test::grid(200));
    scene.instances.push_back({0, 0, 0});
    Picker picker{scene};
    picker.prepare();
    for (int i = 0; i <= 400; ++i) { // on edges and corners too: no cracks
        const double x = i / 400.0;
        const auto hit = picker.pick({{x, x, 1}, {0, 0, -1}});
        ASSERT_TRUE(hit) << x;
        EXPECT_NEAR(hit->point.z, 0, 1e-9);
    }
}

} // namespace
} // namespace millwright::scene
