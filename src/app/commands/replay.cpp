#include <millwright/core/json_writer.hpp>
#include <millwright/core/spelling.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/open.hpp>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <format>
#include <mutex>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string plant;
    std::string log;
    std::string speed = "max";
    std::string until = "end";
    std::string actions;
    bool json = false;
};

/// What a replay came to.
struct Answer {
    std::string plant;
    std::string log;
    std::size_t signals = 0;
    std::uint64_t samples = 0;
    TimeInterval span;
    Digest stateHash;
    double wallSeconds = 0;
    std::uint64_t peakBytes = 0;
    std::size_t standing = 0; ///< alarms that are not normal at the end, shelved and suppressed ones left out
    std::vector<twin::AlarmTransition> alarms;
    std::uint64_t alarmsDropped = 0; ///< transitions before those of `alarms`

    [[nodiscard]] double samplesPerSecond() const { return wallSeconds > 0 ? static_cast<double>(samples) / wallSeconds : 0; }
};

std::string asJson(const Answer& answer, const plant::Plant& plant) {
    JsonWriter json;
    json.beginObject()
        .field("plant", answer.plant)
        .field("log", answer.log)
        .field("signals", answer.signals)
        .field("samples", answer.samples)
        .field("from", formatTime(answer.span.from))
        .field("to", formatTime(answer.span.to))
        .field("stateHash", answer.stateHash.hex())
        .field("wallSeconds", answer.wallSeconds)
        .field("samplesPerSecond", answer.samplesPerSecond())
        .field("peakBytes", answer.peakBytes)
        .field("standingAlarms", answer.standing)
        .field("alarmsDropped", answer.alarmsDropped)
        .key("alarms")
        .beginArray();
    for (const twin::AlarmTransition& each : answer.alarms) {
        json.beginObject()
            .field("alarm", plant.at(each.alarm).path)
            .field("time", formatTime(each.time))
            .field("transition", twin::wordOf(each.change))
            .field("state", twin::textOf(each.state))
            .field("annunciated", each.annunciated)
            .endObject();
    }
    json.endArray().endObject();
    return json.text();
}

std::string asText(const Answer& answer) {
    return std::format("{}: {} of {}\nfrom        {}\nto          {} ({})\ntook        {:.2f} s, {:.0f} samples/s\n"
                       "alarms      {}, {} annunciated, {} standing at the end{}\nstate hash  {}\n",
                       answer.log, counted(answer.samples, "sample"), counted(answer.signals, "signal"),
                       formatTime(answer.span.from), formatTime(answer.span.to), formatDuration(answer.span.length()),
                       answer.wallSeconds, answer.samplesPerSecond(), counted(answer.alarms.size(), "transition"),
                       std::ranges::count(answer.alarms, true, &twin::AlarmTransition::annunciated), answer.standing,
                       answer.alarmsDropped == 0 ? "" : std::format(", {} earlier transitions not kept", answer.alarmsDropped),
                       answer.stateHash.hex());
}

/// Plays up to `end` at `speed` times real time.
Result<void> play(twin::Replay& replay, double speed, Time end, const Progress& progress) {
    std::mutex mutex;
    std::condition_variable_any stopped; // woken by nothing but the stop token
    const Time start = replay.time();
    const Clock::time_point began = Clock::now();
    while (replay.time() < end) {
        std::unique_lock lock{mutex};
        stopped.wait_for(lock, progress.stop, std::chrono::milliseconds{20}, [] { return false; });
        const double elapsed = std::chrono::duration<double>(Clock::now() - began).count();
        const Duration due = durationFromSeconds(elapsed * speed);
        if (auto done = replay.runTo(due < end - start ? start + due : end, {.report = {}, .stop = progress.stop}); !done)
            return done;
        progress(seconds(replay.time() - start) / std::max(1e-9, seconds(end - start)), formatTime(replay.time()).substr(11, 8));
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while replaying", formatTime(replay.time()));
    }
    return {};
}

/// Reads `max` (nothing) or how many times faster than real time.
Result<std::optional<double>> parseSpeed(const std::string& text) {
    if (text == "max") return std::nullopt;
    double speed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
    if (error == std::errc{} && end == text.data() + text.size() && speed > 0 && std::isfinite(speed)) return speed;
    return failure(ErrorCode::Malformed, std::format("--speed is 'max' or a number above 0, not '{}'", text));
}

ExitStatus replayLog(const Options& options) {
    const auto speed = parseSpeed(options.speed);
    if (!speed) return fail(speed.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    if (plant->signals.empty()) return fail({ErrorCode::Invalid, "has no signals to replay: name a plant that has", options.plant});
    const Clock::time_point began = Clock::now();
    const auto log = logOf(*plant, options.log);
    if (!log) return fail(log.error());
    auto opened = openReplay(*plant, *log, options.actions);
    if (!opened) return fail(opened.error());
    twin::Replay& replay = *opened;
    const auto until = parseMoment(options.until, replay.log());
    if (!until) return fail(until.error());

    Result<void> done;
    {
        ProgressBar bar{"replay"};
        done = *speed ? play(replay, **speed, *until, bar.progress()) : replay.runTo(*until, bar.progress());
    }
    if (!done) return fail(done.error());
    warnOfRefusals(*plant, replay);
    const Answer answer{.plant = plant->id,
                        .log = log->string(),
                        .signals = plant->signals.size(),
                        .samples = replay.samplesApplied(),
                        .span = {replay.log().from, *until},
                        .stateHash = replay.stateHash(),
                        .wallSeconds = std::chrono::duration<double>(Clock::now() - began).count(),
                        .peakBytes = peakResidentBytes(),
                        .standing = static_cast<std::size_t>(std::ranges::count_if(
                            replay.twin().alarms(), [](const twin::AlarmState& state) { return state.listed(); })),
                        .alarms = {replay.transitions().begin(), replay.transitions().end()},
                        .alarmsDropped = replay.transitionsDropped()};
    print(options.json ? asJson(answer, *plant) : asText(answer));
    return ExitStatus::Success;
}

} // namespace

void addReplay(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("replay", "Replay a sensor log without a display; print counts and the state hash");
    command->footer("Example: millwright replay assets/plants/battery --until +10min --json");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder")->required();
    command->add_option("--log", options->log, "Sensor log; default: the plant's own");
    command->add_option("--actions", options->actions, "What operators do meanwhile (docs/alarms.md)");
    command->add_option("--speed", options->speed, "Times real time, or max")->capture_default_str();
    command->add_option("--until", options->until, "Moment of the log to stop at: +10min, -30s, end or 2026-11-23T08:30:00Z")
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return replayLog(*options); }; });
}

} // namespace millwright::app
