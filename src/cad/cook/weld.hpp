#pragma once

#include "cad/cook/encode.hpp"

#include <millwright/scene/cooked.hpp>

#include <vector>

namespace millwright::cad {

inline constexpr std::uint32_t nobody = ~0u;

/// A mesh with its vertices on a grid and shared again: corners at one place are one position, whatever their normals, so that hard
/// edges are no seams; vertices are the different normals and attributes at a position.
struct Welded {
    glm::vec3 gridOrigin{0};
    float gridStep = 0;
    std::vector<GridPoint> positions;
    std::vector<std::uint32_t> firstAt;              ///< by position: its first vertex
    std::vector<std::uint32_t> nextAt;               ///< by vertex: another one at the same position, or `nobody`
    std::vector<std::uint32_t> positionOf;           ///< by vertex
    std::vector<std::uint32_t> normals;              ///< by vertex, octahedral
    std::vector<scene::CookedAttributes> attributes; ///< by vertex; empty without textures and colours
    std::vector<std::uint32_t> indices;              ///< vertices, three a triangle, no triangle with two corners in one place

    /// Metres from `gridOrigin`.
    [[nodiscard]] glm::vec3 place(std::uint32_t position) const { return gridSteps(positions[position]) * gridStep; }
    [[nodiscard]] glm::vec3 vertexPlace(std::uint32_t vertex) const { return place(positionOf[vertex]); }

    // A mesh is more than the processor's cache holds: these ask early for what will be looked at.
    void expectVertex(std::uint32_t vertex) const { __builtin_prefetch(&positionOf[vertex]); }
    void expectShading(std::uint32_t vertex) const {
        __builtin_prefetch(&normals[vertex]);
        __builtin_prefetch(&nextAt[vertex]);
    }
    void expectPosition(std::uint32_t position) const {
        __builtin_prefetch(&positions[position]);
        __builtin_prefetch(&firstAt[position]);
    }
};

[[nodiscard]] Welded weld(const scene::Mesh& mesh, bool withAttributes, unsigned threads);

} // namespace millwright::cad
