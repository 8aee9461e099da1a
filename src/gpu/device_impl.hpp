#pragma once

#include <millwright/gpu/device.hpp>
#include <millwright/gpu/memory.hpp>
#include <millwright/gpu/native.hpp>
#include <millwright/gpu/pipeline.hpp>

#include <vk_mem_alloc.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// What only gpu's own sources see of a device.
namespace millwright::gpu {

/// Filled by the validation layer from any thread.
class MessageLog {
public:
    void add(bool error, std::string text);
    [[nodiscard]] std::vector<ValidationMessage> copy() const;

private:
    mutable std::mutex mutex_;
    std::vector<ValidationMessage> messages_;
};

inline constexpr std::uint64_t stillRecording = ~0ull;

/// An object whose owner has dropped it.
struct Retired {
    std::uint64_t lastUse = 0;                  ///< timeline value; `stillRecording` until the frame being recorded is submitted
    VkObjectType type = VK_OBJECT_TYPE_UNKNOWN; ///< UNKNOWN: `handle` is a place in the heap
    std::uint64_t handle = 0;
    VmaAllocation allocation = nullptr;
};

struct FrameInFlight::Impl {
    Device* device = nullptr;
    VkCommandPool pool = VK_NULL_HANDLE;
    VkCommandBuffer commands = VK_NULL_HANDLE;
    std::uint64_t lastValue = 0; ///< timeline value of the frame that used this slot last
    std::vector<Buffer> chunks;  ///< memory for the frame's data
    std::size_t chunk = 0;
    std::size_t used = 0;
    Swapchain::Impl* acquired = nullptr; ///< to be presented at submit
    VkSemaphore acquireSemaphore = VK_NULL_HANDLE;
};

struct Device::Impl {
    DeviceDescription description;
    VkInstance instance = VK_NULL_HANDLE;
    VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
    VkPhysicalDevice physicalDevice = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    bool ownsDevice = true;
    bool validating = false;
    std::uint32_t queueFamily = 0;
    VkQueue queue = VK_NULL_HANDLE;
    VmaAllocator allocator = nullptr;
    VkPhysicalDeviceLimits limits{};

    VkSemaphore timeline = VK_NULL_HANDLE;
    std::uint64_t submitted = 0; ///< last timeline value handed to the queue
    bool recording = false;
    std::uint32_t nextSlot = 0;
    std::uint64_t frameNumber = 0;
    std::array<std::unique_ptr<FrameInFlight>, framesInFlight> frames;
    std::deque<Retired> retired;

    VkPipelineCache pipelineCache = VK_NULL_HANDLE;
    std::string pipelineCachePath;
    std::size_t pipelineCacheSize = 0; ///< bytes as read from disk

    std::array<VkSampler, static_cast<std::size_t>(Sampler::Count)> samplers{};
    VkDescriptorSetLayout heapLayout = VK_NULL_HANDLE;
    VkDescriptorPool heapPool = VK_NULL_HANDLE;
    VkDescriptorSet heap = VK_NULL_HANDLE;
    VkPipelineLayout pipelineLayout = VK_NULL_HANDLE;
    std::vector<std::uint32_t> freeHeapPlaces;

    PFN_vkSetDebugUtilsObjectNameEXT setObjectName = nullptr;
    PFN_vkCmdBeginDebugUtilsLabelEXT beginLabel = nullptr;
    PFN_vkCmdEndDebugUtilsLabelEXT endLabel = nullptr;

    std::size_t liveAllocations = 0;
    std::uint64_t allocatedBytes = 0;
    MessageLog messages;

    ~Impl();
    [[nodiscard]] std::uint64_t reachedValue() const;
    void waitFor(std::uint64_t value) const;
    /// Destroys what retired and is no longer used.
    void collect();
    void destroy(const Retired& object);
    /// Submits and signals the next timeline value, which it returns.
    [[nodiscard]] Result<std::uint64_t> submit(VkCommandBuffer commands, VkSemaphore wait, VkSemaphore signal);
};

// instance.cpp
[[nodiscard]] bool validationWanted(const DeviceOptions& options);
[[nodiscard]] Result<VkInstance> createInstance(const Requirements& required);
void listenForMessages(Device::Impl& impl);
// select.cpp
[[nodiscard]] bool hasExtension(VkPhysicalDevice device, const char* name);
[[nodiscard]] DeviceDescription describe(VkPhysicalDevice device, std::uint32_t index, bool presentation);
[[nodiscard]] Result<VkPhysicalDevice> selectDevice(VkInstance instance, const DeviceOptions& options, DeviceDescription& chosen);
// pipeline_cache.cpp
void openPipelineCache(Device::Impl& impl);
void savePipelineCache(Device::Impl& impl);
// heap.cpp
[[nodiscard]] Result<void> createHeap(Device& device);
[[nodiscard]] Result<std::uint32_t> addToHeap(Device& device, VkImageView view);
// frame.cpp
/// Records and submits at once, in a command buffer of its own; `wait`: returns when the GPU is done.
[[nodiscard]] Result<void> runNow(Device& device, const std::function<void(VkCommandBuffer)>& record, bool wait);
// swapchain.cpp
void present(Swapchain::Impl& swapchain, Device::Impl& device);
[[nodiscard]] VkSemaphore renderedSemaphore(const Swapchain::Impl& swapchain);

/// `what` failed with `result`, as an error for the user.
[[nodiscard]] Error deviceError(std::string_view what, VkResult result);
[[nodiscard]] const char* resultName(VkResult result);

template <typename Handle>
[[nodiscard]] std::uint64_t rawHandle(Handle handle) {
    return reinterpret_cast<std::uint64_t>(handle);
}

} // namespace millwright::gpu
