#include "render_fixture.hpp"

#include <millwright/cad/cook.hpp>
#include <millwright/gpu/native.hpp>

#include <cstdlib>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

/// Scenes that are larger than the memory they may take.
namespace {

constexpr gpu::Extent size{320, 240};
constexpr std::uint64_t mebi = 1 << 20;

/// A ball with bumps that no other has; `coloured`: with colours of its own.
scene::Mesh bumpy(int which, bool coloured) {
    scene::Mesh mesh = sphere(0.5f, 160);
    const auto k = static_cast<float>(which);
    for (auto& vertex : mesh.vertices) {
        const glm::vec3 p = vertex.position * 2.0f;
        vertex.position *= 1 + 0.03f * std::sin((17 + k) * p.x) * std::sin((23 - k) * p.y) +
                           0.06f * std::max(0.0f, p.z) * std::sin((40 + 3 * k) * p.x);
        mesh.bounds.include(vertex.position);
        if (coloured) mesh.colours.push_back({static_cast<std::uint8_t>(120 + 100 * p.x), 60, 200, 255});
    }
    return mesh;
}

double meanDifference(const gpu::Pixels& a, const gpu::Pixels& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.rgba.size(); ++i) sum += std::abs(int{a.rgba[i]} - int{b.rgba[i]});
    return sum / static_cast<double>(a.rgba.size());
}

class DetailMemory : public RenderTest {
protected:
    static constexpr int balls = 10;

    static void SetUpTestSuite() {
        RenderTest::SetUpTestSuite();
        // A row of balls, all different, 3 m apart; one is glass.
        for (int i = 0; i < balls; ++i) {
            const auto m = mesh(scene_, bumpy(i, i % 3 == 1));
            place(scene_, m, material(scene_, {0.8f, 0.3f, 0.1f, i == 4 ? 0.5f : 1.0f}), {3.0f * static_cast<float>(i), 0.6f, 0});
        }
        auto cooked = cad::cook(scene_);
        ASSERT_TRUE(cooked) << cooked.error().text();
        cooked_ = std::move(*cooked);
    }
    static void TearDownTestSuite() {
        scene_ = {};
        cooked_ = {};
        RenderTest::TearDownTestSuite();
    }

    static std::unique_ptr<Renderer> open(std::uint64_t bytes) {
        auto renderer = Renderer::create(*device, {.quality = Quality::Low, .sceneBytes = bytes});
        EXPECT_TRUE(renderer);
        const auto geometry = cooked_.geometry();
        const auto done = (*renderer)->setScene(scene_, {&geometry, 1});
        EXPECT_TRUE(done) << done.error().text();
        return std::move(*renderer);
    }
    static gpu::Pixels drawn(Renderer& renderer, const View& view, const DrawOptions& how = {}, Quality quality = Quality::Low) {
        auto picture = renderPicture(*device, renderer, view, {}, {.size = size, .quality = quality, .draw = how});
        EXPECT_TRUE(picture) << picture.error().text();
        return picture ? std::move(picture->pixels) : gpu::Pixels{};
    }
    static gpu::Pixels drawn(Renderer& renderer, const View& view, const DrawOptions& how, std::string_view name) {
        auto pixels = drawn(renderer, view, how);
        keep(pixels, std::format("{}-{}", testing::UnitTest::GetInstance()->current_test_info()->name(), name));
        return pixels;
    }
    /// From `distance` metres before the row, at ball number `at`.
    static View before(double at, double distance) {
        return lookAt({3 * at - 0.4 * distance, 0.6 + 0.3 * distance, distance}, {3 * at, 0.6, 0}, 0.8, 4.0 / 3);
    }

    static inline scene::Scene scene_;
    static inline cad::Cooked cooked_;
};

TEST_F(DetailMemory, EverythingIsThereWhereThereIsRoom) {
    const auto renderer = open(0);
    const auto use = renderer->memoryUse();
    EXPECT_GT(use.allBytes, 15 * mebi) << "else the other cases test nothing";
    EXPECT_EQ(use.residentBytes, use.allBytes);
    EXPECT_FALSE(use.reduced);
}

TEST_F(DetailMemory, WhatFitsLooksTheSameToTheLastBit) {
    const auto all = open(0), some = open(7 * mebi);
    const DrawOptions sections{.sections = {{.normal = {0, 0, 1}, .offset = 0.1}}};
    const View near = before(2, 1.6), far = before(4, 14);
    EXPECT_EQ(drawn(*some, far, {}, "far").rgba, drawn(*all, far).rgba);
    EXPECT_LT(some->memoryUse().residentBytes, some->memoryUse().allBytes / 2);
    EXPECT_EQ(drawn(*some, near, {}, "near").rgba, drawn(*all, near).rgba) << "the shadows too";
    EXPECT_EQ(drawn(*some, far, sections, "cut").rgba, drawn(*all, far, sections).rgba);
    EXPECT_FALSE(some->memoryUse().reduced) << some->memoryUse().wantedBytes;
    const auto more = open(all->memoryUse().allBytes * 9 / 10); // for finer shadows
    EXPECT_EQ(drawn(*more, far, {}, Quality::Medium).rgba, drawn(*all, far, {}, Quality::Medium).rgba);
    EXPECT_FALSE(more->memoryUse().reduced) << more->memoryUse().wantedBytes;
    EXPECT_LT(more->memoryUse().residentBytes, more->memoryUse().allBytes);
}

TEST_F(DetailMemory, TwoEyesAreServedAlike) {
    const auto all = open(0), some = open(7 * mebi);
    const std::array views{before(2, 1.7), before(6, 12)}; // far apart, as no eyes are
    std::array<gpu::Pixels, 2> pictures;
    for (auto* renderer : {all.get(), some.get()}) {
        auto target = gpu::OffscreenTarget::create(*device, size, 2, "eyes");
        ASSERT_TRUE(target);
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame);
        ASSERT_TRUE(renderer->draw(**frame, target->image(), views, {}));
        ASSERT_TRUE(device->submit(**frame));
        auto pixels = target->read();
        ASSERT_TRUE(pixels);
        pictures[renderer == some.get()] = std::move(*pixels);
    }
    EXPECT_FALSE(some->memoryUse().reduced);
    EXPECT_EQ(pictures[0].rgba, pictures[1].rgba);
    keep(pictures[1], "TwoEyesAreServedAlike");
}

TEST_F(DetailMemory, WithLittleOfItThePictureIsNearlyTheSame) {
    DrawOptions how{.pixelError = 0.0f}; // wants all triangles of what is seen
    const View view = before(3, 5);
    const auto all = open(0);
    const auto full = drawn(*all, view, how, "full");
    const auto wanted = all->memoryUse().allBytes;
    for (const std::uint64_t share : {4, 12}) {
        const auto some = open(wanted / share);
        const auto less = drawn(*some, view, how, std::format("part-{}", share));
        const auto use = some->memoryUse();
        EXPECT_TRUE(use.reduced);
        EXPECT_LE(use.residentBytes, use.roomBytes);
        EXPECT_LE(use.roomBytes, wanted / share);
        EXPECT_GT(use.residentBytes, use.roomBytes / 2) << "and what there is is used";
        EXPECT_LT(meanDifference(full, less), share == 4 ? 0.5 : 1.5);
    }
}

TEST_F(DetailMemory, AWalkNeverTakesMoreAndLeavesNoTraces) {
    constexpr std::uint64_t budget = 3 * mebi;
    const std::uint64_t others = device->allocatedBytes();
    const auto walker = open(budget);
    device->waitIdle();
    const std::uint64_t opened = device->allocatedBytes();
    EXPECT_LE(opened - others, budget + mebi) << "the scene, and the renderer's own lists";
    std::uint64_t first = 0, most = 0, changes = 0, last = 0;
    for (int i = 0; i <= 30; ++i) {
        const View view = before(0.3 * i, i % 2 == 0 ? 1.3 : 3.0);
        const auto pixels = drawn(*walker, view);
        const auto use = walker->memoryUse();
        EXPECT_LE(use.residentBytes, use.roomBytes);
        EXPECT_LE(use.roomBytes, budget);
        device->waitIdle();
        most = std::max(most, device->allocatedBytes());
        if (i == 0) first = most;
        changes += use.residentBytes != std::exchange(last, use.residentBytes);
        if (i % 10 != 5) continue;
        const auto fresh = open(budget);
        EXPECT_EQ(drawn(*fresh, view).rgba, pixels.rgba) << "frame " << i << ": what was seen before must not matter";
        keep(pixels, std::format("AWalkNeverTakesMore-{:02}", i));
    }
    EXPECT_GT(changes, 5u);
    EXPECT_LE(most, first + 4 * mebi) << "lists of what is drawn may grow, nothing else";
}

TEST_F(DetailMemory, StreamingEndsWhereWaitingDoes) {
    for (const std::uint64_t budget : {7 * mebi, 3 * mebi}) {
        const auto streams = open(budget), waits = open(budget);
        auto target = gpu::OffscreenTarget::create(*device, size, 1, "streamed");
        ASSERT_TRUE(target);
        const DrawOptions streaming{.waitForDetail = false};
        const auto opened = streams->memoryUse().residentBytes;
        for (const View& view : {before(8, 2), before(1, 1.6), before(4, 14), before(2, 1.6)}) {
            do {
                auto frame = device->beginFrame();
                ASSERT_TRUE(frame);
                const auto done = streams->draw(**frame, target->image(), {&view, 1}, {}, streaming);
                ASSERT_TRUE(device->submit(**frame));
                ASSERT_TRUE(done) << done.error().text();
                EXPECT_LE(streams->memoryUse().residentBytes, streams->memoryUse().roomBytes);
            } while (streams->memoryUse().loading);
        }
        EXPECT_GT(streams->memoryUse().residentBytes, opened);
        const View last = before(2, 1.6);
        const auto expected = drawn(*waits, last, {}, "waited");
        if (!waits->memoryUse().reduced) {
            const auto pixels = target->read();
            ASSERT_TRUE(pixels);
            EXPECT_EQ(pixels->rgba, expected.rgba);
            keep(*pixels, "StreamingEndsWhereWaitingDoes");
        }
        // And a picture in the middle of it is a picture as any other.
        const View elsewhere = before(7, 2);
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame && streams->draw(**frame, target->image(), {&elsewhere, 1}, {}, streaming));
        ASSERT_TRUE(device->submit(**frame));
        EXPECT_EQ(drawn(*streams, elsewhere).rgba, drawn(*waits, elsewhere).rgba);
    }
}

TEST_F(DetailMemory, TooLittleForTexturesIsAnErrorThatSaysHowMuch) {
    scene::Scene scene;
    const auto m = mesh(scene, box({1, 1, 1}));
    const auto painted = material(scene, {1, 1, 1, 1});
    place(scene, m, painted, {0, 0, 0});
    scene.images.push_back({.name = "large", .width = 1024, .height = 1024, .pixels = std::vector<std::uint8_t>(4 << 20, 200)});
    scene.materials[painted].baseColourImage = 0;
    auto renderer = Renderer::create(*device, {.quality = Quality::Low, .sceneBytes = 4 * mebi});
    ASSERT_TRUE(renderer);
    const auto done = (*renderer)->setScene(scene);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::ResourceLimit);
    EXPECT_NE(done.error().message.find("--memory"), std::string::npos) << done.error().text();
    EXPECT_TRUE((*renderer)->setScene({})) << "and the renderer is still of use";
}

} // namespace
