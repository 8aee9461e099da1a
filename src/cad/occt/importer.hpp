#pragma once

#include "cad/assimp/context.hpp"

#include <memory>

namespace Assimp {
class BaseImporter;
}

namespace millwright::cad {

/// STEP, IGES and BREP as one more of Assimp's importers. Owned by the caller, an `Assimp::Importer` as a rule; `context` must
/// outlive it.
[[nodiscard]] Assimp::BaseImporter* makeExactImporter(ReadContext& context);

/// Whether files of this extension (lower case) hold exact surfaces that the importer above reads.
[[nodiscard]] bool isExactFormat(std::string_view format);

} // namespace millwright::cad
