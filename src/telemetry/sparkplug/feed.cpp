#include "telemetry/live/arrival_queue.hpp"
#include "telemetry/live/feed_watch.hpp"
#include "telemetry/mqtt/connection.hpp"

#include <millwright/telemetry/sparkplug_feed.hpp>

#include <algorithm>
#include <format>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace millwright::telemetry {
namespace {

Outgoing outgoing(const sparkplug::Publication& publication) {
    return {std::string{publication.topic},
            {reinterpret_cast<const char*>(publication.payload.data()), publication.payload.size()},
            publication.qos,
            publication.retain};
}

std::vector<MqttSubscription> subscriptionsOf(const sparkplug::Host& host) {
    std::vector<MqttSubscription> all;
    for (const auto& [topic, qos] : host.subscriptions()) all.push_back({topic, qos});
    return all;
}

class SparkplugFeed final : public Feed, private sparkplug::Sink {
public:
    SparkplugFeed(SparkplugOptions options, std::string address, std::shared_ptr<StringTable> strings);
    ~SparkplugFeed() override;
    SparkplugFeed(const SparkplugFeed&) = delete;
    SparkplugFeed& operator=(const SparkplugFeed&) = delete;

    void drain(Time now, StringTable& strings, Arrivals& arrivals) override;
    [[nodiscard]] FeedStatus status() const override;

private:
    // What the host finds, while it is given an arrival.
    sparkplug::MetricTarget bind(const sparkplug::MetricName& name, ValueType natural) override;
    void samples(std::span<const Sample> samples, Time received) override;
    void historical(std::span<const Sample> samples, Time received) override;
    void publish(const sparkplug::Publication& publication) override;

    void take(const Arrival& arrival);
    [[nodiscard]] std::optional<Outgoing> will();

    std::string id_, url_;
    bool primary_;
    std::shared_ptr<StringTable> strings_;
    std::unordered_map<std::string, sparkplug::MetricTarget> targets_; ///< by address
    FeedWatch watch_;
    ArrivalQueue queue_;
    Arrivals* arrivals_ = nullptr; ///< where samples go, during `drain`
    mutable std::mutex mutex_;     ///< guards the host: `status` and `will` come from other threads
    sparkplug::Host host_;
    std::optional<MqttConnection> connection_; ///< last: its threads fill the queue
};

SparkplugFeed::SparkplugFeed(SparkplugOptions options, std::string address, std::shared_ptr<StringTable> strings)
    : id_{std::move(options.id)},
      url_{options.broker.url},
      primary_{options.host.primary},
      strings_{std::move(strings)},
      watch_{options.staleAfter},
      queue_{options.queueBytes},
      host_{options.host, *this, *strings_} {
    for (SparkplugAddress& one : options.addresses)
        targets_.emplace(std::move(one.metric), sparkplug::MetricTarget{one.signal, one.type});
    connection_.emplace(ConnectionOptions{.broker = std::move(options.broker),
                                          .subscriptions = subscriptionsOf(host_),
                                          .maximumMessageBytes = std::min(options.queueBytes / 2, options.host.maximumPayloadBytes),
                                          .keepSession = false,
                                          .will = [this] { return will(); }},
                        std::move(address), queue_);
}

SparkplugFeed::~SparkplugFeed() {
    if (connection_->health() != FeedHealth::Live) return;
    const std::scoped_lock lock{mutex_};
    host_.closing(receptionTime());
}

std::optional<Outgoing> SparkplugFeed::will() {
    if (!primary_) return std::nullopt;
    const std::scoped_lock lock{mutex_};
    return outgoing(host_.will(receptionTime()));
}

void SparkplugFeed::drain(Time now, StringTable&, Arrivals& arrivals) {
    const std::scoped_lock lock{mutex_};
    arrivals_ = &arrivals;
    Arrival arrival;
    while (queue_.pop(arrival, now)) take(arrival);
    if (const auto due = host_.deadline(); due && *due <= now) host_.advance(now);
    watch_.check(now, arrivals);
    arrivals_ = nullptr;
}

void SparkplugFeed::take(const Arrival& arrival) {
    switch (arrival.kind) {
    case Arrival::Kind::Message: host_.receive(arrival.topic, std::as_bytes(std::span{arrival.payload}), arrival.received); break;
    case Arrival::Kind::Connected: host_.connected(arrival.received); break;
    case Arrival::Kind::Lost: host_.disconnected(arrival.received); break;
    }
}

sparkplug::MetricTarget SparkplugFeed::bind(const sparkplug::MetricName& name, ValueType) {
    const auto found = targets_.find(std::format("{}/{}/{}/{}", name.group, name.edgeNode, name.device, name.metric));
    return found == targets_.end() ? sparkplug::MetricTarget{} : found->second;
}

void SparkplugFeed::samples(std::span<const Sample> samples, Time received) {
    arrivals_->samples.insert(arrivals_->samples.end(), samples.begin(), samples.end());
    for (const Sample& sample : samples)
        if (sample.quality != Quality::Stale) watch_.heard(sample, received);
}

void SparkplugFeed::historical(std::span<const Sample> samples, Time) {
    arrivals_->historical.insert(arrivals_->historical.end(), samples.begin(), samples.end());
}

void SparkplugFeed::publish(const sparkplug::Publication& publication) {
    connection_->publish(outgoing(publication));
}

FeedStatus SparkplugFeed::status() const {
    const auto& connection = connection_->counters();
    FeedStatus status{.id = id_,
                      .kind = "sparkplug",
                      .url = url_,
                      .health = connection_->health(),
                      .problem = connection_->problem(),
                      .clockOffset = watch_.clockOffset(),
                      .lastReceived = timeFromNanoseconds(connection.lastReceived)};
    const std::scoped_lock lock{mutex_};
    const sparkplug::HostCounters& host = host_.counters();
    status.counters = {.received = connection.received,
                       .bytes = connection.bytes,
                       .samples = host.samples + host.historical,
                       .unmatched = host.unmatched,
                       .rejected = host.rejected + host.malformed + host.unsupported + host.unknown + host.overLimit,
                       .dropped = connection.dropped,
                       .skipped = host.dropped,
                       .gaps = connection.gaps + host.gaps,
                       .reconnects = connection.reconnects};
    for (const sparkplug::NodeStatus& node : host_.nodes())
        status.nodes.push_back({.id = node.group + '/' + node.edgeNode,
                                .state = std::string{sparkplug::name(node.state)},
                                .devices = node.devicesOnline,
                                .metrics = node.metrics,
                                .lastReceived = node.lastMessage});
    return status;
}

/// Whether a text can be one level of a topic.
bool isLevel(std::string_view text) {
    return !text.empty() && text.find_first_of("+#/") == std::string_view::npos;
}

/// `GROUP/EDGE-NODE/DEVICE/METRIC`, the device perhaps empty.
bool isMetric(std::string_view address) {
    std::string_view levels[3];
    for (std::string_view& level : levels) {
        const std::size_t slash = address.find('/');
        if (slash == std::string_view::npos) return false;
        level = address.substr(0, slash);
        address.remove_prefix(slash + 1);
    }
    return isLevel(levels[0]) && isLevel(levels[1]) && (levels[2].empty() || isLevel(levels[2])) && !address.empty();
}

} // namespace

Result<std::unique_ptr<Feed>> openSparkplug(SparkplugOptions options, std::shared_ptr<StringTable> strings) {
    const std::string place = std::format("feed '{}'", options.id);
    auto address = checkedAddress(options.id, options.broker);
    if (!address) return std::unexpected(address.error());
    if (!isLevel(options.host.hostId))
        return failure(ErrorCode::Invalid,
                       std::format("'{}' is no Sparkplug host id: it is a text without +, / and #", options.host.hostId), place);
    std::unordered_map<std::string_view, SignalIndex> seen;
    for (const SparkplugAddress& one : options.addresses) {
        if (!isMetric(one.metric))
            return failure(
                ErrorCode::Invalid,
                std::format("'{}' names no metric: write GROUP/EDGE-NODE/DEVICE/METRIC, or GROUP/EDGE-NODE//METRIC for one of "
                            "the edge node itself (docs/feeds.md)",
                            one.metric),
                place);
        if (!seen.emplace(one.metric, one.signal).second)
            return failure(ErrorCode::Invalid, std::format("two signals are the metric '{}'", one.metric), place);
    }
    return std::make_unique<SparkplugFeed>(std::move(options), std::move(*address), std::move(strings));
}

} // namespace millwright::telemetry
