#pragma once

#include "cad/assimp/context.hpp"
#include "cad/occt/assembly.hpp"

#include <array>
#include <vector>

namespace millwright::cad {

/// Triangles of a face group, in the frame of its part. Millimetres.
struct ExactMesh {
    std::vector<std::array<double, 3>> positions;
    std::vector<std::array<float, 3>> normals; ///< of the exact surface
    std::vector<std::uint32_t> indices;        ///< three a triangle, counter-clockwise seen from outside
};

/// Makes triangles for every face of every part, bodies in parallel, as closely as the options ask. Faces for which none can be
/// made are counted.
void tessellate(const ExactAssembly& assembly, ReadContext& context);

/// The triangles of a part, one mesh for each of its groups, after `tessellate`. Where smooth surfaces meet without an edge, both
/// sides get the same normal.
[[nodiscard]] std::vector<ExactMesh> meshesOf(const ExactPart& part);

} // namespace millwright::cad
