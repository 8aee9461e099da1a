#pragma once

#include "render/features.hpp"

#include <millwright/gpu/pipeline.hpp>

namespace millwright::render {

/// All pipelines for one kind of target and quality.
struct Pipelines {
    VkFormat targetFormat = VK_FORMAT_UNDEFINED;
    std::uint32_t views = 0;
    Features features;

    gpu::Pipeline plain; ///< keeps surfaces where deferred, as the next two do
    gpu::Pipeline opaque;
    gpu::Pipeline clipped;
    gpu::Pipeline shade; ///< lights what was kept
    gpu::Pipeline blended;
    gpu::Pipeline ghost;
    gpu::Pipeline ground;
    gpu::Pipeline sky;
    gpu::Pipeline shadow;
    gpu::Pipeline occlusion;
    gpu::Pipeline occlusionBlur;
    gpu::Pipeline composite;
    gpu::Pipeline mask;
    gpu::Pipeline outline;

    [[nodiscard]] static Result<Pipelines> create(gpu::Device& device, VkFormat targetFormat, std::uint32_t views,
                                                  const Features& features);
};

/// For targets whose format does not turn linear light into sRGB by itself.
[[nodiscard]] bool needsSrgbEncoding(VkFormat format);
[[nodiscard]] Result<gpu::Pipeline> createPickPipeline(gpu::Device& device);
[[nodiscard]] Result<gpu::Pipeline> createDepthCopyPipeline(gpu::Device& device, VkFormat depth, std::uint32_t views);
/// Of what is drawn into shadow maps.
inline constexpr float shadowBiasConstant = 1, shadowBiasSlope = 1.5f;
inline constexpr VkFormat pickFormat = VK_FORMAT_R32G32B32A32_UINT;

} // namespace millwright::render
