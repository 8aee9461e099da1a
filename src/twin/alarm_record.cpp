#include "twin/alarm_record.hpp"

#include <algorithm>

namespace millwright::twin {

void AlarmRecord::add(std::span<const AlarmTransition> transitions, Time settled) {
    const auto fresh = std::ranges::upper_bound(transitions, known_, {}, &AlarmTransition::time);
    if (fresh != transitions.end() && transitions_.size() > maximumTransitions_) {
        const std::size_t kept = maximumTransitions_ - maximumTransitions_ / 4; // a quarter at once: moving the rest takes time
        const std::uint64_t going = std::min<std::uint64_t>(transitions_.size() - kept, seen_ - std::min(seen_, dropped_));
        transitions_.erase(transitions_.begin(), transitions_.begin() + static_cast<std::ptrdiff_t>(going));
        dropped_ += going;
    }
    transitions_.insert(transitions_.end(), fresh, transitions.end());
    known_ = std::max(known_, settled);
}

void AlarmRecord::restart(Time time, std::uint64_t count) {
    if (count >= dropped_ && time <= known_) return;
    transitions_.clear();
    dropped_ = count;
    known_ = time;
}

bool AlarmRecord::wants(Time time, std::uint64_t samples) const {
    return samples >= spacing_ && (checkpoints_.empty() || time > checkpoints_.back().time);
}

void AlarmRecord::add(Checkpoint checkpoint) {
    bytes_ += checkpoint.bytes();
    checkpoints_.push_back(std::move(checkpoint));
    if (bytes_ <= maximumBytes_ || checkpoints_.size() < 2) return;
    std::size_t kept = 0;
    bytes_ = 0;
    for (std::size_t i = 1; i < checkpoints_.size(); i += 2) {
        bytes_ += checkpoints_[i].bytes();
        checkpoints_[kept++] = std::move(checkpoints_[i]);
    }
    checkpoints_.resize(kept);
    spacing_ *= 2;
}

void AlarmRecord::branch(Time time, std::span<const AlarmTransition> transitions) {
    const auto later = std::ranges::upper_bound(transitions_, time, {}, &AlarmTransition::time);
    transitions_.erase(later, transitions_.end());
    transitions_.insert(transitions_.end(), transitions.begin(), transitions.end());
    known_ = time;
    const auto stale = std::ranges::lower_bound(checkpoints_, time, {}, &Checkpoint::time);
    for (auto at = stale; at != checkpoints_.end(); ++at) bytes_ -= at->bytes();
    checkpoints_.erase(stale, checkpoints_.end());
}

void AlarmRecord::learn(const AlarmRecord& other, Time until) {
    until = std::min(until, other.known_);
    if (until <= known_) return;
    const auto own = transitions(Time::max()); // ends no later than the other's: what is not in it follows
    const auto theirs = other.transitions(until);
    if (dropped_ + own.size() < other.dropped_) { // the other's journal begins after the end of this one
        transitions_.assign(theirs.begin(), theirs.end());
        dropped_ = other.dropped_;
    } else {
        const auto common = static_cast<std::ptrdiff_t>(dropped_ + own.size() - other.dropped_);
        transitions_.insert(transitions_.end(), theirs.begin() + common, theirs.end());
    }
    known_ = until;
    spacing_ = std::max(spacing_, other.spacing_);
    for (const Checkpoint& each : other.checkpoints_)
        if (each.time <= until && (checkpoints_.empty() || each.time > checkpoints_.back().time)) add(each);
}

const AlarmRecord::Checkpoint* AlarmRecord::before(Time time) const {
    const auto after = std::ranges::upper_bound(checkpoints_, time, {}, &Checkpoint::time);
    return after == checkpoints_.begin() ? nullptr : &*std::prev(after);
}

std::span<const AlarmTransition> AlarmRecord::transitions(Time until) const {
    const auto after = std::ranges::upper_bound(transitions_, until, {}, &AlarmTransition::time);
    return std::span{transitions_}.first(static_cast<std::size_t>(after - transitions_.begin()));
}

} // namespace millwright::twin
