#pragma once

#include "cad/finish_mesh.hpp"

#include <millwright/core/mapped_file.hpp>

#include <assimp/mesh.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace millwright::cad {

/// The large meshes of a binary glTF file, which Assimp would hold several times over: it is given a file in which a marked
/// triangle stands for each, and they are read from the file itself. Only plain triangles with 32-bit float attributes (no colours,
/// morph targets or compression) are taken from Assimp; it reads everything else, and whatever is not as the standard says.
class LargeGlb {
public:
    /// Meshes of fewer corners are left to Assimp.
    static constexpr std::size_t fewestCorners = 1 << 16;

    /// Nothing where the file has no such mesh. Errors are left for Assimp to tell.
    [[nodiscard]] static std::optional<LargeGlb> open(const std::filesystem::path& path);

    /// What Assimp reads instead of the file.
    [[nodiscard]] const std::string& standIn() const { return standIn_; }
    /// Once Assimp has read it.
    void dropStandIn() { standIn_ = {}; }
    /// Whether a mesh that Assimp has read stands for a large one.
    [[nodiscard]] bool isMark(const aiMesh& mesh) const;
    /// The large mesh that `mark` stands for, with the texture coordinates of set `uvSet`, or of the first set if it has no such.
    [[nodiscard]] RawMesh read(const aiMesh& mark, unsigned uvSet, double metresPerUnit) const;

    /// So many equal elements in the file.
    struct Elements {
        std::size_t offset = 0; ///< in the file
        std::size_t stride = 0;
        std::size_t count = 0; ///< 0: the mesh has none
        std::size_t bytes = 0; ///< of one
    };
    struct Primitive {
        Elements indices, positions, normals, tangents;
        std::vector<Elements> uvs; ///< by set
    };

private:
    MappedFile file_;
    std::vector<Primitive> primitives_;
    std::string standIn_;
};

} // namespace millwright::cad
