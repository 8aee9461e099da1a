#include "gpu_fixture.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/gpu/native.hpp>
#include <millwright/gpu/target.hpp>

using namespace millwright;
using namespace millwright::gpu;

namespace {

class GpuTarget : public test::GpuTest {
protected:
    void fill(const TargetImage& image, glm::vec4 colour) {
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame);
        beginOverlay(**frame, image, colour);
        endOverlay(**frame, image);
        ASSERT_TRUE(device->submit(**frame));
    }
};

TEST_F(GpuTarget, OffscreenStartsBlackAndReadsBackWhatWasDrawn) {
    auto target = OffscreenTarget::create(*device, {37, 21}, 1, "picture");
    ASSERT_TRUE(target) << target.error().text();
    auto pixels = target->read();
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->rgba[0], 0);
    EXPECT_EQ(pixels->rgba[3], 255);
    fill(target->image(), {1, 0.5f, 0, 1});
    pixels = target->read();
    ASSERT_TRUE(pixels);
    ASSERT_EQ(pixels->rgba.size(), 37u * 21u * 4u);
    EXPECT_EQ(pixels->rgba[0], 255);
    EXPECT_NEAR(pixels->rgba[4 * 400 + 1], 128, 1);
    EXPECT_EQ(pixels->rgba[4 * 776 + 2], 0);
}

TEST_F(GpuTarget, ResizeMakesANewImageAndFreesTheOld) {
    auto target = OffscreenTarget::create(*device, {64, 64}, 1, "viewport");
    ASSERT_TRUE(target);
    const auto live = device->liveAllocations();
    const auto generation = target->generation();
    ASSERT_TRUE(target->resize({64, 64}));
    EXPECT_EQ(target->generation(), generation);
    for (std::uint32_t side = 65; side < 80; ++side) {
        ASSERT_TRUE(target->resize({side, side}));
        fill(target->image(), {0, 1, 0, 1});
    }
    EXPECT_GT(target->generation(), generation);
    const auto pixels = target->read();
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->extent, (Extent{79, 79}));
    EXPECT_EQ(pixels->rgba[1], 255);
    device->waitIdle();
    EXPECT_EQ(device->liveAllocations(), live);
}

TEST_F(GpuTarget, ImpossibleSizesAreErrors) {
    for (const Extent extent : {Extent{0, 10}, Extent{10, 0}, Extent{1u << 20, 4}}) {
        const auto target = OffscreenTarget::create(*device, extent, 1, "picture");
        ASSERT_FALSE(target);
        EXPECT_EQ(target.error().code, ErrorCode::OutOfRange);
    }
}

TEST_F(GpuTarget, DrawsOverAnImageOfSomeoneElse) {
    auto image = Image::create(*device,
                               {.format = VK_FORMAT_R8G8B8A8_SRGB,
                                .extent = {16, 16},
                                .layers = 2,
                                .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT},
                               "headset image");
    ASSERT_TRUE(image);
    auto target = ExternalTarget::create(*device, image->handle(), VK_FORMAT_R8G8B8A8_SRGB, {16, 16}, 2,
                                         VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL, "headset view");
    ASSERT_TRUE(target) << target.error().text();
    fill(target->image(), {0, 0, 1, 1});
    auto frame = device->beginFrame(); // what was drawn stays when nothing is cleared
    ASSERT_TRUE(frame);
    beginOverlay(**frame, target->image(), std::nullopt);
    endOverlay(**frame, target->image());
    ASSERT_TRUE(device->submit(**frame));
}

/// A window without a display: VK_EXT_headless_surface.
class GpuSwapchain : public GpuTarget {
protected:
    void SetUp() override {
        open({.presentation = true, .instanceExtensions = {VK_KHR_SURFACE_EXTENSION_NAME, VK_EXT_HEADLESS_SURFACE_EXTENSION_NAME}});
    }
};

TEST_F(GpuSwapchain, ShowsFramesAndFollowsTheWindowsSize) {
    const auto create = reinterpret_cast<PFN_vkCreateHeadlessSurfaceEXT>(
        vkGetInstanceProcAddr(native(*device).instance, "vkCreateHeadlessSurfaceEXT"));
    ASSERT_NE(create, nullptr);
    const VkHeadlessSurfaceCreateInfoEXT info{.sType = VK_STRUCTURE_TYPE_HEADLESS_SURFACE_CREATE_INFO_EXT};
    VkSurfaceKHR surface = VK_NULL_HANDLE;
    ASSERT_EQ(create(native(*device).instance, &info, nullptr, &surface), VK_SUCCESS);
    auto swapchain = createSwapchain(*device, surface, {320, 200});
    ASSERT_TRUE(swapchain) << swapchain.error().text();
    EXPECT_NE(format(*swapchain), VK_FORMAT_UNDEFINED);
    for (const Extent window : {Extent{320, 200}, Extent{320, 200}, Extent{320, 200}, Extent{480, 300}, Extent{0, 0}, Extent{480, 300}}) {
        auto frame = device->beginFrame();
        ASSERT_TRUE(frame);
        auto image = swapchain->acquire(**frame, window);
        ASSERT_TRUE(image) << image.error().text();
        EXPECT_EQ(*image != nullptr, window.width > 0);
        if (*image) {
            EXPECT_EQ((*image)->extent, window);
            beginOverlay(**frame, **image, glm::vec4{0.2f, 0.2f, 0.2f, 1});
            endOverlay(**frame, **image);
        }
        ASSERT_TRUE(device->submit(**frame));
    }
}

} // namespace
