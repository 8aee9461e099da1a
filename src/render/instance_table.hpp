#pragma once

#include "render/draw_list.hpp"

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
    /// All instances, bucket by bucket and nearest first as far as shells of distance go: what is behind something is then mostly
    /// not shaded. Of this frame.
    [[nodiscard]] std::uint64_t orderAddress() const { return orderAddress_; }
    /// Where each bucket begins in that order, and the end.
    [[nodiscard]] const std::array<std::uint32_t, bucketCount + 1>& bucketFirst() const { return bucketFirst_; }

private:
    static constexpr std::uint32_t shells = 192;
    [[nodiscard]] Result<void> upload(gpu::Device& device, const SceneStore& store, const Placement& placement);
    void findChanged(const SceneStore& store, const Placement& placement);
    [[nodiscard]] Result<void> stage(gpu::FrameInFlight& frame);
    void sort(const Placement& placement);

    std::vector<GpuPlaced> placed_;      ///< by instance
    std::vector<Bucket> bucketOf_;       ///< by instance
    std::vector<std::uint32_t> changed_; ///< instances
    std::vector<VkBufferCopy> copies_;
    std::vector<std::uint32_t> order_;
    std::vector<std::uint16_t> binOf_; ///< by instance: bucket and shell
    glm::dvec3 sortedFrom_{0};
    std::array<std::uint32_t, bucketCount + 1> bucketFirst_{};
    gpu::Buffer buffer_;
    VkBuffer staged_ = VK_NULL_HANDLE;
    std::uint64_t orderAddress_ = 0;
    bool sorted_ = false;
};

} // namespace millwright::render
