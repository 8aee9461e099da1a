#pragma once

#include <glm/glm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

/// Geometry as plain data: what importers make and renderers draw. Metres, right-handed, Y up; counter-clockwise is front;
/// colours linear unless an image says sRGB; glTF metal-rough materials.
namespace millwright::scene {

struct Aabb {
    glm::vec3 min{std::numeric_limits<float>::infinity()};
    glm::vec3 max{-std::numeric_limits<float>::infinity()};

    [[nodiscard]] bool empty() const { return min.x > max.x; }
    [[nodiscard]] glm::vec3 centre() const { return (min + max) * 0.5f; }
    [[nodiscard]] glm::vec3 size() const { return max - min; }
    void include(glm::vec3 point) { min = glm::min(min, point); max = glm::max(max, point); }
    void include(const Aabb& other) { min = glm::min(min, other.min); max = glm::max(max, other.max); }
    /// The box around this one after `transform`; empty stays empty.
    [[nodiscard]] Aabb transformed(const glm::mat4& transform) const;
};

/// 48 bytes, as the vertex shaders read it.
struct Vertex {
    glm::vec3 position{0};
    glm::vec3 normal{0, 1, 0};              ///< unit length
    glm::vec4 tangent{1, 0, 0, 1};          ///< w: handedness of the bitangent
    glm::vec2 uv{0};
};
static_assert(sizeof(Vertex) == 48);

/// Indexed triangles in the frame of the node that uses them. One mesh is stored once however often it is drawn.
struct Mesh {
    std::string name;
    std::vector<Vertex> vertices;
    std::vector<std::uint32_t> indices; ///< three a triangle
    std::vector<std::array<std::uint8_t, 4>> colours; ///< per vertex, sRGB; empty when the file has none
    Aabb bounds;
    std::uint32_t cookedTriangles = 0; ///< of a mesh whose triangles are kept cooked (CookedGeometry) and not in the vectors above

    [[nodiscard]] std::size_t triangles() const { return indices.empty() ? cookedTriangles : indices.size() / 3; }
};

/// 8-bit RGBA pixels, rows from the top.
struct Image {
    std::string name;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool srgb = true;
    std::vector<std::uint8_t> pixels;
};

inline constexpr std::uint32_t none = 0xFFFF'FFFFu;

enum class AlphaMode : std::uint8_t { Opaque, Mask, Blend };

struct Material {
    std::string name;
    glm::vec4 baseColour{0.8f, 0.8f, 0.8f, 1};
    glm::vec3 emissive{0};
    float metallic = 0;
    float roughness = 0.6f;
    float alphaCutoff = 0.5f;
    AlphaMode alphaMode = AlphaMode::Opaque;
    bool doubleSided = false;
    std::uint32_t baseColourImage = none;         ///< indices into Scene::images
    std::uint32_t metallicRoughnessImage = none;  ///< G roughness, B metallic
    std::uint32_t normalImage = none;
    std::uint32_t emissiveImage = none;
    std::uint32_t occlusionImage = none;
};

/// Part numbers, layers, glTF extras, IFC properties … as the file names them.
using Metadata = std::vector<std::pair<std::string, std::string>>;

struct Node {
    std::string name;
    std::uint32_t parent = none;      ///< index into Scene::nodes, always smaller than this node's own
    glm::mat4 parentFromNode{1};
    Metadata metadata;
};

/// One mesh drawn at one node.
struct Instance {
    std::uint32_t node = 0;
    std::uint32_t mesh = 0;
    std::uint32_t material = 0;
};

struct Scene {
    std::vector<Mesh> meshes;
    std::vector<Material> materials;  ///< never empty when there are instances
    std::vector<Image> images;
    std::vector<Node> nodes;          ///< parents before children
    std::vector<Instance> instances;  ///< sorted by node

    [[nodiscard]] std::size_t triangles() const;       ///< as drawn: every instance counted
    [[nodiscard]] std::size_t uniqueTriangles() const; ///< as stored: every mesh once
    /// worldFromNode of every node, parallel to `nodes`.
    [[nodiscard]] std::vector<glm::mat4> worldTransforms() const;
    /// Smallest box around everything drawn, world frame; around the turned boxes of cooked meshes. Looks at every vertex of turned
    /// meshes: not for every frame.
    [[nodiscard]] Aabb bounds() const;
};

} // namespace millwright::scene
