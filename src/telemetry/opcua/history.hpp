#pragma once

#include "telemetry/opcua/address_space.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry::opcua {

/// A stretch of a node's values that did not come.
struct Gap {
    std::uint32_t address = 0; ///< which of the options'
    UA_DateTime after = 0;     ///< source time of the last value that came
    UA_DateTime before = 0;    ///< of the first that came again
    bool overflowed = false;   ///< the server's queue was full; else the connection was away
    bool anchored = false;     ///< the history has the value of `after`, so it reaches back to there
};

/// Where values of the past go. Called from inside the filler's functions and the client's.
class HistorySink {
public:
    virtual ~HistorySink() = default;
    [[nodiscard]] virtual NodeAddress nodeOf(std::uint32_t address) const = 0;
    virtual void historical(std::uint32_t address, const UA_DataValue& value) = 0;
    /// Values of the gap stay missing: the server has no history of that node, or none that reaches back.
    virtual void unfilled(const Gap& gap, UA_StatusCode why) = 0;
    /// Whether more can be taken at present.
    [[nodiscard]] virtual bool hasRoom() const = 0;
};

/// Reads what happened in gaps from the server's history (OPC 10000-11, 6.4.3: raw), one request after the other beside what else
/// the client does. Gaps outlive connections. Thread: the client's.
class GapFiller {
public:
    /// `sink` must outlive it.
    explicit GapFiller(HistorySink& sink) : sink_{sink} {}

    void add(const Gap& gap) { waiting_.push_back(gap); }
    /// How many gaps are not being read yet.
    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    /// A connection is made: what waits can be asked for through it, of so many nodes in one call.
    void begin(UA_Client* client, const Namespaces& namespaces, std::size_t nodesPerCall);
    /// Asks for the next part where nothing is under way and the sink has room.
    void step();
    /// The connection is about to be closed: what is under way waits for the next.
    void end();

private:
    /// A gap that is being read.
    struct Reading {
        Gap gap;
        std::string continuation; ///< empty: not asked for yet
        std::size_t empty = 0;    ///< answers in a row without a value
        bool done = false;
    };
    static void onAnswer(UA_Client*, void* self, UA_UInt32, void* response);
    void choose();
    void ask();
    void answered(const UA_HistoryReadResponse& response);
    void take(Reading& reading, UA_HistoryReadResult& result);
    /// All that is being read waits again, for calls of at most so many nodes; where one alone does not do, it stays missing.
    void retry(std::size_t fewer, UA_StatusCode why);
    void waitAgain();
    void giveUp(UA_StatusCode why);

    HistorySink& sink_;
    UA_Client* client_ = nullptr;
    const Namespaces* namespaces_ = nullptr;
    std::size_t nodesPerCall_ = 1;
    std::deque<Gap> waiting_;
    std::vector<Reading> reading_;
    std::vector<std::size_t> asked_; ///< which of these the request under way asks for
    UA_DateTime from_ = 0, to_ = 0;  ///< of all that is being read
    bool underWay_ = false;
    UA_StatusCode unsupported_ = UA_STATUSCODE_GOOD; ///< what the server says to the service as a whole
};

} // namespace millwright::telemetry::opcua
