#pragma once

#include "render/pass.hpp"

#include <array>

namespace millwright::render {

/// The sun's shadow maps: one or more squares around what the views see, each drawn again only when something in it may have
/// changed. Where some things move, those that do not are drawn once into a map of their own, and a frame starts from a copy of it.
class ShadowMap {
public:
    /// Where the squares are this frame; they move in steps, so that a turning or slowly walking camera keeps them (and their
    /// edges) still. Errors: ResourceLimit.
    [[nodiscard]] Result<void> place(gpu::Device& device, const Features& features, glm::vec3 towardsSun,
                                     std::span<const View> views, Placement& placement);
    /// The squares, as `collect` takes what throws shadows into them.
    [[nodiscard]] std::vector<ShadowSquare> squares(glm::dvec3 origin) const;
    /// The maps no longer hold: what throws shadows into them has other triangles now. Between `place` and `collect`.
    void forget();
    /// Fills in the shadow part of the frame's data.
    void describe(GpuFrame& data, glm::dvec3 origin) const;
    /// Collects what is to be drawn by `record`; nothing where the maps of the frame before still hold.
    void collect(const SceneStore& store, const Placement& placement, glm::dvec3 origin, std::vector<GpuInstance>& instances);
    /// Returns the number of draw calls.
    std::uint32_t record(const Pass& pass, glm::dvec3 origin);

private:
    struct Cascade {
        gpu::Image image;
        gpu::Image still; ///< without what moves; empty where nothing ever moved
        glm::dmat4 shadowFromWorld{0};
        double radius = 0;
        bool moved = true;      ///< the square, this frame
        bool separate = false;  ///< what moves is drawn by itself
        bool stillDirty = true; ///< what `record` is to draw again
        bool movingDirty = false;
        DrawList casters;       ///< of `still`, or of `image` where there is none
        DrawList movingCasters; ///< of `image` over a copy of `still`
    };
    [[nodiscard]] Result<gpu::Image> createMap(gpu::Device& device, std::string name) const;
    void drawCasters(const Pass& pass, const gpu::Image& image, const DrawList& casters, const glm::mat4& shadowFromRelative,
                     VkAttachmentLoadOp before) const;
    static void copy(const Pass& pass, const gpu::Image& from, const gpu::Image& to);
    [[nodiscard]] static glm::mat4 fromRelative(const Cascade& cascade, glm::dvec3 origin);
    [[nodiscard]] ShadowSquare squareOf(const Cascade& cascade, glm::dvec3 origin) const;
    void placeCascade(Cascade& cascade, glm::dvec3 centre, double radius, const glm::dmat3& lightFromWorld,
                      const Placement& placement) const;

    std::array<Cascade, maximumCascades> cascades_;
    std::uint32_t count_ = 0;
    std::uint32_t size_ = 0;
};

} // namespace millwright::render
