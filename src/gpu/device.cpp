#include "gpu/device_impl.hpp"

#include <millwright/core/log.hpp>

#include <cassert>
#include <format>
#include <malloc.h>

namespace millwright::gpu {
namespace {

void loadExtensionFunctions(Device::Impl& impl) {
    impl.setObjectName =
        reinterpret_cast<PFN_vkSetDebugUtilsObjectNameEXT>(vkGetDeviceProcAddr(impl.device, "vkSetDebugUtilsObjectNameEXT"));
    impl.beginLabel =
        reinterpret_cast<PFN_vkCmdBeginDebugUtilsLabelEXT>(vkGetDeviceProcAddr(impl.device, "vkCmdBeginDebugUtilsLabelEXT"));
    impl.endLabel =
        reinterpret_cast<PFN_vkCmdEndDebugUtilsLabelEXT>(vkGetDeviceProcAddr(impl.device, "vkCmdEndDebugUtilsLabelEXT"));
}

Result<void> createAllocator(Device::Impl& impl) {
    VmaAllocatorCreateInfo info{};
    info.flags = VMA_ALLOCATOR_CREATE_BUFFER_DEVICE_ADDRESS_BIT;
    info.physicalDevice = impl.physicalDevice;
    info.device = impl.device;
    info.instance = impl.instance;
    info.vulkanApiVersion = VK_API_VERSION_1_3;
    if (const auto result = vmaCreateAllocator(&info, &impl.allocator); result != VK_SUCCESS) {
        return std::unexpected(deviceError("the GPU memory allocator could not be made", result));
    }
    return {};
}

Result<void> createFrames(Device& device) {
    auto& impl = device.impl();
    const VkSemaphoreTypeCreateInfo type{.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO,
                                         .semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE};
    const VkSemaphoreCreateInfo semaphore{.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO, .pNext = &type};
    if (const auto result = vkCreateSemaphore(impl.device, &semaphore, nullptr, &impl.timeline); result != VK_SUCCESS) {
        return std::unexpected(deviceError("the frame timeline could not be made", result));
    }
    setName(device, VK_OBJECT_TYPE_SEMAPHORE, rawHandle(impl.timeline), "frame timeline");
    for (std::uint32_t slot = 0; slot < framesInFlight; ++slot) {
        auto& frame = *(impl.frames[slot] = std::make_unique<FrameInFlight>());
        frame.impl().device = &device;
        const VkCommandPoolCreateInfo pool{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                           .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                           .queueFamilyIndex = impl.queueFamily};
        if (const auto result = vkCreateCommandPool(impl.device, &pool, nullptr, &frame.impl().pool); result != VK_SUCCESS) {
            return std::unexpected(deviceError("a command pool could not be made", result));
        }
        const VkCommandBufferAllocateInfo allocate{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                                   .commandPool = frame.impl().pool,
                                                   .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                                   .commandBufferCount = 1};
        if (const auto result = vkAllocateCommandBuffers(impl.device, &allocate, &frame.impl().commands); result != VK_SUCCESS) {
            return std::unexpected(deviceError("a command buffer could not be made", result));
        }
        const VkSemaphoreCreateInfo binary{.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
        if (const auto result = vkCreateSemaphore(impl.device, &binary, nullptr, &frame.impl().acquireSemaphore);
            result != VK_SUCCESS) {
            return std::unexpected(deviceError("a semaphore could not be made", result));
        }
        setName(device, VK_OBJECT_TYPE_COMMAND_POOL, rawHandle(frame.impl().pool), std::format("frame {} commands", slot));
        setName(device, VK_OBJECT_TYPE_COMMAND_BUFFER, rawHandle(frame.impl().commands), std::format("frame {}", slot));
        setName(device, VK_OBJECT_TYPE_SEMAPHORE, rawHandle(frame.impl().acquireSemaphore), std::format("frame {} acquired", slot));
    }
    return {};
}

/// A CPU driver allocates and frees megabytes for every picture. Given back to the system each time, they are mapped, cleared and
/// faulted in again page by page, on the one thread that prepares triangles: so what is free stays with the process, up to 256 MiB.
void keepFreedMemory() {
    constexpr int largestOnHeap = 32 << 20; // bytes, the most that glibc takes
    mallopt(M_MMAP_THRESHOLD, largestOnHeap);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
}

/// Everything after instance, device and queue family are known.
Result<std::unique_ptr<Device>> finish(std::unique_ptr<Device::Impl> owned) {
    auto device = std::make_unique<Device>(std::move(owned));
    auto& impl = device->impl();
    if (impl.description.kind == DeviceKind::Cpu) keepFreedMemory();
    vkGetDeviceQueue(impl.device, impl.queueFamily, 0, &impl.queue);
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(impl.physicalDevice, &properties);
    impl.limits = properties.limits;
    loadExtensionFunctions(impl);
    setName(*device, VK_OBJECT_TYPE_QUEUE, rawHandle(impl.queue), "main queue");
    if (auto done = createAllocator(impl); !done) return std::unexpected(done.error());
    if (auto done = createFrames(*device); !done) return std::unexpected(done.error());
    openPipelineCache(impl);
    if (auto done = createHeap(*device); !done) return std::unexpected(done.error());
    return device;
}

} // namespace

Result<std::unique_ptr<Device>> Device::create(const DeviceOptions& options) {
    const auto required = requirements(options);
    auto impl = std::make_unique<Impl>();
    auto instance = createInstance(*required);
    if (!instance) return std::unexpected(instance.error());
    impl->instance = *instance;
    impl->validating = !required->instanceLayers.empty();
    listenForMessages(*impl);
    auto physicalDevice = selectDevice(*instance, options, impl->description);
    if (!physicalDevice) return std::unexpected(physicalDevice.error());
    impl->physicalDevice = *physicalDevice;
    auto family = graphicsQueueFamily(*physicalDevice);
    if (!family) return std::unexpected(family.error());
    impl->queueFamily = *family;
    addOptionalFeatures(*required, *physicalDevice);
    const float priority = 1;
    const VkDeviceQueueCreateInfo queue{.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO,
                                        .queueFamilyIndex = *family,
                                        .queueCount = 1,
                                        .pQueuePriorities = &priority};
    const VkDeviceCreateInfo info{.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO,
                                  .pNext = &required->features,
                                  .queueCreateInfoCount = 1,
                                  .pQueueCreateInfos = &queue,
                                  .enabledExtensionCount = static_cast<std::uint32_t>(required->deviceExtensions.size()),
                                  .ppEnabledExtensionNames = required->deviceExtensions.data()};
    if (const auto result = vkCreateDevice(*physicalDevice, &info, nullptr, &impl->device); result != VK_SUCCESS) {
        return std::unexpected(deviceError(std::format("GPU '{}' could not be opened", impl->description.name), result));
    }
    return finish(std::move(impl));
}

Result<std::unique_ptr<Device>> adopt(const AdoptedDevice& adopted) {
    auto impl = std::make_unique<Device::Impl>();
    impl->instance = adopted.instance;
    impl->physicalDevice = adopted.physicalDevice;
    impl->device = adopted.device;
    impl->queueFamily = adopted.queueFamily;
    impl->ownsDevice = adopted.owned;
    impl->validating = adopted.validation;
    impl->description = describe(adopted.physicalDevice, 0, false);
    listenForMessages(*impl);
    if (!impl->description.usable) {
        return failure(ErrorCode::Unsupported,
                       std::format("GPU '{}' cannot be used: {}", impl->description.name, impl->description.reason));
    }
    return finish(std::move(impl));
}

Device::Device(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

Device::~Device() {
    if (impl_->device) {
        waitIdle();
        savePipelineCache(*impl_);
        for (auto& frame : impl_->frames) {
            if (frame) frame->impl().chunks.clear();
        }
        impl_->collect();
    }
}

/// Also runs for a device that was only half made: every handle may be null.
Device::Impl::~Impl() {
    if (device) {
        vkDeviceWaitIdle(device);
        recording = false;
        collect();
        for (auto& frame : frames) {
            if (!frame) continue;
            vkDestroyCommandPool(device, frame->impl().pool, nullptr);
            vkDestroySemaphore(device, frame->impl().acquireSemaphore, nullptr);
        }
        vkDestroySemaphore(device, timeline, nullptr);
        vkDestroyPipelineLayout(device, pipelineLayout, nullptr);
        vkDestroyDescriptorPool(device, heapPool, nullptr);
        vkDestroyDescriptorSetLayout(device, heapLayout, nullptr);
        for (const auto sampler : samplers) vkDestroySampler(device, sampler, nullptr);
        vkDestroyPipelineCache(device, pipelineCache, nullptr);
        if (allocator) vmaDestroyAllocator(allocator);
        if (ownsDevice) vkDestroyDevice(device, nullptr);
    }
    if (messenger) {
        const auto destroyMessenger = reinterpret_cast<PFN_vkDestroyDebugUtilsMessengerEXT>(
            vkGetInstanceProcAddr(instance, "vkDestroyDebugUtilsMessengerEXT"));
        destroyMessenger(instance, messenger, nullptr);
    }
    if (ownsDevice && instance) vkDestroyInstance(instance, nullptr);
}

const DeviceDescription& Device::description() const {
    return impl_->description;
}
std::vector<ValidationMessage> Device::validationMessages() const {
    return impl_->messages.copy();
}
bool Device::validating() const {
    return impl_->validating;
}
std::size_t Device::retiredObjects() const {
    return impl_->retired.size();
}
std::size_t Device::liveAllocations() const {
    return impl_->liveAllocations;
}
std::uint64_t Device::allocatedBytes() const {
    return impl_->allocatedBytes;
}

std::uint64_t Device::memoryBudget() const {
    VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
    VkPhysicalDeviceMemoryProperties2 memory{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2};
    const bool known = hasExtension(impl_->physicalDevice, VK_EXT_MEMORY_BUDGET_EXTENSION_NAME);
    if (known) memory.pNext = &budget;
    vkGetPhysicalDeviceMemoryProperties2(impl_->physicalDevice, &memory);
    std::uint64_t most = 0;
    for (std::uint32_t i = 0; i < memory.memoryProperties.memoryHeapCount; ++i) {
        const auto& heap = memory.memoryProperties.memoryHeaps[i];
        if (!(heap.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)) continue;
        most = std::max<std::uint64_t>(most, known ? std::min(budget.heapBudget[i], heap.size) : heap.size);
    }
    return most;
}
std::uint64_t Device::largestBuffer() const {
    VkPhysicalDeviceMaintenance4Properties buffers{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_4_PROPERTIES};
    VkPhysicalDeviceMaintenance3Properties memory{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES,
                                                  .pNext = &buffers};
    VkPhysicalDeviceProperties2 properties{.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2, .pNext = &memory};
    vkGetPhysicalDeviceProperties2(impl_->physicalDevice, &properties);
    return std::min(buffers.maxBufferSize, memory.maxMemoryAllocationSize);
}

NativeDevice native(const Device& device) {
    const auto& impl = device.impl();
    return {.instance = impl.instance,
            .physicalDevice = impl.physicalDevice,
            .device = impl.device,
            .queue = impl.queue,
            .queueFamily = impl.queueFamily,
            .pipelineCache = impl.pipelineCache,
            .linearClamp = impl.samplers[static_cast<std::size_t>(Sampler::LinearClamp)]};
}

void setName(const Device& device, VkObjectType type, std::uint64_t handle, const std::string& name) {
    const auto& impl = device.impl();
    if (!impl.setObjectName || !handle) return;
    const VkDebugUtilsObjectNameInfoEXT info{.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT,
                                             .objectType = type,
                                             .objectHandle = handle,
                                             .pObjectName = name.c_str()};
    impl.setObjectName(impl.device, &info);
}

const char* resultName(VkResult result) {
    switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY: return "out of memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: return "out of GPU memory";
    case VK_ERROR_INITIALIZATION_FAILED: return "initialisation failed";
    case VK_ERROR_DEVICE_LOST: return "the GPU was lost; restart the program, and look at the driver's log";
    case VK_ERROR_LAYER_NOT_PRESENT: return "a layer is not installed";
    case VK_ERROR_EXTENSION_NOT_PRESENT: return "an extension is not there";
    case VK_ERROR_FEATURE_NOT_PRESENT: return "a feature is not there";
    case VK_ERROR_INCOMPATIBLE_DRIVER: return "no compatible driver";
    case VK_ERROR_FORMAT_NOT_SUPPORTED: return "the format is not supported";
    case VK_ERROR_SURFACE_LOST_KHR: return "the window's surface was lost";
    case VK_ERROR_OUT_OF_DATE_KHR: return "the window changed";
    default: return "the driver refused";
    }
}

Error deviceError(std::string_view what, VkResult result) {
    const bool memory = result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY;
    return {memory ? ErrorCode::ResourceLimit : ErrorCode::Device,
            std::format("{}: {} (VkResult {})", what, resultName(result), static_cast<int>(result)),
            {}};
}

} // namespace millwright::gpu
