#include "telemetry/live/feed_watch.hpp"

#include <algorithm>

namespace millwright::telemetry {

void FeedWatch::heard(const Sample& sample, Time received, bool fresh) {
    const std::size_t at = index(sample.signal);
    if (at >= heard_.size()) heard_.resize(at + 1);
    heard_[at] = {received, false};
    if (!fresh || sample.time == received) return; // dated by its reception: tells nothing of a clock
    constexpr Duration memory = std::chrono::seconds{30};
    const Duration offset = received - sample.time;
    if (received - memory > offsetSince_ || offset < leastOffset_) {
        leastOffset_ = offset;
        offsetSince_ = received;
        offset_.store(offset.count(), std::memory_order_relaxed);
    }
}

void FeedWatch::check(Time now, Arrivals& arrivals) {
    if (staleAfter_ <= Duration::zero() || now < nextCheck_) return;
    nextCheck_ = now + std::min<Duration>(staleAfter_ / 4, std::chrono::seconds{1});
    fallSilent(now, now - staleAfter_, arrivals);
}

void FeedWatch::fallSilent(Time since, Time heardBefore, Arrivals& arrivals) {
    for (std::size_t i = 0; i < heard_.size(); ++i) {
        if (heard_[i].silent || heard_[i].at > heardBefore) continue;
        heard_[i].silent = true;
        arrivals.silences.push_back({arrivals.samples.size(), static_cast<SignalIndex>(i), since});
    }
}

} // namespace millwright::telemetry
