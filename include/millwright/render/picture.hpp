#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/render/renderer.hpp>

#include <functional>
#include <vector>

namespace millwright::render {

struct PictureOptions {
    gpu::Extent size{1280, 720};
    Quality quality = Quality::High;
    DrawOptions draw;
    std::uint32_t frames = 1; ///< drawn before the picture is read, for measuring
    std::function<Result<void>()> beforeFrame; ///< may change what `nodes` holds; not measured. An error ends the drawing.
    Progress progress;        ///< told after every frame; stops between two
};

struct Picture {
    gpu::Pixels pixels;
    std::vector<FrameTimings> timings;     ///< one a frame
    std::vector<double> frameMilliseconds; ///< wall clock from recording to done, one a frame
};

/// Draws `scene` from `view` without a window and reads it back. `nodes` as for `Renderer::draw`. Errors: as for `Renderer`;
/// Cancelled.
[[nodiscard]] Result<Picture> renderPicture(gpu::Device& device, const scene::Scene& scene, const View& view,
                                            std::span<const NodeState> nodes, const PictureOptions& options = {});
/// The same with a renderer that already has its scene.
[[nodiscard]] Result<Picture> renderPicture(gpu::Device& device, Renderer& renderer, const View& view,
                                            std::span<const NodeState> nodes, const PictureOptions& options = {});

/// A view that shows all of `bounds` (world frame) from a little above and to the side, as a product picture does.
[[nodiscard]] View fitView(const scene::Aabb& bounds, double aspect, double verticalFov = 0.7);

} // namespace millwright::render
