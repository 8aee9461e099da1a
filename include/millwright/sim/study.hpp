#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/statistics.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What-if: scenarios beside each other, replication by replication with the same random numbers.
namespace millwright::sim {

struct Scenario {
    std::string id; ///< unique in the study
    std::string name;
    Model model;
    std::string description = {}; ///< for people: what it assumes; a line each
};

struct StudyPlan {
    std::optional<Duration> length; ///< of one run, warm-up included; none: each scenario's own
    std::optional<Duration> warmUp; ///< none: each scenario's own, or, where it states none, the longest that MSER-5 finds in any
    std::uint64_t seed = 1;
    std::uint32_t replications = 20; ///< two at least
    double confidence = 0.95;
    std::uint32_t threads = 0; ///< 0: all cores
    /// The replications that are run here: numbers shard, shard + shards, shard + 2 shards … of all (from 0).
    std::uint32_t shard = 0, shards = 1;
};

/// One quantity of one scenario, over its replications.
struct MetricResult {
    std::string id; ///< `throughput`, `throughput/PRODUCT`, `working/STATION`, `content/BUFFER` … (docs/simulation.md)
    std::string unit;
    std::vector<double> values; ///< by replication; NaN where there is none, such as the time in system of a run that makes nothing
    Estimate estimate;          ///< of those that there are
};

/// The quantity of a process with that id, without values. Errors: NotFound, with a suggestion.
[[nodiscard]] Result<MetricResult> metricNamed(const plant::Process& process, std::string_view id);

struct ScenarioResult {
    std::string id, name;
    Duration length{};
    Duration warmUp{};
    bool settled = true; ///< false: MSER-5 found no end of the warm-up before the middle of the run
    std::vector<MetricResult> metrics;
};

struct DifferenceResult {
    std::string a, b; ///< of scenarios; a - b
    struct Metric {
        std::string id;
        Estimate estimate;
        double shareHigher = 0;       ///< of the pairs in which a is higher
        double shareEqual = 0;        ///< of the pairs in which neither is
        double probabilityHigher = 0; ///< that a's true mean is the higher one: Student's t of the differences, no prior knowledge
    };
    std::vector<Metric> metrics; ///< those that both have
};

struct StudyResult {
    std::vector<ScenarioResult> scenarios;
    std::vector<DifferenceResult> differences; ///< of each scenario but the first, to the first
};

/// Runs a study, or the part of it that `plan` states; deterministic whatever the number of threads. Errors: those of the first
/// replication that fails, with the scenario in its place; Cancelled.
[[nodiscard]] Result<StudyResult> study(const std::vector<Scenario>& scenarios, const StudyPlan& plan,
                                        const Progress& progress = {});

/// The part of a run that is not counted.
struct FoundWarmUp {
    Duration length{};
    bool found = false;  ///< by MSER-5; else it is stated, by the plan or the scenario
    bool settled = true; ///< false: MSER-5 found no end before the middle of the run
};
/// The warm-up of each scenario: as stated, or what MSER-5 finds in five runs of it. Errors as `study`.
[[nodiscard]] Result<std::vector<FoundWarmUp>> warmUpsOf(const std::vector<Scenario>& scenarios, const StudyPlan& plan,
                                                         const Progress& progress = {});

/// Works out estimates and differences from the values in `result.scenarios`.
void evaluate(StudyResult& result, double confidence);

} // namespace millwright::sim
