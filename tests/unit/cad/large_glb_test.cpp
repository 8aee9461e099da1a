#include "cad/assimp/large_glb.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/scene/serialise.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <format>
#include <fstream>

/// What is read past Assimp is the same as what Assimp reads.
namespace millwright::cad {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t side = 160; ///< corners a side of the wavy plate: 50 562 triangles

struct Glb {
    std::string binary;
    std::string views, accessors;
    unsigned count = 0;

    template <typename T>
    void add(const std::vector<T>& items, const char* type, unsigned component) {
        views += std::format(R"({}{{"buffer":0,"byteOffset":{},"byteLength":{}}})", count > 0 ? "," : "", binary.size(),
                             items.size() * sizeof(T));
        accessors += std::format(R"({}{{"bufferView":{},"componentType":{},"count":{},"type":"{}"}})", count > 0 ? "," : "", count,
                                 component, items.size(), type);
        binary.append(reinterpret_cast<const char*>(items.data()), items.size() * sizeof(T));
        binary.resize((binary.size() + 3) / 4 * 4);
        ++count;
    }
    [[nodiscard]] std::string file(std::string_view rest) const {
        std::string json =
            std::format(R"({{"asset":{{"version":"2.0"}},"buffers":[{{"byteLength":{}}}],"bufferViews":[{}],"accessors":[{}],{}}})",
                        binary.size(), views, accessors, rest);
        json.resize((json.size() + 3) / 4 * 4, ' ');
        std::string bytes;
        const auto word = [&](std::size_t value) {
            const auto small = static_cast<std::uint32_t>(value);
            bytes.append(reinterpret_cast<const char*>(&small), 4);
        };
        for (const std::size_t value : {std::size_t{0x46546C67}, std::size_t{2}, 28 + json.size() + binary.size(), json.size()})
            word(value);
        bytes += "JSON" + json;
        word(binary.size());
        bytes += std::string{"BIN\0", 4} + binary;
        return bytes;
    }
};

/// A plate with normals, tangents and two sets of texture coordinates (accessors 0 to 4, 5: indices), and a triangle (6).
Glb plate() {
    std::vector<glm::vec3> positions, normals;
    std::vector<glm::vec4> tangents;
    std::vector<glm::vec2> uvs, others;
    std::vector<std::uint32_t> indices;
    for (std::uint32_t i = 0; i < side * side; ++i) {
        const float x = static_cast<float>(i % side) * 0.01f, y = static_cast<float>(i / side) * 0.01f;
        positions.emplace_back(x, y, 0.1f * std::sin(9 * x) * std::cos(7 * y));
        normals.push_back(glm::normalize(glm::vec3{-std::cos(9 * x), std::sin(7 * y), 3}));
        tangents.emplace_back(1, 0, 0, i % 2 == 0 ? 1.0f : -1.0f);
        uvs.emplace_back(x / 3, y / 7);
        others.emplace_back(y, x);
        if (i % side == side - 1 || i / side == side - 1) continue;
        indices.insert(indices.end(), {i, i + 1, i + side, i + 1, i + side + 1, i + side});
    }
    Glb glb;
    glb.add(positions, "VEC3", 5126);
    glb.add(normals, "VEC3", 5126);
    glb.add(tangents, "VEC4", 5126);
    glb.add(uvs, "VEC2", 5126);
    glb.add(others, "VEC2", 5126);
    glb.add(indices, "SCALAR", 5125);
    glb.add(std::vector<glm::vec3>{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, "VEC3", 5126);
    return glb;
}

constexpr std::string_view scene =
    R"("scene":0,"scenes":[{"nodes":[0]}],"nodes":[{"name":"both","children":[1,2]},{"name":"small","mesh":1},{"name":"plate","mesh":0}],
"meshes":[{"name":"wavy","primitives":[{"attributes":{"POSITION":0,"NORMAL":1,"TANGENT":2,"TEXCOORD_0":3,"TEXCOORD_1":4},"indices":5,"material":0}]},
{"name":"corner","primitives":[{"attributes":{"POSITION":6}},{"attributes":{"POSITION":0},"indices":5}]}],
"materials":[{"name":"amber","pbrMetallicRoughness":{"baseColorFactor":[1,0.5,0,1]}}])";

class LargeGlbFile : public testing::Test {
protected:
    void TearDown() override { fs::remove(path_); }
    void write(const Glb& glb, std::string_view rest) { std::ofstream{path_, std::ios::binary} << glb.file(rest); }

    fs::path path_ = fs::temp_directory_path() / std::format("millwright-large-{}.glb", ::getpid());
};

TEST_F(LargeGlbFile, IsReadAsAssimpReadsIt) {
    write(plate(), scene);
    const auto large = LargeGlb::open(path_);
    ASSERT_TRUE(large);
    EXPECT_LT(large->standIn().size(), 4000u) << "nothing of the two plates is left for Assimp";
    ImportOptions alone;
    alone.assimpAlone = true;
    const auto expected = import(path_, alone), found = import(path_);
    ASSERT_TRUE(expected) << expected.error().text();
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->report.uniqueTriangles, 2 * 2 * std::uint64_t{side - 1} * (side - 1) + 1);
    EXPECT_EQ(found->report.warnings, expected->report.warnings);
    EXPECT_TRUE(scene::serialise(found->scene) == scene::serialise(expected->scene)) << "byte by byte";
}

TEST_F(LargeGlbFile, WhatSomethingElseUsesIsLeftForAssimp) {
    std::string points{scene};
    points.insert(points.find(R"("materials")"), R"("skins":[{"joints":[1],"inverseBindMatrices":4}],)");
    write(plate(), points);
    const auto large = LargeGlb::open(path_);
    ASSERT_TRUE(large);
    EXPECT_GT(large->standIn().size(), side * side * sizeof(glm::vec2));
    EXPECT_LT(large->standIn().size(), side * side * sizeof(glm::vec2) + 4000);
}

TEST_F(LargeGlbFile, BrokenOnesAreAssimpsToRefuse) {
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string text{scene};
        text.replace(text.find(from), from.size(), to);
        write(plate(), text);
        return LargeGlb::open(path_).has_value();
    };
    constexpr std::string_view second = R"(,{"attributes":{"POSITION":0},"indices":5})";
    EXPECT_TRUE(changed(second, ""));
    for (const char* first :
         {R"("TEXCOORD_0":3,"TEXCOORD_1":4},"indices":99)", R"("TEXCOORD_0":3,"TEXCOORD_1":4},"indices":3)",
          R"("TEXCOORD_0":3,"TEXCOORD_1":6},"indices":5)", R"("TEXCOORD_0":3,"COLOR_0":2},"indices":5)",
          R"("TEXCOORD_0":3,"TEXCOORD_1":4},"mode":5,"indices":5)", R"("TEXCOORD_0":3,"TEXCOORD_1":4},"indices":"5")"}) {
        std::string text{scene};
        text.replace(text.find(second), second.size(), "");
        constexpr std::string_view attributes = R"("TEXCOORD_0":3,"TEXCOORD_1":4},"indices":5)";
        text.replace(text.find(attributes), attributes.size(), first);
        write(plate(), text);
        EXPECT_FALSE(LargeGlb::open(path_)) << first;
        static_cast<void>(import(path_)); // a scene or an error
    }
    Glb cut = plate();
    cut.binary.resize(cut.binary.size() / 2);
    write(cut, scene);
    EXPECT_FALSE(LargeGlb::open(path_)) << "indices and the rest lie beyond the file's end";
}

} // namespace
} // namespace millwright::cad
