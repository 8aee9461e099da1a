#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Copying part of a log: a stretch of time, some of its signals, or what may be shown to others.
namespace millwright::telemetry {

struct CopyOptions {
    std::string from = "start"; ///< as `parseMoment` reads it; both ends are included
    std::string to = "end";
    std::vector<std::string> signals; ///< patterns (see `matchesTopic`) of the topics to keep; empty: all
    std::vector<std::string> without; ///< patterns of the topics to leave out
    std::vector<std::string>
        hideTexts;                 ///< patterns of string signals: each text becomes `text-1`, `text-2` … in order of first use
    bool hideTopics = false;       ///< topics become `signal-1` …; units and types stay, other channel metadata go
    std::optional<Duration> shift; ///< added to every time
    bool extras = true;            ///< whether attachments and metadata records come along
    LogWriterOptions writer;
};

struct CopyReport {
    std::uint64_t samples = 0;
    std::uint64_t channels = 0;
    std::uint64_t channelsLeftOut = 0;
    std::uint64_t attachments = 0;
    std::uint64_t metadata = 0;
    std::uint64_t textsHidden = 0; ///< different ones
    TimeInterval span{};           ///< of the copy
    std::uint64_t bytes = 0;
    std::vector<Error> warnings; ///< of the log
};

/// Copies what the options say. The output appears only when all went well. Errors: as `LogSource::open`; NotFound for a pattern
/// that no topic fits; Malformed, OutOfRange for the moments; Invalid when input and output are one file, no signal is left, or
/// `shift` leads before 1970; Cancelled.
[[nodiscard]] Result<CopyReport> copyLog(const std::filesystem::path& input, const std::filesystem::path& output,
                                         const CopyOptions& options = {}, const Progress& progress = {});

} // namespace millwright::telemetry
