#include "render/section_pass.hpp"

namespace millwright::render {
namespace {

/// Fills one surface with a fullscreen pipeline and leaves it ready to be sampled.
void fill(const Pass& pass, const gpu::Image& image, const gpu::Pipeline& pipeline) {
    const auto before = beforeColour(image.handle());
    gpu::barriers(pass.commands, {&before, 1});
    pass.beginScreen(image.view(), image.description().extent, false);
    pass.setPush();
    pass.fullscreen(pipeline);
    vkCmdEndRendering(pass.commands);
    const auto after = colourToSampled(image.handle());
    gpu::barriers(pass.commands, {&after, 1});
}

} // namespace

void recordOcclusion(const Pass& pass) {
    gpu::beginLabel(pass.frame, "occlusion");
    fill(pass, pass.surfaces.occlusionRaw, pass.pipelines.occlusion);
    fill(pass, pass.surfaces.occlusion, pass.pipelines.occlusionBlur);
    gpu::endLabel(pass.frame);
}

void recordComposite(const Pass& pass, const gpu::TargetImage& target) {
    gpu::beginLabel(pass.frame, "composite");
    const auto before = beforeTarget(target);
    gpu::barriers(pass.commands, {&before, 1});
    pass.beginScreen(target.view, target.extent, false);
    pass.setPush();
    pass.fullscreen(pass.pipelines.composite);
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
}

void recordMask(const Pass& pass, const DrawList& marked) {
    gpu::beginLabel(pass.frame, "outline mask");
    const auto& image = pass.surfaces.mask;
    const auto before = beforeColour(image.handle());
    gpu::barriers(pass.commands, {&before, 1});
    const VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                           .imageView = image.view(),
                                           .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                           .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                           .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    const auto extent = pass.surfaces.extent;
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {extent.width, extent.height}},
                               .layerCount = 1,
                               .viewMask = pass.viewMask,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &colour};
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport(extent);
    pass.setPush();
    pass.bindIndices();
    pass.bind(pass.pipelines.mask);
    pass.draw(marked.opaque, false);
    if (pass.sections) pass.sections->drawMask(pass, marked);
    vkCmdEndRendering(pass.commands);
    const auto after = colourToSampled(image.handle());
    gpu::barriers(pass.commands, {&after, 1});
    gpu::endLabel(pass.frame);
}

void recordOutline(const Pass& pass, const gpu::TargetImage& target) {
    gpu::beginLabel(pass.frame, "outline");
    const auto before = blendedOver(target);
    gpu::barriers(pass.commands, {&before, 1});
    pass.beginScreen(target.view, target.extent, true);
    pass.setPush();
    pass.fullscreen(pass.pipelines.outline);
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
}

void recordDepthCopy(const Pass& pass, const gpu::Pipeline& pipeline, const gpu::TargetImage& target) {
    gpu::beginLabel(pass.frame, "depth copy");
    const auto before = beforeTarget(target);
    gpu::barriers(pass.commands, {&before, 1});
    const VkRenderingAttachmentInfo depth{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                          .imageView = target.view,
                                          .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                          .loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE,
                                          .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {target.extent.width, target.extent.height}},
                               .layerCount = 1,
                               .viewMask = pass.viewMask,
                               .pDepthAttachment = &depth};
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport(target.extent);
    pass.setPush();
    pass.fullscreen(pipeline);
    vkCmdEndRendering(pass.commands);
    const auto after = afterTarget(target);
    gpu::barriers(pass.commands, {&after, 1});
    gpu::endLabel(pass.frame);
}

} // namespace millwright::render
