#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/study.hpp>

#include <app/command.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What the two ways of `study` share: from the beginning of long runs, and from a moment of a log.
namespace millwright::app {

struct StudyOptions {
    std::string plant;
    std::vector<std::string> given; ///< names of the options on the command line, `--seed`
    std::vector<std::string> scenarios;
    double hours = 0;
    double warmUpHours = -1;
    std::uint32_t replications = 0; ///< 0: as usual
    std::uint64_t seed = 1;
    double confidence = 0.95;
    std::uint32_t threads = 0;
    std::string report, csv;
    std::string shard, output;
    std::vector<std::string> merge;
    std::string from, at = "end", span = "4h", shiftsFrom; ///< a log, and what is to be foretold from it
    std::uint64_t target = 0;
    std::vector<std::string> vary; ///< factors, or files of them
    std::string design = "one-at-a-time", metric = "throughput";
    std::uint32_t points = 0; ///< of a hypercube; 0: as usual
    std::vector<std::string> choose;
    std::string maximise, minimise;
    double indifference = 0;
    std::uint64_t budget = 0;
    bool withoutBase = false;
    bool json = false;
};

/// What is studied: the plant as it is, and its scenarios.
struct StudySubject {
    plant::Plant plant;
    std::vector<sim::Scenario> scenarios;
};

/// Writes `scenarios` and `differences`, which everybody relies on.
void writeComparison(JsonWriter& json, const sim::StudyResult& result);

/// Writes a page by itself where `path` ends in .html, else a folder with study.html, study.csv and study.json.
[[nodiscard]] Result<void> writeStudyReport(const std::filesystem::path& path, const std::string& page, const std::string& table,
                                            const std::string& json);

/// Refuses to vary several models at once.
[[nodiscard]] Result<void> needsOneModel(const StudySubject& subject, std::string_view option);

/// `study --vary`: in study_vary.cpp.
[[nodiscard]] ExitStatus vary(const StudyOptions& options, const StudySubject& subject, sim::StudyPlan plan);

/// `study --maximise` and `--minimise`: in study_choose.cpp.
[[nodiscard]] ExitStatus choose(const StudyOptions& options, const StudySubject& subject, const sim::StudyPlan& study);

/// `study --from`: in branch.cpp.
[[nodiscard]] ExitStatus branchFromNow(const StudyOptions& options, const StudySubject& subject);

} // namespace millwright::app
