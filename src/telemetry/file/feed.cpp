#include "telemetry/file/tail.hpp"
#include "telemetry/file/text_reader.hpp"
#include "telemetry/live/access.hpp"
#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/live/feed_watch.hpp"

#include <millwright/telemetry/file_feed.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <format>
#include <mutex>
#include <thread>

namespace millwright::telemetry {
namespace {

constexpr std::chrono::milliseconds longestPause{1000};

/// What the queue says of a block of lines, in place of a topic.
constexpr std::string_view ofNow = "now", ofBefore = "before", begins = "begins", beginsWith = "head", caughtUp = "caught";

class FileFeed final : public Feed {
public:
    FileFeed(FileOptions options, Mapping mapping)
        : options_{std::move(options)},
          name_{options_.path == "-" ? "standard input" : options_.path.string()},
          watch_{options_.staleAfter},
          queue_{options_.queueBytes},
          reader_{std::move(mapping), std::move(options_.addresses), name_},
          tail_{options_.path, std::min(options_.maximumLineBytes, options_.queueBytes / 4)},
          thread_{[this](const std::stop_token& stop) { run(stop); }} {}

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    void takeBlock(const Arrival& arrival, StringTable& strings, Arrivals& arrivals);
    void giveNewest(Time received, Arrivals& arrivals);

    void run(const std::stop_token& stop);
    void tell(file::Tail::News news, const std::stop_token& stop);
    void push(std::string_view what, std::string_view lines, const std::stop_token& stop);
    void setLive();
    void setLost(FeedHealth health, const std::string& why);

    FileOptions options_;
    std::string name_; ///< of the file, for people
    // Of the thread that drains.
    FeedWatch watch_;
    ArrivalQueue queue_;
    file::TextReader reader_;
    std::vector<Sample> before_; ///< what the file held already, until all of it was read
    // Of the feed's own thread.
    file::Tail tail_;
    bool catchingUp_ = false;
    // What `status` reads from any thread.
    std::atomic<std::uint64_t> lines_ = 0, bytes_ = 0, samples_ = 0, unmatched_ = 0, rejected_ = 0, dropped_ = 0, gaps_ = 0,
                               reconnects_ = 0;
    std::atomic<std::int64_t> lastReceived_ = 0;
    mutable std::mutex mutex_; ///< guards what follows
    std::condition_variable_any changed_;
    FeedHealth health_ = FeedHealth::Connecting;
    std::string problem_;
    std::vector<std::string> notes_;
    std::jthread thread_; ///< last: it uses all of the above
};

// --- what is taken out

void FileFeed::drain(Time now, StringTable& strings, Arrivals& arrivals) {
    Arrival arrival;
    while (queue_.pop(arrival, now)) {
        if (arrival.kind == Arrival::Kind::Lost) watch_.lost(arrival.received, arrivals);
        if (arrival.kind == Arrival::Kind::Message) takeBlock(arrival, strings, arrivals);
    }
    watch_.check(now, arrivals);
    const auto& counters = reader_.counters();
    samples_.store(counters.samples, std::memory_order_relaxed);
    unmatched_.store(counters.unmatched, std::memory_order_relaxed);
    rejected_.store(counters.rejected, std::memory_order_relaxed);
    if (const std::scoped_lock lock{mutex_}; notes_.size() != reader_.notes().size()) notes_ = reader_.notes();
}

void FileFeed::takeBlock(const Arrival& arrival, StringTable& strings, Arrivals& arrivals) {
    if (arrival.topic == begins) return reader_.begin();
    if (arrival.topic == beginsWith) return reader_.beginWith(arrival.payload);
    if (arrival.topic == caughtUp) return giveNewest(arrival.received, arrivals);
    if (arrival.topic == ofBefore) return reader_.read(arrival.payload, arrival.received, strings, before_);
    const std::size_t first = arrivals.samples.size();
    reader_.read(arrival.payload, arrival.received, strings, arrivals.samples);
    for (std::size_t i = first; i < arrivals.samples.size(); ++i) watch_.heard(arrivals.samples[i], arrival.received);
}

/// Of what the file held already, how each signal was last.
void FileFeed::giveNewest(Time received, Arrivals& arrivals) {
    std::ranges::stable_sort(
        before_, [](const Sample& a, const Sample& b) { return a.signal != b.signal ? a.signal < b.signal : a.time < b.time; });
    for (std::size_t i = 0; i < before_.size(); ++i) {
        if (i + 1 < before_.size() && before_[i + 1].signal == before_[i].signal) continue;
        arrivals.samples.push_back(before_[i]);
        watch_.heard(before_[i], received, false);
    }
    before_.clear();
}

FeedStatus FileFeed::status() const {
    FeedStatus status{.id = options_.id,
                      .kind = "file",
                      .url = name_,
                      .counters = {.received = lines_,
                                   .bytes = bytes_,
                                   .samples = samples_,
                                   .unmatched = unmatched_,
                                   .rejected = rejected_,
                                   .dropped = dropped_,
                                   .gaps = gaps_,
                                   .reconnects = reconnects_},
                      .clockOffset = watch_.clockOffset(),
                      .lastReceived = timeFromNanoseconds(lastReceived_)};
    const std::scoped_lock lock{mutex_};
    status.health = health_;
    status.problem = problem_;
    status.notes = notes_;
    return status;
}

// --- the file

void FileFeed::setLive() {
    const std::scoped_lock lock{mutex_};
    if (health_ == FeedHealth::Live) return;
    if (health_ == FeedHealth::Disconnected) reconnects_.fetch_add(1, std::memory_order_relaxed);
    health_ = FeedHealth::Live;
    problem_.clear();
}

void FileFeed::setLost(FeedHealth health, const std::string& why) {
    const std::scoped_lock lock{mutex_};
    problem_ = why.empty() ? "" : std::format("{}: {}", name_, why);
    const bool was = health_ == FeedHealth::Live;
    if (health_ != FeedHealth::Connecting || health == FeedHealth::Ended) health_ = health;
    if (was) queue_.push({.kind = Arrival::Kind::Lost, .received = receptionTime(), .topic = {}, .payload = {}});
}

void FileFeed::run(const std::stop_token& stop) {
    using std::chrono::milliseconds;
    const auto interval = std::chrono::duration_cast<milliseconds>(options_.interval);
    milliseconds pause = interval;
    while (!stop.stop_requested()) {
        const file::Tail::News news = tail_.next(interval);
        dropped_.store(tail_.dropped(), std::memory_order_relaxed);
        gaps_.store(tail_.gaps(), std::memory_order_relaxed);
        tell(news, stop);
        if (news == file::Tail::News::Ended) return;
        if (news != file::Tail::News::Missing) {
            pause = interval;
            continue;
        }
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stop, pause, [] { return false; });
        pause = std::min(2 * pause, longestPause);
    }
}

void FileFeed::tell(file::Tail::News news, const std::stop_token& stop) {
    using enum file::Tail::News;
    switch (news) {
    case Nothing: return;
    case Missing: return setLost(FeedHealth::Disconnected, tail_.problem());
    case Ended: return setLost(FeedHealth::Ended, lines_ == 0 ? "ended before anything came" : "");
    case Opened:
        catchingUp_ = true;
        push(beginsWith, tail_.head(), stop);
        break;
    case Begun: push(begins, {}, stop); break;
    case Caught:
        catchingUp_ = false;
        push(caughtUp, {}, stop);
        break;
    case Lines:
        lines_.fetch_add(static_cast<std::uint64_t>(std::ranges::count(tail_.lines(), '\n')), std::memory_order_relaxed);
        bytes_.fetch_add(tail_.lines().size(), std::memory_order_relaxed);
        lastReceived_.store(nanoseconds(receptionTime()), std::memory_order_relaxed);
        push(catchingUp_ ? ofBefore : ofNow, tail_.lines(), stop);
        break;
    }
    setLive();
}

/// What wrote the lines waits, or they wait in the file, until there is room.
void FileFeed::push(std::string_view what, std::string_view lines, const std::stop_token& stop) {
    while (!queue_.push({.kind = Arrival::Kind::Message, .received = receptionTime(), .topic = what, .payload = lines})) {
        std::unique_lock lock{mutex_};
        if (changed_.wait_for(lock, stop, std::chrono::milliseconds{10}, [] { return false; }) || stop.stop_requested()) return;
    }
}

Result<Mapping> mappingOf(const FileOptions& options) {
    auto mapping = options.mapping.empty() ? options.path == "-" ? Result<Mapping>{Mapping{}} : mappingFor(options.path)
                                           : loadMapping(options.mapping);
    if (!mapping || !mapping->format) return mapping;
    const bool ofLines =
        *mapping->format == TextFormat::Csv || *mapping->format == TextFormat::Json || *mapping->format == TextFormat::Shdr;
    if (!ofLines)
        return failure(ErrorCode::Invalid,
                       std::format("the mapping's format is '{}': a file that is followed has lines of 'csv', 'json' or 'shdr'",
                                   name(*mapping->format)),
                       mapping->file);
    return mapping;
}

} // namespace

Result<std::unique_ptr<Feed>> openFile(FileOptions options) {
    auto mapping = mappingOf(options);
    if (!mapping) return ofFeed(options.id, mapping.error());
    return std::make_unique<FileFeed>(std::move(options), std::move(*mapping));
}

} // namespace millwright::telemetry
