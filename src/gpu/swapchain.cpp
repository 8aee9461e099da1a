#include "gpu/device_impl.hpp"

#include <algorithm>
#include <format>

namespace millwright::gpu {

struct Swapchain::Impl {
    struct PerImage {
        VkSemaphore rendered = VK_NULL_HANDLE;
        TargetImage target;
    };

    Device* device = nullptr;
    VkSurfaceKHR surface = VK_NULL_HANDLE;
    VkSwapchainKHR swapchain = VK_NULL_HANDLE;
    VkSurfaceFormatKHR format{};
    VkPresentModeKHR mode = VK_PRESENT_MODE_FIFO_KHR;
    Extent extent;
    std::vector<PerImage> images;
    std::uint32_t current = 0;
    bool outOfDate = false;

    ~Impl();
    void destroyImages();
    [[nodiscard]] Result<void> remake(Extent window);
    [[nodiscard]] Result<void> makeImages();
};

namespace {

VkSurfaceFormatKHR chooseFormat(VkPhysicalDevice device, VkSurfaceKHR surface) {
    std::uint32_t count = 0;
    vkGetPhysicalDeviceSurfaceFormatsKHR(device, surface, &count, nullptr);
    std::vector<VkSurfaceFormatKHR> formats(count);
    vkGetPhysicalDeviceSurfaceFormatsKHR(device, surface, &count, formats.data());
    for (const auto wanted : {VK_FORMAT_B8G8R8A8_UNORM, VK_FORMAT_R8G8B8A8_UNORM, VK_FORMAT_A8B8G8R8_UNORM_PACK32}) {
        for (const auto& format : formats) {
            if (format.format == wanted && format.colorSpace == VK_COLOR_SPACE_SRGB_NONLINEAR_KHR) return format;
        }
    }
    return formats.empty() ? VkSurfaceFormatKHR{VK_FORMAT_UNDEFINED, VK_COLOR_SPACE_SRGB_NONLINEAR_KHR} : formats.front();
}

VkPresentModeKHR chooseMode(VkPhysicalDevice device, VkSurfaceKHR surface, bool vsync) {
    if (vsync) return VK_PRESENT_MODE_FIFO_KHR;
    std::uint32_t count = 0;
    vkGetPhysicalDeviceSurfacePresentModesKHR(device, surface, &count, nullptr);
    std::vector<VkPresentModeKHR> modes(count);
    vkGetPhysicalDeviceSurfacePresentModesKHR(device, surface, &count, modes.data());
    for (const auto wanted : {VK_PRESENT_MODE_MAILBOX_KHR, VK_PRESENT_MODE_IMMEDIATE_KHR}) {
        if (std::ranges::contains(modes, wanted)) return wanted;
    }
    return VK_PRESENT_MODE_FIFO_KHR;
}

} // namespace

Swapchain::Impl::~Impl() {
    if (!device) return;
    // Presenting is not on the timeline: only an idle device is surely done with the images.
    device->waitIdle();
    destroyImages();
    vkDestroySwapchainKHR(device->impl().device, swapchain, nullptr);
    vkDestroySurfaceKHR(device->impl().instance, surface, nullptr);
}

void Swapchain::Impl::destroyImages() {
    const auto handle = device->impl().device;
    for (const auto& image : images) {
        vkDestroySemaphore(handle, image.rendered, nullptr);
        vkDestroyImageView(handle, image.target.view, nullptr);
        vkDestroyImageView(handle, image.target.view2d, nullptr);
    }
    images.clear();
}

Result<void> Swapchain::Impl::remake(Extent window) {
    auto& gpu = device->impl();
    vkDeviceWaitIdle(gpu.device);
    destroyImages();
    outOfDate = false;
    VkSurfaceCapabilitiesKHR can{};
    if (const auto result = vkGetPhysicalDeviceSurfaceCapabilitiesKHR(gpu.physicalDevice, surface, &can); result != VK_SUCCESS) {
        return std::unexpected(deviceError("the window's surface", result));
    }
    const bool free = can.currentExtent.width == 0xFFFF'FFFFu; // Wayland: the window takes the size of its images
    extent = free ? Extent{std::clamp(window.width, can.minImageExtent.width, can.maxImageExtent.width),
                           std::clamp(window.height, can.minImageExtent.height, can.maxImageExtent.height)}
                  : Extent{can.currentExtent.width, can.currentExtent.height};
    const auto old = std::exchange(swapchain, VK_NULL_HANDLE);
    if (extent.width == 0 || extent.height == 0) {
        vkDestroySwapchainKHR(gpu.device, old, nullptr);
        return {};
    }
    const std::uint32_t most = can.maxImageCount ? can.maxImageCount : ~0u;
    const VkSwapchainCreateInfoKHR info{.sType = VK_STRUCTURE_TYPE_SWAPCHAIN_CREATE_INFO_KHR,
                                        .surface = surface,
                                        .minImageCount = std::min(std::max(can.minImageCount + 1, 3u), most),
                                        .imageFormat = format.format,
                                        .imageColorSpace = format.colorSpace,
                                        .imageExtent = {extent.width, extent.height},
                                        .imageArrayLayers = 1,
                                        .imageUsage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT,
                                        .imageSharingMode = VK_SHARING_MODE_EXCLUSIVE,
                                        .preTransform = can.currentTransform,
                                        .compositeAlpha = (can.supportedCompositeAlpha & VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR)
                                                              ? VK_COMPOSITE_ALPHA_OPAQUE_BIT_KHR
                                                              : VK_COMPOSITE_ALPHA_INHERIT_BIT_KHR,
                                        .presentMode = mode,
                                        .clipped = VK_TRUE,
                                        .oldSwapchain = old};
    const auto result = vkCreateSwapchainKHR(gpu.device, &info, nullptr, &swapchain);
    vkDestroySwapchainKHR(gpu.device, old, nullptr);
    if (result != VK_SUCCESS) return std::unexpected(deviceError("the window's images could not be made", result));
    return makeImages();
}

Result<void> Swapchain::Impl::makeImages() {
    const auto handle = device->impl().device;
    std::uint32_t count = 0;
    vkGetSwapchainImagesKHR(handle, swapchain, &count, nullptr);
    std::vector<VkImage> raw(count);
    vkGetSwapchainImagesKHR(handle, swapchain, &count, raw.data());
    for (std::uint32_t i = 0; i < count; ++i) {
        PerImage& image = images.emplace_back();
        image.target = {.image = raw[i],
                        .format = format.format,
                        .extent = extent,
                        .layoutAfter = VK_IMAGE_LAYOUT_PRESENT_SRC_KHR,
                        .stageBefore = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT}; // where the frame waits for the image
        VkImageViewCreateInfo info{.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                   .image = raw[i],
                                   .viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY,
                                   .format = format.format,
                                   .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
        const VkSemaphoreCreateInfo semaphore{.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
        auto result = vkCreateImageView(handle, &info, nullptr, &image.target.view);
        info.viewType = VK_IMAGE_VIEW_TYPE_2D;
        if (result == VK_SUCCESS) result = vkCreateImageView(handle, &info, nullptr, &image.target.view2d);
        if (result == VK_SUCCESS) result = vkCreateSemaphore(handle, &semaphore, nullptr, &image.rendered);
        if (result != VK_SUCCESS) return std::unexpected(deviceError("the window's images could not be made", result));
        setName(*device, VK_OBJECT_TYPE_IMAGE, rawHandle(raw[i]), std::format("window image {}", i));
        setName(*device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(image.target.view), std::format("window image {}", i));
        setName(*device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(image.target.view2d), std::format("window image {} 2D", i));
        setName(*device, VK_OBJECT_TYPE_SEMAPHORE, rawHandle(image.rendered), std::format("window image {} drawn", i));
    }
    return {};
}

Swapchain::Swapchain(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Swapchain::~Swapchain() = default;
Swapchain::Swapchain(Swapchain&&) noexcept = default;
Swapchain& Swapchain::operator=(Swapchain&&) noexcept = default;
Extent Swapchain::extent() const {
    return impl_->extent;
}
std::uint32_t Swapchain::imageCount() const {
    return static_cast<std::uint32_t>(impl_->images.size());
}
VkFormat format(const Swapchain& swapchain) {
    return swapchain.impl().format.format;
}

Result<Swapchain> createSwapchain(Device& device, VkSurfaceKHR surface, Extent windowPixels, bool vsync) {
    auto impl = std::make_unique<Swapchain::Impl>();
    auto& gpu = device.impl();
    impl->device = &device;
    impl->surface = surface;
    VkBool32 supported = VK_FALSE;
    vkGetPhysicalDeviceSurfaceSupportKHR(gpu.physicalDevice, gpu.queueFamily, surface, &supported);
    if (!supported) {
        return failure(
            ErrorCode::Unsupported,
            std::format("GPU '{}' cannot show pictures in this window: choose another with --gpu", device.description().name));
    }
    impl->format = chooseFormat(gpu.physicalDevice, surface);
    impl->mode = chooseMode(gpu.physicalDevice, surface, vsync);
    if (auto done = impl->remake(windowPixels); !done) return std::unexpected(done.error());
    return Swapchain{std::move(impl)};
}

Result<const TargetImage*> Swapchain::acquire(FrameInFlight& frame, Extent windowPixels) {
    auto& s = *impl_;
    if (windowPixels.width == 0 || windowPixels.height == 0) return nullptr;
    // The second try follows a remake; a window that changes faster than that is drawn to again next frame.
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (s.outOfDate || !s.swapchain || s.extent != windowPixels) {
            const auto before = s.extent;
            if (s.outOfDate || !s.swapchain || attempt == 0) {
                if (auto done = s.remake(windowPixels); !done) return std::unexpected(done.error());
            }
            if (!s.swapchain) return nullptr;
            if (before == s.extent && attempt > 0) return nullptr;
        }
        const auto result = vkAcquireNextImageKHR(s.device->impl().device, s.swapchain, ~0ull, frame.impl().acquireSemaphore,
                                                  VK_NULL_HANDLE, &s.current);
        if (result == VK_SUCCESS || result == VK_SUBOPTIMAL_KHR) {
            frame.impl().acquired = &s;
            s.outOfDate = result == VK_SUBOPTIMAL_KHR;
            return &s.images[s.current].target;
        }
        if (result != VK_ERROR_OUT_OF_DATE_KHR) return std::unexpected(deviceError("the window's next image", result));
        s.outOfDate = true;
    }
    return nullptr;
}

VkSemaphore renderedSemaphore(const Swapchain::Impl& swapchain) {
    return swapchain.images[swapchain.current].rendered;
}

void present(Swapchain::Impl& s, Device::Impl& device) {
    const VkPresentInfoKHR info{.sType = VK_STRUCTURE_TYPE_PRESENT_INFO_KHR,
                                .waitSemaphoreCount = 1,
                                .pWaitSemaphores = &s.images[s.current].rendered,
                                .swapchainCount = 1,
                                .pSwapchains = &s.swapchain,
                                .pImageIndices = &s.current};
    // Whatever else goes wrong with a window shows at the next acquire.
    if (vkQueuePresentKHR(device.queue, &info) != VK_SUCCESS) s.outOfDate = true;
}

} // namespace millwright::gpu
