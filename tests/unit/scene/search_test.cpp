#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

namespace millwright::scene {
namespace {

TEST(FindNodes, ByNameByAnyValueAndByProperty) {
    Scene scene;
    scene.nodes.push_back({.name = "Line"});
    scene.nodes.push_back({.name = "bolt_1", .parent = 0, .metadata = {{"part number", "M8x20"}, {"material", "Steel"}}});
    scene.nodes.push_back({.name = "cover", .parent = 0, .metadata = {{"material", "steel 1.4301"}, {"layer", "7"}}});
    using Found = std::vector<std::uint32_t>;
    EXPECT_EQ(findNodes(scene, "BOLT"), Found{1});
    EXPECT_EQ(findNodes(scene, "m8"), Found{1}) << "any property's value";
    EXPECT_EQ(findNodes(scene, "Material=STEEL"), (Found{1, 2}));
    EXPECT_EQ(findNodes(scene, "layer="), Found{2}) << "whatever its value";
    EXPECT_EQ(findNodes(scene, "layer=steel"), Found{});
    EXPECT_EQ(findNodes(scene, ""), Found{});
    EXPECT_EQ(findNodes(scene, "steel", {2, none}), Found{2});
}

} // namespace
} // namespace millwright::scene
