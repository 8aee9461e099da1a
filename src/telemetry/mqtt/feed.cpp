#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/mqtt/connection.hpp"

#include <algorithm>
#include <format>
#include <optional>
#include <system_error>
#include <utility>

namespace millwright::telemetry {
namespace {

/// When a signal was last heard of.
struct Heard {
    Time at = Time::min();
    bool silent = true; ///< nothing since, or nothing ever
};

class MqttFeed final : public Feed {
public:
    MqttFeed(MqttOptions options, std::string address)
        : id_{std::move(options.id)},
          url_{options.broker.url},
          staleAfter_{options.staleAfter},
          queue_{options.queueBytes},
          decoder_{std::move(options.addresses), std::move(options.format)},
          connection_{{std::move(options.broker), std::move(options.subscriptions), options.qos, options.maximumMessageBytes},
                      std::move(address),
                      queue_} {}

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    void remember(const Sample& sample, Time received);
    void fallSilent(Time since, Time heardBefore, Arrivals& arrivals);

    std::string id_, url_;
    Duration staleAfter_;
    ArrivalQueue queue_;
    PayloadDecoder decoder_;
    std::optional<Arrival> next_; ///< taken from the queue, but of a later time than was asked for
    std::vector<Heard> heard_;    ///< by signal
    Time nextStaleCheck_ = Time::min();
    // What `status` reads from any thread.
    std::atomic<std::uint64_t> samples_ = 0, unmatched_ = 0, rejected_ = 0;
    std::atomic<std::int64_t> offset_ = 0; ///< nanoseconds
    Duration leastOffset_ = Duration::max();
    Time offsetSince_ = Time::min();
    MqttConnection connection_; ///< last: its threads fill the queue
};

void MqttFeed::remember(const Sample& sample, Time received) {
    const std::size_t at = index(sample.signal);
    if (at >= heard_.size()) heard_.resize(at + 1);
    heard_[at] = {received, false};
    if (sample.time == received) return; // dated by its reception: tells nothing of a clock
    constexpr Duration memory = std::chrono::seconds{30};
    const Duration offset = received - sample.time;
    if (received - memory > offsetSince_ || offset < leastOffset_) {
        leastOffset_ = offset;
        offsetSince_ = received;
        offset_.store(offset.count(), std::memory_order_relaxed);
    }
}

void MqttFeed::fallSilent(Time since, Time heardBefore, Arrivals& arrivals) {
    for (std::size_t i = 0; i < heard_.size(); ++i) {
        if (heard_[i].silent || heard_[i].at > heardBefore) continue;
        heard_[i].silent = true;
        arrivals.silences.push_back({arrivals.samples.size(), static_cast<SignalIndex>(i), since});
    }
}

void MqttFeed::drain(Time now, StringTable& strings, Arrivals& arrivals) {
    Arrival arrival;
    while (next_ || queue_.pop(arrival)) {
        if (next_) arrival = *std::exchange(next_, std::nullopt);
        if (arrival.received > now) { // else a flood would never let the caller go
            next_ = arrival;
            break;
        }
        if (arrival.kind == Arrival::Kind::Lost) {
            fallSilent(arrival.received, Time::max(), arrivals);
            continue;
        }
        const std::size_t before = arrivals.samples.size();
        decoder_.decode(arrival.topic, arrival.payload, arrival.received, strings, arrivals.samples);
        for (std::size_t i = before; i < arrivals.samples.size(); ++i) remember(arrivals.samples[i], arrival.received);
    }
    samples_.store(decoder_.counters().samples, std::memory_order_relaxed);
    unmatched_.store(decoder_.counters().unmatched, std::memory_order_relaxed);
    rejected_.store(decoder_.counters().rejected, std::memory_order_relaxed);
    if (staleAfter_ <= Duration::zero() || now < nextStaleCheck_) return;
    nextStaleCheck_ = now + std::min<Duration>(staleAfter_ / 4, std::chrono::seconds{1});
    fallSilent(now, now - staleAfter_, arrivals);
}

FeedStatus MqttFeed::status() const {
    const auto& counters = connection_.counters();
    return {.id = id_,
            .kind = "mqtt",
            .url = url_,
            .health = connection_.health(),
            .problem = connection_.problem(),
            .counters = {.received = counters.received,
                         .bytes = counters.bytes,
                         .samples = samples_,
                         .unmatched = unmatched_,
                         .rejected = rejected_,
                         .dropped = counters.dropped,
                         .gaps = counters.gaps,
                         .reconnects = counters.reconnects},
            .clockOffset = Duration{offset_},
            .lastReceived = timeFromNanoseconds(counters.lastReceived)};
}

Result<void> readable(const std::filesystem::path& file, std::string_view key) {
    std::error_code error;
    if (file.empty() || std::filesystem::is_regular_file(file, error)) return {};
    return failure(ErrorCode::NotFound, std::format("'{}' names a file that does not exist", key), file.string());
}

} // namespace

Result<std::unique_ptr<Feed>> openMqtt(MqttOptions options) {
    const auto at = [&](Error error) {
        error.place = std::format("feed '{}'{}{}", options.id, error.place.empty() ? "" : ": ", error.place);
        return std::unexpected(std::move(error));
    };
    auto address = brokerAddress(options.broker.url);
    if (!address) return at(address.error());
    for (const auto& [file, key] :
         {std::pair{&options.broker.ca, "ca"}, {&options.broker.certificate, "certificate"}, {&options.broker.key, "key"}})
        if (auto found = readable(*file, key); !found) return at(found.error());
    if (options.subscriptions.empty()) return at({ErrorCode::Invalid, "it subscribes to no topic", {}});
    return std::make_unique<MqttFeed>(std::move(options), std::move(*address));
}

} // namespace millwright::telemetry
