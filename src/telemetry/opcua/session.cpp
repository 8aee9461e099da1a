#include "telemetry/opcua/session.hpp"

#include "telemetry/opcua/unit_check.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <open62541/client_highlevel.h>
#include <open62541/client_subscriptions.h>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr double keepAliveMilliseconds = 5'000; ///< between signs of life while nothing changes
constexpr double lifetimeMilliseconds = 60'000; ///< that a server keeps the subscription of a client which is gone

constexpr UA_UInt32 eventQueue = 10'000; ///< that the server keeps from one publishing to the next

constexpr std::size_t mostOverflows = 10'000; ///< stretches of lost values that wait to be read from the history

constexpr UA_StatusCode overflowed = 0x0480; ///< InfoType DataValue and its bit Overflow (OPC 10000-4, 7.39)

double milliseconds(Duration duration) {
    return static_cast<double>(duration.count()) * 1e-6;
}

} // namespace

Session::Session(const OpcUaOptions& options, Receiver& receiver)
    : options_{options}, receiver_{receiver}, conditions_{options, *this} {
    itemOf_.resize(options.addresses.size());
    for (std::uint32_t i = 0; i < options.addresses.size(); ++i) {
        if (isOfCondition(options.addresses[i].node)) continue;
        const auto address = parseAddress(options.addresses[i].node);
        itemOf_[i] = items_.size();
        items_.push_back({.session = this, .address = i, .index = address ? address->index : std::string_view{}});
    }
}

Session::~Session() {
    close();
}

void Session::close() {
    filler_.end();
    if (client_) UA_Client_disconnect(client_.get());
    client_.reset();
}

Result<void> Session::open() {
    close();
    watch_ = {};
    auto client = connect(options_.server, watch_);
    if (!client) return std::unexpected(client.error());
    client_ = std::move(*client);
    if (auto read = namespaces_.read(client_.get(), options_.server.url); !read) return read;
    limits_ = readLimits(client_.get());
    for (Item& item : items_) {
        item.first = true;
        item.monitored = false;
    }
    filler_.begin(client_.get(), namespaces_, limits_.historyRead);
    conditions_.begin(namespaces_);
    refreshAt_.reset();
    gapTold_ = false;
    if (auto subscribed = subscribe(); !subscribed) return subscribed;
    if (auto come = awaitFirstValues(); !come) return come;
    if (std::exchange(connectedBefore_, true)) {
        if (conditions_.any()) tellGap(); // of events there is no history
        return {};
    }
    return compareUnits(client_.get(), namespaces_, limits_, options_,
                        [this](std::string text) { receiver_.note(std::move(text)); });
}

/// A server sends the present value of every node first. One that does not for some of them must not keep the others waiting.
Result<void> Session::awaitFirstValues() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
    const auto isAwaited = [](const Item& item) { return item.monitored && item.first; };
    while ((std::ranges::any_of(items_, isAwaited) || conditions_.refreshing) && std::chrono::steady_clock::now() < end)
        if (auto going = step(std::chrono::milliseconds{20}); !going) return going;
    return {};
}

Result<void> Session::step(Duration wait) {
    const UA_StatusCode status = UA_Client_run_iterate(client_.get(), static_cast<UA_UInt32>(milliseconds(wait)));
    UA_SessionState session{};
    UA_Client_getState(client_.get(), nullptr, &session, nullptr);
    if (!watch_.lost && status == UA_STATUSCODE_GOOD && session == UA_SESSIONSTATE_ACTIVATED) {
        filler_.step();
        if (conditions_.takeRefreshWanted()) refreshAt_ = std::chrono::steady_clock::now();
        if (refreshAt_ && std::chrono::steady_clock::now() >= *refreshAt_) refreshConditions();
        return {};
    }
    const std::string why = watch_.lost                    ? ": " + watch_.because
                            : status != UA_STATUSCODE_GOOD ? std::format(" ({})", statusName(status))
                                                           : "";
    return failure(ErrorCode::Unreadable, std::format("the connection to {} broke{}", options_.server.url, why));
}

/// The node id of an item with the index that its namespace has in this server at present.
bool Session::resolve(const Item& item, UA_NodeId& node) {
    const std::string& text = options_.addresses[item.address].node;
    if (namespaces_.resolve(text, node)) return true;
    const std::string uri = namespaces_.missing(text);
    if (!uri.empty() && !std::ranges::contains(missingNamespaces_, uri)) {
        missingNamespaces_.push_back(uri);
        receiver_.note(std::format("{} has no namespace {}, but {}", options_.server.url, uri, namespaces_.list()));
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
        if (batch.size() >= limits_.monitoredItems || i + 1 == items_.size()) status = createItems(batch);
    }
    for (auto& [item, node] : batch) UA_NodeId_clear(&node);
    if (status == UA_STATUSCODE_GOOD) {
        if (conditions_.any()) subscribeConditions();
        return {};
    }
    return failure(ErrorCode::Unsupported,
                   std::format("{} refuses to monitor nodes ({})", options_.server.url, statusName(status)));
}

/// Creates monitored items, in more calls where the server says that they are too many for one, and empties the batch.
UA_StatusCode Session::createItems(std::vector<std::pair<Item*, UA_NodeId>>& batch) {
    for (std::size_t at = 0; at < batch.size();) {
        const std::size_t count = std::min(limits_.monitoredItems, batch.size() - at);
        std::vector<UA_MonitoredItemCreateRequest> requests;
        std::vector<void*> contexts;
        std::vector<UA_Client_DataChangeNotificationCallback> callbacks(count, onValue);
        std::vector<UA_Client_DeleteMonitoredItemCallback> farewells(count, nullptr);
        for (auto& [item, node] : std::span{batch}.subspan(at, count)) {
            requests.push_back(UA_MonitoredItemCreateRequest_default(node));
            requests.back().itemToMonitor.indexRange = borrowed(item->index);
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
            limits_.monitoredItems = count / 2;
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
    findGap(item, value);
    read(item, value, false);
    item.first = false;
}

void Session::read(Item& item, const UA_DataValue& value, bool historical) {
    const OpcUaAddress& address = options_.addresses[item.address];
    const std::size_t bytes = UA_calcSizeBinary(&value, &UA_TYPES[UA_TYPES_DATAVALUE]);
    Reading reading{.signal = address.signal, .type = address.type, .first = item.first, .historical = historical};
    const std::string problem = opcua::read(value, reading, text_, item.index);
    if (problem.empty()) return receiver_.take(reading, text_, bytes);
    receiver_.reject(bytes);
    if (!item.told) receiver_.note(std::format("signal '{}' cannot use node {}: {}", address.name, address.node, problem));
    item.told = true;
}

// --- what did not come

/// What lies between the last value before a loss, of the connection or in the server's queue, and the first behind it is asked
/// for.
void Session::findGap(Item& item, const UA_DataValue& value) {
    const UA_DateTime time = value.hasSourceTimestamp ? value.sourceTimestamp : 0;
    if (item.first && item.heard) {
        if (time == 0 || item.last == 0 || time < item.last)
            tellGap();
        else if (time > item.last)
            filler_.add({.address = item.address, .after = item.last, .before = time});
    } else if (value.hasStatus && (value.status & overflowed) == overflowed) {
        overflow(item, time);
    }
    item.last = item.first ? time : std::max(item.last, time);
    item.heard = true;
}

/// The server's queue was full before the value of `time`, the oldest that it still had.
void Session::overflow(Item& item, UA_DateTime time) {
    if (!std::exchange(item.overflowTold, true)) {
        const OpcUaAddress& address = options_.addresses[item.address];
        receiver_.note(
            std::format("values of signal '{}' are late or lost, because the queue of node {} is full at the server: raise "
                        "'queue_size', or lower 'publishing_interval'",
                        address.name, address.node));
    }
    // A server whose queues are always full is asked for no more than it can answer.
    if (item.last != 0 && time > item.last && filler_.waiting() < mostOverflows)
        filler_.add({.address = item.address, .after = item.last, .before = time, .overflowed = true});
    else
        receiver_.gap();
}

/// Once a connection, however many signals it is of.
void Session::tellGap() {
    if (!std::exchange(gapTold_, true)) receiver_.gap();
}

NodeAddress Session::nodeOf(std::uint32_t address) const {
    return parseAddress(options_.addresses[address].node).value_or(NodeAddress{});
}

void Session::historical(std::uint32_t address, const UA_DataValue& value) {
    read(items_[itemOf_[address]], value, true);
}

void Session::unfilled(const Gap& gap, UA_StatusCode why) {
    if (gap.overflowed)
        receiver_.gap();
    else
        tellGap();
    switch (why) {
    case UA_STATUSCODE_GOODNODATA:
    case UA_STATUSCODE_BADNODATA:
    case UA_STATUSCODE_BADHISTORYOPERATIONUNSUPPORTED:
    case UA_STATUSCODE_BADHISTORYOPERATIONINVALID:
    case UA_STATUSCODE_BADSERVICEUNSUPPORTED: return; // as most servers are
    default: break;
    }
    const OpcUaAddress& of = options_.addresses[gap.address];
    receiver_.note(std::format("what signal '{}' was while {} is not known: the history of node {} answers {}", of.name,
                               gap.overflowed ? "the server's queue was full" : "the connection was away", of.node,
                               statusName(why)));
}

// --- conditions

void Session::subscribeConditions() {
    NodeIdOwner notifier;
    UA_StatusCode status = UA_STATUSCODE_BADNODEIDUNKNOWN;
    if (namespaces_.resolve(options_.notifier, *notifier)) {
        UA_EventFilter filter = conditions_.filter();
        UA_MonitoredItemCreateRequest request = UA_MonitoredItemCreateRequest_default(*notifier);
        request.itemToMonitor.attributeId = UA_ATTRIBUTEID_EVENTNOTIFIER;
        request.requestedParameters.samplingInterval = 0;
        request.requestedParameters.queueSize = eventQueue;
        request.requestedParameters.filter.encoding = UA_EXTENSIONOBJECT_DECODED_NODELETE;
        request.requestedParameters.filter.content.decoded = {&UA_TYPES[UA_TYPES_EVENTFILTER], &filter};
        Owned<UA_MonitoredItemCreateResult, UA_TYPES_MONITOREDITEMCREATERESULT> made{UA_Client_MonitoredItems_createEvent(
            client_.get(), subscription_, UA_TIMESTAMPSTORETURN_BOTH, request, this, onEvent, nullptr)};
        status = made->statusCode;
    }
    if (status == UA_STATUSCODE_GOOD) return refreshConditions();
    receiver_.note(std::format("no conditions are known: node {} tells no events ({})", options_.notifier, statusName(status)));
}

/// Has the server tell how all conditions are that need attention.
void Session::refreshConditions() {
    refreshAt_.reset();
    UA_Variant subscription{};
    UA_Variant_setScalar(&subscription, &subscription_, &UA_TYPES[UA_TYPES_UINT32]);
    conditions_.refreshing = true;
    const UA_StatusCode status =
        UA_Client_call(client_.get(), UA_NODEID_NUMERIC(0, UA_NS0ID_CONDITIONTYPE),
                       UA_NODEID_NUMERIC(0, UA_NS0ID_CONDITIONTYPE_CONDITIONREFRESH), 1, &subscription, nullptr, nullptr);
    if (status == UA_STATUSCODE_GOOD) return;
    if (status == UA_STATUSCODE_BADREFRESHINPROGRESS) {
        refreshAt_ = std::chrono::steady_clock::now() + std::chrono::seconds{1};
        return;
    }
    conditions_.refreshing = false;
    receiver_.note(std::format("how conditions are is not known until they change: the server's ConditionRefresh answers {}",
                               statusName(status)));
}

void Session::onEvent(UA_Client*, UA_UInt32, void*, UA_UInt32, void* session, std::size_t count, UA_Variant* fields) {
    Session& self = *static_cast<Session*>(session);
    const std::span<const UA_Variant> all{fields, count};
    self.eventBytes_ = 0;
    for (const UA_Variant& field : all) self.eventBytes_ += UA_calcSizeBinary(&field, &UA_TYPES[UA_TYPES_VARIANT]);
    self.conditions_.event(all);
}

void Session::told(const Reading& reading, std::string_view text) {
    receiver_.take(reading, text, std::exchange(eventBytes_, 0));
}

void Session::unreadable(std::uint32_t address) {
    receiver_.reject(std::exchange(eventBytes_, 0));
    receiver_.note(std::format("signal '{}' cannot use {}: give it the type string", options_.addresses[address].name,
                               options_.addresses[address].node));
}

void Session::eventsLost() {
    receiver_.gap();
    receiver_.note("events of conditions are lost, because their queue is full at the server");
}

} // namespace millwright::telemetry::opcua
