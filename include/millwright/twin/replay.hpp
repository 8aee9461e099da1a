#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/twin/twin.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace millwright::twin {

/// What a plant asks of any feed: one subscription a signal, in the plant's order; of a derived signal, one to no topic.
[[nodiscard]] std::vector<telemetry::Subscription> subscriptions(const plant::Plant& plant);

/// What a replay of a plant with alarms keeps of them: states that make jumps cheap, and the journal. The state of the plant does
/// not depend on it.
struct ReplayOptions {
    std::uint64_t checkpointSamples = 262'144; ///< from one state of the alarms that is kept to the next; doubles as room runs out
    std::size_t checkpointBytes = 64u << 20;   ///< most room for them
    std::size_t journalTransitions = 1u << 20; ///< of more, 24 bytes each, the oldest go
    std::vector<OperatorAction> actions;       ///< ascending by time: done as the clock comes to them
};

/// A recorded feed played into a twin. The state at a time is the same however one gets there: played at any speed, stepped, or
/// jumped to. It reads no wall clock: the caller says how much real time has passed. Thread: one at a time.
class Replay {
public:
    /// Starts paused at the feed's first sample. `source` has the signals of `subscriptions`; the derived ones are computed
    /// (`withDerived`). `plant` must outlive the replay. Errors: those of `source`.
    [[nodiscard]] static Result<Replay> open(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source,
                                             const ReplayOptions& options = {});
    ~Replay();
    Replay(Replay&&) noexcept;
    Replay& operator=(Replay&&) noexcept;

    // The clock. Times outside the log are moved to its ends.
    void play();
    void pause();
    /// Log time per real time; clamped to [0.001, 1e6]. NaN is ignored.
    void setSpeed(double speed);
    void setLoop(bool loop);
    /// Plays on by `elapsed` of real time, if playing; at the end of the log pauses, or starts again when looping.
    [[nodiscard]] Result<void> tick(Duration elapsed);
    /// Pauses and moves by `offset` of log time, forwards or backwards.
    [[nodiscard]] Result<void> step(Duration offset);
    /// Jumps through the feed's keyframes; of a plant with alarms, a part that was not replayed before is replayed first.
    [[nodiscard]] Result<void> seek(Time time);
    /// Moves to just before the first sample, so that `advance` shows every one.
    [[nodiscard]] Result<void> rewind();
    /// Replays every sample up to `time`; jumps when that lies behind. Errors: Cancelled, and those of the source.
    [[nodiscard]] Result<void> runTo(Time time, const Progress& progress = {});

    /// Applies the next samples up to `limit`, a batch of them at most, and returns them; empty once the clock has reached `limit`.
    /// Lets a caller see every sample in one pass, and every transition: those of this call are all in `transitions`. The span is
    /// valid until the next call on this replay.
    [[nodiscard]] Result<std::span<const telemetry::Sample>> advance(Time limit);

    /// Takes over what `other`, a replay of the same plant, feed and actions, has found out about alarms, up to where operators
    /// first did otherwise here: jumps to there need not replay what was before. Nothing where this one knows as much.
    void learn(const Replay& other);

    /// What `learn` would take over from this replay, as bytes that a replay of the same plant, feed and actions may `recall`
    /// another day. They carry a version and a checksum, not what they belong to: that is the caller's to know.
    [[nodiscard]] std::vector<std::byte> memory() const;
    /// `learn` of what the replay that told `memory` knew. Errors: Malformed where it is damaged, of another version, or cannot be
    /// of such a plant; nothing has changed then.
    [[nodiscard]] Result<void> recall(std::span<const std::byte> memory);

    /// What an operator does now: the action's time becomes `time()`. It is an input from then on: however the clock comes past
    /// that time again, it is done there. Errors: Invalid where the alarm's state does not allow it; it is not kept then.
    [[nodiscard]] Result<void> act(OperatorAction action);
    /// Everything operators have done, in order of time: the audit trail. Valid until the next `act`.
    [[nodiscard]] std::span<const OperatorAction> actions() const;
    /// Parallel to `actions`: why one had no effect when the clock last came past it; empty of those that had, or are to come.
    [[nodiscard]] std::span<const std::string> refusals() const;
    /// What alarms did up to `time()`, in order of time. Valid until the next call that moves the clock.
    [[nodiscard]] std::span<const AlarmTransition> transitions() const;
    /// Those after the first `seen` of all transitions, for a caller who follows them as the clock goes on; of those that there was
    /// no room for, none.
    [[nodiscard]] std::span<const AlarmTransition> transitionsSince(std::uint64_t seen) const;
    /// How many transitions before those of `transitions` there was no room for; after a jump to where the journal was dropped, it
    /// begins where the jump was replayed from.
    [[nodiscard]] std::uint64_t transitionsDropped() const;

    [[nodiscard]] Time time() const;
    [[nodiscard]] TimeInterval log() const;
    [[nodiscard]] bool playing() const;
    [[nodiscard]] bool looping() const;
    [[nodiscard]] double speed() const;
    [[nodiscard]] const telemetry::Source& source() const;
    [[nodiscard]] const Twin& twin() const;
    /// Samples applied since the replay was opened, every pass over them counted.
    [[nodiscard]] std::uint64_t samplesApplied() const;

    /// The state now, with values between samples where signals ask for it. Reads the source ahead; a fault met there is reported
    /// when the clock reaches it.
    [[nodiscard]] std::shared_ptr<const Frame> frame();
    /// `Twin::stateHash` of the same state.
    [[nodiscard]] Digest stateHash();

private:
    struct State;
    explicit Replay(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
