#include "telemetry/opcua/history.hpp"

#include <algorithm>
#include <open62541/types_generated.h>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::size_t mostNodes = 20; ///< of a call, each with so many values: an answer has to fit into a message
constexpr UA_UInt32 valuesPerNode = 1'000;
constexpr UA_DateTime alike = 60 * UA_DATETIME_SEC; ///< one call has one time range for all its nodes
constexpr UA_UInt32 answerMilliseconds = 60'000;    ///< archives take their time
constexpr std::size_t mostEmptyAnswers = 100;       ///< a server may answer with no values yet, but not for ever

std::optional<UA_DateTime> timeIn(const UA_DataValue& value) {
    if (value.hasSourceTimestamp) return value.sourceTimestamp;
    if (value.hasServerTimestamp) return value.serverTimestamp;
    return std::nullopt;
}

std::span<const UA_DataValue> valuesIn(const UA_HistoryReadResult& result) {
    const UA_ExtensionObject& object = result.historyData;
    const bool decoded = object.encoding == UA_EXTENSIONOBJECT_DECODED || object.encoding == UA_EXTENSIONOBJECT_DECODED_NODELETE;
    if (!decoded || object.content.decoded.type != &UA_TYPES[UA_TYPES_HISTORYDATA]) return {};
    const auto& data = *static_cast<const UA_HistoryData*>(object.content.decoded.data);
    return {data.dataValues, data.dataValuesSize};
}

bool isBad(UA_StatusCode status) {
    return status >> 30 >= 2;
}

} // namespace

void GapFiller::begin(UA_Client* client, const Namespaces& namespaces, std::size_t nodesPerCall) {
    client_ = client;
    namespaces_ = &namespaces;
    nodesPerCall_ = std::clamp<std::size_t>(nodesPerCall, 1, mostNodes);
    unsupported_ = UA_STATUSCODE_GOOD;
}

void GapFiller::end() {
    client_ = nullptr;
    underWay_ = false;
    waitAgain();
}

/// What is being read is asked for anew from where it is, which the history has to prove anew that it has.
void GapFiller::waitAgain() {
    for (Reading& reading : std::exchange(reading_, {})) {
        reading.gap.anchored = false;
        if (!reading.done) waiting_.push_back(reading.gap);
    }
}

void GapFiller::step() {
    if (client_ == nullptr || underWay_) return;
    if (unsupported_ != UA_STATUSCODE_GOOD) {
        for (const Gap& gap : std::exchange(waiting_, {})) sink_.unfilled(gap, unsupported_);
        return;
    }
    if (!sink_.hasRoom()) return;
    std::erase_if(reading_, &Reading::done);
    if (reading_.empty()) choose();
    if (!reading_.empty()) ask();
}

/// Takes the next gaps that begin at about the same time.
void GapFiller::choose() {
    if (waiting_.empty()) return;
    std::ranges::sort(waiting_, {}, &Gap::after);
    from_ = waiting_.front().after;
    to_ = waiting_.front().before;
    while (!waiting_.empty() && reading_.size() < nodesPerCall_ && waiting_.front().after - from_ <= alike) {
        to_ = std::max(to_, waiting_.front().before);
        reading_.push_back({.gap = waiting_.front(), .continuation = {}});
        waiting_.pop_front();
    }
}

/// Sends one request for all that is being read.
void GapFiller::ask() {
    std::vector<NodeIdOwner> ids(reading_.size());
    std::vector<UA_HistoryReadValueId> wanted;
    asked_.clear();
    for (std::size_t i = 0; i < reading_.size(); ++i) {
        const NodeAddress node = sink_.nodeOf(reading_[i].gap.address);
        if (!namespaces_->resolve(node.node, *ids[i])) {
            reading_[i].done = true;
            sink_.unfilled(reading_[i].gap, UA_STATUSCODE_BADNODEIDUNKNOWN);
            continue;
        }
        UA_HistoryReadValueId one{};
        one.nodeId = *ids[i];
        one.indexRange = borrowed(node.index);
        // An empty one is not none: servers take it for one that they do not know.
        if (!reading_[i].continuation.empty()) one.continuationPoint = borrowed(reading_[i].continuation);
        wanted.push_back(one);
        asked_.push_back(i);
    }
    if (wanted.empty()) return;
    UA_ReadRawModifiedDetails details{};
    details.startTime = from_;
    details.endTime = to_;
    details.numValuesPerNode = valuesPerNode;
    UA_HistoryReadRequest request{};
    request.requestHeader.timeoutHint = answerMilliseconds;
    request.historyReadDetails.encoding = UA_EXTENSIONOBJECT_DECODED_NODELETE;
    request.historyReadDetails.content.decoded.type = &UA_TYPES[UA_TYPES_READRAWMODIFIEDDETAILS];
    request.historyReadDetails.content.decoded.data = &details;
    request.timestampsToReturn = UA_TIMESTAMPSTORETURN_BOTH;
    request.nodesToRead = wanted.data();
    request.nodesToReadSize = wanted.size();
    underWay_ = __UA_Client_AsyncService(client_, &request, &UA_TYPES[UA_TYPES_HISTORYREADREQUEST], onAnswer,
                                         &UA_TYPES[UA_TYPES_HISTORYREADRESPONSE], this, nullptr) == UA_STATUSCODE_GOOD;
}

void GapFiller::onAnswer(UA_Client*, void* self, UA_UInt32, void* response) {
    auto& filler = *static_cast<GapFiller*>(self);
    if (!filler.underWay_) return; // of a connection that is being closed
    filler.underWay_ = false;
    filler.answered(*static_cast<const UA_HistoryReadResponse*>(response));
}

void GapFiller::answered(const UA_HistoryReadResponse& response) {
    const UA_StatusCode status = response.responseHeader.serviceResult;
    if (status == UA_STATUSCODE_GOOD && response.resultsSize == asked_.size()) {
        for (std::size_t i = 0; i < asked_.size(); ++i) take(reading_[asked_[i]], response.results[i]);
        return;
    }
    switch (status) {
    case UA_STATUSCODE_BADSHUTDOWN:
    case UA_STATUSCODE_BADCONNECTIONCLOSED:
    case UA_STATUSCODE_BADSECURECHANNELCLOSED:
    case UA_STATUSCODE_BADSESSIONCLOSED:
    case UA_STATUSCODE_BADSESSIONIDINVALID: return; // whoever notices the loss will call `end`
    case UA_STATUSCODE_BADTIMEOUT: return retry(reading_.size() / 2, status);
    default: break;
    }
    if (wantsLess(status)) return retry(reading_.size() / 2, status);
    unsupported_ = status == UA_STATUSCODE_GOOD ? UA_STATUSCODE_BADUNKNOWNRESPONSE : status;
    giveUp(unsupported_);
}

void GapFiller::retry(std::size_t fewer, UA_StatusCode why) {
    if (fewer == 0) return giveUp(why);
    nodesPerCall_ = fewer;
    waitAgain();
}

void GapFiller::giveUp(UA_StatusCode why) {
    for (const Reading& reading : std::exchange(reading_, {}))
        if (!reading.done) sink_.unfilled(reading.gap, why);
}

void GapFiller::take(Reading& reading, UA_HistoryReadResult& result) {
    Gap& gap = reading.gap;
    if (result.statusCode == UA_STATUSCODE_BADNOCONTINUATIONPOINTS && reading_.size() > 1) {
        nodesPerCall_ = std::max<std::size_t>(1, reading_.size() / 2);
        gap.anchored = false;
        waiting_.push_back(gap);
        reading.done = true;
        return;
    }
    if (isBad(result.statusCode)) {
        reading.done = true;
        return sink_.unfilled(gap, result.statusCode);
    }
    const auto values = valuesIn(result);
    for (const UA_DataValue& value : values) {
        const auto time = timeIn(value);
        gap.anchored = gap.anchored || time == gap.after;
        if (!time || *time <= gap.after || *time >= gap.before) continue; // another node's gap in the same call is longer
        sink_.historical(gap.address, value);
        gap.after = *time;
    }
    reading.empty = values.empty() ? reading.empty + 1 : 0;
    reading.continuation = view(result.continuationPoint);
    reading.done = reading.continuation.empty() || reading.empty > mostEmptyAnswers;
    if (reading.done && (!gap.anchored || !reading.continuation.empty())) sink_.unfilled(gap, UA_STATUSCODE_GOODNODATA);
}

} // namespace millwright::telemetry::opcua
