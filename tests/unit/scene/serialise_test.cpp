#include "unit/scene/shapes.hpp"

#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <gtest/gtest.h>

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
