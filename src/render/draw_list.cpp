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
    triangles = 0;
}

void Placement::update(const SceneStore& store, std::span<const NodeState> nodes, glm::dvec3 origin,
                       std::span<const glm::dvec4> sections) {
    placeNodes(store, nodes);
    placeInstances(store, origin);
    placeSections(store, sections);
}

void Placement::placeSections(const SceneStore& store, std::span<const glm::dvec4> sections) {
    if (!std::ranges::equal(sections, sections_)) {
        sections_.assign(sections.begin(), sections.end());
        stillChanged_ = movingChanged_ = true;
    }
    section_.clear();
    if (sections.empty()) return;
    section_.resize(store.instances.size(), Section::Whole);
    for (std::size_t i = 0; i < section_.size(); ++i) {
        const glm::dvec4 centre{glm::dvec3{centre_[i]} + origin_, 1};
        const auto radius = static_cast<double>(radius_[i]);
        double least = std::numeric_limits<double>::infinity();
        for (const auto& plane : sections) least = std::min(least, glm::dot(plane, centre));
        section_[i] = least < -radius ? Section::Away : least < radius ? Section::Cut : Section::Whole;
    }
}

void Placement::placeNodes(const SceneStore& store, std::span<const NodeState> nodes) {
    const bool first = worldFromNode_.size() != store.nodeCount;
    ++frame_;
    stillChanged_ = first;
    movingChanged_ = false;
    anyMoving_ = false;
    anyMarked_ = false;
    lastMoved_.resize(store.nodeCount);
    worldFromNode_.resize(store.nodeCount);
    tint_.resize(store.nodeCount);
    fillPlane_.resize(store.nodeCount);
    flags_.resize(store.nodeCount);
    for (std::size_t i = 0; i < store.nodeCount; ++i) {
        const NodeState* state = nodes.empty() ? nullptr : &nodes[i];
        const glm::mat4& transform = state ? state->worldFromNode : store.restTransforms[i];
        const glm::vec4 plane = state ? state->fillPlane : glm::vec4{0};
        std::uint8_t flags = 0;
        if (state) {
            if (!state->visible) flags |= hidden;
            if (glm::vec3{plane} != glm::vec3{0}) flags |= filled;
            if (state->selected) flags |= selected;
            if (state->hovered) flags |= hovered;
            if (state->solid) flags |= solid;
        }
        if (glm::determinant(glm::mat3{transform}) < 0) flags |= mirrored;
        anyMarked_ |= (flags & (selected | hovered)) != 0;
        // Marks and tints do not move shadows; everything else does.
        constexpr std::uint8_t shaping = hidden | mirrored | filled;
        if (flags_[i] & moving) flags |= moving;
        if (!first && (transform != worldFromNode_[i] || plane != fillPlane_[i] || ((flags ^ flags_[i]) & shaping) != 0)) {
            ((flags & moving) ? movingChanged_ : stillChanged_) = true;
            flags |= moving;
            lastMoved_[i] = frame_;
        }
        anyMoving_ |= (flags & moving) != 0;
        worldFromNode_[i] = transform;
        tint_[i] = state ? state->tint : glm::vec4{0};
        fillPlane_[i] = plane;
        flags_[i] = flags;
    }
}

void Placement::settle() {
    constexpr std::uint32_t patience = 180; ///< frames
    anyMoving_ = false;
    for (std::size_t i = 0; i < flags_.size(); ++i) {
        if ((flags_[i] & moving) && frame_ - lastMoved_[i] > patience) flags_[i] &= static_cast<std::uint8_t>(~moving);
        anyMoving_ |= (flags_[i] & moving) != 0;
    }
}

void Placement::placeInstances(const SceneStore& store, glm::dvec3 origin) {
    origin_ = origin;
    centre_.resize(store.instances.size());
    radius_.resize(store.instances.size());
    scale_.resize(store.instances.size());
    sceneTriangles_ = 0;
    glm::dvec3 low{std::numeric_limits<double>::infinity()}, high{-std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        const auto& instance = store.instances[i];
        const auto& m = worldFromNode_[instance.node];
        const auto& sphere = store.meshes[instance.mesh].sphere;
        const glm::dvec3 world{m * glm::vec4{glm::vec3{sphere}, 1}};
        const float scale =
            std::sqrt(std::max({glm::dot(glm::vec3{m[0]}, glm::vec3{m[0]}), glm::dot(glm::vec3{m[1]}, glm::vec3{m[1]}),
                                glm::dot(glm::vec3{m[2]}, glm::vec3{m[2]})}));
        centre_[i] = glm::vec3{world - origin};
        radius_[i] = sphere.w * scale;
        scale_[i] = scale;
        if (flags_[instance.node] & hidden) continue;
        sceneTriangles_ += store.meshes[instance.mesh].triangles;
        low = glm::min(low, world - static_cast<double>(radius_[i]));
        high = glm::max(high, world + static_cast<double>(radius_[i]));
    }
    const bool any = low.x <= high.x;
    sceneCentre_ = any ? (low + high) * 0.5 : glm::dvec3{0};
    sceneRadius_ = any ? glm::length(high - low) * 0.5 : 0;
}

GpuInstance Placement::gpuInstance(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    const auto& m = worldFromNode_[instance.node];
    const glm::vec3 relative{glm::dvec3{m[3]} - origin_};
    const auto& plane = fillPlane_[instance.node];
    const auto flags = flags_[instance.node];
    return {
        .rows = {glm::vec4{m[0].x, m[1].x, m[2].x, relative.x}, glm::vec4{m[0].y, m[1].y, m[2].y, relative.y},
                 glm::vec4{m[0].z, m[1].z, m[2].z, relative.z}},
        .tint = tint_[instance.node],
        .fillPlane = {glm::vec3{plane}, static_cast<float>(static_cast<double>(plane.w) + glm::dot(glm::dvec3{plane}, origin_))},
        .material = instance.material,
        .node = instance.node,
        .flags = ((flags & selected) ? 1u : 0u) | ((flags & hovered) ? 2u : 0u) |
                 ((flags & (solid | filled)) == solid ? 4u : 0u), // a fill level leaves a shell open
        .pad = 0};
}

VkCullModeFlags Placement::cullOf(const SceneStore& store, std::size_t index) const {
    const auto& instance = store.instances[index];
    if (instance.doubleSided || (flags_[instance.node] & filled) || isCut(index)) return VK_CULL_MODE_NONE;
    return (flags_[instance.node] & mirrored) ? VK_CULL_MODE_FRONT_BIT : VK_CULL_MODE_BACK_BIT;
}

void Placement::append(const SceneStore& store, std::size_t index, const AllowedError& rough, float distance,
                       std::vector<GpuInstance>& instances, DrawList& list, std::vector<Draw>& draws, VkCullModeFlags cull) const {
    const auto& instance = store.instances[index];
    glm::mat4 relativeFromMesh = worldFromNode_[instance.node];
    relativeFromMesh[3] = glm::vec4{glm::vec3{glm::dvec3{relativeFromMesh[3]} - origin_}, 1};
    const PlacedMesh placed{.mesh = &store.meshes[instance.mesh],
                            .relativeFromMesh = relativeFromMesh,
                            .centre = centre_[index],
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
                         .distance = distance});
    }
}

void Placement::collectSeen(const SceneStore& store, std::span<const Frustum> frusta, Detail detail,
                            std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    orderSeen(store, frusta, detail);
    for (const auto& [i, shell, distance] : seen_) {
        const auto& instance = store.instances[i];
        const bool drops = instance.kind == SceneStore::Kind::Masked || (flags_[instance.node] & filled);
        const bool blended = instance.kind == SceneStore::Kind::Blended;
        auto& draws = isCut(i)         ? (blended ? list.cutBlended : list.cut)
                      : blended        ? list.blended
                      : drops          ? list.clipped
                      : instance.plain ? list.plain
                                       : list.opaque;
        append(store, i, {.frusta = frusta, .pixels = detail.pixelError}, distance, instances, list, draws, cullOf(store, i));
    }
    std::ranges::sort(list.blended, std::ranges::greater{}, &Draw::distance);
    std::ranges::sort(list.cutBlended, std::ranges::greater{}, &Draw::distance);
}

// Fills `seen_` with what the views see, nearest first as far as shells of distance go: what is behind something is then mostly not
// lit, and within a shell instances of one mesh stay together and become one draw.
void Placement::orderSeen(const SceneStore& store, std::span<const Frustum> frusta, Detail detail) const {
    constexpr float shellsPerDoubling = 3;
    std::array<std::uint32_t, 256> first{};
    unordered_.clear();
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        if (!drawn(store, i)) continue;
        const auto sees = [&](const Frustum& frustum) { return frustum.sees(centre_[i], radius_[i], detail.minimumPixels); };
        if (!std::ranges::any_of(frusta, sees)) continue;
        // By centre: floors and walls, whose nearest point is near, come after what stands before them.
        const float distance = glm::length(centre_[i] - frusta.front().eye);
        const float shell = std::clamp(std::log2(std::max(distance, 1e-9f)) * shellsPerDoubling + 96, 0.0f, 254.0f);
        unordered_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(shell), distance});
        ++first[static_cast<std::size_t>(shell) + 1];
    }
    std::partial_sum(first.begin(), first.end(), first.begin());
    seen_.resize(unordered_.size());
    for (const auto& one : unordered_) seen_[first[one.shell]++] = one;
}

void Placement::collectCasters(const SceneStore& store, Casters which, const glm::mat4& shadowFromRelative, float metresPerUnit,
                               float texel, std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        const auto& instance = store.instances[i];
        if (!drawn(store, i) || instance.kind == SceneStore::Kind::Blended || 2 * radius_[i] < texel) continue;
        if (which != Casters::All && ((flags_[instance.node] & moving) != 0) != (which == Casters::Moving)) continue;
        const glm::vec4 p = shadowFromRelative * glm::vec4{centre_[i], 1};
        const float reach = 1 + radius_[i] / metresPerUnit;
        if (std::abs(p.x) > reach || std::abs(p.y) > reach) continue;
        // Half a texel: the bias that keeps lit surfaces out of their own shadow allows for no more.
        append(store, i, {.metres = texel * 0.5f}, 0, instances, list, isCut(i) ? list.cut : list.opaque, VK_CULL_MODE_NONE);
    }
}

void Placement::collectMarked(const SceneStore& store, std::span<const Frustum> frusta, Detail detail,
                              std::vector<GpuInstance>& instances, DrawList& list) const {
    list.clear();
    if (!anyMarked_) return;
    for (std::size_t i = 0; i < store.instances.size(); ++i) {
        const auto& instance = store.instances[i];
        if (!drawn(store, i) || !(flags_[instance.node] & (selected | hovered))) continue;
        const auto seen = [&](const Frustum& frustum) { return frustum.sees(centre_[i], radius_[i], 0); };
        if (!std::ranges::any_of(frusta, seen)) continue;
        append(store, i, {.frusta = frusta, .pixels = detail.pixelError}, 0, instances, list, isCut(i) ? list.cut : list.opaque,
               VK_CULL_MODE_NONE);
    }
}

} // namespace millwright::render
