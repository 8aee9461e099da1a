#include "render/instance_table.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <algorithm>

namespace millwright::render {

Result<void> InstanceTable::update(gpu::Device& device, gpu::FrameInFlight& frame, const SceneStore& store,
                                   const Placement& placement) {
    copies_.clear();
    const bool whole = placed_.size() != store.firstBlended || !buffer_;
    if (!whole) findChanged(store, placement);
    const auto done = whole ? upload(device, store, placement) : changed_.empty() ? Result<void>{} : stage(frame);
    if (!done) return done;
    if (!listed_ || listedFrom_ != placement.origin()) {
        groups_.list(placement, placed_, bucketOf_);
        listedFrom_ = placement.origin();
        listed_ = true;
    }
    auto groups = gpu::frameMemory<GpuGroup>(frame, groups_.listed());
    if (!groups) return std::unexpected(groups.error());
    groupsAddress_ = groups->address;
    auto loose = gpu::frameMemory<std::uint32_t>(frame, groups_.loose());
    if (!loose) return std::unexpected(loose.error());
    looseAddress_ = loose->address;
    return {};
}

Result<void> InstanceTable::upload(gpu::Device& device, const SceneStore& store, const Placement& placement) {
    bucketOf_.resize(store.firstBlended);
    placed_.resize(store.firstBlended);
    listed_ = false;
    for (std::uint32_t i = 0; i < store.firstBlended; ++i) {
        bucketOf_[i] = placement.bucketOf(store, i);
        placed_[i] = placement.placed(store, i);
    }
    groups_.build(placement, bucketOf_);
    auto buffer = gpu::Buffer::create(device, placed_.size() * sizeof(GpuPlaced), gpu::BufferUse::Static, "placed instances");
    if (!buffer) return std::unexpected(buffer.error());
    const auto members = groups_.members();
    auto list = gpu::Buffer::create(device, members.size_bytes(), gpu::BufferUse::Static, "instances of groups");
    if (!list) return std::unexpected(list.error());
    gpu::Upload upload{device};
    if (auto done = upload.toBuffer(*buffer, 0, std::as_bytes(std::span{placed_})); !done) return done;
    if (auto done = upload.toBuffer(*list, 0, std::as_bytes(members)); !done) return done;
    if (auto done = upload.submit(); !done) return done;
    buffer_ = std::move(*buffer);
    members_ = std::move(*list);
    return {};
}

void InstanceTable::place(const SceneStore& store, const Placement& placement, std::uint32_t i) {
    bucketOf_[i] = placement.bucketOf(store, i);
    placed_[i] = placement.placed(store, i);
    if (!groups_.change(i, bucketOf_[i])) placed_[i].flags |= placedLoose;
    listed_ = false;
}

void InstanceTable::findChanged(const SceneStore& store, const Placement& placement) {
    changed_.clear();
    for (const auto node : placement.changedNodes()) {
        for (const auto i : store.ofNode(node)) {
            if (i >= store.firstBlended) continue;
            place(store, placement, i);
            changed_.push_back(i);
        }
    }
    std::ranges::sort(changed_);
    const auto repeated = std::ranges::unique(changed_); // a node may have changed in several ways
    changed_.erase(repeated.begin(), repeated.end());
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
