#include "render_fixture.hpp"

#include <cmath>

using namespace millwright;
using namespace millwright::render;
using namespace millwright::test;

namespace {

constexpr gpu::Extent size{320, 240};
const View front = lookAt({0, 0, 5}, {0, 0, 0}, 0.8, 4.0 / 3);

/// The rectangle of pixels that differ; empty where none do.
struct Changed {
    glm::ivec2 min{1 << 20}, max{-1};
    int count = 0, dark = 0; ///< dark: ink on paper
    [[nodiscard]] glm::ivec2 extent() const { return max - min + 1; }
};

Changed changedBy(const gpu::Pixels& with, const gpu::Pixels& without, std::uint32_t layer = 0) {
    Changed changed;
    for (std::uint32_t y = 0; y < size.height; ++y)
        for (std::uint32_t x = 0; x < size.width; ++x) {
            const glm::ivec3 after = RenderTest::pixel(with, x, y, layer), before = RenderTest::pixel(without, x, y, layer);
            if (glm::all(glm::lessThan(glm::abs(after - before), glm::ivec3{8}))) continue;
            const glm::ivec2 at{x, y};
            changed.min = glm::min(changed.min, at);
            changed.max = glm::max(changed.max, at);
            ++changed.count;
            changed.dark += RenderTest::brightness(after) < 70 ? 1 : 0;
        }
    return changed;
}

class Labels : public RenderTest {
protected:
    void SetUp() override {
        auto made = Renderer::create(*device, {.quality = Quality::Low});
        ASSERT_TRUE(made) << made.error().text();
        renderer = std::move(*made);
    }
    gpu::Pixels picture(std::span<const View> views, std::span<const Label> labels, float height = 14) {
        auto target = gpu::OffscreenTarget::create(*device, size, static_cast<std::uint32_t>(views.size()), "labels");
        EXPECT_TRUE(target) << target.error().text();
        auto frame = device->beginFrame();
        EXPECT_TRUE(frame) << frame.error().text();
        const DrawOptions options{.ground = false, .labels = labels, .labelHeight = height};
        const auto drawn = renderer->draw(**frame, target->image(), views, {}, options);
        EXPECT_TRUE(drawn) << drawn.error().text();
        EXPECT_TRUE(device->submit(**frame));
        auto pixels = target->read();
        EXPECT_TRUE(pixels) << pixels.error().text();
        if (!labels.empty()) keep(*pixels, testing::UnitTest::GetInstance()->current_test_info()->name());
        return std::move(*pixels);
    }
    /// What one label in the middle of the view changes.
    Changed changedBy(std::string_view text, float height, Quality quality = Quality::Low) {
        renderer->setQuality(quality);
        const Label label{.anchor = glm::dvec3{0}, .corner = {20, -60}, .text = text};
        const auto without = picture({&front, 1}, {}, height);
        return ::changedBy(picture({&front, 1}, {&label, 1}, height), without);
    }
    std::unique_ptr<Renderer> renderer;
};

TEST_F(Labels, StandAsFarFromTheirAnchorAsTheyAreToldWithALineToIt) {
    for (const auto quality : {Quality::Low, Quality::Medium, Quality::High}) {
        const Changed changed = changedBy("1.5 m/min", 14, quality);
        const auto box = renderer->labelSize("1.5 m/min", 14);
        ASSERT_TRUE(box) << box.error().text();
        const glm::ivec2 anchor{size.width / 2, size.height / 2};
        // The dot at the anchor reaches 3 pixels beyond it; the box ends where its size says.
        EXPECT_NEAR(changed.min.x, anchor.x - 3, 1) << describe(quality);
        EXPECT_NEAR(changed.max.y, anchor.y + 2, 1) << describe(quality);
        EXPECT_NEAR(changed.min.y, anchor.y - 60, 1) << describe(quality);
        EXPECT_NEAR(changed.max.x, anchor.x + 20 + static_cast<int>(box->x) - 1, 1) << describe(quality);
        EXPECT_GT(changed.dark, 60) << "ink of nine characters, " << describe(quality);
        EXPECT_LT(changed.dark, changed.count / 3) << describe(quality);
    }
}

TEST_F(Labels, TextIsAsSharpAtEverySize) {
    // Ink grows with the square of the height, a blurred edge only with the height.
    const Changed small = changedBy("Hd", 30), large = changedBy("Hd", 60);
    EXPECT_NEAR(static_cast<double>(large.dark) / small.dark, 4, 0.7);
}

TEST_F(Labels, ATextOfAnyLanguageIsDrawnAndWhatNoFontHasToo) {
    const int nothing = changedBy(" ", 20).dark;
    for (const char* text : {"Ø µ °C", "混合機", "조립", "\xF4\x8F\xBF\xBF", "\xFF\xFE"})
        EXPECT_GT(changedBy(text, 20).dark, nothing + 30) << text;
}

TEST_F(Labels, AreLeftOutBehindTheEye) {
    const View back = lookAt({0, 0, 5}, {0, 0, 10}, 0.8, 4.0 / 3);
    const Label label{.anchor = glm::dvec3{0}, .corner = {20, -60}, .text = "behind"};
    const auto without = picture({&back, 1}, {});
    EXPECT_EQ(::changedBy(picture({&back, 1}, {&label, 1}), without).count, 0);
}

TEST_F(Labels, HangAtTheDistanceOfTheirAnchorInBothEyes) {
    constexpr double apart = 0.2, distance = 5;
    const std::array views{lookAt({-apart / 2, 0, distance}, {-apart / 2, 0, 0}, 0.8, 4.0 / 3),
                           lookAt({apart / 2, 0, distance}, {apart / 2, 0, 0}, 0.8, 4.0 / 3)};
    const Label label{.anchor = glm::dvec3{0}, .corner = {20, -60}, .text = "both", .emphasised = true};
    const auto without = picture(views, {}), with = picture(views, {&label, 1});
    const Changed left = ::changedBy(with, without, 0), right = ::changedBy(with, without, 1);
    const double disparity = apart / distance / (2 * std::tan(0.4)) * size.height; // pixels
    EXPECT_NEAR(left.min.x - right.min.x, disparity, 1.5);
    EXPECT_EQ(left.min.y, right.min.y);
    EXPECT_NEAR(left.extent().x, right.extent().x, 1);
}

} // namespace
