#pragma once

#include "render/glyph_atlas.hpp"
#include "render/pass.hpp"

#include <millwright/render/renderer.hpp>

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace millwright::render {

/// One shape of a label, in pixels around where its anchor is seen; mirrors shaders/label_shape.glsl.
struct GpuLabelShape {
    glm::vec3 anchor; ///< relative
    glm::vec2 corner; ///< from the anchor's pixel, y down; of a line: its beginning
    glm::vec2 size;   ///< of a line: from there to its end
    glm::vec4 texture;
    glm::vec4 colour;    ///< sRGB, not premultiplied
    std::uint32_t image; ///< heap index of the characters; `labelBox`, `labelLine`
    float sharpness; ///< of a character: how much the field changes from one pixel to the next, turned over; of a box: radius; of a
                     ///< line: half its width; pixels
};
static_assert(sizeof(GpuLabelShape) == 68);
inline constexpr std::uint32_t labelBox = 0xFFFF'FFFFu, labelLine = 0xFFFF'FFFEu;

/// Draws texts that belong to points of the world over the finished picture, each in a box with a line to its anchor. Its
/// pipeline and characters are made when labels are first drawn.
class LabelPass {
public:
    /// What a label's box takes at `height` pixels an em. Errors: NotFound (no font).
    [[nodiscard]] Result<glm::vec2> sizeOf(std::string_view text, float height);
    /// Makes what `labels` need. Errors: NotFound (no font), Device, ResourceLimit.
    [[nodiscard]] Result<void> fit(gpu::Device& device, const gpu::TargetImage& target, std::span<const Label> labels, float height,
                                   glm::dvec3 origin);
    /// The picture is there as an attachment. Errors: ResourceLimit.
    [[nodiscard]] Result<void> record(const Pass& pass, const gpu::TargetImage& target) const;

private:
    [[nodiscard]] Result<void> makeAtlas();
    void addLine(const Label& label, glm::vec3 anchor, glm::vec2 size, float height);
    void addBox(const Label& label, glm::vec3 anchor, glm::vec2 size, float height);
    void addText(const Label& label, glm::vec3 anchor, glm::vec2 size, float height);

    std::unique_ptr<GlyphAtlas> atlas_;
    std::vector<GpuLabelShape> shapes_; ///< of this frame, in the order they are drawn
    gpu::Pipeline pipeline_;
    VkFormat targetFormat_ = VK_FORMAT_UNDEFINED;
    std::uint32_t layers_ = 0;
};

} // namespace millwright::render
