#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/live/feed_watch.hpp"
#include "telemetry/mqtt/connection.hpp"

#include <format>
#include <utility>

namespace millwright::telemetry {
namespace {

std::vector<MqttSubscription> subscriptionsTo(std::vector<std::string>& filters, int qos) {
    std::vector<MqttSubscription> all;
    for (std::string& filter : filters) all.push_back({std::move(filter), qos});
    return all;
}

class MqttFeed final : public Feed {
public:
    MqttFeed(MqttOptions options, std::string address)
        : id_{std::move(options.id)},
          url_{options.broker.url},
          watch_{options.staleAfter},
          queue_{options.queueBytes},
          decoder_{std::move(options.addresses), std::move(options.format)},
          connection_{{.broker = std::move(options.broker),
                       .subscriptions = subscriptionsTo(options.subscriptions, options.qos),
                       .maximumMessageBytes = options.maximumMessageBytes},
                      std::move(address),
                      queue_} {}

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    std::string id_, url_;
    FeedWatch watch_;
    ArrivalQueue queue_;
    PayloadDecoder decoder_;
    // What `status` reads from any thread.
    std::atomic<std::uint64_t> samples_ = 0, unmatched_ = 0, rejected_ = 0;
    MqttConnection connection_; ///< last: its threads fill the queue
};

void MqttFeed::drain(Time now, StringTable& strings, Arrivals& arrivals) {
    Arrival arrival;
    while (queue_.pop(arrival, now)) {
        if (arrival.kind == Arrival::Kind::Lost) {
            watch_.lost(arrival.received, arrivals);
            continue;
        }
        if (arrival.kind != Arrival::Kind::Message) continue;
        const std::size_t before = arrivals.samples.size();
        decoder_.decode(arrival.topic, arrival.payload, arrival.received, strings, arrivals.samples);
        for (std::size_t i = before; i < arrivals.samples.size(); ++i) watch_.heard(arrivals.samples[i], arrival.received);
    }
    samples_.store(decoder_.counters().samples, std::memory_order_relaxed);
    unmatched_.store(decoder_.counters().unmatched, std::memory_order_relaxed);
    rejected_.store(decoder_.counters().rejected, std::memory_order_relaxed);
    watch_.check(now, arrivals);
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
            .clockOffset = watch_.clockOffset(),
            .lastReceived = timeFromNanoseconds(counters.lastReceived)};
}

} // namespace

Result<std::unique_ptr<Feed>> openMqtt(MqttOptions options) {
    auto address = checkedAddress(options.id, options.broker);
    if (!address) return std::unexpected(address.error());
    if (options.subscriptions.empty())
        return failure(ErrorCode::Invalid, "it subscribes to no topic", std::format("feed '{}'", options.id));
    return std::make_unique<MqttFeed>(std::move(options), std::move(*address));
}

} // namespace millwright::telemetry
