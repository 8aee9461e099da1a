#pragma once

#include "telemetry/sparkplug/applier.hpp"

namespace millwright::telemetry::sparkplug {

/// A message of an edge node, its topic taken apart.
struct Incoming {
    MessageType type = MessageType::NodeData;
    std::string_view device;
    std::span<const std::byte> payload;
    Time received{};
};

/// The sequence machine: which messages are applied, and when. What applying does is `Applier`'s.
struct Host::State {
    HostOptions options;
    Sink& sink;
    HostCounters counters;
    Applier applier;
    std::string stateTopic;
    std::optional<std::int64_t> bornAt; ///< ms; the time of will and birth of this connection
    bool connected = false;
    std::vector<Node> nodes;
    NameTable nodeIndex; ///< by `group/edge node`
    std::vector<std::uint32_t> timed;
    std::size_t heldBytes = 0;
    std::size_t devices = 0; ///< of all nodes
    Time latest{};           ///< what the caller's clock said last
    std::string text; ///< of the call at hand
    std::vector<std::byte> inflated;
    PayloadWriter command;

    State(HostOptions o, Sink& s, StringTable& strings)
        : options{std::move(o)},
          sink{s},
          applier{options.maximumMetrics, s, strings, counters},
          stateTopic{"spBv1.0/STATE/" + options.hostId} {}

    Publication stateMessage(StateMessage message);
    void ownState(std::span<const std::byte> payload);
    std::uint32_t nodeOf(std::string_view group, std::string_view edgeNode, bool make);
    std::uint32_t deviceOf(Node& node, std::string_view id, bool make);
    void message(std::uint32_t node, Incoming incoming);
    void nodeBirth(std::uint32_t node, const Incoming& incoming, const PayloadFields& fields);
    void nodeDeath(Node& node, const Incoming& incoming);
    void sequencedMessage(std::uint32_t node, const Incoming& incoming, const PayloadFields& fields);
    void drain(std::uint32_t node, Time now);
    void apply(std::uint32_t node, const Incoming& incoming, const PayloadFields& fields);
    static void note(Node& node, const Incoming& incoming, const PayloadFields& fields);
    static bool seenBefore(const Node& node, const Incoming& incoming, const PayloadFields& fields);
    void forget(Node& node);
    void gap(std::uint32_t node, Time now);
    void wantRebirth(std::uint32_t node, Time now);
    bool requestRebirth(std::uint32_t node, Time now);
    void watch(std::uint32_t node);
    [[nodiscard]] Duration cooldown(const Node& node) const;
    void startTimersOver(Node& node, Time now) const;
    void clock(Time now);
    void advance(Time now);
    [[nodiscard]] std::optional<Time> deadline() const;
};

} // namespace millwright::telemetry::sparkplug
