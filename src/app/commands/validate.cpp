#include <millwright/check/expectation.hpp>
#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/plant/feed.hpp>
#include <millwright/plant/historian.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/twin/action_record.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <format>
#include <iterator>
#include <set>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    std::string log;
    std::vector<std::string> expectations;
    std::vector<std::string> scenarios;
    bool withoutModels = false;
    bool json = false;
};

/// One thing that was looked at, for people.
struct Line {
    std::string what;
    std::string found;
};

/// What is wrong with a plant and with what belongs to it, and what was looked at.
struct Verdict {
    std::vector<Line> lines;
    std::vector<Error> problems;
    std::vector<Error> warnings;
    std::vector<std::string> unread; ///< topics of the log that no signal reads

    void blame(std::vector<Error>&& errors) { std::ranges::move(errors, std::back_inserter(problems)); }
    template <typename T>
    void judge(std::string what, const std::expected<T, std::vector<Error>>& answer, auto&& found) {
        if (answer)
            lines.push_back({std::move(what), found(*answer)});
        else
            blame(std::vector<Error>{answer.error()});
    }
};

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
    return std::format("{} {}", count, count == 1 ? one : many);
}

void judgeModels(const plant::Plant& plant, Verdict& verdict) {
    const auto scene = [&] {
        ProgressBar bar{"models"};
        return twin::PlantScene::load(plant, bar.progress());
    }();
    verdict.judge("models", scene, [&](const twin::PlantScene& loaded) {
        for (const cad::ImportReport& report : loaded.reports())
            for (const cad::ImportWarning& warning : report.warnings)
                verdict.warnings.push_back({ErrorCode::Invalid, warning.message, report.file});
        const auto named = static_cast<std::size_t>(
            std::ranges::count_if(plant.targets, [](const plant::Target& target) { return !target.node.empty(); }));
        return std::format("{} with {}; the plant names {}, all found", counted(loaded.reports().size(), "file", "files"),
                           counted(loaded.scene().nodes.size(), "node", "nodes"), counted(named, "node", "nodes"));
    });
}

/// Topics of a log that no signal of the plant reads.
std::vector<std::string> unreadTopics(const plant::Plant& plant, const telemetry::LogSource& source) {
    std::set<std::string_view> read{twin::actionTopic};
    for (const plant::Signal& signal : plant.signals) read.insert(signal.topic);
    std::vector<std::string> unread;
    for (const telemetry::LogTopic& topic : source.topics())
        if (!read.contains(topic.topic)) unread.push_back(topic.topic);
    return unread;
}

/// Every signal must be in the log that the plant is replayed with; topics of the log that nobody reads are no mistake.
void judgeLog(const plant::Plant& plant, const std::filesystem::path& log, Verdict& verdict) {
    const auto source = telemetry::LogSource::open(log, twin::subscriptions(plant));
    if (!source) return verdict.problems.push_back(source.error());
    std::ranges::copy((*source)->warnings(), std::back_inserter(verdict.warnings));
    std::vector<std::string_view> topics;
    for (const telemetry::LogTopic& topic : (*source)->topics()) topics.push_back(topic.topic);
    const std::vector<bool> found = (*source)->found();
    for (std::size_t i = 0; i < found.size(); ++i)
        if (!found[i] && !plant.signals[i].derived)
            verdict.warnings.push_back({ErrorCode::NotFound,
                                        std::format("no samples of {}, topic '{}'{}", plant.signals[i].path, plant.signals[i].topic,
                                                    didYouMean(plant.signals[i].topic, topics)),
                                        log.string()});
    const auto had = static_cast<std::size_t>(std::ranges::count(found, true)); // never of derived signals
    const std::size_t measured = found.size() - plant.derived.size();
    if (had == 0 && measured > 0)
        verdict.problems.push_back({ErrorCode::Invalid, "has samples of none of the plant's signals", log.string()});
    verdict.lines.push_back({"log", std::format("{}: {} of {} signals have samples, of {}", log.filename().string(), had, measured,
                                                counted(topics.size(), "topic", "topics"))});
    if (!plant.derived.empty())
        verdict.lines.push_back(
            {"derived", std::format("{} computed from others", counted(plant.derived.size(), "signal", "signals"))});
    verdict.unread = unreadTopics(plant, **source);
    if (verdict.unread.empty()) return;
    constexpr std::size_t shown = 10;
    std::string names;
    for (std::size_t i = 0; i < std::min(shown, verdict.unread.size()); ++i) names += (i ? ", " : "") + verdict.unread[i];
    verdict.lines.push_back({"not read", std::format("{} of the log: {}{}", counted(verdict.unread.size(), "topic", "topics"),
                                                     names, verdict.unread.size() > shown ? ", … (--json has all)" : "")});
}

void judgeProcess(const plant::Process& process, Verdict& verdict) {
    verdict.judge("process", sim::Model::make(process), [&](const sim::Model& model) {
        std::ranges::move(sim::overloadsOf(process), std::back_inserter(verdict.warnings));
        return std::format("{} and {}; it can run", counted(model.process().stations.size(), "station", "stations"),
                           counted(model.process().buffers.size(), "buffer", "buffers"));
    });
}

void judgeFiles(const Options& options, const plant::Plant& plant, Verdict& verdict) {
    for (const std::string& file : options.expectations)
        verdict.judge("checks", check::load(file, plant), [&](const auto& expectations) {
            return std::format("{}: {}", file, counted(expectations.size(), "check", "checks"));
        });
    for (const std::string& file : options.scenarios) {
        auto scenario = plant::loadScenario(options.plant, file);
        if (!scenario) {
            verdict.blame(std::move(scenario.error()));
            continue;
        }
        verdict.judge("scenario", sim::Model::make(std::move(scenario->process)),
                      [&](const sim::Model&) { return std::format("{}: it can run", file); });
    }
}

/// Looks at everything that belongs to `plant`, which could be loaded.
Verdict judge(const Options& options, const plant::Plant& plant) {
    Verdict verdict;
    verdict.lines = {{"equipment", std::format("{}", plant.equipment.size())},
                     {"signals", std::format("{}", plant.signals.size())},
                     {"alarms", std::format("{}", plant.alarms.size())}};
    const bool described = std::filesystem::is_directory(options.plant) || options.plant.ends_with(".toml");
    if (described) {
        verdict.judge("feeds", plant::loadFeeds(options.plant),
                      [](const std::vector<plant::Feed>& feeds) { return std::format("{}", feeds.size()); });
        verdict.judge("historian", plant::loadHistorian(options.plant),
                      [](const std::optional<plant::Historian>& historian) { return historian ? historian->url : "none"; });
    }
    if (plant.process) judgeProcess(*plant.process, verdict);
    if (!options.withoutModels) judgeModels(plant, verdict);
    if (const auto log = logOf(plant, options.log); log && !plant.signals.empty()) judgeLog(plant, *log, verdict);
    judgeFiles(options, plant, verdict);
    return verdict;
}

void listTo(JsonWriter& json, std::string_view key, const std::vector<Error>& errors) {
    json.key(key).beginArray();
    for (const Error& error : errors) json.beginObject().field("place", error.place).field("message", error.message).endObject();
    json.endArray();
}

std::string asJson(const Options& options, const plant::Plant* plant, const Verdict& verdict) {
    JsonWriter json;
    json.beginObject().field("plant", options.plant).field("valid", verdict.problems.empty());
    if (plant)
        json.field("equipment", plant->equipment.size())
            .field("signals", plant->signals.size())
            .field("derived", plant->derived.size())
            .field("alarms", plant->alarms.size())
            .field("bindings", plant->bindings.size());
    listTo(json, "problems", verdict.problems);
    listTo(json, "warnings", verdict.warnings);
    json.key("unreadTopics").beginArray();
    for (const std::string& topic : verdict.unread) json.value(topic);
    json.endArray();
    return json.endObject().text();
}

std::string asText(const Options& options, const Verdict& verdict) {
    std::string text = std::format("{}: {}\n", options.plant,
                                   verdict.problems.empty() ? "valid" : counted(verdict.problems.size(), "problem", "problems"));
    for (const Line& line : verdict.lines) text += std::format("  {:<10} {}\n", line.what, line.found);
    return text;
}

/// Nothing there to validate, unlike a description that is wrong.
bool isNoPlant(const std::vector<Error>& errors, const std::string& path) {
    return errors.size() == 1 && errors.front().place == path &&
           (errors.front().code == ErrorCode::NotFound || errors.front().code == ErrorCode::Unsupported);
}

ExitStatus validate(const Options& options) {
    const auto plant = openPlant(options.plant);
    if (!plant && isNoPlant(plant.error(), options.plant)) return fail(plant.error());
    const Verdict verdict =
        plant ? judge(options, *plant) : Verdict{.lines = {}, .problems = plant.error(), .warnings = {}, .unread = {}};
    if (std::ranges::contains(verdict.problems, ErrorCode::Cancelled, &Error::code)) return fail(verdict.problems);
    for (const Error& warning : verdict.warnings) log::warning("{}", warning.text());
    if (!verdict.problems.empty()) fail(verdict.problems);
    print(options.json ? asJson(options, plant ? &*plant : nullptr, verdict) : asText(options, verdict));
    return verdict.problems.empty() ? ExitStatus::Success : ExitStatus::CheckFailed;
}

} // namespace

void addValidate(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("validate", "Say everything that is wrong with a plant, without replaying anything");
    command->footer(
        "Example: millwright validate plants/cells --expect plants/cells/checks/shift.toml\n"
        "Reads plant.toml, its feeds and process, opens every model and looks for every node a binding names, and compares "
        "the signals with the plant's log.\nExit status: 0 valid, 1 a problem was found, 2 there is no such plant.");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder, its plant.toml, or a CAD model")->required();
    command->add_option("--log", options->log, "The log to compare the signals with; default: the plant's own");
    command->add_option("--expect", options->expectations, "An expectation file of `check` to validate too");
    command->add_option("--scenario", options->scenarios, "A scenario file of `study` to validate too");
    command->add_flag("--no-models", options->withoutModels, "Do not open the models");
    command->add_flag("--json", options->json, "Answer as JSON");
    command->callback([&run, options] { run = [options] { return validate(*options); }; });
}

} // namespace millwright::app
