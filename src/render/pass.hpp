#pragma once

#include "render/culling.hpp"
#include "render/draw_list.hpp"
#include "render/gpu_types.hpp"
#include "render/pipelines.hpp"
#include "render/surfaces.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <span>

namespace millwright::render {

class SectionPass;

/// What every pass of one frame needs; lives for one `Renderer::draw`.
struct Pass {
    gpu::Device& device;
    gpu::FrameInFlight& frame;
    gpu::PassClock& clock; ///< marked after each pass
    VkCommandBuffer commands;
    const SceneStore* store; ///< null: no scene
    const Pipelines& pipelines;
    Surfaces& surfaces;
    std::uint32_t viewMask;
    GpuPush push;                    ///< addresses of this frame's data
    SectionPass* sections = nullptr; ///< null: nothing is cut

    void setPush() const;                                  ///< for passes that draw the views
    void setPush(const glm::mat4& clipFromRelative) const; ///< for passes with a camera of their own
    void bind(const gpu::Pipeline& pipeline) const;
    void setViewport(gpu::Extent extent) const;
    /// Draws with whatever pipeline is bound; sets each draw's cull mode where the pipeline wants it. Returns the number of calls.
    std::uint32_t draw(std::span<const Draw> draws, bool dynamicCull) const;
    void bindIndices() const;
    void fullscreen(const gpu::Pipeline& pipeline) const;
    /// One colour image, all of it, nothing kept from before.
    void beginScreen(VkImageView view, gpu::Extent extent, bool load) const;
};

// Barriers between passes. Every surface is written as an attachment and read by a fragment shader, again and again.
[[nodiscard]] gpu::Barrier beforeColour(VkImage image);
[[nodiscard]] gpu::Barrier betweenColour(VkImage image); ///< between two scopes that draw to it, keeping what is there
[[nodiscard]] gpu::Barrier colourToSampled(VkImage image);
[[nodiscard]] gpu::Barrier beforeDepth(VkImage image);
[[nodiscard]] gpu::Barrier depthToSampled(VkImage image);
[[nodiscard]] gpu::Barrier beforeTarget(const gpu::TargetImage& target);
/// The picture is there already, as an attachment: waits for it.
[[nodiscard]] gpu::Barrier blendedOver(const gpu::TargetImage& target);
[[nodiscard]] gpu::Barrier afterTarget(const gpu::TargetImage& target);

struct ForwardOptions {
    bool ground = true;
    bool keepDepth = false;   ///< somebody reads depth afterwards
    bool keepSamples = false; ///< somebody reads the depth of each sample afterwards, where there are several
};
/// Opaque things, floor, sky, then glass: into the lit image. Returns the number of draw calls.
std::uint32_t recordForward(const Pass& pass, Culling& culling, const DrawList& listed, const ForwardOptions& options);
/// The same straight into the target: what opaque things are is kept first, and each pixel then lit once, which costs a CPU driver
/// far less where triangles are small. Needs `Features::deferred`.
std::uint32_t recordDeferred(const Pass& pass, Culling& culling, const DrawList& listed, const gpu::TargetImage& target,
                             const ForwardOptions& options);
/// What both have in common: floor, sky and glass, into the rendering scope that is open. Push constants are those of the views.
std::uint32_t drawSurroundings(const Pass& pass, const Culling& culling, const DrawList& listed, bool ground);
/// And what section planes pass through, before that.
std::uint32_t drawSections(const Pass& pass, const DrawList& listed);
void recordOcclusion(const Pass& pass);
void recordComposite(const Pass& pass, const gpu::TargetImage& target);
void recordMask(const Pass& pass, const DrawList& marked);
void recordOutline(const Pass& pass, const gpu::TargetImage& target);
void recordDepthCopy(const Pass& pass, const gpu::Pipeline& pipeline, const gpu::TargetImage& target);

} // namespace millwright::render
