#pragma once

#include "telemetry/opcua/native.hpp"

#include <millwright/core/result.hpp>
#include <millwright/telemetry/opcua.hpp>

namespace millwright::telemetry::opcua {

/// What a client notices of its connection while it runs. Thread: the client's.
struct ConnectionWatch {
    bool lost = false;
    std::string because;
};

/// What can be seen to be wrong without a network: the form of the URL, keys that are missing, certificates that cannot be read.
/// Errors: see `openOpcUa`.
[[nodiscard]] Result<void> checkServer(const OpcUaServer& server);

/// Connects to the best endpoint of the server that has the wanted security and takes the wanted kind of user, and makes a session.
/// Waits for at most a few times five seconds. `watch` must outlive the client. Errors, with words for people: NotFound (nobody
/// answers), Unsupported (no such endpoint), Invalid (a certificate or user is refused, by either side).
[[nodiscard]] Result<ClientOwner> connect(const OpcUaServer& server, ConnectionWatch& watch);

} // namespace millwright::telemetry::opcua
