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
    std::uint64_t received = 0;   ///< messages
    std::uint64_t bytes = 0;      ///< of their payloads
    std::uint64_t samples = 0;    ///< read from them
    std::uint64_t unmatched = 0;  ///< messages that no signal asks for
    std::uint64_t rejected = 0;   ///< values that could not be read as their signal's type
    std::uint64_t dropped = 0;    ///< messages lost because the queue was full or they were too large
    std::uint64_t gaps = 0;       ///< times that samples may be missing: messages were dropped, or a session was not resumed
    std::uint64_t reconnects = 0; ///< connections made after the first
};

enum class FeedHealth : std::uint8_t {
    Connecting,   ///< for the first time
    Live,         ///< connected and subscribed
    Disconnected, ///< trying again, with growing pauses
};
[[nodiscard]] std::string_view name(FeedHealth health); ///< `connecting`, `live`, `disconnected`

struct FeedStatus {
    std::string id;
    std::string kind; ///< `mqtt`
    std::string url;
    FeedHealth health = FeedHealth::Connecting;
    std::string problem; ///< why it is not live; empty while it is
    FeedCounters counters;
    /// Least time from a sample's source time to its reception of late, with the source's clock fault in it; zero before the first.
    Duration clockOffset{};
    Time lastReceived{}; ///< of a message; epoch before the first
};

/// The time now as every live part reads it: the machine's clock when the program started, and monotonic time since, so that a
/// clock that is set does not turn time back. Thread: any.
[[nodiscard]] Time receptionTime();

/// Samples that come by themselves. Its own threads receive into a bounded queue; the caller takes them out when it likes.
/// Destroying it disconnects.
class Feed {
public:
    virtual ~Feed() = default;

    /// Appends what has arrived, in order of arrival; samples without a time of their own are dated by their reception. When the
    /// connection is lost, or a signal was silent for too long, its last value follows once more with quality Stale. Thread: one
    /// at a time, the only writer of `strings`.
    virtual void drain(Time now, StringTable& strings, std::vector<Sample>& samples) = 0;
    /// Thread: any.
    [[nodiscard]] virtual FeedStatus status() const = 0;
};

} // namespace millwright::telemetry
