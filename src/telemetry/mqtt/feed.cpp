#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/mqtt/connection.hpp"

#include <algorithm>
#include <format>
#include <system_error>

namespace millwright::telemetry {
namespace {

/// The last value of one signal, so that it can be called stale.
struct LastValue {
    Sample sample;
    Time heard = Time::min();
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

    void drain(Time now, StringTable& strings, std::vector<Sample>& samples) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    void remember(const Sample& sample, Time received);
    void goStale(Time now, Time heardBefore, std::vector<Sample>& samples);

    std::string id_, url_;
    Duration staleAfter_;
    ArrivalQueue queue_;
    PayloadDecoder decoder_;
    std::vector<LastValue> last_; ///< by signal
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
    if (at >= last_.size()) last_.resize(at + 1);
    last_[at] = {sample, received};
    if (sample.time == received) return; // dated by its reception: tells nothing of a clock
    constexpr Duration memory = std::chrono::seconds{30};
    const Duration offset = received - sample.time;
    if (received - memory > offsetSince_ || offset < leastOffset_) {
        leastOffset_ = offset;
        offsetSince_ = received;
        offset_.store(offset.count(), std::memory_order_relaxed);
    }
}

/// Says of every value heard before that time that it is only the last one known.
void MqttFeed::goStale(Time now, Time heardBefore, std::vector<Sample>& samples) {
    for (LastValue& last : last_) {
        if (last.sample.signal == noSignal || last.sample.quality == Quality::Stale || last.heard > heardBefore) continue;
        last.sample.quality = Quality::Stale;
        last.sample.time = now;
        samples.push_back(last.sample);
    }
}

void MqttFeed::drain(Time now, StringTable& strings, std::vector<Sample>& samples) {
    Arrival arrival;
    while (queue_.pop(arrival)) {
        if (arrival.kind == Arrival::Kind::Lost) goStale(arrival.received, Time::max(), samples);
        if (arrival.kind != Arrival::Kind::Message) continue;
        const std::size_t before = samples.size();
        decoder_.decode(arrival.topic, arrival.payload, arrival.received, strings, samples);
        for (std::size_t i = before; i < samples.size(); ++i) remember(samples[i], arrival.received);
    }
    samples_.store(decoder_.counters().samples, std::memory_order_relaxed);
    unmatched_.store(decoder_.counters().unmatched, std::memory_order_relaxed);
    rejected_.store(decoder_.counters().rejected, std::memory_order_relaxed);
    if (staleAfter_ <= Duration::zero() || now < nextStaleCheck_) return;
    nextStaleCheck_ = now + std::min<Duration>(staleAfter_ / 4, std::chrono::seconds{1});
    goStale(now, now - staleAfter_, samples);
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
