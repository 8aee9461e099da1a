#pragma once

#include <millwright/core/result.hpp>

#include <cstdint>
#include <filesystem>

namespace millwright::assets {

/// Runs the coating line for 30 minutes and records it to `file`; the same bytes every time. Returns the number of samples.
/// Errors: as telemetry::LogWriter.
[[nodiscard]] Result<std::uint64_t> writeCoatingLog(const std::filesystem::path& file);

} // namespace millwright::assets
