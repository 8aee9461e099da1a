#pragma once

#include <millwright/telemetry/feed.hpp>
#include <millwright/telemetry/mqtt.hpp>
#include <millwright/telemetry/sparkplug.hpp>

#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// Which metric a signal is.
struct SparkplugAddress {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    /// `GROUP/EDGE-NODE/DEVICE/METRIC`; the device is empty for a metric of the edge node itself. What follows the third slash is
    /// the metric's name, slashes and all, as `sparkplug::MetricName` writes it.
    std::string metric;
};

struct SparkplugOptions {
    std::string id;
    BrokerOptions broker; ///< the session ends with the connection, as the specification asks
    sparkplug::HostOptions host;
    std::vector<SparkplugAddress> addresses;
    Duration staleAfter{}; ///< a signal silent for so long goes stale; zero: only when its node, device or connection dies
    std::size_t queueBytes = 16u << 20; ///< of messages received and not yet drained; messages beyond half of it are dropped
};

/// Starts to receive Sparkplug B 3.0 as a host application, through one MQTT server, with MQTT 5 or, where that does not know it,
/// 3.1.1. Connects as `openMqtt` does. Errors: Invalid (the URL, the host id, an address that is no metric); NotFound (a
/// certificate or key file). `strings` is the table that the feed will be drained into.
[[nodiscard]] Result<std::unique_ptr<Feed>> openSparkplug(SparkplugOptions options, std::shared_ptr<StringTable> strings);

} // namespace millwright::telemetry
