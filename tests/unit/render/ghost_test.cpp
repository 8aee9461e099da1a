#include "render_fixture.hpp"

#include <cstdlib>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};
const View front = lookAt({0, 0.8, 4}, {0, 0.5, 0}, 0.8, 4.0 / 3);

class Ghosts : public RenderTest {};

bool red(glm::ivec3 c) {
    return c.r > 70 && 2 * c.r > 3 * c.g && 2 * c.r > 3 * c.b;
}

/// A red box behind a large white one.
scene::Scene redBehindWhite() {
    scene::Scene s;
    place(s, mesh(s, box(glm::vec3{0.5f})), material(s, {0.7f, 0.02f, 0.02f, 1}), {0, 0.5f, -0.5f});
    place(s, mesh(s, box({1.6f, 1.6f, 0.2f})), material(s, {0.8f, 0.8f, 0.8f, 1}), {0, 0.8f, 0.6f});
    return s;
}

TEST_F(Ghosts, AreSeenThroughAndYetSeen) {
    const auto scene = redBehindWhite();
    auto nodes = rest(scene);
    for (const auto quality : {Quality::Low, Quality::High}) {
        PictureOptions options{.size = size, .quality = quality};
        nodes[1] = rest(scene)[1];
        EXPECT_FALSE(red(pixel(draw(scene, front, options, nodes).pixels, 160, 115))) << describe(quality);
        nodes[1].visible = false;
        const auto without = draw(scene, front, options, nodes).pixels;
        nodes[1].visible = nodes[1].ghost = true;
        const auto through = draw(scene, front, options, nodes).pixels;
        EXPECT_TRUE(red(pixel(through, 160, 115))) << describe(quality);
        int changed = 0;
        for (std::size_t i = 0; i < through.rgba.size(); ++i) changed += std::abs(through.rgba[i] - without.rgba[i]) > 4;
        EXPECT_GT(changed, 300) << "its sides show " << describe(quality);
    }
}

TEST_F(Ghosts, ThrowNoShadowAndAreNotPicked) {
    const auto scene = redBehindWhite();
    auto renderer = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer && (*renderer)->setScene(scene));
    auto nodes = rest(scene);
    auto target = gpu::OffscreenTarget::create(*device, size, 1, "ghost");
    ASSERT_TRUE(target);
    const auto pickAt = [&](glm::ivec2 at) {
        auto frame = device->beginFrame();
        EXPECT_TRUE(frame && (*renderer)->draw(**frame, target->image(), {&front, 1}, nodes, {.pick = at}) &&
                    device->submit(**frame));
        device->waitIdle();
        return (*renderer)->takePick().value_or(Pick{});
    };
    EXPECT_EQ(pickAt({160, 115}).node, 1u);
    const auto before = target->read();
    nodes[1].ghost = true;
    EXPECT_EQ(pickAt({160, 115}).node, 0u);
    const auto after = target->read();
    ASSERT_TRUE(before && after);
    int brighter = 0; // right of the white box, where its shadow was
    for (std::uint32_t y = 0; y < size.height; ++y)
        for (std::uint32_t x = 232; x < size.width; ++x)
            brighter += brightness(pixel(*after, x, y)) > brightness(pixel(*before, x, y)) + 15;
    EXPECT_GT(brighter, 200);
}

} // namespace
