#include "render/pipelines.hpp"

#include "render/pipeline_maker.hpp"
#include "render/surfaces.hpp"
#include "shaders.hpp"

#include <vector>

namespace millwright::render {
namespace {

void makeForward(PipelineMaker& maker, Pipelines& p, std::uint32_t viewMask, bool encode) {
    const auto& f = p.features;
    const bool single = p.views == 1 && f.cascades == 1;
    const std::vector<VkFormat> colours{f.deferred ? p.targetFormat : litFormat};
    gpu::PipelineDescription mesh{.name = "plain",
                                  .vertex = f.deferred ? shaders::gbufferPlainVert : shaders::meshPlainVert,
                                  .fragment = f.deferred ? shaders::gbufferPlainFrag : shaders::meshPlainFrag,
                                  .colours = {f.deferred ? keptFormat : litFormat},
                                  .depth = depthFormat,
                                  .viewMask = viewMask,
                                  .samples = f.samples,
                                  .dynamicCull = true,
                                  .depthCompare = VK_COMPARE_OP_GREATER,
                                  .depthWrite = true,
                                  .constants = {f.deferred, encode, f.shadowTaps, false, false, single, true}};
    maker.make(p.plain, mesh);
    mesh.name = "opaque";
    mesh.vertex = shaders::meshVert;
    mesh.fragment = f.deferred ? shaders::gbufferFrag : shaders::meshFrag;
    maker.make(p.opaque, mesh);
    mesh.name = "clipped";
    mesh.constants[3] = true;
    maker.make(p.clipped, mesh);
    if (f.deferred) {
        // Depth 0, infinitely far, passes where anything was drawn.
        maker.make(p.shade, {.name = "shade",
                             .vertex = shaders::shadeVert,
                             .fragment = shaders::shadeFrag,
                             .colours = colours,
                             .depth = depthFormat,
                             .viewMask = viewMask,
                             .depthCompare = VK_COMPARE_OP_LESS,
                             .constants = mesh.constants});
    }
    mesh.name = "blended";
    mesh.fragment = shaders::meshFrag;
    mesh.colours = colours;
    mesh.blend = gpu::Blend::Alpha;
    mesh.depthWrite = false;
    mesh.constants[4] = true;
    mesh.constants[6] = false; // glass is drawn in the order of the list
    maker.make(p.blended, mesh);
    mesh.name = "ghost";
    mesh.vertex = shaders::ghostVert;
    mesh.fragment = shaders::ghostFrag;
    maker.make(p.ghost, mesh);
    maker.make(p.ground, {.name = "ground",
                          .vertex = shaders::groundVert,
                          .fragment = shaders::groundFrag,
                          .colours = colours,
                          .depth = depthFormat,
                          .viewMask = viewMask,
                          .samples = f.samples,
                          .cull = VK_CULL_MODE_BACK_BIT,
                          .depthCompare = VK_COMPARE_OP_GREATER,
                          .depthWrite = true,
                          .depthBiasConstant = -4, // things that lie on the floor win
                          .depthBiasSlope = -1,
                          .constants = {f.deferred, encode, f.shadowTaps, false, false, single}});
    maker.make(p.sky, {.name = "sky",
                       .vertex = shaders::skyVert,
                       .fragment = shaders::skyFrag,
                       .colours = colours,
                       .depth = depthFormat,
                       .viewMask = viewMask,
                       .samples = f.samples,
                       .depthCompare = VK_COMPARE_OP_GREATER_OR_EQUAL,
                       .constants = {f.deferred, encode}});
}

void makeScreen(PipelineMaker& maker, Pipelines& p, std::uint32_t viewMask, bool encode) {
    const auto& f = p.features;
    const auto screen = [&](std::string name, std::span<const std::uint32_t> fragment, VkFormat format,
                            std::vector<std::uint32_t> constants) {
        return gpu::PipelineDescription{.name = std::move(name),
                                        .vertex = shaders::fullscreenVert,
                                        .fragment = fragment,
                                        .colours = {format},
                                        .viewMask = viewMask,
                                        .constants = std::move(constants)};
    };
    if (f.occlusionScale > 0) {
        maker.make(p.occlusion, screen("occlusion", shaders::aoFrag, occlusionFormat, {f.occlusionSlices, f.occlusionSteps}));
        maker.make(p.occlusionBlur, screen("occlusion blur", shaders::aoBlurFrag, occlusionFormat, {}));
    }
    if (!f.deferred)
        maker.make(p.composite, screen("composite", shaders::compositeFrag, p.targetFormat, {f.occlusionScale > 0, encode}));
    auto outline = screen("outline", shaders::outlineFrag, p.targetFormat, {encode});
    outline.blend = gpu::Blend::Alpha;
    maker.make(p.outline, outline);
    maker.make(p.mask, {.name = "outline mask",
                        .vertex = shaders::maskVert,
                        .fragment = shaders::maskFrag,
                        .colours = {maskFormat},
                        .viewMask = viewMask});
}

} // namespace

bool needsSrgbEncoding(VkFormat format) {
    return format != VK_FORMAT_R8G8B8A8_SRGB && format != VK_FORMAT_B8G8R8A8_SRGB && format != VK_FORMAT_A8B8G8R8_SRGB_PACK32 &&
           format != VK_FORMAT_R16G16B16A16_SFLOAT;
}

Result<Pipelines> Pipelines::create(gpu::Device& device, VkFormat targetFormat, std::uint32_t views, const Features& features) {
    Pipelines p;
    p.targetFormat = targetFormat;
    p.views = views;
    p.features = features;
    const std::uint32_t viewMask = (1u << views) - 1;
    const bool encode = needsSrgbEncoding(targetFormat);
    PipelineMaker maker{device};
    makeForward(maker, p, viewMask, encode);
    makeScreen(maker, p, viewMask, encode);
    maker.make(p.shadow, {.name = "shadow",
                          .vertex = shaders::shadowVert,
                          .fragment = {},
                          .colours = {},
                          .depth = depthFormat,
                          .depthCompare = VK_COMPARE_OP_LESS_OR_EQUAL,
                          .depthWrite = true,
                          .depthBiasConstant = shadowBiasConstant,
                          .depthBiasSlope = shadowBiasSlope});
    if (auto done = maker.finish(); !done) return std::unexpected(done.error());
    return p;
}

Result<gpu::Pipeline> createPickPipeline(gpu::Device& device) {
    return gpu::createPipeline(device, {.name = "pick",
                                        .vertex = shaders::pickVert,
                                        .fragment = shaders::pickFrag,
                                        .colours = {pickFormat},
                                        .depth = depthFormat,
                                        .dynamicCull = true,
                                        .depthCompare = VK_COMPARE_OP_GREATER,
                                        .depthWrite = true});
}

Result<gpu::Pipeline> createDepthCopyPipeline(gpu::Device& device, VkFormat depth, std::uint32_t views) {
    return gpu::createPipeline(device, {.name = "depth copy",
                                        .vertex = shaders::fullscreenVert,
                                        .fragment = shaders::depthCopyFrag,
                                        .colours = {},
                                        .depth = depth,
                                        .viewMask = (1u << views) - 1,
                                        .depthCompare = VK_COMPARE_OP_ALWAYS,
                                        .depthWrite = true});
}

} // namespace millwright::render
