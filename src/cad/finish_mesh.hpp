#pragma once

#include <millwright/scene/scene.hpp>

#include <cstdint>
#include <vector>

namespace millwright::cad {

/// Triangles as a parser left them: attribute arrays are empty or as long as `positions`; anything in them may be wrong.
struct RawMesh {
    std::vector<glm::vec3> positions;
    std::vector<glm::vec3> normals;
    std::vector<glm::vec4> tangents;
    std::vector<glm::vec2> uvs;
    std::vector<std::array<std::uint8_t, 4>> colours;
    std::vector<std::uint32_t> indices; ///< three a triangle
};

/// How often each repair was needed, for the report.
struct Repairs {
    std::uint64_t degenerateTriangles = 0; ///< dropped: two corners in one place
    std::uint64_t brokenTriangles = 0;     ///< dropped: a vertex that does not exist or is not a number
    std::uint64_t normalsMade = 0;         ///< vertices whose normal was missing or useless
    std::uint64_t meshesWithoutNormals = 0;
};

struct FinishOptions {
    float creaseAngle = 0.6981f; ///< radians; neighbouring triangles that meet more sharply keep an edge where normals are made
    bool tangents = false;       ///< make tangents where the mesh has uvs and no tangents of its own
};

/// Drops what cannot be drawn, makes missing normals and tangents, joins equal vertices and computes the bounds. The result passes
/// `scene::validate`; it has no triangles when nothing drawable was left. Same input, same output, byte by byte.
[[nodiscard]] scene::Mesh finishMesh(RawMesh raw, const FinishOptions& options, Repairs& repairs);

/// Larger coordinates (metres) count as not a number: nobody builds a plant of a million kilometres, and their squares overflow.
inline constexpr float largestCoordinate = 1e9f;

} // namespace millwright::cad
