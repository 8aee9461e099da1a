#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/feed.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// How messages to and from an OPC UA server are protected.
enum class OpcUaSecurity : std::uint8_t { None, Sign, SignAndEncrypt };

/// How to reach an OPC UA server, and as whom.
struct OpcUaServer {
    std::string url; ///< `opc.tcp://host[:4840][/path]`
    OpcUaSecurity security = OpcUaSecurity::SignAndEncrypt;
    std::string applicationUri;                     ///< of this client, as its certificate has it; empty: `urn:millwright:client`
    std::filesystem::path certificate, key;         ///< PEM, of this client; needed unless `security` is None
    std::filesystem::path trusted;                  ///< PEM or DER: servers' certificates, or authorities with revocation lists
    bool verify = true;                             ///< that `trusted` has the server's certificate or its authority's
    std::string user, password;                     ///< both empty: an anonymous user, unless there is a certificate of one
    std::filesystem::path userCertificate, userKey; ///< PEM, of a user
};

/// Which node a signal is.
struct OpcUaAddress {
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float;
    std::string name; ///< of the signal, for messages
    std::string unit; ///< of the signal, UCUM, to be compared with the node's; empty: none
    /// As OPC 10000-6, 5.3.1.10 writes a node id: `nsu=URI;s=NAME`, with `ns=INDEX` in place of `nsu`, with `i`, `g` or `b` for
    /// `s`; with `index=2;` before it, an element of its array. Or `condition=SOURCE/NAME[/PART]`, a condition of OPC 10000-9: its
    /// state, or the part `active`, `acknowledged`, `severity`, `message` or `retain`.
    std::string node;
};

struct OpcUaOptions {
    std::string id;
    OpcUaServer server;
    std::vector<OpcUaAddress> addresses;
    Duration publishingInterval = std::chrono::milliseconds{250}; ///< how often the server sends what has changed
    std::optional<Duration> samplingInterval; ///< how often it looks at a node; zero: as often as it can; none: at each publishing
    std::uint32_t queueSize = 10;             ///< values of a node that the server keeps from one publishing to the next
    std::string notifier = "i=2253";          ///< node that tells the events of conditions; the object Server
    Duration staleAfter{};                    ///< a signal silent for so long goes stale; zero: only when the connection is lost
    std::size_t queueBytes = 16u << 20;       ///< of values received and not yet drained
};

/// Starts to receive the values of nodes of an OPC UA server, through a subscription. Connects in the background, for as long as it
/// lives, with pauses from half a second to half a minute between attempts; every connection has a session and a subscription of
/// its own. What changed between two of them is read from the server's history and handed on as historical, where it has one, and
/// else told as a gap. Nodes that the server does not have, values that no sample can hold, and nodes in another unit than their
/// signal are told of once. Errors: Invalid (the URL, an address, what security needs and lacks); NotFound, Unreadable, Malformed
/// (a certificate or key file).
[[nodiscard]] Result<std::unique_ptr<Feed>> openOpcUa(OpcUaOptions options);

} // namespace millwright::telemetry
