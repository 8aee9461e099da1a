#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/alarm.hpp>
#include <millwright/twin/frame.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace millwright::twin {

/// The alarms' part of a state: what the signals of that time do not tell. Alarms that were never active take no room.
struct AlarmCheckpoint {
    struct Entry {
        AlarmIndex alarm = plant::noAlarm;
        AlarmState state;
        bool pending = false;        ///< a delay is running
        Time due{};                  ///< when it ends
        std::optional<Time> reAlarm; ///< when it is raised again; none: never
    };
    std::vector<Entry> entries; ///< ascending by alarm
};

/// The deterministic state machine: samples in, state at one time out. It knows no wall clock and no threads; equal plants fed
/// equal samples are in equal states, on every machine. Thread: one at a time.
class Twin {
public:
    /// `plant` must outlive the twin.
    explicit Twin(const plant::Plant& plant);
    ~Twin();
    Twin(Twin&&) noexcept;
    Twin& operator=(Twin&&) noexcept;

    /// Says how a feed's values become the plant's: `conversions` is parallel to `Plant::signals`, `strings` names its String
    /// values.
    void connect(std::span<const telemetry::Conversion> conversions, std::shared_ptr<const StringTable> strings);
    /// Forgets every sample; the time becomes `time`.
    void reset(Time time);
    /// Becomes what replaying everything up to `keyframe.time` would have made of it; `alarms` is the `checkpoint` of that time.
    void restore(const telemetry::Keyframe& keyframe, const AlarmCheckpoint& alarms = {});
    /// Only right after `advance` to the time of the last sample or later.
    [[nodiscard]] AlarmCheckpoint checkpoint() const;

    /// Applies samples in their total order (time, then signal, then arrival), none before `time()`. Signals are indices of the
    /// plant, values in the channel's unit and of the signal's type. Alarms are judged once a later sample, or `advance`, shows
    /// that the instant is over. Allocates nothing but what `transitions` grows by.
    void apply(std::span<const telemetry::Sample> samples) noexcept;

    /// Moves the clock on to `time`, not before any applied sample: all samples up to it are in. `upcoming` as for `expect`.
    void advance(Time time, std::span<const telemetry::Sample> upcoming = {});
    /// Says what comes next: `upcoming` is parallel to `interpolated()`, each one's first sample after `time()`, or one with
    /// `noSignal` where none is near; without it those signals hold.
    void expect(std::span<const telemetry::Sample> upcoming);
    /// What an operator does at `time()`, up to which the twin was advanced; `number` is what transitions call the action.
    /// Errors: Invalid where the alarm's state does not allow it, with what OPC 10000-9 calls it; nothing has changed then.
    [[nodiscard]] Result<void> act(const OperatorAction& action, std::uint32_t number = noAction);
    /// Parallel to `Plant::alarms`, as last judged. Valid until the twin changes.
    [[nodiscard]] std::span<const AlarmState> alarms() const;
    /// What alarms did since the last `clearTransitions`, `reset` or `restore`, in order of time.
    [[nodiscard]] std::span<const AlarmTransition> transitions() const;
    void clearTransitions();
    /// The signals whose value lies between two samples, ascending.
    [[nodiscard]] std::span<const SignalIndex> interpolated() const;
    /// The last sample of a signal, in the channel's unit; its `signal` is `noSignal` before the first.
    [[nodiscard]] const telemetry::Sample& last(SignalIndex signal) const;

    [[nodiscard]] Time time() const;
    [[nodiscard]] std::uint64_t samplesApplied() const;
    /// Value in the plant's unit, at `time()`.
    [[nodiscard]] SignalState signal(SignalIndex signal) const;
    /// Fills `frame`'s time, signals, targets, strings and sample count.
    void write(Frame& frame) const;
    /// Digest of the whole state at `time()`, as docs/twin.md defines it.
    [[nodiscard]] Digest stateHash() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::twin
