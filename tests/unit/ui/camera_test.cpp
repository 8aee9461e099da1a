#include <millwright/ui/camera.hpp>

#include <gtest/gtest.h>

#include <numbers>

namespace millwright::ui {
namespace {

constexpr glm::dvec2 viewport{1600, 900};

void expectNear(glm::dvec3 a, glm::dvec3 b, double tolerance) {
    EXPECT_LT(glm::distance(a, b), tolerance) << a.x << ' ' << a.y << ' ' << a.z;
}

TEST(Camera, LooksFromEyeToTarget) {
    const Camera camera = cameraLookingAt({4, 3, 12}, {1, 1, -2}, 0.8);
    expectNear(camera.eye(), {4, 3, 12}, 1e-9);
    expectNear(camera.target, {1, 1, -2}, 1e-9);
    EXPECT_NEAR(glm::dot(camera.up(), camera.forward()), 0, 1e-12);
    EXPECT_GT(camera.up().y, 0);
    const auto centre = projected(camera, camera.target, viewport);
    ASSERT_TRUE(centre);
    EXPECT_NEAR(centre->x, 800, 1e-6);
    EXPECT_NEAR(centre->y, 450, 1e-6);
}

TEST(Camera, StraightDownIsStillACamera) {
    const Camera camera = cameraLookingAt({0, 10, 0}, {0, 0, 0}, 0.8);
    EXPECT_NEAR(camera.eye().y, 10, 0.01);
    EXPECT_TRUE(std::isfinite(camera.yaw));
    const Camera same = cameraLookingAt({1, 1, 1}, {1, 1, 1}, 0.8);
    EXPECT_GT(same.distance, 0);
}

TEST(Camera, OrbitKeepsTargetAndDistanceAndNeverFlipsOver) {
    Camera camera = cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8);
    const double distance = glm::distance(camera.eye(), camera.target);
    for (int i = 0; i < 50; ++i) camera = orbited(camera, {130, 90}, viewport);
    expectNear(camera.target, {0, 1, 0}, 1e-9);
    EXPECT_NEAR(glm::distance(camera.eye(), camera.target), distance, 1e-9);
    EXPECT_GT(camera.up().y, 0);
    const Camera right = orbited(cameraLookingAt({0, 0, 10}, {0, 0, 0}, 0.8), {50, 0}, viewport);
    EXPECT_LT(right.eye().x, 0) << "dragging to the right turns the scene to the right";
}

TEST(Camera, PanKeepsThePointUnderTheCursor) {
    const Camera camera = cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8);
    const glm::dvec2 from{500, 300}, to{620, 250};
    const glm::dvec3 point = pointAtTargetDepth(camera, from, viewport);
    const auto after = projected(panned(camera, to - from, viewport), point, viewport);
    ASSERT_TRUE(after);
    EXPECT_NEAR(after->x, to.x, 1e-6);
    EXPECT_NEAR(after->y, to.y, 1e-6);
}

TEST(Camera, ZoomKeepsTheAnchorUnderTheCursorAndComesNearer) {
    const Camera camera = cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8);
    const glm::dvec3 anchor{2, 0.5, -1};
    const auto before = projected(camera, anchor, viewport);
    const Camera nearer = zoomed(camera, 5, anchor);
    const auto after = projected(nearer, anchor, viewport);
    ASSERT_TRUE(before && after);
    EXPECT_NEAR(glm::distance(*before, *after), 0, 1e-6);
    EXPECT_LT(glm::distance(nearer.eye(), anchor), 0.5 * glm::distance(camera.eye(), anchor));
    const Camera back = zoomed(nearer, -5, anchor);
    expectNear(back.eye(), camera.eye(), 1e-9);
    EXPECT_GT(zoomed(camera, 500, anchor).distance, 0) << "never through the anchor";
}

TEST(Camera, LookTurnsTheHeadInPlace) {
    const Camera camera = cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8);
    const Camera turned = looked(camera, {200, -40}, viewport);
    expectNear(turned.eye(), camera.eye(), 1e-9);
    EXPECT_GT(glm::distance(turned.forward(), camera.forward()), 0.05);
}

TEST(Camera, WalkStaysOnTheLevelEvenLookingDown) {
    const Camera camera = standing(cameraLookingAt({0, 8, 10}, {0, 0, 0}, 0.8), 0);
    EXPECT_NEAR(camera.eye().y, 1.7, 1e-9);
    const Camera ahead = walked(camera, {0, 0, 2});
    expectNear(ahead.eye() - camera.eye(), {0, 0, -2}, 1e-9);
    expectNear(walked(camera, {1, 0, 0}).eye() - camera.eye(), {1, 0, 0}, 1e-9);
}

TEST(Camera, FitShowsTheWholeBoxAndNotMuchMore) {
    scene::Aabb box;
    box.include(glm::vec3{-30, 0, -2});
    box.include(glm::vec3{30, 7, 2});
    for (const double aspect : {0.5, 1.0, 2.2}) {
        const glm::dvec2 size{900 * aspect, 900};
        const Camera camera = fitted(cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8), box, aspect);
        double widest = 0;
        for (int corner = 0; corner < 8; ++corner) {
            const auto at = projected(camera, {(corner & 1) ? 30 : -30, (corner & 2) ? 7 : 0, (corner & 4) ? 2 : -2}, size);
            ASSERT_TRUE(at);
            EXPECT_GE(at->x, 0);
            EXPECT_LE(at->x, size.x);
            EXPECT_GE(at->y, 0);
            EXPECT_LE(at->y, size.y);
            widest = std::max({widest, std::abs(at->x / size.x - 0.5), std::abs(at->y / size.y - 0.5)});
        }
        EXPECT_GT(widest, 0.4) << "fills the picture";
    }
    const Camera before;
    EXPECT_EQ(fitted(before, {}, 1).distance, before.distance);
}

TEST(Camera, ARayThroughAPixelHitsWhatIsDrawnThere) {
    const Camera camera = cameraLookingAt({4, 3, 12}, {0, 1, 0}, 0.8);
    const glm::dvec2 pixel{1234, 222};
    const auto back = projected(camera, camera.eye() + rayThrough(camera, pixel, viewport) * 7.0, viewport);
    ASSERT_TRUE(back);
    EXPECT_NEAR(glm::distance(*back, pixel), 0, 1e-6);
    EXPECT_FALSE(projected(camera, camera.eye() - camera.forward(), viewport)) << "behind the eye";
}

TEST(Flight, StartsAndEndsExactlyAndGoesTheShortWayRound) {
    Camera from = cameraLookingAt({0, 0, 10}, {0, 0, 0}, 0.8), to = from;
    from.yaw = 3.0;
    to.yaw = -3.0;
    to.target = {100, 0, 0};
    to.distance = 1;
    Flight flight{from, to, 1.0};
    const Camera first = flight.advance(0.01);
    EXPECT_NEAR(first.target.x, 0, 0.01);
    const Camera middle = flight.advance(0.49);
    EXPECT_NEAR(std::abs(middle.yaw), std::numbers::pi, 1e-6);
    EXPECT_NEAR(middle.target.x, 50, 1e-6);
    const Camera last = flight.advance(0.6);
    EXPECT_EQ(last.target, to.target);
    EXPECT_EQ(last.yaw, to.yaw);
    EXPECT_FALSE(flight.active());
}

TEST(Camera, ANarrowPictureStillShowsTheSidesOfItsFrame) {
    constexpr double fov = 0.8, frame = 16.0 / 9;
    const double halfWidth = std::tan(fov / 2) * frame;
    for (const double aspect : {0.3, 1.0, 1.12, 1.7}) {
        const double shown = framingFov(fov, aspect);
        EXPECT_NEAR(std::tan(shown / 2) * aspect, halfWidth, 1e-12) << "the sides are just in, at aspect " << aspect;
        EXPECT_GT(shown, fov);
    }
    for (const double aspect : {frame, 2.0, 4.0}) EXPECT_EQ(framingFov(fov, aspect), fov) << "wider pictures only gain";
    const Camera camera = cameraLookingAt({0, 1, 5}, {0, 1, 0}, fov);
    const auto corner = projected(framed(camera, 1), {5 * halfWidth, 1, 0}, {600, 600});
    ASSERT_TRUE(corner);
    EXPECT_NEAR(corner->x, 600, 1e-6);
}

} // namespace
} // namespace millwright::ui
