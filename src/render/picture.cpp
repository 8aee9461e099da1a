#include <millwright/render/picture.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace millwright::render {

Result<Picture> renderPicture(gpu::Device& device, const scene::Scene& scene, const View& view, std::span<const NodeState> nodes,
                              const PictureOptions& options) {
    auto renderer = Renderer::create(device, {.quality = options.quality});
    if (!renderer) return std::unexpected(renderer.error());
    if (auto done = (*renderer)->setScene(scene); !done) return std::unexpected(done.error());
    return renderPicture(device, **renderer, view, nodes, options);
}

Result<Picture> renderPicture(gpu::Device& device, Renderer& renderer, const View& view, std::span<const NodeState> nodes,
                              const PictureOptions& options) {
    auto target = gpu::OffscreenTarget::create(device, options.size, 1, "picture");
    if (!target) return std::unexpected(target.error());
    renderer.setQuality(options.quality);
    Picture picture;
    const std::uint32_t frames = std::max(options.frames, 1u);
    constexpr int mostRepeats = 4; // of a frame for which there was not enough room
    int repeats = 0;
    bool again = false;
    for (std::uint32_t i = 0; i < frames; ++i) {
        if (options.progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped before the picture was drawn");
        if (options.beforeFrame && !again) {
            if (auto done = options.beforeFrame(); !done) return std::unexpected(done.error());
        }
        const auto started = std::chrono::steady_clock::now();
        auto frame = device.beginFrame();
        if (!frame) return std::unexpected(frame.error());
        auto drawn = renderer.draw(**frame, target->image(), {&view, 1}, nodes, options.draw);
        auto submitted = device.submit(**frame); // also after an error: a frame that was begun must end
        if (!drawn) return std::unexpected(drawn.error());
        if (!submitted) return std::unexpected(submitted.error());
        device.waitIdle();
        again = !renderer.timings().complete && repeats++ < mostRepeats;
        if (again) {
            --i;
            continue;
        }
        picture.frameMilliseconds.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count());
        picture.timings.push_back(renderer.timings());
        options.progress((i + 1.0) / frames, "drawing");
    }
    auto pixels = target->read();
    if (!pixels) return std::unexpected(pixels.error());
    picture.pixels = std::move(*pixels);
    return picture;
}

View fitView(const scene::Aabb& bounds, double aspect, double verticalFov) {
    const glm::dvec3 centre = bounds.empty() ? glm::dvec3{0} : glm::dvec3{bounds.centre()};
    const glm::dvec3 half = bounds.empty() ? glm::dvec3{1} : glm::dvec3{bounds.size()} * 0.5;
    // Long things are seen from their long side.
    const glm::dvec3 towardsEye = glm::normalize(half.x >= half.z ? glm::dvec3{0.55, 0.42, 1} : glm::dvec3{1, 0.42, 0.55});
    const View direction = lookAt(centre + towardsEye, centre, verticalFov, aspect);
    const double tanY = std::tan(verticalFov * 0.5);
    double distance = 0;
    for (int corner = 0; corner < 8; ++corner) {
        const glm::dvec3 p = half * glm::dvec3{corner & 1 ? 1 : -1, corner & 2 ? 1 : -1, corner & 4 ? 1 : -1};
        const glm::dvec3 v = glm::dmat3{direction.viewFromWorldRotation} * p;
        distance = std::max({distance, v.z + std::abs(v.y) / tanY, v.z + std::abs(v.x) / (tanY * aspect)});
    }
    distance *= 1.06;
    const double near = std::min(distance * 0.01, 0.05); // reversed depth keeps its digits however small that is
    return lookAt(centre + towardsEye * distance, centre, verticalFov, aspect, near);
}

} // namespace millwright::render
