#include "telemetry/encoding/convert_value.hpp"
#include "telemetry/live/access.hpp"
#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/live/feed_text.hpp"
#include "telemetry/live/feed_watch.hpp"
#include "telemetry/opcua/session.hpp"

#include <millwright/telemetry/back_off.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <format>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;
using opcua::Reading;

constexpr std::size_t mostNotes = 100;

class OpcUaFeed final : public Feed, private opcua::Receiver {
public:
    explicit OpcUaFeed(OpcUaOptions options)
        : options_{std::move(options)}, watch_{options_.staleAfter}, queue_{options_.queueBytes}, session_{options_, *this} {
        thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
    }
    ~OpcUaFeed() override = default;
    OpcUaFeed(const OpcUaFeed&) = delete;
    OpcUaFeed& operator=(const OpcUaFeed&) = delete;

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    // What the session finds.
    void take(const Reading& reading, std::string_view text, std::size_t bytes) override;
    void reject(std::size_t bytes) override;
    void note(std::string text) override;
    void gap() override { gaps_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] bool hasRoom() const override { return queue_.waiting() < options_.queueBytes / 4; }

    void count(std::size_t bytes);
    void run(const std::stop_token& stop);
    void live(const std::stop_token& stop);
    void news(Arrival::Kind kind) { queue_.push({.kind = kind, .received = receptionTime(), .topic = {}, .payload = {}}); }
    void setProblem(std::string text);
    void drainReading(const Arrival& arrival, StringTable& strings, Arrivals& arrivals);

    const OpcUaOptions options_;
    FeedWatch watch_;
    ArrivalQueue queue_;
    // What `status` reads from any thread.
    std::atomic<std::uint64_t> received_ = 0, bytes_ = 0, samples_ = 0, rejected_ = 0, dropped_ = 0, gaps_ = 0, reconnects_ = 0;
    std::atomic<std::int64_t> lastReceived_ = 0; ///< nanoseconds
    std::atomic<FeedHealth> health_ = FeedHealth::Connecting;
    mutable std::mutex mutex_;            ///< guards what follows
    std::condition_variable_any waiting_; ///< woken by nothing but the stop token
    std::string problem_;
    std::vector<std::string> notes_;
    // Of the feed's own thread:
    std::unordered_set<std::string> told_;
    bool dropping_ = false;
    opcua::Session session_;
    std::jthread thread_; ///< last: it uses the rest
};

void OpcUaFeed::count(std::size_t bytes) {
    received_.fetch_add(1, std::memory_order_relaxed);
    bytes_.fetch_add(bytes, std::memory_order_relaxed);
    lastReceived_.store(nanoseconds(receptionTime()), std::memory_order_relaxed);
}

void OpcUaFeed::take(const Reading& reading, std::string_view text, std::size_t bytes) {
    count(bytes);
    const Arrival arrival{.kind = Arrival::Kind::Message,
                          .received = receptionTime(),
                          .topic = {reinterpret_cast<const char*>(&reading), sizeof reading},
                          .payload = text};
    const bool fits = queue_.push(arrival);
    if (!fits) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        if (!dropping_) gap();
    }
    dropping_ = !fits;
}

void OpcUaFeed::reject(std::size_t bytes) {
    count(bytes);
    rejected_.fetch_add(1, std::memory_order_relaxed);
}

void OpcUaFeed::note(std::string text) {
    if (told_.size() >= mostNotes || !told_.insert(text).second) return;
    if (told_.size() == mostNotes) text = "more does not work than is told of one by one";
    const std::scoped_lock lock{mutex_};
    notes_.push_back(std::move(text));
}

void OpcUaFeed::setProblem(std::string text) {
    const std::scoped_lock lock{mutex_};
    problem_ = std::move(text);
}

/// Works off a connection until it is lost.
void OpcUaFeed::live(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto going = session_.step(20ms);
        if (going) continue;
        setProblem(going.error().message);
        return;
    }
}

void OpcUaFeed::run(const std::stop_token& stop) {
    BackOff backOff;
    while (!stop.stop_requested()) {
        const auto opened = session_.open();
        if (opened) {
            setProblem({});
            if (health_ != FeedHealth::Connecting) reconnects_.fetch_add(1, std::memory_order_relaxed);
            health_ = FeedHealth::Live;
            news(Arrival::Kind::Connected);
            const auto begun = std::chrono::steady_clock::now();
            live(stop);
            news(Arrival::Kind::Lost);
            backOff.lasted(std::chrono::steady_clock::now() - begun);
        } else {
            setProblem(opened.error().text());
        }
        session_.close();
        if (stop.stop_requested()) break;
        if (health_ == FeedHealth::Live) health_ = FeedHealth::Disconnected;
        std::unique_lock lock{mutex_};
        waiting_.wait_for(lock, stop, backOff.next(), [] { return false; });
    }
}

void OpcUaFeed::drainReading(const Arrival& arrival, StringTable& strings, Arrivals& arrivals) {
    Reading reading;
    std::memcpy(&reading, arrival.topic.data(), sizeof reading);
    Sample sample{reading.time == Time{} ? arrival.received : reading.time, reading.value, reading.signal, reading.type,
                  reading.quality};
    if (reading.empty) {
        sample.value = noValue(reading.type, strings);
    } else if (reading.type == ValueType::String) {
        const auto id = addText(arrival.payload, strings);
        if (!id) {
            rejected_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        sample.value = Value::of(*id);
    }
    samples_.fetch_add(1, std::memory_order_relaxed);
    if (reading.historical) {
        arrivals.historical.push_back(sample);
        return;
    }
    arrivals.samples.push_back(sample);
    watch_.heard(sample, arrival.received, !reading.first);
}

void OpcUaFeed::drain(Time now, StringTable& strings, Arrivals& arrivals) {
    Arrival arrival;
    while (queue_.pop(arrival, now)) {
        switch (arrival.kind) {
        case Arrival::Kind::Message: drainReading(arrival, strings, arrivals); break;
        case Arrival::Kind::Lost: watch_.lost(arrival.received, arrivals); break;
        case Arrival::Kind::Connected: break;
        }
    }
    watch_.check(now, arrivals);
}

FeedStatus OpcUaFeed::status() const {
    FeedStatus status{.id = options_.id,
                      .kind = "opcua",
                      .url = options_.server.url,
                      .health = health_,
                      .counters = {.received = received_,
                                   .bytes = bytes_,
                                   .samples = samples_,
                                   .rejected = rejected_,
                                   .dropped = dropped_,
                                   .gaps = gaps_,
                                   .reconnects = reconnects_},
                      .clockOffset = watch_.clockOffset(),
                      .lastReceived = timeFromNanoseconds(lastReceived_)};
    const std::scoped_lock lock{mutex_};
    status.problem = problem_;
    status.notes = notes_;
    return status;
}

} // namespace

Result<std::unique_ptr<Feed>> openOpcUa(OpcUaOptions options) {
    if (auto checked = opcua::checkServer(options.server); !checked) return ofFeed(options.id, std::move(checked.error()));
    for (const OpcUaAddress& one : options.addresses) {
        const bool condition = opcua::isOfCondition(one.node);
        const auto address = opcua::parseAddress(one.node);
        if (condition && !opcua::parseCondition(one.node))
            return ofFeed(options.id,
                          {ErrorCode::Invalid,
                           std::format("'{}' of signal '{}' is no condition: {}", one.node, one.name, opcua::conditionForms),
                           {}});
        if (!condition && !address)
            return ofFeed(
                options.id,
                {ErrorCode::Invalid,
                 std::format("'{}' of signal '{}' has no index of one element: write index=2;nsu=…, or index=0,2;nsu=… of a matrix",
                             one.node, one.name),
                 {}});
        if (!condition && !opcua::isNodeId(address->node))
            return ofFeed(options.id, {ErrorCode::Invalid,
                                       std::format("'{}' of signal '{}' is no node id: {}", one.node, one.name, opcua::nodeIdForms),
                                       {}});
    }
    if (!opcua::isNodeId(options.notifier))
        return ofFeed(options.id, {ErrorCode::Invalid,
                                   std::format("'notifier' is '{}', which is no node id: {}", options.notifier, opcua::nodeIdForms),
                                   {}});
    return std::make_unique<OpcUaFeed>(std::move(options));
}

} // namespace millwright::telemetry
