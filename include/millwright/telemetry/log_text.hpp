#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

/// Logs as text that other programs read, and that converts back to an equal log.
namespace millwright::telemetry {

enum class LogText : std::uint8_t {
    CsvWide,   ///< a row a time, a column a signal
    CsvLong,   ///< a row a sample: time, topic, value, quality
    JsonLines, ///< an object a sample
};

struct LogTextReport {
    std::uint64_t samples = 0;
    std::uint64_t channels = 0;
    std::uint64_t rows = 0;
    TimeInterval span{};
    std::uint64_t bytes = 0;
    std::filesystem::path mapping; ///< CSV: the mapping file written beside, which says types and units; `mappingBeside`
    std::vector<Error> warnings;   ///< of the log
};

/// Writes the samples of a log, in their order, as text. Attachments and metadata stay behind. The output, and a CSV's mapping
/// file, appear only when all went well. Errors: as `LogSource::openAll`; Unreadable; Invalid for a log without samples, or when
/// input and output are one file; ResourceLimit for more signals than a wide file holds columns; Cancelled.
[[nodiscard]] Result<LogTextReport> writeLogAsText(const std::filesystem::path& input, const std::filesystem::path& output,
                                                   LogText form, const Progress& progress = {});

} // namespace millwright::telemetry
