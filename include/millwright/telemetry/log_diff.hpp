#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Comparing two logs signal by signal.
namespace millwright::telemetry {

struct DiffOptions {
    double absoluteTolerance = 0;         ///< in the signal's unit; numbers within either tolerance are equal, as are two NaN
    double relativeTolerance = 0;         ///< of the larger magnitude
    std::vector<std::string> signals;     ///< patterns (see `matchesTopic`) of the topics to compare; empty: all
    std::size_t memoryBytes = 256u << 20; ///< of each log, as `LogSourceOptions`
};

/// A sample of both logs at one time with different values or qualities, as people read them: `12.5`, `12.5 (bad)`.
struct ValueDifference {
    Time time{};
    std::string first, second;
};

struct SignalDifference {
    std::string topic;
    bool inFirst = true, inSecond = true; ///< whether the log has that topic
    ValueType firstType{}, secondType{};
    std::string firstUnit, secondUnit;
    std::uint64_t firstSamples = 0, secondSamples = 0;
    std::uint64_t onlyFirst = 0, onlySecond = 0; ///< samples at a time at which the other log has none (more) of this signal
    std::uint64_t changed = 0;                   ///< pairs at one time whose values or qualities differ
    double largest = 0;                          ///< difference of two finite numbers among the changed
    Duration firstGap{}, secondGap{};            ///< longest time between neighbouring samples
    std::vector<ValueDifference> examples;       ///< the first five of the changed

    [[nodiscard]] bool equal() const;
};

struct LogDifference {
    std::vector<SignalDifference> signals; ///< by topic
    std::uint64_t firstSamples = 0, secondSamples = 0;
    std::vector<Error> warnings; ///< of either log

    [[nodiscard]] bool equal() const;
};

/// Compares the samples of two logs, time by time: of each signal the n-th sample at one time with the n-th of the other log.
/// Errors: as `LogSource::open`; NotFound for a pattern that no topic of either log fits; Cancelled.
[[nodiscard]] Result<LogDifference> diffLogs(const std::filesystem::path& first, const std::filesystem::path& second,
                                             const DiffOptions& options = {}, const Progress& progress = {});

/// Whether a topic fits a pattern in which `*` stands for any text, slashes included.
[[nodiscard]] bool matchesTopic(std::string_view topic, std::string_view pattern);

} // namespace millwright::telemetry
