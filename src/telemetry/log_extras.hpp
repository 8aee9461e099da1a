#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

/// What a log holds besides samples.
namespace millwright::telemetry {

struct ExtrasCopied {
    std::uint64_t attachments = 0;
    std::uint64_t metadata = 0;  ///< records
    std::vector<Error> warnings; ///< of what is damaged and was left out
};

/// Copies attachments and metadata records, but for what a log says of its own samples, behind what `log` holds already. Errors:
/// those of opening and writing; Cancelled.
[[nodiscard]] Result<ExtrasCopied> copyExtras(const std::filesystem::path& path, LogWriter& log, const Progress& progress);

} // namespace millwright::telemetry
