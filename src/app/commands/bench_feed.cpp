#include <millwright/core/json_writer.hpp>
#include <millwright/twin/live_thread.hpp>

#include <CLI/CLI.hpp>

#include <app/command.hpp>
#include <app/commands/bench.hpp>
#include <app/live.hpp>
#include <app/open.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>

namespace millwright::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Options {
    std::string plant;
    std::string length; ///< empty: until stopped
    bool json = false;
};

struct Seen {
    std::shared_ptr<const twin::Frame> frame;
    std::shared_ptr<const std::vector<telemetry::FeedStatus>> feeds;
};

/// Looks at frames as the window does, until the time is over.
Seen watch(const twin::LiveThread& thread, Duration length) {
    const std::stop_token stop = interrupted();
    std::mutex mutex;
    std::condition_variable_any stopped; // woken by nothing but the stop token
    LiveNews news;
    const Clock::time_point began = Clock::now();
    while (!stop.stop_requested() && (length <= Duration::zero() || Clock::now() - began < length)) {
        for (const std::string& text : news.since(*thread.feeds(), {})) std::fprintf(stderr, "millwright: %s\n", text.c_str());
        std::unique_lock lock{mutex};
        stopped.wait_for(lock, stop, 250ms, [] { return false; });
    }
    return {thread.frame(), thread.feeds()};
}

void write(JsonWriter& json, const telemetry::FeedStatus& feed) {
    json.beginObject()
        .field("id", feed.id)
        .field("health", telemetry::name(feed.health))
        .field("received", feed.counters.received)
        .field("samples", feed.counters.samples)
        .field("dropped", feed.counters.dropped)
        .field("gaps", feed.counters.gaps)
        .field("reconnects", feed.counters.reconnects)
        .field("latencySamples", feed.latency.samples)
        .field("medianMs", seconds(feed.latency.median) * 1e3)
        .field("p99Ms", seconds(feed.latency.p99) * 1e3)
        .endObject();
}

ExitStatus benchFeed(const Options& options) {
    const auto length = options.length.empty() ? Result<Duration>{Duration::zero()} : parseDuration(options.length);
    if (!length) return fail(length.error());
    const auto plant = openPlant(options.plant);
    if (!plant) return fail(plant.error());
    auto live = openLive(*plant, options.plant);
    if (!live) return fail(live.error());
    const twin::LiveThread thread{std::move(*live)};
    const Seen seen = watch(thread, *length);
    JsonWriter json;
    json.beginObject()
        .field("what", "feed")
        .field("device", processorName())
        .field("signals", plant->signals.size())
        .field("frames", seen.frame->number)
        .field("applied", seen.frame->samplesApplied);
    json.key("feeds").beginArray();
    for (const telemetry::FeedStatus& feed : *seen.feeds) write(json, feed);
    json.endArray().endObject();
    print(json.text());
    return ExitStatus::Success;
}

} // namespace

void addBenchFeed(CLI::App& bench, Run& run) {
    CLI::App* command = bench.add_subcommand(
        "feed",
        "Follow a plant's live feeds in frames, as the window does: time from the source of a sample to the frame that has it");
    command->footer("Example: millwright bench feed my-plant --for 60s\nbenchmarks/mqtt.py runs it beside a broker under load.");
    auto options = std::make_shared<Options>();
    command->add_option("PLANT", options->plant, "A plant's folder, with [[feed]] in its plant.toml")->required();
    command->add_option("--for", options->length, "How long, such as 60s; default: until stopped with Ctrl-C");
    command->add_flag("--json", options->json, "The answer is JSON anyway");
    command->callback([&run, options] { run = [options] { return benchFeed(*options); }; });
}

} // namespace millwright::app
