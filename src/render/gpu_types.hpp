#pragma once

#include <millwright/render/view.hpp>

#include <glm/glm.hpp>

#include <array>
#include <cstdint>

/// What the shaders read, byte for byte: mirrors shaders/common.glsl (scalar layout).
namespace millwright::render {

inline constexpr std::size_t maximumCascades = 3;
inline constexpr std::uint32_t noImage = 0xFFFF'FFFFu;

struct GpuView {
    glm::mat4 clipFromRelative;
    glm::mat4 viewFromRelative;
    glm::mat4 relativeDirectionFromClip;
    glm::vec4 eye;
    glm::vec4 project;
};
static_assert(sizeof(GpuView) == 224);

struct GpuInstance {
    std::array<glm::vec4, 3> rows;
    glm::vec4 tint;
    glm::vec4 fillPlane;
    std::uint32_t material;
    std::uint32_t node;
    std::uint32_t flags;           ///< GpuInstanceFlags
    std::uint32_t firstAttributes; ///< SceneStore::Mesh's
    glm::vec4 grid;                ///< SceneStore::Mesh's
    glm::uvec2 kept;
};
static_assert(sizeof(GpuInstance) == 120);

enum GpuInstanceFlags : std::uint32_t {
    instanceSelected = 1,
    instanceHovered = 2,
    instanceSolid = 4, ///< encloses a volume
    instanceAttributed = 8
};

enum GpuMaterialFlags : std::uint32_t {
    materialMasked = 1,
    materialDoubleSided = 2,
    materialBlended = 4,
    materialVertexColours = 8
};

struct GpuMaterial {
    glm::vec4 baseColour;
    glm::vec3 emissive;
    float metallic;
    float roughness;
    float alphaCutoff;
    std::uint32_t flags;
    std::uint32_t baseColourImage;
    std::uint32_t metallicRoughnessImage;
    std::uint32_t normalImage;
    std::uint32_t emissiveImage;
    std::uint32_t occlusionImage;
};
static_assert(sizeof(GpuMaterial) == 64);

struct GpuFrame {
    std::array<GpuView, 4> views;
    std::array<glm::mat4, maximumCascades> shadowFromRelative;
    glm::vec4 shadowTexel;
    glm::vec4 towardsSun;
    glm::vec4 sunColour;
    glm::vec4 ground;
    glm::vec4 ao;
    glm::vec4 selectionColour;
    glm::vec4 hoverColour;
    glm::uvec2 extent;
    std::array<std::uint32_t, maximumCascades> shadowMaps;
    std::uint32_t cascades;
    std::uint32_t flags;
    std::uint32_t lit;
    std::uint32_t depth;
    std::uint32_t occlusion;
    std::uint32_t occlusionRaw;
    std::uint32_t mask;
    std::uint32_t frameNumber;
    std::array<glm::vec4, maximumSections> sections;
    std::array<glm::vec4, maximumSections> hatchU;
    std::array<glm::vec4, maximumSections> hatchV;
    std::uint32_t sectionSums;
    std::uint32_t pickSums;
    std::uint32_t edgeDepth;
    float edgeReach;
    std::uint32_t pad;
    std::uint64_t chosen;
    std::uint64_t attributes;
};
static_assert(sizeof(GpuFrame) == 4 * 224 + 3 * 64 + 7 * 16 + 52 + 9 * 16 + 36);

/// What every pixel needs.
struct GpuLight {
    std::array<glm::vec4, 3> shadowRows;
    glm::vec4 towardsSun;
    glm::vec4 sunColour;
    float skyStrength;
    float shadowTexel;
    std::uint32_t shadow;
    float surfaceError;
};

struct GpuAddresses {
    std::uint64_t frame;
    std::uint64_t instances; ///< where kept surfaces are lit: heap indices of their depth and of them, 32 bits each
    std::uint64_t vertices;
    std::uint64_t materials;
};

/// Push constants of passes that draw the views: all of the 128 bytes.
struct GpuPush {
    GpuAddresses data;
    GpuLight light;
};
static_assert(sizeof(GpuPush) == 128);

/// Push constants of passes with a camera of their own: shadow, pick.
struct GpuCameraPush {
    GpuAddresses data;
    glm::mat4 clipFromRelative;
};
static_assert(sizeof(GpuCameraPush) == 96);

} // namespace millwright::render
