#include <millwright/condition/learn.hpp>
#include <millwright/condition/monitor.hpp>
#include <millwright/core/json_writer.hpp>
#include <millwright/core/mapped_file.hpp>
#include <millwright/core/spelling.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <app/open.hpp>
#include <app/signal_log.hpp>
#include <app/window.hpp>
#include <charconv>
#include <format>
#include <ranges>
#include <set>
#include <utility>

namespace millwright::app {
namespace {

constexpr std::size_t contributionsShown = 3;
constexpr std::size_t leftOutShown = 30;

/// Hands the samples of the window to `each`.
template <typename Each>
Result<void> readThrough(SignalLog& log, TimeInterval window, std::string_view stage, const Progress& progress, Each&& each) {
    if (auto chosen = log.choose(window); !chosen) return chosen;
    while (true) {
        const auto samples = log.next();
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return {};
        each(*samples);
        progress(seconds(samples->back().time - window.from) / seconds(window.length()), stage);
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while reading");
    }
}

// --- condition learn ----------------------------------------------------------------------------------------------------------

struct LearnArguments {
    std::string input;
    std::string log;
    WindowOptions window;
    std::string step;
    std::uint32_t steps = condition::Options{}.window;
    double falseAlarms = condition::Options{}.falseAlarmRate;
    std::string raise = "5/10";
    std::string output;
    bool json = false;
};

struct Learning {
    SignalLog log;
    condition::Layout layout;
};

bool isPlant(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_directory(path, ignored) || path.extension() == ".toml";
}

/// Without a plant, all signals of the log are one equipment.
Result<Learning> openBare(const std::filesystem::path& path, const Progress& progress) {
    auto log = SignalLog::openAll(path, progress);
    if (!log) return std::unexpected(log.error());
    condition::Layout layout{.signals = {}, .equipment = {{"log", {}}}};
    for (const telemetry::LogTopic& topic : log->topics()) {
        if (topic.type == ValueType::String)
            layout.leftOut.push_back({topic.topic, "a text"});
        else
            layout.equipment[0].signals.push_back(static_cast<std::uint32_t>(layout.signals.size()));
        layout.signals.push_back({topic.topic, topic.topic, topic.unit});
    }
    return Learning{std::move(*log), std::move(layout)};
}

std::expected<Learning, std::vector<Error>> openForLearning(const LearnArguments& arguments, const Progress& progress) {
    const auto one = [](Error error) { return std::unexpected(std::vector{std::move(error)}); };
    if (!isPlant(arguments.input)) {
        if (!arguments.log.empty())
            return one({ErrorCode::Invalid, "is a log itself: leave out --log, or name a plant's folder", arguments.input});
        auto bare = openBare(arguments.input, progress);
        if (!bare) return one(bare.error());
        return std::move(*bare);
    }
    const auto plant = openPlant(arguments.input);
    if (!plant) return std::unexpected(plant.error());
    const auto path = logOf(*plant, arguments.log);
    if (!path) return one(path.error());
    condition::Layout layout = condition::layoutOf(*plant);
    std::vector<telemetry::Subscription> wanted;
    for (std::size_t i = 0; i < plant->signals.size(); ++i) {
        const bool derived = plant->signals[i].derived; // not in the log, and not learnt
        wanted.push_back({derived ? std::string{} : layout.signals[i].topic, plant->signals[i].type, layout.signals[i].unit});
    }
    auto log = SignalLog::open(*path, wanted, progress);
    if (!log) return one(log.error());
    return Learning{std::move(*log), std::move(layout)};
}

Result<condition::Options> optionsOf(const LearnArguments& arguments, const condition::Survey& survey) {
    condition::Options options{.step = survey.step(), .window = arguments.steps, .falseAlarmRate = arguments.falseAlarms};
    if (!arguments.step.empty()) {
        const auto step = parseDuration(arguments.step);
        if (!step) return failure(step.error().code, step.error().message, "--step");
        options.step = *step;
    }
    const char* const end = arguments.raise.data() + arguments.raise.size();
    const auto raise = std::from_chars(arguments.raise.data(), end, options.raise);
    const bool slash = raise.ec == std::errc{} && raise.ptr != end && *raise.ptr == '/';
    const auto of = slash ? std::from_chars(raise.ptr + 1, end, options.of) : raise;
    if (!slash || of.ec != std::errc{} || of.ptr != end)
        return failure(ErrorCode::Invalid, std::format("--raise '{}' is not two numbers such as 5/10", arguments.raise));
    return options;
}

std::size_t signalsOf(const condition::Equipment& equipment) {
    std::set<std::uint32_t> signals;
    for (const condition::Group& group : equipment.groups)
        for (const condition::Feature& feature : group.features) signals.insert(feature.signal);
    return signals.size();
}

std::string asText(const condition::Model& model, const std::string& file) {
    const condition::Options& options = model.options;
    std::string text = std::format("{}: learnt from {} to {} ({})\n", file, formatTime(model.learnt.from),
                                   formatTime(model.learnt.to), formatDuration(model.learnt.to - model.learnt.from));
    text += std::format("  a step every {}, over windows of {}; limits for {:g} % false alarms; an anomaly is {} of {} steps\n",
                        formatDuration(options.step), formatDuration(options.step * options.window), options.falseAlarmRate * 100,
                        options.raise, options.of);
    for (const condition::Equipment& equipment : model.equipment)
        text += std::format("  {}: {}, {}\n", equipment.name, counted(signalsOf(equipment), "signal"),
                            counted(equipment.steps, "step"));
    for (const condition::LeftOut& each : model.leftOut | std::views::take(leftOutShown))
        text += std::format("  not watched: {} ({})\n", each.name, each.reason);
    if (model.leftOut.size() > leftOutShown)
        text += std::format("  … and {} more (--json lists all)\n", model.leftOut.size() - leftOutShown);
    return text;
}

std::string asJson(const condition::Model& model, const std::string& file) {
    JsonWriter json;
    json.beginObject().field("model", file);
    json.field("from", formatTime(model.learnt.from)).field("to", formatTime(model.learnt.to));
    json.field("step", seconds(model.options.step)).field("window", model.options.window);
    json.field("falseAlarmRate", model.options.falseAlarmRate);
    json.key("equipment").beginArray();
    for (const condition::Equipment& equipment : model.equipment) {
        json.beginObject().field("equipment", equipment.name).field("steps", equipment.steps).key("groups").beginArray();
        for (const condition::Group& group : equipment.groups)
            json.beginObject()
                .field("kind", nameOf(group.kind))
                .field("features", group.features.size())
                .field("shrinkage", group.shrinkage)
                .endObject();
        json.endArray().endObject();
    }
    json.endArray().key("notWatched").beginArray();
    for (const condition::LeftOut& each : model.leftOut)
        json.beginObject().field("name", each.name).field("reason", each.reason).endObject();
    return json.endArray().endObject().text();
}

Result<condition::Model> learnFrom(Learning& learning, const LearnArguments& arguments, const Progress& progress) {
    const auto window = arguments.window.in(learning.log.span());
    if (!window) return std::unexpected(window.error());
    condition::Survey survey{{learning.log.conversions().begin(), learning.log.conversions().end()}};
    auto read = readThrough(learning.log, *window, "looking through", progress, [&](auto samples) { survey.apply(samples); });
    if (!read) return std::unexpected(read.error());
    const auto options = optionsOf(arguments, survey);
    if (!options) return std::unexpected(options.error());
    auto learner = condition::Learner::create(std::move(learning.layout), *options, survey);
    if (!learner) return std::unexpected(learner.error());
    read = readThrough(learning.log, *window, "learning", progress, [&](auto samples) { learner->apply(samples); });
    if (!read) return std::unexpected(read.error());
    return learner->finish();
}

ExitStatus learn(const LearnArguments& arguments) {
    ProgressBar bar{"condition"};
    const Progress progress = bar.progress();
    auto learning = openForLearning(arguments, progress);
    if (!learning) return fail(learning.error());
    auto model = learnFrom(*learning, arguments, progress);
    if (!model && model.error().place.empty()) model.error().place = arguments.input;
    if (!model) return fail(model.error());
    if (const auto written = writeFile(arguments.output, condition::writeModel(*model)); !written) return fail(written.error());
    print(arguments.json ? asJson(*model, arguments.output) : asText(*model, arguments.output));
    return ExitStatus::Success;
}

void addLearn(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("learn", "Learn from a log what normal operation looks like");
    command->footer("Example: millwright condition learn assets/plants/battery --to +15min -o battery.condition.json");
    auto arguments = std::make_shared<LearnArguments>();
    command->add_option("INPUT", arguments->input, "A plant's folder, or a log by itself (MCAP, CSV, SHDR): one equipment")
        ->required();
    command->add_option("--log", arguments->log, "Log of the plant, of normal operation; default: the plant's own");
    arguments->window.addTo(*command);
    command->add_option("--step", arguments->step,
                        "Time between evaluations; default: about as often as most signals have samples");
    command->add_option("--window", arguments->steps, "Steps that are looked at together")->capture_default_str();
    command->add_option("--false-alarms", arguments->falseAlarms, "Share of normal steps that may be above the limit")
        ->capture_default_str();
    command
        ->add_option("--raise", arguments->raise, "An anomaly is so many of the last so many steps above the limit, until none is")
        ->capture_default_str();
    command->add_option("-o,--output", arguments->output, "The model to write")->required();
    command->add_flag("--json", arguments->json, "Print what was learnt as JSON");
    command->callback([&run, arguments] { run = [arguments] { return learn(*arguments); }; });
}

// --- condition score ----------------------------------------------------------------------------------------------------------

struct ScoreArguments {
    std::string log;
    std::string model;
    WindowOptions window;
    bool json = false;
};

/// What became of one equipment over the log.
struct Tally {
    std::uint64_t steps = 0, above = 0, anomalous = 0;
    double peak = 0;
};

struct Answer {
    const condition::Model& model;
    std::string log;
    TimeInterval window;
    std::vector<Tally> tallies;
    std::span<const condition::Period> periods;
};

std::string asText(const Answer& answer) {
    std::string text = std::format("{}: {} to {}\n", answer.log, formatTime(answer.window.from), formatTime(answer.window.to));
    for (std::uint32_t e = 0; e < answer.tallies.size(); ++e) {
        const Tally& tally = answer.tallies[e];
        const auto periods = std::ranges::count(answer.periods, e, &condition::Period::equipment);
        text +=
            std::format("\n{}: {} {}, {:.1f} % of {} steps; highest score {:.2f}\n", answer.model.equipment[e].name, periods,
                        periods == 1 ? "anomaly" : "anomalies",
                        100 * static_cast<double>(tally.anomalous) / static_cast<double>(std::max<std::uint64_t>(tally.steps, 1)),
                        tally.steps, tally.peak);
        for (const condition::Period& period : answer.periods) {
            if (period.equipment != e) continue;
            text += std::format("  {} to {} ({}{})  score {:.2f} at {}\n", formatTime(period.interval.from),
                                formatTime(period.interval.to), formatDuration(period.interval.length()),
                                period.open ? ", not over" : "", period.peak, formatTime(period.peakTime));
            for (std::size_t i = 0; i < std::min(contributionsShown, period.contributions.size()); ++i) {
                const condition::Contribution& each = period.contributions[i];
                const condition::Signal& signal = answer.model.signals[each.signal];
                text += std::format("    {:3.0f} %  {} {}\n", 100 * each.share, signal.name, describe(each, signal));
            }
        }
    }
    return text;
}

void write(JsonWriter& json, const condition::Model& model, const condition::Period& period) {
    json.beginObject().field("from", formatTime(period.interval.from)).field("to", formatTime(period.interval.to));
    json.field("open", period.open).field("peak", period.peak).field("peakTime", formatTime(period.peakTime));
    json.key("signals").beginArray();
    for (const condition::Contribution& each : period.contributions) {
        const condition::Signal& signal = model.signals[each.signal];
        json.beginObject().field("signal", signal.name).field("measure", nameOf(each.measure)).field("share", each.share);
        json.field("value", each.value).field("normal", each.normal).field("unit", unitOf(each, signal)).field("score", each.score);
        if (each.measure == condition::Measure::Band) {
            const auto [low, high] = bandOf(each, signal);
            json.field("fromHertz", low).field("toHertz", high);
        }
        json.endObject();
    }
    json.endArray().endObject();
}

std::string asJson(const Answer& answer) {
    JsonWriter json;
    json.beginObject().field("log", answer.log);
    json.field("from", formatTime(answer.window.from)).field("to", formatTime(answer.window.to));
    json.key("equipment").beginArray();
    for (std::uint32_t e = 0; e < answer.tallies.size(); ++e) {
        const Tally& tally = answer.tallies[e];
        json.beginObject().field("equipment", answer.model.equipment[e].name).field("steps", tally.steps);
        json.field("stepsAbove", tally.above).field("stepsInAnomaly", tally.anomalous).field("peak", tally.peak);
        json.key("anomalies").beginArray();
        for (const condition::Period& period : answer.periods)
            if (period.equipment == e) write(json, answer.model, period);
        json.endArray().endObject();
    }
    return json.endArray().endObject().text();
}

ExitStatus score(const ScoreArguments& arguments) {
    const auto text = readFile(arguments.model);
    if (!text) return fail(text.error());
    const auto model = condition::readModel(*text, arguments.model);
    if (!model) return fail(model.error());
    ProgressBar bar{"condition"};
    const Progress progress = bar.progress();
    std::vector<telemetry::Subscription> wanted;
    for (const condition::Signal& signal : model->signals) wanted.push_back({signal.topic, ValueType::Float, signal.unit});
    auto log = SignalLog::open(arguments.log, wanted, progress);
    if (!log) return fail(log.error());
    const auto window = arguments.window.in(log->span());
    if (!window) return fail(window.error());

    condition::Monitor monitor{*model, log->conversions()};
    Answer answer{*model, arguments.log, *window, std::vector<Tally>(model->equipment.size()), {}};
    const auto count = [&](std::span<const condition::Evaluation> evaluations) {
        for (const condition::Evaluation& each : evaluations) {
            Tally& tally = answer.tallies[each.equipment];
            ++tally.steps;
            tally.above += each.score > 1;
            tally.anomalous += each.anomaly;
            tally.peak = std::max(tally.peak, each.score);
        }
    };
    const auto read = readThrough(*log, *window, "", progress, [&](auto samples) { count(monitor.apply(samples)); });
    if (!read) return fail(read.error());
    count(monitor.finish());
    answer.periods = monitor.periods();
    print(arguments.json ? asJson(answer) : asText(answer));
    return ExitStatus::Success;
}

void addScore(CLI::App& parent, Run& run) {
    CLI::App* command = parent.add_subcommand("score", "Find when a log was not as it normally is, and by which signals");
    command->footer("Example: millwright condition score today.mcap --model battery.condition.json");
    auto arguments = std::make_shared<ScoreArguments>();
    command->add_option("LOG", arguments->log, "Sensor log: MCAP, CSV or SHDR")->required();
    command->add_option("--model", arguments->model, "What `millwright condition learn` wrote")->required();
    arguments->window.addTo(*command);
    command->add_flag("--json", arguments->json, "Print the answer as JSON");
    command->callback([&run, arguments] { run = [arguments] { return score(*arguments); }; });
}

} // namespace

void addCondition(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("condition", "Learn what is normal, and find when and why a log is not (anomalies)");
    command->footer("Example: millwright condition score today.mcap --model battery.condition.json");
    command->require_subcommand(1);
    addLearn(*command, run);
    addScore(*command, run);
}

} // namespace millwright::app
