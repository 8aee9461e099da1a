#include "gpu/device_impl.hpp"

#include <cassert>
#include <format>

namespace millwright::gpu {

FrameInFlight::FrameInFlight() : impl_{std::make_unique<Impl>()} {}
FrameInFlight::~FrameInFlight() = default;

VkCommandBuffer commandBuffer(const FrameInFlight& frame) {
    return frame.impl().commands;
}

Result<FrameInFlight*> Device::beginFrame() {
    assert(!impl_->recording && "submit the frame before beginning the next");
    auto& frame = *impl_->frames[impl_->nextSlot];
    auto& f = frame.impl();
    frame.slot_ = impl_->nextSlot;
    frame.value_ = 0;
    frame.number_ = ++impl_->frameNumber;
    impl_->nextSlot = (impl_->nextSlot + 1) % framesInFlight;
    impl_->waitFor(f.lastValue);
    impl_->collect();
    f.chunk = 0;
    f.used = 0;
    vkResetCommandPool(impl_->device, f.pool, 0);
    const VkCommandBufferBeginInfo begin{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                         .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    if (const auto result = vkBeginCommandBuffer(f.commands, &begin); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a frame could not be started", result));
    }
    impl_->recording = true;
    return &frame;
}

Result<void> Device::submit(FrameInFlight& frame) {
    auto& f = frame.impl();
    assert(impl_->recording);
    impl_->recording = false;
    if (const auto result = vkEndCommandBuffer(f.commands); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a frame could not be recorded", result));
    }
    for (std::size_t i = 0; i <= f.chunk && i < f.chunks.size(); ++i) f.chunks[i].flush();
    const VkSemaphore wait = f.acquired ? f.acquireSemaphore : VK_NULL_HANDLE;
    const VkSemaphore signal = f.acquired ? renderedSemaphore(*f.acquired) : VK_NULL_HANDLE;
    auto value = impl_->submit(f.commands, wait, signal);
    if (!value) return std::unexpected(value.error());
    f.lastValue = frame.value_ = *value;
    for (auto& object : impl_->retired) {
        if (object.lastUse == stillRecording) object.lastUse = *value;
    }
    if (auto* swapchain = std::exchange(f.acquired, nullptr)) present(*swapchain, *impl_);
    return {};
}

bool Device::finished(std::uint64_t timelineValue) const {
    return timelineValue != 0 && timelineValue <= impl_->reachedValue();
}

void Device::waitIdle() {
    impl_->waitFor(impl_->submitted);
    vkDeviceWaitIdle(impl_->device);
    impl_->collect();
}

std::uint64_t Device::Impl::reachedValue() const {
    std::uint64_t value = 0;
    if (timeline && vkGetSemaphoreCounterValue(device, timeline, &value) != VK_SUCCESS)
        return ~0ull - 1; // lost: nothing runs any more
    return value;
}

void Device::Impl::waitFor(std::uint64_t value) const {
    if (!timeline) return;
    const VkSemaphoreWaitInfo info{
        .sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, .semaphoreCount = 1, .pSemaphores = &timeline, .pValues = &value};
    vkWaitSemaphores(device, &info, ~0ull);
}

Result<std::uint64_t> Device::Impl::submit(VkCommandBuffer commandsToRun, VkSemaphore wait, VkSemaphore signal) {
    const std::uint64_t value = submitted + 1;
    const VkCommandBufferSubmitInfo command{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO, .commandBuffer = commandsToRun};
    const VkSemaphoreSubmitInfo waits{.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
                                      .semaphore = wait,
                                      .stageMask = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT};
    const VkSemaphoreSubmitInfo signals[] = {
        {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO,
         .semaphore = timeline,
         .value = value,
         .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT},
        {.sType = VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO, .semaphore = signal, .stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT}};
    const VkSubmitInfo2 info{.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO_2,
                             .waitSemaphoreInfoCount = wait ? 1u : 0u,
                             .pWaitSemaphoreInfos = &waits,
                             .commandBufferInfoCount = 1,
                             .pCommandBufferInfos = &command,
                             .signalSemaphoreInfoCount = signal ? 2u : 1u,
                             .pSignalSemaphoreInfos = signals};
    if (const auto result = vkQueueSubmit2(queue, 1, &info, VK_NULL_HANDLE); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a frame could not be handed to the GPU", result));
    }
    submitted = value;
    return value;
}

Result<void> runNow(Device& device, const std::function<void(VkCommandBuffer)>& record, bool wait) {
    auto& impl = device.impl();
    const VkCommandPoolCreateInfo poolInfo{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                           .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                           .queueFamilyIndex = impl.queueFamily};
    VkCommandPool pool = VK_NULL_HANDLE;
    if (const auto result = vkCreateCommandPool(impl.device, &poolInfo, nullptr, &pool); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a command pool could not be made", result));
    }
    const VkCommandBufferAllocateInfo allocate{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                               .commandPool = pool,
                                               .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                               .commandBufferCount = 1};
    const VkCommandBufferBeginInfo begin{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                         .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    VkCommandBuffer commands = VK_NULL_HANDLE;
    auto result = vkAllocateCommandBuffers(impl.device, &allocate, &commands);
    if (result == VK_SUCCESS) {
        vkBeginCommandBuffer(commands, &begin);
        record(commands);
        result = vkEndCommandBuffer(commands);
    }
    auto value = result == VK_SUCCESS ? impl.submit(commands, VK_NULL_HANDLE, VK_NULL_HANDLE)
                                      : std::unexpected(deviceError("commands could not be recorded", result));
    retire(device, VK_OBJECT_TYPE_COMMAND_POOL, rawHandle(pool));
    if (!value) return std::unexpected(value.error());
    if (wait) impl.waitFor(*value);
    return {};
}

void retire(Device& device, VkObjectType type, std::uint64_t handle, void* allocation) {
    auto& impl = device.impl();
    impl.retired.push_back(
        {impl.recording ? stillRecording : impl.submitted, type, handle, static_cast<VmaAllocation>(allocation)});
}

void Device::Impl::collect() {
    if (retired.empty()) return;
    const auto reached = reachedValue();
    std::erase_if(retired, [&](const Retired& object) {
        const bool done = object.lastUse <= reached || (object.lastUse == stillRecording && !recording);
        if (done) destroy(object);
        return done;
    });
}

void Device::Impl::destroy(const Retired& object) {
    const auto as = [&]<typename Handle>(Handle*) { return reinterpret_cast<Handle>(object.handle); };
    if (object.allocation) {
        VmaAllocationInfo info{};
        vmaGetAllocationInfo(allocator, object.allocation, &info);
        allocatedBytes -= info.size;
        --liveAllocations;
    }
    switch (object.type) {
    case VK_OBJECT_TYPE_BUFFER: vmaDestroyBuffer(allocator, as(static_cast<VkBuffer*>(nullptr)), object.allocation); break;
    case VK_OBJECT_TYPE_IMAGE: vmaDestroyImage(allocator, as(static_cast<VkImage*>(nullptr)), object.allocation); break;
    case VK_OBJECT_TYPE_IMAGE_VIEW: vkDestroyImageView(device, as(static_cast<VkImageView*>(nullptr)), nullptr); break;
    case VK_OBJECT_TYPE_PIPELINE: vkDestroyPipeline(device, as(static_cast<VkPipeline*>(nullptr)), nullptr); break;
    case VK_OBJECT_TYPE_QUERY_POOL: vkDestroyQueryPool(device, as(static_cast<VkQueryPool*>(nullptr)), nullptr); break;
    case VK_OBJECT_TYPE_COMMAND_POOL: vkDestroyCommandPool(device, as(static_cast<VkCommandPool*>(nullptr)), nullptr); break;
    case VK_OBJECT_TYPE_DESCRIPTOR_POOL:
        vkDestroyDescriptorPool(device, as(static_cast<VkDescriptorPool*>(nullptr)), nullptr);
        break;
    case VK_OBJECT_TYPE_SEMAPHORE: vkDestroySemaphore(device, as(static_cast<VkSemaphore*>(nullptr)), nullptr); break;
    case VK_OBJECT_TYPE_UNKNOWN: freeHeapPlaces.push_back(static_cast<std::uint32_t>(object.handle)); break;
    default: assert(false && "a type of object that is never retired");
    }
}

Result<FrameMemory> frameMemory(FrameInFlight& frame, std::size_t bytes) {
    auto& f = frame.impl();
    constexpr std::size_t alignment = 256;
    constexpr std::size_t chunkBytes = 1u << 20;
    const std::size_t size = std::max<std::size_t>((bytes + alignment - 1) / alignment * alignment, alignment);
    while (f.chunk < f.chunks.size() && f.used + size > f.chunks[f.chunk].size()) {
        ++f.chunk;
        f.used = 0;
    }
    if (f.chunk == f.chunks.size()) {
        auto chunk =
            Buffer::create(*f.device, std::max(size, chunkBytes), BufferUse::Staging, std::format("frame {} data", frame.slot()));
        if (!chunk) return std::unexpected(chunk.error());
        f.chunks.push_back(std::move(*chunk));
    }
    const auto& chunk = f.chunks[f.chunk];
    const std::size_t offset = std::exchange(f.used, f.used + size);
    return FrameMemory{chunk.mapped().data() + offset, chunk.address() + offset, chunk.handle(), offset};
}

} // namespace millwright::gpu
