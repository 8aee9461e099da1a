#include <millwright/history/recall.hpp>
#include <millwright/telemetry/feed.hpp>
#include <millwright/twin/sighting.hpp>

#include <algorithm>
#include <app/commands/study.hpp>
#include <app/live.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <format>
#include <mutex>

// `study --live`: what the plant's feeds tell of the process now.
namespace millwright::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr Duration longestWait = 30s;

/// The signals that were not heard.
std::vector<SignalIndex> unheard(const history::History& history, const std::vector<SignalIndex>& wanted) {
    history::HistoryReader reader{history};
    std::vector<SignalIndex> silent;
    std::ranges::copy_if(wanted, std::back_inserter(silent),
                         [&](SignalIndex signal) { return reader.span(signal) == TimeInterval{}; });
    return silent;
}

void tell(LiveNews& news, twin::Live& live) {
    for (const std::string& text : news.since(live.status(), {})) std::fprintf(stderr, "millwright: %s\n", text.c_str());
}

/// Takes what arrives: for `length`, or, where that is 0, until all that is wanted was heard or the longest wait is over.
Result<void> follow(twin::Live& live, const history::History& history, const std::vector<SignalIndex>& wanted, Duration length) {
    const std::stop_token stop = interrupted();
    ProgressBar bar{"listening"};
    const Progress progress = bar.progress();
    std::mutex mutex;
    std::condition_variable_any stopped; // woken by nothing but the stop token
    LiveNews news;
    const Duration most = length > Duration::zero() ? length : longestWait;
    const Clock::time_point began = Clock::now();
    while (Clock::now() - began < most) {
        if (stop.stop_requested()) return failure(ErrorCode::Cancelled, "stopped while listening to the feeds");
        live.poll(telemetry::receptionTime());
        tell(news, live);
        if (length == Duration::zero() && unheard(history, wanted).empty()) break;
        progress(seconds(Clock::now() - began) / seconds(most), "");
        std::unique_lock lock{mutex};
        stopped.wait_for(lock, stop, 20ms, [] { return false; });
    }
    live.finish(telemetry::receptionTime());
    return {};
}

std::string nothingHeard(const std::vector<telemetry::FeedStatus>& feeds, std::size_t signals) {
    std::string text = std::format("nothing was heard of the {} signals that show what the process is doing", signals);
    for (const telemetry::FeedStatus& feed : feeds) {
        text += std::format("; feed '{}' is {}", feed.id, telemetry::name(feed.health));
        if (!feed.problem.empty()) text += ": " + feed.problem;
    }
    return text + "; listen longer with --listen, or look at the feeds with `millwright feed`";
}

std::string notHeard(const plant::Plant& plant, const std::vector<SignalIndex>& silent, std::size_t wanted, Duration listened) {
    constexpr std::size_t named = 5;
    std::string text = std::format("Of {} signals that show what the process is doing, {} told nothing in {}: ", wanted,
                                   silent.size(), formatDuration(listened));
    for (std::size_t i = 0; i < std::min(named, silent.size()); ++i)
        text += (i == 0 ? "" : ", ") + std::string{plant.at(silent[i]).path};
    return text + (silent.size() > named ? " and others." : ".");
}

Result<Duration> listeningTime(const StudyOptions& options) {
    if (options.listen.empty()) return Duration::zero();
    const auto length = parseDuration(options.listen);
    if (!length) return failure(length.error().code, length.error().message, "--listen");
    if (*length <= Duration::zero()) return failure(ErrorCode::OutOfRange, "must be more than 0", "--listen");
    return length;
}

} // namespace

Result<Moment> momentOfFeeds(const StudyOptions& options, const plant::Plant& plant) {
    const auto length = listeningTime(options);
    if (!length) return std::unexpected(length.error());
    const std::vector<SignalIndex> wanted = twin::presentSignals(plant);
    auto live = openLive(plant, options.plant);
    if (!live) return std::unexpected(live.error());
    const auto history = keepHistory(plant, *live, std::size_t{256} << 20);
    const Clock::time_point began = Clock::now();
    if (!wanted.empty())
        if (auto followed = follow(*live, *history, wanted, *length); !followed) return std::unexpected(followed.error());
    const Duration listened = std::chrono::round<std::chrono::seconds>(Clock::now() - began);
    const std::vector<SignalIndex> silent = unheard(*history, wanted);
    if (!wanted.empty() && silent.size() == wanted.size())
        return failure(ErrorCode::Unreadable, nothingHeard(live->source().status(), wanted.size()), options.plant);
    Moment moment{.at = live->source().settled(), .sighting = {}, .feeds = {}, .unseen = {}};
    const auto shifts = shiftsFrom(options, moment.at);
    if (!shifts) return std::unexpected(shifts.error());
    const auto seen = history::recall(*history, plant.signals.size(), wanted, moment.at, live->source().strings());
    auto sighting = twin::sightingOf(plant, *seen, moment.at, *shifts);
    if (!sighting) return std::unexpected(sighting.error());
    moment.sighting = *std::move(sighting);
    for (const telemetry::FeedStatus& feed : live->source().status()) moment.feeds.push_back(feed.id);
    if (!silent.empty()) moment.unseen.push_back(notHeard(plant, silent, wanted.size(), listened));
    return moment;
}

} // namespace millwright::app
