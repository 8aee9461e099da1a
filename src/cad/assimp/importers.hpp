#pragma once

#include "cad/assimp/context.hpp"

#include <assimp/Importer.hpp>

namespace millwright::cad {

/// Adds Millwright's own file formats to those Assimp knows, and makes them first choice for `format` (an extension, lower case).
/// The one place where a reader over another library (STEP and IGES over OpenCASCADE, as an `Assimp::BaseImporter`) is registered.
/// `context` must outlive `importer`.
void registerImporters(Assimp::Importer& importer, const std::string& format, ReadContext& context);

/// Sets how Assimp is to read: no unit or axis conversion of its own, nothing but geometry, materials and metadata.
void configure(Assimp::Importer& importer);

} // namespace millwright::cad
