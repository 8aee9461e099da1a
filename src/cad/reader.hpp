#pragma once

#include <millwright/cad/import.hpp>

namespace millwright::cad {

/// What `import` does, in this very process: only for files that may be trusted not to crash their parser, and for the worker.
/// `limits` and `progress.stop` are not looked at. Errors: as `import`.
[[nodiscard]] Result<Import> readModel(const std::filesystem::path& path, const ImportOptions& options);

} // namespace millwright::cad
