#include "impl.hpp"

#include <array>

namespace millwright::xr {
namespace {

constexpr VkPipelineStageFlags2 anything = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
constexpr VkPipelineStageFlags2 copying = VK_PIPELINE_STAGE_2_COPY_BIT;

VkImageMemoryBarrier2 barrier(VkImage image, VkImageLayout from, VkImageLayout to) {
    VkImageMemoryBarrier2 b{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER_2};
    b.oldLayout = from;
    b.newLayout = to;
    b.srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    b.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    b.image = image;
    b.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    return b;
}

void record(VkCommandBuffer commands, const std::array<VkImageMemoryBarrier2, 2>& barriers) {
    VkDependencyInfo info{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    info.imageMemoryBarrierCount = static_cast<std::uint32_t>(barriers.size());
    info.pImageMemoryBarriers = barriers.data();
    vkCmdPipelineBarrier2(commands, &info);
}

/// The first layer. Bytes are copied as they are: a picture holds sRGB-encoded bytes in a UNORM image, the swapchain's format says
/// that they are.
void copy(VkCommandBuffer commands, const gpu::TargetImage& from, const gpu::TargetImage& to) {
    auto source = barrier(from.image, from.layoutAfter, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
    source.srcStageMask = anything;
    source.srcAccessMask = VK_ACCESS_2_MEMORY_WRITE_BIT;
    source.dstStageMask = copying;
    source.dstAccessMask = VK_ACCESS_2_TRANSFER_READ_BIT;
    auto sink = barrier(to.image, VK_IMAGE_LAYOUT_UNDEFINED, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    sink.srcStageMask = anything;
    sink.dstStageMask = copying;
    sink.dstAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    record(commands, {source, sink});

    VkImageCopy2 region{VK_STRUCTURE_TYPE_IMAGE_COPY_2};
    region.srcSubresource = region.dstSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    region.extent = {std::min(from.extent.width, to.extent.width), std::min(from.extent.height, to.extent.height), 1};
    VkCopyImageInfo2 info{VK_STRUCTURE_TYPE_COPY_IMAGE_INFO_2};
    info.srcImage = from.image;
    info.srcImageLayout = VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL;
    info.dstImage = to.image;
    info.dstImageLayout = VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL;
    info.regionCount = 1;
    info.pRegions = &region;
    vkCmdCopyImage2(commands, &info);

    source = barrier(from.image, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, from.layoutAfter);
    source.srcStageMask = copying;
    source.dstStageMask = anything;
    source.dstAccessMask = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT;
    sink = barrier(to.image, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, to.layoutAfter);
    sink.srcStageMask = copying;
    sink.srcAccessMask = VK_ACCESS_2_TRANSFER_WRITE_BIT;
    sink.dstStageMask = anything;
    sink.dstAccessMask = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT;
    record(commands, {source, sink});
}

} // namespace

void Headset::copyLeftEye(gpu::FrameInFlight& frame, const EyeTargets& eyes, const gpu::OffscreenTarget& picture) {
    copy(gpu::commandBuffer(frame), *eyes.colour, picture.image());
}

Result<void> Headset::showPanel(gpu::FrameInFlight& frame, const gpu::OffscreenTarget& picture) {
    const auto image = impl_->panel->acquire();
    if (!image) return std::unexpected(image.error());
    copy(gpu::commandBuffer(frame), picture.image(), **image);
    return {};
}

} // namespace millwright::xr
