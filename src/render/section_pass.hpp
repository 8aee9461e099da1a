#pragma once

#include "render/pass.hpp"

#include <span>
#include <vector>

namespace millwright::render {

/// Planes as the shaders want them: not negative where something is left, of unit length. World frame. A plane that lies in a face
/// would leave it to rounding whether the face or a cap is seen: all planes are moved by `nudge` metres towards what they cut away.
[[nodiscard]] std::vector<glm::dvec4> planesOf(std::span<const SectionPlane> sections, double nudge);
/// The sections' part of a frame's data.
void describeSections(std::span<const glm::dvec4> planes, glm::dvec3 origin, GpuFrame& data);

/// Draws what section planes pass through, and fills solids where they are cut (shaders/section_cap.glsl says how). Its images and
/// pipelines are made when something is first cut.
class SectionPass {
public:
    /// Errors: ResourceLimit, Device.
    [[nodiscard]] Result<void> fit(gpu::Device& device, const gpu::TargetImage& target, const Features& features);
    void describe(GpuFrame& data) const { data.sectionSums = sums_.heapIndex(); }

    /// Counts what each ray is inside of where it passes the planes: before the pass that draws the views.
    void count(const Pass& pass, const DrawList& list) const;
    /// Cut things and their caps, into the scope of the views' opaque things. Returns the number of draw calls.
    std::uint32_t draw(const Pass& pass, const DrawList& list) const;
    /// Cut glass, into the scope of the views' other glass.
    std::uint32_t drawBlended(const Pass& pass, const DrawList& list) const;
    /// The same of other passes, into their scopes.
    void drawShadow(const Pass& pass, const DrawList& list) const;
    void drawMask(const Pass& pass, const DrawList& list) const;

private:
    [[nodiscard]] Result<void> makePipelines(gpu::Device& device, const gpu::TargetImage& target, const Features& features);

    gpu::Extent extent_;
    std::uint32_t layers_ = 0;
    VkFormat targetFormat_ = VK_FORMAT_UNDEFINED;
    Features features_;
    gpu::Image sums_; ///< of colours; alpha: of the count; as many samples as the picture
    gpu::Pipeline count_, cut_, cap_, blended_, shadow_, mask_;
};

/// The same for the pixel that is picked.
class SectionPick {
public:
    /// Errors: ResourceLimit, Device.
    [[nodiscard]] Result<void> fit(gpu::Device& device);
    void describe(GpuFrame& data) const { data.pickSums = sums_.heapIndex(); }
    void count(const Pass& pass, const DrawList& list, const glm::mat4& clipThrough) const;
    void draw(const Pass& pass, const DrawList& list) const;

private:
    gpu::Image sums_;
    gpu::Pipeline count_, cut_, cap_;
};

} // namespace millwright::render
