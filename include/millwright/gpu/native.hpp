#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>

#include <glm/glm.hpp>
#include <vulkan/vulkan.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Vulkan's own types, for the code that must have them: render, the ImGui backend, OpenXR. The only header that includes vulkan.h.
namespace millwright::gpu {

/// What imgui_impl_vulkan and OpenXR need. All handles belong to the device.
struct NativeDevice {
    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice physicalDevice = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    VkQueue queue = VK_NULL_HANDLE; ///< graphics, compute, transfer and present; use on the frame thread only
    std::uint32_t queueFamily = 0;
    VkPipelineCache pipelineCache = VK_NULL_HANDLE;
    VkSampler linearClamp = VK_NULL_HANDLE; ///< for showing an OffscreenTarget
};
[[nodiscard]] NativeDevice native(const Device& device);

/// Sub-allocates for imgui_impl_vulkan: combined image samplers, freed one by one. Retired with its owner.
class DescriptorPool {
public:
    [[nodiscard]] static Result<DescriptorPool> create(Device& device, std::uint32_t imageSamplers, std::string name);
    DescriptorPool(DescriptorPool&& other) noexcept : device_{other.device_}, pool_{std::exchange(other.pool_, VK_NULL_HANDLE)} {}
    DescriptorPool& operator=(DescriptorPool other) noexcept {
        std::swap(device_, other.device_);
        std::swap(pool_, other.pool_);
        return *this;
    }
    ~DescriptorPool();
    [[nodiscard]] VkDescriptorPool handle() const { return pool_; }

private:
    DescriptorPool(Device& device, VkDescriptorPool pool) : device_{&device}, pool_{pool} {}
    Device* device_;
    VkDescriptorPool pool_;
};

/// What must be in VkInstanceCreateInfo and VkDeviceCreateInfo, for a device that someone else creates (xrCreateVulkanInstanceKHR,
/// xrCreateVulkanDeviceKHR). Everything points into this object: keep it until the calls have returned.
struct Requirements {
    std::uint32_t apiVersion = VK_API_VERSION_1_3;
    std::vector<std::string> names; ///< owns the texts below
    std::vector<const char*> instanceLayers;
    std::vector<const char*> instanceExtensions;
    std::vector<const char*> deviceExtensions;
    const void* instanceNext = nullptr;   ///< VkInstanceCreateInfo::pNext: validation settings
    VkApplicationInfo application{};      ///< VkInstanceCreateInfo::pApplicationInfo
    VkPhysicalDeviceFeatures2 features{}; ///< VkDeviceCreateInfo::pNext (pEnabledFeatures stays null)
    VkPhysicalDeviceVulkan11Features features11{};
    VkPhysicalDeviceVulkan12Features features12{};
    VkPhysicalDeviceVulkan13Features features13{};
    VkValidationFeaturesEXT validationFeatures{};
    VkValidationFeatureEnableEXT validationEnables[1]{};

    Requirements() = default;
    Requirements(const Requirements&) = delete;
    Requirements& operator=(const Requirements&) = delete;
};
[[nodiscard]] std::unique_ptr<Requirements> requirements(const DeviceOptions& options);
/// Fills in the optional features that `physicalDevice` has (anisotropy). Call between the instance and the device.
void addOptionalFeatures(Requirements& required, VkPhysicalDevice physicalDevice);
/// Family of a queue that can draw, compute and copy. Errors: Unsupported.
[[nodiscard]] Result<std::uint32_t> graphicsQueueFamily(VkPhysicalDevice physicalDevice);
/// Why Millwright cannot use this device, or an empty text.
[[nodiscard]] std::string unusableBecause(VkPhysicalDevice physicalDevice, bool presentation);

/// A device created with `requirements` by someone else. Instance and device stay theirs unless `owned`.
struct AdoptedDevice {
    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice physicalDevice = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    std::uint32_t queueFamily = 0;
    bool validation = false; ///< the instance was created with validation
    bool owned = false;      ///< destroy device and instance with the `Device` (the OpenXR way: the application owns both)
};
[[nodiscard]] Result<std::unique_ptr<Device>> adopt(const AdoptedDevice& adopted);

/// The command buffer of a frame being recorded, outside any render pass.
[[nodiscard]] VkCommandBuffer commandBuffer(const FrameInFlight& frame);

/// One image to draw to. `view` is a 2D array view of all layers (a plain 2D view when there is one layer is `view2d`).
struct TargetImage {
    VkImage image = VK_NULL_HANDLE;
    VkImageView view = VK_NULL_HANDLE;   ///< VK_IMAGE_VIEW_TYPE_2D_ARRAY, all layers
    VkImageView view2d = VK_NULL_HANDLE; ///< VK_IMAGE_VIEW_TYPE_2D, first layer: ImGui_ImplVulkan_AddTexture takes this one
    VkFormat format = VK_FORMAT_UNDEFINED;
    VkImageAspectFlags aspect = VK_IMAGE_ASPECT_COLOR_BIT;
    Extent extent;
    std::uint32_t layers = 1;
    VkImageLayout layoutBefore = VK_IMAGE_LAYOUT_UNDEFINED; ///< when drawing starts (undefined: old content is dropped)
    VkImageLayout layoutAfter = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL;     ///< when drawing has ended
    VkPipelineStageFlags2 stageBefore = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT; ///< what must be done before drawing may start
};

/// Views onto an image of someone else, e.g. each image of an OpenXR swapchain (colour or depth), with one layer a view.
class ExternalTarget {
public:
    /// Errors: Device. `layout` is what the image is in before and after drawing (OpenXR: colour or depth attachment optimal).
    [[nodiscard]] static Result<ExternalTarget> create(Device& device, VkImage image, VkFormat format, Extent extent,
                                                       std::uint32_t layers, VkImageLayout layout, std::string name);
    ~ExternalTarget();
    ExternalTarget(ExternalTarget&&) noexcept;
    ExternalTarget& operator=(ExternalTarget&&) noexcept;
    [[nodiscard]] const TargetImage& image() const { return image_; }

private:
    ExternalTarget(Device& device, const TargetImage& image) : device_{&device}, image_{image} {}
    Device* device_ = nullptr;
    TargetImage image_;
};

/// Takes over `surface` (destroyed with the swapchain). `vsync` false shows frames as soon as they are ready. Errors: Device,
/// Unsupported.
[[nodiscard]] Result<Swapchain> createSwapchain(Device& device, VkSurfaceKHR surface, Extent windowPixels, bool vsync = true);
/// The format of its images, for ImGui_ImplVulkan_InitInfo::ColorAttachmentFormat (stays the same when it is remade).
[[nodiscard]] VkFormat format(const Swapchain& swapchain);
inline constexpr VkFormat offscreenFormat = VK_FORMAT_R8G8B8A8_UNORM; ///< of every OffscreenTarget

/// Opens a dynamic-rendering pass on a target's first layer, sample count 1, no depth: where ImGui is recorded. Barriers are done
/// here. `clear`: fill with this colour first; without it, what is there stays (the image must be in `layoutAfter`, i.e. drawn to
/// before).
void beginOverlay(FrameInFlight& frame, const TargetImage& target, std::optional<glm::vec4> clear);
/// Closes it; the target is then in its `layoutAfter` (for a swapchain: ready to present).
void endOverlay(FrameInFlight& frame, const TargetImage& target);

} // namespace millwright::gpu
