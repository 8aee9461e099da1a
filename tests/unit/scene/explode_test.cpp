#include "shapes.hpp"

#include <millwright/scene/explode.hpp>

#include <gtest/gtest.h>

using namespace millwright::scene;

namespace {

std::uint32_t add(Scene& scene, std::uint32_t parent, glm::vec3 at, bool drawn) {
    const auto node = static_cast<std::uint32_t>(scene.nodes.size());
    scene.nodes.push_back({.parent = parent, .parentFromNode = glm::translate(glm::mat4{1}, at)});
    if (drawn) scene.instances.push_back({node, 0, 0});
    return node;
}

/// Two assemblies of two unit boxes each, side by side along x, on the floor.
struct Pair {
    Scene scene;
    std::uint32_t root, left, right, leftLow, leftHigh, rightLow, rightHigh;
    Pair() {
        scene.materials.resize(1);
        scene.meshes.resize(1);
        scene.meshes[0].bounds = {glm::vec3{-0.5f}, glm::vec3{0.5f}};
        root = add(scene, none, {0, 0, 0}, false);
        left = add(scene, root, {-2, 0, 0}, false);
        leftLow = add(scene, left, {0, 0.5f, 0}, true);
        leftHigh = add(scene, left, {0, 1.5f, 0}, true);
        right = add(scene, root, {2, 0, 0}, false);
        rightLow = add(scene, right, {0, 0.5f, 0}, true);
        rightHigh = add(scene, right, {0, 1.5f, 0}, true);
    }
};

TEST(Explosion, NothingMovesAtNought) {
    Pair pair;
    Explosion explosion{pair.scene};
    explosion.takeApart(1);
    explosion.takeApart(0);
    for (const glm::vec3 offset : explosion.offsets()) EXPECT_EQ(offset, glm::vec3{0});
}

TEST(Explosion, TheOutermostAssemblyComesApartFirst) {
    Pair pair;
    Explosion explosion{pair.scene};
    explosion.takeApart(0.5); // of two levels, all of the first
    const auto& offsets = explosion.offsets();
    EXPECT_EQ(offsets[pair.left], (glm::vec3{-2, 0, 0}));
    EXPECT_EQ(offsets[pair.right], (glm::vec3{2, 0, 0}));
    EXPECT_EQ(offsets[pair.leftLow], offsets[pair.left]) << "the parts go with their assembly";
    EXPECT_EQ(offsets[pair.leftHigh], offsets[pair.left]);
}

TEST(Explosion, AtOneEveryPartIsTwiceAsFarAndNothingHasSunk) {
    Pair pair;
    Explosion explosion{pair.scene};
    explosion.takeApart(1);
    const auto& offsets = explosion.offsets();
    EXPECT_EQ(offsets[pair.leftHigh] - offsets[pair.leftLow], (glm::vec3{0, 1, 0}));
    EXPECT_EQ(offsets[pair.leftLow], (glm::vec3{-2, 0, 0})) << "the lower box would be below the floor";
    EXPECT_EQ(offsets[pair.rightHigh], (glm::vec3{2, 1, 0}));
    EXPECT_EQ(explosion.bounds().min, (glm::vec3{-4.5f, 0, -0.5f}));
    EXPECT_EQ(explosion.bounds().max, (glm::vec3{4.5f, 3, 0.5f}));
}

TEST(Explosion, WhatStandsMovesOnTheLevel) {
    Pair pair;
    pair.scene.nodes[pair.right].parentFromNode = glm::translate(glm::mat4{1}, {2, 6, 0});
    std::vector<std::uint8_t> standing(pair.scene.nodes.size(), 0);
    standing[pair.left] = standing[pair.right] = 1;
    Explosion explosion{pair.scene, standing};
    explosion.takeApart(0.5);
    EXPECT_EQ(explosion.offsets()[pair.right], (glm::vec3{2, 0, 0}));
}

TEST(Explosion, AHallStaysAndIsNoPartOfWhatComesApart) {
    Pair with, without;
    const std::uint32_t hall = add(with.scene, with.root, {10, 0.5f, 0}, true);
    const std::uint32_t wall = add(with.scene, with.right, {3, 0.5f, 0}, true); // one that moves would take it along
    std::vector<std::uint8_t> fixed(with.scene.nodes.size(), 0);
    fixed[hall] = fixed[wall] = 1;
    Explosion explosion{with.scene, {}, fixed}, bare{without.scene};
    for (const double amount : {0.5, 1.0}) {
        explosion.takeApart(amount);
        bare.takeApart(amount);
        EXPECT_EQ(explosion.offsets()[hall], glm::vec3{0});
        EXPECT_EQ(explosion.offsets()[wall], glm::vec3{0});
        for (std::size_t i = 0; i < without.scene.nodes.size(); ++i) EXPECT_EQ(explosion.offsets()[i], bare.offsets()[i]) << i;
        EXPECT_EQ(explosion.bounds().max.x, 10.5f) << "it is still to be seen";
    }
}

} // namespace
