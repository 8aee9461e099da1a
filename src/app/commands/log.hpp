#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// What the commands below `millwright log` share.
namespace millwright::app {

inline constexpr std::array valueTypeNames{"float", "integer", "boolean", "string"}; // as ValueType counts

/// `12 345 678`, as people read it.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// `1 234 samples`, `1 sample`.
[[nodiscard]] std::string groupedOf(std::uint64_t number, std::string_view noun);
/// `1.5 MiB`.
[[nodiscard]] std::string sized(std::uint64_t bytes);
void warn(const std::vector<Error>& warnings);

/// The options that say how a log is written.
struct LogFormatArguments {
    std::string encoding = "columns";
    std::string compression = "zstd";

    void add(CLI::App& command);
    [[nodiscard]] telemetry::LogWriterOptions options() const;
};
/// Whether a file may be written: it does not exist, or `force` is given; a device or a pipe may not, as the finished file would be
/// renamed over it. Errors: Invalid.
[[nodiscard]] Result<void> mayWrite(const std::string& output, bool force);

/// Where a command writes a log.
struct OutputArguments {
    std::string path;
    bool force = false;

    void add(CLI::App& command);
    [[nodiscard]] Result<void> check() const; ///< as `mayWrite`
};

void addLogConvert(CLI::App& parent, Run& run);
void addLogVerify(CLI::App& parent, Run& run);
void addLogRecover(CLI::App& parent, Run& run);
void addLogDiff(CLI::App& parent, Run& run);
void addLogCut(CLI::App& parent, Run& run);
void addLogMerge(CLI::App& parent, Run& run);
void addLogRedact(CLI::App& parent, Run& run);

} // namespace millwright::app
