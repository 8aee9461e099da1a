#include <millwright/core/log.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <app/command.hpp>
#include <app/historian.hpp>
#include <app/kpi_answer.hpp>
#include <app/live.hpp>
#include <app/open.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <format>
#include <mutex>
#include <optional>
#include <unistd.h>

namespace millwright::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Options {
    std::string plant;
    std::string output;      ///< empty: only watch
    std::string length;      ///< empty: until stopped
    std::string rotateEvery; ///< empty: never
    std::string feed;        ///< a file in place of the plant's feeds; empty: those
    std::string mapping;     ///< of that file; empty: the one beside it
    std::uint64_t rotateMegabytes = 0;
    std::uint64_t keepMegabytes = 0;
    bool json = false;
};

/// News and, at a terminal, a line that grows.
class Reporter {
public:
    explicit Reporter(bool quiet) : terminal_{!quiet && ::isatty(STDERR_FILENO) != 0} {}
    ~Reporter() {
        if (drawn_) std::fputs("\r\x1b[K", stderr);
    }
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

    void tell(const std::vector<telemetry::FeedStatus>& feeds, const telemetry::RecorderStatus& recorder,
              const historian::Writer* historian) {
        const auto kept = historian != nullptr ? std::optional{historian->status()} : std::nullopt;
        for (const std::string& text : news_.since(feeds, recorder, kept ? &*kept : nullptr)) {
            if (drawn_) std::fputs("\r\x1b[K", stderr);
            std::fprintf(stderr, "millwright: %s\n", text.c_str());
            std::fflush(stderr);
        }
    }
    void progress(Duration since, std::uint64_t samples, std::uint64_t bytes) {
        if (!terminal_) return;
        const std::string line =
            std::format("\r\x1b[K{}  {} samples  {:.1f} MB", formatDuration(since), samples, static_cast<double>(bytes) / 1e6);
        std::fputs(line.c_str(), stderr);
        std::fflush(stderr);
        drawn_ = true;
    }

private:
    bool terminal_;
    bool drawn_ = false;
    LiveNews news_;
};

bool isOver(const telemetry::FeedStatus& feed) {
    return feed.health == telemetry::FeedHealth::Ended;
}

/// What takes what arrives; each may be missing.
struct Keepers {
    std::unique_ptr<telemetry::Recorder> recorder;
    std::unique_ptr<historian::Writer> historian; ///< reads what the recorder writes
};

void follow(twin::Live& live, const Keepers& keepers, Duration length, const std::stop_token& stop, bool quiet) {
    std::mutex mutex;
    std::condition_variable_any stopped; // woken by nothing but the stop token
    Reporter reporter{quiet};
    const Clock::time_point began = Clock::now();
    Clock::time_point reported = began;
    while (!stop.stop_requested()) {
        const Clock::time_point now = Clock::now();
        if (length > Duration::zero() && now - began >= length) break;
        live.poll(telemetry::receptionTime());
        live.shown(telemetry::receptionTime());
        const auto feeds = live.status();
        if (std::ranges::all_of(feeds, isOver)) break;
        if (now - reported >= 250ms) {
            reported = now;
            const auto status = keepers.recorder ? keepers.recorder->status() : telemetry::RecorderStatus{};
            reporter.tell(feeds, status, keepers.historian.get());
            reporter.progress(now - began, live.source().counters().applied, status.bytes);
        }
        std::unique_lock lock{mutex};
        stopped.wait_for(lock, stop, 10ms, [] { return false; });
    }
    live.finish(telemetry::receptionTime());
    reporter.tell(live.status(), keepers.recorder ? keepers.recorder->status() : telemetry::RecorderStatus{},
                  keepers.historian.get());
}

/// What became of what arrived, as far as it was kept.
struct Kept {
    std::optional<telemetry::RecorderStatus> recorded;
    std::optional<historian::WriterStatus> historian;
};

/// The answer, for people or as JSON.
void answer(const Options& options, const plant::Plant& plant, twin::Live& live, const Kept& kept, Duration length) {
    const auto& recorded = kept.recorded;
    const twin::Twin& twin = live.twin();
    if (!options.json) {
        std::string text = describeFeeds(live);
        if (recorded) {
            text += std::format("{} samples recorded in {}\n", recorded->samples, formatDuration(length));
            for (const auto& file : recorded->files) text += file.string() + '\n';
        }
        if (kept.historian) text += std::format("{} samples written to {}\n", kept.historian->written, kept.historian->url);
        return print(text);
    }
    JsonWriter json;
    json.beginObject().field("plant", plant.id).field("seconds", seconds(length)).field("signals", plant.signals.size());
    if (recorded) {
        json.field("samples", recorded->samples).field("lost", recorded->lost).field("bytes", recorded->bytes);
        json.key("logs").beginArray();
        for (const auto& file : recorded->files) json.value(file.string());
        json.endArray();
    }
    if (kept.historian) writeHistorian(json, *kept.historian);
    writeFeeds(json, live);
    writeKpis(json, plant, *live.kpis());
    json.field("stateTime", formatTime(twin.time())).field("stateHash", twin.stateHash().hex()).endObject();
    print(json.text());
}

Result<telemetry::RecorderOptions> recorderOptions(const Options& options) {
    telemetry::RecorderOptions made;
    made.path = options.output;
    made.rotateBytes = options.rotateMegabytes * 1'000'000;
    made.keepBytes = options.keepMegabytes * 1'000'000;
    if (!options.rotateEvery.empty()) {
        const auto every = parseDuration(options.rotateEvery);
        if (!every) return std::unexpected(every.error());
        made.rotateEvery = *every;
    }
    return made;
}

/// Whether every feed was live at some time; tells of those that were not. Somebody who stops it knows himself.
ExitStatus everConnected(twin::Live& live) {
    ExitStatus status = ExitStatus::Success;
    for (const telemetry::FeedStatus& feed : live.source().status()) {
        if (feed.health != telemetry::FeedHealth::Connecting && !(isOver(feed) && !feed.problem.empty())) continue;
        log::error("feed '{}' was never live: {}", feed.id, feed.problem.empty() ? "it is still connecting" : feed.problem);
        status = ExitStatus::CheckFailed;
    }
    return status;
}

/// Begins to record, where that is wanted. False: it was said why not.
bool keep(const Options& options, const plant::Plant& plant, twin::Live& live, telemetry::RecorderOptions wanted,
          Keepers& keepers) {
    if (options.output.empty()) return true;
    auto historian = historianOf(plant, options.plant); // first, so that no log is begun in vain
    if (!historian) {
        static_cast<void>(fail(historian.error()));
        return false;
    }
    auto made = recordLive(plant, live, std::move(wanted));
    if (!made) {
        static_cast<void>(fail(made.error()));
        return false;
    }
    keepers.recorder = std::move(*made);
    if (*historian) keepers.historian = writeToHistorian(std::move(**historian), *keepers.recorder);
    return true;
}

/// Ends what keeps samples, and tells of what could not be kept.
ExitStatus finish(Keepers& keepers, Kept& kept) {
    ExitStatus status = ExitStatus::Success;
    if (!keepers.recorder) return status;
    auto closed = keepers.recorder->close();
    if (!closed) {
        static_cast<void>(fail(closed.error()));
        status = ExitStatus::CheckFailed;
    }
    kept.recorded = closed ? std::move(*closed) : keepers.recorder->status();
    if (!keepers.historian) return status;
    if (!finishHistorian(keepers.historian.get())) status = ExitStatus::CheckFailed;
    kept.historian = keepers.historian->status();
    return status;
}

ExitStatus record(const Options& options) {
    if (!options.mapping.empty() && options.feed.empty())
        return fail(Error{ErrorCode::Invalid, "goes with --feed; a feed of plant.toml has a key of that name", "--mapping"});
    if (options.keepMegabytes > 0 && options.rotateMegabytes == 0 && options.rotateEvery.empty())
        return fail(Error{ErrorCode::Invalid, "deletes whole files: give --rotate-size or --rotate-every too", "--keep-size"});
    const auto length = options.length.empty() ? Result<Duration>{Duration::zero()} : parseDuration(options.length);
    if (!length) return fail(length.error());
    if (!options.length.empty() && *length <= Duration::zero())
        return fail(Error{ErrorCode::Invalid, "must be more than 0; without it, until stopped with Ctrl-C", "--for"});
    auto wanted = recorderOptions(options);
    if (!wanted) return fail(wanted.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    auto live = openLive(*plant, options.plant,
                         options.feed.empty() ? std::nullopt : std::optional{feedOfFile(options.feed, options.mapping)});
    if (!live) return fail(live.error());
    Keepers keepers;
    if (!keep(options, *plant, *live, std::move(*wanted), keepers)) return ExitStatus::Unusable;
    const std::stop_token stop = interrupted();
    const Clock::time_point began = Clock::now();
    follow(*live, keepers, *length, stop, options.json);
    const Duration took = Clock::now() - began;
    Kept kept;
    const ExitStatus status = finish(keepers, kept);
    answer(options, *plant, *live, kept, took);
    for (const Error& warning : live->warnings()) log::warning("{}", warning.text());
    if (status != ExitStatus::Success) return status;
    return stop.stop_requested() ? ExitStatus::Success : everConnected(*live);
}

void addCommon(CLI::App& command, Options& options) {
    command.add_option("PLANT", options.plant, "A plant's folder, with [[feed]] in its plant.toml")->required();
    command.add_option("--feed", options.feed, "Follow this text file or FIFO (- is standard input) in place of the plant's feeds");
    command.add_option("--mapping", options.mapping, "With --feed: TOML file that says which column is what");
    command.add_option("--for", options.length,
                       "How long, such as 30s or 8h; default: until stopped with Ctrl-C, or standard input ends");
    command.add_flag("--json", options.json, "Print the answer as JSON");
}

} // namespace

void addRecord(CLI::App& program, Run& run) {
    CLI::App* command = program.add_subcommand("record", "Record a plant's live feeds to a log, until stopped");
    command->footer("Example: millwright record my-plant -o shift.mcap --for 8h\n"
                    "         some-tool | millwright record my-plant --feed - -o shift.mcap");
    auto options = std::make_shared<Options>();
    addCommon(*command, *options);
    command->add_option("-o,--output", options->output, "Log to write; never overwrites one")->required();
    command->add_option("--rotate-size", options->rotateMegabytes, "Begin another file after so many MB: NAME-2, NAME-3 …");
    command->add_option("--rotate-every", options->rotateEvery, "Begin another file after so long, such as 1h");
    command->add_option("--keep-size", options->keepMegabytes,
                        "Delete the oldest files of this recording beyond so many MB in all; with --rotate-size or --rotate-every");
    command->callback([&run, options] { run = [options] { return record(*options); }; });
}

void addFeed(CLI::App& program, Run& run) {
    CLI::App* command =
        program.add_subcommand("feed", "Watch a plant's live feeds without a display: health, counters, state hash");
    command->footer("Example: millwright feed my-plant --for 10s --json");
    auto options = std::make_shared<Options>();
    addCommon(*command, *options);
    command->callback([&run, options] { run = [options] { return record(*options); }; });
}

} // namespace millwright::app
