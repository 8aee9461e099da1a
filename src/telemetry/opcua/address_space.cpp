#include "telemetry/opcua/address_space.hpp"

#include <algorithm>
#include <format>
#include <open62541/client_highlevel.h>
#include <ranges>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::size_t mostPerCall = 1'000; ///< where the server names no limit: a message has one, too

using ExpandedOwner = Owned<UA_ExpandedNodeId, UA_TYPES_EXPANDEDNODEID>;

bool parse(std::string_view text, ExpandedOwner& node) {
    if (const auto address = parseAddress(text)) text = address->node;
    return UA_ExpandedNodeId_parse(&*node, borrowed(text)) == UA_STATUSCODE_GOOD;
}

std::size_t limit(UA_Client* client, UA_UInt32 node) {
    Owned<UA_Variant, UA_TYPES_VARIANT> value;
    if (UA_Client_readValueAttribute(client, UA_NODEID_NUMERIC(0, node), &*value) != UA_STATUSCODE_GOOD) return mostPerCall;
    if (!UA_Variant_hasScalarType(&*value, &UA_TYPES[UA_TYPES_UINT32])) return mostPerCall;
    const UA_UInt32 number = *static_cast<const UA_UInt32*>(value->data);
    return number == 0 ? mostPerCall : std::min<std::size_t>(number, mostPerCall);
}

} // namespace

std::optional<NodeAddress> parseAddress(std::string_view text) {
    constexpr std::string_view prefix = "index=";
    if (!text.starts_with(prefix)) return NodeAddress{{}, text};
    const std::size_t end = text.find(';');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view index = text.substr(prefix.size(), end - prefix.size());
    const auto isNumber = [](auto part) {
        return !part.empty() && part.size() <= 9 && std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    if (index.empty() ||
        !std::ranges::all_of(index | std::views::split(','), [&](auto part) { return isNumber(std::string_view{part}); }))
        return std::nullopt;
    return NodeAddress{index, text.substr(end + 1)};
}

bool isNodeId(std::string_view text) {
    ExpandedOwner node;
    if (text.starts_with("index=") || !parse(text, node) || node->serverIndex != 0) return false;
    if (node->namespaceUri.length > 0) return true;
    // The library reads an index that is too large modulo 65536.
    const std::string index = std::format("ns={};", node->nodeId.namespaceIndex);
    return !UA_NodeId_isNull(&node->nodeId) && (!text.starts_with("ns=") || text.starts_with(index));
}

Result<void> Namespaces::read(UA_Client* client, std::string_view url) {
    Owned<UA_Variant, UA_TYPES_VARIANT> value;
    const UA_NodeId node = UA_NODEID_NUMERIC(0, UA_NS0ID_SERVER_NAMESPACEARRAY);
    const UA_StatusCode status = UA_Client_readValueAttribute(client, node, &*value);
    if (status != UA_STATUSCODE_GOOD || !UA_Variant_hasArrayType(&*value, &UA_TYPES[UA_TYPES_STRING]))
        return failure(ErrorCode::Unsupported,
                       std::format("{} does not say which namespaces it has ({})", url, statusName(status)));
    uris_.clear();
    for (const UA_String& uri : std::span{static_cast<const UA_String*>(value->data), value->arrayLength})
        uris_.emplace_back(view(uri));
    return {};
}

std::string Namespaces::missing(std::string_view node) const {
    ExpandedOwner parsed;
    if (!parse(node, parsed)) return {};
    const std::string_view uri = view(parsed->namespaceUri);
    return uri.empty() || std::ranges::contains(uris_, uri) ? std::string{} : std::string{uri};
}

bool Namespaces::resolve(std::string_view node, UA_NodeId& id) const {
    ExpandedOwner parsed;
    if (!parse(node, parsed)) return false;
    const std::string_view uri = view(parsed->namespaceUri);
    const auto found = uri.empty() ? uris_.end() : std::ranges::find(uris_, uri);
    if (!uri.empty() && found == uris_.end()) return false;
    UA_NodeId_copy(&parsed->nodeId, &id);
    if (!uri.empty()) id.namespaceIndex = static_cast<UA_UInt16>(found - uris_.begin());
    return true;
}

std::string Namespaces::text(const UA_NodeId& id) const {
    UA_ExpandedNodeId expanded{};
    expanded.nodeId = id;
    if (id.namespaceIndex > 0 && id.namespaceIndex < uris_.size()) {
        expanded.namespaceUri = borrowed(uris_[id.namespaceIndex]);
        expanded.nodeId.namespaceIndex = 0;
    }
    Owned<UA_String, UA_TYPES_STRING> printed;
    static_cast<void>(UA_ExpandedNodeId_print(&expanded, &*printed));
    return std::string{view(*printed)};
}

std::string Namespaces::list() const {
    std::string all;
    for (const std::string& one : uris_) all += (all.empty() ? "" : ", ") + one;
    return all;
}

OperationLimits readLimits(UA_Client* client) {
    return {.monitoredItems = limit(client, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXMONITOREDITEMSPERCALL),
            .read = limit(client, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXNODESPERREAD),
            .browse = limit(client, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXNODESPERBROWSE),
            .translate = limit(client, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXNODESPERTRANSLATEBROWSEPATHSTONODEIDS),
            .historyRead = limit(client, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXNODESPERHISTORYREADDATA)};
}

UA_ReadResponse readOnce(UA_Client* client, UA_ReadValueId* wanted, std::size_t count) {
    UA_ReadRequest request{};
    request.timestampsToReturn = UA_TIMESTAMPSTORETURN_SOURCE;
    request.nodesToRead = wanted;
    request.nodesToReadSize = count;
    UA_ReadResponse answer = UA_Client_Service_read(client, request);
    if (answer.responseHeader.serviceResult == UA_STATUSCODE_GOOD && answer.resultsSize != count)
        answer.responseHeader.serviceResult = UA_STATUSCODE_BADUNKNOWNRESPONSE;
    return answer;
}

bool wantsLess(UA_StatusCode status) {
    switch (status) {
    case UA_STATUSCODE_BADTOOMANYOPERATIONS:
    case UA_STATUSCODE_BADRESPONSETOOLARGE:
    case UA_STATUSCODE_BADREQUESTTOOLARGE:
    case UA_STATUSCODE_BADENCODINGLIMITSEXCEEDED: return true;
    default: return false;
    }
}

Error callFailed(std::string_view what, UA_StatusCode status) {
    return {ErrorCode::Unreadable, std::format("the server answers the service {} with {}", what, statusName(status)), {}};
}

} // namespace millwright::telemetry::opcua
