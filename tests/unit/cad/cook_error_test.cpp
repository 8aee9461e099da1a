#include "cad/cook/distance.hpp"
#include "cook_fixture.hpp"

#include <gtest/gtest.h>

#include <random>

/// What is said about errors, measured.
namespace millwright::cad {
namespace {

using namespace test;

std::pair<std::vector<glm::vec3>, std::vector<std::uint32_t>> soupOf(const scene::CookedMesh& mesh,
                                                                     const std::vector<std::array<GridPoint, 3>>& triangles) {
    std::pair<std::vector<glm::vec3>, std::vector<std::uint32_t>> soup;
    for (const auto& triangle : triangles)
        for (const GridPoint& corner : triangle) {
            soup.second.push_back(static_cast<std::uint32_t>(soup.first.size()));
            soup.first.push_back(placeOf(mesh, corner));
        }
    return soup;
}

/// Farthest of random points of one soup from the other.
float farthest(const std::vector<glm::vec3>& from, const Surface& to) {
    std::mt19937 random{1};
    std::uniform_real_distribution<float> share{0, 1};
    std::vector<double> area{0};
    for (std::size_t i = 0; i + 2 < from.size(); i += 3)
        area.push_back(area.back() + static_cast<double>(glm::length(glm::cross(from[i + 1] - from[i], from[i + 2] - from[i]))));
    float most = 0;
    for (int n = 0; n < 20'000; ++n) {
        const double at = static_cast<double>(share(random)) * area.back();
        const auto i = static_cast<std::size_t>(std::ranges::upper_bound(area, at) - area.begin() - 1) * 3;
        if (i + 2 >= from.size()) continue;
        float u = share(random), v = share(random);
        if (u + v > 1) u = 1 - u, v = 1 - v;
        most = to.farthest(most, from[i] + u * (from[i + 1] - from[i]) + v * (from[i + 2] - from[i]));
    }
    return most;
}

TEST(CookError, TheDistanceOfAPointIsThatOfTheNearestTriangle) {
    const auto mesh = torus(20, 11);
    std::vector<glm::vec3> places;
    for (const auto& vertex : mesh.vertices) places.push_back(vertex.position);
    const Surface surface{places, mesh.indices};
    std::mt19937 random{2};
    std::uniform_real_distribution<float> coordinate{-2, 2};
    for (int n = 0; n < 500; ++n) {
        const glm::vec3 point{coordinate(random), coordinate(random), coordinate(random)};
        float least = 1e9f;
        for (std::size_t i = 0; i < mesh.indices.size(); i += 3) {
            const glm::vec3 nearest =
                nearestOfTriangle(point, places[mesh.indices[i]], places[mesh.indices[i + 1]], places[mesh.indices[i + 2]]);
            least = std::min(least, glm::distance(point, nearest));
        }
        EXPECT_FLOAT_EQ(surface.nearest(point).distance, least);
    }
}

TEST(CookError, NoCutLiesFartherFromTheModelThanItsErrorSays) {
    const std::pair<const char*, scene::Mesh> cases[]{{"torus", torus(240, 100)},
                                                      {"torus of other steps", torus(160, 111)},
                                                      {"torus of long steps", torus(300, 80)},
                                                      {"sphere", sphere(200, 120)},
                                                      {"thin drilled plate", drilledPlate(8, 32, 0.05f)},
                                                      {"drilled plate", drilledPlate(8, 32, 0.5f)},
                                                      {"thick drilled plate", drilledPlate(4, 64, 3)}};
    for (const auto& [name, mesh] : cases) {
        const auto cooked = cook(sceneOf(mesh));
        ASSERT_TRUE(cooked);
        const auto geometry = cooked->geometry();
        const auto& own = geometry.meshes[0];
        const auto [modelled, modelledIndices] =
            soupOf(own, trianglesOf(geometry, cut(geometry, 0, [](glm::vec4) { return 0.0f; })));
        const Surface model{modelled, modelledIndices};
        for (float error = own.sphere.w * 1e-4f; error < own.sphere.w; error *= 2) {
            const auto chosen = cut(geometry, 0, [&](glm::vec4) { return error; });
            float stated = 0;
            for (const std::uint32_t cluster : chosen) stated = std::max(stated, geometry.clusters[cluster].ownError);
            const auto [drawn, drawnIndices] = soupOf(own, trianglesOf(geometry, chosen));
            const float off = std::max(farthest(drawn, model), farthest(modelled, Surface{drawn, drawnIndices}));
            EXPECT_LE(off, stated * 1.01f + own.gridStep) << name << " at " << error;
        }
    }
}

} // namespace
} // namespace millwright::cad
