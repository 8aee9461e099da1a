#include "render/pass.hpp"

namespace millwright::render {

void Pass::setPush() const {
    vkCmdPushConstants(commands, gpu::pipelineLayout(device), gpu::pushStages, 0, sizeof push, &push);
}

void Pass::setPush(const glm::mat4& clipFromRelative) const {
    const GpuCameraPush values{push.data, clipFromRelative};
    vkCmdPushConstants(commands, gpu::pipelineLayout(device), gpu::pushStages, 0, sizeof values, &values);
}

void Pass::bind(const gpu::Pipeline& pipeline) const {
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_GRAPHICS, pipeline.handle());
}

void Pass::setViewport(gpu::Extent extent) const {
    const VkViewport viewport{0, 0, static_cast<float>(extent.width), static_cast<float>(extent.height), 0, 1};
    const VkRect2D scissor{{0, 0}, {extent.width, extent.height}};
    vkCmdSetViewport(commands, 0, 1, &viewport);
    vkCmdSetScissor(commands, 0, 1, &scissor);
}

std::uint32_t Pass::draw(std::span<const Draw> draws, bool dynamicCull) const {
    VkCullModeFlags cull = ~0u;
    for (const auto& d : draws) {
        if (dynamicCull && d.cull != cull) vkCmdSetCullMode(commands, cull = d.cull);
        vkCmdDrawIndexed(commands, d.indexCount, d.instanceCount, d.firstIndex, 0, d.firstInstance);
    }
    return static_cast<std::uint32_t>(draws.size());
}

void Pass::bindIndices() const {
    if (store) vkCmdBindIndexBuffer(commands, store->geometry.handle(), 0, VK_INDEX_TYPE_UINT32);
}

void Pass::fullscreen(const gpu::Pipeline& pipeline) const {
    bind(pipeline);
    vkCmdDraw(commands, 3, 1, 0, 0);
}

void Pass::beginScreen(VkImageView view, gpu::Extent extent, bool load) const {
    const VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                           .imageView = view,
                                           .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                           .loadOp = load ? VK_ATTACHMENT_LOAD_OP_LOAD : VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                           .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {extent.width, extent.height}},
                               .layerCount = 1,
                               .viewMask = viewMask,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &colour};
    vkCmdBeginRendering(commands, &info);
    setViewport(extent);
}

namespace {

constexpr VkPipelineStageFlags2 colourStage = VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT;
constexpr VkPipelineStageFlags2 depthStages =
    VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;
constexpr VkPipelineStageFlags2 fragmentStage = VK_PIPELINE_STAGE_2_FRAGMENT_SHADER_BIT;
constexpr VkAccessFlags2 colourAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_READ_BIT;
constexpr VkAccessFlags2 depthAccess =
    VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT;

} // namespace

gpu::Barrier beforeColour(VkImage image) {
    return {.image = image,
            .fromStage = fragmentStage | colourStage,
            .fromAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .toStage = colourStage,
            .toAccess = colourAccess,
            .toLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL};
}

gpu::Barrier betweenColour(VkImage image) {
    auto barrier = beforeColour(image);
    barrier.fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
    return barrier;
}

gpu::Barrier colourToSampled(VkImage image) {
    return {.image = image,
            .fromStage = colourStage,
            .fromAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
            .toStage = fragmentStage,
            .toAccess = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
            .toLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL};
}

// A depth resolve writes in the colour output stage, as all resolves do: hence both stages around depth images.
gpu::Barrier beforeDepth(VkImage image) {
    return {.image = image,
            .aspect = VK_IMAGE_ASPECT_DEPTH_BIT,
            .fromStage = fragmentStage | depthStages | colourStage,
            .fromAccess = VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .toStage = depthStages | colourStage,
            .toAccess = depthAccess | colourAccess,
            .toLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL};
}

gpu::Barrier depthToSampled(VkImage image) {
    return {.image = image,
            .aspect = VK_IMAGE_ASPECT_DEPTH_BIT,
            .fromStage = depthStages | colourStage,
            .fromAccess = VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT | VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
            .toStage = fragmentStage,
            .toAccess = VK_ACCESS_2_SHADER_SAMPLED_READ_BIT,
            .toLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL};
}

gpu::Barrier beforeTarget(const gpu::TargetImage& target) {
    const bool depth = target.aspect & VK_IMAGE_ASPECT_DEPTH_BIT;
    return {.image = target.image,
            .aspect = target.aspect,
            .fromStage = target.stageBefore,
            .fromAccess =
                target.stageBefore == VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT ? VK_ACCESS_2_MEMORY_WRITE_BIT : VK_ACCESS_2_NONE,
            .fromLayout = target.layoutBefore,
            .toStage = depth ? depthStages : colourStage,
            .toAccess = depth ? depthAccess : colourAccess,
            .toLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL};
}

gpu::Barrier blendedOver(const gpu::TargetImage& target) {
    return {.image = target.image,
            .fromStage = colourStage,
            .fromAccess = VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
            .toStage = colourStage,
            .toAccess = colourAccess,
            .toLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL};
}

gpu::Barrier afterTarget(const gpu::TargetImage& target) {
    const bool depth = target.aspect & VK_IMAGE_ASPECT_DEPTH_BIT;
    return {.image = target.image,
            .aspect = target.aspect,
            .fromStage = depth ? depthStages : colourStage,
            .fromAccess = depth ? VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_WRITE_BIT : VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT,
            .fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
            .toStage = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT,
            .toAccess = VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT,
            .toLayout = target.layoutAfter};
}

} // namespace millwright::render
