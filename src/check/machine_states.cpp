#include "check/machine_states.hpp"

#include "check/trend.hpp"

#include <algorithm>

namespace millwright::check {
namespace {

constexpr std::size_t mostBands = 4; // of one failure: more explain nothing

bool isBelow(const plant::Plant& plant, EquipmentIndex equipment, EquipmentIndex above) {
    for (; equipment != noEquipment && equipment != above; equipment = plant.at(equipment).parent) {
    }
    return equipment == above;
}

/// Signals that an expectation reads, apart from the one that it is about most.
std::vector<SignalIndex> signalsOf(const Expectation& expectation, const plant::Plant& plant) {
    std::vector<SignalIndex> signals;
    const auto add = [&](const plant::Expression& expression) {
        signals.insert(signals.end(), expression.signals.begin(), expression.signals.end());
    };
    if (const auto* condition = std::get_if<ConditionCheck>(&expectation.what)) {
        add(condition->when);
        add(condition->other);
    } else if (const auto* alarm = std::get_if<AlarmCheck>(&expectation.what)) {
        add(plant.at(alarm->alarm).measure);
    }
    return signals;
}

} // namespace

std::optional<std::size_t> MachineStates::machineOf(SignalIndex stateSignal) const {
    const auto sources = history_.sources();
    // A line may have its states from a machine in it: the machine's own come first.
    auto found = std::ranges::find_if(sources, [&](const twin::StateSource& each) {
        return each.state == stateSignal && plant_.at(stateSignal).equipment == each.equipment;
    });
    if (found == sources.end()) found = std::ranges::find(sources, stateSignal, &twin::StateSource::state);
    if (found == sources.end()) return std::nullopt;
    return static_cast<std::size_t>(found - sources.begin());
}

Duration MachineStates::stoodFor(std::size_t machine) const {
    Duration stood{};
    for (const twin::StateSpell& spell : spells_[machine])
        if (twin::asksWhy(spell.state)) stood += spell.interval.length();
    return stood;
}

/// The machine itself, else those below it that stood longest, else the nearest one above.
void MachineStates::addNear(std::vector<std::size_t>& machines, EquipmentIndex equipment) const {
    const auto sources = history_.sources();
    const auto add = [&](std::size_t machine) {
        const bool shown = std::ranges::contains(machines, sources[machine].state, [&](std::size_t i) { return sources[i].state; });
        if (!shown && !spells_[machine].empty() && machines.size() < mostBands) machines.push_back(machine);
    };
    for (EquipmentIndex above = equipment; above != noEquipment; above = plant_.at(above).parent) {
        const auto own = std::ranges::find(sources, above, &twin::StateSource::equipment);
        if (own != sources.end()) return add(static_cast<std::size_t>(own - sources.begin()));
        if (above != equipment) continue;
        std::vector<std::size_t> below;
        for (std::size_t i = 0; i < sources.size(); ++i)
            if (isBelow(plant_, sources[i].equipment, equipment)) below.push_back(i);
        std::ranges::stable_sort(below, std::ranges::greater{}, [this](std::size_t i) { return stoodFor(i); });
        for (const std::size_t machine : below) add(machine);
        if (!below.empty()) return;
    }
}

std::vector<std::size_t> MachineStates::involved(const Expectation& expectation, const Outcome& outcome, SignalIndex signal) const {
    std::vector<std::size_t> machines;
    const auto own = signal == noSignal ? std::nullopt : machineOf(signal);
    if (own && !spells_[*own].empty()) machines.push_back(*own);
    if (outcome.passed) return machines;
    if (outcome.evidence.equipment != noEquipment) addNear(machines, outcome.evidence.equipment);
    for (const SignalIndex each : signalsOf(expectation, plant_)) addNear(machines, plant_.at(each).equipment);
    for (const std::string& path : outcome.signals)
        if (const SignalIndex found = plant_.findSignal(path); found != noSignal) addNear(machines, plant_.at(found).equipment);
    return machines;
}

StateBand MachineStates::bandOf(std::size_t machine) const {
    const twin::StateSource& source = history_.sources()[machine];
    StateBand band{plant_.at(source.equipment).path, std::string{plant_.at(source.state).path}, {}};
    for (const twin::StateSpell& spell : spells_[machine])
        band.spells.push_back(
            {spell.interval, spell.state, twin::textOf(spell), twin::whyOf(plant_, spell), twin::asksWhy(spell.state)});
    return band;
}

void MachineStates::finish(Verdict& verdict, std::span<const Expectation> expectations) {
    history_.advance(verdict.span.to);
    for (std::size_t i = 0; i < history_.sources().size(); ++i) spells_.push_back(history_.spells(i));
    std::vector<std::size_t> drawn; // machines, parallel to the bands
    for (std::size_t i = 0; i < expectations.size(); ++i) {
        Outcome& outcome = verdict.outcomes[i];
        for (const std::size_t machine : involved(expectations[i], outcome, evidenceOf(plant_, expectations[i]).signal)) {
            const auto known = std::ranges::find(drawn, machine);
            outcome.evidence.bands.push_back(static_cast<std::size_t>(known - drawn.begin()));
            if (known != drawn.end()) continue;
            drawn.push_back(machine);
            verdict.bands.push_back(bandOf(machine));
        }
    }
}

} // namespace millwright::check
