#pragma once

#include <millwright/core/json_writer.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/present.hpp>
#include <millwright/sim/shard.hpp>
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
    std::string listen;                                    ///< how long to listen to live feeds; empty: until all was heard
    bool live = false;                                     ///< branch from what live feeds tell, not from a log
    std::uint64_t target = 0;
    std::vector<std::string> vary; ///< factors, or files of them
    std::string design = "one-at-a-time", metric = "throughput";
    std::uint32_t points = 0; ///< of a hypercube; 0: as usual
    std::vector<std::string> choose;
    std::string maximise, minimise, procedure = "kn";
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

/// Reads `--shard 2/4`, the second of four parts. Errors: Invalid.
struct ShardOf {
    std::uint32_t shard = 0, shards = 1;
};
[[nodiscard]] Result<ShardOf> readShard(const std::string& text, std::uint32_t replications);

/// The files of `--merge`. Errors: those of reading.
[[nodiscard]] Result<std::vector<sim::ShardFile>> readShardFiles(const std::vector<std::string>& names);

/// Refuses to vary several models at once.
[[nodiscard]] Result<void> needsOneModel(const StudySubject& subject, std::string_view option);

/// `study --vary`: in study_vary.cpp.
[[nodiscard]] ExitStatus vary(const StudyOptions& options, const StudySubject& subject, sim::StudyPlan plan);

/// `study --maximise` and `--minimise`: in study_choose.cpp.
[[nodiscard]] ExitStatus choose(const StudyOptions& options, const StudySubject& subject, const sim::StudyPlan& study);

/// A moment to branch from, and what was seen of the plant then.
struct Moment {
    Time at{};
    sim::Sighting sighting;
    std::vector<std::string> feeds;  ///< ids of the live feeds that told; empty: a log did
    std::vector<std::string> unseen; ///< sentences on what they could have told and did not
};

/// When the periods of shifts begin: as said, or as usual. Errors: those of the time; OutOfRange after `at`.
[[nodiscard]] Result<Time> shiftsFrom(const StudyOptions& options, Time at);

/// Listens to the plant's feeds as long as `options` say, or until each signal that shows what the process does was heard, half a
/// minute at most: in branch_live.cpp. Errors: those of the feeds; Invalid where no signal shows anything; Unreadable where nothing
/// was heard of any; Cancelled.
[[nodiscard]] Result<Moment> momentOfFeeds(const StudyOptions& options, const plant::Plant& plant);

/// `study --from` and `--live`: in branch.cpp.
[[nodiscard]] ExitStatus branchFromNow(const StudyOptions& options, const StudySubject& subject);

} // namespace millwright::app
