#include "render_fixture.hpp"

#include <millwright/scene/solid.hpp>

#include <gmock/gmock.h>

#include <cstring>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};
constexpr glm::vec4 redPaint{0.7f, 0.02f, 0.02f, 1}, greenPaint{0.02f, 0.6f, 0.02f, 1};

/// Keeps what is behind z = 0: the cut faces the camera.
const SectionPlane halfway{{0, 0, 1}, 0};
const View front = lookAt({0, 0.5, 4}, {0, 0.5, 0}, 0.8, 4.0 / 3);

bool red(glm::ivec3 c) {
    return c.r > 70 && 2 * c.r > 3 * c.g && 2 * c.r > 3 * c.b;
}
bool green(glm::ivec3 c) {
    return c.g > 60 && 2 * c.g > 3 * c.r && 2 * c.g > 3 * c.b;
}

class Sections : public RenderTest {
protected:
    /// With what encloses a volume marked as such.
    gpu::Pixels drawCut(const scene::Scene& scene, std::vector<SectionPlane> sections, Quality quality, const View& view = front) {
        auto nodes = rest(scene);
        const auto solid = scene::solidNodes(scene);
        for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].solid = solid[i] != 0;
        PictureOptions options{.size = size, .quality = quality};
        options.draw.ground = false;
        options.draw.sections = std::move(sections);
        return draw(scene, view, options, nodes).pixels;
    }
};

/// A red box around a green one that touches nothing.
scene::Scene boxInHollow() {
    scene::Scene s;
    scene::Mesh hollow = box(glm::vec3{1});
    const scene::Mesh inner = box(glm::vec3{0.6f}); // turned inside out: walls 0.2 thick
    const auto first = static_cast<std::uint32_t>(hollow.vertices.size());
    hollow.vertices.insert(hollow.vertices.end(), inner.vertices.begin(), inner.vertices.end());
    for (std::size_t i = 0; i < inner.indices.size(); i += 3)
        for (const std::size_t k : {0, 2, 1}) hollow.indices.push_back(first + inner.indices[i + k]);
    for (std::size_t i = first; i < hollow.vertices.size(); ++i) hollow.vertices[i].normal = -hollow.vertices[i].normal;
    place(s, mesh(s, std::move(hollow)), material(s, redPaint), {0, 0.5f, 0});
    place(s, mesh(s, box(glm::vec3{0.3f})), material(s, greenPaint), {0, 0.5f, 0});
    return s;
}

TEST_F(Sections, FillSolidsAndLeaveHollowsOpen) {
    for (const auto quality : {Quality::Low, Quality::Medium, Quality::High}) {
        const auto p = drawCut(boxInHollow(), {halfway}, quality);
        // A metre at 4 m is 71 pixels: walls from 21 to 35 pixels off the middle, the green box up to 11.
        EXPECT_TRUE(green(pixel(p, 160, 120))) << describe(quality);
        EXPECT_TRUE(red(pixel(p, 160 + 28, 120))) << describe(quality);
        EXPECT_TRUE(red(pixel(p, 160, 120 - 28))) << describe(quality);
        // Between them one sees the hollow's far wall, lit otherwise than the cut.
        EXPECT_NE(pixel(p, 160 + 16, 120), pixel(p, 160 + 28, 120)) << describe(quality);
        EXPECT_FALSE(red(pixel(p, 160 + 44, 120))) << describe(quality);
    }
}

TEST_F(Sections, CapsLieInThePlaneWhateverTouchesTheSolidBehindIt) {
    // A green bolt fills a hole of a red plate exactly, and pierces a red block behind: the cut shows each where it is cut.
    scene::Scene s;
    const auto redMaterial = material(s, redPaint), greenMaterial = material(s, greenPaint);
    place(s, mesh(s, box({1, 1, 0.5f})), redMaterial, {0, 0.5f, -0.25f});
    place(s, mesh(s, box({0.5f, 0.5f, 1})), greenMaterial, {0, 0.5f, -0.9f}); // overlaps it from z = -0.4 on
    for (const auto quality : {Quality::Low, Quality::High}) {
        const auto p = drawCut(s, {{{0, 0, 1}, -0.2}}, quality);
        for (const std::uint32_t x : {135u, 160u, 185u}) EXPECT_TRUE(red(pixel(p, x, 120))) << x << " " << describe(quality);
    }
}

TEST_F(Sections, OpenSheetsStayOpen) {
    scene::Scene s;
    scene::Mesh open = box(glm::vec3{1});
    open.indices.resize(open.indices.size() - 6); // without its far wall, at z = ±0.5
    place(s, mesh(s, std::move(open)), material(s, redPaint), {0, 0.5f, 0});
    EXPECT_EQ(scene::solidNodes(s)[0], 0);
    place(s, mesh(s, box(glm::vec3{0.3f})), material(s, greenPaint), {0, 0.5f, -0.3f});
    // The green box stands inside, behind the cut: a cap would hide it.
    for (const auto quality : {Quality::Low, Quality::High})
        EXPECT_TRUE(green(pixel(drawCut(s, {halfway}, quality), 160, 120))) << describe(quality);
}

TEST_F(Sections, ThreePlanesCutOutACorner) {
    scene::Scene s;
    place(s, mesh(s, box(glm::vec3{1})), material(s, redPaint), {0, 0.5f, 0});
    const View corner = lookAt({3, 2.5, 3}, {0, 0.4, 0}, 0.5, 4.0 / 3);
    const std::vector<SectionPlane> planes{{{1, 0, 0}, 0}, {{0, 1, 0}, 0.5}, {{0, 0, 1}, 0}};
    const auto whole = drawCut(s, {}, Quality::High, corner), cut = drawCut(s, planes, Quality::High, corner);
    const auto count = [](const gpu::Pixels& p) {
        int sum = 0;
        for (std::uint32_t y = 0; y < size.height; ++y)
            for (std::uint32_t x = 0; x < size.width; ++x) sum += red(pixel(p, x, y));
        return sum;
    };
    // Half as large each way, and as whole: an eighth of the box, of a quarter of the picture's area.
    EXPECT_NEAR(count(cut), count(whole) / 4, count(whole) / 16);
}

TEST_F(Sections, MirroredSolidsAreFilledToo) {
    auto s = boxInHollow();
    for (auto& node : s.nodes) node.parentFromNode = node.parentFromNode * glm::scale(glm::mat4{1}, glm::vec3{-1, 1, 1});
    const auto p = drawCut(s, {halfway}, Quality::High);
    EXPECT_TRUE(green(pixel(p, 160, 120)));
    EXPECT_TRUE(red(pixel(p, 160 + 28, 120)));
}

TEST_F(Sections, WhatIsCutAwayThrowsNoShadowAndCannotBePicked) {
    const auto scene = boxInHollow();
    auto renderer = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer && (*renderer)->setScene(scene));
    auto nodes = rest(scene);
    for (auto& node : nodes) node.solid = true;
    auto target = gpu::OffscreenTarget::create(*device, size, 1, "pick");
    ASSERT_TRUE(target);
    const auto pickAt = [&](glm::ivec2 at, std::vector<SectionPlane> sections) {
        DrawOptions options{.sections = std::move(sections), .pick = at};
        auto frame = device->beginFrame();
        EXPECT_TRUE(frame && (*renderer)->draw(**frame, target->image(), {&front, 1}, nodes, options) && device->submit(**frame));
        device->waitIdle();
        return (*renderer)->takePick().value_or(Pick{});
    };
    const auto before = pickAt({160, 120}, {});
    EXPECT_EQ(before.node, 0u);
    EXPECT_NEAR(before.position.z, 0.5, 1e-3);
    const auto inner = pickAt({160, 120}, {halfway});
    EXPECT_EQ(inner.node, 1u) << "the green box's cap";
    EXPECT_NEAR(inner.position.z, 0, 1e-3) << "in the plane";
    const auto wall = pickAt({160 + 28, 120}, {halfway});
    EXPECT_EQ(wall.node, 0u);
    EXPECT_NEAR(wall.position.z, 0, 1e-3);
    const auto hollow = pickAt({160 + 16, 120}, {halfway});
    EXPECT_EQ(hollow.node, 0u);
    EXPECT_NEAR(hollow.position.z, -0.3, 1e-3) << "the hollow's far wall";
    EXPECT_EQ(pickAt({160, 120}, {{{0, 0, 1}, -2}}).node, scene::none) << "all is cut away, the floor is left";
}

TEST_F(Sections, AShadowIsThatOfWhatIsLeft) {
    scene::Scene s;
    place(s, mesh(s, box(glm::vec3{1})), material(s, redPaint), {0, 0.5f, 0});
    const View above = lookAt({0, 8, 0.01}, {0, 0, 0}, 0.6, 4.0 / 3);
    PictureOptions options{.size = size};
    options.draw.grid = false;
    const auto shadow = brightness(pixel(draw(s, above, options).pixels, 200, 86));
    options.draw.sections = {{{0, 1, 0}, 0.05}};
    EXPECT_GT(brightness(pixel(draw(s, above, options).pixels, 200, 86)), shadow + 20);
}

TEST_F(Sections, WhatIsWholeIsNotCut) {
    scene::Scene s;
    place(s, mesh(s, box(glm::vec3{1})), material(s, redPaint), {0, 0.5f, 0});
    const SectionPlane most{{0, 1, 0}, -1}; // nothing is left
    for (const auto quality : {Quality::Low, Quality::High}) {
        auto nodes = rest(s);
        PictureOptions options{.size = size, .quality = quality};
        options.draw.ground = false;
        options.draw.sections = {most};
        EXPECT_FALSE(red(pixel(draw(s, front, options, nodes).pixels, 160, 120))) << describe(quality);
        nodes.back().whole = true;
        EXPECT_TRUE(red(pixel(draw(s, front, options, nodes).pixels, 160, 120))) << describe(quality);
    }
}

TEST_F(Sections, OutlineFollowsTheCut) {
    scene::Scene s;
    place(s, mesh(s, box(glm::vec3{1})), material(s, redPaint), {0, 0.5f, 0});
    auto nodes = rest(s);
    nodes[0].selected = nodes[0].solid = true;
    PictureOptions options{.size = size};
    options.draw.sections = {{{0, 1, 0}, 0.5}};
    const auto p = draw(s, front, options, nodes).pixels;
    const auto orange = [](glm::ivec3 c) { return c.r > 180 && c.g > 80 && c.g < 190 && c.b < 90; };
    bool atCut = false, atOldTop = false;
    for (std::uint32_t y = 0; y < size.height; ++y)
        if (orange(pixel(p, 160, y))) (y < 90 ? atOldTop : y < 130 ? atCut : atCut) = true;
    EXPECT_TRUE(atCut);
    EXPECT_FALSE(atOldTop);
}

TEST_F(Sections, TwoEyesSeeTheSameCut) {
    const auto scene = boxInHollow();
    auto renderer = Renderer::create(*device, {.quality = Quality::High});
    ASSERT_TRUE(renderer && (*renderer)->setScene(scene));
    auto nodes = rest(scene);
    for (auto& node : nodes) node.solid = true;
    const std::array views{front, lookAt({0.4, 0.5, 4}, {0.4, 0.5, 0}, 0.8, 4.0 / 3)};
    auto eyes = gpu::OffscreenTarget::create(*device, size, 2, "eyes");
    ASSERT_TRUE(eyes);
    auto frame = device->beginFrame();
    const DrawOptions options{.sections = {halfway}};
    ASSERT_TRUE(frame && (*renderer)->draw(**frame, eyes->image(), views, nodes, options) && device->submit(**frame));
    const auto p = eyes->read();
    ASSERT_TRUE(p);
    keep(*p, "SectionEyes");
    EXPECT_TRUE(green(pixel(*p, 160, 120, 0)));
    EXPECT_TRUE(green(pixel(*p, 160 - 28, 120, 1)));
}

TEST_F(Sections, UnusablePlanesAreRefused) {
    const auto scene = boxInHollow();
    PictureOptions options{.size = size, .quality = Quality::Low};
    options.draw.sections.assign(4, halfway);
    const auto many = renderPicture(*device, scene, front, {}, options);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, ErrorCode::Invalid);
    options.draw.sections = {{{0, 0, 0}, 1}};
    EXPECT_FALSE(renderPicture(*device, scene, front, {}, options));
}

} // namespace
