#include "unit/scene/shapes.hpp"

#include <millwright/scene/compose.hpp>
#include <millwright/scene/find.hpp>

#include <glm/gtc/matrix_transform.hpp>
#include <gtest/gtest.h>

#include <limits>

namespace millwright::scene {
namespace {

TEST(Aabb, TransformedHoldsTheTurnedBox) {
    Aabb box;
    box.include({-1, -2, -3});
    box.include({1, 2, 3});
    const glm::mat4 quarterTurn = glm::rotate(test::shift(10, 0, 0), glm::radians(90.0f), glm::vec3{0, 0, 1});
    const Aabb turned = box.transformed(quarterTurn);
    EXPECT_NEAR(turned.min.x, 8, 1e-5);
    EXPECT_NEAR(turned.max.x, 12, 1e-5);
    EXPECT_NEAR(turned.max.y, 1, 1e-5);
    EXPECT_NEAR(turned.max.z, 3, 1e-5);
    EXPECT_TRUE(Aabb{}.transformed(quarterTurn).empty());
}

TEST(Scene, CountsTrianglesAsDrawnAndAsStored) {
    const Scene scene = test::robot();
    EXPECT_EQ(scene.uniqueTriangles(), 2u);
    EXPECT_EQ(scene.triangles(), 4u);
    const Aabb bounds = scene.bounds();
    EXPECT_EQ(bounds.min, glm::vec3(2, 0, 0));
    EXPECT_EQ(bounds.max, glm::vec3(3, 1, 3));
}

TEST(FindNode, ByNameByPathSuffixAndWithinAModel) {
    Scene scene = test::robot();
    EXPECT_EQ(findNode(scene, "hand"), 2u);
    EXPECT_EQ(findNode(scene, "arm/hand"), 2u);
    EXPECT_EQ(findNode(scene, "robot/arm/hand"), 2u);
    EXPECT_EQ(findNode(scene, "robot/hand"), std::nullopt);
    EXPECT_EQ(findNode(scene, "rm"), std::nullopt) << "a part of a name is not a name";
    EXPECT_EQ(findNode(scene, "x/robot"), std::nullopt);
    EXPECT_EQ(findNode(scene, ""), std::nullopt);
    EXPECT_EQ(findNode(scene, "hand", {0, 2}), std::nullopt);
    scene.nodes[1].name = "left/arm";
    EXPECT_EQ(findNode(scene, "robot/left/arm/hand"), 2u) << "names may hold slashes";
    EXPECT_EQ(nodePath(scene, 2), "robot/left/arm/hand");
    EXPECT_EQ(subtree(scene, 1), (std::vector<std::uint32_t>{1, 2}));
}

TEST(SceneComposer, PlacesAModelTwiceButStoresItOnce) {
    SceneComposer composer;
    const std::uint32_t cell = composer.addNode("cell", none, test::shift(0, 0, 100));
    const auto model = composer.add(test::robot());
    const NodeRange first = composer.place(model, cell, test::shift(10, 0, 0));
    const NodeRange second = composer.place(model, cell, test::shift(20, 0, 0));
    const Scene scene = std::move(composer).finish();
    ASSERT_TRUE(validate(scene)) << validate(scene).error().text();
    EXPECT_EQ(scene.meshes.size(), 1u);
    EXPECT_EQ(scene.materials.size(), 1u);
    EXPECT_EQ(scene.triangles(), 8u);
    EXPECT_EQ(scene.nodes[first.first].parent, cell);
    const auto world = scene.worldTransforms();
    const auto hand = findNode(scene, "arm/hand", second);
    ASSERT_TRUE(hand);
    EXPECT_EQ(glm::vec3{world[*hand][3]}, glm::vec3(22, 0, 103));
    EXPECT_NE(findNode(scene, "arm/hand", first), hand);
}

TEST(SceneComposer, ImagesAndMaterialsOfALaterModelKeepTheirMeaning) {
    Scene painted = test::robot();
    painted.images.push_back({"logo", 1, 1, true, {1, 2, 3, 4}});
    painted.materials[0].name = "painted";
    painted.materials[0].baseColourImage = 0;
    Scene scene = painted;
    scene.images[0].name = "first";
    append(scene, painted, 2, glm::mat4{1});
    ASSERT_TRUE(validate(scene));
    const Material& material = scene.materials[scene.instances.back().material];
    EXPECT_EQ(material.name, "painted");
    EXPECT_EQ(scene.images[material.baseColourImage].name, "logo");
}

TEST(Validate, NamesWhatIsWrong) {
    const auto messageAfter = [](auto change) {
        Scene scene = test::robot();
        change(scene);
        const auto result = validate(scene);
        return result ? std::string{} : result.error().message;
    };
    EXPECT_EQ(messageAfter([](Scene&) {}), "");
    EXPECT_NE(messageAfter([](Scene& s) { s.meshes[0].indices[0] = 99; }).find("vertex 99"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { s.nodes[1].parent = 2; }).find("parent"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { s.instances[0].mesh = 7; }).find("mesh 7"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { std::swap(s.instances[0], s.instances[1]); }).find("order"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { s.meshes[0].vertices[1].position.y = std::numeric_limits<float>::quiet_NaN(); }), "");
    EXPECT_NE(messageAfter([](Scene& s) { s.meshes[0].vertices[1].position.y = 5; }).find("bounds"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { s.materials[0].normalImage = 0; }).find("image 0"), std::string::npos);
    EXPECT_NE(messageAfter([](Scene& s) { s.materials.clear(); }), "");
    EXPECT_NE(messageAfter([](Scene& s) { s.nodes[0].parentFromNode[3].x = std::numeric_limits<float>::infinity(); }), "");
    EXPECT_NE(messageAfter([](Scene& s) { s.images.push_back({"short", 2, 2, true, {0, 0, 0}}); }).find("short"),
              std::string::npos);
}

} // namespace
} // namespace millwright::scene
