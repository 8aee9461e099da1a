#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/feed.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// Where a signal is at an agent: `DEVICE/ITEM`, DEVICE being a device's name, uuid or id, ITEM a data item's id or name. Behind a
/// further slash, a part of it: `x`, `y` or `z` of a position, `code` or `text` of a condition (the item itself is its level), or
/// the key of a data set's entry.
struct MtconnectAddress {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    std::string unit; ///< UCUM; numbers are converted to it from the data item's units. Empty: they are taken as they are
    std::string item;
};

struct MtconnectOptions {
    std::string id;
    std::string url; ///< of the agent: `http://host[:5000][/path]`, `https://…`
    std::string user, password;
    std::filesystem::path ca;               ///< PEM; empty: the authorities this machine trusts
    std::filesystem::path certificate, key; ///< PEM, of this client; empty: none
    bool verify = true;                     ///< that the certificate is the host's, valid, and signed by an authority
    std::vector<MtconnectAddress> addresses;
    Duration interval = std::chrono::milliseconds{250}; ///< how often the agent sends what is new
    Duration heartbeat =
        std::chrono::seconds{10};       ///< how often it sends something in any case; silent for twice as long, it is lost
    std::size_t queueBytes = 16u << 20; ///< of observations received and not yet drained
    std::size_t maximumDocumentBytes = 16u << 20;
};

/// Starts to follow an MTConnect agent: asks what it has (probe), how it is (current), and then for what happens (sample, as one
/// stream). Goes on where it was after a loss, as far as the agent's buffer reaches; what it hands in later is historical. Connects
/// in the background, for as long as it lives, with pauses from half a second to half a minute between attempts. Errors: Invalid
/// (the URL); NotFound (a certificate or key file).
[[nodiscard]] Result<std::unique_ptr<Feed>> openMtconnect(MtconnectOptions options);

} // namespace millwright::telemetry
