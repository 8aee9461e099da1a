#include "render_fixture.hpp"

#include <functional>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 180};

/// A floor with posts and boxes on it, larger than any shadow map reaches.
scene::Scene yard() {
    scene::Scene s;
    const auto grey = material(s, {0.6f, 0.6f, 0.6f, 1}), red = material(s, {0.7f, 0.1f, 0.1f, 1});
    place(s, mesh(s, box({400, 0.2f, 400})), grey, {0, -0.1f, 0});
    for (int x = -12; x <= 12; ++x) { // each a mesh, and so a draw, of its own
        for (int z = -12; z <= 12; ++z) {
            const auto shape = mesh(s, (x + z) % 3 == 0 ? box({2, 1.5f, 3}) : box({0.4f, 5, 0.4f}));
            place(s, shape, red, {8.0f * static_cast<float>(x), 0.75f, 8.0f * static_cast<float>(z)});
        }
    }
    return s;
}

View from(double x, double z, double turn) {
    const glm::dvec3 eye{x, 3, z};
    return lookAt(eye, eye + glm::dvec3{std::sin(turn), -0.25, -std::cos(turn)}, 0.9, 16.0 / 9);
}

/// Walks, and compares each frame with that of a renderer that has seen nothing before.
class Shadows : public RenderTest {
protected:
    void walk(Quality quality, std::span<const View> views, std::vector<NodeState> nodes, const std::function<void(int)>& change,
              const DrawOptions& options = {}) {
        auto walks = Renderer::create(*device, {.quality = quality});
        ASSERT_TRUE(walks);
        ASSERT_TRUE((*walks)->setScene(scene));
        const PictureOptions how{.size = size, .quality = quality, .draw = options};
        moving = &nodes;
        for (int i = 0; i < static_cast<int>(views.size()); ++i) {
            if (change) change(i);
            const auto walked = renderPicture(*device, **walks, views[i], nodes, how);
            auto afresh = Renderer::create(*device, {.quality = quality});
            ASSERT_TRUE(afresh);
            ASSERT_TRUE((*afresh)->setScene(scene));
            const auto fresh = renderPicture(*device, **afresh, views[i], nodes, how);
            ASSERT_TRUE(walked && fresh);
            keep(walked->pixels, std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + std::to_string(i));
            std::size_t different = 0;
            for (std::size_t p = 0; p < fresh->pixels.rgba.size(); ++p)
                different += std::abs(int(walked->pixels.rgba[p]) - int(fresh->pixels.rgba[p])) > 2;
            // A map is drawn relative to the eye that it was drawn for: a texel's edge may be rounded to the other side.
            EXPECT_LE(different, fresh->pixels.rgba.size() / 20'000) << "frame " << i << ", " << describe(quality);
            calls.push_back({walked->timings.back().drawCalls, fresh->timings.back().drawCalls});
        }
    }

    scene::Scene scene = yard();
    std::vector<NodeState>* moving = nullptr;                   ///< of the walk
    std::vector<std::pair<std::uint32_t, std::uint32_t>> calls; ///< of each frame, and of the same afresh
};

/// Along both axes and back, turning, standing, with a jump.
const std::vector<View> way{from(0, 0, 0),    from(0, -11, 0.1), from(14, -18, 0.6), from(1, -1, 3.1),
                            from(1, -1, 3.1), from(70, 60, 4.0), from(64, 66, 4.1)};

TEST_F(Shadows, ASquareThatMovesKeepsWhatItShowed) {
    for (const auto quality : {Quality::Low, Quality::High}) {
        calls.clear();
        walk(quality, way, rest(scene), {});
        std::size_t fewer = 0;
        for (const auto& [walked, fresh] : calls) fewer += walked < fresh;
        EXPECT_GE(fewer, 5u) << "only strips of the maps are drawn, " << describe(quality);
    }
}

TEST_F(Shadows, WhatMovesComesOverASquareThatMoves) {
    walk(Quality::Low, way, rest(scene), [&](int i) {
        (*moving)[300].worldFromNode[3].x += 0.7f;             // always
        if (i == 2) (*moving)[310].worldFromNode[3].z += 2.0f; // once
        (*moving)[320].visible = i != 3;
    });
}

TEST_F(Shadows, WhatIsCutThrowsItsShadowIntoNewStripsToo) {
    DrawOptions options;
    options.sections = {{.normal = {0, 1, 0}, .offset = 2.0}};
    walk(Quality::Low, way, rest(scene), {}, options);
}

TEST_F(Shadows, WhatMovedInFramesWithoutShadowsThrowsItsOwnAfterwards) {
    auto nodes = rest(scene);
    const View view = from(0, -4, 0);
    auto renderer = Renderer::create(*device, {.quality = Quality::Low}),
         other = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer && other && (*renderer)->setScene(scene) && (*other)->setScene(scene));
    const PictureOptions lit{.size = size, .quality = Quality::Low},
        unlit{.size = size, .quality = Quality::Low, .draw = {.shadows = false}};
    ASSERT_TRUE(renderPicture(*device, **renderer, view, nodes, lit));
    nodes.back().worldFromNode[3].x += 1; // from now on there is a map of what does not move
    ASSERT_TRUE(renderPicture(*device, **renderer, view, nodes, lit));
    for (auto& node : std::span{nodes}.subspan(1)) node.worldFromNode[3] += glm::vec4{1.5f, 0.5f, 0, 0};
    ASSERT_TRUE(renderPicture(*device, **renderer, view, nodes, unlit));
    const auto again = renderPicture(*device, **renderer, view, nodes, lit),
               fresh = renderPicture(*device, **other, view, nodes, lit);
    ASSERT_TRUE(again && fresh);
    EXPECT_EQ(again->pixels.rgba, fresh->pixels.rgba);
}

} // namespace
