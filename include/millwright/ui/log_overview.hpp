#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/kpi/recent.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/condition_watch.hpp>
#include <millwright/twin/state_history.hpp>
#include <millwright/ui/attention.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millwright::ui {

/// The whole log at a glance: the range every numeric signal covered in each of some thousand equal slices of time, the worst
/// attention in each, and when states changed. Reads the log once, on a thread of its own, within a fixed memory budget; what it
/// has read so far can be used meanwhile. Curves and the timeline draw from it, so they are right at once after any jump; what is
/// finer than a slice comes from a `TrendReader`.
class LogOverview {
public:
    /// Smallest and largest value of one slice, in the plant's unit; NaN where the signal had no good value.
    struct Range {
        float low, high;
    };
    /// A change of a discrete signal.
    struct Marker {
        Time time{};
        SignalIndex signal = noSignal;
        std::string text; ///< the new value
    };

    /// Of more alarms, the first are kept.
    static constexpr std::size_t mostAlarmMarks = 65'536;
    /// An alarm that was raised, and called for somebody.
    struct AlarmMark {
        Time time{};
        plant::AlarmIndex alarm = plant::noAlarm;
    };

    /// Starts reading. `plant` must outlive this. `budgetBytes` bounds what the slices take. With a condition model, `learnt`, it
    /// also judges how far from normal each equipment was, in slices of their own.
    LogOverview(const plant::Plant& plant, std::unique_ptr<telemetry::Source> source,
                std::size_t budgetBytes = std::size_t{32} << 20, std::shared_ptr<const twin::LearntCondition> learnt = nullptr);
    /// Stops reading.
    ~LogOverview();
    LogOverview(const LogOverview&) = delete;
    LogOverview& operator=(const LogOverview&) = delete;

    [[nodiscard]] TimeInterval span() const;
    /// 0…1: how much of the log has been read.
    [[nodiscard]] double progress() const;
    [[nodiscard]] bool finished() const;
    /// Slices read so far; slice i covers [sliceStart(i), sliceStart(i + 1)).
    [[nodiscard]] std::size_t slices() const;
    [[nodiscard]] Time sliceStart(std::size_t slice) const;
    /// The slice that holds `time`, kept within the log.
    [[nodiscard]] std::size_t sliceOf(Time time) const;
    /// One signal's slices read so far; empty for a signal that is not numeric.
    [[nodiscard]] std::span<const Range> ranges(SignalIndex signal) const;
    /// Worst attention of all signals in each slice read so far.
    [[nodiscard]] std::span<const Attention> attention() const;
    /// State changes read so far, in time order; signals that change all the time are left out. Valid until the next call. Thread:
    /// one.
    [[nodiscard]] std::span<const Marker> markers() const;
    /// Alarms raised in what was read so far, in time order, as they are when nobody acts; at most
    /// `mostAlarmMarks`. Valid until the next
    /// call. Thread: one.
    [[nodiscard]] std::span<const AlarmMark> alarms() const;
    /// What was measured up to `time`, in steps of a 256th of the log, also cut at shifts, the last of which ends at that very time
    /// as soon as that is measured, which is begun by asking; until then the last one is older. Null before the log is read, and
    /// where nothing is measured. Thread: one.
    [[nodiscard]] std::shared_ptr<const kpi::Bins> binsUpTo(Time time) const;
    /// Whether that is being measured.
    [[nodiscard]] bool measuring() const;
    /// Blocks until it is measured: for pictures and tests.
    void waitForKpis() const;
    /// What state each machine was in, and why, over the whole log, as it is when nobody acts on alarms; null before the log is
    /// read.
    [[nodiscard]] const twin::MachineStates* states() const;
    /// The condition model that the log is judged by, or null.
    [[nodiscard]] const twin::LearntCondition* learnt() const;
    /// The worst step of the equipment in each of some hundred equal slices of the log; a slice without a step is not known. Empty
    /// before the log is read, and of what the model does not know.
    [[nodiscard]] std::span<const twin::ConditionState> condition(EquipmentIndex equipment) const;
    /// Why reading stopped early, if it did.
    [[nodiscard]] std::optional<Error> error() const;
    /// Blocks until everything is read: for pictures and tests.
    void wait() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::ui
