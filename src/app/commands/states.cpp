#include <millwright/core/json_writer.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/twin/state_history.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <app/window.hpp>
#include <format>
#include <map>

namespace millwright::app {
namespace {

struct Options {
    std::string plant;
    std::string log;
    std::string equipment;
    std::string actions;
    WindowOptions window;
    bool json = false;
    bool csv = false;
};

struct Machine {
    twin::StateSource source;
    std::vector<twin::StateSpell> spells; ///< within the window
};

struct Answer {
    const plant::Plant& plant;
    std::string log;
    TimeInterval window;
    std::vector<Machine> machines;
};

std::map<plant::PackmlState, Duration> totalsOf(const Machine& machine) {
    std::map<plant::PackmlState, Duration> totals;
    for (const twin::StateSpell& spell : machine.spells) totals[spell.state] += spell.interval.length();
    return totals;
}

std::string asText(const Answer& answer) {
    std::string text = std::format("{}: {} to {} ({})\n", answer.log, formatTime(answer.window.from), formatTime(answer.window.to),
                                   formatDuration(answer.window.length()));
    for (const Machine& machine : answer.machines) {
        text += std::format("\n{}", answer.plant.at(machine.source.equipment).path);
        if (machine.spells.empty()) text += ": no state in this time";
        text += '\n';
        std::size_t width = 0;
        for (const twin::StateSpell& spell : machine.spells) width = std::max(width, twin::textOf(spell).size());
        for (const twin::StateSpell& spell : machine.spells) {
            text += std::format("  {}  {:{}}  {:>12}", formatTime(spell.interval.from).substr(0, 23), twin::textOf(spell), width,
                                formatDuration(spell.interval.length()));
            if (const std::string why = twin::whyOf(answer.plant, spell); !why.empty()) text += "  " + why;
            text += '\n';
        }
    }
    return text;
}

void write(JsonWriter& json, const Answer& answer, const twin::StateSpell& spell) {
    json.beginObject().field("from", formatTime(spell.interval.from)).field("to", formatTime(spell.interval.to));
    json.field("seconds", seconds(spell.interval.length())).field("state", plant::nameOf(spell.state)).field("word", spell.word);
    json.field("reason", twin::reasonOf(answer.plant, spell));
    json.key("alarm");
    const bool byAlarm = spell.reason.empty() && spell.alarm != plant::noAlarm;
    if (byAlarm)
        json.value(answer.plant.at(spell.alarm).path);
    else
        json.null();
    json.key("raised");
    if (byAlarm)
        json.value(formatTime(spell.raised));
    else
        json.null();
    json.endObject();
}

std::string asJson(const Answer& answer) {
    JsonWriter json;
    json.beginObject().field("plant", answer.plant.id).field("log", answer.log);
    json.field("from", formatTime(answer.window.from)).field("to", formatTime(answer.window.to));
    json.key("equipment").beginArray();
    for (const Machine& machine : answer.machines) {
        json.beginObject().field("equipment", answer.plant.at(machine.source.equipment).path);
        json.field("signal", answer.plant.at(machine.source.state).path).key("seconds").beginObject();
        for (const auto& [state, length] : totalsOf(machine)) json.field(plant::nameOf(state), seconds(length));
        json.endObject().key("states").beginArray();
        for (const twin::StateSpell& spell : machine.spells) write(json, answer, spell);
        json.endArray().endObject();
    }
    return json.endArray().endObject().text();
}

/// RFC 4180.
std::string csvField(std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string{field};
    std::string text = "\"";
    for (const char c : field) text += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return text + "\"";
}

std::string asCsv(const Answer& answer) {
    std::string text = "equipment,from,to,seconds,state,word,reason,alarm\n";
    for (const Machine& machine : answer.machines)
        for (const twin::StateSpell& spell : machine.spells)
            text += std::format("{},{},{},{},{},{},{},{}\n", csvField(answer.plant.at(machine.source.equipment).path),
                                formatTime(spell.interval.from), formatTime(spell.interval.to), seconds(spell.interval.length()),
                                plant::nameOf(spell.state), csvField(spell.word), csvField(twin::reasonOf(answer.plant, spell)),
                                spell.reason.empty() && spell.alarm != plant::noAlarm ? csvField(answer.plant.at(spell.alarm).path)
                                                                                      : "");
    return text;
}

/// Replays from the log's start, as reasons may lie before the window, up to its end.
Result<void> follow(twin::Replay& replay, twin::StateHistory& history, Time end) {
    ProgressBar bar{"states"};
    const Progress progress = bar.progress();
    std::uint64_t seen = 0;
    for (bool more = true; more;) {
        const auto samples = replay.advance(end);
        if (!samples) return std::unexpected(samples.error());
        history.apply(*samples);
        const auto fresh = replay.transitionsSince(seen);
        history.note(fresh);
        seen += fresh.size();
        more = !samples->empty();
        progress(seconds(replay.time() - replay.log().from) / std::max(1e-9, seconds(end - replay.log().from)), "");
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while replaying", formatTime(replay.time()));
    }
    history.advance(end);
    return {};
}

Machine within(Machine machine, TimeInterval window) {
    std::erase_if(machine.spells, [&](const twin::StateSpell& spell) {
        return spell.interval.to <= window.from || spell.interval.from >= window.to;
    });
    for (twin::StateSpell& spell : machine.spells)
        spell.interval = {std::max(spell.interval.from, window.from), std::min(spell.interval.to, window.to)};
    return machine;
}

/// Whether the machine is asked for: it is the equipment, or below it.
bool isAsked(const plant::Plant& plant, EquipmentIndex equipment, EquipmentIndex asked) {
    for (; equipment != noEquipment && equipment != asked; equipment = plant.at(equipment).parent) {
    }
    return equipment == asked;
}

Result<EquipmentIndex> askedFor(const plant::Plant& plant, const std::string& path) {
    if (path.empty()) return noEquipment;
    const EquipmentIndex found = plant.findEquipment(path);
    if (found != noEquipment) return found;
    std::vector<std::string_view> paths;
    for (const plant::Equipment& each : plant.equipment) paths.push_back(each.path);
    return failure(ErrorCode::NotFound, std::format("plant '{}' has no equipment '{}'{}", plant.id, path, didYouMean(path, paths)),
                   "--equipment");
}

ExitStatus tell(const Options& options) {
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    const auto asked = askedFor(*plant, options.equipment);
    if (!asked) return fail(asked.error());
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    auto replay = openReplay(*plant, *log, options.actions);
    if (!replay) return fail(replay.error());
    const auto window = options.window.in(replay->log());
    if (!window) return fail(window.error());
    if (const auto started = replay->rewind(); !started) return fail(started.error());
    twin::StateHistory history{*plant, replay->source().conversions(), replay->source().strings(), replay->log().from};
    Answer answer{*plant, log->string(), *window, {}};
    if (const auto followed = follow(*replay, history, window->to); !followed) return fail(followed.error());
    for (std::size_t i = 0; i < history.sources().size(); ++i)
        if (isAsked(*plant, history.sources()[i].equipment, *asked))
            answer.machines.push_back(within({history.sources()[i], history.spells(i)}, *window));
    if (answer.machines.empty())
        return fail({ErrorCode::Invalid,
                     "no equipment of it has a state: give it a 'kpi' table or a signal 'state' (docs/states.md)",
                     options.equipment.empty() ? options.plant : options.equipment});
    print(options.json ? asJson(answer) : options.csv ? asCsv(answer) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addStates(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("states", "What state each machine was in, for how long, and why it stood");
    command->footer("Example: millwright states assets/plants/battery --equipment electrode/coating/coater-1");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    command->add_option("--equipment", options->equipment, "Only this equipment and what is below it");
    options->window.addTo(*command);
    command->add_option("--actions", options->actions, "What operators do meanwhile (docs/alarms.md)");
    auto* json = command->add_flag("--json", options->json, "Print the answer as JSON");
    command->add_flag("--csv", options->csv, "Print the answer as a table for spreadsheets")->excludes(json);
    command->callback([&run, options] { run = [options] { return tell(*options); }; });
}

} // namespace millwright::app
