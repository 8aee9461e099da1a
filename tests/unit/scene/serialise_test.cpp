#include "unit/scene/shapes.hpp"

#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace millwright::scene {
namespace {

Scene rich() {
    Scene scene = test::robot();
    scene.meshes[0].colours.assign(scene.meshes[0].vertices.size(), {1, 2, 3, 4});
    scene.images.push_back({"paint", 2, 1, false, {1, 2, 3, 4, 5, 6, 7, 8}});
    scene.materials[0].normalImage = 0;
    scene.materials[0].alphaMode = AlphaMode::Mask;
    scene.materials[0].doubleSided = true;
    return scene;
}

TEST(Serialise, GivesBackWhatItWasGiven) {
    const Scene scene = rich();
    const auto bytes = serialise(scene);
    const auto back = deserialise(bytes);
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_EQ(serialise(*back), bytes);
    EXPECT_EQ(back->nodes[0].metadata, scene.nodes[0].metadata);
    EXPECT_EQ(back->nodes[2].parent, 1u);
    EXPECT_EQ(back->meshes[0].colours, scene.meshes[0].colours);
    EXPECT_EQ(back->images[0].pixels, scene.images[0].pixels);
    EXPECT_FALSE(back->images[0].srgb);
    EXPECT_TRUE(back->materials[0].doubleSided);
    EXPECT_EQ(back->materials[0].alphaMode, AlphaMode::Mask);
    EXPECT_EQ(back->bounds().max, scene.bounds().max);
    EXPECT_TRUE(deserialise(serialise(Scene{})));
}

TEST(Serialise, AMeshWithoutTexturesTakes24BytesAVertex) {
    Scene scene;
    scene.meshes.emplace_back().indices = {0, 1, 2};
    scene.meshes[0].bounds.include(glm::vec3{0});
    const auto sizeWith = [&](std::size_t vertices, auto change) {
        scene.meshes[0].vertices.assign(vertices, {});
        change(scene.meshes[0].vertices.back());
        const auto bytes = serialise(scene);
        const auto back = deserialise(bytes);
        EXPECT_TRUE(back) << back.error().text();
        if (back) {
            const Vertex &last = back->meshes[0].vertices.back(), &was = scene.meshes[0].vertices.back();
            EXPECT_TRUE(last.normal == was.normal && last.tangent == was.tangent && last.uv == was.uv);
        }
        return bytes.size() - serialise(Scene{}).size();
    };
    const auto as = [](auto member, auto value) { return [=](Vertex& vertex) { vertex.*member = value; }; };
    const std::size_t none = sizeWith(10, as(&Vertex::normal, glm::vec3{0, 0, 1})) - 10 * 24;
    EXPECT_EQ(sizeWith(70'000, as(&Vertex::normal, glm::vec3{0, 0, 1})) - none, 70'000u * 24);
    EXPECT_EQ(sizeWith(100, as(&Vertex::tangent, glm::vec4{1, 0, 0, -1})) - none, 100u * 40);
    EXPECT_EQ(sizeWith(100, as(&Vertex::uv, glm::vec2{0, -0.0f})) - none, 100u * 32);
}

TEST(Serialise, WhatIsNeededNoLongerIsGivenBackOnTheWay) {
    Scene scene = rich();
    scene.meshes[0].vertices.resize(100'000, scene.meshes[0].vertices.back());
    scene.meshes[0].colours.resize(100'000);
    const auto expected = serialise(scene);
    std::vector<std::byte> bytes;
    ASSERT_TRUE(serialise(std::move(scene), [&](std::span<const std::byte> part) {
        bytes.insert(bytes.end(), part.begin(), part.end());
        return true;
    }));
    EXPECT_TRUE(bytes == expected);
    EXPECT_TRUE(scene.meshes[0].vertices.empty() && scene.meshes[0].indices.empty()); // NOLINT: that is what is tested
    std::size_t done = 0;
    const auto back = deserialise(bytes, [&](std::span<const std::byte> part) {
        std::ranges::fill(std::span{bytes}.subspan(static_cast<std::size_t>(part.data() - bytes.data()), part.size()),
                          std::byte{0xFF});
        done += part.size();
    });
    ASSERT_TRUE(back);
    EXPECT_GT(done, expected.size() * 9 / 10);
    EXPECT_TRUE(serialise(*back) == expected) << "nothing was looked at again after it was said to be done";
}

TEST(Serialise, EveryCutAndEveryFlippedByteIsFound) {
    const auto bytes = serialise(rich());
    for (std::size_t size = 0; size < bytes.size(); size += 7)
        EXPECT_FALSE(deserialise(std::span{bytes}.first(size))) << "cut at " << size;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto changed = bytes;
        changed[i] ^= std::byte{0x10};
        EXPECT_FALSE(deserialise(changed)) << "byte " << i;
    }
}

TEST(Serialise, SaysWhenTheReceiverRefuses) {
    const auto result = serialise(rich(), [](std::span<const std::byte>) { return false; });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Unreadable);
}

} // namespace
} // namespace millwright::scene
