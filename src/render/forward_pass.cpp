#include "render/section_pass.hpp"

#include <array>
#include <vector>

namespace millwright::render {
namespace {

/// Attachments of the forward pass: which image is drawn to, and which it is resolved into.
struct Attachments {
    VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                     .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                     .loadOp = VK_ATTACHMENT_LOAD_OP_DONT_CARE}; // the sky covers what nothing else does
    VkRenderingAttachmentInfo depth{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                    .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                    .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                    .clearValue = {.depthStencil = {0, 0}}};
    std::array<gpu::Barrier, 4> before;
    std::size_t beforeCount = 0;

    Attachments(const Surfaces& s, bool keepDepth) {
        const bool multisampled = s.features.samples != VK_SAMPLE_COUNT_1_BIT;
        before[beforeCount++] = beforeColour(s.lit.handle());
        before[beforeCount++] = beforeDepth(s.depth.handle());
        colour.imageView = multisampled ? s.multisampled.view() : s.lit.view();
        colour.storeOp = multisampled ? VK_ATTACHMENT_STORE_OP_DONT_CARE : VK_ATTACHMENT_STORE_OP_STORE;
        depth.imageView = multisampled ? s.multisampledDepth.view() : s.depth.view();
        depth.storeOp = multisampled || !keepDepth ? VK_ATTACHMENT_STORE_OP_DONT_CARE : VK_ATTACHMENT_STORE_OP_STORE;
        if (!multisampled) return;
        before[beforeCount++] = beforeColour(s.multisampled.handle());
        before[beforeCount++] = beforeDepth(s.multisampledDepth.handle());
        colour.resolveMode = VK_RESOLVE_MODE_AVERAGE_BIT;
        colour.resolveImageView = s.lit.view();
        colour.resolveImageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
        if (!keepDepth) return;
        depth.resolveMode = VK_RESOLVE_MODE_SAMPLE_ZERO_BIT;
        depth.resolveImageView = s.depth.view();
        depth.resolveImageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
    }
};

} // namespace

std::uint32_t drawSurroundings(const Pass& pass, const DrawList& list, bool ground) {
    if (ground) {
        pass.bind(pass.pipelines.ground);
        vkCmdDraw(pass.commands, 6, 1, 0, 0);
    }
    pass.fullscreen(pass.pipelines.sky);
    const std::uint32_t calls = pass.sections ? pass.sections->drawBlended(pass, list) : 0;
    if (list.blended.empty()) return calls;
    pass.bind(pass.pipelines.blended);
    return calls + pass.draw(list.blended, true);
}

std::uint32_t recordForward(const Pass& pass, const DrawList& list, const ForwardOptions& options) {
    const auto& s = pass.surfaces;
    const auto& p = pass.pipelines;
    const Attachments attachments{s, options.keepDepth};
    gpu::barriers(pass.commands, std::span{attachments.before}.first(attachments.beforeCount));
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {s.extent.width, s.extent.height}},
                               .layerCount = 1,
                               .viewMask = pass.viewMask,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &attachments.colour,
                               .pDepthAttachment = &attachments.depth};
    gpu::beginLabel(pass.frame, "forward");
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport(s.extent);
    pass.setPush();
    pass.bindIndices();
    std::uint32_t calls = 0;
    const auto drawWith = [&](const gpu::Pipeline& pipeline, const std::vector<Draw>& draws) {
        if (draws.empty()) return;
        pass.bind(pipeline);
        calls += pass.draw(draws, true);
    };
    drawWith(p.plain, list.plain);
    drawWith(p.opaque, list.opaque);
    drawWith(p.clipped, list.clipped);
    if (pass.sections) calls += pass.sections->draw(pass, list);
    calls += drawSurroundings(pass, list, options.ground);
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
    const auto lit = colourToSampled(s.lit.handle());
    gpu::barriers(pass.commands, {&lit, 1});
    if (options.keepDepth) {
        const auto barrier = depthToSampled(s.depth.handle());
        gpu::barriers(pass.commands, {&barrier, 1});
    }
    return calls;
}

} // namespace millwright::render
