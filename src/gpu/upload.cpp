#include "gpu/device_impl.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace millwright::gpu {
namespace {

constexpr std::size_t stagingBytes = 8u << 20;

VkImageMemoryBarrier2 mipBarrier(VkImage image, std::uint32_t mip, VkImageLayout from, VkImageLayout to, VkAccessFlags2 toAccess,
                                 VkPipelineStageFlags2 toStage) {
    return {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2,
            .srcStageMask = VK_PIPELINE_STAGE_2_TRANSFER_BIT,
            .srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT | VK_ACCESS_2_TRANSFER_READ_BIT,
            .dstStageMask = toStage,
            .dstAccessMask = toAccess,
            .oldLayout = from,
            .newLayout = to,
            .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
            .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
            .image = image,
            .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, mip, 1, 0, 1}};
}

void record(VkCommandBuffer commands, const VkImageMemoryBarrier2& barrier) {
    const VkDependencyInfo info{
        .sType = VK_STRUCTURE_TYPE_DEPENDENCY_INFO, .imageMemoryBarrierCount = 1, .pImageMemoryBarriers = &barrier};
    vkCmdPipelineBarrier2(commands, &info);
}

/// Each mip from the one above it; afterwards all can be sampled. Mip 0 is in TRANSFER_DST.
void makeMips(VkCommandBuffer commands, const Image& image) {
    const auto& d = image.description();
    auto width = static_cast<std::int32_t>(d.extent.width);
    auto height = static_cast<std::int32_t>(d.extent.height);
    for (std::uint32_t mip = 1; mip < d.mips; ++mip) {
        record(commands,
               mipBarrier(image.handle(), mip - 1, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                          VK_ACCESS_2_TRANSFER_READ_BIT, VK_PIPELINE_STAGE_2_TRANSFER_BIT));
        record(commands, mipBarrier(image.handle(), mip, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                    VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_2_TRANSFER_BIT));
        const std::int32_t nextWidth = std::max(width / 2, 1);
        const std::int32_t nextHeight = std::max(height / 2, 1);
        const VkImageBlit blit{.srcSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, mip - 1, 0, 1},
                               .srcOffsets = {{0, 0, 0}, {width, height, 1}},
                               .dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, mip, 0, 1},
                               .dstOffsets = {{0, 0, 0}, {nextWidth, nextHeight, 1}}};
        vkCmdBlitImage(commands, image.handle(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, image.handle(),
                       VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &blit, VK_FILTER_LINEAR);
        width = nextWidth;
        height = nextHeight;
    }
    for (std::uint32_t mip = 0; mip < d.mips; ++mip) {
        const auto layout = mip + 1 < d.mips ? VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL : VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
        record(commands, mipBarrier(image.handle(), mip, layout, VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL,
                                    VK_ACCESS_2_SHADER_SAMPLED_READ_BIT, VK_PIPELINE_STAGE_2_ALL_GRAPHICS_BIT));
    }
}

} // namespace

Upload::~Upload() {
    if (pool_) retire(device_, VK_OBJECT_TYPE_COMMAND_POOL, rawHandle(pool_));
}

Result<void> Upload::begin(std::size_t bytes) {
    auto& impl = device_.impl();
    auto& staging = staging_[current_];
    if (staging.lastUse > 0) {
        impl.waitFor(staging.lastUse);
        impl.collect();
    }
    used_ = 0;
    if (!staging.memory || staging.memory.size() < bytes) {
        auto buffer = Buffer::create(device_, std::max(bytes, stagingBytes), BufferUse::Staging, "upload staging");
        if (!buffer) return std::unexpected(buffer.error());
        staging.memory = std::move(*buffer);
    }
    const VkCommandPoolCreateInfo pool{.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                       .flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT,
                                       .queueFamilyIndex = impl.queueFamily};
    if (const auto result = vkCreateCommandPool(impl.device, &pool, nullptr, &pool_); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a command pool for uploading", result));
    }
    const VkCommandBufferAllocateInfo allocate{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                               .commandPool = pool_,
                                               .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                               .commandBufferCount = 1};
    if (const auto result = vkAllocateCommandBuffers(impl.device, &allocate, &commands_); result != VK_SUCCESS) {
        return std::unexpected(deviceError("a command buffer for uploading", result));
    }
    setName(device_, VK_OBJECT_TYPE_COMMAND_BUFFER, rawHandle(commands_), "upload");
    const VkCommandBufferBeginInfo info{.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                        .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};
    vkBeginCommandBuffer(commands_, &info);
    // Whatever was read from the targets' memory, or written to it, comes before.
    memoryBarrier(commands_, {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_MEMORY_WRITE_BIT},
                  {VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT});
    return {};
}

Result<Upload::Staged> Upload::stage(std::size_t bytes) {
    constexpr std::size_t alignment = 64; // of every texel and of what vkCmdCopyBuffer likes
    if (commands_ && used_ + bytes > staging_[current_].memory.size()) {
        if (auto done = submit(); !done) return std::unexpected(done.error());
    }
    if (!commands_) {
        if (auto begun = begin(bytes); !begun) return std::unexpected(begun.error());
    }
    const std::size_t offset = std::exchange(used_, (used_ + bytes + alignment - 1) / alignment * alignment);
    return Staged{staging_[current_].memory.mapped().subspan(offset, bytes), offset};
}

Result<std::span<std::byte>> Upload::toFill(const Buffer& target, std::size_t offset, std::size_t bytes) {
    assert(offset + bytes <= target.size());
    auto staged = stage(bytes);
    if (!staged) return std::unexpected(staged.error());
    const VkBufferCopy copy{staged->offset, offset, bytes};
    vkCmdCopyBuffer(commands_, staging_[current_].memory.handle(), target.handle(), 1, &copy);
    return staged->bytes;
}

Result<std::span<std::byte>> Upload::toFill(const Buffer& target, std::span<const VkBufferCopy> copies, std::size_t bytes) {
    auto staged = stage(bytes);
    if (!staged) return std::unexpected(staged.error());
    std::vector<VkBufferCopy> fromBlock{copies.begin(), copies.end()};
    for (auto& copy : fromBlock) copy.srcOffset += staged->offset;
    if (!fromBlock.empty())
        vkCmdCopyBuffer(commands_, staging_[current_].memory.handle(), target.handle(),
                        static_cast<std::uint32_t>(fromBlock.size()), fromBlock.data());
    return staged->bytes;
}

Result<void> Upload::toBuffer(const Buffer& target, std::size_t offset, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), stagingBytes));
        auto memory = toFill(target, offset, part.size());
        if (!memory) return std::unexpected(memory.error());
        std::ranges::copy(part, memory->begin());
        bytes = bytes.subspan(part.size());
        offset += part.size();
    }
    return {};
}

Result<void> Upload::toImage(const Image& target, std::span<const std::byte> pixels) {
    auto staged = stage(pixels.size());
    if (!staged) return std::unexpected(staged.error());
    std::ranges::copy(pixels, staged->bytes.begin());
    record(commands_, mipBarrier(target.handle(), 0, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                 VK_ACCESS_2_TRANSFER_WRITE_BIT, VK_PIPELINE_STAGE_2_TRANSFER_BIT));
    const auto extent = target.description().extent;
    const VkBufferImageCopy copy{.bufferOffset = staged->offset,
                                 .imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1},
                                 .imageExtent = {extent.width, extent.height, 1}};
    vkCmdCopyBufferToImage(commands_, staging_[current_].memory.handle(), target.handle(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &copy);
    makeMips(commands_, target);
    return {};
}

Result<void> Upload::submit() {
    if (!commands_) return {};
    // What was copied is visible to every later use, whatever it is: uploads are rare.
    memoryBarrier(commands_, {VK_PIPELINE_STAGE_2_TRANSFER_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT},
                  {VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, VK_ACCESS_2_MEMORY_READ_BIT});
    staging_[current_].memory.flush();
    vkEndCommandBuffer(commands_);
    const auto submitted = device_.impl().submit(std::exchange(commands_, VK_NULL_HANDLE), VK_NULL_HANDLE, VK_NULL_HANDLE);
    retire(device_, VK_OBJECT_TYPE_COMMAND_POOL, rawHandle(std::exchange(pool_, VK_NULL_HANDLE)));
    if (!submitted) return std::unexpected(submitted.error());
    staging_[current_].lastUse = device_.impl().submitted;
    current_ = 1 - current_;
    return {};
}

} // namespace millwright::gpu
