#pragma once

#include "render/features.hpp"

#include <millwright/gpu/memory.hpp>

namespace millwright::render {

inline constexpr VkFormat litFormat = VK_FORMAT_R16G16B16A16_SFLOAT;
inline constexpr VkFormat depthFormat = VK_FORMAT_D32_SFLOAT;
inline constexpr VkFormat occlusionFormat = VK_FORMAT_R16G16_SFLOAT;
inline constexpr VkFormat maskFormat = VK_FORMAT_R8G8_UNORM;
inline constexpr VkFormat keptFormat = VK_FORMAT_R32G32_UINT;

/// The images between the passes, one layer a view. Those that a quality level does without stay empty.
struct Surfaces {
    gpu::Extent extent;
    std::uint32_t layers = 0;
    VkFormat targetFormat = VK_FORMAT_UNDEFINED;
    Features features;

    gpu::Image multisampled; ///< colour with 4 samples
    gpu::Image multisampledDepth;
    gpu::Image kept;  ///< surfaces of the deferred path (shaders/gbuffer.glsl)
    gpu::Image lit;   ///< linear light; alpha: share of ambient
    gpu::Image depth; ///< one sample
    gpu::Image occlusionRaw;
    gpu::Image occlusion;
    gpu::Image mask;

    /// Makes the images again where anything they depend on changed. Errors: ResourceLimit.
    [[nodiscard]] Result<void> fit(gpu::Device& device, const gpu::TargetImage& target, const Features& wanted);
};

} // namespace millwright::render
