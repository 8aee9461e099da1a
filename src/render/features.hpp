#pragma once

#include <millwright/render/renderer.hpp>

#include <vulkan/vulkan_core.h>

#include <cstdint>

namespace millwright::render {

/// What a quality level turns on. `describe` says it in words.
struct Features {
    VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_4_BIT;
    bool deferred = false;            ///< keep surfaces, light each pixel once, straight into the target; one sample only
    std::uint32_t occlusionScale = 1; ///< ambient occlusion at 1/n of the size; 0: none
    std::uint32_t occlusionSlices = 2;
    std::uint32_t occlusionSteps = 5;
    std::uint32_t shadowSize = 2048;
    std::uint32_t cascades = 3;
    std::uint32_t shadowTaps = 3; ///< per side
    float minimumPixels = 1;      ///< see DrawOptions
    float pixelError = 0.35f;

    friend bool operator==(const Features&, const Features&) = default;
};

[[nodiscard]] Features featuresOf(Quality quality);

} // namespace millwright::render
