#include <millwright/telemetry/live_source.hpp>

#include <algorithm>

namespace millwright::telemetry {
namespace {

/// Samples that are late in a row, in step with the time that passes here, come from a clock that was set back.
constexpr Duration clockProof = std::chrono::seconds{2};
constexpr Duration clockSlack = std::chrono::seconds{1};

bool comesFirst(const Sample& a, const Sample& b) {
    return a.time != b.time ? a.time < b.time : a.signal < b.signal;
}

} // namespace

std::string_view name(FeedHealth health) {
    switch (health) {
    case FeedHealth::Connecting: return "connecting";
    case FeedHealth::Live: return "live";
    case FeedHealth::Disconnected: return "disconnected";
    case FeedHealth::Ended: break;
    }
    return "ended";
}

Time receptionTime() {
    static const auto wall = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
    static const auto steady = std::chrono::steady_clock::now();
    return wall + std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - steady);
}

LiveSource::LiveSource(std::size_t signals, Duration window) : clocks_(signals), window_{window} {}

void LiveSource::add(std::unique_ptr<Feed> feed) {
    feeds_.push_back(std::move(feed));
    latencies_.emplace_back();
}

/// Nothing is measured after it was received, comes before what was handed out, or overtakes its signal's last sample.
Time LiveSource::placed(Time time, const SignalClock& clock, Time now) const {
    return std::max({std::min(time, now), settled_ + Duration{1}, clock.given});
}

/// Settles the time of a sample that has just arrived; false when it is late.
bool LiveSource::date(Sample& sample, Time now) {
    SignalClock& clock = clocks_[index(sample.signal)];
    const Time source = sample.time;
    if (source < clock.newest) {
        if (clock.lateInARow++ == 0) {
            clock.lateFrom = source;
            clock.lateReceived = now;
        }
        const Duration passed = now - clock.lateReceived, advanced = source - clock.lateFrom;
        const bool inStep = advanced > passed - clockSlack && advanced < passed + clockSlack;
        if (!inStep) clock.lateInARow = 0; // old samples handed in later, not a clock
        if (!inStep || passed < clockProof) return false;
    }
    clock.lateInARow = 0;
    clock.newest = source;
    sample.time = clock.given = placed(source, clock, now);
    if (sample.time != source) ++counters_.redated;
    clock.last = sample;
    return true;
}

void LiveSource::fallSilent(const Arrivals::Silence& silence, Time now) {
    SignalClock& clock = clocks_[index(silence.signal)];
    if (clock.last.signal == noSignal || clock.last.quality == Quality::Stale) return;
    clock.last.quality = Quality::Stale;
    clock.last.time = clock.given = placed(silence.since, clock, now);
    arrived_.push_back(clock.last);
    waiting_.push_back({clock.last});
}

void LiveSource::takeFrom(std::size_t feed, Time now) {
    drained_.clear();
    feeds_[feed]->drain(now, *strings_, drained_);
    auto silence = drained_.silences.begin();
    const auto silencesUpTo = [&](std::size_t sample) {
        for (; silence != drained_.silences.end() && silence->before <= sample; ++silence) fallSilent(*silence, now);
    };
    for (std::size_t i = 0; i < drained_.samples.size(); ++i) {
        silencesUpTo(i);
        Sample sample = drained_.samples[i];
        SignalClock& clock = clocks_[index(sample.signal)];
        const Time source = clock.last.signal == noSignal ? Time::max() : sample.time; // a first value may be old
        if (!date(sample, now)) {
            late_.push_back(sample);
            continue;
        }
        clock.feed = static_cast<std::uint32_t>(feed);
        arrived_.push_back(sample);
        waiting_.push_back({sample, source});
    }
    silencesUpTo(drained_.samples.size());
    late_.insert(late_.end(), drained_.historical.begin(), drained_.historical.end());
}

void LiveSource::take(Time now) {
    arrived_.clear();
    late_.clear();
    for (std::size_t feed = 0; feed < feeds_.size(); ++feed) takeFrom(feed, now);
    counters_.late += late_.size();
    if (tap_ && (!arrived_.empty() || !late_.empty())) tap_(arrived_, late_);
}

std::span<const Sample> LiveSource::release(Time until) {
    until = std::max(until, settled_);
    const auto rest =
        std::stable_partition(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.sample.time <= until; });
    std::stable_sort(waiting_.begin(), rest, [](const Waiting& a, const Waiting& b) { return comesFirst(a.sample, b.sample); });
    released_.clear();
    sources_.clear();
    for (const Waiting& one : std::ranges::subrange{waiting_.begin(), rest}) {
        released_.push_back(one.sample);
        sources_.push_back(one.source);
    }
    waiting_.erase(waiting_.begin(), rest);
    settled_ = until;
    counters_.applied += released_.size();
    return released_;
}

std::span<const Sample> LiveSource::poll(Time now) {
    take(now);
    return release(now - window_);
}

std::span<const Sample> LiveSource::finish(Time now) {
    take(now);
    return release(now);
}

void LiveSource::shown(Time now) {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        if (sources_[i] != Time::max()) latencies_[clocks_[index(released_[i].signal)].feed].add(now - sources_[i]);
    sources_.clear();
}

std::vector<FeedStatus> LiveSource::status() const {
    std::vector<FeedStatus> all;
    for (std::size_t i = 0; i < feeds_.size(); ++i) {
        const LatencyHistogram& latency = latencies_[i];
        all.push_back(feeds_[i]->status());
        all.back().latency = {latency.count(), latency.quantile(0.5), latency.quantile(0.99)};
    }
    return all;
}

} // namespace millwright::telemetry
