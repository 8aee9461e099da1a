#pragma once

#include "cad/assimp/findings.hpp"
#include "cad/stages.hpp"

namespace millwright::cad {

class LargeGlb;

/// What our own readers give besides the `aiScene`; Assimp has no place for it.
struct ExactCounts {
    std::uint64_t faces = 0;       ///< exact surfaces, each once
    std::uint64_t lostFaces = 0;   ///< that no triangles could be made for
    std::uint64_t hiddenParts = 0; ///< placed parts that the file marks as not shown
    std::uint64_t looseEdges = 0;  ///< curves that bound no face
};

/// What every reader of a file works with.
struct ReadContext {
    const ImportOptions& options;
    Findings& findings;
    Stages& stages;
    ExactCounts exact;
    LargeGlb* large = nullptr; ///< meshes that are read past Assimp
};

/// What readers of exact formats note in `aiScene::mMetaData`: the length of the file's unit (double), and whether the file says
/// so.
inline constexpr const char* metresPerUnitKey = "MetresPerUnit";
inline constexpr const char* unitFromFileKey = "UnitFromFile";

} // namespace millwright::cad
