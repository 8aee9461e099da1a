#include "cook_fixture.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace millwright::cad
