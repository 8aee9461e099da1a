#pragma once

#include <glm/glm.hpp>

#include <cstdint>

namespace millwright::render {

/// One camera's picture: a desktop has one, a headset two. Positions are double so that plants of kilometres stay precise:
/// everything is drawn relative to `eye`.
struct View {
    glm::dvec3 eye{0};                  ///< metres, world frame
    glm::mat4 viewFromWorldRotation{1}; ///< rotation only; the translation is `eye`
    glm::mat4 clipFromView{1};          ///< Vulkan clip space (y down, z 0…1), reversed depth with an infinite far plane
};

/// A view from `eye` towards `target`, Y up. `aspect` is width / height, `verticalFov` in radians, `near` in metres.
[[nodiscard]] View lookAt(glm::dvec3 eye, glm::dvec3 target, double verticalFov, double aspect, double near = 0.05);
/// From the four half-angles of an OpenXR fov, radians, left and down negative.
[[nodiscard]] glm::mat4 projectionFromAngles(float left, float right, float up, float down, float near);

/// Cuts away half of the world, so that one sees into what is left.
struct SectionPlane {
    glm::dvec3 normal{1, 0, 0}; ///< towards what is cut away, world frame; need not be of unit length, but not zero
    double offset = 0;          ///< metres from the world's origin to the plane, along the normal
};
inline constexpr std::size_t maximumSections = 3;

/// How one scene node is drawn this frame. The array handed to the renderer is parallel to `scene::Scene::nodes`.
struct NodeState {
    glm::mat4 worldFromNode{1};
    glm::vec4 tint{0};      ///< linear RGB, strength in alpha
    glm::vec4 fillPlane{0}; ///< world frame; fragments with dot(plane, (p, 1)) < 0 are dropped; zero: none
    bool visible = true;
    bool selected = false; ///< outlined
    bool hovered = false;
    bool solid = false; ///< its surfaces enclose a volume: a section shows it filled. `scene::solidNodes` knows
    bool whole = false; ///< no section cuts it
    bool ghost = false; ///< seen through: drawn translucent, throws no shadow, is not picked

    friend bool operator==(const NodeState&, const NodeState&) = default;
};

} // namespace millwright::render
