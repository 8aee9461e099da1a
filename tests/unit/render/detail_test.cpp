#include "render_fixture.hpp"

#include <millwright/cad/cook.hpp>

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

class Detail : public RenderTest {
protected:
    Picture drawCooked(const scene::Scene& scene, const View& view, const PictureOptions& options) {
        const auto cooked = cad::cook(scene);
        if (!cooked) return ADD_FAILURE() << cooked.error().text(), Picture{};
        const auto geometry = cooked->geometry();
        auto renderer = Renderer::create(*device, {.quality = options.quality});
        if (!renderer) return ADD_FAILURE() << renderer.error().text(), Picture{};
        if (auto done = (*renderer)->setScene(scene, {&geometry, 1}); !done) return ADD_FAILURE() << done.error().text(), Picture{};
        auto picture = renderPicture(*device, **renderer, view, {}, options);
        if (!picture) return ADD_FAILURE() << picture.error().text(), Picture{};
        keep(picture->pixels, testing::UnitTest::GetInstance()->current_test_info()->name());
        return std::move(*picture);
    }
};

TEST_F(Detail, IsFullNearAndFallsWithDistance) {
    const auto scene = ball(0.5f, 128);
    const PictureOptions options{.size = size, .quality = Quality::Low};
    const auto all = scene.triangles();
    const auto near = drawCooked(scene, from(1.2), options).timings.back().drawnTriangles;
    const auto middle = drawCooked(scene, from(5), options).timings.back().drawnTriangles;
    const auto far = drawCooked(scene, from(40), options).timings.back().drawnTriangles;
    EXPECT_LE(near, all) << "what is turned away is left out";
    EXPECT_GT(near, middle);
    EXPECT_LT(middle, all / 4);
    EXPECT_LT(far, middle);
    EXPECT_GT(far, 0u);
    auto full = options;
    full.draw.pixelError = 0;
    EXPECT_GT(drawCooked(scene, from(40), full).timings.back().drawnTriangles, all / 2);
    EXPECT_EQ(draw(scene, from(40), full).timings.back().drawnTriangles, all) << "as modelled, where it is not cooked";
}

TEST_F(Detail, TurnedAwayAndHiddenBehindTheEyeIsNotDrawn) {
    const auto scene = ball(0.5f, 128);
    PictureOptions options{.size = size, .draw = {.pixelError = 0.0f}};
    const auto outside = drawCooked(scene, from(3), options).timings.back().drawnTriangles;
    EXPECT_LT(outside, scene.triangles() * 3 / 4);
    const auto full = draw(scene, from(3), options);
    const auto less = drawCooked(scene, from(3), options);
    EXPECT_LT(meanDifference(full.pixels, less.pixels), 0.05) << "and it is not missed";
}

TEST_F(Detail, CookedGeometryThatDoesNotFitIsAnError) {
    const auto scene = ball(0.5f, 32);
    auto cooked = cad::cook(scene);
    ASSERT_TRUE(cooked);
    auto renderer = Renderer::create(*device, {});
    ASSERT_TRUE(renderer);
    const auto refused = [&](const auto& spoil) {
        auto broken = *cooked;
        spoil(broken);
        const auto geometry = broken.geometry();
        const auto done = (*renderer)->setScene(scene, {&geometry, 1});
        return !done && done.error().code == ErrorCode::Invalid;
    };
    EXPECT_FALSE(refused([](cad::Cooked&) {}));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.meshes.push_back(c.meshes[0]); }));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.meshes[0].levelCount = 1000; }));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.levels[0].firstCluster = 0xFFFF'FFF0; }));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.clusters[0].firstVertex = 0xFFFF'FFF0; }));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.triangles[0] = 0xFFFF'FFFF; }));
    EXPECT_TRUE(refused([](cad::Cooked& c) { c.meshes[0].firstAttributes = 7; }));
}

TEST_F(Detail, LessOfItIsHardlySeen) {
    const auto scene = ball(0.5f, 128);
    PictureOptions options{.size = size, .draw = {.pixelError = 0.0f}};
    const auto full = drawCooked(scene, from(2), options);
    options.draw.pixelError = 1.0f;
    const auto less = drawCooked(scene, from(2), options);
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
        const auto p = drawCooked(scene, view, options).pixels;
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
