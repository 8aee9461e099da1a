#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millwright::telemetry {

struct FeedCounters {
    std::uint64_t received = 0;   ///< messages; of a file, lines
    std::uint64_t bytes = 0;      ///< of their payloads
    std::uint64_t samples = 0;    ///< read from them
    std::uint64_t unmatched = 0;  ///< messages that no signal asks for
    std::uint64_t rejected = 0;   ///< values that could not be read as their signal's type
    std::uint64_t dropped = 0;    ///< messages lost because the queue was full or they were too large
    std::uint64_t skipped = 0;    ///< messages not applied, because what they build on is missing: a birth, or those before them
    std::uint64_t gaps = 0;       ///< times that samples may be missing: messages were dropped or did not come, or a session was not resumed
    std::uint64_t reconnects = 0; ///< connections made after the first
};

enum class FeedHealth : std::uint8_t {
    Connecting,   ///< for the first time
    Live,         ///< connected and subscribed
    Disconnected, ///< trying again, with growing pauses
    Ended,        ///< what it read is over, and nothing can follow
};
[[nodiscard]] std::string_view name(FeedHealth health); ///< `connecting`, `live`, `disconnected`, `ended`

/// How long samples took from their source time, or their reception where they have none, until they were shown: applied to the
/// twin, and in a frame where there are frames. The source's clock fault is in it. First values of signals, which may be old, are
/// not counted.
struct FeedLatency {
    std::uint64_t samples = 0; ///< counted; zero: the rest says nothing
    Duration median{}, p99{};
};

/// One of what sends through a feed and comes and goes by itself: an edge node of Sparkplug.
struct FeedNode {
    std::string id;          ///< `GROUP/EDGE-NODE`
    std::string state;       ///< as `sparkplug::name` says it
    std::size_t devices = 0; ///< that are online
    std::size_t metrics = 0; ///< that it has, its devices' included
    Time lastReceived{};     ///< of a message; epoch before the first
};

/// A value that came, and that the `states` of its signal do not list.
struct UnlistedState {
    SignalIndex signal = noSignal;
    std::string path;        ///< of the signal
    std::string value;       ///< a text in quotes, a number without
    std::uint64_t times = 0; ///< it came
};

struct FeedStatus {
    std::string id;
    std::string kind; ///< `mqtt`, `sparkplug`, `mtconnect`, `opcua`, `file`
    std::string url;  ///< of a file, its path
    FeedHealth health = FeedHealth::Connecting;
    std::string problem; ///< why it is not live; empty while it is
    FeedCounters counters;
    /// Least time from a sample's source time to its reception of late, with the source's clock fault in it; zero before the first.
    Duration clockOffset{};
    Time lastReceived{}; ///< of a message; epoch before the first
    std::vector<FeedNode> nodes;
    std::vector<std::string> notes; ///< what does not work though the feed does, each said once; only ever grows
    FeedLatency latency;            ///< known to a `LiveSource` only
    std::vector<UnlistedState> unlisted; ///< known to a `twin::Live` only; only ever grows
};

/// The time now as every live part reads it: the machine's clock at the first call, and monotonic time since, so that a clock that
/// is set does not turn time back. What the machine sleeps is not counted. Thread: any.
[[nodiscard]] Time receptionTime();

/// What a feed brought since it was last asked.
struct Arrivals {
    /// From here on nothing is known of a signal but its last value.
    struct Silence {
        std::size_t before = 0; ///< which of `samples` came next
        SignalIndex signal = noSignal;
        Time since{}; ///< by this machine's clock
    };
    std::vector<Sample> samples;
    std::vector<Sample> historical; ///< handed in later by their source: to be recorded, not applied
    std::vector<Silence> silences;  ///< ascending by `before`

    void clear() {
        samples.clear();
        historical.clear();
        silences.clear();
    }
};

/// Samples that come by themselves. Its own threads receive into a bounded queue; the caller takes them out when it likes.
/// Destroying it disconnects.
class Feed {
public:
    virtual ~Feed() = default;

    /// Appends what has arrived by `now`, in order of arrival; samples without a time of their own are dated by their reception.
    /// A signal falls silent when the connection is lost, or when nothing came of it for too long. Thread: one at a time, the only
    /// writer of `strings`.
    virtual void drain(Time now, StringTable& strings, Arrivals& arrivals) = 0;
    /// Thread: any.
    [[nodiscard]] virtual FeedStatus status() const = 0;
};

} // namespace millwright::telemetry
