#pragma once

#include <millwright/telemetry/feed.hpp>

#include <atomic>
#include <vector>

namespace millwright::telemetry {

/// When each signal of a feed was last heard of, and by how much its source's clock is off. Thread: that which drains the feed, but
/// for `clockOffset`.
class FeedWatch {
public:
    /// `staleAfter`: how long a signal may be silent; zero: for ever.
    explicit FeedWatch(Duration staleAfter) : staleAfter_{staleAfter} {}

    /// `fresh`: it came as soon as it was measured, so that its age tells of the source's clock.
    void heard(const Sample& sample, Time received, bool fresh = true);
    /// The connection is lost: every signal heard of falls silent.
    void lost(Time since, Arrivals& arrivals) { fallSilent(since, Time::max(), arrivals); }
    /// Signals that have been silent for too long fall silent. Looked at once a second at most.
    void check(Time now, Arrivals& arrivals);
    /// See `FeedStatus`. Thread: any.
    [[nodiscard]] Duration clockOffset() const { return Duration{offset_.load(std::memory_order_relaxed)}; }

private:
    struct Heard {
        Time at = Time::min();
        bool silent = true; ///< nothing since, or nothing ever
    };
    void fallSilent(Time since, Time heardBefore, Arrivals& arrivals);

    Duration staleAfter_;
    std::vector<Heard> heard_; ///< by signal
    Time nextCheck_ = Time::min();
    Duration leastOffset_ = Duration::max();
    Time offsetSince_ = Time::min();
    std::atomic<std::int64_t> offset_ = 0; ///< nanoseconds
};

} // namespace millwright::telemetry
