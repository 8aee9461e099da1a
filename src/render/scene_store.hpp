#pragma once

#include "render/detail_steps.hpp"
#include "render/gpu_types.hpp"
#include "render/modelled.hpp"

#include <millwright/gpu/memory.hpp>
#include <millwright/scene/cooked.hpp>
#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace millwright::render {

/// A scene as it is drawn: every mesh, material and image once. Geometry stays where it came from, and as much of it as fits is on
/// the GPU (residency.hpp); what the CPU needs each frame is kept in plain arrays.
struct SceneStore {
    struct Mesh {
        std::uint32_t firstLevel = 0; ///< of `detail.levels`
        std::uint32_t levelCount = 0; ///< none: nothing to draw
        std::uint32_t firstStep = 0;  ///< of `detail.steps`; those of the next mesh come next
        std::uint32_t stepCount = 0;
        std::uint32_t residentSteps = 0;   ///< how many of them can be drawn, from the first
        float residentError = 0;           ///< what cannot be drawn is at most this far off what can, node's units
        std::uint32_t triangles = 0;       ///< as modelled
        std::uint32_t source = 0;          ///< of `sources`
        std::uint32_t cooked = 0;          ///< of its meshes
        glm::vec4 sphere{0};               ///< around it and all spheres of its clusters' groups, node's frame: centre, radius
        glm::vec4 grid{0};                 ///< position of a vertex = xyz + w * its steps
        scene::Aabb box;                   ///< around it, node's frame
        bool plain = true;                 ///< without attributes: neither textured nor with colours of its own
        std::uint32_t firstAttributes = 0; ///< where those of its vertices begin, less its first vertex; modulo 2^32
    };
    /// Where a step is in `geometry`, while it is; places in arrays that begin at its start.
    struct Place {
        std::uint32_t cluster = 0;
        std::uint32_t vertex = 0;
        std::uint32_t triangle = 0;
        std::uint32_t attributes = 0; ///< counted from `attributes`
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

    gpu::Buffer geometry;         ///< GpuCluster, scene::CookedVertex, triangles of three vertices each, scene::CookedAttributes
    std::uint64_t attributes = 0; ///< address of the latter, in it
    gpu::Buffer cullMeshes;       ///< `meshes` and levels as the culling shaders read them
    gpu::Buffer cullLevels;
    gpu::Buffer materials;
    std::vector<gpu::Image> images;

    std::vector<scene::CookedGeometry> sources; ///< the last: `modelled`
    std::unique_ptr<Modelled> modelled;
    std::vector<Mesh> meshes;
    DetailSteps detail;
    std::vector<Place> places;                  ///< by step
    std::vector<Instance> instances;            ///< sorted by kind, sides, plainness and mesh
    std::size_t firstBlended = 0;               ///< instances from here on are glass
    std::vector<std::uint32_t> firstOfNode;     ///< into the next, one more than nodes
    std::vector<std::uint32_t> instancesOfNode; ///< indices of instances, node by node
    std::vector<glm::mat4> restTransforms;      ///< worldFromNode as the scene has it
    scene::Aabb bounds;                         ///< at rest, world frame
    std::size_t nodeCount = 0;

    /// Indices of the instances that are drawn at a node.
    [[nodiscard]] std::span<const std::uint32_t> ofNode(std::size_t node) const {
        return std::span{instancesOfNode}.subspan(firstOfNode[node], firstOfNode[node + 1] - firstOfNode[node]);
    }
    /// A mesh's steps that can be drawn.
    [[nodiscard]] std::span<const DetailStep> resident(const Mesh& mesh) const {
        return std::span{detail.steps}.subspan(mesh.firstStep, mesh.residentSteps);
    }

    /// All but what is on the GPU. Meshes that are not in `cooked`, which must outlive this, are drawn as modelled, however far.
    /// Errors: Invalid (index out of range).
    [[nodiscard]] static Result<SceneStore> describe(const scene::Scene& scene, std::span<const scene::CookedGeometry> cooked);
    /// Images and materials. Errors: ResourceLimit, Device.
    [[nodiscard]] Result<void> upload(gpu::Device& device, const scene::Scene& scene);
};

/// Whether it has no textures.
[[nodiscard]] bool isPlain(const scene::Material& material);

} // namespace millwright::render
