#pragma once

#include <millwright/cad/import.hpp>

#include <assimp/Importer.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace millwright::cad {

/// Adds Millwright's own file formats to those Assimp knows. The one place where a reader over another library (STEP and IGES over
/// OpenCASCADE, as an `Assimp::BaseImporter`) is registered.
void registerImporters(Assimp::Importer& importer);

/// Sets how Assimp is to read: no unit or axis conversion of its own, nothing but geometry, materials and metadata.
void configure(Assimp::Importer& importer);

} // namespace millwright::cad
