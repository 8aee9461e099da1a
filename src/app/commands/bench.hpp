#pragma once

#include <millwright/core/result.hpp>

#include <app/command.hpp>
#include <filesystem>
#include <span>
#include <string>

namespace CLI {
class App;
}

/// `millwright bench NAME`: each prints one JSON object with `what`, `device`, `medianMs`, `p99Ms` and what else fits.
namespace millwright::app {

void addBenchReplay(CLI::App& bench, Run& run);
void addBenchRender(CLI::App& bench, Run& run);
void addBenchImport(CLI::App& bench, Run& run);
void addBenchSim(CLI::App& bench, Run& run);
void addBenchHall(CLI::App& bench, Run& run);
void addBenchIngest(CLI::App& bench, Run& run);
void addBenchAlarms(CLI::App& bench, Run& run);
void addBenchCheck(CLI::App& bench, Run& run);
void addBenchHistory(CLI::App& bench, Run& run);
void addBenchFeed(CLI::App& bench, Run& run);

/// Where a benchmark keeps a file that takes long to make: the name should say what is in it. Errors: Unreadable.
[[nodiscard]] Result<std::filesystem::path> benchFile(const std::string& name);
/// Processor time of this thread, milliseconds from some moment: the figure that other programs on the machine disturb least.
[[nodiscard]] double processorMilliseconds();

/// The `share` quantile (0…1) of measured values, nearest rank; 0 of none.
[[nodiscard]] double quantile(std::span<const double> values, double share);
/// The processor's name, for figures taken on one core.
[[nodiscard]] std::string processorName();

} // namespace millwright::app
