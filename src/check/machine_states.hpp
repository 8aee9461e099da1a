#pragma once

#include <millwright/check/check.hpp>
#include <millwright/twin/state_history.hpp>

#include <optional>
#include <span>
#include <vector>

namespace millwright::check {

/// Follows the states of all machines during a run, for the report.
class MachineStates {
public:
    /// Both must outlive it.
    MachineStates(const plant::Plant& plant, const twin::Replay& replay)
        : plant_{plant}, history_{plant, replay.source().conversions(), replay.source().strings(), replay.log().from} {}

    void add(std::span<const telemetry::Sample> samples) { history_.apply(samples); }
    void note(std::span<const twin::AlarmTransition> transitions) { history_.note(transitions); }
    /// Gives every outcome the bands of its machines, once the log is over: of a failure those involved in it, of any other that of
    /// the machine whose state signal it is about.
    void finish(Verdict& verdict, std::span<const Expectation> expectations);

private:
    [[nodiscard]] std::vector<std::size_t> involved(const Expectation& expectation, const Outcome& outcome,
                                                    SignalIndex signal) const;
    void addNear(std::vector<std::size_t>& machines, EquipmentIndex equipment) const;
    [[nodiscard]] std::optional<std::size_t> machineOf(SignalIndex stateSignal) const;
    [[nodiscard]] Duration stoodFor(std::size_t machine) const;
    [[nodiscard]] StateBand bandOf(std::size_t machine) const;

    const plant::Plant& plant_;
    twin::StateHistory history_;
    std::vector<std::vector<twin::StateSpell>> spells_; ///< parallel to the history's sources, once it is over
};

} // namespace millwright::check
