#include "render/section_pass.hpp"

#include <array>
#include <vector>

namespace millwright::render {
namespace {

/// Attachments of the forward pass: which image is drawn to, and which it is resolved into.
struct Attachments {
    VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                     .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL};
    VkRenderingAttachmentInfo depth{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                    .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                    .clearValue = {.depthStencil = {0, 0}}};

    /// Of the `first` scope of a frame, the `last`, or both; `keepDepth`: somebody reads depth after it,
    /// `keepSamples`: that of each sample.
    Attachments(const Surfaces& s, bool first, bool last, bool keepDepth, bool keepSamples) {
        const bool multisampled = s.features.samples != VK_SAMPLE_COUNT_1_BIT;
        colour.imageView = multisampled ? s.multisampled.view() : s.lit.view();
        colour.loadOp =
            first ? VK_ATTACHMENT_LOAD_OP_DONT_CARE : VK_ATTACHMENT_LOAD_OP_LOAD; // the sky covers what nothing else does
        colour.storeOp = multisampled && last ? VK_ATTACHMENT_STORE_OP_DONT_CARE : VK_ATTACHMENT_STORE_OP_STORE;
        depth.imageView = multisampled ? s.multisampledDepth.view() : s.depth.view();
        depth.loadOp = first ? VK_ATTACHMENT_LOAD_OP_CLEAR : VK_ATTACHMENT_LOAD_OP_LOAD;
        const bool kept = multisampled ? keepSamples : keepDepth;
        depth.storeOp = last && !kept ? VK_ATTACHMENT_STORE_OP_DONT_CARE : VK_ATTACHMENT_STORE_OP_STORE;
        if (!multisampled) return;
        if (last) {
            colour.resolveMode = VK_RESOLVE_MODE_AVERAGE_BIT;
            colour.resolveImageView = s.lit.view();
            colour.resolveImageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
        }
        if (!keepDepth) return;
        depth.resolveMode = VK_RESOLVE_MODE_SAMPLE_ZERO_BIT;
        depth.resolveImageView = s.depth.view();
        depth.resolveImageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
    }
};

void beginForward(const Pass& pass, bool first, bool last, bool keepDepth, bool keepSamples) {
    const auto& s = pass.surfaces;
    std::array<gpu::Barrier, 4> before;
    std::size_t count = 0;
    const auto add = [&](gpu::Barrier barrier) {
        if (!first) barrier.fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
        before[count++] = barrier;
    };
    add(beforeColour(s.lit.handle()));
    add(beforeDepth(s.depth.handle()));
    if (s.multisampled) {
        add(beforeColour(s.multisampled.handle()));
        add(beforeDepth(s.multisampledDepth.handle()));
    }
    gpu::barriers(pass.commands, std::span{before}.first(count));
    const Attachments attachments{s, first, last, keepDepth, keepSamples};
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
}

void endForward(const Pass& pass) {
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
}

} // namespace

std::uint32_t drawSections(const Pass& pass, const DrawList& listed) {
    if (!pass.sections) return 0;
    pass.setPush();
    pass.bindIndices();
    return pass.sections->draw(pass, listed);
}

std::uint32_t drawSurroundings(const Pass& pass, const Culling& culling, const DrawList& listed, bool ground) {
    if (ground) {
        pass.bind(pass.pipelines.ground);
        vkCmdDraw(pass.commands, 6, 1, 0, 0);
    }
    pass.fullscreen(pass.pipelines.sky);
    pass.bindIndices();
    std::uint32_t calls = pass.sections ? pass.sections->drawBlended(pass, listed) : 0;
    if (!listed.blended.empty()) {
        pass.bind(pass.pipelines.blended);
        calls += culling.drawGlass(pass);
    }
    if (!listed.ghosts.empty()) {
        pass.bind(pass.pipelines.ghost);
        calls += pass.draw(listed.ghosts, true);
    }
    return calls;
}

std::uint32_t recordForward(const Pass& pass, Culling& culling, const DrawList& listed, const ForwardOptions& options) {
    const auto& s = pass.surfaces;
    culling.choose(pass, 0);
    // The depth pyramid is made between two scopes, also where it is for the next frame only.
    const bool split = culling.keepsDepth();
    beginForward(pass, true, !split, split || options.keepDepth, options.keepSamples);
    std::uint32_t calls = culling.draw(pass, 0);
    if (split) {
        endForward(pass);
        pass.clock.mark(pass.frame, "forward");
        culling.keepDepth(pass);
        if (culling.secondPhase()) culling.choose(pass, 1);
        beginForward(pass, false, true, options.keepDepth, options.keepSamples);
        if (culling.secondPhase()) calls += culling.draw(pass, 1);
    }
    calls += drawSections(pass, listed);
    pass.setPush();
    calls += drawSurroundings(pass, culling, listed, options.ground);
    endForward(pass);
    const auto lit = colourToSampled(s.lit.handle());
    gpu::barriers(pass.commands, {&lit, 1});
    if (options.keepDepth) {
        const auto barrier = depthToSampled(s.depth.handle());
        gpu::barriers(pass.commands, {&barrier, 1});
    }
    if (options.keepSamples && s.features.samples != VK_SAMPLE_COUNT_1_BIT) {
        const auto barrier = depthToSampled(s.multisampledDepth.handle());
        gpu::barriers(pass.commands, {&barrier, 1});
    }
    pass.clock.mark(pass.frame, split ? "forward again" : "forward");
    return calls;
}

} // namespace millwright::render
