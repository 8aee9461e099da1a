#pragma once

namespace Assimp {
class BaseImporter;
}

namespace millwright::cad {

/// Point clouds (PCD) as one more of Assimp's importers: a mesh of points without faces. Owned by the caller.
[[nodiscard]] Assimp::BaseImporter* makePcdImporter();

} // namespace millwright::cad
