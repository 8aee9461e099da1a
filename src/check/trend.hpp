#pragma once

#include <millwright/check/check.hpp>
#include <millwright/telemetry/sample.hpp>

#include <memory>
#include <optional>
#include <span>

namespace millwright::check {

/// Folds the samples of one signal into a trend: a value holds from its sample until the next.
class TrendRecorder {
public:
    /// `signal` must outlive it.
    TrendRecorder(const plant::Signal& signal, TimeInterval interval);

    /// A sample of the signal, in order; those before the interval say what it begins with. `number` is in the plant's unit,
    /// `text` is the value of a String.
    void add(Time time, double number, std::string_view text, Quality quality);
    /// Once all are in. It takes no more afterwards.
    [[nodiscard]] Trend finish();

private:
    void hold(Time until);

    const plant::Signal* signal_;
    Trend trend_;
    Time since_;       ///< up to here the value has been drawn
    double value_;     ///< NaN: none that is usable
    std::string text_; ///< of a discrete signal
    bool known_ = false;
};

/// Records the trends of some signals over a whole log.
class Trends {
public:
    /// Both must outlive it.
    Trends(const plant::Plant& plant, const twin::Replay& replay)
        : plant_{plant}, replay_{replay}, recorders_(plant.signals.size()) {}

    /// The place of the signal's trend in what `finish` returns.
    std::size_t watch(SignalIndex signal);
    [[nodiscard]] SignalIndex signal(std::size_t place) const { return watched_[place]; }
    /// The place of a signal that is watched.
    [[nodiscard]] std::optional<std::size_t> find(SignalIndex signal) const;
    void add(std::span<const telemetry::Sample> samples);
    [[nodiscard]] std::vector<Trend> finish();

private:
    const plant::Plant& plant_;
    const twin::Replay& replay_;
    std::vector<std::unique_ptr<TrendRecorder>> recorders_; ///< by signal
    std::vector<SignalIndex> watched_;
};

/// What the signal did in the half minute before and after a moment: replays it, and leaves the replay there. Nothing where the
/// log is so short that its trend shows as much. Errors: those of the source.
[[nodiscard]] Result<std::optional<Trend>> detailOf(const plant::Plant& plant, twin::Replay& replay, SignalIndex signal,
                                                    Time moment);

/// What an expectation is about, as far as it can be told without a log, and the signal whose trend tells most; noSignal: none.
struct Subject {
    Evidence evidence;
    SignalIndex signal = noSignal;
};
[[nodiscard]] Subject evidenceOf(const plant::Plant& plant, const Expectation& expectation);
/// Of a condition that reads several signals: two more, beside the one that it is about most.
[[nodiscard]] std::vector<SignalIndex> furtherOf(const plant::Plant& plant, const Expectation& expectation);
/// Of an expectation about several signals: those that a failure might be blamed on, where they are few enough to be drawn.
[[nodiscard]] std::span<const SignalIndex> suspectsOf(const Expectation& expectation);

} // namespace millwright::check
