#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/statistics.hpp>
#include <millwright/sim/study.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What comes next: scenarios beside each other that all begin in one present state.
namespace millwright::sim {

/// Steps of a round length, a few dozen of them.
[[nodiscard]] std::uint32_t stepsFor(Duration length);

struct ForecastPlan {
    Duration length = std::chrono::hours{4}; ///< from the moment of the state
    std::uint32_t steps = 24;                ///< of equal length, after each of which the runs are looked at
    std::uint64_t seed = 1;
    std::uint32_t replications = 199;
    double confidence = 0.95;
    std::uint32_t threads = 0;           ///< 0: all cores
    std::optional<std::uint64_t> target; ///< good parts wanted by the end
    std::uint32_t shard = 0, shards = 1; ///< the replications that are run, as of a study (`StudyPlan`)
};

/// What one run came to.
struct ForecastRun {
    std::vector<std::vector<double>> made;     ///< by product, by step: good parts since the moment
    std::vector<std::vector<double>> content;  ///< by buffer, by step: parts
    std::vector<double> firstEmpty, firstFull; ///< by buffer: seconds from the moment; infinite where it never came to that
};

/// What the runs of one scenario came to, before anything is worked out of it.
struct ScenarioRuns {
    std::vector<MetricResult> metrics; ///< their values, by replication
    std::vector<ForecastRun> runs;     ///< by replication
};

/// How a quantity goes on. All vectors have a value for each step; low and high are where one run more lies with the plan's
/// confidence (`rangeOfOneMore`), so where reality does if the model is right.
struct Course {
    std::string id; ///< `made` (good parts since the moment), `made/PRODUCT` where there are several, or `content/BUFFER`
    std::vector<double> mean, low, high;
};

/// When a buffer is empty, or full, for the first time.
struct Turn {
    std::uint32_t buffer = 0;
    bool full = false;
    Proportion within;            ///< probability that it comes to that before the end
    std::optional<Range> when;    ///< seconds from the moment; none where runs in which it never comes to that reach into it
    std::optional<double> median; ///< seconds, of all runs; none where less than half of them come to that
};

struct ScenarioForecast {
    std::string id;
    std::vector<Course> courses;
    std::vector<Turn> turns; ///< of each buffer: empty, and full where it has a capacity; without those that no run comes to
    std::optional<Proportion> target;
};

struct Forecast {
    StudyResult
        study; ///< of the whole time, without what parts that were in progress already hide: their waits and times in system
    std::vector<ScenarioForecast> scenarios; ///< parallel to those of the study
};

/// Runs every scenario from the state on, paired by common random numbers; deterministic whatever the number of threads. Errors:
/// those of the first replication that fails, with the scenario in its place; Invalid for too few replications for the confidence;
/// Cancelled.
[[nodiscard]] Result<Forecast> forecast(const std::vector<Scenario>& scenarios, const InitialState& state, const ForecastPlan& plan,
                                        const Progress& progress = {});

/// The runs alone, of all replications or of the plan's shard of them, by scenario. Errors as `forecast`.
[[nodiscard]] Result<std::vector<ScenarioRuns>> forecastRuns(const std::vector<Scenario>& scenarios, const InitialState& state,
                                                             const ForecastPlan& plan, const Progress& progress = {});
/// What all runs together show; they are of every replication.
[[nodiscard]] Forecast forecastOf(const std::vector<Scenario>& scenarios, const ForecastPlan& plan, std::vector<ScenarioRuns> runs);

} // namespace millwright::sim
