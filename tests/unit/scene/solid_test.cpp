#include "shapes.hpp"

#include <millwright/scene/solid.hpp>

#include <gtest/gtest.h>

#include <numbers>

using namespace millwright::scene;

namespace {

/// A tube along Y of unit radius and height, with `sides` at its wall and `capSides` at each end it has.
Mesh tube(int sides, int capSides, bool bottom, bool top) {
    Mesh mesh;
    const auto add = [&](glm::vec3 p) {
        mesh.vertices.push_back({.position = p});
        return static_cast<std::uint32_t>(mesh.vertices.size() - 1);
    };
    const auto rim = [](int i, int of, float y) {
        const float phi = 2 * std::numbers::pi_v<float> * static_cast<float>(i % of) / static_cast<float>(of);
        return glm::vec3{std::cos(phi), y, -std::sin(phi)};
    };
    for (int i = 0; i < sides; ++i) {
        const auto a = add(rim(i, sides, 0)), b = add(rim(i + 1, sides, 0)), c = add(rim(i + 1, sides, 1)),
                   d = add(rim(i, sides, 1));
        for (const auto k : {a, b, c, a, c, d}) mesh.indices.push_back(k);
    }
    for (int i = 0; i < capSides; ++i) {
        if (bottom)
            for (const auto k : {add({0, 0, 0}), add(rim(i + 1, capSides, 0)), add(rim(i, capSides, 0))}) mesh.indices.push_back(k);
        if (top)
            for (const auto k : {add({0, 1, 0}), add(rim(i, capSides, 1)), add(rim(i + 1, capSides, 1))}) mesh.indices.push_back(k);
    }
    return mesh;
}

Scene sceneOf(std::vector<Mesh> meshes) { // all at one node
    Scene scene;
    scene.nodes.resize(1);
    scene.materials.resize(1);
    for (std::uint32_t i = 0; i < meshes.size(); ++i) scene.instances.push_back({0, i, 0});
    scene.meshes = std::move(meshes);
    return scene;
}

bool isSolid(std::vector<Mesh> meshes) {
    return solidNodes(sceneOf(std::move(meshes)))[0] == 1;
}

TEST(Solid, ClosedSurfacesAreSolidAndOpenOnesAreNot) {
    EXPECT_TRUE(isSolid({tube(24, 24, true, true)}));
    EXPECT_FALSE(isSolid({tube(24, 24, true, false)})) << "a cup";
    EXPECT_FALSE(isSolid({tube(24, 0, false, false)})) << "a pipe, whose two holes face opposite ways";
    EXPECT_FALSE(isSolid({tube(400, 400, true, false)})) << "however fine";
}

TEST(Solid, FacesOfOneNodeAreTakenTogether) {
    Mesh wall = tube(24, 0, false, false), ends = tube(24, 24, true, true);
    ends.indices.erase(ends.indices.begin(), ends.indices.begin() + std::ptrdiff_t{24} * 6);
    EXPECT_TRUE(isSolid({wall, ends}));
    EXPECT_FALSE(isSolid({wall}));
    EXPECT_FALSE(isSolid({ends}));
}

TEST(Solid, CracksBetweenFacesDividedDifferentlyAreNoHoles) {
    EXPECT_TRUE(isSolid({tube(24, 48, true, true)})) << "sharing every second point";
    EXPECT_TRUE(isSolid({tube(36, 49, true, true)})) << "sharing one point only";
    EXPECT_FALSE(isSolid({tube(24, 48, true, false)}));
}

TEST(Solid, NarrowBandsAreNoCracks) {
    Mesh band;
    for (int i = 0; i <= 40; ++i)
        for (const float z : {0.0f, 0.01f})
            band.vertices.push_back({.position = {0.5f * static_cast<float>(i), std::sin(0.2f * static_cast<float>(i)), z}});
    for (std::uint32_t i = 0; i < 40; ++i)
        for (const std::uint32_t k : {0u, 1u, 3u, 0u, 3u, 2u}) band.indices.push_back(2 * i + k);
    EXPECT_FALSE(isSolid({band}));
    Mesh straight;
    straight.vertices = {
        {.position = {0, 0, 0}}, {.position = {10, 0, 0}}, {.position = {10, 0, 0.1f}}, {.position = {0, 0, 0.1f}}};
    straight.indices = {0, 1, 2, 0, 2, 3};
    EXPECT_FALSE(isSolid({straight}));
}

TEST(Solid, NodesWithoutGeometryAreNot) {
    Scene scene;
    scene.nodes.resize(3);
    EXPECT_EQ(solidNodes(scene), (std::vector<std::uint8_t>{0, 0, 0}));
}

} // namespace
