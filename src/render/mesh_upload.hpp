#pragma once

#include "render/scene_store.hpp"

#include <span>

namespace millwright::gpu {
class Device;
class Upload;
} // namespace millwright::gpu

namespace millwright::render {

/// Makes `store`'s buffers of geometry and its `meshes`, `levels` and `clusters`: first those of `cooked`, which are copied as they
/// are, then the scene's other meshes as modelled. The scene's indices must be in range.
/// Errors: Invalid, for geometry that does not fit the scene or itself; ResourceLimit; Device.
[[nodiscard]] Result<void> uploadMeshes(gpu::Device& device, gpu::Upload& upload, const scene::Scene& scene,
                                        std::span<const scene::CookedGeometry> cooked, SceneStore& store);

} // namespace millwright::render
