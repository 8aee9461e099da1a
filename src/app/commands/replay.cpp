#include <millwright/core/json_writer.hpp>
#include <millwright/core/log.hpp>
#include <millwright/core/spelling.hpp>
#include <millwright/twin/unlisted.hpp>

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
    std::string hashEvery;
    bool json = false;
};

/// The state at one time of many.
struct Moment {
    Time time{};
    Digest stateHash;
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
    std::vector<Moment> moments; ///< where they were asked for
    std::size_t listed = 0;      ///< alarms that are not normal at the end, shelved and suppressed ones left out
    std::size_t standing = 0;    ///< those of them that are active
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
        .field("listedAlarms", answer.listed)
        .field("standingAlarms", answer.standing)
        .field("alarmsDropped", answer.alarmsDropped);
    if (!answer.moments.empty()) {
        json.key("stateHashes").beginArray();
        for (const Moment& each : answer.moments)
            json.beginObject().field("time", formatTime(each.time)).field("stateHash", each.stateHash.hex()).endObject();
        json.endArray();
    }
    json.key("alarms").beginArray();
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
    std::string moments;
    for (const Moment& each : answer.moments) moments += std::format("{}  {}\n", formatTime(each.time), each.stateHash.hex());
    return std::format("{}{}: {} of {}\nfrom        {}\nto          {} ({})\ntook        {:.2f} s, {:.0f} samples/s\n"
                       "alarms      {}, {} annunciated; at the end {} in the list, {} standing{}\nstate hash  {}\n",
                       moments, answer.log, counted(answer.samples, "sample"), counted(answer.signals, "signal"),
                       formatTime(answer.span.from), formatTime(answer.span.to), formatDuration(answer.span.length()),
                       answer.wallSeconds, answer.samplesPerSecond(), counted(answer.alarms.size(), "transition"),
                       std::ranges::count(answer.alarms, true, &twin::AlarmTransition::annunciated), answer.listed, answer.standing,
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

/// Replays as fast as it can up to `end`; sees every sample.
Result<void> runThrough(twin::Replay& replay, Time end, twin::UnlistedStates& unlisted, const Progress& progress) {
    const Time from = replay.log().from;
    if (auto done = replay.rewind(); !done) return done;
    for (std::size_t batches = 0;; ++batches) {
        const auto samples = replay.advance(end);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return {};
        unlisted.add(*samples);
        if (batches % 16 != 0) continue;
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped while replaying", formatTime(replay.time()));
        progress(seconds(replay.time() - from) / std::max(1e-9, seconds(end - from)), formatTime(replay.time()).substr(11, 8));
    }
}

/// Replays as fast as it can, and takes the state's hash at the start, after every `every` of the log, and at `end`.
Result<std::vector<Moment>> hashAll(twin::Replay& replay, Duration every, Time end, const Progress& progress) {
    std::vector<Moment> moments;
    const Time from = replay.log().from;
    for (Time time = from;; time = every < end - time ? time + every : end) {
        if (auto done = replay.runTo(time, {.report = {}, .stop = progress.stop}); !done) return std::unexpected(done.error());
        moments.push_back({time, replay.stateHash()});
        if (time == end) return moments;
        progress(seconds(time - from) / seconds(end - from), formatTime(time).substr(11, 8));
    }
}

/// Reads `--hash-every`; none where it is not given.
Result<std::optional<Duration>> hashesAsked(const Options& options, bool paced, TimeInterval span) {
    if (options.hashEvery.empty()) return std::nullopt;
    const auto fault = [](std::string what) { return failure(ErrorCode::Malformed, "--hash-every " + what); };
    const auto every = parseDuration(options.hashEvery);
    if (!every || *every <= Duration::zero())
        return fault(std::format("is a duration above 0 such as 1s, not '{}'", options.hashEvery));
    if (paced) return fault("goes with --speed max alone");
    constexpr std::int64_t most = 1'000'000;
    if (span.length() / *every > most) return fault(std::format("makes more than {} of this log: take a longer one", most));
    return *every;
}

/// Reads `max` (nothing) or how many times faster than real time.
Result<std::optional<double>> parseSpeed(const std::string& text) {
    if (text == "max") return std::nullopt;
    double speed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), speed);
    if (error == std::errc{} && end == text.data() + text.size() && speed > 0 && std::isfinite(speed)) return speed;
    return failure(ErrorCode::Malformed, std::format("--speed is 'max' or a number above 0, not '{}'", text));
}

std::size_t countOf(std::span<const twin::AlarmState> alarms, bool (*is)(const twin::AlarmState&)) {
    return static_cast<std::size_t>(std::ranges::count_if(alarms, is));
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

    const auto hashEvery = hashesAsked(options, speed->has_value(), {replay.log().from, *until});
    if (!hashEvery) return fail(hashEvery.error());
    std::uint64_t again = 0; ///< samples that are replayed twice
    twin::UnlistedStates unlisted{*plant, replay.source().strings()};
    const auto done = [&]() -> Result<std::vector<Moment>> {
        ProgressBar bar{"replay"};
        if (*hashEvery) return hashAll(replay, **hashEvery, *until, bar.progress());
        if (!*speed) again = replay.samplesApplied(); // those of the first instant
        const auto played =
            *speed ? play(replay, **speed, *until, bar.progress()) : runThrough(replay, *until, unlisted, bar.progress());
        return played.transform([] { return std::vector<Moment>{}; });
    }();
    if (!done) return fail(done.error());
    warnOfRefusals(*plant, replay);
    for (const Error& warning : unlisted.warnings()) log::warning("{}", warning.text());
    const Answer answer{
        .plant = plant->id,
        .log = log->string(),
        .signals = plant->signals.size(),
        .samples = replay.samplesApplied() - again,
        .span = {replay.log().from, *until},
        .stateHash = replay.stateHash(),
        .wallSeconds = std::chrono::duration<double>(Clock::now() - began).count(),
        .peakBytes = peakResidentBytes(),
        .moments = *done,
        .listed = countOf(replay.twin().alarms(), [](const twin::AlarmState& each) { return each.listed(); }),
        .standing = countOf(replay.twin().alarms(), [](const twin::AlarmState& each) { return each.active && !each.masked(); }),
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
    command->add_option("--hash-every", options->hashEvery,
                        "Also print the state hash after every such DURATION of the log, such as 1s");
    command->add_flag("--json", options->json, "Print the answer as JSON");
    command->callback([&run, options] { run = [options] { return replayLog(*options); }; });
}

} // namespace millwright::app
