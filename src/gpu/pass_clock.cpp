#include "gpu/device_impl.hpp"

#include <format>

namespace millwright::gpu {

Result<PassClock> PassClock::create(Device& device, std::string name) {
    PassClock clock{device};
    auto& impl = device.impl();
    std::uint32_t count = 0;
    vkGetPhysicalDeviceQueueFamilyProperties(impl.physicalDevice, &count, nullptr);
    std::vector<VkQueueFamilyProperties> families(count);
    vkGetPhysicalDeviceQueueFamilyProperties(impl.physicalDevice, &count, families.data());
    if (families[impl.queueFamily].timestampValidBits == 0) return clock; // measures nothing
    clock.nanosecondsPerTick_ = static_cast<double>(impl.limits.timestampPeriod);
    for (std::uint32_t slot = 0; slot < framesInFlight; ++slot) {
        const VkQueryPoolCreateInfo info{
            .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO, .queryType = VK_QUERY_TYPE_TIMESTAMP, .queryCount = maximumMarks};
        if (const auto result = vkCreateQueryPool(impl.device, &info, nullptr, &clock.slots_[slot].pool); result != VK_SUCCESS) {
            return std::unexpected(deviceError("GPU timestamps could not be set up", result));
        }
        setName(device, VK_OBJECT_TYPE_QUERY_POOL, rawHandle(clock.slots_[slot].pool), std::format("{} {}", name, slot));
    }
    return clock;
}

PassClock::PassClock(PassClock&& other) noexcept
    : device_{other.device_},
      slots_{std::exchange(other.slots_, {})},
      intervals_{other.intervals_},
      intervalCount_{other.intervalCount_},
      newest_{other.newest_},
      nanosecondsPerTick_{other.nanosecondsPerTick_} {}

PassClock::~PassClock() {
    for (const auto& slot : slots_) {
        if (slot.pool) retire(*device_, VK_OBJECT_TYPE_QUERY_POOL, rawHandle(slot.pool));
    }
}

void PassClock::begin(FrameInFlight& frame) {
    auto& slot = slots_[frame.slot()];
    if (!slot.pool) return;
    read(frame.slot());
    newest_ = frame.slot();
    vkCmdResetQueryPool(frame.impl().commands, slot.pool, 0, maximumMarks);
    slot.marks = 0;
    mark(frame, "");
}

void PassClock::mark(FrameInFlight& frame, const char* pass) {
    auto& slot = slots_[frame.slot()];
    if (!slot.pool || slot.marks == maximumMarks) return;
    vkCmdWriteTimestamp2(frame.impl().commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, slot.pool, slot.marks);
    slot.names[slot.marks++] = pass;
}

void PassClock::read(std::uint32_t index) {
    auto& slot = slots_[index];
    if (slot.marks < 2) return;
    std::array<std::uint64_t, maximumMarks> ticks{};
    const auto result = vkGetQueryPoolResults(device_->impl().device, slot.pool, 0, slot.marks, sizeof ticks, ticks.data(),
                                              sizeof ticks[0], VK_QUERY_RESULT_64_BIT);
    if (result != VK_SUCCESS) return;
    intervalCount_ = 0;
    for (std::uint32_t i = 1; i < slot.marks; ++i) {
        intervals_[intervalCount_++] = {slot.names[i], static_cast<double>(ticks[i] - ticks[i - 1]) * nanosecondsPerTick_ * 1e-6};
    }
    slot.marks = 0;
}

void PassClock::collect() {
    if (slots_[newest_].pool) read(newest_);
}

} // namespace millwright::gpu
