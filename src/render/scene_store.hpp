#pragma once

#include "render/gpu_types.hpp"
#include "render/lod.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <vector>

namespace millwright::render {

/// A scene on the GPU: every mesh, material and image once. What the CPU needs each frame is kept beside it as plain arrays.
struct SceneStore {
    struct Mesh {
        std::uint32_t firstLevel = 0; ///< of `levels`
        std::uint32_t levelCount = 0; ///< at least one, the finest first
        std::int32_t vertexOffset = 0;
    };
    /// How an instance is drawn; the order is the order of drawing.
    enum class Kind : std::uint8_t { Opaque, Masked, Blended };
    struct Instance {
        std::uint32_t node = 0;
        std::uint32_t mesh = 0;
        std::uint32_t material = 0;
        Kind kind = Kind::Opaque;
        bool doubleSided = false;
        bool plain = false; ///< neither textures nor vertex colours
    };

    gpu::Buffer vertices;
    gpu::Buffer indices;
    gpu::Buffer materials;
    std::vector<gpu::Image> images;

    std::vector<Mesh> meshes;
    std::vector<Lod> levels;               ///< of all meshes; first indices count from the start of `indices`
    std::vector<glm::vec4> meshSpheres;    ///< bounding sphere in the node's frame: centre, radius
    std::vector<Instance> instances;       ///< sorted by kind, sides, plainness and mesh
    std::vector<glm::mat4> restTransforms; ///< worldFromNode as the scene has it
    scene::Aabb bounds;                    ///< at rest, world frame
    std::size_t nodeCount = 0;

    /// Errors: Invalid (index out of range), ResourceLimit, Device.
    [[nodiscard]] static Result<SceneStore> create(gpu::Device& device, const scene::Scene& scene);
};

} // namespace millwright::render
