#pragma once

#include <millwright/twin/alarm.hpp>
#include <millwright/twin/twin.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace millwright::twin {

/// What one pass over a feed has found out about its alarms: all transitions up to a time, and states along the way from which a
/// replay can go on. It is the same however often and from wherever the feed is replayed, until an operator acts.
class AlarmRecord {
public:
    struct Checkpoint {
        Time time{};
        AlarmCheckpoint alarms;
        [[nodiscard]] std::size_t bytes() const { return sizeof(*this) + alarms.entries.size() * sizeof(AlarmCheckpoint::Entry); }
    };

    /// `spacing`: samples from one checkpoint to the next. When they take more than `maximumBytes`, every second one is dropped.
    AlarmRecord(std::uint64_t spacing, std::size_t maximumBytes) : maximumBytes_{maximumBytes}, spacing_{spacing} {}

    /// Keeps those of `transitions` that are new; all up to `settled` are now known.
    void add(std::span<const AlarmTransition> transitions, Time settled);
    /// Whether a checkpoint at `time` is worth its room, `samples` after the one before.
    [[nodiscard]] bool wants(Time time, std::uint64_t samples) const;
    void add(Checkpoint checkpoint);
    /// An operator has acted at `time`: what lay after it may be different now. `transitions` are what came of it at once.
    void branch(Time time, std::span<const AlarmTransition> transitions);

    /// The latest checkpoint not after `time`.
    [[nodiscard]] const Checkpoint* before(Time time) const;
    /// All known transitions, in order of time.
    [[nodiscard]] std::span<const AlarmTransition> transitions() const { return transitions_; }
    [[nodiscard]] std::span<const AlarmTransition> transitions(Time until) const;

private:
    std::size_t maximumBytes_;
    std::size_t bytes_ = 0;
    std::uint64_t spacing_;
    Time known_ = Time::min(); ///< all transitions up to here are in `transitions_`
    std::vector<AlarmTransition> transitions_;
    std::vector<Checkpoint> checkpoints_; ///< ascending by time
};

} // namespace millwright::twin
