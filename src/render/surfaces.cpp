#include "render/surfaces.hpp"

namespace millwright::render {

Result<void> Surfaces::fit(gpu::Device& device, const gpu::TargetImage& target, const Features& wanted) {
    if (extent == target.extent && layers == target.layers && targetFormat == target.format && features == wanted) return {};
    *this = {};
    const auto make = [&](gpu::Image& image, VkFormat format, gpu::Extent size, VkSampleCountFlagBits samples,
                          VkImageUsageFlags usage, const char* name) -> Result<void> {
        auto made = gpu::Image::create(
            device, {.format = format, .extent = size, .layers = target.layers, .samples = samples, .usage = usage}, name);
        if (!made) return std::unexpected(made.error());
        image = std::move(*made);
        return {};
    };
    constexpr auto one = VK_SAMPLE_COUNT_1_BIT;
    constexpr VkImageUsageFlags colourUse = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
    constexpr VkImageUsageFlags depthUse = VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT;
    const auto full = target.extent;
    Result<void> done;
    if (wanted.samples != one) {
        done = make(multisampled, litFormat, full, wanted.samples, VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT, "multisampled colour");
        if (done) {
            done = make(multisampledDepth, depthFormat, full, wanted.samples, depthUse, "multisampled depth");
        }
    }
    if (done && wanted.deferred) done = make(kept, keptFormat, full, one, colourUse, "kept surfaces");
    if (done && !wanted.deferred) done = make(lit, litFormat, full, one, colourUse, "lit");
    if (done) done = make(depth, depthFormat, full, one, depthUse, "depth");
    if (done && wanted.occlusionScale > 0) {
        const auto s = wanted.occlusionScale;
        const gpu::Extent part{(full.width + s - 1) / s, (full.height + s - 1) / s};
        done = make(occlusionRaw, occlusionFormat, part, one, colourUse, "occlusion, noisy");
        if (done) done = make(occlusion, occlusionFormat, part, one, colourUse, "occlusion");
    }
    if (done) done = make(mask, maskFormat, full, one, colourUse, "outline mask");
    if (!done) {
        *this = {};
        return done;
    }
    extent = full;
    layers = target.layers;
    targetFormat = target.format;
    features = wanted;
    return {};
}

} // namespace millwright::render
