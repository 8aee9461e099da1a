#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/frame.hpp>

#include <memory>
#include <span>
#include <vector>

namespace millwright::twin {

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
    /// Becomes what replaying everything up to `keyframe.time` would have made of it.
    void restore(const telemetry::Keyframe& keyframe);

    /// Applies samples in their total order (time, then signal, then arrival), none before `time()`. Signals are indices of the
    /// plant, values in the channel's unit and of the signal's type. Does not allocate.
    void apply(std::span<const telemetry::Sample> samples) noexcept;

    /// Moves the clock on to `time`, not before any applied sample. `upcoming` is parallel to `interpolated()`: each one's first
    /// sample after `time`, or one with `noSignal` where none is near; without it those signals hold.
    void advance(Time time, std::span<const telemetry::Sample> upcoming = {});
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
