#include "render/section_pass.hpp"

namespace millwright::render {
namespace {

constexpr VkPipelineStageFlags2 depthStages =
    VK_PIPELINE_STAGE_2_EARLY_FRAGMENT_TESTS_BIT | VK_PIPELINE_STAGE_2_LATE_FRAGMENT_TESTS_BIT;

/// One rendering scope over the whole picture with one colour image and depth.
class Scope {
public:
    Scope(const Pass& pass, VkImageView colour, bool depthReadOnly = false) : pass_{pass} {
        colour_.imageView = colour;
        depth_.imageView = pass.surfaces.depth.view();
        depth_.imageLayout = depthReadOnly ? VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL : VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
        depth_.storeOp = depthReadOnly ? VK_ATTACHMENT_STORE_OP_NONE : VK_ATTACHMENT_STORE_OP_STORE;
    }
    /// `colourLoad`, `depthLoad`: what happens to what was there.
    void begin(VkAttachmentLoadOp colourLoad, VkAttachmentLoadOp depthLoad) {
        colour_.loadOp = colourLoad;
        depth_.loadOp = depthLoad;
        const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                                   .renderArea = {{0, 0}, {pass_.surfaces.extent.width, pass_.surfaces.extent.height}},
                                   .layerCount = 1,
                                   .viewMask = pass_.viewMask,
                                   .colorAttachmentCount = 1,
                                   .pColorAttachments = &colour_,
                                   .pDepthAttachment = &depth_};
        vkCmdBeginRendering(pass_.commands, &info);
    }
    void end() { vkCmdEndRendering(pass_.commands); }

private:
    const Pass& pass_;
    VkRenderingAttachmentInfo colour_{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                      .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                      .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    VkRenderingAttachmentInfo depth_{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO, .clearValue = {.depthStencil = {0, 0}}};
};

std::uint32_t keepSurfaces(const Pass& pass, Culling& culling, const DrawList& listed) {
    const auto& s = pass.surfaces;
    culling.choose(pass, 0);
    const std::array before{beforeColour(s.kept.handle()), beforeDepth(s.depth.handle())};
    gpu::barriers(pass.commands, before);
    Scope scope{pass, s.kept.view()};
    std::uint32_t calls = 0;
    const auto draw = [&](std::uint32_t phase, bool last) {
        gpu::beginLabel(pass.frame, "surfaces");
        scope.begin(phase == 0 ? VK_ATTACHMENT_LOAD_OP_DONT_CARE : VK_ATTACHMENT_LOAD_OP_LOAD,
                    phase == 0 ? VK_ATTACHMENT_LOAD_OP_CLEAR : VK_ATTACHMENT_LOAD_OP_LOAD);
        pass.setViewport(s.extent);
        calls += culling.draw(pass, phase);
        if (last) calls += drawSections(pass, listed);
        scope.end();
        gpu::endLabel(pass.frame);
        pass.clock.mark(pass.frame, phase == 0 ? "surfaces" : "surfaces again");
    };
    draw(0, !culling.secondPhase());
    culling.keepDepth(pass);
    if (culling.secondPhase()) {
        culling.choose(pass, 1);
        const auto again = betweenColour(s.kept.handle());
        gpu::barriers(pass.commands, {&again, 1});
        draw(1, true);
    }
    return calls;
}

void light(const Pass& pass, const gpu::TargetImage& target) {
    const auto& s = pass.surfaces;
    auto depth = depthToSampled(s.depth.handle());
    depth.toStage |= depthStages;
    depth.toAccess |= VK_ACCESS_2_DEPTH_STENCIL_ATTACHMENT_READ_BIT;
    const std::array before{colourToSampled(s.kept.handle()), depth, beforeTarget(target)};
    gpu::barriers(pass.commands, before);
    gpu::beginLabel(pass.frame, "light");
    Scope scope{pass, target.view, true};
    scope.begin(VK_ATTACHMENT_LOAD_OP_DONT_CARE, VK_ATTACHMENT_LOAD_OP_LOAD);
    Pass images = pass;
    images.push.data.instances = s.depth.heapIndex() | std::uint64_t{s.kept.heapIndex()} << 32;
    images.setPush();
    pass.fullscreen(pass.pipelines.shade);
    pass.setPush();
    scope.end();
    gpu::endLabel(pass.frame);
    pass.clock.mark(pass.frame, "light");
}

} // namespace

std::uint32_t recordDeferred(const Pass& pass, Culling& culling, const DrawList& listed, const gpu::TargetImage& target,
                             const ForwardOptions& options) {
    const auto& s = pass.surfaces;
    std::uint32_t calls = keepSurfaces(pass, culling, listed);
    light(pass, target);
    auto depth = beforeDepth(s.depth.handle());
    depth.fromStage |= depthStages;
    depth.fromAccess = VK_ACCESS_2_NONE; // it was only read
    depth.fromLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL;
    const std::array before{depth, betweenColour(target.image)};
    gpu::barriers(pass.commands, before);
    gpu::beginLabel(pass.frame, "surroundings");
    Scope scope{pass, target.view};
    scope.begin(VK_ATTACHMENT_LOAD_OP_LOAD, VK_ATTACHMENT_LOAD_OP_LOAD);
    calls += drawSurroundings(pass, culling, listed, options.ground);
    scope.end();
    gpu::endLabel(pass.frame);
    pass.clock.mark(pass.frame, "surroundings");
    if (options.keepDepth) {
        const auto barrier = depthToSampled(s.depth.handle());
        gpu::barriers(pass.commands, {&barrier, 1});
    }
    return calls;
}

} // namespace millwright::render
