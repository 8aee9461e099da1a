#pragma once

#include <millwright/xr/pose.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <numbers>
#include <optional>
#include <span>

/// Moving through a plant that is larger than the room: teleport and snap turn, nothing else. The camera never moves without input,
/// never rolls or pitches, and never slides, which is what keeps people well.
namespace millwright::xr {

/// Where the wearer's real floor stands in the plant: a turn about the vertical and an offset, so that down stays down.
struct PlaySpace {
    glm::dvec3 origin{0}; ///< of the stage, metres, world frame
    double yaw = 0;       ///< of the stage about +Y, radians, counter-clockwise seen from above

    [[nodiscard]] glm::dvec3 worldFromStage(glm::vec3 position) const;
    [[nodiscard]] glm::quat worldFromStageRotation() const;
    [[nodiscard]] glm::dmat4 worldFromStage() const;
};

/// `space` moved so that the head stands over `landing` (world, metres), floor on landing's height, looking the same way.
[[nodiscard]] PlaySpace teleported(const PlaySpace& space, glm::vec3 headInStage, glm::dvec3 landing);
/// `space` turned by `angle` (radians, positive turns the wearer to the left) about the vertical through the head, which stays
/// where it is.
[[nodiscard]] PlaySpace turned(const PlaySpace& space, glm::vec3 headInStage, double angle);
/// `space` such that a wearer whose head is at `stageFromHead` stands on `floorPoint` and looks along `direction` (world, its
/// height ignored).
[[nodiscard]] PlaySpace standing(const Pose& stageFromHead, glm::dvec3 floorPoint, glm::dvec3 direction);

/// What a piece of the arc runs into, world frame.
struct FloorHit {
    glm::dvec3 position{0};
    glm::vec3 normal{0, 1, 0};
};
/// First thing between two points, or nothing.
using FloorProbe = std::function<std::optional<FloorHit>(glm::dvec3 from, glm::dvec3 to)>;

/// The flight of a thrown point from the hand, as straight pieces.
struct TeleportArc {
    static constexpr std::size_t maxPoints = 33;
    std::array<glm::dvec3, maxPoints> points{}; ///< world, metres; the first is the hand, the last where it stops
    std::size_t count = 0;
    std::optional<glm::dvec3> landing; ///< where one may stand; none: too far, or a wall

    [[nodiscard]] std::span<const glm::dvec3> path() const { return {points.data(), count}; }
};

struct ArcLimits {
    double speed = 7.5;          ///< of the throw, metres a second: about 6 m on the flat, 8 m at best
    double gravity = 9.81;       ///< metres a second squared
    double floorHeight = 0;      ///< world; hit when the probe finds nothing above it
    double minimumUpness = 0.87; ///< normal.y from which a surface may be stood on: slopes up to 30 degrees
    double maximumFlight = 2.4;  ///< seconds
};

/// Ballistic arc from `hand` along `direction` (world, any length). `probe` may be empty: then only the floor plane is hit.
[[nodiscard]] TeleportArc teleportArc(glm::dvec3 hand, glm::vec3 direction, const FloorProbe& probe, const ArcLimits& limits = {});

/// Turns a stick's sideways deflection into steps, one a push: after a step the stick must come back before the next.
class SnapTurn {
public:
    explicit SnapTurn(float stepRadians = std::numbers::pi_v<float> / 6) : step_{stepRadians} {}
    /// Angle to turn by now, radians, positive to the left; 0 mostly. `stickX` -1…1, right positive.
    [[nodiscard]] float update(float stickX);

private:
    static constexpr float pushed = 0.7f;
    static constexpr float released = 0.35f;
    float step_;
    bool armed_ = true;
};

/// Pushing the stick forward (or holding a button) aims; letting go jumps.
class TeleportTrigger {
public:
    enum class Phase { Off, Aiming, Jump };
    /// `stick` -1…1 a side, forward positive y; `held`: the button of controllers without a stick.
    [[nodiscard]] Phase update(glm::vec2 stick, bool held);
    /// Forgets an aim without jumping: the controller was lost.
    void cancel() { aiming_ = false; }

private:
    static constexpr float pushed = 0.7f;
    static constexpr float released = 0.35f;
    bool aiming_ = false;
};

} // namespace millwright::xr
