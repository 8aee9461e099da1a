#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/differences.hpp>

#include <memory>
#include <optional>
#include <span>

namespace millwright::ui {

/// Where two logs of one plant tell different things. Reads both once, on a thread of its own.
class LogComparison {
public:
    /// Numbers differ beyond `tolerance` times their signal's instrument range, or where it has none, of what it is worth in the
    /// first log at most; names of states, booleans and texts differ whenever they are not equal. Both sources are of the plant's
    /// subscriptions. `plant` must outlive this.
    LogComparison(const plant::Plant& plant, std::unique_ptr<telemetry::Source> first, std::unique_ptr<telemetry::Source> second,
                  double tolerance);
    /// Stops reading.
    ~LogComparison();
    LogComparison(const LogComparison&) = delete;
    LogComparison& operator=(const LogComparison&) = delete;

    [[nodiscard]] bool finished() const;
    /// In order of their beginning; empty before it has finished.
    [[nodiscard]] std::span<const telemetry::DifferenceSpell> differences() const;
    /// Whether the signal differs at that time, as far as is known.
    [[nodiscard]] bool differs(SignalIndex signal, Time time) const;
    [[nodiscard]] double tolerance() const;
    /// Why reading stopped early, if it did. Once finished.
    [[nodiscard]] std::optional<Error> error() const;
    /// Blocks until everything is read: for pictures and tests.
    void wait() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::ui
