#include <millwright/xr/props.hpp>

#include <glm/gtc/matrix_transform.hpp>

#include <cmath>
#include <format>
#include <numbers>
#include <span>

namespace millwright::xr {
namespace {

constexpr float tau = 2 * std::numbers::pi_v<float>;
constexpr float rayRadius = 0.002f; // metres
constexpr float arcRadius = 0.008f;
constexpr glm::vec4 landingTint{0.02f, 0.55f, 0.75f, 1};
constexpr glm::vec4 blockedTint{0.75f, 0.06f, 0.03f, 1};

struct ProfilePoint {
    float radius;
    float along; ///< -Z
};

/// The profile turned about the Z axis; every piece of it is a band with its own normals, so that edges stay crisp.
scene::Mesh lathe(std::string name, std::span<const ProfilePoint> profile, std::uint32_t sides) {
    scene::Mesh mesh;
    mesh.name = std::move(name);
    for (std::size_t band = 0; band + 1 < profile.size(); ++band) {
        const auto [r0, z0] = profile[band];
        const auto [r1, z1] = profile[band + 1];
        const glm::vec2 slope = glm::normalize(glm::vec2{z1 - z0, r0 - r1}); // outwards, along
        const auto first = static_cast<std::uint32_t>(mesh.vertices.size());
        for (std::uint32_t i = 0; i <= sides; ++i) {
            const float angle = tau * static_cast<float>(i) / static_cast<float>(sides);
            const glm::vec2 around{std::cos(angle), std::sin(angle)};
            for (const auto& [r, z] : {profile[band], profile[band + 1]}) {
                scene::Vertex vertex;
                vertex.position = {r * around, -z};
                vertex.normal = {slope.x * around, -slope.y};
                vertex.tangent = {-around.y, around.x, 0, 1};
                vertex.uv = {static_cast<float>(i) / static_cast<float>(sides), z};
                mesh.vertices.push_back(vertex);
                mesh.bounds.include(vertex.position);
            }
        }
        for (std::uint32_t i = 0; i < sides; ++i) {
            const std::uint32_t a = first + 2 * i;
            for (const std::uint32_t corner : {a, a + 1, a + 2, a + 2, a + 1, a + 3}) mesh.indices.push_back(corner);
        }
    }
    return mesh;
}

/// Everything of `part`, moved by `transform` (rigid), joined to `whole`.
void join(scene::Mesh& whole, const scene::Mesh& part, const glm::mat4& transform) {
    const auto first = static_cast<std::uint32_t>(whole.vertices.size());
    for (scene::Vertex vertex : part.vertices) {
        vertex.position = transform * glm::vec4{vertex.position, 1};
        vertex.normal = glm::mat3{transform} * vertex.normal;
        vertex.tangent = glm::vec4{glm::mat3{transform} * glm::vec3{vertex.tangent}, vertex.tangent.w};
        whole.vertices.push_back(vertex);
        whole.bounds.include(vertex.position);
    }
    for (const std::uint32_t index : part.indices) whole.indices.push_back(first + index);
}

/// A handle along -Z as the grip pose has it, a tilted plate with a stick for the thumb, a trigger below.
scene::Mesh controllerMesh() {
    constexpr std::array handle{ProfilePoint{0, -0.062f},      ProfilePoint{0.011f, -0.060f}, ProfilePoint{0.0155f, -0.054f},
                                ProfilePoint{0.0165f, -0.02f}, ProfilePoint{0.0155f, 0.02f},  ProfilePoint{0.0175f, 0.036f},
                                ProfilePoint{0.0145f, 0.046f}, ProfilePoint{0, 0.049f}};
    constexpr std::array plate{ProfilePoint{0, -0.007f}, ProfilePoint{0.021f, -0.006f}, ProfilePoint{0.026f, 0},
                               ProfilePoint{0.0245f, 0.005f}, ProfilePoint{0, 0.0065f}};
    constexpr std::array stick{ProfilePoint{0.004f, 0}, ProfilePoint{0.004f, 0.007f}, ProfilePoint{0.0085f, 0.0085f},
                               ProfilePoint{0.0085f, 0.0105f}, ProfilePoint{0, 0.0115f}};
    constexpr std::array trigger{ProfilePoint{0, -0.011f}, ProfilePoint{0.005f, -0.009f}, ProfilePoint{0.006f, 0},
                                 ProfilePoint{0.005f, 0.009f}, ProfilePoint{0, 0.011f}};
    scene::Mesh whole;
    whole.name = "controller";
    const glm::mat4 one{1};
    join(whole, lathe("", handle, 24), one);
    // The plate's axis points up and a little back, where the thumb lies.
    const glm::mat4 plateAt = glm::rotate(glm::translate(one, {0, 0.006f, -0.052f}), glm::radians(62.0f), {1, 0, 0});
    join(whole, lathe("", plate, 28), plateAt);
    join(whole, lathe("", stick, 16), glm::translate(plateAt, {0, 0.004f, -0.005f}));
    join(whole, lathe("", trigger, 14), glm::rotate(glm::translate(one, {0, -0.018f, -0.040f}), glm::radians(75.0f), {1, 0, 0}));
    return whole;
}

/// A unit stick from the origin along -Z, one metre long and one metre in radius: scaled into rays and arc pieces.
scene::Mesh stickMesh() {
    constexpr std::array profile{ProfilePoint{0, 0}, ProfilePoint{1, 0}, ProfilePoint{1, 1}, ProfilePoint{0, 1}};
    return lathe("ray", profile, 8);
}

/// A ring of 0.3 m and a dot, flat on the floor (the lathe's axis turned up).
scene::Mesh markerMesh() {
    constexpr std::array ring{ProfilePoint{0.27f, 0}, ProfilePoint{0.27f, 0.018f}, ProfilePoint{0.30f, 0.018f},
                              ProfilePoint{0.30f, 0}};
    constexpr std::array dot{ProfilePoint{0.05f, 0}, ProfilePoint{0.05f, 0.012f}, ProfilePoint{0, 0.012f}};
    scene::Mesh whole;
    whole.name = "landing marker";
    const glm::mat4 up = glm::rotate(glm::mat4{1}, glm::radians(90.0f), {1, 0, 0});
    join(whole, lathe("", ring, 40), up);
    join(whole, lathe("", dot, 20), up);
    return whole;
}

scene::Material material(std::string name, glm::vec3 colour, glm::vec3 emissive, float metallic, float roughness) {
    scene::Material m;
    m.name = std::move(name);
    m.baseColour = glm::vec4{colour, 1};
    m.emissive = emissive;
    m.metallic = metallic;
    m.roughness = roughness;
    m.doubleSided = true;
    return m;
}

/// The unit stick from `from` to `to`.
glm::mat4 between(glm::dvec3 from, glm::dvec3 to, float radius) {
    const glm::vec3 along{to - from};
    const float length = glm::length(along);
    if (!(length > 0)) return glm::scale(glm::translate(glm::mat4{1}, glm::vec3{from}), glm::vec3{0});
    const glm::vec3 z = -along / length;
    const glm::vec3 helper = std::abs(z.y) < 0.9f ? glm::vec3{0, 1, 0} : glm::vec3{1, 0, 0};
    const glm::vec3 x = glm::normalize(glm::cross(helper, z));
    return glm::mat4{glm::vec4{x * radius, 0}, glm::vec4{glm::cross(z, x) * radius, 0}, glm::vec4{z * length, 0},
                     glm::vec4{glm::vec3{from}, 1}};
}

} // namespace

std::uint32_t Props::addNode(scene::Scene& scene, std::string name, std::uint32_t mesh, std::uint32_t material) {
    const auto node = static_cast<std::uint32_t>(scene.nodes.size());
    scene.nodes.push_back({std::move(name), scene::none, glm::mat4{1}, {}});
    scene.instances.push_back({node, mesh, material});
    placements_.push_back({.node = node});
    return node;
}

Props::Props(scene::Scene& scene) : firstNode_{static_cast<std::uint32_t>(scene.nodes.size())} {
    const auto mesh = static_cast<std::uint32_t>(scene.meshes.size());
    scene.meshes.push_back(controllerMesh());
    scene.meshes.push_back(stickMesh());
    scene.meshes.push_back(markerMesh());
    const auto first = static_cast<std::uint32_t>(scene.materials.size());
    scene.materials.push_back(material("controller", {0.035f, 0.038f, 0.042f}, glm::vec3{0}, 0.1f, 0.45f));
    scene.materials.push_back(material("ray", glm::vec3{0.8f}, {0.55f, 0.75f, 0.9f}, 0, 0.6f));
    scene.materials.push_back(material("arc", glm::vec3{0.6f}, {0.03f, 0.5f, 0.7f}, 0, 0.6f));
    for (std::size_t side = 0; side < 2; ++side) {
        const char* const hand = side == leftHand ? "left" : "right";
        controllers_[side] = addNode(scene, std::format("{} controller", hand), mesh, first);
        rays_[side] = addNode(scene, std::format("{} ray", hand), mesh + 1, first + 1);
    }
    for (auto& piece : arc_) piece = addNode(scene, "teleport arc", mesh + 1, first + 2);
    marker_ = addNode(scene, "landing marker", mesh + 2, first + 2);
}

std::span<const PropPlacement> Props::place(const Walk& walk) {
    for (auto& placement : placements_) placement.visible = false;
    const auto show = [&](std::uint32_t node, const glm::mat4& worldFromNode, glm::vec4 tint = glm::vec4{0}) {
        placements_[node - firstNode_] = {node, worldFromNode, tint, true};
    };
    for (std::size_t side = 0; side < 2; ++side) {
        const WalkHand& hand = walk.hands()[side];
        if (hand.tracked) show(controllers_[side], Pose{glm::vec3{hand.gripPosition}, hand.worldFromGrip}.matrix());
        if (hand.rayLength > 0) {
            show(rays_[side], between(hand.rayOrigin, hand.rayOrigin + hand.rayLength * glm::dvec3{hand.rayDirection}, rayRadius));
        }
    }
    if (!walk.arc()) return placements_;
    const TeleportArc& arc = *walk.arc();
    const glm::vec4 tint = arc.landing ? landingTint : blockedTint;
    const auto path = arc.path();
    for (std::size_t i = 0; i + 1 < path.size(); ++i) show(arc_[i], between(path[i], path[i + 1], arcRadius), tint);
    if (arc.landing) show(marker_, glm::translate(glm::mat4{1}, glm::vec3{*arc.landing}), tint);
    return placements_;
}

} // namespace millwright::xr
