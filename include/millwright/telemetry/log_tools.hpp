#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/import.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What `millwright log` does.
namespace millwright::telemetry {

/// What is in an MCAP file, ours or another's.
struct LogInfo {
    std::string profile;
    std::string library;
    std::uint64_t messages = 0;
    std::uint64_t samples = 0; ///< 0 when no channel is of an encoding this program reads samples from
    std::uint64_t channels = 0;
    std::uint64_t schemas = 0;
    std::uint64_t attachments = 0;
    std::uint64_t metadata = 0;
    std::uint64_t chunks = 0;
    std::string compression; ///< `zstd`, `lz4`, `none`; several joined by `+`; `none` without chunks
    TimeInterval span{};
    std::uint64_t bytes = 0;
    bool closed = true; ///< false: it ends without a footer, as after a crash
    std::vector<LogTopic> topics;
    std::vector<Error> warnings;
};

/// Errors: as `LogSource::open`.
[[nodiscard]] Result<LogInfo> logInfo(const std::filesystem::path& path);

/// How often a topic has samples.
struct TopicCount {
    std::uint64_t samples = 0;
    TimeInterval span{}; ///< from the first to the last

    /// Samples a second; nothing for less than two, or all of one time.
    [[nodiscard]] std::optional<double> rate() const {
        if (samples < 2 || span.to <= span.from) return std::nullopt;
        return static_cast<double>(samples - 1) / seconds(span.length());
    }
};
/// Reads all of a log. Parallel to `topics`, which are the log's. Errors: as `LogSource`; Cancelled.
[[nodiscard]] Result<std::vector<TopicCount>> countSamples(const std::filesystem::path& path, const std::vector<LogTopic>& topics,
                                                           const Progress& progress = {});

struct ConvertOptions {
    LogWriterOptions writer;
    std::optional<Mapping> mapping; ///< of the text inputs; none: the one beside each, see `mappingFor`
    std::string topicPrefix;        ///< put before every topic of every input, with a slash
    bool dropDuplicates = false; ///< a sample that another input has too, equal in time, signal, value and quality, is written once
    ImportLimits limits;
};

struct ConvertReport {
    std::vector<ImportReport> inputs; ///< of the text inputs
    std::vector<Error> warnings;      ///< of the logs among them
    std::uint64_t samples = 0;
    std::uint64_t duplicates = 0; ///< left out
    std::uint64_t channels = 0;
    std::uint64_t attachments = 0; ///< copied
    std::uint64_t metadata = 0;    ///< records copied
    TimeInterval span{};
    std::uint64_t bytes = 0; ///< of the output
};

/// Merges CSV, SHDR and MCAP files into one log, in order of time. Signals of one topic become one. Attachments and metadata of the
/// logs are copied, each input's behind the samples; a damaged one is left out with a warning. The output appears only when all
/// went well. Errors: those of reading and writing; Invalid when inputs disagree
/// about a topic's type or unit, or the output is one of the inputs; Cancelled.
[[nodiscard]] Result<ConvertReport> convertLogs(const std::vector<std::filesystem::path>& inputs,
                                                const std::filesystem::path& output, const ConvertOptions& options = {},
                                                const Progress& progress = {});

} // namespace millwright::telemetry
