#pragma once

#include "render/pass.hpp"

#include <array>
#include <optional>
#include <vector>

namespace millwright::render {

/// The sun's shadow maps: one or more squares around what the views see, each drawn again only when something in it may have
/// changed. Where some things move, those that do not are drawn once into a map of their own, and a frame starts from a copy of it.
/// A square that moves keeps what it showed before: only the strips that are new are drawn.
class ShadowMap {
public:
    /// Where the squares are this frame; they move in steps, so that a turning or slowly walking camera keeps them (and their
    /// edges) still. Errors: ResourceLimit.
    [[nodiscard]] Result<void> place(gpu::Device& device, const Features& features, glm::vec3 towardsSun,
                                     std::span<const View> views, Placement& placement);
    /// The squares, as `collect` takes what throws shadows into them.
    [[nodiscard]] std::vector<ShadowSquare> squares(glm::dvec3 origin) const;
    /// The maps no longer hold: what throws shadows into them has other triangles now. Between `place` and `collect`, or in a frame
    /// without either.
    void forget();
    /// Collects what is to be drawn by `record`; nothing where the maps of the frame before still hold.
    void collect(const SceneStore& store, const Placement& placement, glm::dvec3 origin, std::vector<GpuInstance>& instances);
    /// Fills in the shadow part of the frame's data. After `collect`.
    void describe(GpuFrame& data, glm::dvec3 origin) const;
    /// Returns the number of draw calls.
    std::uint32_t record(const Pass& pass, glm::dvec3 origin);

private:
    /// A rectangle of a map, and what throws shadows into it.
    struct Part {
        VkRect2D area{};
        bool isNew = false; ///< nothing that is there is of this place
        DrawList casters;
    };
    struct Cascade {
        gpu::Image image;
        gpu::Image still;  ///< without what moves; empty where nothing ever moved
        gpu::Image before; ///< what `image`, or `still` where there is one, was before the square moved
        glm::dmat4 shadowFromWorld{0};
        double radius = 0;
        bool moved = true; ///< the square, this frame
        /// By how many texels, where what does not move need be drawn only where it was not before.
        std::optional<glm::ivec2> scroll;
        bool separate = false;  ///< what moves is drawn by itself
        bool stillDirty = true; ///< what `record` is to draw again
        bool movingDirty = false;
        std::vector<Part> parts; ///< of `still`, or of `image` where there is none: what is to be drawn of it
        Part moving;             ///< of `image` over a copy of `still`

        [[nodiscard]] gpu::Image& first() { return separate ? still : image; }
    };
    [[nodiscard]] Result<void> createMap(gpu::Device& device, gpu::Image& image, std::string name) const;
    void drawParts(const Pass& pass, const gpu::Image& image, std::span<const Part> parts, const glm::mat4& shadowFromRelative,
                   VkAttachmentLoadOp before) const;
    /// `layout`: of `from`, before.
    static void copy(const Pass& pass, const gpu::Image& from, VkImageLayout layout, const gpu::Image& to,
                     const VkImageCopy& region);
    void drawStill(const Pass& pass, Cascade& cascade, const glm::mat4& shadowFromRelative) const;
    /// All of a map to the same place.
    [[nodiscard]] VkImageCopy whole() const;
    [[nodiscard]] VkRect2D all() const { return {{0, 0}, {size_, size_}}; }
    /// The part of a square that some of its texels are.
    [[nodiscard]] ShadowSquare partOf(ShadowSquare square, const VkRect2D& area) const;
    [[nodiscard]] std::vector<VkRect2D> newAfter(glm::ivec2 scroll) const;
    [[nodiscard]] static glm::mat4 fromRelative(const Cascade& cascade, glm::dvec3 origin);
    [[nodiscard]] ShadowSquare squareOf(const Cascade& cascade, glm::dvec3 origin) const;
    void placeCascade(Cascade& cascade, glm::dvec3 centre, double radius, const glm::dmat3& lightFromWorld,
                      const Placement& placement) const;
    [[nodiscard]] std::optional<glm::ivec2> scrollBetween(const glm::dmat4& before, const glm::dmat4& after) const;

    std::array<Cascade, maximumCascades> cascades_;
    std::uint32_t count_ = 0;
    std::uint32_t size_ = 0;
};

} // namespace millwright::render
