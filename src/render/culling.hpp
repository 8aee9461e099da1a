#pragma once

#include "render/cluster_cut.hpp"
#include "render/glass_culling.hpp"
#include "render/instance_table.hpp"
#include "render/pipelines.hpp"

#include <millwright/gpu/pipeline.hpp>

#include <array>
#include <optional>
#include <span>

namespace millwright::render {

struct Pass;

/// What a frame's culling goes by.
struct CullOptions {
    std::span<const View> views;
    std::span<const Frustum> frusta; ///< of the views
    const GpuFrame* frame = nullptr; ///< with its views
    gpu::Extent extent;
    Detail detail;
    bool multisampled = false;
    bool occlusion = true; ///< leave out what is behind something else
};

/// Chooses on the GPU which clusters of opaque things are drawn, and draws them. In two phases: first what was not hidden in the
/// depth of the frame before, then, of the rest, what is not hidden by what the first phase has drawn. docs/rendering.md.
class Culling {
public:
    /// Errors: Device.
    [[nodiscard]] static Result<Culling> create(gpu::Device& device);
    /// For a new scene: what was known of the one before is forgotten.
    void reset();

    /// Brings the lists on the GPU up to date. Errors: ResourceLimit, Device.
    [[nodiscard]] Result<void> prepare(gpu::Device& device, gpu::FrameInFlight& frame, const SceneStore& store,
                                       const Placement& placement, const CullOptions& options);
    /// Whether there is a second phase this frame.
    [[nodiscard]] bool secondPhase() const { return keepsDepth() && (data_.occlusion & 1u) != 0; }
    [[nodiscard]] std::uint64_t chosenAddress() const { return chosen_.address(); }
    /// Chooses what `draw` then draws in the same phase, 0 or 1. Outside rendering scopes.
    void choose(const Pass& pass, std::uint32_t phase);
    /// Into the rendering scope that is open. Returns the number of draw calls.
    std::uint32_t draw(const Pass& pass, std::uint32_t phase) const;
    /// Whether depth is made into a pyramid after the first phase, for the second or for the next frame.
    [[nodiscard]] bool keepsDepth() const { return data_.occlusion != 0 && table_.size() > 0; }
    /// Makes the pyramid from the picture's depth as it is after the first phase, where it is needed; barriers included.
    void keepDepth(const Pass& pass);
    /// The frame's glass, for `drawGlass`. Errors: ResourceLimit.
    [[nodiscard]] Result<void> takeGlass(gpu::FrameInFlight& frame, const SceneStore& store, std::span<const Draw> draws,
                                         std::span<const GpuInstance> instances);
    /// Glass, but for what is behind opaque things, with whatever pipeline is bound. Returns the number of calls.
    std::uint32_t drawGlass(const Pass& pass) const { return glass_.draw(pass); }
    /// Reads back what was chosen. After the last `draw`.
    void recordReadback(const Pass& pass);

    struct Counts {
        std::uint64_t triangles = 0;
        bool complete = true; ///< the lists had room for all that was seen
    };
    /// Of the newest frame that the GPU has finished.
    [[nodiscard]] Counts counts(const gpu::Device& device);

private:
    struct Limits {
        std::uint32_t candidates = 0;
        std::uint32_t clusters = 0;
        std::uint32_t triangles = 0;
    };
    struct Readback {
        gpu::Buffer buffer;
        const gpu::FrameInFlight* frame = nullptr;
        std::uint64_t order = 0;
        Limits limits;
    };
    [[nodiscard]] Result<void> fitLists(gpu::Device& device, const SceneStore& store);
    [[nodiscard]] Result<void> fitPyramid(gpu::Device& device, gpu::Extent extent, std::uint32_t views);
    void describeViews(const CullOptions& options);
    void grow(const GpuTotals& totals, const Limits& had);
    void dispatch(const Pass& pass, const gpu::Pipeline& pipeline, std::uint32_t phase, glm::uvec3 groups) const;
    void dispatchIndirect(const Pass& pass, const gpu::Pipeline& pipeline, std::uint32_t phase, std::size_t offset) const;

    gpu::Pipeline groups_, groupScan_, instances_, scan_, clusters_, emit_, indices_,
        pyramid_; ///< shaders/cull_*.comp, depth_pyramid.comp
    InstanceTable table_;
    GpuCullData data_{};
    std::uint64_t dataAddress_ = 0; ///< of this frame

    gpu::Buffer groupLate_, groupStarts_, groupSeen_;
    gpu::Buffer instanceList_, order_, instanceStarts_, late_;
    gpu::Buffer candidates_, candidateStarts_;
    gpu::Buffer chosen_, chosenWork_;
    gpu::Buffer chosenIndices_;
    gpu::Buffer totals_;
    Limits limits_; ///< of the buffers
    Limits wanted_; ///< of what was seen lately
    GlassCulling glass_;
    gpu::Buffer depths_;
    struct Pyramid {
        gpu::Extent extent;
        std::uint32_t views = 0;
        std::array<GpuView, 4> seen{}; ///< the views it was made from …
        glm::dvec3 origin{0};          ///< … and what they are relative to
        bool holds = false;
    } made_;
    std::array<Readback, 2> readbacks_;
    std::uint64_t frames_ = 0;
    Counts counts_;
};

} // namespace millwright::render
