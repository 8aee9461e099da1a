#include "render/label_pass.hpp"

#include "shaders.hpp"

#include <millwright/core/text.hpp>

#include <algorithm>

namespace millwright::render {
namespace {

// Shares of an em.
constexpr float boxHeight = 1.6f, sidePadding = 0.5f, baseline = 1.16f, radius = 0.25f, lineWidth = 0.08f, dotRadius = 0.19f;

// sRGB: the panels' paper, ink, edge and accent (ui/colour.hpp).
constexpr glm::vec4 paper{0.941f, 0.941f, 0.941f, 0.93f}, ink{0.157f, 0.157f, 0.157f, 1}, edge{0.408f, 0.408f, 0.408f, 1},
    accent{0.102f, 0.337f, 0.518f, 1};

} // namespace

Result<void> LabelPass::makeAtlas() {
    if (atlas_) return {};
    return GlyphAtlas::create().transform([this](auto&& made) { atlas_ = std::move(made); });
}

Result<glm::vec2> LabelPass::sizeOf(std::string_view text, float height) {
    if (auto made = makeAtlas(); !made) return std::unexpected(made.error());
    return glm::ceil(glm::vec2{atlas_->width(text) + 2 * sidePadding, boxHeight} * height);
}

Result<void> LabelPass::fit(gpu::Device& device, const gpu::TargetImage& target, std::span<const Label> labels, float height,
                            glm::dvec3 origin) {
    shapes_.clear();
    const auto each = [&](auto&& add) -> Result<void> {
        for (const Label& label : labels) {
            const auto size = sizeOf(label.text, height);
            if (!size) return std::unexpected(size.error());
            (this->*add)(label, glm::vec3{label.anchor - origin}, *size, height);
        }
        return {};
    };
    for (const auto add : {&LabelPass::addLine, &LabelPass::addBox}) // first all lines, so that none crosses a text
        if (auto done = each(add); !done) return done;
    if (auto done = each(&LabelPass::addText); !done) return done;
    if (auto done = atlas_->upload(device); !done) return done;
    for (GpuLabelShape& shape : shapes_)
        if (shape.image < labelLine) shape.image = atlas_->heapIndex();
    if (pipeline_ && targetFormat_ == target.format && layers_ == target.layers) return {};
    auto made = gpu::createPipeline(device, {.name = "labels",
                                             .vertex = shaders::labelVert,
                                             .fragment = shaders::labelFrag,
                                             .colours = {target.format},
                                             .viewMask = (1u << target.layers) - 1,
                                             .blend = gpu::Blend::Alpha,
                                             .constants = {needsSrgbEncoding(target.format)}});
    if (!made) return std::unexpected(made.error());
    pipeline_ = std::move(*made);
    targetFormat_ = target.format;
    layers_ = target.layers;
    return {};
}

void LabelPass::addLine(const Label& label, glm::vec3 anchor, glm::vec2 size, float height) {
    const glm::vec2 end = glm::clamp(glm::vec2{0}, label.corner, label.corner + size);
    shapes_.push_back({anchor, {0, 0}, end, {}, edge, labelLine, std::max(1.0f, lineWidth * height) / 2});
    const float dot = dotRadius * height;
    shapes_.push_back({anchor, glm::vec2{-dot}, glm::vec2{2 * dot}, {}, ink, labelBox, dot});
}

void LabelPass::addBox(const Label& label, glm::vec3 anchor, glm::vec2 size, float height) {
    const float border = std::max(1.0f, lineWidth * height) * (label.emphasised ? 2 : 1), round = radius * height;
    shapes_.push_back({anchor, label.corner, size, {}, label.emphasised ? accent : edge, labelBox, round});
    shapes_.push_back({anchor, label.corner + border, size - 2 * border, {}, paper, labelBox, std::max(0.0f, round - border)});
}

void LabelPass::addText(const Label& label, glm::vec3 anchor, glm::vec2 /*size*/, float height) {
    glm::vec2 pen = label.corner + glm::vec2{sidePadding, baseline} * height;
    const float sharpness = GlyphAtlas::span() * height;
    for (std::size_t i = 0; i < label.text.size();) {
        const Character character = characterAt(label.text, i);
        const Glyph& glyph = atlas_->glyph(character.code);
        if (glyph.size.x > 0)
            shapes_.push_back({anchor, pen + glyph.corner * height, glyph.size * height, glyph.texture, ink, 0, sharpness});
        pen.x += glyph.advance * height;
        i += character.length;
    }
}

Result<void> LabelPass::record(const Pass& pass, const gpu::TargetImage& target) const {
    auto memory = gpu::frameMemory<GpuLabelShape>(pass.frame, std::span<const GpuLabelShape>{shapes_});
    if (!memory) return std::unexpected(memory.error());
    gpu::beginLabel(pass.frame, "labels");
    const auto before = blendedOver(target);
    gpu::barriers(pass.commands, {&before, 1});
    pass.beginScreen(target.view, target.extent, true);
    GpuAddresses addresses = pass.push.data;
    addresses.instances = memory->address;
    vkCmdPushConstants(pass.commands, gpu::pipelineLayout(pass.device), gpu::pushStages, 0, sizeof addresses, &addresses);
    pass.bind(pipeline_);
    vkCmdDraw(pass.commands, 6, static_cast<std::uint32_t>(shapes_.size()), 0, 0);
    vkCmdEndRendering(pass.commands);
    gpu::endLabel(pass.frame);
    return {};
}

} // namespace millwright::render
