#include "gpu/device_impl.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <format>

namespace millwright::gpu {
namespace {

std::vector<VkPhysicalDevice> physicalDevices(VkInstance instance) {
    std::uint32_t count = 0;
    vkEnumeratePhysicalDevices(instance, &count, nullptr);
    std::vector<VkPhysicalDevice> devices(count);
    vkEnumeratePhysicalDevices(instance, &count, devices.data());
    devices.resize(count);
    return devices;
}

DeviceKind kindOf(VkPhysicalDeviceType type) {
    switch (type) {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: return DeviceKind::Discrete;
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: return DeviceKind::Integrated;
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: return DeviceKind::Virtual;
    case VK_PHYSICAL_DEVICE_TYPE_CPU: return DeviceKind::Cpu;
    default: return DeviceKind::Other;
    }
}

int scoreOf(DeviceKind kind) {
    switch (kind) {
    case DeviceKind::Discrete: return 4000;
    case DeviceKind::Integrated: return 3000;
    case DeviceKind::Virtual: return 2000;
    case DeviceKind::Cpu: return 1000;
    case DeviceKind::Other: return 500;
    }
    return 0;
}

std::string versionText(std::uint32_t version) {
    return std::format("{}.{}.{}", VK_API_VERSION_MAJOR(version), VK_API_VERSION_MINOR(version), VK_API_VERSION_PATCH(version));
}

/// The first required feature that is missing, or nothing.
std::string missingFeature(VkPhysicalDevice device) {
    VkPhysicalDeviceVulkan13Features has13{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    VkPhysicalDeviceVulkan12Features has12{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES, .pNext = &has13};
    VkPhysicalDeviceVulkan11Features has11{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES, .pNext = &has12};
    VkPhysicalDeviceFeatures2 has{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2, .pNext = &has11};
    vkGetPhysicalDeviceFeatures2(device, &has);
    const std::pair<VkBool32, const char*> needed[] = {
        {has.features.shaderClipDistance, "shaderClipDistance"},
        {has.features.multiDrawIndirect, "multiDrawIndirect"},
        {has.features.sampleRateShading, "sampleRateShading"},
        {has11.multiview, "multiview"},
        {has11.shaderDrawParameters, "shaderDrawParameters"},
        {has12.bufferDeviceAddress, "bufferDeviceAddress"},
        {has12.timelineSemaphore, "timelineSemaphore"},
        {has12.scalarBlockLayout, "scalarBlockLayout"},
        {has12.descriptorIndexing, "descriptorIndexing"},
        {has12.runtimeDescriptorArray, "runtimeDescriptorArray"},
        {has12.shaderSampledImageArrayNonUniformIndexing, "shaderSampledImageArrayNonUniformIndexing"},
        {has12.descriptorBindingPartiallyBound, "descriptorBindingPartiallyBound"},
        {has12.descriptorBindingSampledImageUpdateAfterBind, "descriptorBindingSampledImageUpdateAfterBind"},
        {has12.descriptorBindingUpdateUnusedWhilePending, "descriptorBindingUpdateUnusedWhilePending"},
        {has13.dynamicRendering, "dynamicRendering"},
        {has13.synchronization2, "synchronization2"},
        {has13.maintenance4, "maintenance4"},
        {has13.shaderDemoteToHelperInvocation, "shaderDemoteToHelperInvocation"},
    };
    for (const auto& [present, name] : needed) {
        if (!present) return name;
    }
    return {};
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string listText(const std::vector<DeviceDescription>& devices) {
    std::string text;
    for (const auto& device : devices) {
        text += std::format("{} {}: {} ({})", text.empty() ? "" : ";", device.index, device.name,
                            device.usable ? "usable" : device.reason);
    }
    return text;
}

} // namespace

bool hasExtension(VkPhysicalDevice device, const char* name) {
    std::uint32_t count = 0;
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    vkEnumerateDeviceExtensionProperties(device, nullptr, &count, extensions.data());
    return std::ranges::any_of(extensions, [&](const auto& extension) { return std::strcmp(extension.extensionName, name) == 0; });
}

Result<std::uint32_t> graphicsQueueFamily(VkPhysicalDevice physicalDevice) {
    std::uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(physicalDevice, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(physicalDevice, &count, families.data());
    constexpr VkQueueFlags needed = VK_QUEUE_GRAPHICS_BIT | VK_QUEUE_COMPUTE_BIT;
    for (std::uint32_t i = 0; i < count; ++i) {
        if ((families[i].queueFlags & needed) == needed) return i;
    }
    return failure(ErrorCode::Unsupported, "the device has no queue that draws and computes");
}

std::string unusableBecause(VkPhysicalDevice physicalDevice, bool presentation) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(physicalDevice, &properties);
    if (properties.apiVersion < VK_API_VERSION_1_3) {
        return std::format("it has Vulkan {}, and 1.3 is needed: update its driver", versionText(properties.apiVersion));
    }
    if (const auto feature = missingFeature(physicalDevice); !feature.empty()) {
        return std::format("it lacks the feature {}: update its driver", feature);
    }
    if (!graphicsQueueFamily(physicalDevice)) return "it has no queue that draws and computes";
    if (presentation && !hasExtension(physicalDevice, VK_KHR_SWAPCHAIN_EXTENSION_NAME))
        return "it cannot show windows (no VK_KHR_swapchain)";
    return {};
}

DeviceDescription describe(VkPhysicalDevice device, std::uint32_t index, bool presentation) {
    VkPhysicalDeviceDriverProperties driver{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES};
    VkPhysicalDeviceProperties2 properties{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &driver};
    vkGetPhysicalDeviceProperties2(device, &properties);
    VkPhysicalDeviceMemoryProperties memory{};
    vkGetPhysicalDeviceMemoryProperties(device, &memory);
    DeviceDescription d{.index = index,
                        .name = properties.properties.deviceName,
                        .driver = std::format("{} {}", driver.driverName, driver.driverInfo),
                        .apiVersion = versionText(properties.properties.apiVersion),
                        .kind = kindOf(properties.properties.deviceType)};
    for (std::uint32_t i = 0; i < memory.memoryHeapCount; ++i) {
        if (memory.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT) {
            d.memoryBytes = std::max<std::uint64_t>(d.memoryBytes, memory.memoryHeaps[i].size);
        }
    }
    d.reason = unusableBecause(device, presentation);
    d.usable = d.reason.empty();
    // The kind decides; memory (in GiB, below the step between kinds) decides between two of a kind.
    d.score = d.usable ? scoreOf(d.kind) + static_cast<int>(std::min<std::uint64_t>(d.memoryBytes >> 30, 400)) : 0;
    return d;
}

Result<VkPhysicalDevice> selectDevice(VkInstance instance, const DeviceOptions& options, DeviceDescription& chosen) {
    const auto devices = physicalDevices(instance);
    std::vector<DeviceDescription> all;
    for (std::uint32_t i = 0; i < devices.size(); ++i) all.push_back(describe(devices[i], i, options.presentation));
    if (all.empty()) {
        return failure(ErrorCode::Device, "no Vulkan device: install the GPU maker's driver, or mesa-vulkan-drivers for the CPU");
    }
    const char* variable = std::getenv("MILLWRIGHT_GPU");
    const std::string wanted = !options.gpu.empty() ? options.gpu : variable ? variable : "";
    const DeviceDescription* best = nullptr;
    if (wanted.empty()) {
        for (const auto& d : all) {
            if (d.usable && (!best || d.score > best->score)) best = &d;
        }
        if (!best) return failure(ErrorCode::Device, "no Vulkan device can be used:" + listText(all));
    } else {
        std::uint32_t index = 0;
        const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
        const bool isIndex = error == std::errc{} && end == wanted.data() + wanted.size();
        for (const auto& d : all) {
            if (!best && (isIndex ? d.index == index : lower(d.name).contains(lower(wanted)))) best = &d;
        }
        if (!best) return failure(ErrorCode::NotFound, std::format("no GPU '{}'; there are:{}", wanted, listText(all)));
        if (!best->usable) return failure(ErrorCode::Device, std::format("GPU '{}' cannot be used: {}", best->name, best->reason));
    }
    chosen = *best;
    return devices[best->index];
}

Result<std::vector<DeviceDescription>> listDevices() {
    const auto required = requirements({});
    auto instance = createInstance(*required);
    if (!instance) return std::unexpected(instance.error());
    std::vector<DeviceDescription> result;
    const auto devices = physicalDevices(*instance);
    for (std::uint32_t i = 0; i < devices.size(); ++i) result.push_back(describe(devices[i], i, false));
    vkDestroyInstance(*instance, nullptr);
    std::ranges::stable_sort(result, std::ranges::greater{}, &DeviceDescription::score);
    return result;
}

} // namespace millwright::gpu
