#pragma once

#include "render/instance_groups.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace millwright::render {

/// All instances but glass on the GPU, where they stand: what the culling passes start from. Only what changed is written again.
class InstanceTable {
public:
    /// Stages what changed since the frame before. Errors: ResourceLimit, Device.
    [[nodiscard]] Result<void> update(gpu::Device& device, gpu::FrameInFlight& frame, const SceneStore& store,
                                      const Placement& placement);
    /// Copies what was staged, with barriers for compute shaders.
    void record(VkCommandBuffer commands);

    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(placed_.size()); }
    [[nodiscard]] std::uint64_t address() const { return buffer_.address(); }
    [[nodiscard]] const InstanceGroups& groups() const { return groups_; }
    /// Their list, and what is in them. Of this frame.
    [[nodiscard]] std::uint64_t groupsAddress() const { return groupsAddress_; }
    [[nodiscard]] std::uint64_t membersAddress() const { return members_.address(); }
    [[nodiscard]] std::uint64_t looseAddress() const { return looseAddress_; }

private:
    [[nodiscard]] Result<void> upload(gpu::Device& device, const SceneStore& store, const Placement& placement);
    void findChanged(const SceneStore& store, const Placement& placement);
    [[nodiscard]] Result<void> stage(gpu::FrameInFlight& frame);
    void place(const SceneStore& store, const Placement& placement, std::uint32_t instance);

    std::vector<GpuPlaced> placed_;      ///< by instance
    std::vector<Bucket> bucketOf_;       ///< by instance
    std::vector<std::uint32_t> changed_; ///< instances
    std::vector<VkBufferCopy> copies_;
    InstanceGroups groups_;
    glm::dvec3 listedFrom_{0};
    gpu::Buffer buffer_, members_;
    VkBuffer staged_ = VK_NULL_HANDLE;
    std::uint64_t groupsAddress_ = 0, looseAddress_ = 0;
    bool listed_ = false;
};

} // namespace millwright::render
