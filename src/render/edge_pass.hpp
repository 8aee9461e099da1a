#pragma once

#include "render/pass.hpp"

namespace millwright::render {

/// Draws lines where surfaces end or meet at an angle (shaders/edges.glsl), from depth, over the finished picture. Its pipeline is
/// made when lines are first drawn.
class EdgePass {
public:
    /// Errors: Device.
    [[nodiscard]] Result<void> fit(gpu::Device& device, const gpu::TargetImage& target, const Features& features);
    /// `placement` as seen from its origin: lines of small things fade nearer than those of a plant, and those of something that is
    /// looked at as a whole hardly, however large it is.
    static void describe(const Surfaces& surfaces, const Placement& placement, GpuFrame& data);
    /// The picture is there as an attachment, depth is kept (`ForwardOptions::keepSamples`) and can be sampled.
    void record(const Pass& pass, const gpu::TargetImage& target) const;

private:
    std::uint32_t layers_ = 0;
    VkFormat targetFormat_ = VK_FORMAT_UNDEFINED;
    VkSampleCountFlagBits samples_ = VK_SAMPLE_COUNT_1_BIT;
    gpu::Pipeline lines_;
};

} // namespace millwright::render
