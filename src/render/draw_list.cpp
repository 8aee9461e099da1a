#include "render/draw_list.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace millwright::render {
namespace {

/// Whether it scales all directions alike, so that normals turn as directions do.
bool isUniform(const glm::mat4& m) {
    const float x = glm::dot(glm::vec3{m[0]}, glm::vec3{m[0]}), y = glm::dot(glm::vec3{m[1]}, glm::vec3{m[1]}),
                z = glm::dot(glm::vec3{m[2]}, glm::vec3{m[2]});
    return std::max({x, y, z}) <= 1.001f * std::min({x, y, z});
}

} // namespace

void DrawList::clear() {
    plain.clear();
    opaque.clear();
    clipped.clear();
    blended.clear();
    cut.clear();
    cutBlended.clear();
    ghosts.clear();
    triangles = 0;
}

void Placement::update(const SceneStore& store, std::span<const NodeState> nodes, glm::dvec3 origin,
                       std::span<const glm::dvec4> sections) {
    origin_ = origin;
    placeNodes(store, nodes);
    if (!changed_.empty()) {
        placeInstances(store);
        measureScene(store);
    }
    placeSections(store, sections);
}

void Placement::placeSections(const SceneStore& store, std::span<const glm::dvec4> sections) {
    if (!std::ranges::equal(sections, sections_)) {
        sections_.assign(sections.begin(), sections.end());
        stillChanged_ = movingChanged_ = true;
    } else if (sections.empty() || changed_.empty()) {
        return;
    }
    section_.resize(store.instances.size(), Section::Whole);
    for (std::size_t i = 0; i < section_.size(); ++i) {
        const glm::dvec4 centre{worldCentre_[i], 1};
        const auto radius = static_cast<double>(radius_[i]);
        double least = std::numeric_limits<double>::infinity();
        for (const auto& plane : sections) least = std::min(least, glm::dot(plane, centre));
        if (nodes_[store.instances[i].node].whole) least = std::numeric_limits<double>::infinity();
        const auto now = least < -radius ? Section::Away : least < radius ? Section::Cut : Section::Whole;
        if (now != section_[i]) changed_.push_back(store.instances[i].node);
        section_[i] = now;
    }
    if (sections.empty()) section_.clear();
}

void Placement::placeNodes(const SceneStore& store, std::span<const NodeState> nodes) {
    const bool first = nodes_.size() != store.nodeCount;
    ++frame_;
    stillChanged_ = first;
    movingChanged_ = false;
    changed_.clear();
    if (first) {
        nodes_.resize(store.nodeCount);
        flags_.resize(store.nodeCount);
        lastMoved_.resize(store.nodeCount);
    } else if (nodes.empty() && atRest_) {
        return;
    }
    atRest_ = nodes.empty();
    NodeState rest;
    for (std::size_t i = 0; i < store.nodeCount; ++i) {
        if (nodes.empty()) rest.worldFromNode = store.restTransforms[i];
        const NodeState& state = nodes.empty() ? rest : nodes[i];
        if (first || !(state == nodes_[i])) placeNode(i, state, first);
    }
}

void Placement::placeNode(std::size_t node, const NodeState& state, bool first) {
    std::uint8_t flags = 0;
    if (!state.visible) flags |= hidden;
    if (glm::vec3{state.fillPlane} != glm::vec3{0}) flags |= filled;
    if (state.selected) flags |= selected;
    if (state.hovered) flags |= hovered;
    if (state.solid) flags |= solid;
    if (state.ghost) flags |= ghost;
    if (glm::determinant(glm::mat3{state.worldFromNode}) < 0) flags |= mirrored;
    constexpr std::uint8_t marks = selected | hovered;
    if (flags & marks) ++marked_;
    if (flags_[node] & marks) --marked_;
    if (flags & ghost) ++ghosts_;
    if (flags_[node] & ghost) --ghosts_;
    // Marks and tints do not move shadows; everything else does.
    constexpr std::uint8_t shaping = hidden | mirrored | filled | ghost;
    if (flags_[node] & moving) flags |= moving;
    const auto& before = nodes_[node];
    if (!first && (state.worldFromNode != before.worldFromNode || state.fillPlane != before.fillPlane ||
                   ((flags ^ flags_[node]) & shaping) != 0)) {
        ((flags & moving) ? movingChanged_ : stillChanged_) = true;
        flags |= moving;
        anyMoving_ = true;
        lastMoved_[node] = frame_;
    }
    flags_[node] = flags;
    nodes_[node] = state;
    changed_.push_back(static_cast<std::uint32_t>(node));
}

bool Placement::settle() {
    constexpr std::uint32_t patience = 180; ///< frames
    if (!anyMoving_) return false;
    bool settled = false;
    anyMoving_ = false;
    for (std::size_t i = 0; i < flags_.size(); ++i) {
        if (!(flags_[i] & moving)) continue;
        const bool still = frame_ - lastMoved_[i] > patience;
        if (still) flags_[i] &= static_cast<std::uint8_t>(~moving);
        (still ? settled : anyMoving_) = true;
    }
    return settled;
}

void Placement::placeInstances(const SceneStore& store) {
    worldCentre_.resize(store.instances.size());
    radius_.resize(store.instances.size());
    scale_.resize(store.instances.size());
    for (const auto node : changed_) {
        const auto& m = nodes_[node].worldFromNode;
        const float scale =
            std::sqrt(std::max({glm::dot(glm::vec3{m[0]}, glm::vec3{m[0]}), glm::dot(glm::vec3{m[1]}, glm::vec3{m[1]}),
                                glm::dot(glm::vec3{m[2]}, glm::vec3{m[2]})}));
        for (const auto i : store.ofNode(node)) {
            const auto& sphere = store.meshes[store.instances[i].mesh].sphere;
            worldCentre_[i] = glm::dvec3{glm::mat3{m} * glm::vec3{sphere}} + glm::dvec3{m[3]};
            radius_[i] = sphere.w * scale;
            scale_[i] = scale;
        }
    }
}

void Placement::measureScene(const SceneStore& store) {
    sceneTriangles_ = 0;
    glm::dvec3 low{std::numeric_limits<double>::infinity()}, high{-std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        const auto& instance = store.instances[i];
        if (flags_[instance.node] & hidden) continue;
        sceneTriangles_ += store.meshes[instance.mesh].triangles;
        low = glm::min(low, worldCentre_[i] - static_cast<double>(radius_[i]));
        high = glm::max(high, worldCentre_[i] + static_cast<double>(radius_[i]));
    }
    const bool any = low.x <= high.x;
    sceneCentre_ = any ? (low + high) * 0.5 : glm::dvec3{0};
    sceneRadius_ = any ? glm::length(high - low) * 0.5 : 0;
}

GpuPlaced Placement::placed(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    const auto& state = nodes_[instance.node];
    const auto& m = state.worldFromNode;
    const auto has = [&](std::uint8_t flag, std::uint32_t as) { return (flags_[instance.node] & flag) != 0 ? as : 0u; };
    return {.rows = {glm::vec4{m[0].x, m[1].x, m[2].x, m[3].x}, glm::vec4{m[0].y, m[1].y, m[2].y, m[3].y},
                     glm::vec4{m[0].z, m[1].z, m[2].z, m[3].z}},
            .tint = state.tint,
            .fillPlane = state.fillPlane,
            .material = instance.material,
            .node = instance.node,
            .mesh = instance.mesh,
            .flags = has(selected, placedSelected) | has(hovered, placedHovered) |
                     (drawn(store, index) && !isListed(store, index) ? 0u : placedHidden) | has(mirrored, placedMirrored) |
                     (cullOf(store, index) == VK_CULL_MODE_NONE ? placedBothSides : 0u)};
}

Bucket Placement::bucketOf(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    const bool drops = instance.kind == SceneStore::Kind::Masked || (flags_[instance.node] & filled);
    const auto oneSided = drops ? Bucket::Clipped : instance.plain ? Bucket::Plain : Bucket::Opaque;
    const bool both = cullOf(store, index) == VK_CULL_MODE_NONE;
    return static_cast<Bucket>(static_cast<std::uint8_t>(oneSided) + (both ? 1 : 0));
}

GpuInstance Placement::gpuInstance(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    const auto& state = nodes_[instance.node];
    const auto& m = state.worldFromNode;
    const auto& mesh = store.meshes[instance.mesh];
    const glm::vec3 relative{glm::dvec3{m[3]} - origin_};
    const auto& plane = state.fillPlane;
    const auto flags = flags_[instance.node];
    return {
        .rows = {glm::vec4{m[0].x, m[1].x, m[2].x, relative.x}, glm::vec4{m[0].y, m[1].y, m[2].y, relative.y},
                 glm::vec4{m[0].z, m[1].z, m[2].z, relative.z}},
        .tint = state.tint,
        .fillPlane = {glm::vec3{plane}, static_cast<float>(static_cast<double>(plane.w) + glm::dot(glm::dvec3{plane}, origin_))},
        .material = instance.material,
        .node = instance.node,
        .flags = ((flags & selected) ? instanceSelected : 0u) | ((flags & hovered) ? instanceHovered : 0u) |
                 ((flags & (solid | filled)) == solid ? instanceSolid : 0u) | // a fill level leaves a shell open
                 (mesh.plain ? 0u : instanceAttributed),
        .firstAttributes = mesh.firstAttributes,
        .grid = mesh.grid,
        .kept = {}};
}

VkCullModeFlags Placement::cullOf(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    if (instance.doubleSided || (flags_[instance.node] & filled) || isCut(index)) return VK_CULL_MODE_NONE;
    return (flags_[instance.node] & mirrored) ? VK_CULL_MODE_FRONT_BIT : VK_CULL_MODE_BACK_BIT;
}

void Placement::append(const SceneStore& store, std::size_t index, const AllowedError& rough, float distance,
                       std::vector<GpuInstance>& instances, DrawList& list, std::vector<Draw>& draws, VkCullModeFlags cull) const {
    const auto& instance = store.instances[index];
    glm::mat4 relativeFromMesh = nodes_[instance.node].worldFromNode;
    relativeFromMesh[3] = glm::vec4{glm::vec3{glm::dvec3{relativeFromMesh[3]} - origin_}, 1};
    const PlacedMesh placed{.mesh = &store.meshes[instance.mesh],
                            .relativeFromMesh = relativeFromMesh,
                            .centre = centre(index),
                            .radius = radius_[index],
                            .scale = scale_[index],
                            .oneSided = cull == VK_CULL_MODE_BACK_BIT && isUniform(relativeFromMesh)};
    cutClusters(store, placed, rough, rough.frusta, runs_);
    if (runs_.empty()) return;
    const auto at = static_cast<std::uint32_t>(instances.size());
    instances.push_back(gpuInstance(store, index));
    for (const auto& run : runs_) list.triangles += run.triangleCount;
    const bool merge = runs_.size() == 1 && instance.kind != SceneStore::Kind::Blended && !draws.empty();
    if (merge) {
        auto& last = draws.back();
        if (last.firstIndex == runs_[0].firstTriangle * 3 && last.indexCount == runs_[0].triangleCount * 3 && last.cull == cull &&
            last.firstInstance + last.instanceCount == at) {
            ++last.instanceCount;
            last.distance = std::min(last.distance, distance);
            return;
        }
    }
    for (const auto& run : runs_) {
        draws.push_back({.firstIndex = run.firstTriangle * 3,
                         .indexCount = run.triangleCount * 3,
                         .firstInstance = at,
                         .instanceCount = 1,
                         .cull = cull,
                         .distance = distance,
                         .source = static_cast<std::uint32_t>(index)});
    }
}

void Placement::collectSeen(const SceneStore& store, Share share, std::span<const Frustum> frusta, Detail detail,
                            std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    orderSeen(store, share, frusta, detail);
    for (const auto& [i, shell, distance] : seen_) {
        const auto& instance = store.instances[i];
        const bool drops = instance.kind == SceneStore::Kind::Masked || (flags_[instance.node] & filled);
        const bool blended = instance.kind == SceneStore::Kind::Blended;
        auto& draws = isGhost(store, i) ? list.ghosts
                      : isCut(i)        ? (blended ? list.cutBlended : list.cut)
                      : blended         ? list.blended
                      : drops           ? list.clipped
                      : instance.plain  ? list.plain
                                        : list.opaque;
        append(store, i, {.frusta = frusta, .pixels = detail.pixelError}, distance, instances, list, draws, cullOf(store, i));
    }
    std::ranges::sort(list.blended, std::ranges::greater{}, &Draw::distance);
    std::ranges::sort(list.cutBlended, std::ranges::greater{}, &Draw::distance);
}

// Fills `seen_` with what the views see, nearest first as far as shells of distance go: what is behind something is then mostly not
// lit, and within a shell instances of one mesh stay together and become one draw.
void Placement::orderSeen(const SceneStore& store, Share share, std::span<const Frustum> frusta, Detail detail) const {
    constexpr float shellsPerDoubling = 3;
    std::array<std::uint32_t, 256> first{};
    unordered_.clear();
    for (std::size_t i = share == Share::Listed && section_.empty() && ghosts_ == 0 ? store.firstBlended : 0;
         i < store.instances.size(); ++i) {
        if (!drawn(store, i) || (share == Share::Listed && i < store.firstBlended && !isListed(store, i))) continue;
        const auto sees = [&](const Frustum& frustum) { return frustum.sees(centre(i), radius_[i], detail.minimumPixels); };
        if (!std::ranges::any_of(frusta, sees)) continue;
        // By centre: floors and walls, whose nearest point is near, come after what stands before them.
        const float distance = glm::length(centre(i) - frusta.front().eye);
        const float shell = std::clamp(std::log2(std::max(distance, 1e-9f)) * shellsPerDoubling + 96, 0.0f, 254.0f);
        unordered_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(shell), distance});
        ++first[static_cast<std::size_t>(shell) + 1];
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    seen_.resize(unordered_.size());
    for (const auto& one : unordered_) seen_[first[one.shell]++] = one;
}

bool Placement::castsInto(const SceneStore& store, std::size_t i, const ShadowSquare& square) const {
    const bool clear = store.instances[i].kind == SceneStore::Kind::Blended || isGhost(store, i);
    if (!drawn(store, i) || clear || 2 * radius_[i] < square.texel) return false;
    const glm::vec2 off = glm::abs(glm::vec2{square.shadowFromRelative * glm::vec4{centre(i), 1}} - square.partCentre);
    const glm::vec2 reach = square.partHalf + radius_[i] / square.metresPerUnit;
    return off.x <= reach.x && off.y <= reach.y;
}

void Placement::collectCasters(const SceneStore& store, Casters which, const ShadowSquare& square,
                               std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        if (which != Casters::All && ((flags_[store.instances[i].node] & moving) != 0) != (which == Casters::Moving)) continue;
        if (!castsInto(store, i, square)) continue;
        append(store, i, {.metres = square.error()}, 0, instances, list, isCut(i) ? list.cut : list.opaque, VK_CULL_MODE_NONE);
    }
}

void Placement::collectMarked(const SceneStore& store, std::span<const Frustum> frusta, Detail detail,
                              std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    if (!anyMarked()) return;
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        const auto& instance = store.instances[i];
        if (!drawn(store, i) || !(flags_[instance.node] & (selected | hovered))) continue;
        const auto seen = [&](const Frustum& frustum) { return frustum.sees(centre(i), radius_[i], 0); };
        if (!std::ranges::any_of(frusta, seen)) continue;
        append(store, i, {.frusta = frusta, .pixels = detail.pixelError}, 0, instances, list, isCut(i) ? list.cut : list.opaque,
               VK_CULL_MODE_NONE);
    }
}

void Placement::collectWanted(const SceneStore& store, std::size_t first, std::size_t last, std::span<const Frustum> frusta,
                              Detail detail, std::span<const ShadowSquare> squares, float aside, std::span<MeshWant> wants) const {
    constexpr float margin = 0.99f;      // what the GPU computes may differ in the last digits
    constexpr float nearestShare = 0.1f; // of its radius: how near something counts that the eye is in, in the order of loading
    const AllowedError allowed{.frusta = frusta, .pixels = detail.pixelError};
    for (std::size_t i = first; i < last; ++i) {
        if (!drawn(store, i)) continue;
        auto& want = wants[store.instances[i].mesh];
        const auto at = centre(i);
        const float radius = radius_[i] / margin, scale = std::max(scale_[i], 1e-20f);
        const bool seen = std::ranges::any_of(
            frusta, [&](const Frustum& frustum) { return frustum.sees(at, radius, detail.minimumPixels * margin); });
        const float error = allowed.least(at, radius) * margin / scale;
        float unit = std::numeric_limits<float>::infinity();
        for (const auto& frustum : frusta) {
            const float away = std::max(glm::length(at - frustum.eye) - radius_[i], radius_[i] * nearestShare);
            unit = std::min(unit, std::max(detail.pixelError, 0.01f) * away / (std::max(frustum.pixelsPerRadian, 1e-6f) * scale));
        }
        if (seen) want.error = std::min(want.error, error);
        want.unit = std::min(want.unit, seen ? unit : unit * aside);
        for (const auto& square : squares) {
            if (!castsInto(store, i, square)) continue;
            want.error = std::min(want.error, square.error() * margin / scale);
            want.unit = std::min(want.unit, square.error() / scale);
        }
    }
}

} // namespace millwright::render
