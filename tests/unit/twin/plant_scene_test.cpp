#include "unit/twin/plants.hpp"

#include <millwright/scene/compose.hpp>
#include <millwright/scene/pick.hpp>
#include <millwright/twin/plant_scene.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <unistd.h>

namespace millwright::twin {
namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Nodes `base` and below it `arm` and `tank`, each drawing one box of 1 x 2 x 1 metres standing on its own origin.
scene::Scene model() {
    scene::Scene scene;
    scene::Mesh& box = scene.meshes.emplace_back();
    for (const glm::vec3 corner : {glm::vec3{-0.5f, 0, -0.5f}, glm::vec3{0.5f, 2, 0.5f}, glm::vec3{0.5f, 0, 0.5f}}) {
        scene::Vertex vertex;
        vertex.position = corner;
        box.vertices.push_back(vertex);
        box.bounds.include(corner);
    }
    box.indices = {0, 1, 2};
    scene.materials.emplace_back();
    scene.nodes.push_back({"base", scene::none, glm::mat4{1}, {}});
    scene.nodes.push_back({"arm", 0, glm::translate(glm::mat4{1}, glm::vec3{0, 2, 0}), {}});
    scene.nodes.push_back({"tank", 0, glm::translate(glm::mat4{1}, glm::vec3{5, 0, 0}), {}});
    scene.instances = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
    return scene;
}

class PlantSceneTest : public ::testing::Test {
protected:
    PlantSceneTest() {
        plant::Equipment line, first, second;
        line.id = line.path = "line";
        first.id = "one";
        first.path = "line/one";
        first.parent = second.parent = EquipmentIndex{0};
        first.model = second.model = "/models/machine.glb";
        first.placement.position = {10, 0, 0};
        second.id = "two";
        second.path = "line/two";
        second.placement.position = {20, 0, 0};
        plant.equipment = {line, first, second};
        plant.targets = {{EquipmentIndex{1}, "arm"}, {EquipmentIndex{2}, ""}, {EquipmentIndex{2}, "tank"}};
    }

    std::expected<PlantScene, std::vector<Error>> load() {
        return PlantScene::load(plant, {}, [this](const std::filesystem::path& file, const Progress&) -> Result<cad::CookedScene> {
            ++opened;
            if (file == "/models/broken.glb") return failure(ErrorCode::Malformed, "cut short", file.string());
            return cad::openCooked(model());
        });
    }
    /// A frame in which nothing has moved.
    Frame still() const {
        Frame frame;
        frame.targets.resize(plant.targets.size());
        return frame;
    }
    static glm::vec3 origin(const PlantScene& scene, std::uint32_t node) { return scene.nodes()[node].worldFromNode[3]; }

    plant::Plant plant;
    std::atomic<int> opened = 0;
};

TEST_F(PlantSceneTest, ComposesEveryEquipmentAndReadsEachFileOnce) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    EXPECT_EQ(opened, 1);
    EXPECT_EQ(loaded->scene().meshes.size(), 1u);
    EXPECT_EQ(loaded->scene().instances.size(), 6u);
    EXPECT_EQ(loaded->scene().nodes.size(), 3u + 2u * 3u);
    EXPECT_EQ(loaded->equipmentOf(loaded->nodeOf(plant::TargetIndex{0})), EquipmentIndex{1});
    EXPECT_EQ(loaded->nodeOf(plant::TargetIndex{1}), loaded->nodeOf(EquipmentIndex{2}));
    EXPECT_EQ(origin(*loaded, loaded->nodeOf(plant::TargetIndex{2})), glm::vec3(25, 0, 0));
    const scene::Aabb bounds = loaded->bounds(EquipmentIndex{1});
    EXPECT_EQ(bounds.min, glm::vec3(9.5f, 0, -0.5f));
    EXPECT_EQ(bounds.max, glm::vec3(15.5f, 4, 0.5f));
    EXPECT_EQ(loaded->bounds(noEquipment).max.x, 25.5f);
    EXPECT_EQ(loaded->reports().size(), 1u);
}

TEST_F(PlantSceneTest, ItsGeometryIsThatOfItsModelsAndOutlivesAMove) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    loaded->extend([](scene::Scene& scene) { scene::append(scene, model(), scene::none, glm::mat4{1}); });
    const PlantScene moved = std::move(*loaded);
    ASSERT_EQ(moved.geometry().size(), 1u);
    EXPECT_EQ(moved.geometry()[0].meshes.size(), 1u);
    EXPECT_TRUE(moved.scene().meshes[0].indices.empty()) << "its triangles are there once";
    EXPECT_EQ(moved.scene().triangles(), 9u);
    scene::Picker picker{moved.scene(), moved.geometry()};
    const auto machine = picker.pick({{10.1, 0.8, 5}, {0, 0, -1}}), added = picker.pick({{0.1, 0.8, 5}, {0, 0, -1}});
    ASSERT_TRUE(machine && added);
    EXPECT_EQ(moved.equipmentOf(machine->node), EquipmentIndex{1});
    EXPECT_EQ(moved.equipmentOf(added->node), noEquipment);
}

TEST_F(PlantSceneTest, MovesTargetsAndAllBelowThem) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    Frame frame = still();
    frame.targets[0].rotation = glm::angleAxis(glm::radians(90.0f), glm::vec3{0, 0, 1});
    frame.targets[0].pivot = {1, 0, 0};
    frame.targets[1].translation = {0, 0, 3};
    loaded->update(frame);
    const glm::vec3 tip = loaded->nodes()[loaded->nodeOf(plant::TargetIndex{0})].worldFromNode * glm::vec4{2, 0, 0, 1};
    EXPECT_NEAR(glm::distance(tip, glm::vec3(11, 3, 0)), 0, 1e-5) << "one metre right of the pivot goes one metre above it";
    EXPECT_EQ(origin(*loaded, loaded->nodeOf(plant::TargetIndex{2})), glm::vec3(25, 0, 3));
    loaded->update(still());
    EXPECT_EQ(origin(*loaded, loaded->nodeOf(plant::TargetIndex{2})), glm::vec3(25, 0, 0)) << "poses do not add up over frames";
    frame = still();
    frame.targets[2].translationInParent = true;
    frame.targets[2].translation = {0, 7, 0};
    loaded->update(frame);
    EXPECT_EQ(origin(*loaded, loaded->nodeOf(plant::TargetIndex{2})), glm::vec3(20, 7, 0))
        << "a path's position replaces the node's own";
}

TEST_F(PlantSceneTest, TintAndVisibilityReachTheChildren) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    Frame frame = still();
    frame.targets[1].tint = {1, 0, 0, 0.5f};
    frame.targets[2].tint = {0, 1, 0, 1};
    loaded->update(frame);
    const std::uint32_t two = loaded->nodeOf(EquipmentIndex{2}), tank = loaded->nodeOf(plant::TargetIndex{2});
    EXPECT_EQ(loaded->nodes()[two + 1].tint, glm::vec4(1, 0, 0, 0.5f));
    EXPECT_EQ(loaded->nodes()[tank].tint, glm::vec4(0, 1, 0, 1)) << "its own comes before the parent's";
    EXPECT_EQ(loaded->nodes()[loaded->nodeOf(EquipmentIndex{1})].tint.a, 0);
    frame.targets[1].visible = false;
    loaded->update(frame);
    EXPECT_FALSE(loaded->nodes()[tank].visible);
    EXPECT_TRUE(loaded->nodes()[loaded->nodeOf(EquipmentIndex{1})].visible);
}

TEST_F(PlantSceneTest, FillCutsAtTheLevelOfTheNodesHeight) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    Frame frame = still();
    frame.targets[2].fill = 0.25f;
    loaded->update(frame);
    const std::uint32_t tank = loaded->nodeOf(plant::TargetIndex{2});
    const glm::vec4 plane = loaded->nodes()[tank].fillPlane;
    EXPECT_GT(glm::dot(plane, glm::vec4(25, 0.49f, 0, 1)), 0);
    EXPECT_LT(glm::dot(plane, glm::vec4(25, 0.51f, 0, 1)), 0);
    EXPECT_EQ(loaded->nodes()[loaded->nodeOf(EquipmentIndex{2})].fillPlane, glm::vec4(0));
    frame.targets[2].fill = 0;
    loaded->update(frame);
    EXPECT_FALSE(loaded->nodes()[tank].visible);
}

TEST_F(PlantSceneTest, LabelsStandOnTopOfWhatIsVisible) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    Frame frame = still();
    frame.targets[2].text = "25 %";
    loaded->update(frame);
    ASSERT_EQ(loaded->labels().size(), 1u);
    EXPECT_EQ(loaded->labels()[0].text, "25 %");
    EXPECT_EQ(loaded->labels()[0].equipment, EquipmentIndex{2});
    EXPECT_EQ(loaded->labels()[0].position, glm::dvec3(25, 2, 0));
    frame.targets[2].visible = false;
    loaded->update(frame);
    EXPECT_TRUE(loaded->labels().empty());
}

TEST_F(PlantSceneTest, SelectionOutlinesAnEquipmentWithAllBelowIt) {
    auto loaded = load();
    ASSERT_TRUE(loaded);
    const auto selected = [&] {
        return std::ranges::count_if(loaded->nodes(), [](const render::NodeState& node) { return node.selected; });
    };
    loaded->select(EquipmentIndex{1});
    EXPECT_EQ(selected(), 4);
    loaded->update(still());
    EXPECT_EQ(selected(), 4) << "a new frame keeps the selection";
    loaded->select(EquipmentIndex{0});
    EXPECT_EQ(selected(), 9);
    loaded->select(noEquipment);
    EXPECT_EQ(selected(), 0);
}

TEST_F(PlantSceneTest, SaysEverythingThatIsWrongAtOnce) {
    plant.targets.push_back({EquipmentIndex{1}, "amr"});
    plant.targets.push_back({EquipmentIndex{2}, "something else entirely"});
    plant.targets.push_back({EquipmentIndex{0}, "arm"});
    auto loaded = load();
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 3u);
    EXPECT_THAT(loaded.error()[0].text(), HasSubstr("line/one: model machine.glb has no node 'amr': did you mean 'arm'?"));
    EXPECT_THAT(loaded.error()[1].text(), HasSubstr("its nodes are 'base', 'arm', 'tank'"));
    EXPECT_THAT(loaded.error()[2].text(), HasSubstr("no model"));
}

TEST_F(PlantSceneTest, CollectsEveryModelThatCannotBeRead) {
    plant.equipment[1].model = "/models/broken.glb";
    auto loaded = load();
    ASSERT_FALSE(loaded);
    ASSERT_EQ(loaded.error().size(), 1u);
    EXPECT_EQ(loaded.error()[0].text(), "/models/broken.glb: cut short");
    EXPECT_EQ(opened, 2) << "the others are read all the same";
}

TEST_F(PlantSceneTest, StopsWhenAsked) {
    std::stop_source stop;
    stop.request_stop();
    auto loaded = PlantScene::load(plant, {.report = {}, .stop = stop.get_token()});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().front().code, ErrorCode::Cancelled);
}

TEST(PlantSceneModels, AreReadInTheUnitAndWithTheUpAxisThatThePlantGives) {
    const auto file = std::filesystem::temp_directory_path() / ("millwright-unit-" + std::to_string(::getpid()) + ".stl");
    std::ofstream{file}
        << "solid plate\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 2 0 0\nvertex 0 0 4\nendloop\nendfacet\n"
           "endsolid plate\n";
    plant::Plant plant;
    for (const char* id : {"metres", "millimetres", "again"}) {
        plant::Equipment equipment;
        equipment.id = equipment.path = id;
        equipment.model = file;
        if (plant.equipment.size() > 0) {
            equipment.modelMetresPerUnit = 0.001;
            equipment.modelUp = plant::Axis::Z;
        }
        plant.equipment.push_back(equipment);
    }
    const auto loaded = PlantScene::load(plant);
    std::filesystem::remove(file);
    ASSERT_TRUE(loaded) << loaded.error()[0].text();
    EXPECT_EQ(loaded->reports().size(), 2u) << "once for every way to read it";
    EXPECT_NEAR(loaded->bounds(EquipmentIndex{0}).size().z, 4, 1e-5);
    EXPECT_NEAR(loaded->bounds(EquipmentIndex{1}).size().y, 0.004, 1e-7) << "z is up";
    EXPECT_NEAR(loaded->bounds(EquipmentIndex{2}).size().x, 0.002, 1e-7);
}

} // namespace
} // namespace millwright::twin
