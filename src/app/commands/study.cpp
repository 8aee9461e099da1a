#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/shard.hpp>
#include <millwright/sim/study_report.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/commands/study.hpp>
#include <app/process.hpp>
#include <array>
#include <charconv>
#include <format>

namespace millwright::app {
namespace {

using Options = StudyOptions;
using Subject = StudySubject;

void writeEstimate(JsonWriter& json, const sim::Estimate& estimate) {
    json.key("mean");
    if (estimate.observations > 0)
        json.value(estimate.mean);
    else
        json.null();
    json.field("halfWidth", estimate.halfWidth).field("confidence", estimate.confidence);
}

std::expected<Subject, std::vector<Error>> openSubject(const Options& options) {
    auto base = openProcess(options.plant);
    if (!base) return std::unexpected(std::move(base.error()));
    Subject subject{std::move(base->plant), {}};
    std::vector<sim::Scenario>& scenarios = subject.scenarios;
    const char* name = options.from.empty() && !options.live ? "As it is" : "No change";
    if (!options.withoutBase) scenarios.push_back({"base", name, std::move(base->model)});
    for (const std::string& file : options.scenarios) {
        auto scenario = plant::loadScenario(options.plant, file);
        if (!scenario) return std::unexpected(std::move(scenario.error()));
        if (std::ranges::contains(scenarios, scenario->id, &sim::Scenario::id))
            return std::unexpected(
                std::vector<Error>{{ErrorCode::Invalid,
                                    std::format("there is already a scenario '{}': name the file otherwise", scenario->id), file}});
        auto model = sim::Model::make(std::move(scenario->process));
        if (!model) return std::unexpected(std::move(model.error()));
        scenarios.push_back({scenario->id, scenario->name, *std::move(model), scenario->description});
    }
    return subject;
}

std::string asJson(const sim::StudyResult& result, const Options& options) {
    JsonWriter json;
    json.beginObject().field("plant", options.plant).field("seed", options.seed).field("replications", options.replications);
    writeComparison(json, result);
    json.key("runs").beginObject();
    for (const sim::ScenarioResult& scenario : result.scenarios) {
        json.key(scenario.id).beginObject().field("name", scenario.name).field("hours", seconds(scenario.length) / 3600);
        json.field("warmUpHours", seconds(scenario.warmUp) / 3600).field("settled", scenario.settled).endObject();
    }
    json.endObject().endObject();
    return json.text();
}

/// What says nothing where a part is run, where parts are merged, or where nothing is branched.
Result<void> refuseWhatSaysNothing(const Options& options) {
    constexpr std::array ofAnAnswer{"--csv", "--report", "--json", "--target"};
    constexpr std::array ofABranch{"--for", "--target", "--shifts-from"};
    constexpr std::array ofARun{"--seed", "--replications", "--hours", "--warm-up", "--confidence", "--threads", "--for"};
    for (const std::string& given : options.given) {
        if (options.from.empty() && !options.live && std::ranges::contains(ofABranch, given))
            return failure(ErrorCode::Invalid, "says nothing without a moment to branch from: add --from LOG or --live", given);
        if (!options.shard.empty() && std::ranges::contains(ofAnAnswer, given))
            return failure(ErrorCode::Invalid,
                           given + " says nothing with --shard: a part goes to -o alone; state it when all parts are merged",
                           "--shard");
        if (!options.merge.empty() && std::ranges::contains(ofARun, given))
            return failure(ErrorCode::Invalid, given + " says nothing with --merge: the parts were run as they were; leave it out",
                           "--merge");
    }
    return {};
}

ExitStatus tell(Options options, const Subject& subject, const sim::StudyPlan& plan, const sim::StudyResult& result) {
    options.seed = plan.seed;
    options.replications = plan.replications;
    if (!options.report.empty()) {
        const auto written = writeStudyReport(options.report, sim::studyPage(subject.plant.name, subject.scenarios, plan, result),
                                              sim::studyTable(plan, result), asJson(result, options));
        if (!written) return fail(written.error());
    }
    if (!options.csv.empty())
        if (auto written = writeFile(options.csv, sim::studyTable(plan, result)); !written) return fail(written.error());
    print(options.json ? asJson(result, options) : sim::studyText(plan, result));
    return ExitStatus::Success;
}

ExitStatus merge(const Options& options, const Subject& subject) {
    const auto files = readShardFiles(options.merge);
    if (!files) return fail(files.error());
    const auto merged = sim::mergeShards(subject.scenarios, *files);
    return merged ? tell(options, subject, merged->plan, merged->result) : fail(merged.error());
}

// Each warning once, of whichever scenario has it first.
void warnOfAll(const Subject& subject) {
    std::vector<std::string> said;
    for (const sim::Scenario& scenario : subject.scenarios)
        for (const Error& overload : sim::overloadsOf(scenario.model.process())) {
            if (std::ranges::contains(said, overload.text())) continue;
            said.push_back(overload.text());
            log::warning("{}: {}", scenario.name, overload.text());
        }
}

ExitStatus runStudy(const Options& options) {
    if (auto sound = refuseWhatSaysNothing(options); !sound) return fail(sound.error());
    const bool chooses = !options.choose.empty() || !options.maximise.empty() || !options.minimise.empty();
    if (options.scenarios.empty() && options.withoutBase)
        return fail(Error{ErrorCode::Invalid, "leaves nothing to run: name a scenario file with --scenario", "--no-base"});
    const auto subject = openSubject(options);
    if (!subject) return fail(subject.error());
    warnOfAll(*subject);
    if (!options.from.empty() || options.live) return branchFromNow(options, *subject);
    constexpr std::uint32_t usualReplications = 20;
    sim::StudyPlan plan{.seed = options.seed,
                        .replications = options.replications == 0 ? usualReplications : options.replications,
                        .confidence = options.confidence,
                        .threads = options.threads};
    if (!options.merge.empty()) return merge(options, *subject);
    if (!options.shard.empty()) {
        const auto part = readShard(options.shard, plan.replications);
        if (!part) return fail(part.error());
        plan.shard = part->shard;
        plan.shards = part->shards;
    }
    if (options.hours > 0) plan.length = durationFromSeconds(options.hours * 3600);
    if (options.warmUpHours >= 0) plan.warmUp = durationFromSeconds(options.warmUpHours * 3600);
    if (!options.vary.empty()) return vary(options, *subject, plan);
    if (chooses) return choose(options, *subject, plan);
    Result<sim::StudyResult> result;
    {
        ProgressBar bar{"study"};
        result = sim::study(subject->scenarios, plan, bar.progress());
    }
    if (!result) return fail(result.error());
    if (plan.shards == 1 && options.output.empty()) return tell(options, *subject, plan, *result);
    const auto written = writeFile(options.output, sim::shardText(subject->scenarios, plan, *result));
    return written ? ExitStatus::Success : fail(written.error());
}

} // namespace

Result<ShardOf> readShard(const std::string& text, std::uint32_t replications) {
    const std::size_t slash = text.find('/');
    std::uint32_t part = 0, parts = 0;
    const char* end = text.data() + text.size();
    const bool read = slash != std::string::npos &&
                      std::from_chars(text.data(), text.data() + slash, part).ptr == text.data() + slash &&
                      std::from_chars(text.data() + slash + 1, end, parts).ptr == end;
    if (!read || part < 1 || part > parts || parts > replications)
        return failure(
            ErrorCode::Invalid,
            std::format("'{}' is no part: write 1/4 to 4/4, with no more parts than the {} replications", text, replications),
            "--shard");
    return ShardOf{part - 1, parts};
}

Result<std::vector<sim::ShardFile>> readShardFiles(const std::vector<std::string>& names) {
    std::vector<sim::ShardFile> files;
    for (const std::string& name : names) {
        auto text = readFile(name);
        if (!text) return std::unexpected(text.error());
        files.push_back({name, *std::move(text)});
    }
    return files;
}

Result<void> writeStudyReport(const std::filesystem::path& path, const std::string& page, const std::string& table,
                              const std::string& json) {
    if (path.extension() == ".html") return writeFile(path, page);
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (failed) return failure(ErrorCode::Unreadable, "cannot make the report's folder: " + failed.message(), path.string());
    if (auto written = writeFile(path / "study.html", page); !written) return written;
    if (auto written = writeFile(path / "study.csv", table); !written) return written;
    return writeFile(path / "study.json", json);
}

void writeComparison(JsonWriter& json, const sim::StudyResult& result) {
    json.key("scenarios").beginObject();
    for (const sim::ScenarioResult& scenario : result.scenarios) {
        json.key(scenario.id).beginObject();
        for (const sim::MetricResult& metric : scenario.metrics) {
            json.key(metric.id).beginObject();
            writeEstimate(json, metric.estimate);
            json.field("replications", metric.estimate.observations)
                .field("deviation", metric.estimate.deviation)
                .field("unit", metric.unit)
                .endObject();
        }
        json.endObject();
    }
    json.endObject().key("differences").beginObject();
    for (const sim::DifferenceResult& difference : result.differences) {
        json.key(difference.a + "-" + difference.b).beginObject();
        for (const auto& metric : difference.metrics) {
            json.key(metric.id).beginObject();
            writeEstimate(json, metric.estimate);
            json.field("shareHigher", metric.shareHigher).field("shareEqual", metric.shareEqual);
            json.field("probabilityHigher", metric.probabilityHigher).endObject();
        }
        json.endObject();
    }
    json.endObject();
}

namespace {

/// What the numbers of one model do: not together with what takes a study apart, or begins elsewhere.
void addVaryAndChoose(CLI::App& command, Options& options, std::initializer_list<CLI::Option*> others) {
    CLI::Option* vary = command.add_option("--vary", options.vary,
                                           "How much does it matter? KEY=LOW..HIGH, such as station.press.cycle=45s..60s or "
                                           "crew.fitters.size=50%..200%, or files with "
                                           "one of them a line");
    command.add_option("--design", options.design, "One at a time (tornado), or all at once in a Latin hypercube (lhs)")
        ->check(CLI::IsMember({"one-at-a-time", "lhs"}))
        ->capture_default_str()
        ->needs(vary);
    command.add_option("--points", options.points, "Settings of a hypercube; default: 10 for each factor, 30 at least")
        ->check(CLI::Range(5, 100'000))
        ->needs(vary);
    command.add_option("--metric", options.metric, "The quantity that is looked at, as --json names it")
        ->capture_default_str()
        ->needs(vary);
    CLI::Option* choose =
        command.add_option("--choose", options.choose,
                           "Which is best? KEY=A,B,C, such as buffer.rack.capacity=2,4,8; all combinations. Without "
                           "it, --maximise and --minimise choose among the scenarios");
    CLI::Option* maximise =
        command.add_option("--maximise", options.maximise, "The quantity of which the most is best, as --json names it");
    CLI::Option* minimise =
        command.add_option("--minimise", options.minimise, "The quantity of which the least is best")->excludes(maximise);
    command
        .add_option("--indifference", options.indifference, "A difference that is too small to matter, in the quantity's own unit")
        ->check(CLI::PositiveNumber);
    command.add_option("--budget", options.budget, "Runs of all choices together at most; default: as many as it takes")
        ->check(CLI::PositiveNumber);
    command
        .add_option(
            "--procedure", options.procedure,
            "kn guarantees the confidence; ocba spends runs where they tell most, until the confidence is reached by estimate")
        ->check(CLI::IsMember({"kn", "ocba"}))
        ->capture_default_str();
    for (CLI::Option* first : {vary, choose, maximise, minimise})
        for (CLI::Option* other : others) first->excludes(other);
    for (CLI::Option* other : {choose, maximise, minimise}) vary->excludes(other);
}

} // namespace

void addStudy(CLI::App& program, Run& run) {
    CLI::App* command =
        program.add_subcommand("study", "Compare scenarios of the plant's process by many runs with the same random numbers");
    command->footer("Example: millwright study assets/plants/battery --scenario "
                    "assets/plants/battery/scenarios/speed-20.toml --replications 50 --report study.html\n"
                    "         millwright study assets/plants/battery --from shift.mcap --at +90min --for 4h --scenario "
                    "assets/plants/battery/scenarios/speed-20.toml --target 30   (such a log: millwright simulate "
                    "assets/plants/battery --hours 2 -o shift.mcap)\n"
                    "         millwright study my-plant --live --for 4h --scenario my-plant/scenarios/overtime.toml\n"
                    "         millwright study assets/plants/battery --vary station.coater.cycle=80%..120% "
                    "crew.technicians.size=1..3 --report tornado.html\n"
                    "         millwright study assets/plants/battery --choose buffer.wound.capacity=5,10,20 --maximise throughput "
                    "--indifference 0.05");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--scenario", options->scenarios,
                        "A scenario file; may be given more than once. The plant itself is `base`");
    CLI::Option* withoutBase = command->add_flag("--no-base", options->withoutBase,
                                                 "Leave out the plant as it is: the others are compared with the first scenario");
    command
        ->add_option("--replications", options->replications,
                     "Runs of each scenario; default: 20, with --from and --live 199, of which 39 are needed for 95 %, with "
                     "--design lhs 5, and "
                     "with --choose 10 to begin with")
        ->check(CLI::Range(2, 1'000'000));
    CLI::Option* hours =
        command->add_option("--hours", options->hours, "Length of a run, warm-up included; default: what the plant says")
            ->check(CLI::Range(1e-3, 876'600.0));
    CLI::Option* warmUp = command
                              ->add_option("--warm-up", options->warmUpHours,
                                           "Hours that are not counted; default: what the plant says, or else found by MSER-5")
                              ->check(CLI::Range(0.0, 876'600.0));
    command->add_option("--seed", options->seed, "Of the random numbers")->capture_default_str();
    command->add_option("--confidence", options->confidence, "Of the intervals")
        ->check(CLI::Range(0.5, 0.9999))
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Runs side by side; 0: as many as there are cores")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
    command->add_option("--report", options->report,
                        "Write a report to look at: NAME.html, or a folder for study.html, study.csv and study.json");
    command->add_option("--csv", options->csv, "Write every value of every replication as a table");
    CLI::Option* shard =
        command->add_option("--shard", options->shard,
                            "Run one part of the study, as 2/4, and write it to -o FILE for --merge; anywhere, in any order");
    CLI::Option* output = command->add_option("-o,--output", options->output, "Where a part goes");
    shard->needs(output);
    output->needs(shard);
    CLI::Option* merge =
        command
            ->add_option(
                "--merge", options->merge,
                "Put all parts of a study together, instead of running it; with the same plant, scenarios, --from and --at")
            ->excludes(shard);
    CLI::Option* from = command->add_option(
        "--from", options->from, "Branch from a moment of this log: read the plant's state there, and study what comes next");
    CLI::Option* live =
        command->add_flag("--live", options->live, "Branch from now, as the plant's live feeds tell it, instead of from a log");
    command
        ->add_option("--listen", options->listen,
                     "Listen to the feeds for so long first, such as 10min: what is seen to begin has a known age; default: until "
                     "each signal that shows what the process does was heard, 30s at most")
        ->needs(live);
    live->excludes(from);
    for (CLI::Option* branch : {from, live})
        for (CLI::Option* other : {withoutBase, hours, warmUp}) branch->excludes(other);
    for (CLI::Option* other : {shard, merge}) live->excludes(other); // each part would listen to another moment
    command->add_option("--at", options->at, "That moment: 2026-11-23T08:30:00Z, +10min, -30s or end")
        ->capture_default_str()
        ->needs(from);
    command->add_option("--for", options->span, "How far to look ahead")->capture_default_str();
    command->add_option("--target", options->target, "Good parts wanted by then: how probable is that?")
        ->check(CLI::PositiveNumber);
    command->add_option("--shifts-from", options->shiftsFrom,
                        "A moment at which the periods of all shifts begin; default: Mondays at midnight UTC");
    addVaryAndChoose(*command, *options, {shard, merge, from, live});
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options, command] {
        for (const CLI::Option* option : command->get_options())
            if (option->count() > 0) options->given.push_back(option->get_name());
        run = [options] { return runStudy(*options); };
    });
}

} // namespace millwright::app
