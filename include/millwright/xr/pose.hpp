#pragma once

#include <glm/glm.hpp>
#include <glm/gtc/quaternion.hpp>

namespace millwright::xr {

/// A rigid pose, metres, right-handed, Y up, -Z forward. The name of a variable says between which frames: `stageFromHead`.
struct Pose {
    glm::vec3 position{0};
    glm::quat orientation{1, 0, 0, 0}; ///< unit length

    [[nodiscard]] glm::vec3 forward() const { return orientation * glm::vec3{0, 0, -1}; }
    [[nodiscard]] glm::mat4 matrix() const {
        glm::mat4 m = glm::mat4_cast(orientation);
        m[3] = glm::vec4{position, 1};
        return m;
    }
};

/// The four half-angles of one eye's picture, radians; left and down are negative.
struct FieldOfView {
    float left = -0.7f;
    float right = 0.7f;
    float up = 0.7f;
    float down = -0.7f;
};

} // namespace millwright::xr
