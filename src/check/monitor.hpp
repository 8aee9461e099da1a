#pragma once

#include <millwright/check/check.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <array>
#include <optional>
#include <string>

namespace millwright::check {

/// Watches one signal of a run for one condition check. Give it every sample of the signal in order, then `finish`.
/// A value counts from its sample until the next one of a later time; of several at one time the last counts.
class ConditionMonitor {
public:
    ConditionMonitor(const ConditionCheck& check, const plant::Signal& signal, telemetry::Conversion conversion,
                     const StringTable& strings, TimeInterval window);

    void add(const telemetry::Sample& sample);
    /// The log is over. Fills `passed`, `expected`, `found` and `time`.
    void finish(Outcome& outcome);

private:
    struct Reading {
        Time from{};
        telemetry::Sample sample;
        double number = 0; ///< in the plant's unit
        bool usable = false;
        bool holds = false;
    };
    [[nodiscard]] Reading read(const telemetry::Sample& sample) const;
    void close(Time until);
    void note(Time from, Time until);
    [[nodiscard]] std::string describe(const Reading& reading) const;
    [[nodiscard]] std::string expected() const;
    [[nodiscard]] std::string range() const;
    void decideAtEnd(Outcome& outcome) const;

    const ConditionCheck* check_;
    const plant::Signal* signal_;
    telemetry::Conversion conversion_;
    const StringTable* strings_;
    TimeInterval window_;

    Reading now_;                  ///< `from` is the earliest time before the first sample
    std::optional<bool> held_;     ///< at the last usable reading, for counting
    std::optional<Reading> first_; ///< that decided: a violation, or the first time it held
    Time firstTime_{};
    std::uint64_t count_ = 0;
    std::array<Time, 5> times_{}; ///< of the first counts
    std::optional<Time> runFrom_; ///< it has held since then
    Duration longest_ = Duration{-1};
    Time longestFrom_{};
    double low_, high_; ///< of usable numbers within the window
};

/// `12.5 N`, `Execute`, `true`: a value of a signal for people.
[[nodiscard]] std::string valueText(const plant::Signal& signal, double number, std::string_view text);
/// `electrode/coating/coater-1/web-tension < 5 N`.
[[nodiscard]] std::string conditionText(const plant::Signal& signal, const plant::Condition& condition);
/// `2026-11-23T01:43:00.5Z`: no more digits than it needs.
[[nodiscard]] std::string timeText(Time time);
/// `exactly 1`, `1 to 3`.
[[nodiscard]] std::string countText(const CountRange& range);

} // namespace millwright::check
