#include "cad/finish_mesh.hpp"

#include <millwright/scene/find.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace millwright::cad {
namespace {

/// A closed box of unit size as STL has it: every triangle with corners of its own.
RawMesh looseCube() {
    RawMesh raw;
    const int faces[6][4]{{0, 2, 3, 1}, {4, 5, 7, 6}, {0, 1, 5, 4}, {2, 6, 7, 3}, {0, 4, 6, 2}, {1, 3, 7, 5}};
    for (const auto& face : faces)
        for (const int corner : {0, 1, 2, 0, 2, 3}) {
            const int v = face[corner];
            raw.positions.emplace_back(v & 1, v >> 1 & 1, v >> 2 & 1);
            raw.indices.push_back(static_cast<std::uint32_t>(raw.indices.size()));
        }
    return raw;
}

RawMesh prism(int sides) {
    RawMesh raw;
    for (int i = 0; i < sides; ++i) {
        const auto at = [&](int k, float z) {
            const float angle = 6.2831853f * static_cast<float>(k % sides) / static_cast<float>(sides);
            return glm::vec3{std::cos(angle), std::sin(angle), z};
        };
        for (const glm::vec3 p : {at(i, 0), at(i + 1, 0), at(i + 1, 1), at(i, 0), at(i + 1, 1), at(i, 1)}) {
            raw.positions.push_back(p);
            raw.indices.push_back(static_cast<std::uint32_t>(raw.indices.size()));
        }
    }
    return raw;
}

TEST(FinishMesh, ACubeKeepsItsEdgesAndLosesItsDoubles) {
    Repairs repairs;
    const scene::Mesh mesh = finishMesh(looseCube(), {}, repairs);
    EXPECT_EQ(mesh.triangles(), 12u);
    EXPECT_EQ(mesh.vertices.size(), 24u) << "four a face, so that every face has its own normals";
    for (std::size_t t = 0; t < mesh.indices.size(); t += 3) {
        const auto& a = mesh.vertices[mesh.indices[t]];
        const auto& b = mesh.vertices[mesh.indices[t + 1]];
        const auto& c = mesh.vertices[mesh.indices[t + 2]];
        const glm::vec3 face = glm::normalize(glm::cross(b.position - a.position, c.position - a.position));
        EXPECT_NEAR(glm::dot(a.normal, face), 1, 1e-6);
        EXPECT_NEAR(glm::length(a.normal), 1, 1e-6);
    }
    EXPECT_EQ(mesh.bounds.max, glm::vec3(1));
    EXPECT_EQ(repairs.meshesWithoutNormals, 1u);
}

TEST(FinishMesh, APipeIsSmoothAndAHexagonIsNot) {
    Repairs repairs;
    const scene::Mesh pipe = finishMesh(prism(24), {}, repairs);
    EXPECT_EQ(pipe.vertices.size(), 48u) << "neighbouring sides share their corners";
    for (const auto& v : pipe.vertices)
        EXPECT_NEAR(glm::dot(v.normal, glm::vec3{v.position.x, v.position.y, 0}), 1, 1e-3) << "straight out";
    EXPECT_EQ(finishMesh(prism(6), {}, repairs).vertices.size(), 24u) << "60 degrees are an edge";
}

TEST(FinishMesh, DropsAndCountsWhatCannotBeDrawn) {
    RawMesh raw = looseCube();
    raw.indices[0] = 999;                                         // no such vertex
    raw.positions[3].x = std::numeric_limits<float>::quiet_NaN(); // second triangle
    raw.positions[6].x = 1e30f;                                   // third
    raw.positions[10] = raw.positions[9];                         // fourth: two corners in one place
    Repairs repairs;
    const scene::Mesh mesh = finishMesh(raw, {}, repairs);
    EXPECT_EQ(mesh.triangles(), 8u);
    EXPECT_EQ(repairs.brokenTriangles, 3u);
    EXPECT_EQ(repairs.degenerateTriangles, 1u);
    EXPECT_TRUE(finishMesh({}, {}, repairs).indices.empty());
}

TEST(FinishMesh, KeepsGoodNormalsAndRepairsUselessOnes) {
    RawMesh raw = looseCube();
    raw.normals.assign(raw.positions.size(), {0, 3, 4});
    raw.normals[0] = {0, 0, 0};
    raw.normals[1] = glm::vec3{std::numeric_limits<float>::infinity()};
    Repairs repairs;
    const scene::Mesh mesh = finishMesh(raw, {}, repairs);
    EXPECT_EQ(repairs.normalsMade, 2u);
    EXPECT_EQ(repairs.meshesWithoutNormals, 0u);
    EXPECT_NEAR(mesh.vertices[mesh.indices[5]].normal.y, 0.6, 1e-6);
}

TEST(FinishMesh, TangentsFollowTheTexture) {
    RawMesh raw;
    raw.positions = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}};
    raw.uvs = {{0, 1}, {1, 1}, {1, 0}, {0, 0}}; // v down, as images are stored
    raw.indices = {0, 1, 2, 0, 2, 3};
    Repairs repairs;
    const scene::Mesh mesh = finishMesh(raw, {.tangents = true}, repairs);
    for (const auto& v : mesh.vertices) {
        EXPECT_NEAR(v.tangent.x, 1, 1e-6);
        EXPECT_EQ(v.tangent.w, -1) << "v grows downwards in the picture";
    }
}

/// A disc of many thin triangles around one point must not take time with the square of their number.
TEST(FinishMesh, ManyTrianglesAroundOnePoint) {
    RawMesh raw;
    constexpr std::uint32_t count = 200'000;
    raw.positions.emplace_back(0, 0, 0);
    for (std::uint32_t i = 0; i <= count; ++i) {
        const double angle = 6.28 * i / count;
        raw.positions.emplace_back(static_cast<float>(1000 * std::cos(angle)), static_cast<float>(1000 * std::sin(angle)), 0.0f);
        if (i > 0) raw.indices.insert(raw.indices.end(), {0, i, i + 1});
    }
    Repairs repairs;
    const scene::Mesh mesh = finishMesh(raw, {}, repairs);
    EXPECT_GT(mesh.triangles(), count / 2);
    for (const auto& v : mesh.vertices) ASSERT_NEAR(v.normal.z, 1, 1e-3);
}

/// More vertices than are made at once, used from the first to the last, the other way round, and in no order.
TEST(FinishMesh, LargeMeshesKeepEveryCornerInWhateverOrderTheyUseThem) {
    constexpr std::uint32_t count = 300'000;
    const auto place = [](std::uint32_t i) { return glm::vec3{static_cast<float>(i % 1000), static_cast<float>(i / 1000), 0}; };
    for (const int order : {0, 1, 2}) {
        RawMesh raw;
        for (std::uint32_t i = 0; i < count; ++i) {
            raw.positions.push_back(place(i / 2)); // every one twice
            raw.normals.push_back(i % 6 < 4 ? glm::vec3{0, 0, 1} : glm::vec3{0, 1, 0});
            raw.colours.push_back({static_cast<std::uint8_t>(i / 2), 0, 0, 255});
        }
        for (std::uint32_t i = 0; i + 6 <= count; i += 2) {
            const std::uint32_t mixed = static_cast<std::uint32_t>(std::uint64_t{i} * 7919 % (count - 6)) / 2 * 2;
            const std::uint32_t first = order == 0 ? i : order == 1 ? count - 6 - i : mixed;
            raw.indices.insert(raw.indices.end(), {first, first + 2, first + 5});
        }
        const RawMesh before = raw;
        Repairs repairs;
        const scene::Mesh mesh = finishMesh(std::move(raw), {}, repairs);
        ASSERT_EQ(mesh.indices.size(), before.indices.size());
        EXPECT_LT(mesh.vertices.size(), count);
        std::size_t wrong = 0;
        for (std::size_t c = 0; c < mesh.indices.size(); ++c) {
            const std::uint32_t source = before.indices[c];
            const scene::Vertex& vertex = mesh.vertices[mesh.indices[c]];
            const bool right = vertex.position == before.positions[source] && vertex.normal == before.normals[source] &&
                               mesh.colours[mesh.indices[c]] == before.colours[source];
            wrong += right ? 0 : 1;
        }
        EXPECT_EQ(wrong, 0u) << "order " << order;
    }
}

} // namespace
} // namespace millwright::cad
