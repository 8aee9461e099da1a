#include "render/lod.hpp"
#include "render_fixture.hpp"

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};

scene::Scene ball(float radius, std::uint32_t rings) {
    scene::Scene s;
    place(s, mesh(s, sphere(radius, rings)), material(s, {0.8f, 0.02f, 0.02f, 1}, 0, 1), {0, 0, 0});
    return s;
}

/// From `distance` metres in front of the origin.
View from(double distance) {
    return lookAt({0, 0, distance}, {0, 0, 0}, 0.8, 4.0 / 3);
}

double meanDifference(const gpu::Pixels& a, const gpu::Pixels& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(int(a.rgba[i]) - int(b.rgba[i]));
    return sum / static_cast<double>(a.rgba.size());
}

TEST(LevelsOfDetail, GetCoarserWithAnErrorThatIsTrue) {
    const auto mesh = sphere(2, 64);
    const auto lods = buildLods(mesh);
    ASSERT_GE(lods.levels.size(), 4u);
    EXPECT_EQ(lods.levels.front().indexCount, mesh.indices.size());
    EXPECT_EQ(lods.levels.front().error, 0.0f);
    std::vector<glm::vec3> positions(mesh.vertices.size());
    for (std::size_t i = 0; i < positions.size(); ++i) positions[lods.vertexOrder[i]] = mesh.vertices[i].position;
    for (std::size_t k = 1; k < lods.levels.size(); ++k) {
        const auto& level = lods.levels[k];
        EXPECT_LT(level.indexCount, lods.levels[k - 1].indexCount);
        EXPECT_GE(level.error, lods.levels[k - 1].error);
        float farthest = 0;
        for (std::size_t i = level.firstIndex; i < level.firstIndex + level.indexCount; i += 3) {
            const auto centre =
                (positions[lods.indices[i]] + positions[lods.indices[i + 1]] + positions[lods.indices[i + 2]]) / 3.0f;
            farthest = std::max(farthest, std::abs(2 - glm::length(centre)));
        }
        EXPECT_LT(farthest, level.error * 3 + 0.002f) << "level " << k << " of " << level.indexCount / 3 << " triangles";
    }
}

TEST(LevelsOfDetail, AreTheSameEachTimeAndOnAnyThread) {
    scene::Scene s = ball(1, 48);
    for (std::uint32_t i = 0; i < 20; ++i) mesh(s, sphere(1, 12 + i));
    mesh(s, {});
    const auto all = buildLods(s);
    ASSERT_EQ(all.size(), s.meshes.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto one = buildLods(s.meshes[i]);
        EXPECT_EQ(one.indices, all[i].indices);
        EXPECT_EQ(one.vertexOrder, all[i].vertexOrder);
    }
}

TEST(LevelsOfDetail, SmallMeshesStayAsTheyAre) {
    EXPECT_EQ(buildLods(box(glm::vec3{1})).levels.size(), 1u);
}

class Detail : public RenderTest {};

TEST_F(Detail, IsFullNearAndFallsWithDistance) {
    const auto scene = ball(0.5f, 128);
    const PictureOptions options{.size = size, .quality = Quality::Low};
    const auto all = scene.triangles();
    const auto near = draw(scene, from(0.55), options).timings.back().drawnTriangles;
    const auto middle = draw(scene, from(5), options).timings.back().drawnTriangles;
    const auto far = draw(scene, from(40), options).timings.back().drawnTriangles;
    EXPECT_EQ(near, all);
    EXPECT_LT(middle, all / 4);
    EXPECT_LT(far, middle);
    EXPECT_GT(far, 0u);
    auto full = options;
    full.draw.pixelError = 0;
    EXPECT_EQ(draw(scene, from(40), full).timings.back().drawnTriangles, all);
}

TEST_F(Detail, LessOfItIsHardlySeen) {
    const auto scene = ball(0.5f, 128);
    PictureOptions options{.size = size, .draw = {.pixelError = 0.0f}};
    const auto full = draw(scene, from(2), options);
    options.draw.pixelError = 1.0f;
    const auto less = draw(scene, from(2), options);
    EXPECT_LT(less.timings.back().drawnTriangles, full.timings.back().drawnTriangles / 4);
    EXPECT_LT(meanDifference(full.pixels, less.pixels), 0.6);
}

TEST_F(Detail, ASimplifiedBallHasNoCracks) {
    // The model's seam, where its first and last column meet, must stay closed at any level.
    const auto scene = ball(0.5f, 96);
    PictureOptions options{.size = size, .quality = Quality::Low, .draw = {.ground = false, .pixelError = 3.0f}};
    options.draw.lighting.sunStrength = 0; // no highlight that could be taken for the sky
    for (const double angle : {0.0, 0.7, 1.6, 3.1}) {
        const View view = lookAt({2 * std::cos(angle), 0.4, 2 * std::sin(angle)}, {0, 0, 0}, 0.8, 4.0 / 3);
        const auto p = draw(scene, view, options).pixels;
        const double radius = 0.5 / 2.04 / std::tan(0.4) * 120;
        int holes = 0;
        for (std::uint32_t y = 0; y < size.height; ++y) {
            for (std::uint32_t x = 0; x < size.width; ++x) {
                const auto c = pixel(p, x, y);
                if (std::hypot(x - 159.5, y - 119.5) < radius - 5 && c.b >= c.r) ++holes; // the sky is bluish
            }
        }
        EXPECT_EQ(holes, 0) << "seen from " << angle;
    }
}

} // namespace
