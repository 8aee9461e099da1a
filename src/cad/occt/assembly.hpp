#pragma once

#include "cad/occt/document.hpp"

#include <TopoDS_Face.hxx>
#include <TopoDS_Shape.hxx>
#include <array>
#include <gp_Trsf.hxx>
#include <optional>
#include <vector>

namespace millwright::cad {

/// A colour as the file gives it: sRGB, opacity last.
using Colour = std::array<float, 4>;

/// The faces of a part that have one colour of their own, or none.
struct FaceGroup {
    std::optional<Colour> colour; ///< none: that of the placed part
    std::vector<TopoDS_Face> faces;
};

/// A shape that is not made of others, stored once however often it is placed.
struct ExactPart {
    std::string name;
    TopoDS_Shape shape;
    std::vector<FaceGroup> groups; ///< every face once
};

/// A node of the assembly tree. Lengths in millimetres.
struct ExactNode {
    std::string name;
    std::size_t parent = 0; ///< of the root: itself
    gp_Trsf parentFromNode;
    std::optional<std::size_t> part;
    std::optional<Colour> colour; ///< of the faces without one of their own
    scene::Metadata metadata;
};

struct ExactAssembly {
    std::vector<ExactPart> parts;
    std::vector<ExactNode> nodes; ///< parents before children
};

/// Unfolds the document's assemblies: one node for every placed product, parts shared. A face's own colour wins over its body's,
/// that over the placed part's (also when given to one placing only), that over its assembly's. Hidden parts are left out and
/// counted.
[[nodiscard]] ExactAssembly unfold(const ExactDocument& document, const std::string& fileName, ReadContext& context);

} // namespace millwright::cad
