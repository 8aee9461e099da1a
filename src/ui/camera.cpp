#include <millwright/ui/camera.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace millwright::ui {
namespace {

constexpr double maximumPitch = 1.56;
constexpr double minimumDistance = 1e-4; // metres: a grain of sand fills the screen
constexpr double maximumDistance = 50'000;

double wrapped(double angle) {
    return std::remainder(angle, 2 * std::numbers::pi);
}

Camera turned(Camera camera, double yaw, double pitch) {
    camera.yaw = wrapped(camera.yaw + yaw);
    camera.pitch = std::clamp(camera.pitch + pitch, -maximumPitch, maximumPitch);
    return camera;
}

double metresPerPixel(const Camera& camera, glm::dvec2 viewport) {
    return 2 * camera.distance * std::tan(camera.verticalFov / 2) / std::max(1.0, viewport.y);
}

} // namespace

glm::dvec3 Camera::forward() const {
    return {-std::sin(yaw) * std::cos(pitch), std::sin(pitch), -std::cos(yaw) * std::cos(pitch)};
}

glm::dvec3 Camera::right() const {
    return {std::cos(yaw), 0, -std::sin(yaw)};
}

glm::dvec3 Camera::up() const {
    return glm::cross(right(), forward());
}

Camera cameraLookingAt(glm::dvec3 eye, glm::dvec3 target, double verticalFov) {
    Camera camera;
    const glm::dvec3 towards = target - eye;
    camera.distance = std::clamp(glm::length(towards), minimumDistance, maximumDistance);
    const glm::dvec3 direction = glm::length(towards) > 0 ? glm::normalize(towards) : glm::dvec3{0, 0, -1};
    camera.pitch = std::clamp(std::asin(std::clamp(direction.y, -1.0, 1.0)), -maximumPitch, maximumPitch);
    camera.yaw = std::hypot(direction.x, direction.z) > 1e-9 ? std::atan2(-direction.x, -direction.z) : 0;
    camera.target = target;
    camera.verticalFov = verticalFov;
    return camera;
}

Camera cameraFrom(const plant::Camera& saved) {
    return cameraLookingAt(saved.eye, saved.target, saved.verticalFov);
}

double framingFov(double verticalFov, double aspect) {
    constexpr double frame = 16.0 / 9;
    return aspect >= frame ? verticalFov : 2 * std::atan(std::tan(verticalFov / 2) * frame / std::max(0.05, aspect));
}

Camera framed(Camera camera, double aspect) {
    camera.verticalFov = framingFov(camera.verticalFov, aspect);
    return camera;
}

Camera orbited(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport) {
    const double radiansPerPixel = std::numbers::pi / std::max(1.0, viewport.y);
    return turned(camera, -dragPixels.x * radiansPerPixel, -dragPixels.y * radiansPerPixel);
}

Camera panned(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport) {
    const double scale = metresPerPixel(camera, viewport);
    camera.target += (camera.up() * dragPixels.y - camera.right() * dragPixels.x) * scale;
    return camera;
}

Camera zoomed(Camera camera, double notches, glm::dvec3 anchor) {
    const double wanted = camera.distance * std::pow(0.85, notches);
    const double factor = std::clamp(wanted, minimumDistance, maximumDistance) / camera.distance;
    // Scaling eye and target about the anchor leaves the anchor's direction from the eye, and so its pixel, unchanged.
    camera.target = anchor + (camera.target - anchor) * factor;
    camera.distance *= factor;
    return camera;
}

Camera looked(Camera camera, glm::dvec2 dragPixels, glm::dvec2 viewport) {
    const glm::dvec3 eye = camera.eye();
    const double radiansPerPixel = camera.verticalFov / std::max(1.0, viewport.y);
    camera = turned(camera, -dragPixels.x * radiansPerPixel, -dragPixels.y * radiansPerPixel);
    camera.target = eye + camera.forward() * camera.distance;
    return camera;
}

Camera walked(Camera camera, glm::dvec3 step) {
    const glm::dvec3 level{-std::sin(camera.yaw), 0, -std::cos(camera.yaw)};
    camera.target += camera.right() * step.x + glm::dvec3{0, step.y, 0} + level * step.z;
    return camera;
}

Camera standing(Camera camera, double floor, double height) {
    camera.target.y += floor + height - camera.eye().y;
    return camera;
}

Camera fitted(Camera camera, const scene::Aabb& bounds, double aspect) {
    if (bounds.empty()) return camera;
    camera.target = glm::dvec3(bounds.centre());
    const double tanY = std::tan(camera.verticalFov / 2), tanX = tanY * std::max(0.05, aspect);
    double distance = minimumDistance;
    for (int corner = 0; corner < 8; ++corner) {
        const glm::dvec3 point{(corner & 1) ? bounds.max.x : bounds.min.x, (corner & 2) ? bounds.max.y : bounds.min.y,
                               (corner & 4) ? bounds.max.z : bounds.min.z};
        const glm::dvec3 offset = point - camera.target;
        const double across =
            std::max(std::abs(glm::dot(offset, camera.right())) / tanX, std::abs(glm::dot(offset, camera.up())) / tanY);
        distance = std::max(distance, across - glm::dot(offset, camera.forward()));
    }
    camera.distance = std::clamp(distance * 1.08, minimumDistance, maximumDistance);
    return camera;
}

glm::dvec3 rayThrough(const Camera& camera, glm::dvec2 pixel, glm::dvec2 viewport) {
    const double tanY = std::tan(camera.verticalFov / 2), tanX = tanY * viewport.x / std::max(1.0, viewport.y);
    const double x = 2 * pixel.x / std::max(1.0, viewport.x) - 1, y = 1 - 2 * pixel.y / std::max(1.0, viewport.y);
    return glm::normalize(camera.forward() + camera.right() * (x * tanX) + camera.up() * (y * tanY));
}

glm::dvec3 pointAtTargetDepth(const Camera& camera, glm::dvec2 pixel, glm::dvec2 viewport) {
    const glm::dvec3 ray = rayThrough(camera, pixel, viewport);
    return camera.eye() + ray * (camera.distance / glm::dot(ray, camera.forward()));
}

std::optional<glm::dvec2> projected(const Camera& camera, glm::dvec3 point, glm::dvec2 viewport) {
    const glm::dvec3 offset = point - camera.eye();
    const double depth = glm::dot(offset, camera.forward());
    if (depth <= 1e-3) return std::nullopt;
    const double pixelsPerTangent = viewport.y / (2 * std::tan(camera.verticalFov / 2));
    return glm::dvec2{viewport.x / 2 + glm::dot(offset, camera.right()) / depth * pixelsPerTangent,
                      viewport.y / 2 - glm::dot(offset, camera.up()) / depth * pixelsPerTangent};
}

Flight::Flight(const Camera& from, const Camera& to, double duration) : from_{from}, to_{to}, duration_{duration} {}

Camera Flight::advance(double dt) {
    elapsed_ = std::min(duration_, elapsed_ + dt);
    if (!active()) return to_;
    const double u = elapsed_ / duration_;
    const double t = u * u * u * (u * (u * 6 - 15) + 10); // no jump of speed or acceleration at either end
    Camera camera;
    camera.target = glm::mix(from_.target, to_.target, t);
    camera.distance = from_.distance * std::pow(to_.distance / from_.distance, t);
    camera.yaw = wrapped(from_.yaw + wrapped(to_.yaw - from_.yaw) * t);
    camera.pitch = std::lerp(from_.pitch, to_.pitch, t);
    camera.verticalFov = std::lerp(from_.verticalFov, to_.verticalFov, t);
    return camera;
}

} // namespace millwright::ui
