#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/live/access.hpp"
#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/live/feed_text.hpp"
#include "telemetry/live/feed_watch.hpp"
#include "telemetry/mtconnect/agent.hpp"
#include "telemetry/mtconnect/http.hpp"

#include <millwright/core/log.hpp>
#include <millwright/telemetry/back_off.hpp>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <format>
#include <mutex>
#include <thread>
#include <utility>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;

/// What the thread of the connection puts into the queue as an arrival's topic; the payload is the text.
struct Told {
    Sample sample;
    bool historical = false;
};
static_assert(std::is_trivially_copyable_v<Told>);

class MtconnectFeed final : public Feed, private mtconnect::Sink {
public:
    explicit MtconnectFeed(MtconnectOptions options)
        : options_{std::move(options)},
          queue_{options_.queueBytes},
          client_{std::move(options_.addresses), options_.interval, options_.heartbeat, *this},
          thread_{[this](const std::stop_token& stop) { run(stop); }} {}

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    // Thread: the connection's own.
    void run(const std::stop_token& stop);
    [[nodiscard]] Result<void> converse(mtconnect::HttpClient& http, const std::stop_token& stop);
    [[nodiscard]] Result<void> hear(std::string& document);
    void told(const Sample& sample, std::string_view text, bool historical) override;
    void setLive();
    void setLost(std::string why);

    MtconnectOptions options_;
    ArrivalQueue queue_;
    FeedWatch watch_{Duration::zero()}; ///< an agent is silent about what does not change
    std::atomic<std::uint64_t> received_ = 0, bytes_ = 0, samples_ = 0, unmatched_ = 0, rejected_ = 0, texts_ = 0, dropped_ = 0,
                               gaps_ = 0, reconnects_ = 0;
    std::atomic<std::int64_t> lastReceived_ = 0; ///< nanoseconds
    // Of the connection's thread:
    std::uint64_t droppings_ = 0; ///< stretches of dropped observations
    bool dropping_ = false;
    std::chrono::steady_clock::time_point liveSince_;
    mtconnect::AgentClient client_;
    BackOff backOff_;

    mutable std::mutex mutex_; ///< guards what follows
    std::condition_variable_any changed_;
    FeedHealth health_ = FeedHealth::Connecting;
    std::string problem_;
    std::jthread thread_; ///< last: it uses all of the above
};

void MtconnectFeed::drain(Time now, StringTable& strings, Arrivals& arrivals) {
    Arrival arrival;
    while (queue_.pop(arrival, now)) {
        if (arrival.kind == Arrival::Kind::Lost) watch_.lost(arrival.received, arrivals);
        if (arrival.kind != Arrival::Kind::Message) continue;
        Told told;
        std::memcpy(&told, arrival.topic.data(), sizeof told);
        Sample& sample = told.sample;
        if (sample.quality == Quality::Bad) {
            sample.value = noValue(sample.type, strings);
        } else if (sample.type == ValueType::String) {
            const auto text = addText(arrival.payload, strings);
            if (!text) {
                texts_.fetch_add(1, std::memory_order_relaxed);
                continue;
            }
            sample.value = Value::of(*text);
        }
        if (told.historical) {
            arrivals.historical.push_back(sample);
            continue;
        }
        arrivals.samples.push_back(sample);
        watch_.heard(sample, arrival.received);
    }
}

FeedStatus MtconnectFeed::status() const {
    FeedStatus status{.id = options_.id,
                      .kind = "mtconnect",
                      .url = options_.url,
                      .counters = {.received = received_,
                                   .bytes = bytes_,
                                   .samples = samples_,
                                   .unmatched = unmatched_,
                                   .rejected = rejected_ + texts_,
                                   .dropped = dropped_,
                                   .gaps = gaps_,
                                   .reconnects = reconnects_},
                      .clockOffset = watch_.clockOffset(),
                      .lastReceived = timeFromNanoseconds(lastReceived_)};
    const std::scoped_lock lock{mutex_};
    status.health = health_;
    status.problem = problem_;
    return status;
}

// --- the connection

void MtconnectFeed::setLive() {
    const std::scoped_lock lock{mutex_};
    if (health_ == FeedHealth::Live) return;
    if (health_ == FeedHealth::Disconnected) reconnects_.fetch_add(1, std::memory_order_relaxed);
    health_ = FeedHealth::Live;
    problem_.clear();
    liveSince_ = std::chrono::steady_clock::now();
}

void MtconnectFeed::setLost(std::string why) {
    const std::scoped_lock lock{mutex_};
    problem_ = std::move(why);
    if (health_ != FeedHealth::Live) return;
    health_ = FeedHealth::Disconnected;
    backOff_.lasted(std::chrono::steady_clock::now() - liveSince_);
    queue_.push({.kind = Arrival::Kind::Lost, .received = receptionTime(), .topic = {}, .payload = {}});
}

void MtconnectFeed::run(const std::stop_token& stop) {
    mtconnect::HttpClient http{options_};
    while (!stop.stop_requested()) {
        const Result<void> done = converse(http, stop);
        if (stop.stop_requested()) return;
        client_.lost();
        setLost(done ? std::format("{} ended the stream", options_.url) : done.error().message);
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stop, backOff_.next(), [] { return false; });
    }
}

/// One request after the other, each as the answers before it ask for.
Result<void> MtconnectFeed::converse(mtconnect::HttpClient& http, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const bool follows = client_.follows();
        const std::string path = client_.request();
        Result<void> heard;
        const auto take = [&](std::string& document) {
            heard = hear(document);
            return heard.has_value() && client_.follows(); // it goes on with another request
        };
        if (follows) setLive();
        if (auto got = http.get(path, 2 * options_.heartbeat, take, stop); !got) return got;
        if (!heard) return heard;
        if (follows && client_.follows()) return {}; // a stream that ended
    }
    return {};
}

Result<void> MtconnectFeed::hear(std::string& document) {
    received_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(document.size(), std::memory_order_relaxed);
    lastReceived_.store(nanoseconds(receptionTime()), std::memory_order_relaxed);
    auto heard = client_.answer(document);
    const auto& counters = client_.counters();
    samples_.store(counters.samples, std::memory_order_relaxed);
    unmatched_.store(counters.unmatched, std::memory_order_relaxed);
    rejected_.store(counters.rejected, std::memory_order_relaxed);
    gaps_.store(counters.gaps + droppings_, std::memory_order_relaxed);
    for (const std::string& line : client_.takeNews()) log::warning("feed '{}': {}", options_.id, line);
    if (heard) return {};
    Error error = heard.error();
    error.message = std::format("{}: {}", options_.url, error.message);
    return std::unexpected(std::move(error));
}

void MtconnectFeed::told(const Sample& sample, std::string_view text, bool historical) {
    const Told told{sample, historical};
    const bool kept = queue_.push({.kind = Arrival::Kind::Message,
                                   .received = receptionTime(),
                                   .topic = {reinterpret_cast<const char*>(&told), sizeof told},
                                   .payload = text});
    if (!kept) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        droppings_ += dropping_ ? 0 : 1;
    }
    dropping_ = !kept;
}

} // namespace

Result<std::unique_ptr<Feed>> openMtconnect(MtconnectOptions options) {
    auto url = mtconnect::checkedUrl(options.url);
    if (!url) return ofFeed(options.id, url.error());
    if (auto found = filesExist({{options.ca, "ca"}, {options.certificate, "certificate"}, {options.key, "key"}}); !found)
        return ofFeed(options.id, found.error());
    options.url = std::move(*url);
    return std::make_unique<MtconnectFeed>(std::move(options));
}

} // namespace millwright::telemetry
