#pragma once

#include <millwright/core/bytes.hpp>
#include <millwright/core/result.hpp>
#include <millwright/twin/alarm.hpp>
#include <millwright/twin/twin.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace millwright::twin {

/// What a replay has found out about the alarms of its feed: the journal, which ends with the last transition known and begins
/// where there is room for it, and states along the way from which the replay can go on. Both are the same however often and from
/// wherever the feed is replayed, until an operator acts.
class AlarmRecord {
public:
    struct Checkpoint {
        Time time{};
        AlarmCheckpoint alarms;
        std::uint64_t transitions = 0; ///< how many there were up to then
        [[nodiscard]] std::size_t bytes() const { return sizeof(*this) + alarms.entries.size() * sizeof(AlarmCheckpoint::Entry); }
    };

    /// `spacing`: samples from one checkpoint to the next. When they take more than `maximumBytes`, every second one is dropped.
    /// Of more than `maximumTransitions`, the oldest go.
    AlarmRecord(std::uint64_t spacing, std::size_t maximumBytes, std::size_t maximumTransitions)
        : maximumBytes_{maximumBytes}, maximumTransitions_{maximumTransitions}, spacing_{spacing} {}

    /// Whoever reads along has seen the journal up to `time`: only what he has seen may go.
    void seen(Time time) { seen_ = count(time); }
    /// Keeps those of `transitions` that are new; all up to `settled` are now known.
    void add(std::span<const AlarmTransition> transitions, Time settled);
    /// The replay goes on from `time`, up to which there were `count` transitions. Where the journal does not reach back or on to
    /// there, it begins anew.
    void restart(Time time, std::uint64_t count);
    /// Whether a checkpoint at `time` is worth its room, `samples` after the one before.
    [[nodiscard]] bool wants(Time time, std::uint64_t samples) const;
    void add(Checkpoint checkpoint);
    /// An operator has acted at `time`: what lay after it may be different now. `transitions` are what came of it at once.
    void branch(Time time, std::span<const AlarmTransition> transitions);

    /// Takes over what `other` knows of the same feed and actions up to `until`, where it knows more.
    void learn(const AlarmRecord& other, Time until);

    /// Appends everything it knows, as `read` takes it.
    void write(ByteWriter& out) const;
    /// What there can be in a record of a plant and feed, and how much room it has from then on.
    struct Limits {
        std::size_t alarms = 0, actions = 0; ///< of the plant, of its operators
        std::size_t bytes = 0, transitions = 0;
    };
    /// What `write` has written, every number in it checked. Errors: Malformed.
    [[nodiscard]] static Result<AlarmRecord> read(ByteReader& in, const Limits& limits);

    /// The latest checkpoint not after `time`.
    [[nodiscard]] const Checkpoint* before(Time time) const;
    /// The journal up to a time, in order of time.
    [[nodiscard]] std::span<const AlarmTransition> transitions(Time until) const;
    /// How many went before the journal begins.
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
    /// How many transitions there were up to a time.
    [[nodiscard]] std::uint64_t count(Time until) const { return dropped_ + transitions(until).size(); }

private:
    std::size_t maximumBytes_, maximumTransitions_;
    std::size_t bytes_ = 0;
    std::uint64_t spacing_;
    Time known_ = Time::min();  ///< all transitions up to here are in `transitions_`, or were
    std::uint64_t dropped_ = 0; ///< of all transitions, those before the first of `transitions_`
    std::uint64_t seen_ = 0;    ///< of all transitions
    std::vector<AlarmTransition> transitions_;
    std::vector<Checkpoint> checkpoints_; ///< ascending by time
};

} // namespace millwright::twin
