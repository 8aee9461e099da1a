#pragma once

#include "telemetry/live/arrival_queue.hpp"

#include <millwright/telemetry/mqtt.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// What a client asks a broker for; not the subscription of a reader of logs, which is in telemetry/source.hpp.
struct MqttSubscription {
    std::string filter;
    int qos = 1;
};

/// A message on its way to the broker.
struct Outgoing {
    std::string topic;
    std::string payload;
    int qos = 0;
    bool retain = false;
};

struct ConnectionOptions {
    BrokerOptions broker;
    std::vector<MqttSubscription> subscriptions;
    std::size_t maximumMessageBytes = 1u << 20;
    bool keepSession = true; ///< let the broker hold messages while the connection is away
    /// Gives the will of each attempt to connect. Thread: the connection's own.
    std::function<std::optional<Outgoing>()> will = {};
};

/// The address of a feed's broker as the client library writes it. Errors: Invalid (the URL), with what to write instead; NotFound
/// (a certificate or key file).
[[nodiscard]] Result<std::string> checkedAddress(const std::string& feed, const BrokerOptions& broker);

/// A connection to an MQTT broker that comes back by itself. Messages and news of the connection go into a queue.
class MqttConnection {
public:
    /// Starts connecting. `queue` must outlive the connection.
    MqttConnection(ConnectionOptions options, std::string address, ArrivalQueue& queue);
    /// Disconnects and joins.
    ~MqttConnection();
    MqttConnection(const MqttConnection&) = delete;
    MqttConnection& operator=(const MqttConnection&) = delete;

    struct Counters {
        std::atomic<std::uint64_t> received = 0, bytes = 0, dropped = 0, gaps = 0, reconnects = 0;
        std::atomic<std::int64_t> lastReceived = 0; ///< nanoseconds
    };
    // Thread: any.
    /// Sends without waiting; nothing where there is no connection. What was given by then is sent before a wanted disconnect.
    void publish(const Outgoing& message);
    [[nodiscard]] const Counters& counters() const;
    [[nodiscard]] FeedHealth health() const;
    [[nodiscard]] std::string problem() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
