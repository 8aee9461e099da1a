#include <millwright/render/view.hpp>

#include <cmath>

namespace millwright::render {

View lookAt(glm::dvec3 eye, glm::dvec3 target, double verticalFov, double aspect, double near) {
    const glm::dvec3 forward = glm::length(target - eye) > 0 ? glm::normalize(target - eye) : glm::dvec3{0, 0, -1};
    // Straight up or down there is no horizon to keep level: -Z is then at the top of the picture.
    const glm::dvec3 up = std::abs(forward.y) > 0.99999 ? glm::dvec3{0, 0, forward.y > 0 ? 1 : -1} : glm::dvec3{0, 1, 0};
    const glm::dvec3 right = glm::normalize(glm::cross(forward, up));
    const glm::dvec3 above = glm::cross(right, forward);
    const auto half = static_cast<float>(verticalFov * 0.5);
    const auto halfWidth = static_cast<float>(std::atan(std::tan(verticalFov * 0.5) * aspect));
    View view;
    view.eye = eye;
    view.viewFromWorldRotation = glm::mat4{glm::transpose(glm::dmat3{right, above, -forward})};
    view.clipFromView = projectionFromAngles(-halfWidth, halfWidth, half, -half, static_cast<float>(near));
    return view;
}

glm::mat4 projectionFromAngles(float left, float right, float up, float down, float near) {
    const float l = std::tan(left), r = std::tan(right), u = std::tan(up), d = std::tan(down);
    glm::mat4 clip{0};
    clip[0][0] = 2 / (r - l);
    clip[1][1] = -2 / (u - d); // Vulkan's y points down
    clip[2][0] = (r + l) / (r - l);
    clip[2][1] = -(u + d) / (u - d);
    clip[2][3] = -1;
    clip[3][2] = near; // depth = near / distance: 1 at the near plane, 0 infinitely far
    return clip;
}

} // namespace millwright::render
