#include <millwright/xr/locomotion.hpp>

#include <glm/gtc/matrix_transform.hpp>

#include <cmath>

namespace millwright::xr {
namespace {

glm::dvec3 rotatedAboutUp(glm::dvec3 v, double angle) {
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    return {c * v.x + s * v.z, v.y, -s * v.x + c * v.z};
}

/// Where one is on the stage floor below the head.
glm::dvec3 feet(glm::vec3 headInStage) {
    return {headInStage.x, 0, headInStage.z};
}

/// Heading of a direction about +Y; 0 looks along -Z.
double heading(glm::dvec3 direction) {
    return std::atan2(-direction.x, -direction.z);
}

std::optional<FloorHit> hitOf(glm::dvec3 from, glm::dvec3 to, const FloorProbe& probe, double floorHeight) {
    std::optional<FloorHit> hit = probe ? probe(from, to) : std::nullopt;
    if (hit || to.y > floorHeight || from.y <= floorHeight) return hit;
    const double t = (from.y - floorHeight) / (from.y - to.y);
    glm::dvec3 position = from + t * (to - from);
    position.y = floorHeight;
    return FloorHit{position, {0, 1, 0}};
}

} // namespace

glm::dvec3 PlaySpace::worldFromStage(glm::vec3 position) const {
    return origin + rotatedAboutUp(glm::dvec3{position}, yaw);
}

glm::quat PlaySpace::worldFromStageRotation() const {
    return glm::angleAxis(static_cast<float>(yaw), glm::vec3{0, 1, 0});
}

glm::dmat4 PlaySpace::worldFromStage() const {
    return glm::rotate(glm::translate(glm::dmat4{1}, origin), yaw, glm::dvec3{0, 1, 0});
}

PlaySpace teleported(const PlaySpace& space, glm::vec3 headInStage, glm::dvec3 landing) {
    return {landing - rotatedAboutUp(feet(headInStage), space.yaw), space.yaw};
}

PlaySpace turned(const PlaySpace& space, glm::vec3 headInStage, double angle) {
    const glm::dvec3 standing = space.worldFromStage(glm::vec3{feet(headInStage)});
    // Kept within one turn, so that a long visit loses no precision.
    const double yaw = std::remainder(space.yaw + angle, 2 * std::numbers::pi);
    return {standing - rotatedAboutUp(feet(headInStage), yaw), yaw};
}

PlaySpace standing(const Pose& stageFromHead, glm::dvec3 floorPoint, glm::dvec3 direction) {
    const double yaw = heading(direction) - heading(glm::dvec3{stageFromHead.forward()});
    return teleported({floorPoint, std::remainder(yaw, 2 * std::numbers::pi)}, stageFromHead.position, floorPoint);
}

TeleportArc teleportArc(glm::dvec3 hand, glm::vec3 direction, const FloorProbe& probe, const ArcLimits& limits) {
    TeleportArc arc;
    arc.points[arc.count++] = hand;
    const float length = glm::length(direction);
    if (!(length > 0)) return arc;
    const glm::dvec3 velocity = glm::dvec3{direction} * (limits.speed / length);
    constexpr std::size_t pieces = TeleportArc::maxPoints - 1;
    for (std::size_t i = 1; i <= pieces; ++i) {
        const double t = limits.maximumFlight * static_cast<double>(i) / pieces;
        const glm::dvec3 from = arc.points[arc.count - 1];
        const glm::dvec3 to = hand + velocity * t - glm::dvec3{0, limits.gravity * t * t / 2, 0};
        if (const auto hit = hitOf(from, to, probe, limits.floorHeight)) {
            arc.points[arc.count++] = hit->position;
            if (hit->normal.y >= limits.minimumUpness) arc.landing = hit->position;
            return arc;
        }
        arc.points[arc.count++] = to;
    }
    return arc;
}

float SnapTurn::update(float stickX) {
    const float deflection = std::abs(stickX);
    if (deflection < released) armed_ = true;
    if (!armed_ || deflection < pushed) return 0;
    armed_ = false;
    return stickX > 0 ? -step_ : step_;
}

TeleportTrigger::Phase TeleportTrigger::update(glm::vec2 stick, bool held) {
    // A push that is more sideways than forward is a snap turn.
    const bool starts = held || (stick.y > pushed && std::abs(stick.x) < stick.y);
    if (!aiming_) {
        aiming_ = starts;
        return aiming_ ? Phase::Aiming : Phase::Off;
    }
    if (held || glm::length(stick) > released) return Phase::Aiming;
    aiming_ = false;
    return Phase::Jump;
}

} // namespace millwright::xr
