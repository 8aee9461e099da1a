#pragma once

#include <millwright/core/result.hpp>

#include <glm/glm.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace millwright::cad {

/// Points as a scanner gave them, in its own frame and unit (metres by custom).
struct PointCloud {
    std::vector<glm::vec3> positions;
    std::vector<std::array<std::uint8_t, 4>> colours; ///< sRGB; empty or one a point
};

/// Reads the Point Cloud Library's format, version 0.7: text, binary, compressed binary; x, y, z and rgb of its fields.
/// Errors: Malformed, with what is wrong; Unsupported.
[[nodiscard]] Result<PointCloud> readPcd(std::span<const std::byte> bytes);

} // namespace millwright::cad
