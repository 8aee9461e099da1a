#pragma once

#include <millwright/telemetry/feed.hpp>
#include <millwright/telemetry/latency.hpp>
#include <millwright/telemetry/source.hpp>

#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace millwright::telemetry {

struct LiveCounters {
    std::uint64_t applied = 0; ///< handed out in order
    std::uint64_t late = 0;    ///< older than their signal's newest, or historical: not applied
    std::uint64_t redated = 0; ///< given another time, because their own was in the future or already past
};

/// Feeds made one stream in the total order that the twin asks for (docs/feeds.md tells the rules). Thread: one at a time.
class LiveSource {
public:
    /// Given samples as they arrive, before they are handed out: those that will be, and the late ones.
    using Tap = std::function<void(std::span<const Sample> arrived, std::span<const Sample> late)>;

    /// `signals`: how many the plant has. Samples wait for `window` so that what arrives out of order is put in its place.
    LiveSource(std::size_t signals, Duration window);

    /// The table that feeds' String values index; it outlives the source as long as someone holds it.
    [[nodiscard]] const std::shared_ptr<StringTable>& strings() const { return strings_; }
    void add(std::unique_ptr<Feed> feed);
    void setTap(Tap tap) { tap_ = std::move(tap); }

    /// Takes what has arrived by `now`, the time of reception, says once more what a signal that fell silent last was, as Stale,
    /// and returns what has waited long enough: ascending by time, then signal, then arrival, all after what was returned before.
    /// Valid until the next call.
    [[nodiscard]] std::span<const Sample> poll(Time now);
    /// The same, without waiting any longer.
    [[nodiscard]] std::span<const Sample> finish(Time now);
    /// Since `now` people can see what the last call returned: for `FeedStatus::latency`.
    void shown(Time now);
    /// Nothing that is returned later is of this time or earlier.
    [[nodiscard]] Time settled() const { return settled_; }
    [[nodiscard]] LiveCounters counters() const { return counters_; }
    [[nodiscard]] std::vector<FeedStatus> status() const;
    /// Which element of `status` brought the signal's last sample; 0 before the first.
    [[nodiscard]] std::size_t feedOf(SignalIndex signal) const { return clocks_[index(signal)].feed; }

private:
    /// What decides whether a signal's next sample is late.
    struct SignalClock {
        Sample last;                     ///< that was not late, as it was dated; `noSignal` before the first
        Time newest = Time::min();       ///< source time
        Time given = Time::min();        ///< the time it was dated with
        Time lateFrom{}, lateReceived{}; ///< the first of the late samples in a row
        std::uint32_t lateInARow = 0;
        std::uint32_t feed = 0; ///< that brought `last`
    };
    /// A sample as it was dated, and the time it came with; `Time::max()` for what no feed brought just now.
    struct Waiting {
        Sample sample;
        Time source = Time::max();
    };
    void take(Time now);
    void takeFrom(std::size_t feed, Time now);
    [[nodiscard]] bool date(Sample& sample, Time now);
    void fallSilent(const Arrivals::Silence& silence, Time now);
    [[nodiscard]] Time placed(Time time, const SignalClock& clock, Time now) const;
    [[nodiscard]] std::span<const Sample> release(Time until);

    std::shared_ptr<StringTable> strings_ = std::make_shared<StringTable>();
    std::vector<std::unique_ptr<Feed>> feeds_;
    std::vector<LatencyHistogram> latencies_; ///< by feed
    std::vector<SignalClock> clocks_;         ///< by signal
    Duration window_;
    Tap tap_;
    Time settled_{};
    LiveCounters counters_;
    Arrivals drained_;
    std::vector<Sample> arrived_, late_, released_;
    std::vector<Waiting> waiting_;
    std::vector<Time> sources_; ///< of `released_`, until they are shown
};

} // namespace millwright::telemetry
