#include "render_fixture.hpp"

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};
const View front = lookAt({1.5, 1.6, 4}, {0, 0.5, 0}, 0.5, 4.0 / 3);

class Edges : public RenderTest {
protected:
    /// How much darker lines make each pixel.
    std::vector<int> lines(const scene::Scene& scene, Quality quality, const View& view = front, bool ground = false) {
        PictureOptions options{.size = size, .quality = quality};
        options.draw.ground = ground;
        const auto without = draw(scene, view, options).pixels;
        options.draw.edges = true;
        const auto with = draw(scene, view, options).pixels;
        std::vector<int> darker(std::size_t{size.width} * size.height);
        for (std::uint32_t y = 0; y < size.height; ++y)
            for (std::uint32_t x = 0; x < size.width; ++x)
                darker[y * size.width + x] = brightness(pixel(without, x, y)) - brightness(pixel(with, x, y));
        return darker;
    }
    static auto count(const std::vector<int>& darker, int than) {
        return std::ranges::count_if(darker, [than](int d) { return d > than; });
    }
};

scene::Scene white(scene::Mesh shape, glm::vec3 at = {0, 0.5f, 0}) {
    scene::Scene s;
    place(s, mesh(s, std::move(shape)), material(s, {0.8f, 0.8f, 0.8f, 1}), at);
    return s;
}

TEST_F(Edges, ABoxHasItsNineVisibleEdgesAndClearFaces) {
    for (const auto quality : {Quality::Low, Quality::Medium, Quality::High}) {
        const auto darker = lines(white(box(glm::vec3{1})), quality);
        // About 110 pixels an edge, thin.
        EXPECT_GT(count(darker, 40), 500) << describe(quality);
        EXPECT_LT(count(darker, 5), 3000) << describe(quality);
        EXPECT_LE(darker[120 * size.width + 130], 2) << "the middle of a face " << describe(quality);
        EXPECT_LE(darker[10 * size.width + 10], 2) << "the sky " << describe(quality);
    }
}

TEST_F(Edges, ASmoothSurfaceHasAnOutlineOnly) {
    for (const auto quality : {Quality::Low, Quality::High}) {
        const auto darker = lines(white(sphere(0.6f, 64)), quality);
        EXPECT_GT(count(darker, 40), 150) << describe(quality);
        int inside = 0;
        for (std::uint32_t y = 85; y < 155; ++y)
            for (std::uint32_t x = 125; x < 195; ++x) inside += darker[y * size.width + x] > 5;
        EXPECT_EQ(inside, 0) << describe(quality);
    }
}

TEST_F(Edges, TheFloorHasNone) {
    const auto darker = lines(white(box(glm::vec3{0.01f}), {0, -5, 0}), Quality::High, front, true);
    EXPECT_EQ(count(darker, 5), 0);
}

TEST_F(Edges, FadeWithDistance) {
    // The same picture of a box forty times as large and as far away, amid a plant of kilometres.
    auto near = white(box(glm::vec3{1})), far = white(box(glm::vec3{40}), {0, 20, 0});
    for (auto* s : {&near, &far})
        for (const float x : {-2000.0f, 2000.0f}) place(*s, mesh(*s, box(glm::vec3{0.1f})), 0, {x, 0, 0});
    const auto ofNear = count(lines(near, Quality::Low), 60);
    const auto ofFar = count(lines(far, Quality::Low, lookAt({60, 64, 160}, {0, 20, 0}, 0.5, 4.0 / 3)), 60);
    EXPECT_GT(ofNear, 300);
    EXPECT_LT(ofFar, ofNear / 10);
    // By itself it has them, however large.
    const auto whole = lines(white(box(glm::vec3{40}), {0, 20, 0}), Quality::Low, lookAt({60, 64, 160}, {0, 20, 0}, 0.5, 4.0 / 3));
    EXPECT_GT(count(whole, 60), 300);
}

TEST_F(Edges, WorkForTwoEyesAndLeaveTheOutlineOnTop) {
    auto scene = white(box(glm::vec3{1}));
    auto renderer = Renderer::create(*device, {.quality = Quality::High});
    ASSERT_TRUE(renderer && (*renderer)->setScene(scene));
    auto nodes = rest(scene);
    nodes[0].selected = true;
    auto eyes = gpu::OffscreenTarget::create(*device, size, 2, "eyes");
    ASSERT_TRUE(eyes);
    const std::array views{front, lookAt({1.6, 1.6, 4}, {0.1, 0.5, 0}, 0.5, 4.0 / 3)};
    auto frame = device->beginFrame();
    const DrawOptions options{.edges = true};
    ASSERT_TRUE(frame && (*renderer)->draw(**frame, eyes->image(), views, nodes, options) && device->submit(**frame));
    const auto p = eyes->read();
    ASSERT_TRUE(p);
    for (std::uint32_t layer = 0; layer < 2; ++layer) {
        int dark = 0, orange = 0;
        for (std::uint32_t y = 0; y < size.height; ++y)
            for (std::uint32_t x = 0; x < size.width; ++x) {
                const auto c = pixel(*p, x, y, layer);
                dark += brightness(c) < 70;
                orange += c.r > 180 && c.g > 80 && c.g < 190 && c.b < 90;
            }
        EXPECT_GT(dark, 100) << layer;
        EXPECT_GT(orange, 300) << layer;
    }
}

} // namespace
