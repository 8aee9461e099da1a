#include "render/frame_data.hpp"

#include <glm/gtc/matrix_transform.hpp>

#include <algorithm>
#include <cmath>

namespace millwright::render {
void describeViews(std::span<const View> views, glm::dvec3 origin, gpu::Extent extent, GpuFrame& data,
                   std::array<Frustum, maximumViews>& frusta) {
    for (std::size_t i = 0; i < views.size(); ++i) {
        const auto& view = views[i];
        auto& out = data.views[i];
        const glm::vec3 eye{view.eye - origin};
        out.viewFromRelative = view.viewFromWorldRotation * glm::translate(glm::mat4{1}, -eye);
        out.clipFromRelative = view.clipFromView * out.viewFromRelative;
        const auto& p = view.clipFromView;
        // A clip position at any depth, w = 1, lies in the view direction ((x + p20) / p00, (y + p21) / p11, -1).
        glm::mat4 viewDirection{0};
        viewDirection[0][0] = 1 / p[0][0];
        viewDirection[1][1] = 1 / p[1][1];
        viewDirection[3] = {p[2][0] / p[0][0], p[2][1] / p[1][1], -1, 0};
        out.relativeDirectionFromClip = glm::transpose(view.viewFromWorldRotation) * viewDirection;
        out.eye = {eye, 1};
        out.project = {p[0][0], p[1][1], p[2][0], p[2][1]};
        frusta[i] = Frustum::of(out.clipFromRelative, eye, std::abs(p[1][1]) * 0.5f * static_cast<float>(extent.height));
    }
    data.extent = {extent.width, extent.height};
    data.ao.y = views.front().clipFromView[3][2];
}

void describeLight(const DrawOptions& options, glm::dvec3 origin, double sceneRadius, GpuFrame& data) {
    const auto& light = options.lighting;
    data.towardsSun = {glm::normalize(light.towardsSun), light.sunStrength};
    data.sunColour = {light.sunColour, light.exposure};
    const double period = 10 * options.gridSpacing; // of the coarse lines
    const auto phase = [&](double x) { return static_cast<float>(x - std::floor(x / period) * period); };
    data.ground = {static_cast<float>(options.groundHeight - origin.y), phase(origin.x), phase(origin.z), light.skyStrength};
    // Half a metre in a hall; on a single part, in proportion to it.
    data.ao.x = static_cast<float>(std::clamp(sceneRadius * 0.12, 0.002, 0.6));
    data.ao.z = 1.25f;
    data.ao.w = static_cast<float>(options.gridSpacing);
    data.selectionColour = options.selectionColour;
    data.hoverColour = options.hoverColour;
    data.flags = options.grid ? 1u : 0u;
}

GpuLight lightOf(const GpuFrame& data, float surfaceError) {
    const glm::mat4 rows = glm::transpose(data.shadowFromRelative[0]);
    return {.shadowRows = {rows[0], rows[1], rows[2]},
            .towardsSun = data.towardsSun,
            .sunColour = data.sunColour,
            .skyStrength = data.ground.w,
            .shadowTexel = data.shadowTexel.x,
            .shadow = data.shadowMaps[0] | data.cascades << 16,
            .surfaceError = surfaceError};
}

} // namespace millwright::render
