#pragma once

#include "render/gpu_types.hpp"

#include <vulkan/vulkan_core.h>

/// What the culling shaders read and write, byte for byte: mirrors shaders/cull.glsl (scalar layout).
namespace millwright::render {

/// How opaque things are drawn: a pipeline each, culling back faces or not.
enum class Bucket : std::uint8_t { Plain, PlainBothSides, Opaque, OpaqueBothSides, Clipped, ClippedBothSides };
inline constexpr std::uint32_t bucketCount = 6;
inline constexpr std::uint32_t pyramidLevels = 14;
inline constexpr std::uint32_t cullThreads = 64;
inline constexpr std::uint32_t widestRow = 32768;

struct GpuCullView {
    glm::mat4 viewFromRelative;
    glm::mat4 pyramidFromRelative;
    std::array<glm::vec4, 5> planes;
    glm::vec4 project;
    glm::vec4 pyramidProject;
    glm::vec3 eye;
    float pixelsPerRadian;
};
static_assert(sizeof(GpuCullView) == 256);

enum GpuPlacedFlags : std::uint32_t {
    placedSelected = 1,
    placedHovered = 2,
    placedHidden = 4,
    placedMirrored = 8,
    placedBothSides = 16,
    placedLoose = 32 ///< drawn otherwise than when groups were made
};

struct GpuPlaced {
    std::array<glm::vec4, 3> rows; ///< worldFromNode
    glm::vec4 tint;
    glm::vec4 fillPlane; ///< world frame
    std::uint32_t material;
    std::uint32_t node;
    std::uint32_t mesh;
    std::uint32_t flags;
};
static_assert(sizeof(GpuPlaced) == 96);

struct GpuGroup {
    glm::vec3 centre; ///< world frame
    float mostRadius;
    glm::vec3 half;
    std::uint32_t first;
    std::uint32_t count; ///< and groupLoose or not
};
static_assert(sizeof(GpuGroup) == 36);
inline constexpr std::uint32_t groupLoose = 0x80000000u;

struct GpuCullMesh {
    glm::vec4 sphere;
    glm::vec3 boxCentre;
    std::uint32_t firstLevel;
    glm::vec3 boxHalf;
    std::uint32_t levelCount;
    glm::vec4 grid;
    std::uint32_t firstAttributes;
    std::uint32_t flags; ///< instanceAttributed or none
    float residentError;
};
static_assert(sizeof(GpuCullMesh) == 76);

struct GpuLevel {
    std::uint32_t firstCluster;
    std::uint32_t clusterCount; ///< 0: not in memory
    float leastError;
    float mostParentError;
};
static_assert(sizeof(GpuLevel) == 16);

struct GpuCluster {
    glm::vec4 bounds;
    glm::vec4 own;
    glm::vec4 parent;
    glm::vec4 cone;
    glm::vec3 boxCentre;
    float ownError;
    glm::vec3 boxHalf;
    float parentError;
    std::uint32_t firstVertex;
    std::uint32_t firstTriangle;
    std::uint32_t triangleCount;
};
static_assert(sizeof(GpuCluster) == 108);

struct GpuTotals {
    std::uint32_t candidates;
    std::uint32_t firstCandidates;
    std::array<std::uint32_t, bucketCount + 1> firstBuckets;
    std::array<std::uint32_t, 3> clusters;
    std::array<std::uint32_t, 3> triangles;
    std::uint32_t places;
    std::array<std::uint32_t, bucketCount + 1> bucketPlaces;
    VkDispatchIndirectCommand instanceGroups;
    VkDispatchIndirectCommand candidateGroups;
    VkDispatchIndirectCommand clusterGroups;
    std::array<VkDrawIndexedIndirectCommand, 3 * bucketCount> draws; ///< of the first phase, then two a bucket
};
static_assert(sizeof(GpuTotals) == (18 + 2 * (bucketCount + 1)) * 4 + 3 * bucketCount * 20);

struct GpuCullData {
    std::array<GpuCullView, 4> views;
    std::uint32_t viewCount;
    std::uint32_t groupCount;
    float pixelError;
    float minimumPixels;
    glm::vec3 origin;
    float near;
    glm::vec3 originRest;
    std::uint32_t occlusion;
    glm::uvec2 extent;
    std::uint32_t candidateLimit;
    std::uint32_t clusterLimit;
    std::uint32_t triangleLimit;
    std::uint32_t pyramidStride;
    std::uint32_t pyramidDepth;
    std::uint32_t triangleTests;
    std::uint32_t pad;
    std::array<std::uint32_t, bucketCount + 1> bucketFirst;
    std::array<std::uint32_t, pyramidLevels> pyramidFirst;
    std::uint64_t placed;
    std::uint64_t groups;
    std::uint64_t members;
    std::uint64_t loose;
    std::uint64_t groupLate;
    std::uint64_t groupStarts;
    std::uint64_t groupSeen;
    std::uint64_t order;
    std::uint64_t materials;
    std::uint64_t vertices;
    std::uint64_t meshes;
    std::uint64_t levels;
    std::uint64_t clusters;
    std::uint64_t indices;
    std::uint64_t instances;
    std::uint64_t instanceStarts;
    std::uint64_t late;
    std::uint64_t candidates;
    std::uint64_t candidateStarts;
    std::uint64_t chosen;
    std::uint64_t chosenWork;
    std::uint64_t chosenIndices;
    std::uint64_t pyramid;
    std::uint64_t totals;
};
static_assert(sizeof(GpuCullData) == 4 * 256 + 42 * 4 + 24 * 8);

struct GpuGlass {
    glm::vec3 centre;
    std::array<glm::vec3, 3> turn;
    glm::vec3 half;
};
static_assert(sizeof(GpuGlass) == 60);

struct GpuCullPush {
    std::uint64_t data = 0;
    std::uint32_t phase = 0;
    std::uint32_t depthImage = 0;
    std::uint64_t glass = 0;
    std::uint64_t glassDraws = 0;
    std::uint32_t glassCount = 0;
    std::uint32_t pad = 0;
};

} // namespace millwright::render
