#pragma once

#include "render/budget.hpp"
#include "render/cluster_cut.hpp"
#include "render/cull_types.hpp"
#include "render/gpu_types.hpp"
#include "render/scene_store.hpp"

#include <millwright/render/view.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::render {

/// What a picture may leave out.
struct Detail {
    float minimumPixels = 0; ///< things smaller than this are not drawn
    float pixelError = 0;    ///< surfaces may lie this far off; 0: all as modelled
};

/// One instanced draw.
struct Draw {
    std::uint32_t firstIndex = 0;
    std::uint32_t indexCount = 0;
    std::uint32_t firstInstance = 0;
    std::uint32_t instanceCount = 0;
    VkCullModeFlags cull = VK_CULL_MODE_BACK_BIT;
    float distance = 0;       ///< to the centre of the nearest instance
    std::uint32_t source = 0; ///< its first instance, of SceneStore::instances
};

/// Which things throw a shadow into a map.
enum class Casters : std::uint8_t { All, Still, Moving };

/// Everything, or what the culling passes leave to lists: glass, ghosts, and what section planes pass through.
enum class Share : std::uint8_t { All, Listed };

/// A square of the world as a shadow map shows it.
struct ShadowSquare {
    glm::mat4 shadowFromRelative{1}; ///< x and y in -1…1
    float metresPerUnit = 0;
    float texel = 0;         ///< metres
    glm::vec2 partCentre{0}; ///< only what throws shadows into this part of it counts
    glm::vec2 partHalf{1};
    /// How far what throws shadows may lie off, metres: the bias that keeps lit surfaces out of their own allows for no more.
    [[nodiscard]] float error() const { return texel * 0.5f; }
    friend bool operator==(const ShadowSquare&, const ShadowSquare&) = default;
};

/// Draws of one pass by how they are drawn.
struct DrawList {
    std::vector<Draw> plain;      ///< opaque without textures, nearest first
    std::vector<Draw> opaque;     ///< nearest first
    std::vector<Draw> clipped;    ///< may drop fragments: alpha mask or fill plane
    std::vector<Draw> blended;    ///< farthest first, one instance a draw
    std::vector<Draw> cut;        ///< what section planes pass through, of any kind but glass
    std::vector<Draw> cutBlended; ///< glass that they pass through
    std::vector<Draw> ghosts;     ///< seen through; in any order, as they all have one colour
    std::uint64_t triangles = 0;

    void clear();
};

/// Where every instance is, as flat arrays; brought up to date once a frame, read by every pass. Only what changed costs anything.
class Placement {
public:
    /// `nodes` empty: everything at rest. Relative = world - origin. `sections`: planes of the world frame, negative where they cut
    /// away.
    void update(const SceneStore& store, std::span<const NodeState> nodes, glm::dvec3 origin,
                std::span<const glm::dvec4> sections = {});

    /// What `frusta` see, as modelled where `detail` is empty. Appends to `instances`.
    void collectSeen(const SceneStore& store, Share share, std::span<const Frustum> frusta, Detail detail,
                     std::vector<GpuInstance>& instances, DrawList& list) const;
    /// What throws shadows into a square, as finely as its texels can show.
    void collectCasters(const SceneStore& store, Casters which, const ShadowSquare& square, std::vector<GpuInstance>& instances,
                        DrawList& list) const;
    /// How finely the first to last of the instances want to be in memory, as the views and shadow maps see them; what is finer of
    /// `wants`, which is by mesh, stays. `aside`: by how many times coarser is enough for what is not seen; infinite: nothing of it
    /// is wanted.
    void collectWanted(const SceneStore& store, std::size_t first, std::size_t last, std::span<const Frustum> frusta, Detail detail,
                       std::span<const ShadowSquare> squares, float aside, std::span<MeshWant> wants) const;
    /// Selected and hovered nodes.
    void collectMarked(const SceneStore& store, std::span<const Frustum> frusta, Detail detail, std::vector<GpuInstance>& instances,
                       DrawList& list) const;

    /// An instance as the culling passes read it.
    [[nodiscard]] GpuPlaced placed(const SceneStore& store, std::size_t index) const;
    [[nodiscard]] Bucket bucketOf(const SceneStore& store, std::size_t index) const;
    /// Of an instance's sphere, relative.
    [[nodiscard]] glm::vec3 centre(std::size_t index) const { return glm::vec3{worldCentre_[index] - origin_}; }
    [[nodiscard]] glm::dvec3 worldCentre(std::size_t index) const { return worldCentre_[index]; }
    [[nodiscard]] float radius(std::size_t index) const { return radius_[index]; }
    /// Nodes of which anything is not as in the frame before.
    [[nodiscard]] std::span<const std::uint32_t> changedNodes() const { return changed_; }

    /// Whether the shape of anything changed since the frame before that did not use to: it counts as moving from then on.
    [[nodiscard]] bool stillChanged() const { return stillChanged_; }
    /// The same of what counts as moving.
    [[nodiscard]] bool movingChanged() const { return movingChanged_; }
    [[nodiscard]] bool anyMoving() const { return anyMoving_; }
    /// Lets what has not moved for some seconds count as still again. Returns whether that changed what both kinds of casters are.
    bool settle();
    [[nodiscard]] bool anyMarked() const { return marked_ > 0; }
    [[nodiscard]] glm::dvec3 origin() const { return origin_; }
    /// Sphere around all that is visible, world frame; radius 0: nothing.
    [[nodiscard]] glm::dvec3 sceneCentre() const { return sceneCentre_; }
    [[nodiscard]] double sceneRadius() const { return sceneRadius_; }
    [[nodiscard]] std::uint64_t sceneTriangles() const { return sceneTriangles_; }

private:
    enum Flags : std::uint8_t {
        hidden = 1,
        mirrored = 2,
        filled = 4,
        selected = 8,
        hovered = 16,
        moving = 32,
        solid = 64,
        ghost = 128
    };
    /// What the section planes do to an instance.
    enum class Section : std::uint8_t { Whole, Cut, Away };
    void placeNodes(const SceneStore& store, std::span<const NodeState> nodes);
    void placeNode(std::size_t node, const NodeState& state, bool first);
    void placeInstances(const SceneStore& store);
    void measureScene(const SceneStore& store);
    void placeSections(const SceneStore& store, std::span<const glm::dvec4> sections);
    [[nodiscard]] bool isHidden(const SceneStore& store, std::size_t index) const {
        return (flags_[store.instances[index].node] & hidden) != 0;
    }
    [[nodiscard]] bool drawn(const SceneStore& store, std::size_t index) const {
        return !isHidden(store, index) && (section_.empty() || section_[index] != Section::Away);
    }
    [[nodiscard]] bool isCut(std::size_t index) const { return !section_.empty() && section_[index] == Section::Cut; }
    [[nodiscard]] bool isGhost(const SceneStore& store, std::size_t index) const {
        return (flags_[store.instances[index].node] & ghost) != 0;
    }
    [[nodiscard]] bool isListed(const SceneStore& store, std::size_t index) const { return isCut(index) || isGhost(store, index); }
    void orderSeen(const SceneStore& store, Share share, std::span<const Frustum> frusta, Detail detail) const;
    [[nodiscard]] GpuInstance gpuInstance(const SceneStore& store, std::size_t index) const;
    /// Whether an instance throws a shadow into a square, of any size that shows.
    [[nodiscard]] bool castsInto(const SceneStore& store, std::size_t index, const ShadowSquare& square) const;
    /// Appends what to draw of one instance, `rough` being how far its surface may lie off.
    void append(const SceneStore& store, std::size_t index, const AllowedError& rough, float distance,
                std::vector<GpuInstance>& instances, DrawList& list, std::vector<Draw>& draws, VkCullModeFlags cull) const;
    [[nodiscard]] VkCullModeFlags cullOf(const SceneStore& store, std::size_t index) const;

    std::vector<NodeState> nodes_; ///< of the newest frame
    std::vector<std::uint8_t> flags_;
    std::vector<std::uint32_t> lastMoved_; ///< number of the frame
    std::vector<std::uint32_t> changed_;
    std::vector<glm::dvec3> worldCentre_; ///< by instance
    std::vector<float> radius_;
    std::vector<float> scale_;     ///< metres per unit of the mesh
    std::vector<Section> section_; ///< by instance; empty: nothing is cut
    std::vector<glm::dvec4> sections_;

    struct Seen {
        std::uint32_t instance;
        std::uint32_t shell; ///< of distance
        float distance;
    };
    // Memory of the collecting functions, kept from call to call.
    mutable ClusterRuns runs_; ///< of the instance at hand
    mutable std::vector<Seen> unordered_;
    mutable std::vector<Seen> seen_; ///< nearest first
    glm::dvec3 origin_{0};
    glm::dvec3 sceneCentre_{0};
    double sceneRadius_ = 0;
    std::uint64_t sceneTriangles_ = 0;
    std::uint32_t frame_ = 0;
    std::size_t marked_ = 0; ///< nodes selected or hovered
    std::size_t ghosts_ = 0; ///< nodes seen through
    bool atRest_ = false;    ///< the newest frame had everything at rest
    bool stillChanged_ = true;
    bool movingChanged_ = false;
    bool anyMoving_ = false;
};

} // namespace millwright::render
