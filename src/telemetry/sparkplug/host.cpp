#include "telemetry/sparkplug/host_state.hpp"

#include <algorithm>
#include <format>
#include <utility>

namespace millwright::telemetry::sparkplug {
namespace {

constexpr std::string_view nameSpace = "spBv1.0";
constexpr std::uint32_t cooldownDoublings = 6;

struct Topic {
    MessageType type = MessageType::NodeData;
    std::string_view group, edgeNode, device;
};

std::string_view takeLevel(std::string_view& rest) {
    const std::size_t slash = rest.find('/');
    const std::string_view level = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
    return level;
}

/// The topic of a message from an edge node, after the namespace.
std::optional<Topic> parseTopic(std::string_view rest) {
    Topic topic;
    topic.group = takeLevel(rest);
    const std::string_view type = takeLevel(rest);
    topic.edgeNode = takeLevel(rest);
    topic.device = takeLevel(rest);
    if (topic.group.empty() || topic.edgeNode.empty() || !rest.empty()) return std::nullopt;
    constexpr std::pair<std::string_view, MessageType> types[] = {
        {"DDATA", MessageType::DeviceData}, {"NDATA", MessageType::NodeData},     {"DBIRTH", MessageType::DeviceBirth},
        {"NBIRTH", MessageType::NodeBirth}, {"DDEATH", MessageType::DeviceDeath}, {"NDEATH", MessageType::NodeDeath}};
    const auto* found = std::ranges::find(types, type, &std::pair<std::string_view, MessageType>::first);
    if (found == std::end(types)) return std::nullopt;
    topic.type = found->second;
    const bool ofDevice = type.front() == 'D';
    if (ofDevice == topic.device.empty()) return std::nullopt;
    return topic;
}

std::int64_t milliseconds(Time time) {
    return nanoseconds(time) / 1'000'000;
}

/// bdSeq of an NBIRTH or NDEATH.
std::optional<std::uint64_t> bdSeqOf(std::span<const std::byte> payload) {
    MetricReader reader{payload};
    for (MetricFields fields; reader.next(fields);)
        if (fields.name == "bdSeq" && (fields.value.carrier == Carrier::Long || fields.value.carrier == Carrier::Int))
            return fields.value.bits;
    return std::nullopt;
}

} // namespace

std::string_view name(NodeState state) {
    switch (state) {
    case NodeState::Unknown: return "unknown";
    case NodeState::Online: return "online";
    case NodeState::Reordering: return "reordering";
    case NodeState::AwaitingBirth: return "awaiting-birth";
    case NodeState::Offline: break;
    }
    return "offline";
}

Host::Host(HostOptions options, Sink& sink, StringTable& strings)
    : state_{std::make_unique<State>(std::move(options), sink, strings)} {}
Host::~Host() = default;
Host::Host(Host&&) noexcept = default;
Host& Host::operator=(Host&&) noexcept = default;

std::vector<Host::Filter> Host::subscriptions() const {
    std::vector<Filter> filters{{std::string{nameSpace} + "/#", 0}};
    if (state_->options.primary) filters.push_back({state_->stateTopic, 1});
    return filters;
}

Publication Host::will(Time now) {
    state_->bornAt = milliseconds(now);
    return state_->stateMessage({false, *state_->bornAt});
}

void Host::connected(Time now) {
    State& state = *state_;
    if (!state.bornAt) state.bornAt = milliseconds(now);
    state.connected = true;
    if (state.options.primary) state.sink.publish(state.stateMessage({true, *state.bornAt}));
    // Births are not retained: without asking, what changed meanwhile would be known only with the next change.
    for (std::uint32_t i = 0; i < state.nodes.size(); ++i) state.wantRebirth(i, now);
}

void Host::closing(Time now) {
    State& state = *state_;
    state.connected = false; // what comes back of our own STATE must not be contradicted
    if (state.options.primary) state.sink.publish(state.stateMessage({false, milliseconds(now)}));
}

void Host::disconnected(Time now) {
    State& state = *state_;
    state.connected = false; // the will of the next connection may be made already, and its time stays
    for (Node& node : state.nodes) {
        state.forget(node);
        state.applier.staleAll(node, now);
        node.state = NodeState::Unknown;
        node.rebirthWanted = false;
        node.rebirthRequests = 0;
        node.rebirthAllowed = {};
    }
}

void Host::receive(std::string_view topic, std::span<const std::byte> payload, Time received) {
    if (!topic.starts_with(nameSpace) || topic.size() <= nameSpace.size() || topic[nameSpace.size()] != '/') return;
    State& state = *state_;
    state.clock(received);
    ++state.counters.messages;
    state.counters.bytes += payload.size();
    if (topic.substr(nameSpace.size() + 1).starts_with("STATE/")) {
        if (topic == state.stateTopic) state.ownState(payload);
        return; // other hosts' states concern edge nodes only
    }
    const auto parsed = parseTopic(topic.substr(nameSpace.size() + 1));
    if (!parsed) return; // a command of another host, or no Sparkplug
    if (payload.size() > state.options.maximumPayloadBytes) {
        ++state.counters.overLimit;
        return;
    }
    const std::uint32_t node = state.nodeOf(parsed->group, parsed->edgeNode, parsed->type != MessageType::NodeDeath);
    if (node == none) return;
    state.nodes[node].lastMessage = received;
    state.message(node, {parsed->type, parsed->device, payload, received});
}

void Host::advance(Time now) {
    state_->advance(now);
}
std::optional<Time> Host::deadline() const {
    return state_->deadline();
}
const HostCounters& Host::counters() const {
    return state_->counters;
}

std::vector<NodeStatus> Host::nodes() const {
    std::vector<NodeStatus> all;
    for (const Node& node : state_->nodes) {
        NodeStatus status{node.group, node.id, node.state, node.bdSeq, 0, 0, node.lastMessage};
        for (std::size_t i = 0; i < node.devices.size(); ++i) {
            const Device& device = node.devices[i];
            if (i > 0 && device.online) ++status.devicesOnline;
            for (const std::uint32_t metric : device.metrics)
                if (device.online && node.metrics[metric].birth == device.birth) ++status.metrics;
        }
        all.push_back(std::move(status));
    }
    return all;
}

Publication Host::State::stateMessage(StateMessage message) {
    text = writeState(message);
    return {stateTopic, std::as_bytes(std::span{text}), 1, true};
}

void Host::State::ownState(std::span<const std::byte> payload) {
    const auto message = readState(payload);
    if (!message) {
        ++counters.malformed;
        return;
    }
    if (message->online || !connected || !options.primary || !bornAt) return;
    // Our own will of a connection that the broker only now found dead, or another host with our id: either way we are here.
    ++counters.stateRepublished;
    sink.publish(stateMessage({true, *bornAt}));
}

std::uint32_t Host::State::nodeOf(std::string_view group, std::string_view edgeNode, bool make) {
    text.assign(group);
    text += '/';
    text += edgeNode;
    const auto found = nodeIndex.find(text);
    if (found != nodeIndex.end()) return found->second;
    if (!make) return none; // the death of what was never seen
    if (nodes.size() >= options.maximumEdgeNodes) {
        ++counters.overLimit;
        return none;
    }
    const auto at = static_cast<std::uint32_t>(nodes.size());
    nodeIndex.emplace(text, at);
    Node& node = nodes.emplace_back();
    node.group = group;
    node.id = edgeNode;
    node.devices.emplace_back();
    return at;
}

void Host::State::message(std::uint32_t at, Incoming incoming) {
    Node& node = nodes[at];
    PayloadFields fields;
    bool ok = readPayload(incoming.payload, fields);
    if (ok && fields.uuid == "SPBV1.0_COMPRESSED") {
        const auto sequence = fields.sequence;
        ok = inflateBody(fields.body, options.maximumPayloadBytes, inflated) && readPayload(inflated, fields);
        incoming.payload = inflated;
        if (!fields.sequence) fields.sequence = sequence;
    }
    const bool sequenced = incoming.type != MessageType::NodeDeath;
    if (!ok || (sequenced && (!fields.sequence || *fields.sequence > 255))) {
        ++counters.malformed;
        if (sequenced) wantRebirth(at, incoming.received);
        return;
    }
    if (incoming.type == MessageType::NodeDeath) return nodeDeath(node, incoming);
    if (incoming.type == MessageType::NodeBirth) return nodeBirth(at, incoming, fields);
    if (node.state != NodeState::Online && node.state != NodeState::Reordering) {
        ++counters.dropped;
        wantRebirth(at, incoming.received);
        return;
    }
    sequencedMessage(at, incoming, fields);
}

void Host::State::nodeBirth(std::uint32_t at, const Incoming& incoming, const PayloadFields& fields) {
    Node& node = nodes[at];
    if ((node.state == NodeState::Online || node.state == NodeState::Reordering) && seenBefore(node, incoming, fields)) {
        ++counters.duplicates;
        return;
    }
    const auto bdSeq = bdSeqOf(incoming.payload);
    if (applier.birth(node, {0, incoming.payload, fields, incoming.received}) == Applier::Outcome::Malformed) {
        ++counters.malformed;
        wantRebirth(at, incoming.received);
        return;
    }
    ++counters.births;
    node.bdSeq = bdSeq;
    node.state = NodeState::Online;
    node.rebirthWanted = false;
    node.seen.fill({});
    note(node, incoming, fields);
    node.expected = static_cast<std::uint8_t>(*fields.sequence + 1);
    // What is held and older belongs to the session before; what overtook this birth goes on from it.
    const std::uint64_t born = fields.timestamp.value_or(0);
    const auto old = std::erase_if(node.held, [&](const HeldMessage& held) {
        PayloadFields its;
        const bool stays = readPayload(held.payload, its) && its.timestamp.value_or(0) >= born;
        if (!stays) heldBytes -= held.payload.size();
        return !stays;
    });
    counters.dropped += old;
    drain(at, incoming.received);
}

void Host::State::nodeDeath(Node& node, const Incoming& incoming) {
    const auto bdSeq = bdSeqOf(incoming.payload);
    if (node.bdSeq && bdSeq != node.bdSeq) {
        ++counters.staleDeaths;
        return;
    }
    if (node.state == NodeState::Offline) return;
    ++counters.deaths;
    forget(node);
    applier.staleAll(node, incoming.received);
    node.state = NodeState::Offline;
    node.rebirthWanted = false;
}

void Host::State::sequencedMessage(std::uint32_t at, const Incoming& incoming, const PayloadFields& fields) {
    Node& node = nodes[at];
    const auto sequence = static_cast<std::uint8_t>(*fields.sequence);
    if (sequence == node.expected) {
        note(node, incoming, fields);
        ++node.expected;
        apply(at, incoming, fields);
        if (!node.held.empty()) drain(at, incoming.received);
        return;
    }
    const auto behind = static_cast<std::uint8_t>(node.expected - 1 - sequence);
    if ((behind < seenMessages && seenBefore(node, incoming, fields)) ||
        std::ranges::contains(node.held, sequence, &HeldMessage::sequence)) {
        ++counters.duplicates;
        return;
    }
    if (heldBytes + incoming.payload.size() > options.maximumReorderBytes || options.reorderTimeout <= Duration::zero()) {
        ++counters.dropped;
        gap(at, incoming.received);
        return;
    }
    if (node.held.empty()) node.waitingSince = incoming.received;
    heldBytes += incoming.payload.size();
    node.held.push_back({incoming.type,
                         sequence,
                         std::string{incoming.device},
                         {incoming.payload.begin(), incoming.payload.end()},
                         incoming.received});
    node.state = NodeState::Reordering;
    watch(at);
}

/// Applies what is held and is next, as far as it goes.
void Host::State::drain(std::uint32_t at, Time now) {
    Node& node = nodes[at];
    for (;;) {
        const auto next = std::ranges::find(node.held, node.expected, &HeldMessage::sequence);
        if (next == node.held.end()) break;
        const HeldMessage message = std::move(*next);
        node.held.erase(next);
        heldBytes -= message.payload.size();
        PayloadFields fields;
        (void)readPayload(message.payload, fields); // it was readable when it came
        fields.sequence = message.sequence;         // which of a compressed one stood outside
        const Incoming incoming{message.type, message.device, message.payload, message.received};
        note(node, incoming, fields);
        ++node.expected;
        ++counters.reordered;
        apply(at, incoming, fields);
    }
    if (node.held.empty()) {
        node.state = NodeState::Online;
        return;
    }
    node.state = NodeState::Reordering;
    node.waitingSince = std::min(now, std::ranges::min(node.held, {}, &HeldMessage::received).received);
    watch(at);
}

void Host::State::apply(std::uint32_t at, const Incoming& incoming, const PayloadFields& fields) {
    Node& node = nodes[at];
    const std::uint32_t device = deviceOf(node, incoming.device, incoming.type == MessageType::DeviceBirth);
    if (device == none && devices >= options.maximumDevices) { // no birth would change that
        ++(incoming.type == MessageType::DeviceBirth ? counters.overLimit : counters.dropped);
        return;
    }
    if (device == none || (incoming.type != MessageType::DeviceBirth && !node.devices[device].online)) {
        if (incoming.type == MessageType::DeviceDeath) return; // it is not there anyway
        ++counters.dropped;
        wantRebirth(at, incoming.received);
        return;
    }
    if (incoming.type == MessageType::DeviceDeath) {
        ++counters.deaths;
        const auto time = fields.timestamp ? timeOfMilliseconds(*fields.timestamp) : std::nullopt;
        applier.stale(node, device, time.value_or(incoming.received), incoming.received);
        return;
    }
    const Applier::Message message{device, incoming.payload, fields, incoming.received};
    const bool birth = incoming.type == MessageType::DeviceBirth;
    const auto outcome = birth ? applier.birth(node, message) : applier.data(node, message);
    if (outcome == Applier::Outcome::Malformed)
        ++counters.malformed;
    else if (birth)
        ++counters.births;
    if (outcome != Applier::Outcome::Applied)
        wantRebirth(at, incoming.received);
    else if (!birth && node.rebirthRequests > 0 && incoming.received > node.rebirthAllowed)
        node.rebirthRequests = 0; // well for a whole cool-down
}

std::uint32_t Host::State::deviceOf(Node& node, std::string_view id, bool make) {
    if (id.empty()) return 0;
    const auto found = node.deviceIndex.find(id);
    if (found != node.deviceIndex.end()) return found->second;
    if (!make) return none;
    if (devices >= options.maximumDevices) return none;
    ++devices;
    const auto at = static_cast<std::uint32_t>(node.devices.size());
    node.deviceIndex.emplace(std::string{id}, at);
    node.devices.emplace_back().id = id;
    return at;
}

void Host::State::note(Node& node, const Incoming& incoming, const PayloadFields& fields) {
    node.seen[*fields.sequence % seenMessages] = {fields.timestamp.value_or(0), static_cast<std::uint32_t>(incoming.payload.size()),
                                                  incoming.type, true};
}

bool Host::State::seenBefore(const Node& node, const Incoming& incoming, const PayloadFields& fields) {
    const SeenMessage& seen = node.seen[*fields.sequence % seenMessages];
    return seen.seen && seen.type == incoming.type && seen.timestamp == fields.timestamp.value_or(0) &&
           seen.size == incoming.payload.size();
}

void Host::State::forget(Node& node) {
    for (const HeldMessage& held : node.held) heldBytes -= held.payload.size();
    counters.dropped += node.held.size();
    node.held.clear();
}

/// A message is lost. What came after it is let go, too: it may build on a birth that was lost.
void Host::State::gap(std::uint32_t at, Time now) {
    Node& node = nodes[at];
    ++counters.gaps;
    forget(node);
    node.state = NodeState::AwaitingBirth;
    wantRebirth(at, now);
}

void Host::State::wantRebirth(std::uint32_t at, Time now) {
    nodes[at].rebirthWanted = true;
    if (!requestRebirth(at, now)) watch(at);
}

/// Publishes the request if it is time to; true when no other is due later.
bool Host::State::requestRebirth(std::uint32_t at, Time now) {
    Node& node = nodes[at];
    startTimersOver(node, now);
    if (now < node.rebirthAllowed) return false;
    // A node that lives but does not answer: its values are not what is there now.
    if (node.rebirthRequests > 0 && node.state == NodeState::AwaitingBirth) applier.staleAll(node, now);
    command.clear().timestamp(now).metric({.name = "Node Control/Rebirth", .type = DataType::Boolean}, Value::of(true));
    text = std::format("{}/{}/NCMD/{}", nameSpace, node.group, node.id);
    sink.publish({text, command.bytes(), 0, false});
    ++counters.rebirthRequests;
    ++node.rebirthRequests;
    node.rebirthAllowed = now + cooldown(node);
    // Asked once where all but some metric is well; until it comes where nothing can be applied without it.
    node.rebirthWanted = node.state == NodeState::AwaitingBirth || node.state == NodeState::Unknown;
    return !node.rebirthWanted;
}

void Host::State::watch(std::uint32_t at) {
    if (std::exchange(nodes[at].timed, true)) return;
    timed.push_back(at);
}

/// How long after the last request the next may follow.
Duration Host::State::cooldown(const Node& node) const {
    return options.rebirthCooldown * (1 << std::min(std::max(node.rebirthRequests, 1u) - 1, cooldownDoublings));
}

/// Where the clock went back, nothing is to wait longer than from now on.
void Host::State::startTimersOver(Node& node, Time now) const {
    node.waitingSince = std::min(node.waitingSince, now);
    node.rebirthAllowed = std::min(node.rebirthAllowed, now + cooldown(node));
}

/// Deadlines are told from what the clock said last.
void Host::State::clock(Time now) {
    if (now < latest)
        for (const std::uint32_t at : timed) startTimersOver(nodes[at], now);
    latest = now;
}

void Host::State::advance(Time now) {
    clock(now);
    const auto due = std::move(timed); // what follows adds to the list
    timed.clear();
    for (const std::uint32_t at : due) {
        Node& node = nodes[at];
        node.timed = false;
        if (node.state == NodeState::Reordering && now - node.waitingSince >= options.reorderTimeout) gap(at, now);
        if (node.rebirthWanted) (void)requestRebirth(at, now);
        if (node.state == NodeState::Reordering || node.rebirthWanted) watch(at);
    }
}

std::optional<Time> Host::State::deadline() const {
    std::optional<Time> first;
    for (const std::uint32_t at : timed) {
        const Node& node = nodes[at];
        const auto consider = [&](Time time) { first = first ? std::min(*first, time) : time; };
        if (node.state == NodeState::Reordering) consider(node.waitingSince + options.reorderTimeout);
        if (node.rebirthWanted) consider(node.rebirthAllowed);
    }
    return first;
}

} // namespace millwright::telemetry::sparkplug
