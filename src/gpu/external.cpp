#include "gpu/device_impl.hpp"

#include <format>

namespace millwright::gpu {
namespace {

bool isDepth(VkFormat format) {
    switch (format) {
    case VK_FORMAT_D16_UNORM:
    case VK_FORMAT_D32_SFLOAT:
    case VK_FORMAT_X8_D24_UNORM_PACK32:
    case VK_FORMAT_D24_UNORM_S8_UINT:
    case VK_FORMAT_D32_SFLOAT_S8_UINT: return true;
    default: return false;
    }
}

} // namespace

Result<ExternalTarget> ExternalTarget::create(Device& device, VkImage image, VkFormat format, Extent extent, std::uint32_t layers,
                                              VkImageLayout layout, std::string name) {
    TargetImage target{.image = image,
                       .format = format,
                       .aspect =
                           static_cast<VkImageAspectFlags>(isDepth(format) ? VK_IMAGE_ASPECT_DEPTH_BIT : VK_IMAGE_ASPECT_COLOR_BIT),
                       .extent = extent,
                       .layers = layers,
                       .layoutBefore = VK_IMAGE_LAYOUT_UNDEFINED,
                       .layoutAfter = layout};
    const auto make = [&](VkImageViewType type, std::uint32_t count, VkImageView& view) {
        const VkImageViewCreateInfo info{.sType = VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO,
                                         .image = image,
                                         .viewType = type,
                                         .format = format,
                                         .subresourceRange = {target.aspect, 0, 1, 0, count}};
        const auto result = vkCreateImageView(device.impl().device, &info, nullptr, &view);
        setName(device, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(view), name);
        return result;
    };
    auto result = make(VK_IMAGE_VIEW_TYPE_2D_ARRAY, layers, target.view);
    if (result == VK_SUCCESS) result = make(VK_IMAGE_VIEW_TYPE_2D, 1, target.view2d);
    ExternalTarget external{device, target};
    if (result != VK_SUCCESS) return std::unexpected(deviceError(std::format("view of '{}'", name), result));
    return external;
}

ExternalTarget::~ExternalTarget() {
    if (image_.view) retire(*device_, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(image_.view));
    if (image_.view2d) retire(*device_, VK_OBJECT_TYPE_IMAGE_VIEW, rawHandle(image_.view2d));
}

ExternalTarget::ExternalTarget(ExternalTarget&& other) noexcept : device_{other.device_}, image_{std::exchange(other.image_, {})} {}

ExternalTarget& ExternalTarget::operator=(ExternalTarget&& other) noexcept {
    std::swap(device_, other.device_);
    std::swap(image_, other.image_);
    return *this;
}

void beginOverlay(FrameInFlight& frame, const TargetImage& target, std::optional<glm::vec4> clear) {
    const auto commands = commandBuffer(frame);
    // With old content, whatever wrote it must be done; without, what the target itself asks to wait for.
    const Barrier barrier{.image = target.image,
                          .fromStage = clear ? target.stageBefore : VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                          .fromAccess = clear ? VK_ACCESS_2_NONE : VK_ACCESS_2_MEMORY_WRITE_BIT,
                          .fromLayout = clear ? VK_IMAGE_LAYOUT_UNDEFINED : target.layoutAfter,
                          .toStage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                          .toAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT,
                          .toLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL};
    barriers(commands, {&barrier, 1});
    VkRenderingAttachmentInfo attachment{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                         .imageView = target.view2d,
                                         .imageLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                                         .loadOp = clear ? VK_ATTACHMENT_LOAD_OP_CLEAR : VK_ATTACHMENT_LOAD_OP_LOAD,
                                         .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    if (clear) attachment.clearValue.color = {.float32 = {clear->r, clear->g, clear->b, clear->a}};
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {target.extent.width, target.extent.height}},
                               .layerCount = 1,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &attachment};
    beginLabel(frame, "overlay");
    vkCmdBeginRendering(commands, &info);
}

void endOverlay(FrameInFlight& frame, const TargetImage& target) {
    const auto commands = commandBuffer(frame);
    vkCmdEndRendering(commands);
    endLabel(frame);
    const Barrier barrier{.image = target.image,
                          .fromStage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT,
                          .fromAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
                          .fromLayout = VK_IMAGE_LAYOUT_COLOR_ATTACHMENT_OPTIMAL,
                          .toStage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
                          .toAccess = VK_ACCESS_2_MEMORY_READ_BIT,
                          .toLayout = target.layoutAfter};
    barriers(commands, {&barrier, 1});
}

} // namespace millwright::gpu
