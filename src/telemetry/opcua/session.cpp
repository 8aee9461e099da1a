#include "telemetry/opcua/session.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <open62541/client_highlevel.h>
#include <open62541/client_subscriptions.h>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::size_t mostItemsPerCall = 1'000; ///< where the server names no limit: a message has one, too
constexpr double keepAliveMilliseconds = 5'000; ///< between signs of life while nothing changes
constexpr double lifetimeMilliseconds = 60'000; ///< that a server keeps the subscription of a client which is gone

constexpr UA_StatusCode overflowed = 0x0480; ///< InfoType DataValue and its bit Overflow (OPC 10000-4, 7.39)

double milliseconds(Duration duration) {
    return static_cast<double>(duration.count()) * 1e-6;
}

using NodeIdOwner = Owned<UA_ExpandedNodeId, UA_TYPES_EXPANDEDNODEID>;

bool parseNode(std::string_view text, NodeIdOwner& node) {
    return UA_ExpandedNodeId_parse(&*node, borrowed(text)) == UA_STATUSCODE_GOOD;
}

} // namespace

bool isNodeId(std::string_view text) {
    NodeIdOwner node;
    if (!parseNode(text, node) || node->serverIndex != 0) return false;
    if (node->namespaceUri.length > 0) return true;
    // The library reads an index that is too large modulo 65536.
    const std::string index = std::format("ns={};", node->nodeId.namespaceIndex);
    return !UA_NodeId_isNull(&node->nodeId) && (!text.starts_with("ns=") || text.starts_with(index));
}

Session::Session(const OpcUaOptions& options, Receiver& receiver) : options_{options}, receiver_{receiver} {
    for (std::uint32_t i = 0; i < options.addresses.size(); ++i) items_.push_back({.session = this, .address = i});
}

Session::~Session() {
    close();
}

void Session::close() {
    if (client_) UA_Client_disconnect(client_.get());
    client_.reset();
}

Result<void> Session::open() {
    close();
    watch_ = {};
    auto client = connect(options_.server, watch_);
    if (!client) return std::unexpected(client.error());
    client_ = std::move(*client);
    if (auto read = readNamespaces(); !read) return read;
    readLimits();
    for (Item& item : items_) {
        item.first = true;
        item.monitored = false;
    }
    if (auto subscribed = subscribe(); !subscribed) return subscribed;
    return awaitFirstValues();
}

/// A server sends the present value of every node first. One that does not for some of them must not keep the others waiting.
Result<void> Session::awaitFirstValues() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    const auto isAwaited = [](const Item& item) { return item.monitored && item.first; };
    while (std::ranges::any_of(items_, isAwaited) && std::chrono::steady_clock::now() < end)
        if (auto going = step(std::chrono::milliseconds{20}); !going) return going;
    return {};
}

Result<void> Session::step(Duration wait) {
    const UA_StatusCode status = UA_Client_run_iterate(client_.get(), static_cast<UA_UInt32>(milliseconds(wait)));
    UA_SessionState session{};
    UA_Client_getState(client_.get(), nullptr, &session, nullptr);
    if (!watch_.lost && status == UA_STATUSCODE_GOOD && session == UA_SESSIONSTATE_ACTIVATED) return {};
    const std::string why = watch_.lost                    ? ": " + watch_.because
                            : status != UA_STATUSCODE_GOOD ? std::format(" ({})", statusName(status))
                                                           : "";
    return failure(ErrorCode::Unreadable, std::format("the connection to {} broke{}", options_.server.url, why));
}

Result<void> Session::readNamespaces() {
    Owned<UA_Variant, UA_TYPES_VARIANT> value;
    const UA_NodeId node = UA_NODEID_NUMERIC(0, UA_NS0ID_SERVER_NAMESPACEARRAY);
    const UA_StatusCode status = UA_Client_readValueAttribute(client_.get(), node, &*value);
    if (status != UA_STATUSCODE_GOOD || !UA_Variant_hasArrayType(&*value, &UA_TYPES[UA_TYPES_STRING]))
        return failure(ErrorCode::Unsupported,
                       std::format("{} does not say which namespaces it has ({})", options_.server.url, statusName(status)));
    namespaces_.clear();
    for (const UA_String& uri : std::span{static_cast<const UA_String*>(value->data), value->arrayLength})
        namespaces_.emplace_back(view(uri));
    return {};
}

void Session::readLimits() {
    itemsPerCall_ = mostItemsPerCall;
    Owned<UA_Variant, UA_TYPES_VARIANT> value;
    const UA_NodeId node = UA_NODEID_NUMERIC(0, UA_NS0ID_SERVER_SERVERCAPABILITIES_OPERATIONLIMITS_MAXMONITOREDITEMSPERCALL);
    if (UA_Client_readValueAttribute(client_.get(), node, &*value) != UA_STATUSCODE_GOOD) return; // optional for a server
    if (!UA_Variant_hasScalarType(&*value, &UA_TYPES[UA_TYPES_UINT32])) return;
    const UA_UInt32 limit = *static_cast<const UA_UInt32*>(value->data);
    if (limit > 0) itemsPerCall_ = std::min<std::size_t>(limit, mostItemsPerCall);
}

/// The node id of an item with the index that its namespace has in this server at present.
bool Session::resolve(const Item& item, UA_NodeId& node) {
    NodeIdOwner parsed;
    if (!parseNode(options_.addresses[item.address].node, parsed)) return false;
    UA_NodeId_copy(&parsed->nodeId, &node);
    const std::string_view uri = view(parsed->namespaceUri);
    if (uri.empty()) return true;
    const auto found = std::ranges::find(namespaces_, uri);
    if (found != namespaces_.end()) {
        node.namespaceIndex = static_cast<UA_UInt16>(found - namespaces_.begin());
        return true;
    }
    UA_NodeId_clear(&node);
    if (!std::ranges::contains(missingNamespaces_, uri)) {
        missingNamespaces_.emplace_back(uri);
        std::string all;
        for (const std::string& one : namespaces_) all += (all.empty() ? "" : ", ") + one;
        receiver_.note(std::format("{} has no namespace {}, but {}", options_.server.url, uri, all));
    }
    return false;
}

Result<void> Session::subscribe() {
    UA_CreateSubscriptionRequest request = UA_CreateSubscriptionRequest_default();
    const double interval = milliseconds(options_.publishingInterval);
    request.requestedPublishingInterval = interval;
    request.requestedMaxKeepAliveCount = static_cast<UA_UInt32>(std::max(1.0, std::ceil(keepAliveMilliseconds / interval)));
    request.requestedLifetimeCount =
        std::max(3 * request.requestedMaxKeepAliveCount, static_cast<UA_UInt32>(std::ceil(lifetimeMilliseconds / interval)));
    Owned<UA_CreateSubscriptionResponse, UA_TYPES_CREATESUBSCRIPTIONRESPONSE> made{
        UA_Client_Subscriptions_create(client_.get(), request, this, onSubscriptionStatus, nullptr)};
    if (made->responseHeader.serviceResult != UA_STATUSCODE_GOOD)
        return failure(ErrorCode::Unsupported, std::format("{} refuses a subscription ({})", options_.server.url,
                                                           statusName(made->responseHeader.serviceResult)));
    subscription_ = made->subscriptionId;
    std::vector<std::pair<Item*, UA_NodeId>> batch;
    UA_StatusCode status = UA_STATUSCODE_GOOD;
    for (std::size_t i = 0; i < items_.size() && status == UA_STATUSCODE_GOOD; ++i) {
        UA_NodeId node{};
        if (resolve(items_[i], node)) batch.emplace_back(&items_[i], node);
        if (batch.size() >= itemsPerCall_ || i + 1 == items_.size()) status = createItems(batch);
    }
    for (auto& [item, node] : batch) UA_NodeId_clear(&node);
    if (status == UA_STATUSCODE_GOOD) return {};
    return failure(ErrorCode::Unsupported,
                   std::format("{} refuses to monitor nodes ({})", options_.server.url, statusName(status)));
}

/// Creates monitored items, in more calls where the server says that they are too many for one, and empties the batch.
UA_StatusCode Session::createItems(std::vector<std::pair<Item*, UA_NodeId>>& batch) {
    for (std::size_t at = 0; at < batch.size();) {
        const std::size_t count = std::min(itemsPerCall_, batch.size() - at);
        std::vector<UA_MonitoredItemCreateRequest> requests;
        std::vector<void*> contexts;
        std::vector<UA_Client_DataChangeNotificationCallback> callbacks(count, onValue);
        std::vector<UA_Client_DeleteMonitoredItemCallback> farewells(count, nullptr);
        for (auto& [item, node] : std::span{batch}.subspan(at, count)) {
            requests.push_back(UA_MonitoredItemCreateRequest_default(node));
            auto& parameters = requests.back().requestedParameters;
            parameters.samplingInterval = options_.samplingInterval ? milliseconds(*options_.samplingInterval) : -1.0;
            parameters.queueSize = options_.queueSize;
            contexts.push_back(item);
        }
        UA_CreateMonitoredItemsRequest request{};
        request.subscriptionId = subscription_;
        request.timestampsToReturn = UA_TIMESTAMPSTORETURN_BOTH;
        request.itemsToCreate = requests.data();
        request.itemsToCreateSize = count;
        Owned<UA_CreateMonitoredItemsResponse, UA_TYPES_CREATEMONITOREDITEMSRESPONSE> made{
            UA_Client_MonitoredItems_createDataChanges(client_.get(), request, contexts.data(), callbacks.data(),
                                                       farewells.data())};
        const UA_StatusCode status = made->responseHeader.serviceResult;
        if (status == UA_STATUSCODE_BADTOOMANYOPERATIONS && count > 1) {
            itemsPerCall_ = count / 2;
            continue;
        }
        if (status != UA_STATUSCODE_GOOD) return status;
        for (std::size_t i = 0; i < made->resultsSize; ++i) {
            Item& item = *batch[at + i].first;
            item.monitored = made->results[i].statusCode == UA_STATUSCODE_GOOD;
            if (item.monitored) continue;
            const OpcUaAddress& address = options_.addresses[item.address];
            receiver_.note(std::format("signal '{}' gets no values from node {}: {}", address.name, address.node,
                                       statusName(made->results[i].statusCode)));
        }
        at += count;
    }
    for (auto& [item, node] : batch) UA_NodeId_clear(&node);
    batch.clear();
    return UA_STATUSCODE_GOOD;
}

void Session::onValue(UA_Client*, UA_UInt32, void*, UA_UInt32, void* item, UA_DataValue* value) {
    Item& known = *static_cast<Item*>(item);
    known.session->take(known, *value);
}

void Session::onSubscriptionStatus(UA_Client*, UA_UInt32, void* session, UA_StatusChangeNotification* status) {
    ConnectionWatch& watch = static_cast<Session*>(session)->watch_;
    watch.lost = true;
    watch.because = std::format("the server ended the subscription ({})", statusName(status->status));
}

void Session::take(Item& item, const UA_DataValue& value) {
    const OpcUaAddress& address = options_.addresses[item.address];
    const std::size_t bytes = UA_calcSizeBinary(&value, &UA_TYPES[UA_TYPES_DATAVALUE]);
    Reading reading{.signal = address.signal, .type = address.type, .first = item.first};
    const std::string problem = read(value, reading, text_);
    item.first = false;
    if (value.hasStatus && (value.status & overflowed) == overflowed) {
        receiver_.gap();
        if (!item.overflowTold)
            receiver_.note(std::format("values of signal '{}' are lost, because the queue of node {} is full at the server: raise "
                                       "'queue_size', or lower 'publishing_interval'",
                                       address.name, address.node));
        item.overflowTold = true;
    }
    if (problem.empty()) return receiver_.take(reading, text_, bytes);
    receiver_.reject(bytes);
    if (!item.told) receiver_.note(std::format("signal '{}' cannot use node {}: {}", address.name, address.node, problem));
    item.told = true;
}

} // namespace millwright::telemetry::opcua
