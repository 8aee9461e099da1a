#include "impl.hpp"
#include "results.hpp"

#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr_platform.h>

#include <format>

namespace millwright::xr {

namespace {

constexpr XrSwapchainUsageFlags colourUsage = XR_SWAPCHAIN_USAGE_COLOR_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_SAMPLED_BIT |
                                              XR_SWAPCHAIN_USAGE_TRANSFER_SRC_BIT | XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT;
constexpr XrSwapchainUsageFlags depthUsage =
    XR_SWAPCHAIN_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | XR_SWAPCHAIN_USAGE_SAMPLED_BIT | XR_SWAPCHAIN_USAGE_TRANSFER_DST_BIT;

XrSwapchainCreateInfo createInfo(const SwapchainWish& wish) {
    XrSwapchainCreateInfo info{XR_TYPE_SWAPCHAIN_CREATE_INFO};
    info.usageFlags = wish.depth ? depthUsage : colourUsage;
    info.format = wish.format;
    info.sampleCount = 1;
    info.width = wish.extent.width;
    info.height = wish.extent.height;
    info.faceCount = 1;
    info.arraySize = wish.layers;
    info.mipCount = 1;
    return info;
}

} // namespace

Result<Swapchain> Swapchain::create(XrSession session, gpu::Device& device, const SwapchainWish& wish) {
    const std::string doing = std::format("making room for {} ({}x{})", wish.purpose, wish.extent.width, wish.extent.height);
    const XrSwapchainCreateInfo info = createInfo(wish);
    XrSwapchain handle = XR_NULL_HANDLE;
    if (auto ok = check(xrCreateSwapchain(session, &info, &handle), doing); !ok) return std::unexpected(ok.error());

    Swapchain chain;
    chain.handle_ = UniqueSwapchain{handle};
    chain.extent_ = wish.extent;
    std::uint32_t count = 0;
    if (auto ok = check(xrEnumerateSwapchainImages(handle, 0, &count, nullptr), doing); !ok) return std::unexpected(ok.error());
    std::vector<XrSwapchainImageVulkan2KHR> images(count, {XR_TYPE_SWAPCHAIN_IMAGE_VULKAN2_KHR, nullptr, VK_NULL_HANDLE});
    const XrResult result =
        xrEnumerateSwapchainImages(handle, count, &count, reinterpret_cast<XrSwapchainImageBaseHeader*>(images.data()));
    if (auto ok = check(result, doing); !ok) return std::unexpected(ok.error());
    // The layouts that XR_KHR_vulkan_enable2 promises on acquiring and demands on releasing.
    const VkImageLayout layout =
        wish.depth ? VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL : VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL;
    for (std::size_t i = 0; i < images.size(); ++i) {
        auto target = gpu::ExternalTarget::create(device, images[i].image, wish.format, wish.extent, wish.layers, layout,
                                                  std::format("headset: {} {}", wish.purpose, i));
        if (!target) return std::unexpected(target.error());
        chain.images_.push_back(std::move(*target));
    }
    return chain;
}

Result<const gpu::TargetImage*> Swapchain::acquire() {
    std::uint32_t index = 0;
    if (auto ok = check(xrAcquireSwapchainImage(handle_.get(), nullptr, &index), "taking a picture to draw into"); !ok) {
        return std::unexpected(ok.error());
    }
    acquired_ = true;
    XrSwapchainImageWaitInfo wait{XR_TYPE_SWAPCHAIN_IMAGE_WAIT_INFO};
    wait.timeout = XR_INFINITE_DURATION;
    if (auto ok = check(xrWaitSwapchainImage(handle_.get(), &wait), "waiting for a picture to draw into"); !ok) {
        return std::unexpected(ok.error());
    }
    return &images_[index].image();
}

Result<void> Swapchain::release() {
    if (!acquired_) return {};
    acquired_ = false;
    if (auto ok = check(xrReleaseSwapchainImage(handle_.get(), nullptr), "handing a picture over"); !ok) return ok;
    hasPicture_ = true;
    return {};
}

XrSwapchainSubImage Swapchain::layer(std::uint32_t index) const {
    XrSwapchainSubImage part{};
    part.swapchain = handle_.get();
    part.imageRect.extent = {static_cast<std::int32_t>(extent_.width), static_cast<std::int32_t>(extent_.height)};
    part.imageArrayIndex = index;
    return part;
}

} // namespace millwright::xr
