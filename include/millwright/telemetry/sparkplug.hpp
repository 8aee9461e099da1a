#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Sparkplug B 3.0 as a host application: what arrives over MQTT goes in, samples and messages to publish come out. No network, no
/// thread and no clock inside, so a capture replays exactly. docs/sparkplug.md lists the assertions of the specification it keeps.
namespace millwright::telemetry::sparkplug {

/// Which metric of which node or device. Template members, data set cells and array elements are metrics of their own, named
/// `metric/member`, `metric/ROW/column` and `metric/INDEX`. The texts are valid during the call that hands them over.
struct MetricName {
    std::string_view group;
    std::string_view edgeNode;
    std::string_view device; ///< empty: a metric of the edge node itself
    std::string_view metric;
};

/// What the sink makes of a metric.
struct MetricTarget {
    SignalIndex signal = noSignal; ///< noSignal: nobody wants it
    ValueType type = ValueType::Float;
};

/// A message to publish. Valid during the call that hands it over.
struct Publication {
    std::string_view topic;
    std::span<const std::byte> payload;
    int qos = 0;
    bool retain = false;
};

/// Receives what the host makes of the messages. Called from inside the host's functions only, on the same thread; must not call
/// the host.
class Sink {
public:
    virtual ~Sink() = default;
    /// A birth declares a metric for the first time since the host was made. `natural` is the type its Sparkplug type maps to.
    virtual MetricTarget bind(const MetricName& name, ValueType natural) = 0;
    /// The wanted samples of one message, in its order, which need not be the order of time. Deaths, too: the last value again,
    /// Stale.
    virtual void samples(std::span<const Sample> samples, Time received) = 0;
    /// Samples flagged is_historical: to be kept, but they do not move the present value.
    virtual void historical(std::span<const Sample> samples, Time received) = 0;
    virtual void publish(const Publication& publication) = 0;
};

struct HostOptions {
    std::string hostId = "millwright"; ///< unique among all hosts of the broker; without `+`, `/` and `#`
    /// Publish STATE, so that edge nodes whose primary host this is send only while it listens. A mere observer leaves it off.
    bool primary = false;
    /// How long a missing sequence number is waited for before a rebirth is requested; zero: not at all.
    Duration reorderTimeout = std::chrono::seconds{2};
    /// Shortest time between two rebirth requests to one edge node; doubles up to 64 times itself while they do not help.
    Duration rebirthCooldown = std::chrono::seconds{5};
    std::size_t maximumEdgeNodes = 10'000;
    std::size_t maximumDevices = 100'000;        ///< of all nodes together
    std::size_t maximumMetrics = 4'000'000;      ///< of all nodes together
    std::size_t maximumPayloadBytes = 16u << 20; ///< also of what a compressed payload unpacks to
    std::size_t maximumReorderBytes = 64u << 20; ///< held back by all nodes together
};

/// What happened so far; only ever grows.
struct HostCounters {
    std::uint64_t messages = 0;    ///< on Sparkplug topics
    std::uint64_t bytes = 0;       ///< their payloads
    std::uint64_t samples = 0;     ///< handed to the sink as present values, deaths apart
    std::uint64_t historical = 0;  ///< handed to the sink as historical
    std::uint64_t unmatched = 0;   ///< samples of metrics nobody wants
    std::uint64_t rejected = 0;    ///< values that do not fit the wanted type
    std::uint64_t unsupported = 0; ///< metrics of type Bytes, File, PropertySet, Unknown and extensions
    std::uint64_t stale = 0;       ///< samples handed out because something died, was unborn or out of reach
    std::uint64_t births = 0;      ///< NBIRTH and DBIRTH
    std::uint64_t deaths = 0;      ///< NDEATH and DDEATH that counted
    std::uint64_t staleDeaths = 0; ///< NDEATH of an earlier session (its bdSeq is not the birth's): ignored
    std::uint64_t reordered = 0;   ///< messages that came early and were put in place
    std::uint64_t duplicates = 0;  ///< messages that came twice: ignored
    std::uint64_t gaps = 0;        ///< times a sequence number did not come in time
    std::uint64_t dropped = 0;     ///< messages not applied: before a birth, or after a gap and before the rebirth
    std::uint64_t unknown = 0;     ///< metrics by a name or alias that no birth declared
    std::uint64_t malformed = 0;   ///< payloads that are not Sparkplug B: ignored as a whole
    std::uint64_t overLimit = 0;   ///< nodes, births of devices, metrics and payloads beyond the options' limits
    std::uint64_t rebirthRequests = 0;
    std::uint64_t stateRepublished = 0; ///< times somebody else said that this host is offline
};

enum class NodeState : std::uint8_t {
    Unknown,       ///< seen, but no birth yet on this connection
    Online,        ///< born; every message so far was applied in sequence
    Reordering,    ///< a sequence number is missing and still waited for
    AwaitingBirth, ///< a rebirth is wanted; messages are not applied until it comes
    Offline,       ///< died
};

[[nodiscard]] std::string_view name(NodeState state); ///< `unknown`, `online`, `reordering`, `awaiting-birth`, `offline`

/// One edge node, for people to look at.
struct NodeStatus {
    std::string group;
    std::string edgeNode;
    NodeState state = NodeState::Unknown;
    std::optional<std::uint64_t> bdSeq;
    std::size_t devicesOnline = 0;
    std::size_t metrics = 0; ///< born in this session
    Time lastMessage{};
};

/// The host application on one connection to one MQTT server; several servers take a host each. To drive it:
///
///     Host host{options, sink, strings};
///     auto will = host.will(now);                   // before each CONNECT: set as will message (when the options say primary);
///                                                   // clean session (3.1.1), clean start and session expiry 0 (5.0)
///     … CONNECT, SUBSCRIBE to host.subscriptions() at their QoS, wait for the SUBACK …
///     host.connected(now);                          // publishes STATE online, then asks the nodes it knew for a rebirth
///     host.receive(topic, payload, now);            // for every message
///     host.advance(now);                            // whenever host.deadline() has passed
///     host.disconnected(now);                       // the connection is lost: everything known is Stale
///     host.closing(now);                            // before a wanted DISCONNECT: publishes STATE offline
///
/// `now` is the caller's clock, UTC. It may jump: timers start over at the first call after it went back. `receive` allocates
/// nothing once the births are in, unless messages have to wait for their turn, are compressed, or bring texts never met before.
/// Thread: one at a time.
class Host {
public:
    /// `sink` and `strings` must outlive the host. `strings` gets the texts of String values.
    Host(HostOptions options, Sink& sink, StringTable& strings);
    ~Host();
    Host(Host&&) noexcept;
    Host& operator=(Host&&) noexcept;

    struct Filter {
        std::string topic;
        int qos = 0;
    };
    /// Topic filters to subscribe to: everything of Sparkplug B, and this host's own STATE.
    [[nodiscard]] std::vector<Filter> subscriptions() const;
    /// The will to connect with. Its time is that of the STATE birth that `connected` publishes. Valid until the next call.
    Publication will(Time now);
    void connected(Time now);
    void disconnected(Time now);
    void closing(Time now);

    /// Any message of any topic: what is not Sparkplug is ignored. Bad payloads are counted, never an error.
    void receive(std::string_view topic, std::span<const std::byte> payload, Time received);
    /// Does what is due: gives up waiting for missing messages, repeats rebirth requests.
    void advance(Time now);
    /// When `advance` has something to do next; nothing: never, as things stand.
    [[nodiscard]] std::optional<Time> deadline() const;

    [[nodiscard]] const HostCounters& counters() const;
    /// In the order first seen.
    [[nodiscard]] std::vector<NodeStatus> nodes() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Sparkplug data types, by their number on the wire.
enum class DataType : std::uint32_t {
    Unknown,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float,
    Double,
    Boolean,
    String,
    DateTime,
    Text,
    Uuid,
    DataSet,
    Bytes,
    File,
    Template,
    PropertySet,
    PropertySetList,
    Int8Array,
    Int16Array,
    Int32Array,
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    FloatArray,
    DoubleArray,
    BooleanArray,
    StringArray,
    DateTimeArray,
};

/// Writes payloads: the host's own commands, and what edge nodes send, for tests and measurements. Fields left empty are left out.
///
///     PayloadWriter payload;
///     payload.timestamp(now).metric({.name = "Speed", .alias = 7, .type = DataType::Double}, Value::of(1.5)).sequence(0);
class PayloadWriter {
public:
    struct Metric {
        std::string_view name;
        std::optional<std::uint64_t> alias;
        std::optional<Time> time;         ///< goes out in whole milliseconds
        DataType type = DataType::Double; ///< says which kind of `Value` follows; String types take a text
        bool declare = true;              ///< write the data type: births and commands do, data with aliases need not
        bool historical = false;
        std::optional<std::uint32_t> quality; ///< the `Quality` property: 0 bad, 192 good, 500 stale
    };
    PayloadWriter& timestamp(Time time);
    PayloadWriter& metric(const Metric& metric, Value value);
    PayloadWriter& metric(const Metric& metric, std::string_view text);
    PayloadWriter& nullMetric(const Metric& metric);
    PayloadWriter& sequence(std::uint8_t number);
    /// Empties the payload, keeping its memory.
    PayloadWriter& clear();
    [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

private:
    void open(const Metric& metric);
    void close();
    std::vector<std::byte> bytes_;
    std::vector<std::byte> metric_;
};

} // namespace millwright::telemetry::sparkplug
