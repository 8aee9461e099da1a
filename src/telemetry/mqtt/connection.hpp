#pragma once

#include "telemetry/live/arrival_queue.hpp"

#include <millwright/telemetry/mqtt.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

struct ConnectionOptions {
    BrokerOptions broker;
    std::vector<std::string> subscriptions;
    int qos = 1;
    std::size_t maximumMessageBytes = 1u << 20;
};

/// A broker's address as the client library writes it. Errors: Invalid, with what to write instead.
[[nodiscard]] Result<std::string> brokerAddress(const std::string& url);

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
    [[nodiscard]] const Counters& counters() const;
    [[nodiscard]] FeedHealth health() const;
    [[nodiscard]] std::string problem() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
