#pragma once

#include <millwright/core/result.hpp>
#include <millwright/historian/writer.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/recorder.hpp>

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

/// How commands turn the `[historian]` of a plant into a connection.
namespace millwright::app {

/// That of the plant, which was loaded from `path`; none where it describes none. Reads the environment and password files. Errors:
/// every problem of the file, or one NotFound (a variable that is not set, a file).
[[nodiscard]] std::expected<std::optional<historian::Options>, std::vector<Error>> historianOf(const plant::Plant& plant,
                                                                                               const std::filesystem::path& path);

/// Writes what `recorder`, which must outlive it, records.
[[nodiscard]] std::unique_ptr<historian::Writer> writeToHistorian(historian::Options options, const telemetry::Recorder& recorder);

/// Waits until `writer`, which may be null, has written what its recorder, which has ended, recorded, and tells of what is missing.
/// Whether nothing is.
bool finishHistorian(historian::Writer* writer);

} // namespace millwright::app
