#include "render_fixture.hpp"

#include <millwright/cad/cook.hpp>

#include <glm/gtc/matrix_transform.hpp>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};

class Culling : public RenderTest {
protected:
    void open(const scene::Scene& scene) {
        auto made = cad::cook(scene);
        ASSERT_TRUE(made) << made.error().text();
        cooked = std::move(*made);
        const auto geometry = cooked.geometry();
        for (auto* one : {&culls, &draws}) {
            auto renderer = Renderer::create(*device, {.quality = Quality::Low});
            ASSERT_TRUE(renderer) << renderer.error().text();
            *one = std::move(*renderer);
            ASSERT_TRUE((*one)->setScene(scene, {&geometry, 1}));
        }
    }
    Picture drawWith(Renderer& renderer, const View& view, std::span<const NodeState> nodes, Quality quality, bool occlusion) {
        PictureOptions options{.size = size, .quality = quality};
        options.draw.occlusionCulling = occlusion;
        auto picture = renderPicture(*device, renderer, view, nodes, options);
        EXPECT_TRUE(picture) << picture.error().text();
        return picture ? std::move(*picture) : Picture{};
    }
    /// Draws the same frame with a renderer that knows the frames before and leaves out what is hidden, and with one that draws
    /// all.
    std::uint64_t expectSame(const View& view, std::span<const NodeState> nodes, Quality quality = Quality::Low) {
        const auto culled = drawWith(*culls, view, nodes, quality, true);
        const auto whole = drawWith(*draws, view, nodes, quality, false);
        EXPECT_EQ(culled.pixels.rgba, whole.pixels.rgba) << "what is left out was seen";
        EXPECT_LE(culled.timings.back().drawnTriangles, whole.timings.back().drawnTriangles);
        keep(culled.pixels, testing::UnitTest::GetInstance()->current_test_info()->name());
        return culled.timings.back().drawnTriangles;
    }

    cad::Cooked cooked; ///< of what both draw
    std::unique_ptr<Renderer> culls;
    std::unique_ptr<Renderer> draws;
};

/// A wall, and behind it (towards -z) a crowd of balls.
struct WallScene {
    scene::Scene scene;
    std::uint32_t wall = 0;

    WallScene() {
        const auto grey = material(scene, {0.5f, 0.5f, 0.5f, 1}), red = material(scene, {0.8f, 0.05f, 0.05f, 1});
        wall = place(scene, mesh(scene, box({8, 6, 0.2f})), grey, {0, 3, 0});
        const auto ball = mesh(scene, sphere(0.3f, 32));
        for (int x = -3; x <= 3; ++x)
            for (int z = 1; z <= 4; ++z) place(scene, ball, red, {static_cast<float>(x), 1, static_cast<float>(-z)});
    }
};

const View beforeWall = lookAt({0, 1.5, 6}, {0, 1.5, 0}, 0.8, 4.0 / 3);

TEST_F(Culling, LeavesOutWhatIsBehindAWall) {
    const WallScene w;
    open(w.scene);
    const auto nodes = rest(w.scene);
    for (const auto quality : {Quality::Low, Quality::High}) {
        const auto first = expectSame(beforeWall, nodes, quality);
        const auto later = expectSame(beforeWall, nodes, quality);
        if (quality == Quality::Low) {
            EXPECT_GT(first, 1000u) << "nothing is known yet";
        }
        EXPECT_LT(later, 20u) << "the wall alone";
        (void)expectSame(lookAt({40, 1.5, 6}, {40, 1.5, 0}, 0.8, 4.0 / 3), nodes, quality); // forgets it
    }
}

TEST_F(Culling, WhatATurnBringsIntoViewWaitsForWhatIsLarge) {
    const WallScene w;
    open(w.scene);
    const auto nodes = rest(w.scene);
    const View far = lookAt({0, 1.5, 18}, {0, 1.5, 0}, 0.8, 4.0 / 3);          // the balls are small there
    (void)expectSame(lookAt({0, 1.5, 18}, {9, 1.5, 27}, 0.8, 4.0 / 3), nodes); // looks away
    (void)expectSame(lookAt({0, 1.5, 18}, {9, 1.5, 27}, 0.8, 4.0 / 3), nodes);
    EXPECT_LT(expectSame(far, nodes), 20u) << "the wall alone";
}

TEST_F(Culling, WhatComesIntoViewIsDrawnInTheSameFrame) {
    const WallScene w;
    open(w.scene);
    auto nodes = rest(w.scene);
    (void)expectSame(beforeWall, nodes);
    const auto hidden = expectSame(beforeWall, nodes);
    nodes[w.wall].visible = false;
    const auto opened = expectSame(beforeWall, nodes);
    EXPECT_GT(opened, hidden + 1000);
    nodes[w.wall].visible = true;
    (void)expectSame(beforeWall, nodes);
    nodes[w.wall].worldFromNode = glm::translate(glm::mat4{1}, {5, 3, 0}); // slides open
    (void)expectSame(beforeWall, nodes);
    nodes[5].worldFromNode = glm::translate(glm::mat4{1}, {-2, 1.5f, 1}); // a ball comes out
    (void)expectSame(beforeWall, nodes);
}

TEST_F(Culling, AWalkLooksTheSame) {
    const WallScene w;
    open(w.scene);
    const auto nodes = rest(w.scene);
    for (int step = 0; step < 24; ++step) { // around the wall's edge, in long steps, then a jump back
        const double angle = step * 0.2;
        const glm::dvec3 eye{6 * std::sin(angle), 1.2 + 0.05 * step, 6 * std::cos(angle)};
        (void)expectSame(lookAt(eye, {0, 1, -1}, 0.8, 4.0 / 3), nodes);
    }
    (void)expectSame(beforeWall, nodes);
    const View into = lookAt({0.4, 1.1, -0.6}, {0, 1, -3}, 1.2, 4.0 / 3); // between the balls
    (void)expectSame(into, nodes);
    (void)expectSame(into, nodes);
}

TEST_F(Culling, GlassBehindAWallIsMissedByNobody) {
    WallScene w;
    auto& s = w.scene;
    const auto pane = mesh(s, box({0.8f, 1.6f, 0.05f})), ball = mesh(s, sphere(0.4f, 16));
    for (int i = 0; i < 40; ++i) { // before it, behind it, over its edge and through it
        const auto glass = material(s, {0.2f + 0.02f * static_cast<float>(i), 0.6f, 0.9f, 0.4f});
        s.materials[glass].alphaMode = scene::AlphaMode::Blend;
        s.materials[glass].doubleSided = i % 3 == 0;
        place(s, i % 2 == 0 ? pane : ball, glass,
              {static_cast<float>(i % 10) - 4.5f, 1 + 0.9f * static_cast<float>(i / 10), 1.5f - 0.1f * static_cast<float>(i)});
    }
    open(s);
    auto nodes = rest(s);
    for (const auto quality : {Quality::Low, Quality::High}) {
        for (int step = 0; step < 8; ++step) {
            const double angle = step * 0.4 - 1.2;
            const glm::dvec3 eye{7 * std::sin(angle), 1.4, 7 * std::cos(angle)};
            (void)expectSame(lookAt(eye, {0, 1.5, 0}, 0.9, 4.0 / 3), nodes, quality);
        }
        (void)expectSame(beforeWall, nodes, quality);
        nodes[w.wall].visible = false;
        (void)expectSame(beforeWall, nodes, quality);
        nodes[w.wall].visible = true;
    }
}

TEST_F(Culling, SmallTrianglesMayNotOpenHoles) {
    // Far balls whose triangles are smaller than pixels: each pixel within must be covered, as by the modelled triangles.
    scene::Scene s;
    place(s, mesh(s, sphere(0.5f, 200)), material(s, {0.8f, 0.02f, 0.02f, 1}, 0, 1), {0, 0, 0});
    open(s);
    PictureOptions options{.size = size, .quality = Quality::Low, .draw = {.ground = false, .pixelError = 0.0f}};
    options.draw.lighting.sunStrength = 0;
    for (const double distance : {8.0, 8.013, 8.031}) {
        const auto p = renderPicture(*device, *culls, lookAt({0, 0, distance}, {0, 0, 0}, 0.8, 4.0 / 3), {}, options);
        ASSERT_TRUE(p);
        const double radius = 0.5 / distance / std::tan(0.4) * 120;
        int holes = 0;
        for (std::uint32_t y = 0; y < size.height; ++y) {
            for (std::uint32_t x = 0; x < size.width; ++x) {
                const auto c = pixel(p->pixels, x, y);
                if (std::hypot(x - 159.5, y - 119.5) < radius - 1.5 && c.b >= c.r) ++holes; // the sky is bluish
            }
        }
        EXPECT_EQ(holes, 0) << distance;
    }
}

TEST_F(Culling, MirroredThingsLookLikeMirroredMeshes) {
    scene::Scene mirrored, modelled;
    auto shape = cylinder(0.5f, 1);
    for (auto& v : shape.vertices) v.position.x += v.position.y * 0.8f; // leans to one side
    shape.bounds = {};
    for (const auto& v : shape.vertices) shape.bounds.include(v.position);
    auto other = shape;
    for (auto& v : other.vertices) v.position.x *= -1, v.normal.x *= -1;
    for (std::size_t i = 0; i < other.indices.size(); i += 3) std::swap(other.indices[i], other.indices[i + 1]);
    other.bounds = {};
    for (const auto& v : other.vertices) other.bounds.include(v.position);
    const auto node = place(mirrored, mesh(mirrored, shape), material(mirrored, {0.7f, 0.6f, 0.2f, 1}), {0, 1, 0});
    mirrored.nodes[node].parentFromNode = glm::scale(mirrored.nodes[node].parentFromNode, {-1, 1, 1});
    place(modelled, mesh(modelled, other), material(modelled, {0.7f, 0.6f, 0.2f, 1}), {0, 1, 0});
    const View view = lookAt({1, 2, 4}, {0, 1, 0}, 0.8, 4.0 / 3);
    for (const auto quality : {Quality::Low, Quality::High}) {
        const auto a = draw(mirrored, view, {.size = size, .quality = quality}).pixels;
        const auto b = draw(modelled, view, {.size = size, .quality = quality}).pixels;
        double sum = 0;
        for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(int(a.rgba[i]) - int(b.rgba[i]));
        EXPECT_LT(sum / static_cast<double>(a.rgba.size()), 0.05) << describe(quality);
    }
}

TEST_F(Culling, ListsGrowUntilAllIsDrawn) {
    // More triangles at full detail than there is room for at first.
    scene::Scene s;
    const auto ball = mesh(s, sphere(0.5f, 100));
    const auto grey = material(s, {0.6f, 0.6f, 0.6f, 1});
    for (int i = 0; i < 256; ++i) place(s, ball, grey, {static_cast<float>(i % 16), static_cast<float>(i / 16), 0});
    ASSERT_GT(s.triangles(), 4u << 20);
    auto renderer = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer);
    ASSERT_TRUE((*renderer)->setScene(s));
    PictureOptions options{
        .size = {64, 48}, .quality = Quality::Low, .draw = {.shadows = false, .pixelError = 0.0f, .occlusionCulling = false}};
    const auto picture = renderPicture(*device, **renderer, lookAt({8, 8, 30}, {8, 8, 0}, 0.8, 4.0 / 3), {}, options);
    ASSERT_TRUE(picture);
    EXPECT_TRUE(picture->timings.back().complete);
    EXPECT_EQ(picture->timings.back().drawnTriangles, s.triangles());
}

} // namespace
