#include <millwright/cad/import.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/scene/find.hpp>
#include <millwright/scene/pick.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

/// The whole path, worker included, on models written here.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

class ImportModel : public testing::Test {
protected:
    void SetUp() override {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = fs::temp_directory_path() / (std::string{"millwright-import-"} + test->name() + "-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path write(const std::string& name, std::string_view text) {
        std::ofstream{folder_ / name, std::ios::binary} << text;
        return folder_ / name;
    }
    static bool warns(const ImportReport& report, std::string_view code) {
        return std::ranges::find(report.warnings, code, &ImportWarning::code) != report.warnings.end();
    }

    fs::path folder_;
};

constexpr std::string_view triangleStl = "solid plate\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 2 0 0\nvertex 0 0 4\n"
                                         "endloop\nendfacet\nendsolid plate\n";

/// Two wheels that share one mesh below a shifted cart, an amber base colour, extras; the buffer holds one triangle.
constexpr std::string_view cartGltf = R"({"asset":{"version":"2.0"},"scene":0,"scenes":[{"nodes":[0]}],
"nodes":[{"name":"cart","translation":[0,1,0],"children":[1,2],"extras":{"part":"C-7","mass":12.5}},
{"name":"wheel_left","mesh":0,"translation":[-1,0,0]},{"name":"wheel_right","mesh":0,"translation":[1,0,0]}],
"meshes":[{"name":"wheel","primitives":[{"attributes":{"POSITION":0},"indices":1,"material":0}]}],
"materials":[{"name":"amber","doubleSided":true,"pbrMetallicRoughness":{"baseColorFactor":[1,0.5,0,1],"metallicFactor":0.25,"roughnessFactor":0.75}}],
"accessors":[{"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[1,1,0]},
{"bufferView":1,"componentType":5123,"count":3,"type":"SCALAR"}],
"bufferViews":[{"buffer":0,"byteOffset":0,"byteLength":36},{"buffer":0,"byteOffset":36,"byteLength":6}],
"buffers":[{"byteLength":42,"uri":"data:application/octet-stream;base64,AAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAgD8AAAAAAAABAAIA"}]})";

TEST_F(ImportModel, GltfKeepsHierarchyNamesSharedMeshesMaterialsAndExtras) {
    const auto result = import(write("cart.gltf", cartGltf));
    ASSERT_TRUE(result) << result.error().text();
    const auto& [scene, report] = *result;
    EXPECT_TRUE(scene::validate(scene));
    EXPECT_EQ(scene.meshes.size(), 1u);
    EXPECT_EQ(scene.instances.size(), 2u);
    const auto left = scene::findNode(scene, "cart/wheel_left");
    ASSERT_TRUE(left);
    EXPECT_EQ(glm::vec3(scene.worldTransforms()[*left][3]), glm::vec3(-1, 1, 0));
    const auto cart = scene::findNode(scene, "cart");
    const scene::Metadata extras{{"part", "C-7"}, {"mass", "12.5"}};
    EXPECT_EQ(scene.nodes[*cart].metadata, extras);
    const scene::Material& amber = scene.materials[scene.instances[0].material];
    EXPECT_EQ(amber.name, "amber");
    EXPECT_EQ(amber.baseColour, glm::vec4(1, 0.5f, 0, 1)) << "glTF colours are linear already";
    EXPECT_EQ(amber.metallic, 0.25f);
    EXPECT_EQ(amber.roughness, 0.75f);
    EXPECT_TRUE(amber.doubleSided);
    EXPECT_EQ(report.parts, 1u);
    EXPECT_EQ(report.instances, 2u);
    EXPECT_EQ(report.triangles, 2u);
    EXPECT_EQ(report.uniqueTriangles, 1u);
    EXPECT_TRUE(report.unitFromFile);
    EXPECT_GT(report.peakBytes, 1u << 20);
}

TEST_F(ImportModel, UnitAndUpAxisOfTheUserApplyToUnitlessFiles) {
    const fs::path path = write("plate.stl", triangleStl);
    ImportOptions options;
    options.metresPerUnit = 0.001;
    options.upAxis = Axis::Z;
    const auto result = import(path, options);
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_NEAR(result->report.bounds.size().x, 0.002, 1e-9);
    EXPECT_NEAR(result->report.bounds.size().y, 0.004, 1e-9) << "the file's z points up";
    EXPECT_EQ(result->report.unit, "mm");
    EXPECT_EQ(result->report.upAxis, "Z");
    EXPECT_FALSE(warns(result->report, "unit-assumed"));
    EXPECT_EQ(result->scene.nodes[0].name, "plate");
    const auto plain = import(path);
    ASSERT_TRUE(plain);
    EXPECT_NEAR(plain->report.bounds.size().z, 4, 1e-6);
    EXPECT_TRUE(warns(plain->report, "unit-assumed"));
    EXPECT_TRUE(warns(plain->report, "up-axis-assumed"));
}

TEST_F(ImportModel, MillimetresReadAsMetresAreNoticed) {
    const auto result = import(write("big.obj", "v 0 0 0\nv 1200 0 0\nv 0 300 0\nf 1 2 3\n"));
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_TRUE(warns(result->report, "size-implausible"));
}

TEST_F(ImportModel, ColladaUnitAndUpAxisAreTheFilesOwn) {
    constexpr std::string_view dae =
        R"(<?xml version="1.0"?><COLLADA xmlns="http://www.collada.org/2005/11/COLLADASchema" version="1.4.1">
<asset><unit name="inch" meter="0.0254"/><up_axis>Z_UP</up_axis></asset>
<library_geometries><geometry id="g" name="plate"><mesh><source id="p"><float_array id="a" count="9">0 0 0 100 0 0 0 0 200</float_array>
<technique_common><accessor source="#a" count="3" stride="3"><param name="X" type="float"/><param name="Y" type="float"/><param name="Z" type="float"/></accessor></technique_common></source>
<vertices id="v"><input semantic="POSITION" source="#p"/></vertices>
<triangles count="1"><input semantic="VERTEX" source="#v" offset="0"/><p>0 1 2</p></triangles></mesh></geometry></library_geometries>
<library_visual_scenes><visual_scene id="s"><node id="n" name="arm"><translate>10 0 0</translate><instance_geometry url="#g"/></node></visual_scene></library_visual_scenes>
<scene><instance_visual_scene url="#s"/></scene></COLLADA>)";
    const auto result = import(write("arm.dae", dae));
    ASSERT_TRUE(result) << result.error().text();
    EXPECT_EQ(result->report.unit, "in");
    EXPECT_EQ(result->report.upAxis, "Z");
    EXPECT_NEAR(result->report.bounds.min.x, 0.254, 1e-6);
    EXPECT_NEAR(result->report.bounds.size().x, 2.54, 1e-5);
    EXPECT_NEAR(result->report.bounds.max.y, 5.08, 1e-5) << "inches become metres, z becomes y";
    const auto arm = scene::findNode(result->scene, "arm");
    ASSERT_TRUE(arm);
    EXPECT_NEAR(glm::length(glm::vec3(result->scene.worldTransforms()[*arm][0])), 1, 1e-6) << "node frames are in metres";
}

/// A ZIP archive of files stored as they are (PKWARE APPNOTE 6.3).
std::string zipOf(const std::vector<std::pair<std::string, std::string>>& files) {
    const auto number = [](std::uint64_t value, std::size_t size) {
        return std::string{reinterpret_cast<const char*>(&value), size};
    };
    std::string archive;
    std::string directory;
    for (const auto& [name, content] : files) {
        std::uint32_t crc = 0xFFFF'FFFFu;
        for (const char c : content) {
            crc ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB8'8320u & (0u - (crc & 1u)));
        }
        const std::string common = number(20, 2) + number(0, 8) + number(~crc & 0xFFFF'FFFFu, 4) + number(content.size(), 4) +
                                   number(content.size(), 4) + number(name.size(), 2);
        directory += "PK\1\2" + number(20, 2) + common + std::string(12, '\0') + number(archive.size(), 4) + name;
        archive += "PK\3\4" + common + number(0, 2) + name + content;
    }
    return archive + directory + "PK\5\6" + number(0, 4) + number(files.size(), 2) + number(files.size(), 2) +
           number(directory.size(), 4) + number(archive.size(), 4) + number(0, 2);
}

TEST_F(ImportModel, ThreeMfCountsInTheUnitOfItsModel) {
    const std::string relations = "<?xml version=\"1.0\"?><Relationships "
                                  "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
                                  "Target=\"/3D/3dmodel.model\" Id=\"r\" "
                                  "Type=\"http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel\"/></Relationships>";
    for (const auto& [unit, metres] : std::vector<std::pair<std::string, double>>{{"", 0.001},
                                                                                  {" unit=\"inch\"", 0.0254},
                                                                                  {" unit=\"meter\"", 1},
                                                                                  {" unit=\"micron\"", 1e-6},
                                                                                  {" unit=\"foot\"", 0.3048}}) {
        const std::string model =
            "<?xml version=\"1.0\"?><model" + unit +
            " xmlns=\"http://schemas.microsoft.com/3dmanufacturing/core/2015/02\"><resources><object id=\"1\" type=\"model\"><mesh>"
            "<vertices><vertex x=\"0\" y=\"0\" z=\"0\"/><vertex x=\"2\" y=\"0\" z=\"0\"/><vertex x=\"0\" y=\"0\" "
            "z=\"4\"/></vertices>"
            "<triangles><triangle v1=\"0\" v2=\"1\" v3=\"2\"/></triangles></mesh></object></resources>"
            "<build><item objectid=\"1\"/></build></model>";
        const auto result = import(write("plate.3mf", zipOf({{"_rels/.rels", relations}, {"3D/3dmodel.model", model}})));
        ASSERT_TRUE(result) << unit << ": " << result.error().text();
        EXPECT_TRUE(result->report.unitFromFile);
        EXPECT_EQ(result->report.upAxis, "Z");
        EXPECT_NEAR(result->report.bounds.size().x, 2 * metres, 1e-6 * metres) << unit;
        EXPECT_NEAR(result->report.bounds.size().y, 4 * metres, 1e-6 * metres) << unit;
    }
}

TEST_F(ImportModel, FbxSaysItsUnitAndUpAxis) {
    const fs::path original = "/usr/share/assimp/models/FBX/cubes_with_names.fbx";
    if (!fs::exists(original)) GTEST_SKIP() << "not here: " << original;
    std::ifstream file{original, std::ios::binary};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto plain = import(original);
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_EQ(plain->report.unit, "cm");
    EXPECT_EQ(plain->report.upAxis, "Y");
    const auto change = [&](std::string_view from, std::string_view to) {
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << from;
        text.replace(at, from.size(), to);
    };
    change("\"UnitScaleFactor\", \"double\", \"Number\", \"\",1", "\"UnitScaleFactor\", \"double\", \"Number\", \"\",2.54");
    change("\"UpAxis\", \"int\", \"Integer\", \"\",1", "\"UpAxis\", \"int\", \"Integer\", \"\",2");
    const auto inches = import(write("cubes.fbx", text));
    ASSERT_TRUE(inches) << inches.error().text();
    EXPECT_EQ(inches->report.unit, "in");
    EXPECT_EQ(inches->report.upAxis, "Z");
    const glm::vec3 was = plain->report.bounds.size();
    const glm::vec3 now = inches->report.bounds.size();
    EXPECT_NEAR(now.x, was.x * 2.54f, 1e-4f * now.x);
    EXPECT_NEAR(now.y, was.z * 2.54f, 1e-4f * now.y) << "z is up";
    EXPECT_NEAR(now.z, was.y * 2.54f, 1e-4f * now.z);
}

TEST_F(ImportModel, ObjColoursAndTexturesBecomeMetalRough) {
    // A 2x1 TGA: red, green.
    const std::string tga{"\0\0\2\0\0\0\0\0\0\0\0\0\2\0\1\0\x18\x20\0\0\xff\0\xff\0", 24};
    write("Paint.TGA", tga);
    write("part.mtl",
          "newmtl matt\nKd 0.5 0.5 0.5\nNs 0\nnewmtl shiny\nKd 1 0 0\nKs 1 1 1\nNs 200\nnewmtl glass\nKd 1 1 1\nd 0.25\n"
          "newmtl painted\nKd 0.2 0.2 0.2\nmap_Kd textures\\paint.tga\nnewmtl lost\nmap_Kd nowhere.png\n");
    const fs::path path = write(
        "part.obj",
        "mtllib part.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\n"
        "usemtl matt\nf 1/1 2/2 3/3\nusemtl shiny\nf 1/1 2/2 3/3\nusemtl glass\nf 1/1 2/2 3/3\nusemtl painted\nf 1/1 2/2 3/3\n"
        "usemtl lost\nf 1/1 2/2 3/3\n");
    const auto result = import(path);
    ASSERT_TRUE(result) << result.error().text();
    const auto& scene = result->scene;
    const auto material = [&](std::string_view name) { return *std::ranges::find(scene.materials, name, &scene::Material::name); };
    EXPECT_NEAR(material("matt").baseColour.r, 0.214, 1e-3) << "sRGB 0.5, linear";
    EXPECT_LT(material("shiny").roughness, material("matt").roughness);
    EXPECT_EQ(material("glass").alphaMode, scene::AlphaMode::Blend);
    EXPECT_NEAR(material("glass").baseColour.a, 0.25, 1e-6);
    const scene::Material painted = material("painted");
    ASSERT_NE(painted.baseColourImage, scene::none) << "found in spite of folder and case";
    EXPECT_EQ(scene.images[painted.baseColourImage].pixels, (std::vector<std::uint8_t>{255, 0, 0, 255, 0, 255, 0, 255}));
    EXPECT_TRUE(scene.images[painted.baseColourImage].srgb);
    EXPECT_TRUE(warns(result->report, "texture-missing"));
    // The first texture coordinate of the file is at the bottom left; images count from the top.
    const auto& mesh = scene.meshes[scene.instances[0].mesh];
    EXPECT_EQ(mesh.vertices[mesh.indices[0]].uv, glm::vec2(0, 1));
}

TEST_F(ImportModel, VertexColoursAreKept) {
    const auto result = import(
        write("c.ply", "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n"
                       "property uchar red\nproperty uchar green\nproperty uchar blue\nelement face 1\n"
                       "property list uchar int vertex_indices\nend_header\n0 0 0 255 0 0\n1 0 0 0 128 0\n0 1 0 0 0 7\n3 0 1 2\n"));
    ASSERT_TRUE(result) << result.error().text();
    const auto& mesh = result->scene.meshes.at(0);
    ASSERT_EQ(mesh.colours.size(), 3u);
    EXPECT_EQ(mesh.colours[mesh.indices[1]], (std::array<std::uint8_t, 4>{0, 128, 0, 255}));
    EXPECT_EQ(glm::vec3(result->scene.materials[0].baseColour), glm::vec3(1)) << "nothing darkens the colours";
}

TEST_F(ImportModel, WhatTheReaderSkippedIsSaid) {
    const auto result = import(write("gap.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\nf\n"));
    if (result)
        EXPECT_TRUE(warns(result->report, "reader")) << "never a silently partial result";
    else
        EXPECT_FALSE(result.error().message.empty());
}

TEST_F(ImportModel, BadInputIsOneClearError) {
    const auto codeOf = [](const fs::path& path) {
        const auto result = import(path);
        EXPECT_FALSE(result) << path;
        if (result) return ErrorCode::Device;
        EXPECT_FALSE(result.error().message.empty());
        EXPECT_NE(result.error().text().find(path.filename().string()), std::string::npos) << result.error().text();
        return result.error().code;
    };
    EXPECT_EQ(codeOf(folder_ / "absent.glb"), ErrorCode::NotFound);
    EXPECT_EQ(codeOf(folder_), ErrorCode::Unreadable);
    EXPECT_EQ(codeOf(write("empty.obj", "")), ErrorCode::Malformed);
    EXPECT_EQ(codeOf(write("part.step", "ISO-10303-21;")), ErrorCode::Malformed);
    EXPECT_EQ(codeOf(write("part.iges", "not a card in it")), ErrorCode::Malformed);
    EXPECT_EQ(codeOf(write("part.sldprt", "a secret")), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf(write("notes.txt", "hello")), ErrorCode::Unsupported);
    EXPECT_EQ(codeOf(write("points.obj", "v 0 0 0\nv 1 0 0\np 1\np 2\n")), ErrorCode::Invalid);
    EXPECT_EQ(codeOf(write("text.glb", "this is not a model at all, only text that goes on")), ErrorCode::Malformed);
    EXPECT_EQ(codeOf(write("cut.gltf", cartGltf.substr(0, cartGltf.size() / 2))), ErrorCode::Malformed);
    // A binary STL that claims four thousand million triangles.
    std::string stl(84, '\0');
    stl.replace(80, 4, "\xff\xff\xff\xff");
    EXPECT_NE(codeOf(write("claims.stl", stl)), ErrorCode::Device);
}

TEST_F(ImportModel, FlippedBytesNeverGiveABrokenScene) {
    std::string text{cartGltf};
    for (std::size_t i = 40; i < text.size(); i += 97) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        if (const auto result = import(write("flip.gltf", changed)); result)
            EXPECT_TRUE(scene::validate(result->scene)) << i;
        else
            EXPECT_FALSE(result.error().message.empty()) << i;
    }
}

/// Stands in for a worker that meets a file its parser cannot stand.
class FailingWorker : public ImportModel {
protected:
    void SetUp() override {
        ImportModel::SetUp();
        model_ = write("model.stl", triangleStl);
    }
    void TearDown() override {
        ::unsetenv("MILLWRIGHT_IMPORT_WORKER");
        ImportModel::TearDown();
    }
    void worker(std::string_view script) {
        const fs::path path = write("worker", "#!/bin/sh\n" + std::string{script} + "\n");
        fs::permissions(path, fs::perms::owner_all);
        ::setenv("MILLWRIGHT_IMPORT_WORKER", path.c_str(), 1);
    }
    fs::path model_;
};

TEST_F(FailingWorker, ACrashIsAnError) {
    worker("kill -SEGV $$");
    const auto result = import(model_);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Malformed);
    EXPECT_NE(result.error().text().find("crashed on this file"), std::string::npos) << result.error().text();
    EXPECT_NE(result.error().place.find("model.stl"), std::string::npos);
}

TEST_F(FailingWorker, AHangIsEndedAndAnError) {
    worker("while :; do sleep 1; done");
    ImportOptions options;
    options.limits.time = std::chrono::seconds{1};
    const auto result = import(model_, options);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::ResourceLimit);
}

TEST_F(FailingWorker, HalfAnAnswerIsAnError) {
    worker("printf '\\002half' >&3");
    EXPECT_EQ(import(model_).error().code, ErrorCode::Malformed);
    worker("exit 0");
    EXPECT_EQ(import(model_).error().code, ErrorCode::Malformed);
}

TEST_F(FailingWorker, AMissingWorkerSaysSo) {
    ::setenv("MILLWRIGHT_IMPORT_WORKER", (folder_ / "nowhere").c_str(), 1);
    const auto result = import(model_);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::Device);
}

TEST_F(FailingWorker, TheUserCanStopIt) {
    worker("while :; do sleep 1; done");
    std::stop_source stop;
    stop.request_stop();
    ImportOptions options;
    options.progress.stop = stop.get_token();
    EXPECT_EQ(import(model_, options).error().code, ErrorCode::Cancelled);
}

} // namespace
} // namespace millwright::cad
