#include "support/folders.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/scene/serialise.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

/// Real models, and the broken ones of Assimp's own test suite. Expected figures: EXPECTED_CAD.tsv beside the data, or counted from
/// the file's own bytes.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

fs::path shared(const std::string& path) {
    return millwright::test::sourceFolder() / "../shared/data" / path;
}

#define MILLWRIGHT_NEEDS(path)                                                                                                     \
    if (!fs::exists(path)) GTEST_SKIP() << "not here: " << (path)

void expectNear(glm::vec3 found, glm::vec3 expected) {
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(found[i], expected[i], 2e-4) << i;
}

TEST(RealModels, TwoCylinderEngineSharesItsMeshes) {
    const fs::path path = shared("cad/gltf_2cylinder_engine/glTF2/2CylinderEngine-glTF-Binary/2CylinderEngine.glb");
    MILLWRIGHT_NEEDS(path);
    ImportOptions options;
    options.metresPerUnit = 0.001;
    const auto result = import(path, options);
    ASSERT_TRUE(result) << result.error().text();
    const ImportReport& report = result->report;
    EXPECT_EQ(report.nodes, 83u) << "82 nodes and the root that Assimp puts above several";
    EXPECT_EQ(report.uniqueTriangles + 10419, 75730u) << "all but the ones without area";
    EXPECT_GT(report.triangles, report.uniqueTriangles) << "parts are placed several times and stored once";
    EXPECT_EQ(report.parts, 29u);
    EXPECT_EQ(report.instances, 67u);
    EXPECT_EQ(report.colours, 7u);
    expectNear(report.bounds.min, {-0.371692f, -0.180972f, -0.14f});
    expectNear(report.bounds.max, {0.371692f, 0.092042f, 0.128f});
    const auto inMetres = import(path);
    ASSERT_TRUE(inMetres);
    EXPECT_EQ(std::ranges::count(inMetres->report.warnings, "size-implausible", &ImportWarning::code), 1)
        << "743 m long as the file has it";
}

TEST(RealModels, DracoCompressedEngineIsTheSameMachine) {
    const fs::path path = shared("cad/gltf_2cylinder_engine/glTF2/draco/2CylinderEngine.gltf");
    MILLWRIGHT_NEEDS(path);
    const auto result = import(path);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->report.nodes, 83u);
    EXPECT_EQ(result->report.uniqueTriangles + 6, 65311u);
}

TEST(RealModels, CookieFactoryMixer) {
    const fs::path path = shared("cad/twinmaker_cookiefactory/workspaces/cookiefactory/scenes/CookieFactoryMixer.glb");
    MILLWRIGHT_NEEDS(path);
    const auto result = import(path);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->report.triangles, 22083u);
    EXPECT_EQ(result->report.nodes, 8u);
    EXPECT_TRUE(result->report.warnings.empty()) << result->report.warnings[0].message;
    expectNear(result->report.bounds.min, {-1.038036f, 0.019725f, -0.867725f});
    expectNear(result->report.bounds.max, {1.378961f, 2.022967f, 0.690812f});
    const auto bytes = scene::serialise(result->scene);
    const auto back = scene::deserialise(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(scene::serialise(*back), bytes);
}

TEST(RealModels, RobotLinksStandUpWhenZIsUp) {
    const fs::path path = shared("cad/robot_abb_irb6640/abb_irb6600_support/meshes/irb6640/visual/link_2.stl");
    MILLWRIGHT_NEEDS(path);
    ImportOptions options;
    options.upAxis = Axis::Z;
    const auto result = import(path, options);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->report.triangles, 35797u);
    // (-0.278752 -0.467 -0.1975)..(0.249969 -0.002 1.2425) in the file: its y goes to -z.
    expectNear(result->report.bounds.min, {-0.278752f, -0.1975f, 0.002f});
    expectNear(result->report.bounds.max, {0.249969f, 1.2425f, 0.467f});
    EXPECT_LT(result->report.vertices, 3 * result->report.triangles / 2) << "corners are joined";
}

TEST(RealModels, RobotAndCartPartsHaveTheirSizes) {
    struct Expected {
        const char* path;
        std::uint64_t triangles;
        glm::vec3 min, max;
    };
    for (const Expected& part : {
             Expected{"cad/robot_kuka_kr10/kuka_kr10_support/meshes/kr10r1420/visual/link_2.stl",
                      10042,
                      {-0.081978f, -0.1954f, -0.081986f},
                      {0.677454f, -0.0416f, 0.081947f}},
             Expected{"cad/amr_mir100_mir250/mir_description/meshes/visual/mir_100_base.stl",
                      37622,
                      {-0.449399f, -0.291562f, 0.019661f},
                      {0.448857f, 0.292695f, 0.353995f}},
             Expected{"cad/amr_mir100_mir250/mir_description/meshes/visual/wheel.stl",
                      620,
                      {-0.0625f, -0.016f, -0.0625f},
                      {0.0625f, 0.016f, 0.0625f}},
         }) {
        const fs::path path = shared(part.path);
        MILLWRIGHT_NEEDS(path);
        const auto result = import(path);
        ASSERT_TRUE(result) << result.error().text();
        EXPECT_LE(result->report.triangles, part.triangles);
        EXPECT_GE(result->report.triangles + 20, part.triangles) << "all but a few without area";
        expectNear(result->report.bounds.min, part.min);
        expectNear(result->report.bounds.max, part.max);
    }
}

TEST(RealModels, WarehouseShelfHasCentimetresZUpAndItsTextures) {
    const fs::path path = shared(
        "scene/aws_small_warehouse/models/aws_robomaker_warehouse_ShelfD_01/meshes/aws_robomaker_warehouse_ShelfD_01_visual.DAE");
    MILLWRIGHT_NEEDS(path);
    const auto result = import(path);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->report.unit, "cm");
    EXPECT_EQ(result->report.upAxis, "Z");
    EXPECT_EQ(result->report.images, 4u);
    expectNear(result->report.bounds.min, {-1.958594f, -0.000395f, -0.439845f});
    expectNear(result->report.bounds.max, {1.958593f, 2.612510f, 0.439704f});
    for (const scene::Instance& instance : result->scene.instances)
        EXPECT_NE(result->scene.materials[instance.material].baseColourImage, scene::none);
}

TEST(RealModels, AMissingTextureOnTheAuthorsDiskIsReported) {
    const fs::path folder = shared("scene/aws_small_warehouse/models");
    MILLWRIGHT_NEEDS(folder);
    const auto result = import(folder / "aws_robomaker_warehouse_DeskC_01/meshes/aws_robomaker_warehouse_DeskC_01_collision.DAE");
    ASSERT_TRUE(result) << result.error().text();
    const auto missing = std::ranges::find(result->report.warnings, "texture-missing", &ImportWarning::code);
    ASSERT_NE(missing, result->report.warnings.end());
    EXPECT_NE(missing->message.find("aws_Desk_01.png"), std::string::npos) << missing->message;
}

/// A scene that passes every check or one clear error: no crash, no hang.
void expectSceneOrError(const fs::path& path) {
    ImportOptions options;
    options.limits.time = std::chrono::seconds{60};
    options.limits.memoryBytes = std::uint64_t{2} << 30;
    const auto result = import(path, options);
    if (result) {
        const auto valid = scene::validate(result->scene);
        EXPECT_TRUE(valid) << path << ": " << valid.error().message;
        EXPECT_GT(result->report.triangles, 0u) << path;
    } else {
        EXPECT_NE(result.error().code, ErrorCode::Device) << result.error().text();
        EXPECT_FALSE(result.error().message.empty()) << path;
        EXPECT_EQ(result.error().text().find('\n'), std::string::npos) << "one line: " << result.error().text();
    }
}

void expectAllIn(const fs::path& folder) {
    MILLWRIGHT_NEEDS(folder);
    std::set<fs::path> paths; // sorted, so that every run does the same
    for (const auto& entry : fs::recursive_directory_iterator{folder})
        if (entry.is_regular_file()) paths.insert(entry.path());
    EXPECT_FALSE(paths.empty());
    for (const fs::path& path : paths) expectSceneOrError(path);
}

TEST(BrokenModels, Invalid) {
    expectAllIn("/usr/share/assimp/models/invalid");
}
TEST(BrokenModels, Gltf) {
    expectAllIn("/usr/share/assimp/models/glTF2");
}
TEST(BrokenModels, Obj) {
    expectAllIn("/usr/share/assimp/models/OBJ");
}
TEST(BrokenModels, Stl) {
    expectAllIn("/usr/share/assimp/models/STL");
}
TEST(BrokenModels, Ply) {
    expectAllIn("/usr/share/assimp/models/PLY");
}
TEST(BrokenModels, Fbx) {
    expectAllIn("/usr/share/assimp/models/FBX");
}
TEST(BrokenModels, Collada) {
    expectAllIn("/usr/share/assimp/models/Collada");
}
TEST(BrokenModels, PointClouds) { // models are in exact_test.cpp, one by one
    expectAllIn(shared("pointcloud"));
}

} // namespace
} // namespace millwright::cad
