#include "render_fixture.hpp"

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

/// Boxes, cylinders, metal spheres from mirror to matt, a pane of glass: what a machine is made of.
scene::Scene workshop() {
    scene::Scene s;
    const auto grey = material(s, {0.32f, 0.34f, 0.36f, 1}, 0, 0.45f);
    const auto white = material(s, {0.78f, 0.78f, 0.76f, 1}, 0, 0.5f);
    const auto dark = material(s, {0.05f, 0.055f, 0.06f, 1}, 0, 0.35f);
    const auto steel = material(s, {0.72f, 0.72f, 0.73f, 1}, 1, 0.28f);
    const auto blue = material(s, {0.05f, 0.16f, 0.36f, 1}, 0, 0.4f);
    const auto glass = material(s, {0.75f, 0.85f, 0.9f, 0.14f}, 0, 0.08f);
    const auto base = mesh(s, box({4.4f, 0.9f, 1.6f}));
    const auto cabinet = mesh(s, box({1.1f, 2.0f, 0.8f}));
    const auto plinth = mesh(s, box({4.6f, 0.12f, 1.8f}));
    const auto roller = mesh(s, cylinder(0.22f, 1.5f));
    const auto ball = mesh(s, sphere(0.28f));
    const auto pane = mesh(s, box({2.2f, 0.9f, 0.02f}));
    const auto post = mesh(s, box({0.06f, 1.9f, 0.06f}));
    place(s, plinth, dark, {0, 0.06f, 0});
    place(s, base, white, {0, 0.57f, 0});
    place(s, cabinet, grey, {-2.95f, 1.0f, -0.3f});
    place(s, cabinet, blue, {3.1f, 1.0f, -0.5f});
    for (int i = 0; i < 4; ++i) {
        const auto node = place(s, roller, steel, {-1.5f + static_cast<float>(i), 1.35f, 0});
        s.nodes[node].parentFromNode = glm::rotate(s.nodes[node].parentFromNode, glm::radians(90.0f), glm::vec3{1, 0, 0});
    }
    for (int i = 0; i < 5; ++i) {
        const auto metal = material(s, {0.90f, 0.88f, 0.84f, 1}, 1, 0.05f + 0.2f * static_cast<float>(i));
        place(s, ball, metal, {-1.6f + 0.8f * static_cast<float>(i), 0.28f, 1.7f});
    }
    for (const float x : {-1.1f, 1.1f}) place(s, post, dark, {x, 0.95f, 0.95f});
    place(s, pane, glass, {0, 1.4f, 0.95f});
    return s;
}

class Picture : public RenderTest {};

const View corner = lookAt({3.6, 2.6, 6.2}, {0.1, 0.75, 0.2}, 0.62, 16.0 / 9);

int spread(const gpu::Pixels& p, glm::ivec2 centre, int radius) {
    int low = 255, high = 0;
    for (int y = -radius; y <= radius; ++y) {
        for (int x = -radius; x <= radius; ++x) {
            const auto c = RenderTest::brightness(
                RenderTest::pixel(p, static_cast<std::uint32_t>(centre.x + x), static_cast<std::uint32_t>(centre.y + y)));
            low = std::min(low, c);
            high = std::max(high, c);
        }
    }
    return high - low;
}

TEST_F(Picture, AFittedViewShowsWhatIsSmallAsWhatIsLarge) {
    for (const float size : {1e-4f, 1e-2f, 1.0f, 100.0f}) {
        scene::Scene s;
        place(s, mesh(s, box(glm::vec3{size})), material(s, {0.7f, 0.02f, 0.02f, 1}), glm::vec3{0});
        PictureOptions options{.size = {320, 240}, .quality = Quality::Low};
        options.draw.ground = false;
        scene::Aabb bounds;
        bounds.include(glm::vec3{-size / 2});
        bounds.include(glm::vec3{size / 2});
        const double aspect = static_cast<double>(options.size.width) / options.size.height;
        const auto picture = draw(s, fitView(bounds, aspect), options);
        const auto middle = pixel(picture.pixels, options.size.width / 2, options.size.height / 2);
        EXPECT_GT(middle.r, 2 * middle.g) << size << " m";
    }
}

TEST_F(Picture, MetalReflectsSharplyWhenSmoothAndSoftlyWhenMatt) {
    const auto picture = draw(workshop(), corner, {});
    const glm::ivec2 smooth{276, 430}, matt{754, 545}; // the upper parts of the first and the last sphere
    EXPECT_GT(spread(picture.pixels, smooth, 18), spread(picture.pixels, matt, 18) + 30);
}

TEST_F(Picture, LowShowsTheSameThings) {
    const auto high = draw(workshop(), corner, {}).pixels;
    const auto low = draw(workshop(), corner, {.quality = Quality::Low, .frames = 3}).pixels;
    ASSERT_EQ(high.rgba.size(), low.rgba.size());
    double difference = 0;
    for (std::size_t i = 0; i < high.rgba.size(); ++i) difference += std::abs(int(high.rgba[i]) - int(low.rgba[i]));
    EXPECT_LT(difference / static_cast<double>(high.rgba.size()), 8) << "only soft shadows and edges may differ";
}

TEST_F(Picture, AStandingSceneDrawsItsShadowsOnce) {
    auto renderer = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer);
    const auto scene = workshop();
    ASSERT_TRUE((*renderer)->setScene(scene));
    auto nodes = rest(scene);
    const auto calls = [&] {
        auto picture = renderPicture(*device, **renderer, corner, nodes, {.size = {160, 90}, .quality = Quality::Low});
        EXPECT_TRUE(picture);
        return picture ? picture->timings.back().drawCalls : 0;
    };
    const auto first = calls();
    const auto standing = calls();
    EXPECT_LT(standing, first);
    nodes[0].worldFromNode[3].x += 0.5f;
    EXPECT_GE(calls(), first) << "what moved is drawn apart from what did not";
    EXPECT_EQ(calls(), standing);
}

TEST_F(Picture, ShadowsFollowWhatMoves) {
    const auto scene = workshop();
    for (const auto quality : {Quality::Low, Quality::High}) {
        auto renderer = Renderer::create(*device, {.quality = quality});
        ASSERT_TRUE(renderer);
        ASSERT_TRUE((*renderer)->setScene(scene));
        auto nodes = rest(scene);
        int frame = 0;
        const auto advance = [&]() -> Result<void> {
            ++frame;
            nodes[2].worldFromNode[3].x += 0.1f;                     // always
            if (frame % 3 == 0) nodes[3].worldFromNode[3].z += 0.2f; // now and then
            if (frame == 4) nodes[0].worldFromNode[3].y += 0.5f;     // once
            nodes[5].visible = frame != 5;
            return {};
        };
        const PictureOptions how{.size = {320, 180}, .quality = quality, .frames = 6, .beforeFrame = advance};
        const auto moved = renderPicture(*device, **renderer, corner, nodes, how);
        ASSERT_TRUE(moved);
        EXPECT_LT(moved->timings[4].drawCalls, moved->timings[1].drawCalls) << "what stands still is not drawn into the map again";
        const auto fresh = renderPicture(*device, scene, corner, nodes, {.size = {320, 180}, .quality = quality});
        ASSERT_TRUE(fresh);
        std::size_t different = 0;
        for (std::size_t i = 0; i < fresh->pixels.rgba.size(); ++i)
            different += std::abs(int(moved->pixels.rgba[i]) - int(fresh->pixels.rgba[i])) > 2;
        EXPECT_EQ(different, 0u) << "quality " << static_cast<int>(quality);
    }
}

/// A square of one metre that faces +Z, with an image or vertex colours.
scene::Scene panel() {
    scene::Scene s;
    auto square = box({2, 2, 0.02f});
    const auto m = material(s, {1, 1, 1, 1}, 0, 0.8f);
    place(s, mesh(s, square), m, {0, 1, 0});
    return s;
}

TEST_F(Picture, TexturesAreShown) {
    auto s = panel();
    scene::Image image{.name = "left red, right blue", .width = 32, .height = 16, .srgb = true, .pixels = {}};
    for (int i = 0; i < 32 * 16; ++i) {
        const bool left = i % 32 < 16;
        for (const int c : {left ? 200 : 10, 10, left ? 10 : 200, 255}) image.pixels.push_back(static_cast<std::uint8_t>(c));
    }
    s.images.push_back(image);
    s.materials[0].baseColourImage = 0;
    const View view = lookAt({0, 1, 4}, {0, 1, 0}, 0.8, 4.0 / 3);
    const auto p = draw(s, view, {.size = {320, 240}}).pixels;
    const auto a = pixel(p, 130, 120), b = pixel(p, 190, 120);
    EXPECT_GT(std::max(a.r, b.r), 100);
    EXPECT_GT(std::max(a.b, b.b), 100);
    EXPECT_GT(std::abs(a.r - b.r), 60) << "one half is red, the other blue";
}

TEST_F(Picture, VertexColoursAreShown) {
    auto s = panel();
    s.meshes[0].colours.assign(s.meshes[0].vertices.size(), {20, 180, 30, 255});
    const View view = lookAt({0, 1, 4}, {0, 1, 0}, 0.8, 4.0 / 3);
    const auto c = pixel(draw(s, view, {.size = {320, 240}}).pixels, 160, 120);
    EXPECT_GT(c.g, c.r + 60);
    EXPECT_GT(c.g, c.b + 60);
}

} // namespace
