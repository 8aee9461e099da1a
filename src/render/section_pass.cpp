#include "render/section_pass.hpp"

#include "render/frame_data.hpp"
#include "render/pipeline_maker.hpp"
#include "shaders.hpp"

#include <cmath>

namespace millwright::render {
namespace {

constexpr VkFormat sumsFormat = VK_FORMAT_R32G32B32A32_SFLOAT; // sums of numbers up to 2^24 stay exact
constexpr double hatchPeriod = 16;                             // metres; every spacing of lines is a power of two

/// Two directions in a plane, the first as level as can be.
std::pair<glm::dvec3, glm::dvec3> directionsIn(glm::dvec3 normal) {
    const glm::dvec3 up = std::abs(normal.y) > 0.9 ? glm::dvec3{0, 0, 1} : glm::dvec3{0, 1, 0};
    const glm::dvec3 u = glm::normalize(glm::cross(up, normal));
    return {u, glm::cross(normal, u)};
}

glm::vec4 hatchDirection(glm::dvec3 direction, glm::dvec3 origin) {
    const double along = glm::dot(direction, origin);
    return {glm::vec3{direction}, static_cast<float>(along - std::floor(along / hatchPeriod) * hatchPeriod)};
}

/// Everything that is cut is summed up: no depth, both sides.
gpu::PipelineDescription summing(std::string name, std::span<const std::uint32_t> vertex, std::uint32_t viewMask,
                                 VkSampleCountFlagBits samples) {
    return {.name = std::move(name),
            .vertex = vertex,
            .fragment = shaders::sectionCountFrag,
            .colours = {sumsFormat},
            .viewMask = viewMask,
            .samples = samples,
            .blend = gpu::Blend::Add};
}

/// Clears `image` and adds up in it what is cut; afterwards it can be sampled. Push constants are set.
void addUp(const Pass& pass, const DrawList& list, const gpu::Image& image, const gpu::Pipeline& pipeline, std::uint32_t viewMask) {
    gpu::beginLabel(pass.frame, "section");
    const auto before = beforeColour(image.handle());
    gpu::barriers(pass.commands, {&before, 1});
    const auto extent = image.description().extent;
    const VkRenderingAttachmentInfo colour{.sType = VK_STRUCTURE_TYPE_RENDERING_ATTACHMENT_INFO,
                                           .imageView = image.view(),
                                           .imageLayout = VK_IMAGE_LAYOUT_ATTACHMENT_OPTIMAL,
                                           .loadOp = VK_ATTACHMENT_LOAD_OP_CLEAR,
                                           .storeOp = VK_ATTACHMENT_STORE_OP_STORE};
    const VkRenderingInfo info{.sType = VK_STRUCTURE_TYPE_RENDERING_INFO,
                               .renderArea = {{0, 0}, {extent.width, extent.height}},
                               .layerCount = 1,
                               .viewMask = viewMask,
                               .colorAttachmentCount = 1,
                               .pColorAttachments = &colour};
    vkCmdBeginRendering(pass.commands, &info);
    pass.setViewport(extent);
    pass.bindIndices();
    pass.bind(pipeline);
    pass.draw(list.cut, false);
    pass.draw(list.cutBlended, false);
    vkCmdEndRendering(pass.commands);
    const auto after = colourToSampled(image.handle());
    gpu::barriers(pass.commands, {&after, 1});
    gpu::endLabel(pass.frame);
}

Result<gpu::Image> createSums(gpu::Device& device, gpu::Extent extent, std::uint32_t layers, VkSampleCountFlagBits samples) {
    return gpu::Image::create(device,
                              {.format = sumsFormat,
                               .extent = extent,
                               .layers = layers,
                               .samples = samples,
                               .usage = VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_SAMPLED_BIT},
                              "section sums");
}

} // namespace

std::vector<glm::dvec4> planesOf(std::span<const SectionPlane> sections, double nudge) {
    std::vector<glm::dvec4> planes;
    for (const auto& section : sections) planes.emplace_back(-glm::normalize(section.normal), section.offset + nudge);
    return planes;
}

void describeSections(std::span<const glm::dvec4> planes, glm::dvec3 origin, GpuFrame& data) {
    data.sections.fill({0, 0, 0, 1});
    for (std::size_t i = 0; i < planes.size(); ++i) {
        const glm::dvec3 normal{planes[i]};
        const auto [u, v] = directionsIn(normal);
        data.sections[i] = {glm::vec3{normal}, static_cast<float>(planes[i].w + glm::dot(normal, origin))};
        data.hatchU[i] = hatchDirection(u, origin);
        data.hatchV[i] = hatchDirection(v, origin);
    }
}

Result<void> SectionPass::fit(gpu::Device& device, const gpu::TargetImage& target, const Features& features) {
    if (extent_ == target.extent && layers_ == target.layers && targetFormat_ == target.format && features_ == features) return {};
    const bool samePipelines = cut_ && layers_ == target.layers && targetFormat_ == target.format && features_ == features;
    *this = samePipelines ? std::move(*this) : SectionPass{};
    auto sums = createSums(device, target.extent, target.layers, features.samples);
    if (!sums) return std::unexpected(sums.error());
    sums_ = std::move(*sums);
    if (!samePipelines) {
        if (auto done = makePipelines(device, target, features); !done) return done;
    }
    extent_ = target.extent;
    layers_ = target.layers;
    targetFormat_ = target.format;
    features_ = features;
    return {};
}

Result<void> SectionPass::makePipelines(gpu::Device& device, const gpu::TargetImage& target, const Features& f) {
    const std::uint32_t viewMask = (1u << target.layers) - 1;
    const bool encode = needsSrgbEncoding(target.format), single = target.layers == 1 && f.cascades == 1;
    PipelineMaker maker{device};
    maker.make(count_, summing("section", shaders::sectionCountVert, viewMask, f.samples));
    gpu::PipelineDescription mesh{.name = "cut",
                                  .vertex = shaders::meshCutVert,
                                  .fragment = f.deferred ? shaders::gbufferFrag : shaders::meshFrag,
                                  .colours = {f.deferred ? keptFormat : litFormat},
                                  .depth = depthFormat,
                                  .viewMask = viewMask,
                                  .samples = f.samples,
                                  .depthCompare = VK_COMPARE_OP_GREATER,
                                  .depthWrite = true,
                                  .constants = {f.deferred, encode, f.shadowTaps, true, false, single}};
    maker.make(cut_, mesh);
    auto cap = mesh;
    cap.name = "cap";
    cap.vertex = shaders::skyVert;
    cap.fragment = f.deferred ? shaders::sectionCapKeptFrag : shaders::sectionCapFrag;
    maker.make(cap_, cap);
    mesh.name = "cut and blended";
    mesh.fragment = shaders::meshFrag;
    mesh.colours = {f.deferred ? target.format : litFormat};
    mesh.blend = gpu::Blend::Alpha;
    mesh.depthWrite = false;
    mesh.constants[4] = true;
    maker.make(blended_, mesh);
    maker.make(shadow_, {.name = "cut shadow",
                         .vertex = shaders::shadowCutVert,
                         .fragment = {},
                         .colours = {},
                         .depth = depthFormat,
                         .depthCompare = VK_COMPARE_OP_LESS_OR_EQUAL,
                         .depthWrite = true,
                         .depthBiasConstant = shadowBiasConstant,
                         .depthBiasSlope = shadowBiasSlope});
    maker.make(mask_, {.name = "cut outline mask",
                       .vertex = shaders::maskCutVert,
                       .fragment = shaders::maskFrag,
                       .colours = {maskFormat},
                       .viewMask = viewMask});
    return maker.finish();
}

void SectionPass::count(const Pass& pass, const DrawList& list) const {
    pass.setPush();
    addUp(pass, list, sums_, count_, pass.viewMask);
}

std::uint32_t SectionPass::draw(const Pass& pass, const DrawList& list) const {
    std::uint32_t calls = 0;
    if (!list.cut.empty()) {
        pass.bind(cut_);
        calls = pass.draw(list.cut, false);
    }
    if (!list.cut.empty() || !list.cutBlended.empty()) pass.fullscreen(cap_);
    return calls;
}

std::uint32_t SectionPass::drawBlended(const Pass& pass, const DrawList& list) const {
    if (list.cutBlended.empty()) return 0;
    pass.bind(blended_);
    return pass.draw(list.cutBlended, false);
}

void SectionPass::drawShadow(const Pass& pass, const DrawList& list) const {
    if (list.cut.empty()) return;
    pass.bind(shadow_);
    pass.draw(list.cut, false);
}

void SectionPass::drawMask(const Pass& pass, const DrawList& list) const {
    if (list.cut.empty()) return;
    pass.bind(mask_);
    pass.draw(list.cut, false);
}

Result<void> SectionPick::fit(gpu::Device& device) {
    if (sums_) return {};
    auto sums = createSums(device, {1, 1}, 1, VK_SAMPLE_COUNT_1_BIT);
    if (!sums) return std::unexpected(sums.error());
    PipelineMaker maker{device};
    maker.make(count_, summing("pick section", shaders::sectionPickCountVert, 0, VK_SAMPLE_COUNT_1_BIT));
    gpu::PipelineDescription pick{.name = "pick cut",
                                  .vertex = shaders::pickCutVert,
                                  .fragment = shaders::pickFrag,
                                  .colours = {pickFormat},
                                  .depth = depthFormat,
                                  .depthCompare = VK_COMPARE_OP_GREATER,
                                  .depthWrite = true};
    maker.make(cut_, pick);
    pick.name = "pick cap";
    pick.vertex = shaders::fullscreenVert;
    pick.fragment = shaders::sectionPickFrag;
    maker.make(cap_, pick);
    auto done = maker.finish();
    if (done) sums_ = std::move(*sums);
    return done;
}

void SectionPick::count(const Pass& pass, const DrawList& list, const glm::mat4& clipThrough) const {
    pass.setPush(clipThrough);
    addUp(pass, list, sums_, count_, 0);
}

void SectionPick::draw(const Pass& pass, const DrawList& list) const {
    pass.bind(cut_);
    pass.draw(list.cut, false);
    pass.draw(list.cutBlended, false);
    pass.fullscreen(cap_);
}

} // namespace millwright::render
