#pragma once

#include "twin/alarm_table.hpp"
#include "twin/slots.hpp"

#include <millwright/core/hash.hpp>
#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/twin/alarm.hpp>
#include <millwright/twin/twin.hpp>

#include <optional>
#include <span>
#include <vector>

namespace millwright::twin {

/// The alarms of a plant. They are judged once at every instant at which a signal they read has a sample, after all samples of
/// that instant, and at the times their delays and other timers end. Everything depends on samples, times and operator actions
/// alone. Nothing is allocated a sample but what the journal grows by.
class Alarms {
public:
    explicit Alarms(const plant::Plant& plant);

    [[nodiscard]] bool empty() const { return rules_.empty(); }
    /// The signals that alarms read, each once.
    [[nodiscard]] std::vector<SignalIndex> watched() const;

    /// Forgets everything.
    void clear();
    /// A watched signal has a new sample; `settle` must come before the next instant's first.
    void touch(SignalIndex signal);
    /// Judges what was touched, at `instant`, then lets every timer up to `until` end, in the order of their times.
    void settle(Time instant, Time until, const Slots& signals);
    /// An operator's action at a time up to which all is settled; `number` is its place among all actions. Errors: Invalid, with
    /// what OPC 10000-9 calls it.
    [[nodiscard]] Result<void> act(const OperatorAction& action, std::uint32_t number, Time now);

    [[nodiscard]] std::span<const AlarmState> states() const { return states_; }
    /// Since `clearTransitions`.
    [[nodiscard]] std::span<const AlarmTransition> transitions() const { return transitions_; }
    void clearTransitions() { transitions_.clear(); }

    /// Everything that the signals of that time do not tell.
    [[nodiscard]] AlarmCheckpoint checkpoint() const;
    void restore(const AlarmCheckpoint& checkpoint, const Slots& signals);

    void hash(Hasher& hasher) const;

private:
    /// What the plant says, as far as judging needs it.
    struct Rule {
        const plant::Alarm* alarm;
        Duration maxGap{};   ///< of its signal
        bool direct = false; ///< the measure is the signal's value
        std::uint32_t group = 0xFFFF'FFFFu;
    };
    /// What is going on besides the state.
    struct Progress {
        Time due{};                  ///< of the delay, while `pending`
        std::optional<Time> reAlarm; ///< due
        double previous = 0;         ///< Rate: the last usable value, NaN: none
        Time previousTime{};
        bool pending = false; ///< the condition has changed, its delay is running
        bool waiting = false; ///< Stale: a timer is set
        bool dirty = false;
    };
    enum class TimerKind : std::uint8_t { Delay, Stale, Shelving, ReAlarm };
    struct Timer {
        Time due{};
        std::uint32_t alarm = 0;
        TimerKind kind = TimerKind::Delay;
        friend auto operator<=>(const Timer&, const Timer&) = default;
    };
    struct Group {
        std::uint32_t leader = 0xFFFF'FFFFu;
        std::uint32_t outstanding = 0; ///< alarms that are not normal
    };

    void judge(std::uint32_t i, Time now, const Slots& signals);
    void judgeCondition(std::uint32_t i, Time now, const Slots& signals);
    void suppress(std::uint32_t i, bool suppressed, Time now);
    void condition(std::uint32_t i, bool holds, Time now);
    [[nodiscard]] double measured(std::uint32_t i, const Slots& signals);
    void judgeLimit(std::uint32_t i, double value, Time now);
    void judgeStale(std::uint32_t i, Time now, const Slots& signals);
    void fire(const Timer& timer, const Slots& signals);
    [[nodiscard]] bool holds(const Timer& timer) const;
    [[nodiscard]] bool needsAcknowledgement(std::uint32_t i) const;
    void setActive(std::uint32_t i, bool active, Time now);
    void markFirst(std::uint32_t i);
    void take(std::uint32_t i, AlarmPhase to);
    void startReAlarm(std::uint32_t i, Time now);
    void note(std::uint32_t i, AlarmChange change, Time now, bool annunciated, std::uint32_t action = noAction);
    void shelve(std::uint32_t i, ShelvingStep next, Time now, std::uint32_t action);
    template <typename Set>
    void mask(std::uint32_t i, const Set& set, AlarmChange change, Time now, std::uint32_t action = noAction);
    void push(Timer timer);

    std::vector<Rule> rules_;
    std::vector<AlarmState> states_; ///< parallel to the plant's alarms, as all that follow
    std::vector<Progress> progress_;
    std::vector<std::uint32_t> firstWatcher_; ///< by signal: where its alarms begin in `watchers_`
    std::vector<std::uint32_t> watchers_;
    std::vector<std::uint32_t> dirty_;
    std::vector<Timer> timers_;  ///< a heap, the first due on top; entries that no longer hold are passed over
    std::size_t mostTimers_ = 0; ///< before those that no longer hold are cleared away
    std::vector<Group> groups_;
    std::vector<AlarmTransition> transitions_;
};

} // namespace millwright::twin
