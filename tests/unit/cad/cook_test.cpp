#include "cook_fixture.hpp"
#include "support/folders.hpp"

#include <millwright/cad/import.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <random>
#include <set>

namespace millwright::cad {
namespace {

using namespace test;

struct Case {
    const char* name;
    scene::Mesh mesh;
};

std::vector<Case> closedMeshes() {
    return {{"torus", torus(240, 100)},
            {"sphere", sphere(200, 120)},
            {"plate", drilledPlate(12, 32, 0.5f)},
            {"small torus", torus(8, 5)}};
}

TEST(Cook, EveryUniformCutOfAClosedMeshIsClosed) {
    for (const Case& c : closedMeshes()) {
        SCOPED_TRACE(c.name);
        const auto cooked = cook(sceneOf(c.mesh));
        ASSERT_TRUE(cooked);
        const auto geometry = cooked->geometry();
        const double modelled = areaOf(geometry.meshes[0], trianglesOf(geometry, cut(geometry, 0, [](glm::vec4) { return 0.0f; })));
        std::size_t fewest = ~std::size_t{0};
        for (float error = 1e-6f; error < 10; error *= 1.5f) {
            const auto triangles = trianglesOf(geometry, cut(geometry, 0, [&](glm::vec4) { return error; }));
            EXPECT_EQ(openEdges(triangles), 0u) << "at " << error;
            EXPECT_LE(triangles.size(), fewest) << "at " << error;
            fewest = std::min(fewest, triangles.size());
            if (error < 0.01f) {
                EXPECT_NEAR(areaOf(geometry.meshes[0], triangles), modelled, 0.02 * modelled) << "at " << error;
            }
        }
    }
}

/// Allowed errors of an eye at `eye` that lets pass `perMetre` of the distance to the nearest point of a sphere.
auto from(glm::vec3 eye, float perMetre) {
    return [=](glm::vec4 sphere) { return perMetre * std::max(glm::distance(glm::vec3{sphere}, eye) - sphere.w, 0.0f); };
}

TEST(Cook, EveryCutThatDependsOnTheViewIsClosed) {
    for (const Case& c : closedMeshes()) {
        SCOPED_TRACE(c.name);
        const auto cooked = cook(sceneOf(c.mesh));
        ASSERT_TRUE(cooked);
        const auto geometry = cooked->geometry();
        const glm::vec4 whole = geometry.meshes[0].sphere;
        std::size_t mixed = 0;
        for (int n = 0; n < 24; ++n) {
            const float turn = static_cast<float>(n) * 0.8f, away = whole.w * (0.5f + 0.25f * static_cast<float>(n));
            const glm::vec3 eye = glm::vec3{whole} + away * glm::vec3{std::cos(turn), 0.3f, std::sin(turn)};
            const auto chosen = cut(geometry, 0, from(eye, 0.003f * static_cast<float>(1 + n % 5)));
            EXPECT_EQ(openEdges(trianglesOf(geometry, chosen)), 0u) << "eye " << n;
            const auto errors = [&](std::uint32_t i) { return geometry.clusters[i].ownError; };
            mixed += errors(chosen.front()) != errors(chosen.back()) ? 1u : 0u;
        }
        EXPECT_TRUE(mixed > 0 || c.mesh.triangles() < 1000) << "the cuts were all of one level";
    }
}

TEST(Cook, ParentsHoldTheirChildrenAndHaveNoSmallerErrors) {
    for (const Case& c : closedMeshes()) {
        const auto cooked = cook(sceneOf(c.mesh));
        ASSERT_TRUE(cooked);
        for (const scene::Cluster& cluster : cooked->clusters) {
            EXPECT_GE(cluster.parentError, cluster.ownError);
            if (!std::isinf(cluster.parentError)) {
                EXPECT_LE(glm::distance(glm::vec3{cluster.own}, glm::vec3{cluster.parent}) + cluster.own.w,
                          cluster.parent.w * 1.00001f);
            }
            EXPECT_LE(cluster.triangleCount, scene::clusterTriangles);
            EXPECT_LE(cluster.vertexCount, scene::clusterVertices);
        }
    }
}

TEST(Cook, TheNumberOfThreadsChangesNothing) {
    for (const Case& c : closedMeshes()) {
        const auto one = cook(sceneOf(c.mesh), {.threads = 1}), three = cook(sceneOf(c.mesh), {.threads = 3});
        ASSERT_TRUE(one && three);
        const auto same = [](const auto& a, const auto& b) {
            return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0;
        };
        EXPECT_TRUE(same(one->clusters, three->clusters)) << c.name;
        EXPECT_TRUE(same(one->vertices, three->vertices)) << c.name;
        EXPECT_TRUE(same(one->triangles, three->triangles)) << c.name;
        EXPECT_TRUE(same(one->levels, three->levels)) << c.name;
    }
}

TEST(Cook, ADecodedMeshIsTheModelledOneToWithinTheGrid) {
    auto mesh = torus(200, 60, 10, 3);
    for (auto& vertex : mesh.vertices) vertex.position += glm::vec3{100, -50, 20};
    const auto cooked = cook(sceneOf(mesh));
    ASSERT_TRUE(cooked);
    const scene::CookedMesh& own = cooked->meshes[0];
    EXPECT_LT(own.gridStep, 26.0f / (1 << 20));
    const scene::Mesh decoded = scene::decode(cooked->geometry(), 0);
    ASSERT_EQ(decoded.triangles(), mesh.triangles());
    ASSERT_EQ(decoded.vertices.size(), mesh.vertices.size());
    // Floats this far from the origin have a rounding of their own.
    const float most = 4.5f * own.gridStep + 1e-5f;
    for (const scene::Vertex& vertex : decoded.vertices) {
        float least = 1e9f, alike = -1;
        for (const scene::Vertex& modelled : mesh.vertices) {
            const float apart = glm::distance(modelled.position, vertex.position);
            if (apart < least) least = apart, alike = glm::dot(modelled.normal, vertex.normal);
        }
        ASSERT_LE(least, most * 1.8f);
        ASSERT_GT(alike, 0.9999f);
    }
}

TEST(Cook, TexturedMeshesKeepTheirAttributes) {
    auto mesh = torus(120, 60);
    for (auto& vertex : mesh.vertices) {
        vertex.uv = {vertex.position.x, vertex.position.z};
        mesh.colours.push_back({static_cast<std::uint8_t>(vertex.position.x > 0 ? 255 : 0), 128, 64, 255});
    }
    auto scene = sceneOf(mesh);
    scene.meshes.push_back(torus(16, 8)); // plain ones before and after it
    scene.meshes.insert(scene.meshes.begin(), torus(16, 8));
    const auto cooked = cook(scene);
    ASSERT_TRUE(cooked);
    const auto geometry = cooked->geometry();
    EXPECT_EQ(geometry.meshes[0].firstAttributes, scene::none);
    const scene::CookedMesh& own = geometry.meshes[1];
    ASSERT_NE(own.firstAttributes, scene::none);
    const auto chosen = cut(geometry, 1, [](glm::vec4) { return 0.02f; });
    EXPECT_EQ(openEdges(trianglesOf(geometry, chosen)), 0u);
    EXPECT_LT(trianglesOf(geometry, chosen).size(), mesh.triangles() / 2);
    for (const std::uint32_t index : chosen) {
        const scene::Cluster& cluster = geometry.clusters[index];
        for (std::uint32_t v = cluster.firstVertex; v < cluster.firstVertex + cluster.vertexCount; ++v) {
            const glm::vec3 place = placeOf(own, {geometry.vertices[v].position[0], geometry.vertices[v].position[1]});
            const auto& attributes = geometry.attributes[own.firstAttributes + v];
            ASSERT_NEAR(attributes.uv[0], place.x, 1e-4f);
            ASSERT_NEAR(attributes.uv[1], place.z, 1e-4f);
            ASSERT_EQ(attributes.colour & 255u, place.x > 1e-5f ? 255u : place.x < -1e-5f ? 0u : attributes.colour & 255u);
        }
    }
}

TEST(Cook, SmallSheetsStayAsModelledAndLargeOnesDoNot) {
    const auto sheet = [](std::uint32_t cells) {
        return bent(cells, cells, false, false, [](float s, float t) {
            scene::Vertex vertex;
            vertex.position = {s, 0.001f * std::sin(20 * s), -t};
            return vertex;
        });
    };
    const auto small = cook(sceneOf(sheet(20))), large = cook(sceneOf(sheet(100)));
    ASSERT_TRUE(small && large);
    EXPECT_EQ(small->levels.size(), 1u);
    EXPECT_GT(large->levels.size(), 5u);
    scene::Material web;
    web.doubleSided = true;
    EXPECT_EQ(cook(sceneOf(torus(40, 20), web))->levels.size(), 1u);
    EXPECT_GT(cook(sceneOf(torus(40, 20)))->levels.size(), 1u);
}

TEST(Cook, NothingAndDegenerateTrianglesCookToNothing) {
    EXPECT_TRUE(cook({}));
    scene::Mesh point;
    point.vertices.resize(3);
    point.indices = {0, 1, 2};
    const auto cooked = cook(sceneOf(point));
    ASSERT_TRUE(cooked);
    EXPECT_EQ(cooked->meshes.size(), 1u);
    EXPECT_TRUE(cooked->clusters.empty());
    EXPECT_EQ(scene::decode(cooked->geometry(), 0).triangles(), 0u);
}

TEST(Cook, CancellingStopsIt) {
    std::stop_source stop;
    stop.request_stop();
    CookOptions options;
    options.progress.stop = stop.get_token();
    const auto cooked = cook(sceneOf(torus(40, 20)), options);
    ASSERT_FALSE(cooked);
    EXPECT_EQ(cooked.error().code, ErrorCode::Cancelled);
}

TEST(Cook, TheTwoCylinderEngineIsCoveredAtEveryError) {
    const std::filesystem::path model =
        millwright::test::sourceFolder() /
        "../shared/data/cad/gltf_2cylinder_engine/glTF2/2CylinderEngine-glTF-Binary/2CylinderEngine.glb";
    if (!std::filesystem::exists(model)) GTEST_SKIP() << "missing: " << model;
    const auto imported = import(model);
    ASSERT_TRUE(imported) << imported.error().text();
    const auto cooked = cook(imported->scene);
    ASSERT_TRUE(cooked);
    const auto geometry = cooked->geometry();
    std::size_t coarsest = 0;
    for (std::uint32_t m = 0; m < geometry.meshes.size(); ++m) {
        const auto at = [&](float error) { return trianglesOf(geometry, cut(geometry, m, [=](glm::vec4) { return error; })); };
        const auto modelled = at(0);
        // The file's own surfaces are not all closed: what is open in it may stay open, and nothing else.
        const std::size_t open = openEdges(modelled);
        const float size = geometry.meshes[m].sphere.w;
        for (const float share : {0.002f, 0.01f, 0.05f, 0.2f}) {
            const auto triangles = at(share * size);
            EXPECT_LE(openEdges(triangles), open) << "mesh " << m << " at " << share;
            if (share < 0.02f) {
                EXPECT_NEAR(areaOf(geometry.meshes[m], triangles), areaOf(geometry.meshes[m], modelled),
                            0.1 * areaOf(geometry.meshes[m], modelled));
            }
        }
        coarsest += at(size * 1e6f).size();
    }
    EXPECT_LT(coarsest, geometry.meshes.size() * 16) << "from afar a part costs a dozen triangles";
}

TEST(Cook, CornersNearlyInOnePlaceMeetWhereverTheyLie) {
    const auto smooth = torus(200, 100);
    const float step = 2.6f / static_cast<float>((1 << 21) - 1);
    std::mt19937 random{5};
    std::uniform_real_distribution<float> apart{-step, step};
    scene::Mesh soup; // of 120 000 corners: joined block by block
    for (const std::uint32_t i : smooth.indices) {
        soup.indices.push_back(static_cast<std::uint32_t>(soup.vertices.size()));
        soup.vertices.push_back(smooth.vertices[i]);
        soup.vertices.back().position += glm::vec3{apart(random), apart(random), apart(random)};
    }
    const auto cooked = cook(sceneOf(soup));
    ASSERT_TRUE(cooked);
    const auto triangles = trianglesOf(cooked->geometry(), cut(cooked->geometry(), 0, [](glm::vec4) { return 0.0f; }));
    EXPECT_EQ(triangles.size(), smooth.triangles());
    EXPECT_EQ(openEdges(triangles), 0u);
    std::set<GridPoint> places;
    for (const auto& triangle : triangles) places.insert(triangle.begin(), triangle.end());
    EXPECT_EQ(places.size(), smooth.vertices.size());
}

TEST(Cook, TrianglesAreGivenBackAndStillCounted) {
    scene::Scene scene = sceneOf(torus(40, 20));
    const auto kept = cook(scene), given = cookTriangles(scene);
    ASSERT_TRUE(kept && given);
    EXPECT_EQ(given->triangles, kept->triangles);
    EXPECT_EQ(scene.meshes[0].vertices.capacity() + scene.meshes[0].indices.capacity(), 0u);
    EXPECT_EQ(scene.meshes[0].triangles(), 1600u);
}

} // namespace
} // namespace millwright::cad
