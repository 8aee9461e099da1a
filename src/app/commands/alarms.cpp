#include <millwright/core/json_writer.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/core/units.hpp>
#include <millwright/twin/alarm_performance.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <app/window.hpp>
#include <cmath>
#include <format>

namespace millwright::app {
namespace {

constexpr std::size_t shown = 10;

struct Options {
    std::string plant;
    std::string log;
    WindowOptions window;
    std::string actions;
    bool json = false;
};

struct Answer {
    const plant::Plant& plant;
    std::string log;
    twin::AlarmMetrics metrics;
    std::vector<twin::AlarmFinding> findings;
};

constexpr plant::AlarmPriority priorities[] = {plant::AlarmPriority::Urgent, plant::AlarmPriority::High,
                                               plant::AlarmPriority::Medium, plant::AlarmPriority::Low};

double shareOf(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string bar(double share) {
    constexpr double width = 20;
    return std::string(static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * width)), '#');
}

/// A count, or for shares a percentage.
std::string numberText(const twin::AlarmFinding& finding, double value) {
    return finding.name.ends_with("Share") ? std::format("{:.3g} %", value * 100) : std::format("{:.3g}", value);
}

std::string findingsText(const Answer& answer) {
    std::string text;
    for (const twin::AlarmFinding& each : answer.findings) {
        const std::string target = std::format("{} {}", each.name == "stale" ? "below" : "at most", numberText(each, each.target));
        text += std::format("  {:34} {:>8}  target {:14} {}\n", each.text, numberText(each, each.value), target,
                            each.met ? "met" : "MISSED");
    }
    return text;
}

std::string priorityText(const Answer& answer) {
    constexpr std::string_view usual[] = {"below 1 %", "about 5 %", "about 15 %", "about 80 %"};
    std::string text = "\ncalls by priority\n";
    for (std::size_t i = 0; i < std::size(priorities); ++i) {
        const std::uint64_t calls = answer.metrics.callsByPriority[static_cast<std::size_t>(priorities[i])];
        const double share = shareOf(calls, answer.metrics.calls);
        text += std::format("  {:8} {:>6}  {:>6.1f} %  {:20}  usual: {}\n", plant::nameOf(priorities[i]), calls, share * 100,
                            bar(share), usual[i]);
    }
    return text;
}

std::string alarmsText(const Answer& answer) {
    const auto& alarms = answer.metrics.alarms;
    const auto listed = std::span{alarms}.first(std::min(shown, alarms.size()));
    std::size_t width = 5;
    for (const twin::AlarmUse& use : listed) width = std::max(width, answer.plant.at(use.alarm).path.size());
    std::string text = std::format("\n{:{}}  {:>5}  {:>7}  {:>14}  {:>10}  {:>8}\n", "most frequent", width, "calls", "of all",
                                   "active", "chatters", "fleeting");
    for (const twin::AlarmUse& use : listed)
        text += std::format("{:{}}  {:>5}  {:>5.1f} %  {:>14}  {:>10}  {:>8}{}\n", answer.plant.at(use.alarm).path, width,
                            use.calls, shareOf(use.calls, answer.metrics.calls) * 100, formatDuration(use.active), use.chatters,
                            use.fleeting, use.activeAtEnd ? "  active at the end" : "");
    if (alarms.size() > shown) text += std::format("and {} more: --json lists all\n", alarms.size() - shown);
    return text;
}

std::string asText(const Answer& answer) {
    const twin::AlarmMetrics& metrics = answer.metrics;
    const std::uint32_t operators = answer.plant.alarmTargets.operators;
    std::string text = std::format("{}\n{} to {} ({}), {}, {} defined\n\n", answer.log, formatTime(metrics.window.from),
                                   formatTime(metrics.window.to), formatDuration(metrics.window.length()),
                                   operators == 1 ? "one operator" : std::format("{} operators", operators),
                                   counted(answer.plant.alarms.size(), "alarm"));
    if (metrics.alarms.empty()) return text + "no alarm was active\n";
    text += std::format("{}; standing: {:.1f} on average, {} at most, {} at the end\n", counted(metrics.calls, "call"),
                        metrics.standingMean, metrics.standingMost, metrics.standingAtEnd);
    text += findingsText(answer);
    for (const twin::AlarmFlood& flood : metrics.floods)
        text += std::format("  flood from {} for {}: {} calls, {} in ten minutes at most\n", formatTime(flood.interval.from),
                            formatDuration(flood.interval.length()), flood.calls, flood.peak);
    text += priorityText(answer) + alarmsText(answer);
    constexpr Duration enough = std::chrono::days{30};
    if (metrics.window.length() < enough)
        text += std::format("\n{} says little about an alarm system: thirty days or more are asked for\n",
                            formatDuration(metrics.window.length()));
    return text;
}

void writeUse(JsonWriter& json, const Answer& answer, const twin::AlarmUse& use) {
    const plant::Alarm& alarm = answer.plant.at(use.alarm);
    json.beginObject().field("alarm", alarm.path).field("priority", plant::nameOf(alarm.priority)).field("calls", use.calls);
    json.field("chatters", use.chatters).field("fleeting", use.fleeting).field("activeSeconds", seconds(use.active));
    json.field("longestSeconds", seconds(use.longest)).field("activeAtEnd", use.activeAtEnd).endObject();
}

std::string asJson(const Answer& answer) {
    const twin::AlarmMetrics& metrics = answer.metrics;
    JsonWriter json;
    json.beginObject().field("plant", answer.plant.id).field("log", answer.log);
    json.field("from", formatTime(metrics.window.from)).field("to", formatTime(metrics.window.to));
    json.field("operators", answer.plant.alarmTargets.operators).field("calls", metrics.calls);
    json.key("standing").beginObject().field("mean", metrics.standingMean).field("most", metrics.standingMost);
    json.field("atEnd", metrics.standingAtEnd).endObject().key("metrics").beginArray();
    for (const twin::AlarmFinding& each : answer.findings)
        json.beginObject()
            .field("name", each.name)
            .field("value", each.value)
            .field("target", each.target)
            .field("met", each.met)
            .endObject();
    json.endArray().key("callsByPriority").beginObject();
    for (const plant::AlarmPriority priority : priorities)
        json.field(plant::nameOf(priority), metrics.callsByPriority[static_cast<std::size_t>(priority)]);
    json.endObject().key("tenMinutes").beginArray();
    for (const auto& [place, calls] : metrics.busy)
        json.beginObject()
            .field("from", formatTime(metrics.window.from + static_cast<std::int64_t>(place) * twin::AlarmPerformance::period))
            .field("calls", calls)
            .endObject();
    json.endArray().key("floods").beginArray();
    for (const twin::AlarmFlood& flood : metrics.floods)
        json.beginObject()
            .field("from", formatTime(flood.interval.from))
            .field("to", formatTime(flood.interval.to))
            .field("calls", flood.calls)
            .field("peak", flood.peak)
            .endObject();
    json.endArray().key("alarms").beginArray();
    for (const twin::AlarmUse& use : metrics.alarms) writeUse(json, answer, use);
    json.endArray().endObject();
    return json.text();
}

/// Replays up to the window's end and measures what alarms did in it.
Result<twin::AlarmMetrics> measured(const plant::Plant& plant, twin::Replay& replay, TimeInterval window) {
    twin::AlarmPerformance performance{plant, window};
    ProgressBar bar{"alarms"};
    const Progress progress = bar.progress();
    std::uint64_t seen = 0;
    for (bool more = true; more;) {
        const auto samples = replay.advance(window.to);
        if (!samples) return std::unexpected(samples.error());
        const auto fresh = replay.transitionsSince(seen);
        performance.apply(fresh);
        seen += fresh.size();
        more = !samples->empty();
        progress(seconds(replay.time() - replay.log().from) / std::max(1e-9, seconds(window.to - replay.log().from)), "");
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while replaying", formatTime(replay.time()));
    }
    return performance.finish();
}

ExitStatus measure(const Options& options) {
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (plant->alarms.empty())
        return fail({ErrorCode::Invalid, "no equipment of this plant has alarms: declare some (docs/alarms.md)", options.plant});
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    auto replay = openReplay(*plant, *log, options.actions);
    if (!replay) return fail(replay.error());
    if (const auto started = replay->rewind(); !started) return fail(started.error());
    const auto window = options.window.in(replay->log());
    if (!window) return fail(window.error());
    auto metrics = measured(*plant, *replay, *window);
    if (!metrics) return fail(metrics.error());
    warnOfRefusals(*plant, *replay);
    const Answer answer{*plant, log->string(), *metrics, twin::findingsOf(*metrics, plant->alarmTargets)};
    print(options.json ? asJson(answer) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addAlarms(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("alarms", "How well the alarms of a sensor log serve their operators (ISA-18.2)");
    command->footer("Example: millwright alarms assets/plants/battery --from +10min");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    options->window.addTo(*command);
    command->add_option("--actions", options->actions, "What operators do meanwhile (docs/alarms.md)");
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return measure(*options); }; });
}

} // namespace millwright::app
