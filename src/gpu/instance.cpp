#include "gpu/device_impl.hpp"

#include <millwright/core/log.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace millwright::gpu {
namespace {

constexpr const char* validationLayer = "VK_LAYER_KHRONOS_validation";

bool layerInstalled(const char* name) {
    std::uint32_t count = 0;
    vkEnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    vkEnumerateInstanceLayerProperties(&count, layers.data());
    return std::ranges::any_of(layers, [&](const auto& layer) { return std::strcmp(layer.layerName, name) == 0; });
}

bool instanceExtensionInstalled(const char* name) {
    std::uint32_t count = 0;
    vkEnumerateInstanceExtensionProperties(nullptr, &count, nullptr);
    std::vector<VkExtensionProperties> extensions(count);
    vkEnumerateInstanceExtensionProperties(nullptr, &count, extensions.data());
    return std::ranges::any_of(extensions, [&](const auto& extension) { return std::strcmp(extension.extensionName, name) == 0; });
}

VKAPI_ATTR VkBool32 VKAPI_CALL onMessage(VkDebugUtilsMessageSeverityFlagBitsEXT severity, VkDebugUtilsMessageTypeFlagsEXT,
                                         const VkDebugUtilsMessengerCallbackDataEXT* data, void* user) {
    const bool error = severity >= VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
    std::string text = data->pMessage ? data->pMessage : "";
    log::write(error ? log::Level::Error : log::Level::Warning, "vulkan: " + text);
    static_cast<MessageLog*>(user)->add(error, std::move(text));
    return VK_FALSE;
}

void requireFeatures(Requirements& r) {
    r.features = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2};
    r.features11 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES};
    r.features12 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES};
    r.features13 = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_3_FEATURES};
    r.features.pNext = &r.features11;
    r.features11.pNext = &r.features12;
    r.features12.pNext = &r.features13;
    r.features.features.shaderClipDistance = VK_TRUE; // section planes, and their caps' smooth edges
    r.features.features.multiDrawIndirect = VK_TRUE;
    r.features.features.sampleRateShading = VK_TRUE;
    r.features11.multiview = VK_TRUE;
    r.features11.shaderDrawParameters = VK_TRUE;
    r.features12.bufferDeviceAddress = VK_TRUE;
    r.features12.timelineSemaphore = VK_TRUE;
    r.features12.scalarBlockLayout = VK_TRUE;
    r.features12.descriptorIndexing = VK_TRUE;
    r.features12.runtimeDescriptorArray = VK_TRUE;
    r.features12.shaderSampledImageArrayNonUniformIndexing = VK_TRUE;
    r.features12.descriptorBindingPartiallyBound = VK_TRUE;
    r.features12.descriptorBindingSampledImageUpdateAfterBind = VK_TRUE;
    r.features12.descriptorBindingUpdateUnusedWhilePending = VK_TRUE;
    r.features13.dynamicRendering = VK_TRUE;
    r.features13.synchronization2 = VK_TRUE;
    r.features13.maintenance4 = VK_TRUE; // threads of a group by specialization
    r.features13.shaderDemoteToHelperInvocation = VK_TRUE;
}

} // namespace

void MessageLog::add(bool error, std::string text) {
    const std::scoped_lock lock{mutex_};
    if (messages_.size() < 1000) messages_.push_back({error, std::move(text)});
}

std::vector<ValidationMessage> MessageLog::copy() const {
    const std::scoped_lock lock{mutex_};
    return messages_;
}

bool validationWanted(const DeviceOptions& options) {
    const char* variable = std::getenv("MILLWRIGHT_VALIDATION");
    return options.validation || (variable && *variable && std::strcmp(variable, "0") != 0);
}

std::unique_ptr<Requirements> requirements(const DeviceOptions& options) {
    auto r = std::make_unique<Requirements>();
    r->application = {.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
                      .pApplicationName = "Millwright",
                      .pEngineName = "Millwright",
                      .apiVersion = r->apiVersion};
    r->names.reserve(options.instanceExtensions.size() + options.deviceExtensions.size());
    for (const auto& name : options.instanceExtensions) r->instanceExtensions.push_back(r->names.emplace_back(name).c_str());
    for (const auto& name : options.deviceExtensions) r->deviceExtensions.push_back(r->names.emplace_back(name).c_str());
    if (options.presentation) r->deviceExtensions.push_back(VK_KHR_SWAPCHAIN_EXTENSION_NAME);
    const bool validation = validationWanted(options);
    if (validation && !layerInstalled(validationLayer)) {
        log::warning("{} is not installed: running without validation (Debian: vulkan-validationlayers)", validationLayer);
    } else if (validation) {
        r->instanceLayers.push_back(validationLayer);
        r->instanceExtensions.push_back(VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME);
        r->validationEnables[0] = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
        r->validationFeatures = {.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
                                 .enabledValidationFeatureCount = 1,
                                 .pEnabledValidationFeatures = r->validationEnables};
        r->instanceNext = &r->validationFeatures;
    }
    if (validation || instanceExtensionInstalled(VK_EXT_DEBUG_UTILS_EXTENSION_NAME)) {
        r->instanceExtensions.push_back(VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    }
    requireFeatures(*r);
    return r;
}

void addOptionalFeatures(Requirements& required, VkPhysicalDevice physicalDevice) {
    VkPhysicalDeviceFeatures available{};
    vkGetPhysicalDeviceFeatures(physicalDevice, &available);
    required.features.features.samplerAnisotropy = available.samplerAnisotropy;
    required.features.features.depthClamp = available.depthClamp;
}

Result<VkInstance> createInstance(const Requirements& required) {
    const VkInstanceCreateInfo info{.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
                                    .pNext = required.instanceNext,
                                    .pApplicationInfo = &required.application,
                                    .enabledLayerCount = static_cast<std::uint32_t>(required.instanceLayers.size()),
                                    .ppEnabledLayerNames = required.instanceLayers.data(),
                                    .enabledExtensionCount = static_cast<std::uint32_t>(required.instanceExtensions.size()),
                                    .ppEnabledExtensionNames = required.instanceExtensions.data()};
    VkInstance instance = VK_NULL_HANDLE;
    if (const VkResult result = vkCreateInstance(&info, nullptr, &instance); result != VK_SUCCESS) {
        if (result == VK_ERROR_INCOMPATIBLE_DRIVER) {
            return failure(ErrorCode::Device,
                           "no Vulkan driver is installed: install the GPU maker's driver, or mesa-vulkan-drivers");
        }
        return std::unexpected(deviceError("Vulkan could not be started", result));
    }
    return instance;
}

void listenForMessages(Device::Impl& impl) {
    const auto create = reinterpret_cast<PFN_vkCreateDebugUtilsMessengerEXT>(
        vkGetInstanceProcAddr(impl.instance, "vkCreateDebugUtilsMessengerEXT"));
    if (!create || !impl.validating) return;
    const VkDebugUtilsMessengerCreateInfoEXT info{.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
                                                  .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                                                                     VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
                                                  .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT,
                                                  .pfnUserCallback = onMessage,
                                                  .pUserData = &impl.messages};
    create(impl.instance, &info, nullptr, &impl.messenger);
}

} // namespace millwright::gpu
