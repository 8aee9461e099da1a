#pragma once

#include <millwright/plant/plant.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>
#include <millwright/twin/alarm.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What state each machine was in, for how long, and why (docs/states.md).
namespace millwright::twin {

/// How the state of an equipment is known.
struct StateSource {
    EquipmentIndex equipment = noEquipment;
    SignalIndex state = noSignal;
    SignalIndex reason = noSignal;         ///< says why it stands; noSignal: none does
    const plant::KpiSource* kpi = nullptr; ///< says what its values mean; null: the usual words do
};
/// In the order of the equipment: that with a `kpi` table, by its state signal; other with a signal `state` of its own. A signal
/// `reason` or `state-reason` of the equipment, a text or named values, is why. The plant must outlive what is returned.
[[nodiscard]] std::vector<StateSource> stateSourcesOf(const plant::Plant& plant);

/// A state for as long as it lasted.
struct StateSpell {
    TimeInterval interval; ///< from its sample to the next; the last one to where the history is known to
    plant::PackmlState state = plant::PackmlState::Unknown;
    std::string word;                  ///< what the signal says; empty without a usable value
    std::string reason;                ///< what the reason signal said, the last of it that says anything; empty: nothing
    AlarmIndex alarm = plant::noAlarm; ///< without a reason: the alarm that stopped it
    Time raised{};                     ///< when that was raised
    std::uint8_t nearness = none;      ///< of the alarm: 0 its own or of a first-out group that it shares, 1 its line's

    static constexpr std::uint8_t none = 0xFF;
    friend bool operator==(const StateSpell&, const StateSpell&) = default;
};
/// Whether a machine in this state stands where it should not, so that one asks why.
[[nodiscard]] bool asksWhy(plant::PackmlState state);
/// `Held`, `Suspended (starved)` where the signal has a word of its own for it, or that word alone where it stands for no state.
[[nodiscard]] std::string textOf(const StateSpell& spell);
/// `Web break` or the reason's own text; empty without either.
[[nodiscard]] std::string_view reasonOf(const plant::Plant& plant, const StateSpell& spell);
/// The same with the alarm that it is known from: `Web break (alarm electrode/coating/rewinder-1/web-break)`.
[[nodiscard]] std::string whyOf(const plant::Plant& plant, const StateSpell& spell);

/// The states of all machines as they are known at one moment.
struct MachineStates {
    std::vector<StateSource> sources;
    std::vector<std::vector<StateSpell>> spells; ///< parallel to it, each as `StateHistory::spells`

    /// Empty of an equipment without a state.
    [[nodiscard]] std::span<const StateSpell> of(EquipmentIndex equipment) const;
};

/// Follows the states of a plant's machines. A stop's reason is that of its beginning: states that ask why and follow each other
/// share it. It knows no wall clock. Thread: one at a time.
class StateHistory {
public:
    /// `plant` and `strings` must outlive it; `conversions` is parallel to `Plant::signals`. Each machine keeps its last
    /// `mostSpells`.
    StateHistory(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions, const StringTable& strings,
                 Time from, std::size_t mostSpells = 100'000);

    /// Samples in order of time, signals as indices of the plant.
    void apply(std::span<const telemetry::Sample> samples);
    /// What alarms did, in order of time, up to the last sample or a later one.
    void note(std::span<const AlarmTransition> transitions);
    /// All up to `time` is in: what lasts, lasts until then.
    void advance(Time time);

    [[nodiscard]] std::span<const StateSource> sources() const { return sources_; }
    /// In order of time, without gaps, neighbours different, with the reason each stop began with. Empty before the first sample.
    [[nodiscard]] std::vector<StateSpell> spells(std::size_t source) const;
    /// All of it.
    [[nodiscard]] MachineStates states() const;
    /// Counts up whenever a spell begins or a reason is found.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

private:
    struct Machine {
        std::vector<StateSpell> spells;
        std::string reason; ///< what the reason signal says now
    };
    struct Raised {
        Time time{};
        AlarmIndex alarm = plant::noAlarm;
    };
    void setState(std::size_t machine, const telemetry::Sample& sample);
    void setReason(std::size_t machine, const telemetry::Sample& sample);
    [[nodiscard]] plant::PackmlState meaning(const StateSource& source, const telemetry::Sample& sample) const;
    [[nodiscard]] std::string wordOf(const telemetry::Sample& sample) const;
    [[nodiscard]] std::uint8_t nearnessOf(std::size_t machine, AlarmIndex alarm) const;
    void consider(std::size_t machine, StateSpell& spell, const Raised& raised);

    const plant::Plant& plant_;
    const StringTable& strings_;
    std::vector<telemetry::Conversion> conversions_;
    std::vector<StateSource> sources_;
    std::vector<std::vector<std::uint32_t>> stateUses_, reasonUses_; ///< by signal: machines
    std::vector<std::vector<std::string>> groups_;                   ///< by machine: first-out groups that alarms of it are in
    std::vector<EquipmentIndex> lines_; ///< by machine: the line it stands in, or what it is directly in
    std::vector<Machine> machines_;
    std::vector<Raised> recent_;
    Time from_;
    std::size_t mostSpells_;
    std::uint64_t changes_ = 0;
};

} // namespace millwright::twin
