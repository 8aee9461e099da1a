#pragma once

#include "telemetry/opcua/native.hpp"

#include <millwright/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry::opcua {

using NodeIdOwner = Owned<UA_NodeId, UA_TYPES_NODEID>;

/// Whether a text is a node id that can be of this server, as `OpcUaAddress::node` describes it.
[[nodiscard]] bool isNodeId(std::string_view text);
/// A node, or elements of its array: `index=2;nsu=URI;s=NAME`, `index=0,2;…` of a matrix.
struct NodeAddress {
    std::string_view index; ///< of the element; empty: the value as a whole
    std::string_view node;
};
/// Takes the index off. None for an index that is none, or one element's. The views are of `text`.
[[nodiscard]] std::optional<NodeAddress> parseAddress(std::string_view text);
/// What to write instead of what is no node id.
inline constexpr std::string_view nodeIdForms =
    "write nsu=NAMESPACE-URI;s=NAME, or ns=INDEX;s=NAME, with i=NUMBER, g=GUID or b=BASE64 in place of s=NAME where the server has "
    "such";

/// The namespaces of a server, whose indices it may change each time it starts.
class Namespaces {
public:
    /// Asks the server at `url`. Errors: Unsupported.
    [[nodiscard]] Result<void> read(UA_Client* client, std::string_view url);
    /// In what follows, a node id may have an index before it, which does not matter.
    /// The URI in a node id that the server has no namespace for; empty where it has it, or the text has none.
    [[nodiscard]] std::string missing(std::string_view node) const;
    /// The node id with the index that its namespace has at present. False, and `id` empty, where that cannot be.
    [[nodiscard]] bool resolve(std::string_view node, UA_NodeId& id) const;
    /// The node id with the URI of its namespace, which `resolve` takes; none of the namespace 0 has one.
    [[nodiscard]] std::string text(const UA_NodeId& id) const;
    /// All URIs, for messages.
    [[nodiscard]] std::string list() const;

private:
    std::vector<std::string> uris_; ///< by index
};

/// How much is put into one call: what the server allows, and not more than a message can hold.
struct OperationLimits {
    std::size_t monitoredItems, read, browse, translate, historyRead;
};
/// Asks the server; it need not name all of them, or any.
[[nodiscard]] OperationLimits readLimits(UA_Client* client);

/// Reads attributes of nodes in as many calls as the server wants, and hands over each value with its place in `wanted`. Answers
/// that are too large for a message are asked for in smaller parts; what then still is gets the status that the server gives.
/// Errors: Unreadable (the connection).
template <typename Take>
[[nodiscard]] Result<void> readAll(UA_Client* client, std::vector<UA_ReadValueId>& wanted, std::size_t perCall, Take take);

// ---

/// One Read call of `wanted`, source times with the values. A Good service result has as many results as were asked for.
[[nodiscard]] UA_ReadResponse readOnce(UA_Client* client, UA_ReadValueId* wanted, std::size_t count);
/// Whether a call with fewer operations may do.
[[nodiscard]] bool wantsLess(UA_StatusCode status);
[[nodiscard]] Error callFailed(std::string_view what, UA_StatusCode status);

template <typename Take>
Result<void> readAll(UA_Client* client, std::vector<UA_ReadValueId>& wanted, std::size_t perCall, Take take) {
    for (std::size_t at = 0, size = perCall; at < wanted.size();) {
        const std::size_t count = std::min(size, wanted.size() - at);
        Owned<UA_ReadResponse, UA_TYPES_READRESPONSE> answer{readOnce(client, wanted.data() + at, count)};
        const UA_StatusCode status = answer->responseHeader.serviceResult;
        if (wantsLess(status) && count > 1) {
            size = count / 2;
            continue;
        }
        if (status != UA_STATUSCODE_GOOD && !wantsLess(status)) return std::unexpected(callFailed("Read", status));
        UA_DataValue refused{};
        refused.hasStatus = true;
        refused.status = status;
        for (std::size_t i = 0; i < count; ++i) take(at + i, i < answer->resultsSize ? answer->results[i] : refused);
        at += count;
        size = std::min(perCall, 2 * size);
    }
    return {};
}

} // namespace millwright::telemetry::opcua
