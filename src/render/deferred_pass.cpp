#include "render/pass.hpp"

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

/// Draws `draws` in rendering scopes of some thousand triangles each. A CPU driver rasterises a scope while the next one's
/// vertices are transformed; in one scope it would do all of the one before any of the other.
std::uint32_t keep(const Pass& pass, Scope& scope, const gpu::Pipeline& pipeline, std::span<const Draw> draws,
                   std::uint64_t& trianglesInScope) {
    constexpr std::uint64_t enough = 16'000;
    if (draws.empty()) return 0;
    pass.bind(pipeline);
    std::uint32_t calls = 0;
    for (std::size_t first = 0; first < draws.size();) {
        std::size_t last = first;
        while (last < draws.size() && (trianglesInScope < enough || !pass.device.isCpu())) {
            trianglesInScope += std::uint64_t{draws[last].indexCount} / 3 * draws[last].instanceCount;
            ++last;
        }
        calls += pass.draw(draws.subspan(first, last - first), true);
        first = last;
        if (first < draws.size()) {
            scope.end();
            scope.begin(VK_ATTACHMENT_LOAD_OP_LOAD, VK_ATTACHMENT_LOAD_OP_LOAD);
            trianglesInScope = 0;
        }
    }
    return calls;
}

std::uint32_t keepSurfaces(const Pass& pass, const DrawList& list) {
    const auto& s = pass.surfaces;
    const auto& p = pass.pipelines;
    const std::array before{beforeColour(s.kept.handle()), beforeDepth(s.depth.handle())};
    gpu::barriers(pass.commands, before);
    gpu::beginLabel(pass.frame, "surfaces");
    Scope scope{pass, s.kept.view()};
    scope.begin(VK_ATTACHMENT_LOAD_OP_DONT_CARE, VK_ATTACHMENT_LOAD_OP_CLEAR);
    pass.setViewport(s.extent);
    pass.setPush();
    pass.bindIndices();
    std::uint64_t triangles = 0;
    std::uint32_t calls = keep(pass, scope, p.plain, list.plain, triangles);
    calls += keep(pass, scope, p.opaque, list.opaque, triangles);
    calls += keep(pass, scope, p.clipped, list.clipped, triangles);
    scope.end();
    gpu::endLabel(pass.frame);
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
    pass.fullscreen(pass.pipelines.shade);
    scope.end();
    gpu::endLabel(pass.frame);
}

} // namespace

std::uint32_t recordDeferred(const Pass& pass, const DrawList& list, const gpu::TargetImage& target,
                             const ForwardOptions& options) {
    const auto& s = pass.surfaces;
    std::uint32_t calls = keepSurfaces(pass, list);
    light(pass, target);
    auto depth = beforeDepth(s.depth.handle());
    depth.fromStage |= depthStages;
    depth.fromAccess = VK_ACCESS_2_NONE; // it was only read
    depth.fromLayout = VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL;
    auto colour = beforeColour(target.image);
    colour.fromLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL;
    const std::array before{depth, colour};
    gpu::barriers(pass.commands, before);
    gpu::beginLabel(pass.frame, "surroundings");
    Scope scope{pass, target.view};
    scope.begin(VK_ATTACHMENT_LOAD_OP_LOAD, VK_ATTACHMENT_LOAD_OP_LOAD);
    calls += drawSurroundings(pass, list, options.ground);
    scope.end();
    gpu::endLabel(pass.frame);
    if (options.keepDepth) {
        const auto barrier = depthToSampled(s.depth.handle());
        gpu::barriers(pass.commands, {&barrier, 1});
    }
    return calls;
}

} // namespace millwright::render
