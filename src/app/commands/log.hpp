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
/// The finished log is renamed into place, which would replace a device or a pipe. Errors: Invalid.
[[nodiscard]] Result<void> refuseDevice(const std::string& output);

void addLogVerify(CLI::App& parent, Run& run);
void addLogRecover(CLI::App& parent, Run& run);
void addLogDiff(CLI::App& parent, Run& run);
void addLogCut(CLI::App& parent, Run& run);
void addLogMerge(CLI::App& parent, Run& run);
void addLogRedact(CLI::App& parent, Run& run);

} // namespace millwright::app
