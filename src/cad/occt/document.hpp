#pragma once

#include "cad/assimp/context.hpp"

#include <TDF_Label.hxx>
#include <TDocStd_Document.hxx>
#include <filesystem>
#include <string>
#include <unordered_map>

namespace millwright::cad {

/// A file as OpenCASCADE's extended data framework holds it: the assembly tree with names, colours and layers. Millimetres.
struct ExactDocument {
    Handle(TDocStd_Document) document;
    double metresPerUnit = 0.001; ///< the file's own unit, for the report
    bool unitFromFile = false;
    scene::Metadata metadata;                                    ///< of the file
    std::unordered_map<std::string, scene::Metadata> properties; ///< of products and parts, by `entryOf` their label
};

/// `0:1:1:2`: a label's name in its document.
[[nodiscard]] std::string entryOf(const TDF_Label& label);
/// Bytes that are not UTF-8, which CAD systems write in spite of their formats, are read as Latin-1.
[[nodiscard]] std::string utf8(std::string_view text);

/// Reads a STEP (AP203, AP214, AP242), IGES or BREP file. `format`: the extension, lower case. Throws DeadlyImportError with one
/// line for the user, or Standard_Failure.
[[nodiscard]] ExactDocument readExactDocument(const std::filesystem::path& path, const std::string& format, ReadContext& context);

} // namespace millwright::cad
