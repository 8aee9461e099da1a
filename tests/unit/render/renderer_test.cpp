#include "render_fixture.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/gpu/pipeline.hpp>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};
constexpr double aspect = 4.0 / 3;

/// A one-metre cube of one colour, standing on the floor at the origin.
scene::Scene cubeScene(glm::vec4 colour) {
    scene::Scene s;
    const auto m = material(s, colour);
    place(s, mesh(s, box(glm::vec3{1})), m, {0, 0.5f, 0});
    return s;
}

const View front = lookAt({0, 1.2, 4}, {0, 0.5, 0}, 0.8, aspect);
const PictureOptions plain{.size = size};

bool red(glm::ivec3 c) {
    return c.r > 90 && c.r > 2 * c.g && c.r > 2 * c.b;
}

class Rendering : public RenderTest {};

TEST_F(Rendering, RedCubeIsRedAndInTheMiddle) {
    for (const auto quality : {Quality::Low, Quality::Medium, Quality::High}) {
        const auto p = draw(cubeScene({0.8f, 0.02f, 0.02f, 1}), front, {.size = size, .quality = quality}).pixels;
        ASSERT_FALSE(p.rgba.empty());
        EXPECT_TRUE(red(pixel(p, 160, 120))) << describe(quality);
        EXPECT_FALSE(red(pixel(p, 20, 120)));
        EXPECT_FALSE(red(pixel(p, 300, 120)));
        EXPECT_FALSE(red(pixel(p, 160, 10))) << "the sky";
        EXPECT_GT(brightness(pixel(p, 160, 10)), 150) << "the sky is light";
    }
}

TEST_F(Rendering, StopsBetweenTwoFramesWhenAsked) {
    std::stop_source source;
    std::uint32_t drawn = 0;
    PictureOptions options{.size = {64, 48}, .quality = Quality::Low};
    options.frames = 1000;
    options.progress.stop = source.get_token();
    options.progress.report = [&](double, std::string_view) {
        if (++drawn == 3) source.request_stop();
    };
    const auto picture = renderPicture(*device, cubeScene({1, 1, 1, 1}), front, {}, options);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(drawn, 3u);
}

TEST_F(Rendering, FloorInShadowIsDarkerThanLitFloor) {
    const auto scene = cubeScene({0.6f, 0.6f, 0.6f, 1});
    const View above = lookAt({0, 8, 0.01}, {0, 0, 0}, 0.6, aspect);
    PictureOptions options{.size = size};
    options.draw.grid = false;
    // The sun is at the left and in front: the shadow lies to the right and behind, upper right in this view.
    const auto lit = pixel(draw(scene, above, options).pixels, 90, 200);
    const auto shadow = pixel(draw(scene, above, options).pixels, 200, 86);
    EXPECT_LT(brightness(shadow), brightness(lit) - 25);
    options.draw.shadows = false;
    const auto without = pixel(draw(scene, above, options).pixels, 200, 86);
    EXPECT_GT(brightness(without), brightness(shadow) + 20);
}

TEST_F(Rendering, CornersAreDarkerWithAmbientOcclusion) {
    const auto scene = cubeScene({0.7f, 0.7f, 0.7f, 1});
    PictureOptions options{.size = size};
    options.draw.shadows = false;
    options.draw.grid = false;
    const auto high = draw(scene, front, options).pixels;
    // The floor right in front of the cube, and far from it.
    int near = 255;
    for (std::uint32_t y = 120; y < 200; ++y) near = std::min(near, brightness(pixel(high, 160, y)));
    EXPECT_LT(near, brightness(pixel(high, 30, 190)) - 10);
}

TEST_F(Rendering, MultisamplingSmoothsEdges) {
    auto scene = cubeScene({0.01f, 0.01f, 0.01f, 1});
    scene.nodes[0].parentFromNode = glm::rotate(scene.nodes[0].parentFromNode, 0.2f, glm::vec3{0, 0, 1});
    PictureOptions options{.size = size};
    options.draw.ground = false;
    const auto between = [&](Quality quality) {
        options.quality = quality;
        const auto p = draw(scene, front, options).pixels;
        int count = 0;
        for (std::uint32_t y = 60; y < 180; ++y) {
            for (std::uint32_t x = 60; x < 260; ++x) {
                const int b = brightness(pixel(p, x, y));
                count += b > 90 && b < 180;
            }
        }
        return count;
    };
    EXPECT_GT(between(Quality::High), between(Quality::Low) + 60);
}

TEST_F(Rendering, TintRecolours) {
    const auto scene = cubeScene({0.5f, 0.5f, 0.5f, 1});
    auto nodes = rest(scene);
    EXPECT_FALSE(red(pixel(draw(scene, front, plain, nodes).pixels, 160, 120)));
    nodes[0].tint = {0.8f, 0.01f, 0.01f, 1};
    EXPECT_TRUE(red(pixel(draw(scene, front, plain, nodes).pixels, 160, 120)));
}

TEST_F(Rendering, FillPlaneCutsWhatIsAbove) {
    const auto scene = cubeScene({0.8f, 0.02f, 0.02f, 1});
    auto nodes = rest(scene);
    nodes[0].fillPlane = {0, -1, 0, 0.4f}; // keeps y <= 0.4
    const auto p = draw(scene, front, plain, nodes).pixels;
    EXPECT_FALSE(red(pixel(p, 160, 85)));
    EXPECT_TRUE(red(pixel(p, 160, 145)));
}

TEST_F(Rendering, HiddenNodesAreNotDrawn) {
    const auto scene = cubeScene({0.8f, 0.02f, 0.02f, 1});
    auto nodes = rest(scene);
    nodes[0].visible = false;
    EXPECT_FALSE(red(pixel(draw(scene, front, plain, nodes).pixels, 160, 120)));
}

TEST_F(Rendering, GlassShowsWhatIsBehindIt) {
    auto scene = cubeScene({0.8f, 0.02f, 0.02f, 1});
    const auto glass = material(scene, {0.8f, 0.9f, 0.9f, 0.2f}, 0, 0.05f);
    place(scene, mesh(scene, box({3, 3, 0.02f})), glass, {0, 1.5f, 1.5f});
    const auto clear = pixel(draw(cubeScene({0.8f, 0.02f, 0.02f, 1}), front, plain).pixels, 160, 120);
    const auto through = pixel(draw(scene, front, plain).pixels, 160, 120);
    EXPECT_GT(through.r, through.g + 40) << "still red";
    EXPECT_NE(through, clear) << "and yet not untouched";
}

TEST_F(Rendering, SelectionIsOutlined) {
    const auto scene = cubeScene({0.5f, 0.5f, 0.5f, 1});
    auto nodes = rest(scene);
    const auto countOrange = [&](const gpu::Pixels& p) {
        int count = 0;
        for (std::uint32_t y = 0; y < size.height; ++y) {
            for (std::uint32_t x = 0; x < size.width; ++x) {
                const auto c = pixel(p, x, y);
                count += c.r > 180 && c.g > 80 && c.g < 190 && c.b < 90;
            }
        }
        return count;
    };
    EXPECT_EQ(countOrange(draw(scene, front, plain, nodes).pixels), 0);
    nodes[0].selected = true;
    for (const auto quality : {Quality::Low, Quality::High}) {
        const auto p = draw(scene, front, {.size = size, .quality = quality}, nodes).pixels;
        EXPECT_GT(countOrange(p), 200) << "a line around a cube of some 80 pixels a side";
        EXPECT_LT(countOrange(p), 3000) << "not all over it";
    }
}

TEST_F(Rendering, TwoViewsDifferByParallaxAndOneViewIsTheSameAsEither) {
    auto scene = cubeScene({0.8f, 0.02f, 0.02f, 1});
    auto renderer = Renderer::create(*device, {.quality = Quality::High});
    ASSERT_TRUE(renderer) << renderer.error().text();
    ASSERT_TRUE((*renderer)->setScene(scene));
    const std::array views{lookAt({-0.2, 1.2, 4}, {-0.2, 0.5, 0}, 0.8, aspect), lookAt({0.2, 1.2, 4}, {0.2, 0.5, 0}, 0.8, aspect)};
    auto both = gpu::OffscreenTarget::create(*device, size, 2, "eyes");
    auto one = gpu::OffscreenTarget::create(*device, size, 1, "eye");
    ASSERT_TRUE(both && one);
    const auto drawTo = [&](gpu::OffscreenTarget& target, std::span<const View> v) {
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame);
        auto drawn = (*renderer)->draw(**frame, target.image(), v, {});
        EXPECT_TRUE(drawn) << drawn.error().text();
        ASSERT_TRUE(device->submit(**frame));
    };
    drawTo(*both, views);
    drawTo(*one, std::span{views}.subspan(1));
    const auto eyes = both->read();
    const auto eye = one->read();
    ASSERT_TRUE(eyes && eye);
    keep(*eyes, "TwoViews");
    const auto middle = [&](std::uint32_t layer) {
        double sum = 0, count = 0;
        for (std::uint32_t x = 0; x < size.width; ++x) {
            if (red(pixel(*eyes, x, 120, layer))) sum += x, ++count;
        }
        return sum / std::max(count, 1.0);
    };
    // 0.4 m between the eyes, 3.5 m away, 240 pixels high for 0.8 rad.
    EXPECT_NEAR(middle(0) - middle(1), 0.4 / 3.6 * 120 / std::tan(0.4), 3);
    const std::size_t layer = eye->rgba.size();
    double difference = 0;
    for (std::size_t i = 0; i < layer; ++i) difference += std::abs(int(eyes->rgba[layer + i]) - int(eye->rgba[i]));
    EXPECT_LT(difference / static_cast<double>(layer), 0.05);
}

TEST_F(Rendering, DepthForTheHeadsetIsNearOverDistance) {
    auto renderer = Renderer::create(*device, {.quality = Quality::High});
    ASSERT_TRUE(renderer);
    ASSERT_TRUE((*renderer)->setScene(cubeScene({0.5f, 0.5f, 0.5f, 1})));
    auto image = gpu::Image::create(*device,
                                    {.format = VK_FORMAT_D32_SFLOAT,
                                     .extent = size,
                                     .usage = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
                                    "headset depth");
    auto colour = gpu::OffscreenTarget::create(*device, size, 1, "eye");
    auto back = gpu::Buffer::create(*device, std::size_t{4} * size.width * size.height, gpu::BufferUse::Readback, "depth");
    ASSERT_TRUE(image && colour && back);
    auto depth = gpu::ExternalTarget::create(*device, image->handle(), VK_FORMAT_D32_SFLOAT, size, 1,
                                             VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, "headset depth");
    ASSERT_TRUE(depth);
    auto frame = device->beginFrame();
    ASSERT_TRUE(frame);
    ASSERT_TRUE((*renderer)->draw(**frame, colour->image(), {&front, 1}, {}, {}, &depth->image()));
    const VkBufferImageCopy copy{.imageSubresource = {VK_IMAGE_ASPECT_DEPTH_BIT, 0, 0, 1},
                                 .imageExtent = {size.width, size.height, 1}};
    vkCmdCopyImageToBuffer(gpu::commandBuffer(**frame), image->handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, back->handle(), 1,
                           &copy);
    ASSERT_TRUE(device->submit(**frame));
    device->waitIdle();
    back->invalidate();
    std::vector<float> values(std::size_t{size.width} * size.height);
    std::memcpy(values.data(), back->mapped().data(), values.size() * 4);
    EXPECT_EQ(values[5 * size.width + 160], 0.0f) << "sky is infinitely far";
    EXPECT_NEAR(0.05f / values[120 * size.width + 160], 3.5f, 0.2f) << "the cube's front face";
}

TEST_F(Rendering, PickingTellsTheNodeAndWhereItWasHit) {
    auto scene = cubeScene({0.5f, 0.5f, 0.5f, 1});
    place(scene, 0, 0, {1.5f, 0.5f, 0});
    auto renderer = Renderer::create(*device, {.quality = Quality::Low});
    ASSERT_TRUE(renderer);
    ASSERT_TRUE((*renderer)->setScene(scene));
    auto target = gpu::OffscreenTarget::create(*device, size, 1, "viewport");
    ASSERT_TRUE(target);
    const auto ask = [&](glm::ivec2 at) {
        auto frame = device->beginFrame();
        EXPECT_TRUE(frame);
        DrawOptions options;
        options.pick = at;
        EXPECT_TRUE((*renderer)->draw(**frame, target->image(), {&front, 1}, {}, options));
        EXPECT_TRUE(device->submit(**frame));
        device->waitIdle();
        auto pick = (*renderer)->takePick();
        EXPECT_TRUE(pick);
        EXPECT_FALSE((*renderer)->takePick()) << "an answer is given once";
        return pick.value_or(Pick{});
    };
    const auto cube = ask({160, 125});
    EXPECT_EQ(cube.node, 0u);
    EXPECT_NEAR(cube.position.z, 0.5, 0.01) << "its front face";
    EXPECT_EQ(ask({270, 125}).node, 1u);
    const auto floor = ask({160, 230});
    EXPECT_TRUE(floor.hit);
    EXPECT_EQ(floor.node, scene::none);
    EXPECT_NEAR(floor.position.y, 0, 1e-6);
    EXPECT_GT(floor.position.z, 0.5);
    const auto sky = ask({160, 5});
    EXPECT_FALSE(sky.hit);
    EXPECT_EQ(sky.node, scene::none);
}

TEST_F(Rendering, AMillionMetresAwayLooksTheSame) {
    const auto scene = cubeScene({0.8f, 0.4f, 0.1f, 1});
    const auto here = draw(scene, front, plain).pixels;
    auto nodes = rest(scene);
    const glm::dvec3 offset{1'000'000, 0, -1'000'000};
    nodes[0].worldFromNode[3] += glm::vec4{glm::vec3{offset}, 0};
    View view = front;
    view.eye += offset;
    const auto there = draw(scene, view, plain, nodes).pixels;
    ASSERT_EQ(here.rgba.size(), there.rgba.size());
    double difference = 0;
    for (std::size_t i = 0; i < here.rgba.size(); ++i) difference += std::abs(int(here.rgba[i]) - int(there.rgba[i]));
    EXPECT_LT(difference / static_cast<double>(here.rgba.size()), 0.2);
}

TEST_F(Rendering, SmallAndUnseenThingsAreNotDrawn) {
    auto scene = cubeScene({0.5f, 0.5f, 0.5f, 1});
    const auto screw = mesh(scene, box(glm::vec3{0.001f}));
    for (int i = 0; i < 50; ++i) place(scene, screw, 0, {0.05f * static_cast<float>(i), 1.2f, 0});
    place(scene, 0, 0, {0, 0.5f, 50}); // behind the eye
    const auto timings = draw(scene, front, plain).timings.back();
    EXPECT_EQ(timings.sceneTriangles, 12u * 52);
    EXPECT_EQ(timings.drawnTriangles, 12u);
}

TEST_F(Rendering, SharedMeshesAreStoredAndDrawnOnce) {
    scene::Scene one = cubeScene({0.5f, 0.5f, 0.5f, 1});
    one.meshes[0] = sphere(0.3f, 128);
    auto many = one;
    for (int i = 0; i < 200; ++i) place(many, 0, 0, {0.02f * static_cast<float>(i % 20), 0.02f * static_cast<float>(i / 20), 0});
    auto renderer = Renderer::create(*device);
    ASSERT_TRUE(renderer);
    ASSERT_TRUE((*renderer)->setScene(one));
    device->waitIdle();
    const auto bytes = device->allocatedBytes();
    ASSERT_TRUE((*renderer)->setScene(many));
    device->waitIdle();
    EXPECT_EQ(device->allocatedBytes(), bytes);
    auto picture = renderPicture(*device, **renderer, front, {}, {.size = {64, 48}, .quality = Quality::Low});
    ASSERT_TRUE(picture);
    EXPECT_LE(picture->timings.back().drawCalls, 2u) << "one for the picture, one for the shadow";
}

TEST_F(Rendering, ResizingAndDroppingLeavesNothingBehind) {
    device->waitIdle();
    const auto live = device->liveAllocations();
    {
        auto renderer = Renderer::create(*device, {.quality = Quality::Medium});
        ASSERT_TRUE(renderer);
        ASSERT_TRUE((*renderer)->setScene(cubeScene({0.8f, 0.02f, 0.02f, 1})));
        auto target = gpu::OffscreenTarget::create(*device, {40, 30}, 1, "viewport");
        ASSERT_TRUE(target);
        for (std::uint32_t i = 0; i < 5; ++i) {
            ASSERT_TRUE(target->resize({80 + 40 * i, 60 + 30 * i}));
            auto frame = device->beginFrame();
            ASSERT_TRUE(frame);
            ASSERT_TRUE((*renderer)->draw(**frame, target->image(), {&front, 1}, {}));
            ASSERT_TRUE(device->submit(**frame));
        }
        const auto p = target->read();
        ASSERT_TRUE(p);
        EXPECT_TRUE(red(pixel(*p, p->extent.width / 2, p->extent.height / 2)));
    }
    device->waitIdle();
    EXPECT_EQ(device->retiredObjects(), 0u);
    EXPECT_LE(device->liveAllocations(), live + 2) << "at most the frames' own data memory";
}

TEST_F(Rendering, WrongCountsAndBrokenScenesAreErrors) {
    auto renderer = Renderer::create(*device);
    ASSERT_TRUE(renderer);
    auto scene = cubeScene({1, 1, 1, 1});
    scene.instances[0].mesh = 7;
    const auto set = (*renderer)->setScene(scene);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code, ErrorCode::Invalid);
    auto target = gpu::OffscreenTarget::create(*device, size, 1, "viewport");
    ASSERT_TRUE(target);
    auto frame = device->beginFrame();
    ASSERT_TRUE(frame);
    const std::array<NodeState, 3> nodes{};
    const std::array views{front, front};
    EXPECT_FALSE((*renderer)->draw(**frame, target->image(), {&front, 1}, nodes)) << "node states for another scene";
    EXPECT_FALSE((*renderer)->draw(**frame, target->image(), views, {})) << "two views, one layer";
    EXPECT_FALSE((*renderer)->draw(**frame, target->image(), {}, {}));
    ASSERT_TRUE(device->submit(**frame));
}

TEST_F(Rendering, NothingButTheFloorIsAPictureToo) {
    const auto p = draw({}, front, plain).pixels;
    ASSERT_FALSE(p.rgba.empty());
    EXPECT_GT(brightness(pixel(p, 160, 200)), 120);
}

TEST(QualityNames, AreReadAndExplained) {
    EXPECT_EQ(parseQuality("low").value(), Quality::Low);
    EXPECT_EQ(parseQuality("auto").value(), Quality::Auto);
    EXPECT_FALSE(parseQuality("ultra"));
    EXPECT_NE(describe(Quality::Low), describe(Quality::High));
}

} // namespace
