#include "render/edge_pass.hpp"

#include "shaders.hpp"

#include <algorithm>

namespace millwright::render {

Result<void> EdgePass::fit(gpu::Device& device, const gpu::TargetImage& target, const Features& features) {
    if (lines_ && layers_ == target.layers && targetFormat_ == target.format && samples_ == features.samples) return {};
    const bool sampled = features.samples != VK_SAMPLE_COUNT_1_BIT;
    auto made = gpu::createPipeline(device, {.name = "edges",
                                             .vertex = shaders::fullscreenVert,
                                             .fragment = sampled ? shaders::edgesSampledFrag : shaders::edgesFrag,
                                             .colours = {target.format},
                                             .viewMask = (1u << target.layers) - 1,
                                             .blend = gpu::Blend::Alpha,
                                             .constants = {needsSrgbEncoding(target.format)}});
    if (!made) return std::unexpected(made.error());
    lines_ = std::move(*made);
    layers_ = target.layers;
    targetFormat_ = target.format;
    samples_ = features.samples;
    return {};
}

void EdgePass::describe(const Surfaces& surfaces, const Placement& placement, GpuFrame& data) {
    const bool sampled = surfaces.features.samples != VK_SAMPLE_COUNT_1_BIT;
    data.edgeDepth = (sampled ? surfaces.multisampledDepth : surfaces.depth).heapIndex();
    constexpr double longestReach = 30; // metres, amid a plant
    const double radius = placement.sceneRadius();
    const double outside = glm::length(placement.sceneCentre() - placement.origin()) - radius;
    data.edgeReach = static_cast<float>(std::max(std::min(10 * radius, longestReach), 4 * outside));
}

void EdgePass::record(const Pass& pass, const gpu::TargetImage& target) const {
    gpu::beginLabel(pass.frame, "edges");
    const auto before = blendedOver(target);
    gpu::barriers(pass.commands, {&before, 1});
    pass.beginScreen(target.view, target.extent, true);
    pass.setPush();
    pass.fullscreen(lines_);
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
}

} // namespace millwright::render
