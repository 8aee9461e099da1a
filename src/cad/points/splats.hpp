#pragma once

#include "cad/finish_mesh.hpp"

namespace millwright::cad {

/// Of a cloud of more points, every second, third ... is shown.
inline constexpr std::size_t mostPoints = 1'000'000;

/// How a cloud of points was made visible.
struct Splats {
    RawMesh mesh;             ///< a small tetrahedron for every point that is shown
    float radius = 0;         ///< metres, of their spheres
    std::uint64_t shown = 0;  ///< points
    std::uint64_t broken = 0; ///< points that are not numbers, as scanners write what they did not see
};

/// Makes scanned points (metres) visible as solids about as large as the points lie apart. `colours`: sRGB, empty or one a point.
[[nodiscard]] Splats splat(const std::vector<glm::vec3>& points, const std::vector<std::array<std::uint8_t, 4>>& colours);

} // namespace millwright::cad
