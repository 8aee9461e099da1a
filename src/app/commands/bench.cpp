#include <millwright/core/user_cache.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/commands/bench.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <vector>

namespace millwright::app {

double processorMilliseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

double quantile(std::span<const double> values, double share) {
    if (values.empty()) return 0;
    std::vector<double> sorted{values.begin(), values.end()};
    std::ranges::sort(sorted);
    const double rank = std::ceil(share * static_cast<double>(sorted.size())) - 1;
    return sorted[static_cast<std::size_t>(std::clamp(rank, 0.0, static_cast<double>(sorted.size() - 1)))];
}

std::string processorName() {
    std::ifstream info{"/proc/cpuinfo"};
    for (std::string line; std::getline(info, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown processor";
}

namespace {

std::filesystem::path cacheFolder() {
    if (const char* home = std::getenv("MILLWRIGHT_HOME"); home && *home) return std::filesystem::path{home} / "bench";
    if (const auto cache = userCacheFolder("bench"); !cache.empty()) return cache;
    return std::filesystem::temp_directory_path() / "millwright-bench";
}

} // namespace

Result<std::filesystem::path> benchFile(const std::string& name) {
    const std::filesystem::path folder = cacheFolder();
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        return failure(ErrorCode::Unreadable, "cannot make the folder for benchmark logs: " + failed.message(), folder.string());
    return folder / name;
}

void addBench(CLI::App& program, Run& run) {
    CLI::App* command =
        program.add_subcommand("bench", "Measure; prints JSON. Without arguments each benchmark uses its own standard case");
    command->footer("Example: millwright bench replay");
    command->require_subcommand(1);
    addBenchReplay(*command, run);
    addBenchRender(*command, run);
    addBenchImport(*command, run);
    addBenchSim(*command, run);
    addBenchHall(*command, run);
    addBenchIngest(*command, run);
    addBenchAlarms(*command, run);
    addBenchCheck(*command, run);
    addBenchHistory(*command, run);
    addBenchFeed(*command, run);
}

} // namespace millwright::app
