#pragma once

#include <millwright/check/check.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <memory>
#include <span>
#include <vector>

namespace millwright::check {

/// Watches the samples of a run for one check.
class Monitor {
public:
    virtual ~Monitor() = default;
    /// Samples of the signals that it wants, in order.
    virtual void add(std::span<const telemetry::Sample> samples) = 0;
    /// The log is over. Fills `passed`, `expected`, `found` and `time`.
    virtual void finish(Outcome& outcome) = 0;
};

/// What a monitor watches with. Both must outlive it, and the check too.
struct Watch {
    const plant::Plant& plant;
    const telemetry::Source& source;
    TimeInterval window;
    TimeInterval log;

    /// The number of a sample in its signal's unit of the plant; not a number for texts.
    [[nodiscard]] double number(const telemetry::Sample& sample) const {
        const auto [scale, offset] = source.conversions()[index(sample.signal)];
        return scale * sample.value.asNumber(sample.type) + offset;
    }
    /// Of a String, else empty.
    [[nodiscard]] std::string_view text(const telemetry::Sample& sample) const {
        return sample.type == ValueType::String ? source.strings().text(sample.value.string) : std::string_view{};
    }
    /// Whether a sample's value may be reckoned with.
    [[nodiscard]] bool usable(const telemetry::Sample& sample) const {
        return isUsable(sample.quality) && (sample.type == ValueType::String || std::isfinite(number(sample)));
    }
    /// A sample's value for people, with its quality where that is not usable.
    [[nodiscard]] std::string describe(const telemetry::Sample& sample) const;
};

/// A monitor and the signals whose samples it wants; none: all samples.
struct Watcher {
    std::vector<SignalIndex> signals;
    std::unique_ptr<Monitor> monitor;
};
[[nodiscard]] Watcher watcherOf(const ConditionCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const SampleCountCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const RateCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const MonotoneCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const SequenceCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const QualityCheck& check, const Watch& watch);
[[nodiscard]] Watcher watcherOf(const AnomalyCheck& check, const Watch& watch);

} // namespace millwright::check
