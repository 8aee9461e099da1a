#pragma once

#include "render/draw_list.hpp"
#include "render/gpu_types.hpp"

#include <millwright/render/renderer.hpp>

#include <span>

namespace millwright::render {

/// The camera part of a frame's data and the frusta to cull with; `origin` is what relative positions are relative to.
void describeViews(std::span<const View> views, glm::dvec3 origin, gpu::Extent extent, GpuFrame& data,
                   std::array<Frustum, maximumViews>& frusta);
/// The light, floor and overlay part. `sceneRadius` in metres sets how far ambient occlusion reaches.
void describeLight(const DrawOptions& options, glm::dvec3 origin, double sceneRadius, GpuFrame& data);
/// The part of a finished frame's data that goes into push constants. `surfaceError`: how far surfaces may be drawn from where they
/// are, metres a metre of distance from the eye.
[[nodiscard]] GpuLight lightOf(const GpuFrame& data, float surfaceError);

} // namespace millwright::render
