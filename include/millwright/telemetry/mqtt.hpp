#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/feed.hpp>
#include <millwright/telemetry/payload.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// How to reach a broker.
struct BrokerOptions {
    std::string url;      ///< `mqtt://host[:1883]`, `mqtts://host[:8883]`
    std::string clientId; ///< empty: one made up anew, whose session ends with it. With one, the broker keeps the session for five
                          ///< minutes (MQTT 5) or until it is told otherwise (3.1.1).
    std::string user, password;
    std::filesystem::path ca;               ///< PEM; empty: the authorities this machine trusts
    std::filesystem::path certificate, key; ///< PEM, of this client; empty: none
    bool verify = true;                     ///< that the certificate is the host's, valid, and signed by an authority
};

struct MqttOptions {
    std::string id;
    BrokerOptions broker;
    std::vector<std::string> subscriptions; ///< topic filters
    int qos = 1;
    std::vector<PayloadAddress> addresses;
    PayloadFormat format;
    Duration staleAfter{};                      ///< a signal silent for so long goes stale; zero: only when the connection is lost
    std::size_t queueBytes = 16u << 20;         ///< of messages received and not yet drained
    std::size_t maximumMessageBytes = 1u << 20; ///< longer messages are dropped
};

/// Starts to receive plain MQTT topics, with MQTT 5 or, where the broker does not know it, 3.1.1. Connects in the background, for
/// as long as it lives, with pauses from half a second to half a minute between attempts. Errors: Invalid (the URL);
/// NotFound (a certificate or key file).
[[nodiscard]] Result<std::unique_ptr<Feed>> openMqtt(MqttOptions options);

} // namespace millwright::telemetry
