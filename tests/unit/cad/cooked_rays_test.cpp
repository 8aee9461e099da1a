#include "cook_fixture.hpp"
#include "scene/picker_impl.hpp"

#include <millwright/cad/open_cooked.hpp>
#include <millwright/scene/compose.hpp>
#include <millwright/scene/measure.hpp>
#include <millwright/scene/pick.hpp>
#include <millwright/scene/solid.hpp>

#include <glm/gtc/matrix_transform.hpp>
#include <gtest/gtest.h>

#include <random>

/// Rays and measurements in cooked geometry say what they say in the model's own triangles.
namespace millwright::cad {
namespace {

using namespace test;

scene::Mesh box(glm::vec3 size) {
    Soup soup;
    const auto corner = [&](int i) { return glm::vec3{i & 1 ? 1 : -1, i & 2 ? 1 : -1, i & 4 ? 1 : -1} * size * 0.5f; };
    constexpr int faces[6][4]{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    for (const auto& f : faces) {
        soup.triangle(corner(f[0]), corner(f[1]), corner(f[2]));
        soup.triangle(corner(f[0]), corner(f[2]), corner(f[3]));
    }
    return soup.mesh;
}

/// Two models, cooked, and after them a mesh as modelled, as a plant with the props of a headset has.
struct Mixed {
    scene::Scene plain;
    scene::Scene scene;
    std::vector<CookedScene> models;
    std::vector<scene::CookedGeometry> geometry;

    Mixed() {
        const scene::Scene parts[]{sceneOf(torus(300, 80)), sceneOf(sphere(120, 80)), sceneOf(box({1, 2, 3}))};
        for (std::size_t i = 0; i < 3; ++i) {
            const glm::mat4 place = glm::translate(glm::mat4{1}, glm::vec3{4.0f * static_cast<float>(i), 0, 0});
            scene::append(plain, parts[i], scene::none, place);
            if (i == 2) {
                scene::append(scene, parts[i], scene::none, place);
                break;
            }
            auto cooked = openCooked(parts[i]);
            if (!cooked) throw std::runtime_error{cooked.error().text()};
            models.push_back(std::move(*cooked));
            geometry.push_back(models.back().geometry());
            scene::append(scene, models.back().takeScene(), scene::none, place);
        }
    }
};

TEST(CookedRays, MeetWhatTheyMeetAsModelled) {
    const Mixed mixed;
    scene::Picker asModelled{mixed.plain}, asCooked{mixed.scene, mixed.geometry};
    std::mt19937 random{3};
    std::uniform_real_distribution<double> unit{-1, 1};
    const scene::Mesh decoded[]{scene::decode(mixed.geometry[0], 0), scene::decode(mixed.geometry[1], 0)};
    int hits[3]{};
    for (int i = 0; i < 2000; ++i) {
        const scene::Ray ray{{4 + 7 * unit(random), 5, 2 * unit(random)}, {0.3 * unit(random), -1, 0.3 * unit(random)}};
        const auto expected = asModelled.pick(ray), found = asCooked.pick(ray);
        ASSERT_EQ(expected.has_value(), found.has_value());
        if (!found) continue;
        ++hits[found->node];
        EXPECT_EQ(found->node, expected->node);
        EXPECT_NEAR(found->distance, expected->distance, 3e-5);
        if (found->node == 2) continue;
        const scene::Mesh& mesh = decoded[found->node];
        ASSERT_LT(found->triangle, mesh.triangles());
        glm::vec3 middle{0};
        for (std::size_t c = 0; c < 3; ++c) middle += mesh.vertices[mesh.indices[3 * found->triangle + c]].position / 3.0f;
        EXPECT_LT(glm::distance(middle + glm::vec3{4.0f * static_cast<float>(found->node), 0, 0}, glm::vec3{found->point}), 0.1f);
    }
    for (const int count : hits) EXPECT_GT(count, 50);
}

TEST(CookedRays, UnpackOnlyWhatTheyComeCloseTo) {
    auto cooked = openCooked(sceneOf(torus(500, 200)));
    ASSERT_TRUE(cooked);
    const scene::CookedGeometry geometry = cooked->geometry();
    scene::MeshTrees trees{cooked->scene(), {&geometry, 1}, std::size_t{1} << 30};
    const std::uint32_t blocks = trees.source().blocks(0);
    ASSERT_GT(blocks, 1000u);
    ASSERT_TRUE(trees.intersect(0, {1, 5, 0}, {0, -1, 0}, 100));
    EXPECT_LE(trees.kept().count(), 12u) << "of " << blocks;
}

TEST(CookedRays, StopAtTheFirstOfManyMeshes) {
    scene::Scene scene;
    std::vector<CookedScene> models;
    std::vector<scene::CookedGeometry> geometry;
    for (int i = 0; i < 40; ++i) {
        models.push_back(*openCooked(sceneOf(torus(60, 30, 1, 0.3f + 0.001f * static_cast<float>(i)))));
        geometry.push_back(models.back().geometry());
        scene::append(scene, models.back().takeScene(), scene::none,
                      glm::translate(glm::mat4{1}, glm::vec3{0, -2.0f * static_cast<float>(i), 0}));
    }
    scene::Picker picker{scene, geometry};
    const auto hit = picker.pick({{1, 5, 0}, {0, -1, 0}});
    ASSERT_TRUE(hit);
    EXPECT_EQ(hit->node, 0u);
    EXPECT_LE(picker.impl().trees.kept().count(), 12u) << "those behind it stay packed";
}

TEST(CookedRays, KeepUnpackedTrianglesWithinTheBudget) {
    auto cooked = openCooked(sceneOf(torus(300, 100)));
    ASSERT_TRUE(cooked);
    const scene::CookedGeometry geometry = cooked->geometry();
    constexpr std::size_t budget = 200'000;
    scene::MeshTrees trees{cooked->scene(), {&geometry, 1}, budget};
    std::size_t most = 0;
    const auto first = trees.block(0, 0);
    for (std::uint32_t i = 0; i < trees.source().blocks(0); ++i) {
        static_cast<void>(trees.block(0, i));
        most = std::max(most, trees.kept().bytes());
    }
    EXPECT_GT(most, budget / 2);
    EXPECT_LE(most, budget);
    EXPECT_FALSE(first->triangles().empty()) << "what somebody holds stays, although it is no longer kept";
}

TEST(CookedRays, ClearancesAreThoseOfTheModel) {
    const Mixed mixed;
    scene::Measurer asModelled{mixed.plain}, asCooked{mixed.scene, mixed.geometry};
    const auto world = mixed.plain.worldTransforms();
    for (const auto& [a, b] : {std::pair{0u, 1u}, std::pair{1u, 2u}, std::pair{2u, 0u}}) {
        const auto expected = asModelled.clearance({{a}}, {{b}}, world), found = asCooked.clearance({{a}}, {{b}}, world);
        ASSERT_TRUE(expected && *expected && found && *found);
        EXPECT_GT((*expected)->distance, 0.1);
        EXPECT_NEAR((*found)->distance, (*expected)->distance, 3e-5);
    }
}

TEST(CookedRays, CornersAndEdgesAreCaught) {
    auto cooked = openCooked(sceneOf(box({1, 2, 3})));
    ASSERT_TRUE(cooked);
    const scene::CookedGeometry geometry = cooked->geometry();
    scene::Measurer measurer{cooked->scene(), {&geometry, 1}};
    const auto world = cooked->scene().worldTransforms();
    const auto corner = measurer.snap({{0.499, 0.999, 10}, {0, 0, -1}}, {}, world);
    ASSERT_TRUE(corner);
    EXPECT_EQ(corner->feature, scene::Feature::Vertex);
    EXPECT_NEAR(glm::distance(corner->point, glm::dvec3(0.5, 1, 1.5)), 0, 2e-5);
    const auto edge = measurer.snap({{0.499, 0, 10}, {0, 0, -1}}, {}, world);
    ASSERT_TRUE(edge);
    EXPECT_EQ(edge->feature, scene::Feature::Edge);
    EXPECT_NEAR(scene::edgeLength(*edge), 2, 5e-5);
}

TEST(CookedRays, SolidsStaySolidAndSheetsOpen) {
    auto open = torus(60, 30);
    open.indices.resize(open.indices.size() / 2);
    for (const auto& [mesh, solid] : {std::pair{torus(60, 30), 1}, std::pair{open, 0}, std::pair{box({1, 2, 3}), 1}}) {
        auto cooked = openCooked(sceneOf(mesh));
        ASSERT_TRUE(cooked);
        const scene::CookedGeometry geometry = cooked->geometry();
        EXPECT_EQ(scene::solidNodes(cooked->scene(), {&geometry, 1}),
                  std::vector<std::uint8_t>(1, static_cast<std::uint8_t>(solid)));
    }
}

} // namespace
} // namespace millwright::cad
