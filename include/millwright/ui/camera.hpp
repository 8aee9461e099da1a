#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/scene/scene.hpp>

#include <glm/glm.hpp>

#include <optional>

/// The desktop camera as plain values and pure functions. World frame: metres, right-handed, Y up. Screen points are in pixels from
/// the top left of the viewport.
namespace millwright::ui {

/// A camera that looks at a point from a distance. Yaw 0 looks along -Z and grows to the left; pitch grows upwards.
struct Camera {
    glm::dvec3 target{0};
    double distance = 10;        ///< metres from eye to target, > 0
    double yaw = 0.6;            ///< radians
    double pitch = -0.4;         ///< radians, within ±89.4°
    double verticalFov = 0.7854; ///< radians, of a 16:9 picture; see `framingFov`

    [[nodiscard]] glm::dvec3 forward() const; ///< unit length
    [[nodiscard]] glm::dvec3 right() const;   ///< unit length, level
    [[nodiscard]] glm::dvec3 up() const;      ///< unit length
    [[nodiscard]] glm::dvec3 eye() const { return target - forward() * distance; }
};

[[nodiscard]] Camera cameraFrom(const plant::Camera& saved);
/// The vertical field of view, radians, with which a picture of this `aspect` (width / height) shows at least what a 16:9 picture
/// shows with `verticalFov`: plants' cameras are framed for 16:9, and a narrower picture must not cut their sides off.
[[nodiscard]] double framingFov(double verticalFov, double aspect);
[[nodiscard]] Camera cameraLookingAt(glm::dvec3 eye, glm::dvec3 target, double verticalFov);

/// The camera as a viewport of this shape sees through it: with its `framingFov`. Functions that take a viewport or an aspect want
/// this camera; what they return keeps its field of view.
[[nodiscard]] Camera framed(Camera camera, double aspect);

/// Turns round the target; a drag across the viewport's height is half a turn.
[[nodiscard]] Camera orbited(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport);
/// Moves sideways so that what lies at the target's depth stays under the cursor.
[[nodiscard]] Camera panned(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport);
/// Moves towards (`notches` > 0) or away from `anchor`, which stays where it is on the screen.
[[nodiscard]] Camera zoomed(Camera camera, double notches, glm::dvec3 anchor);
/// Turns the head in place, the eye stays.
[[nodiscard]] Camera looked(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport);
/// Walks on the level: x right, y up, z forward, metres.
[[nodiscard]] Camera walked(Camera camera, glm::dvec3 step);
/// The same view direction with the eye at `height` metres above the floor at y = `floor`.
[[nodiscard]] Camera standing(Camera camera, double floor, double height = 1.7);
/// The same view direction from where all of `bounds` is seen with a small margin. An empty box changes nothing.
[[nodiscard]] Camera fitted(Camera camera, const scene::Aabb& bounds, double aspect);

/// Unit direction from the eye through a screen point.
[[nodiscard]] glm::dvec3 rayThrough(const Camera& camera, glm::dvec2 pixel, glm::dvec2 viewport);
/// Where the ray meets the plane through the target across the view: what zooming holds on to when nothing is under the cursor.
[[nodiscard]] glm::dvec3 pointAtTargetDepth(const Camera& camera, glm::dvec2 pixel, glm::dvec2 viewport);
/// The screen point of a world point; nothing when it lies behind the eye.
[[nodiscard]] std::optional<glm::dvec2> projected(const Camera& camera, glm::dvec3 point, glm::dvec2 viewport);

/// A smooth way from one camera to another: slow at both ends, the short way round, distance changing by an even ratio.
class Flight {
public:
    Flight() = default;
    /// `duration` in seconds; the flight begins at elapsed 0.
    Flight(const Camera& from, const Camera& to, double duration = 0.9);

    [[nodiscard]] bool active() const { return elapsed_ < duration_; }
    /// Moves on by `dt` seconds and returns where the camera is now; the end exactly when it is over.
    Camera advance(double dt);
    void cancel() { elapsed_ = duration_; }
    [[nodiscard]] const Camera& destination() const { return to_; }

private:
    Camera from_, to_;
    double duration_ = 0, elapsed_ = 0;
};

} // namespace millwright::ui
