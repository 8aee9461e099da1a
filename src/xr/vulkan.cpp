#include "impl.hpp"
#include "results.hpp"

#include <millwright/core/log.hpp>

#include <openxr/openxr.h>
#define XR_USE_GRAPHICS_API_VULKAN
#include <openxr/openxr_platform.h>

#include <algorithm>
#include <cctype>
#include <format>

namespace millwright::xr {
namespace {

constexpr std::string_view makingDevice = "making the headset's Vulkan device";

Result<void> vulkanCheck(VkResult result, std::string_view doing) {
    if (result == VK_SUCCESS) return {};
    return failure(
        ErrorCode::Device,
        std::format("{} failed (VkResult {}): run `millwright doctor` to see what the GPU lacks", doing, static_cast<int>(result)),
        "headset");
}

/// Sharp sRGB formats first: the renderer writes linear light and the compositor reads it back as such.
constexpr std::array colourPreference{VK_FORMAT_R8G8B8A8_SRGB, VK_FORMAT_B8G8R8A8_SRGB};

Result<std::vector<std::int64_t>> swapchainFormats(XrSession session) {
    std::uint32_t count = 0;
    if (auto ok = check(xrEnumerateSwapchainFormats(session, 0, &count, nullptr), "asking for picture formats"); !ok) {
        return std::unexpected(ok.error());
    }
    std::vector<std::int64_t> formats(count);
    if (auto ok = check(xrEnumerateSwapchainFormats(session, count, &count, formats.data()), "asking for picture formats"); !ok) {
        return std::unexpected(ok.error());
    }
    return formats;
}

VkFormat firstOffered(std::span<const VkFormat> preference, const std::vector<std::int64_t>& offered) {
    const auto found =
        std::ranges::find_if(preference, [&](VkFormat f) { return std::ranges::contains(offered, std::int64_t{f}); });
    return found == preference.end() ? VK_FORMAT_UNDEFINED : *found;
}

Result<void> makeSwapchains(Headset::Impl& impl) {
    const XrSession session = impl.session.get();
    const auto formats = swapchainFormats(session);
    if (!formats) return std::unexpected(formats.error());
    const VkFormat colour = firstOffered(colourPreference, *formats);
    if (colour == VK_FORMAT_UNDEFINED) {
        return failure(ErrorCode::Unsupported,
                       "the runtime offers no 8-bit sRGB picture format: update it, or choose another with XR_RUNTIME_JSON",
                       "headset");
    }
    auto& device = *impl.device;
    auto eyes = Swapchain::create(session, device, {colour, impl.eyeExtent, 2, false, "the eyes' pictures"});
    if (!eyes) return std::unexpected(eyes.error());
    impl.colour = std::move(*eyes);
    const gpu::Extent panelExtent{impl.options.panelPixels.x, impl.options.panelPixels.y};
    auto panel = Swapchain::create(session, device, {colour, panelExtent, 1, false, "the panel's picture"});
    if (!panel) return std::unexpected(panel.error());
    impl.panel = std::move(*panel);
    if (!impl.depthOffered || !std::ranges::contains(*formats, std::int64_t{VK_FORMAT_D32_SFLOAT})) return {};
    auto depth = Swapchain::create(session, device, {VK_FORMAT_D32_SFLOAT, impl.eyeExtent, 2, true, "the eyes' depth"});
    if (!depth) return std::unexpected(depth.error());
    impl.depth = std::move(*depth);
    impl.info.depth = true;
    return {};
}

Result<UniqueSpace> referenceSpace(XrSession session, XrReferenceSpaceType type, const XrPosef& pose) {
    XrReferenceSpaceCreateInfo info{XR_TYPE_REFERENCE_SPACE_CREATE_INFO};
    info.referenceSpaceType = type;
    info.poseInReferenceSpace = pose;
    XrSpace space = XR_NULL_HANDLE;
    if (auto ok = check(xrCreateReferenceSpace(session, &info, &space), "making a reference space"); !ok)
        return std::unexpected(ok.error());
    return UniqueSpace{space};
}

Result<void> makeSpaces(Headset::Impl& impl) {
    const XrSession session = impl.session.get();
    std::array<XrReferenceSpaceType, 32> offered{};
    std::uint32_t count = 0;
    const XrResult result = xrEnumerateReferenceSpaces(session, static_cast<std::uint32_t>(offered.size()), &count, offered.data());
    if (auto ok = check(result, "asking for reference spaces"); !ok) return ok;
    const auto offers = [&](XrReferenceSpaceType type) { return std::ranges::contains(std::span{offered}.first(count), type); };

    XrReferenceSpaceType type = XR_REFERENCE_SPACE_TYPE_LOCAL;
    XrPosef pose = identityPose;
    if (offers(XR_REFERENCE_SPACE_TYPE_STAGE)) {
        type = XR_REFERENCE_SPACE_TYPE_STAGE;
        impl.info.space = "STAGE";
    } else if (offers(XR_REFERENCE_SPACE_TYPE_LOCAL_FLOOR)) {
        type = XR_REFERENCE_SPACE_TYPE_LOCAL_FLOOR;
        impl.info.space = "LOCAL_FLOOR";
    } else {
        // LOCAL starts at the eyes; a floor is assumed where it is for a person of 1.7 m.
        pose.position.y = -1.6f;
        impl.info.space = "LOCAL";
    }
    auto stage = referenceSpace(session, type, pose);
    if (!stage) return std::unexpected(stage.error());
    impl.stage = std::move(*stage);
    auto head = referenceSpace(session, XR_REFERENCE_SPACE_TYPE_VIEW, identityPose);
    if (!head) return std::unexpected(head.error());
    impl.head = std::move(*head);
    return {};
}

/// vkCreateDevice without VkPhysicalDeviceTimelineSemaphoreFeatures where VkPhysicalDeviceVulkan12Features says the same: Monado 25
/// puts the former in front of whatever chain it is given, and having both is invalid (VUID-VkDeviceCreateInfo-pNext-02830).
VKAPI_ATTR VkResult VKAPI_CALL createDeviceOnce(VkPhysicalDevice physicalDevice, const VkDeviceCreateInfo* info,
                                                const VkAllocationCallbacks* allocator, VkDevice* device) {
    VkDeviceCreateInfo cleaned = *info;
    const auto* const first = static_cast<const VkBaseInStructure*>(info->pNext);
    if (first != nullptr && first->sType == VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_TIMELINE_SEMAPHORE_FEATURES)
        cleaned.pNext = first->pNext;
    return vkCreateDevice(physicalDevice, &cleaned, allocator, device);
}

/// The loader's function for everything but vkCreateDevice.
VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL getProcAddr(VkInstance instance, const char* name) {
    if (std::string_view{name} == "vkCreateDevice") return reinterpret_cast<PFN_vkVoidFunction>(&createDeviceOnce);
    return vkGetInstanceProcAddr(instance, name);
}

Result<VkInstance> createInstance(Headset::Impl& impl, const gpu::Requirements& required) {
    // The specification forbids making the device before this was asked.
    XrGraphicsRequirementsVulkan2KHR requirements{XR_TYPE_GRAPHICS_REQUIREMENTS_VULKAN2_KHR};
    const auto ask = impl.function<PFN_xrGetVulkanGraphicsRequirements2KHR>("xrGetVulkanGraphicsRequirements2KHR");
    if (auto ok = check(ask(impl.instance.get(), impl.system, &requirements), makingDevice); !ok)
        return std::unexpected(ok.error());

    VkInstanceCreateInfo wanted{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
    wanted.pNext = required.instanceNext;
    wanted.pApplicationInfo = &required.application;
    wanted.enabledLayerCount = static_cast<std::uint32_t>(required.instanceLayers.size());
    wanted.ppEnabledLayerNames = required.instanceLayers.data();
    wanted.enabledExtensionCount = static_cast<std::uint32_t>(required.instanceExtensions.size());
    wanted.ppEnabledExtensionNames = required.instanceExtensions.data();
    XrVulkanInstanceCreateInfoKHR info{XR_TYPE_VULKAN_INSTANCE_CREATE_INFO_KHR};
    info.systemId = impl.system;
    info.pfnGetInstanceProcAddr = &getProcAddr;
    info.vulkanCreateInfo = &wanted;
    VkInstance instance = VK_NULL_HANDLE;
    VkResult vulkanResult = VK_SUCCESS;
    const auto create = impl.function<PFN_xrCreateVulkanInstanceKHR>("xrCreateVulkanInstanceKHR");
    const XrResult result = create(impl.instance.get(), &info, &instance, &vulkanResult);
    if (auto ok = vulkanCheck(vulkanResult, makingDevice); !ok) return std::unexpected(ok.error());
    if (auto ok = check(result, makingDevice); !ok) return std::unexpected(ok.error());
    return instance;
}

Result<VkDevice> createLogicalDevice(Headset::Impl& impl, const gpu::Requirements& required, VkPhysicalDevice physicalDevice,
                                     std::uint32_t queueFamily) {
    const float priority = 1;
    VkDeviceQueueCreateInfo queue{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
    queue.queueFamilyIndex = queueFamily;
    queue.queueCount = 1;
    queue.pQueuePriorities = &priority;
    VkDeviceCreateInfo wanted{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
    wanted.pNext = &required.features;
    wanted.queueCreateInfoCount = 1;
    wanted.pQueueCreateInfos = &queue;
    wanted.enabledExtensionCount = static_cast<std::uint32_t>(required.deviceExtensions.size());
    wanted.ppEnabledExtensionNames = required.deviceExtensions.data();
    XrVulkanDeviceCreateInfoKHR info{XR_TYPE_VULKAN_DEVICE_CREATE_INFO_KHR};
    info.systemId = impl.system;
    info.pfnGetInstanceProcAddr = &getProcAddr;
    info.vulkanPhysicalDevice = physicalDevice;
    info.vulkanCreateInfo = &wanted;
    VkDevice device = VK_NULL_HANDLE;
    VkResult vulkanResult = VK_SUCCESS;
    const auto create = impl.function<PFN_xrCreateVulkanDeviceKHR>("xrCreateVulkanDeviceKHR");
    const XrResult result = create(impl.instance.get(), &info, &device, &vulkanResult);
    if (auto ok = vulkanCheck(vulkanResult, makingDevice); !ok) return std::unexpected(ok.error());
    if (auto ok = check(result, makingDevice); !ok) return std::unexpected(ok.error());
    return device;
}

std::string lower(std::string_view text) {
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lowered;
}

/// `wanted` as `gpu::DeviceOptions::gpu`: an index or part of a name; empty fits every GPU.
Result<void> checkChoice(VkInstance instance, VkPhysicalDevice device, const std::string& wanted) {
    if (wanted.empty()) return {};
    std::array<VkPhysicalDevice, 32> devices{};
    auto count = static_cast<std::uint32_t>(devices.size());
    vkEnumeratePhysicalDevices(instance, &count, devices.data());
    const auto index = std::ranges::find(devices, device) - devices.begin();
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(device, &properties);
    const bool isIndex = std::ranges::all_of(wanted, [](unsigned char c) { return std::isdigit(c) != 0; });
    const bool fits = isIndex ? wanted == std::to_string(index) : lower(properties.deviceName).contains(lower(wanted));
    if (fits) return {};
    return failure(ErrorCode::Unsupported,
                   std::format("the headset hangs on GPU {} ({}), not on '{}': leave --gpu out, or plug it in there", index,
                               properties.deviceName, wanted),
                   "headset");
}

/// What `createDevice` does once there is an instance; that stays the caller's.
Result<gpu::AdoptedDevice> createOnInstance(Headset::Impl& impl, VkInstance instance, gpu::Requirements& required,
                                            const gpu::DeviceOptions& options) {
    gpu::AdoptedDevice made{.instance = instance, .owned = true};
    XrVulkanGraphicsDeviceGetInfoKHR info{XR_TYPE_VULKAN_GRAPHICS_DEVICE_GET_INFO_KHR};
    info.systemId = impl.system;
    info.vulkanInstance = instance;
    const auto get = impl.function<PFN_xrGetVulkanGraphicsDevice2KHR>("xrGetVulkanGraphicsDevice2KHR");
    const XrResult result = get(impl.instance.get(), &info, &made.physicalDevice);
    if (auto ok = check(result, "asking for the headset's GPU"); !ok) return std::unexpected(ok.error());
    if (auto ok = checkChoice(instance, made.physicalDevice, options.gpu); !ok) return std::unexpected(ok.error());
    if (const auto reason = gpu::unusableBecause(made.physicalDevice, options.presentation); !reason.empty()) {
        return failure(ErrorCode::Unsupported, std::format("the GPU of the headset cannot be used: {}", reason), "headset");
    }
    gpu::addOptionalFeatures(required, made.physicalDevice);
    const auto family = gpu::graphicsQueueFamily(made.physicalDevice);
    if (!family) return std::unexpected(family.error());
    made.queueFamily = *family;
    const auto device = createLogicalDevice(impl, required, made.physicalDevice, made.queueFamily);
    if (!device) return std::unexpected(device.error());
    made.device = *device;
    return made;
}

} // namespace

Result<std::unique_ptr<gpu::Device>> Headset::createDevice(const gpu::DeviceOptions& options) {
    const auto required = gpu::requirements(options);
    const auto instance = createInstance(*impl_, *required);
    if (!instance) return std::unexpected(instance.error());
    auto made = createOnInstance(*impl_, *instance, *required, options);
    if (!made) {
        vkDestroyInstance(*instance, nullptr);
        return std::unexpected(made.error());
    }
    made->validation = !required->instanceLayers.empty();
    return gpu::adopt(*made);
}

Result<void> Headset::startSession(gpu::Device& device) {
    auto& impl = *impl_;
    impl.device = &device;
    const auto native = gpu::native(device);
    XrGraphicsBindingVulkan2KHR graphics{XR_TYPE_GRAPHICS_BINDING_VULKAN2_KHR};
    graphics.instance = native.instance;
    graphics.physicalDevice = native.physicalDevice;
    graphics.device = native.device;
    graphics.queueFamilyIndex = native.queueFamily;
    XrSessionCreateInfo info{XR_TYPE_SESSION_CREATE_INFO};
    info.next = &graphics;
    info.systemId = impl.system;
    XrSession session = XR_NULL_HANDLE;
    if (auto ok = check(xrCreateSession(impl.instance.get(), &info, &session), "starting the headset's session"); !ok) return ok;
    impl.session = UniqueSession{session};
    if (auto ok = makeSpaces(impl); !ok) return ok;
    if (auto ok = impl.actions.attach(session); !ok) return ok;
    return makeSwapchains(impl);
}

} // namespace millwright::xr
