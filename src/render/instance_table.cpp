#include "render/instance_table.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace millwright::render {

Result<void> InstanceTable::update(gpu::Device& device, gpu::FrameInFlight& frame, const SceneStore& store,
                                   const Placement& placement) {
    copies_.clear();
    const bool whole = placed_.size() != store.firstBlended || !buffer_;
    if (!whole) findChanged(store, placement);
    const auto done = whole ? upload(device, store, placement) : changed_.empty() ? Result<void>{} : stage(frame);
    if (!done) return done;
    if (!sorted_ || sortedFrom_ != placement.origin()) sort(placement);
    auto memory = gpu::frameMemory<std::uint32_t>(frame, std::span<const std::uint32_t>{order_});
    if (!memory) return std::unexpected(memory.error());
    orderAddress_ = memory->address;
    return {};
}

Result<void> InstanceTable::upload(gpu::Device& device, const SceneStore& store, const Placement& placement) {
    bucketOf_.resize(store.firstBlended);
    placed_.resize(store.firstBlended);
    sorted_ = false;
    for (std::size_t i = 0; i < store.firstBlended; ++i) {
        bucketOf_[i] = placement.bucketOf(store, i);
        placed_[i] = placement.placed(store, i);
    }
    auto buffer = gpu::Buffer::create(device, placed_.size() * sizeof(GpuPlaced), gpu::BufferUse::Static, "placed instances");
    if (!buffer) return std::unexpected(buffer.error());
    gpu::Upload upload{device};
    if (auto done = upload.toBuffer(*buffer, 0, std::as_bytes(std::span{placed_})); !done) return done;
    if (auto done = upload.submit(); !done) return done;
    buffer_ = std::move(*buffer);
    return {};
}

void InstanceTable::findChanged(const SceneStore& store, const Placement& placement) {
    changed_.clear();
    for (const auto node : placement.changedNodes()) {
        for (const auto i : store.ofNode(node)) {
            if (i >= store.firstBlended) continue;
            bucketOf_[i] = placement.bucketOf(store, i);
            placed_[i] = placement.placed(store, i);
            changed_.push_back(i);
            sorted_ = false;
        }
    }
    std::ranges::sort(changed_);
    const auto repeated = std::ranges::unique(changed_); // a node may have changed in several ways
    changed_.erase(repeated.begin(), repeated.end());
}

void InstanceTable::sort(const Placement& placement) {
    constexpr float shellsPerDoubling = 3;
    std::array<std::uint32_t, bucketCount * shells + 1> next{};
    binOf_.resize(placed_.size());
    order_.resize(placed_.size());
    for (std::size_t i = 0; i < placed_.size(); ++i) {
        // By centre: floors and walls, whose nearest point is near, come after what stands before them.
        const float distance = glm::length(placement.centre(i));
        const float shell = std::clamp(std::log2(std::max(distance, 1e-9f)) * shellsPerDoubling + 96, 0.0f, shells - 1.0f);
        binOf_[i] =
            static_cast<std::uint16_t>(static_cast<std::uint32_t>(bucketOf_[i]) * shells + static_cast<std::uint32_t>(shell));
        ++next[binOf_[i] + 1u];
    }
    std::partial_sum(next.begin(), next.end(), next.begin());
    for (std::uint32_t b = 0; b <= bucketCount; ++b) bucketFirst_[b] = next[b * shells];
    for (std::uint32_t i = 0; i < placed_.size(); ++i) order_[next[binOf_[i]]++] = i;
    sortedFrom_ = placement.origin();
    sorted_ = true;
}

Result<void> InstanceTable::stage(gpu::FrameInFlight& frame) {
    auto memory = gpu::frameMemory(frame, changed_.size() * sizeof(GpuPlaced));
    if (!memory) return std::unexpected(memory.error());
    staged_ = memory->buffer;
    auto* out = reinterpret_cast<GpuPlaced*>(memory->data);
    for (std::size_t k = 0; k < changed_.size(); ++k) {
        out[k] = placed_[changed_[k]];
        if (k > 0 && changed_[k] == changed_[k - 1] + 1) {
            copies_.back().size += sizeof(GpuPlaced);
        } else {
            copies_.push_back({.srcOffset = memory->offset + k * sizeof(GpuPlaced),
                               .dstOffset = changed_[k] * sizeof(GpuPlaced),
                               .size = sizeof(GpuPlaced)});
        }
    }
    return {};
}

void InstanceTable::record(VkCommandBuffer commands) {
    if (copies_.empty()) return;
    gpu::memoryBarrier(commands, {VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_NONE},
                       {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT});
    vkCmdCopyBuffer(commands, staged_, buffer_.handle(), static_cast<std::uint32_t>(copies_.size()), copies_.data());
    gpu::memoryBarrier(commands, {VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
                       {VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_READ_BIT});
}

} // namespace millwright::render
