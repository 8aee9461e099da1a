#include "twin/lookahead.hpp"

#include <algorithm>
#include <cassert>

namespace millwright::twin {

using telemetry::Sample;

Lookahead::Lookahead(std::size_t signals, std::span<const SignalIndex> chained) : chains_(signals), kept_(signals) {
    for (const SignalIndex signal : chained) kept_[index(signal)] = true;
}

void Lookahead::clear() {
    samples_.clear();
    following_.clear();
    begin_ = 0;
    for (Chain& chain : chains_) chain.first = chain.last = nowhere;
}

void Lookahead::compact() {
    const auto dropped = static_cast<Position>(begin_);
    if (dropped == samples_.size()) return clear();
    // Moving no more than has been dropped since the last time keeps the cost per sample constant.
    if (dropped < samples_.size() / 2) return;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(dropped));
    following_.erase(following_.begin(), following_.begin() + static_cast<std::ptrdiff_t>(dropped));
    for (Position& position : following_) {
        if (position != nowhere) position -= dropped;
    }
    for (Chain& chain : chains_) {
        if (chain.first == nowhere) continue;
        chain.first -= dropped;
        chain.last -= dropped;
    }
    begin_ = 0;
}

void Lookahead::push(std::span<const Sample> samples) {
    compact();
    const std::size_t offset = samples_.size();
    assert(offset + samples.size() < nowhere);
    samples_.insert(samples_.end(), samples.begin(), samples.end());
    following_.resize(samples_.size(), nowhere);
    for (auto i = static_cast<Position>(offset); i < samples_.size(); ++i) {
        const std::size_t signal = index(samples_[i].signal);
        if (!kept_[signal]) continue;
        Chain& chain = chains_[signal];
        if (chain.first == nowhere)
            chain.first = i;
        else
            following_[chain.last] = i;
        chain.last = i;
    }
}

void Lookahead::pop(std::size_t count) {
    const std::size_t end = begin_ + count;
    for (; begin_ < end; ++begin_) {
        const std::size_t signal = index(samples_[begin_].signal);
        if (kept_[signal]) chains_[signal].first = following_[begin_];
    }
}

const Sample* Lookahead::next(SignalIndex signal, std::size_t window) const {
    const Position position = chains_[index(signal)].first;
    return position != nowhere && position - begin_ < window ? &samples_[position] : nullptr;
}

} // namespace millwright::twin
