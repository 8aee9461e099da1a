#include "gpu/device_impl.hpp"

#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/user_cache.hpp>

#include <filesystem>
#include <format>

namespace millwright::gpu {
namespace {

/// Vulkan gives each device and driver build an id for exactly this purpose.
std::string cacheName(VkPhysicalDevice device) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(device, &properties);
    std::string name = std::format("{:04x}-{:04x}-{:08x}-", properties.vendorID, properties.deviceID, properties.driverVersion);
    for (const auto byte : properties.pipelineCacheUUID) name += std::format("{:02x}", byte);
    return name + ".bin";
}

} // namespace

void openPipelineCache(Device::Impl& impl) {
    std::string bytes;
    if (const auto folder = userCacheFolder("pipelines"); !folder.empty()) {
        std::error_code ignored;
        std::filesystem::create_directories(folder, ignored);
        impl.pipelineCachePath = (folder / cacheName(impl.physicalDevice)).string();
        if (auto text = readFile(impl.pipelineCachePath)) bytes = std::move(*text);
    }
    impl.pipelineCacheSize = bytes.size();
    VkPipelineCacheCreateInfo info{
        .sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO, .initialDataSize = bytes.size(), .pInitialData = bytes.data()};
    if (vkCreatePipelineCache(impl.device, &info, nullptr, &impl.pipelineCache) != VK_SUCCESS) {
        // The driver checks the header; whatever else is wrong with an old file, an empty cache is always right.
        info.initialDataSize = 0;
        impl.pipelineCacheSize = 0;
        vkCreatePipelineCache(impl.device, &info, nullptr, &impl.pipelineCache);
    }
}

void savePipelineCache(Device::Impl& impl) {
    if (impl.pipelineCachePath.empty() || impl.pipelineCache == VK_NULL_HANDLE) return;
    std::size_t size = 0;
    vkGetPipelineCacheData(impl.device, impl.pipelineCache, &size, nullptr);
    if (size == impl.pipelineCacheSize) return;
    std::vector<std::byte> bytes(size);
    if (vkGetPipelineCacheData(impl.device, impl.pipelineCache, &size, bytes.data()) != VK_SUCCESS) return;
    bytes.resize(size);
    if (const auto written = writeFile(impl.pipelineCachePath, std::span<const std::byte>{bytes}); !written) {
        log::info("pipeline cache not kept: {}", written.error().text());
    }
}

} // namespace millwright::gpu
