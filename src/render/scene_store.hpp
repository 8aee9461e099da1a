#pragma once

#include "render/gpu_types.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace millwright::render {

/// A scene on the GPU: every mesh, material and image once. What the CPU needs each frame is kept beside it as plain arrays.
struct SceneStore {
    struct Mesh {
        std::uint32_t firstLevel = 0;      ///< of `levels`
        std::uint32_t levelCount = 0;      ///< none: nothing to draw
        std::uint32_t triangles = 0;       ///< as modelled
        glm::vec4 sphere{0};               ///< around it and all spheres of its clusters' groups, node's frame: centre, radius
        glm::vec4 grid{0};                 ///< position of a vertex = xyz + w * its steps
        scene::Aabb box;                   ///< around it, node's frame
        bool plain = true;                 ///< without attributes: neither textured nor with colours of its own
        std::uint32_t firstAttributes = 0; ///< where those of its vertices begin, less its first vertex; modulo 2^32
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

    gpu::Buffer vertices;   ///< scene::CookedVertex
    gpu::Buffer attributes; ///< scene::CookedAttributes
    gpu::Buffer indices;
    gpu::Buffer materials;
    gpu::Buffer cullMeshes; ///< `meshes`, `levels` and `clusters` as the culling shaders read them
    gpu::Buffer cullLevels;
    gpu::Buffer cullClusters;
    std::vector<gpu::Image> images;

    std::vector<Mesh> meshes;
    std::vector<scene::ClusterLevel> levels; ///< of all meshes
    std::vector<scene::Cluster>
        clusters;                    ///< of all levels; the triangles of one are `indices` [3 x firstTriangle, + 3 x triangleCount)
    std::vector<Instance> instances; ///< sorted by kind, sides, plainness and mesh
    std::size_t firstBlended = 0;    ///< instances from here on are glass
    std::vector<std::uint32_t> firstOfNode;     ///< into the next, one more than nodes
    std::vector<std::uint32_t> instancesOfNode; ///< indices of instances, node by node
    std::vector<glm::mat4> restTransforms;      ///< worldFromNode as the scene has it
    scene::Aabb bounds;                         ///< at rest, world frame
    std::size_t nodeCount = 0;

    /// Indices of the instances that are drawn at a node.
    [[nodiscard]] std::span<const std::uint32_t> ofNode(std::size_t node) const {
        return std::span{instancesOfNode}.subspan(firstOfNode[node], firstOfNode[node + 1] - firstOfNode[node]);
    }

    /// Meshes that are not in `cooked` are drawn as modelled, however far.
    /// Errors: Invalid (index out of range), ResourceLimit, Device.
    [[nodiscard]] static Result<SceneStore> create(gpu::Device& device, const scene::Scene& scene,
                                                   std::span<const scene::CookedGeometry> cooked);
};

/// Whether it has no textures.
[[nodiscard]] bool isPlain(const scene::Material& material);

} // namespace millwright::render
