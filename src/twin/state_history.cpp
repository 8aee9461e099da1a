#include <millwright/plant/within.hpp>
#include <millwright/twin/state_history.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <utility>

namespace millwright::twin {
namespace {

using plant::PackmlState;

/// How long before a stop, and after it began, an alarm that caused it may be raised: alarms have delays, and machines ramp down.
constexpr Duration before = std::chrono::seconds{10}, after = std::chrono::seconds{5};

/// The line that an equipment stands in; what it is directly in, where there is none.
EquipmentIndex lineOf(const plant::Plant& plant, EquipmentIndex equipment) {
    for (EquipmentIndex above = plant.at(equipment).parent; above != noEquipment; above = plant.at(above).parent)
        if (plant.at(above).level == plant::Level::Line) return above;
    return plant.at(equipment).parent;
}

bool hasWords(const plant::Signal& signal) {
    return signal.type == ValueType::String || !signal.states.empty();
}

SignalIndex ownSignal(const plant::Plant& plant, const plant::Equipment& equipment, std::string_view id) {
    const auto found = std::ranges::find_if(equipment.signals, [&](SignalIndex signal) { return plant.at(signal).id == id; });
    return found == equipment.signals.end() ? noSignal : *found;
}

} // namespace

std::vector<StateSource> stateSourcesOf(const plant::Plant& plant) {
    std::vector<StateSource> sources;
    for (std::size_t i = 0; i < plant.equipment.size(); ++i) {
        const plant::Equipment& equipment = plant.equipment[i];
        StateSource source{.equipment = static_cast<EquipmentIndex>(i)};
        const auto measured = std::ranges::find(plant.kpis, source.equipment, &plant::KpiSource::equipment);
        if (measured != plant.kpis.end()) {
            source.kpi = &*measured;
            source.state = measured->state;
        } else {
            source.state = ownSignal(plant, equipment, "state");
        }
        if (source.state == noSignal || plant.at(source.state).type == ValueType::Float) continue;
        for (const std::string_view id : {"reason", "state-reason"}) {
            if (source.reason == noSignal) source.reason = ownSignal(plant, equipment, id);
            if (source.reason != noSignal && !hasWords(plant.at(source.reason))) source.reason = noSignal;
        }
        sources.push_back(source);
    }
    return sources;
}

std::span<const StateSpell> MachineStates::of(EquipmentIndex equipment) const {
    const auto found = std::ranges::find(sources, equipment, &StateSource::equipment);
    if (found == sources.end()) return {};
    return spells[static_cast<std::size_t>(found - sources.begin())];
}

bool asksWhy(PackmlState state) {
    using enum PackmlState;
    constexpr std::array asking{Clearing, Stopped, Suspended, Stopping, Aborting, Aborted, Holding, Held, Suspending};
    return std::ranges::contains(asking, state);
}

std::string textOf(const StateSpell& spell) {
    const std::string_view name = plant::nameOf(spell.state);
    if (spell.word.empty() && spell.state == PackmlState::Unknown) return "No usable value";
    if (spell.word.empty() || spell.word == name) return std::string{name};
    return spell.state == PackmlState::Unknown ? spell.word : std::format("{} ({})", name, spell.word);
}

std::string whyOf(const plant::Plant& plant, const StateSpell& spell) {
    if (!spell.reason.empty() || spell.alarm == plant::noAlarm) return spell.reason;
    const plant::Alarm& alarm = plant.at(spell.alarm);
    return std::format("{} (alarm {})", alarm.name, alarm.path);
}

std::string_view reasonOf(const plant::Plant& plant, const StateSpell& spell) {
    if (!spell.reason.empty()) return spell.reason;
    return spell.alarm == plant::noAlarm ? std::string_view{} : std::string_view{plant.at(spell.alarm).name};
}

StateHistory::StateHistory(const plant::Plant& plant, std::span<const telemetry::Conversion> conversions,
                           const StringTable& strings, Time from, std::size_t mostSpells)
    : plant_{plant},
      strings_{strings},
      conversions_{conversions.begin(), conversions.end()},
      sources_{stateSourcesOf(plant)},
      stateUses_(plant.signals.size()),
      reasonUses_(plant.signals.size()),
      groups_(sources_.size()),
      machines_(sources_.size()),
      from_{from},
      mostSpells_{std::max<std::size_t>(2, mostSpells)} {
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
        stateUses_[index(sources_[i].state)].push_back(i);
        if (sources_[i].reason != noSignal) reasonUses_[index(sources_[i].reason)].push_back(i);
        lines_.push_back(lineOf(plant, sources_[i].equipment));
        for (const plant::Alarm& alarm : plant.alarms)
            if (!alarm.firstOut.empty() && plant::isWithin(plant, alarm.equipment, sources_[i].equipment) &&
                !std::ranges::contains(groups_[i], alarm.firstOut))
                groups_[i].push_back(alarm.firstOut);
    }
}

PackmlState StateHistory::meaning(const StateSource& source, const telemetry::Sample& sample) const {
    static const plant::KpiSource usual;
    const plant::KpiSource& kpi = source.kpi != nullptr ? *source.kpi : usual;
    if (sample.type == ValueType::String) return kpi.stateOfText(strings_.text(sample.value.string));
    if (source.kpi == nullptr && !plant_.at(sample.signal).states.empty()) return kpi.stateOfText(wordOf(sample));
    return kpi.stateOfNumber(sample.value.asNumber(sample.type));
}

std::string StateHistory::wordOf(const telemetry::Sample& sample) const {
    if (sample.type == ValueType::String) return std::string{strings_.text(sample.value.string)};
    const auto& names = plant_.at(sample.signal).states;
    const double number = sample.value.asNumber(sample.type);
    if (number >= 0 && number < static_cast<double>(names.size())) return names[static_cast<std::size_t>(number)];
    return std::format("{}", number);
}

/// Less is nearer; `none` of an alarm that cannot be why.
std::uint8_t StateHistory::nearnessOf(std::size_t machine, AlarmIndex alarm) const {
    const StateSource& source = sources_[machine];
    const plant::Alarm& definition = plant_.at(alarm);
    // That it stands is no reason why it stands.
    if (definition.kind == plant::AlarmKind::State && definition.signal == source.state) return StateSpell::none;
    const bool grouped = !definition.firstOut.empty() && std::ranges::contains(groups_[machine], definition.firstOut);
    if (grouped || plant::isWithin(plant_, definition.equipment, source.equipment)) return 0;
    return lines_[machine] != noEquipment && plant::isWithin(plant_, definition.equipment, lines_[machine]) ? 1 : StateSpell::none;
}

/// Takes the alarm for the spell's reason if it is a better one than what is known: nearer, or raised earlier.
void StateHistory::consider(std::size_t machine, StateSpell& spell, const Raised& raised) {
    if (!asksWhy(spell.state)) return;
    if (raised.time + before < spell.interval.from || raised.time > spell.interval.from + after) return;
    const std::uint8_t nearness = nearnessOf(machine, raised.alarm);
    if (nearness == StateSpell::none || std::pair{nearness, raised.time} >= std::pair{spell.nearness, spell.raised}) return;
    spell.alarm = raised.alarm;
    spell.raised = raised.time;
    spell.nearness = nearness;
    ++changes_;
}

void StateHistory::setState(std::size_t machine, const telemetry::Sample& sample) {
    auto& spells = machines_[machine].spells;
    const bool usable = isUsable(sample.quality);
    StateSpell next;
    next.interval = {std::max(sample.time, from_), std::max(sample.time, from_)};
    if (usable) {
        next.state = meaning(sources_[machine], sample);
        next.word = wordOf(sample);
    }
    if (!spells.empty()) {
        StateSpell& last = spells.back();
        last.interval.to = next.interval.from;
        if (last.state == next.state && last.word == next.word) return;
        if (last.interval.from == next.interval.from) spells.pop_back(); // of several at one time the last counts
    }
    if (asksWhy(next.state)) next.reason = machines_[machine].reason;
    spells.push_back(std::move(next));
    for (const Raised& raised : recent_) consider(machine, spells.back(), raised);
    if (spells.size() > mostSpells_)
        spells.erase(spells.begin(), spells.begin() + static_cast<std::ptrdiff_t>(mostSpells_ / 4 + 1));
    ++changes_;
}

void StateHistory::setReason(std::size_t machine, const telemetry::Sample& sample) {
    Machine& it = machines_[machine];
    it.reason = isUsable(sample.quality) ? wordOf(sample) : std::string{};
    if (it.reason.empty() || it.spells.empty() || !asksWhy(it.spells.back().state)) return;
    it.spells.back().reason = it.reason;
    ++changes_;
}

void StateHistory::apply(std::span<const telemetry::Sample> samples) {
    for (const telemetry::Sample& sample : samples) {
        for (const std::uint32_t machine : stateUses_[index(sample.signal)]) setState(machine, sample);
        for (const std::uint32_t machine : reasonUses_[index(sample.signal)]) setReason(machine, sample);
    }
}

void StateHistory::note(std::span<const AlarmTransition> transitions) {
    for (const AlarmTransition& each : transitions) {
        if (each.change != AlarmChange::Raised) continue;
        const Raised raised{each.time, each.alarm};
        std::erase_if(recent_, [&](const Raised& other) { return other.time + before < raised.time; });
        recent_.push_back(raised);
        for (std::size_t i = 0; i < machines_.size(); ++i) {
            auto& spells = machines_[i].spells;
            for (auto spell = spells.rbegin(); spell != spells.rend() && spell->interval.from + after >= raised.time; ++spell)
                consider(i, *spell, raised);
        }
    }
}

void StateHistory::advance(Time time) {
    for (Machine& machine : machines_)
        if (!machine.spells.empty()) machine.spells.back().interval.to = std::max(machine.spells.back().interval.to, time);
}

std::vector<StateSpell> StateHistory::spells(std::size_t source) const {
    std::vector<StateSpell> result = machines_[source].spells;
    for (std::size_t i = 1; i < result.size(); ++i) {
        const StateSpell& last = result[i - 1];
        StateSpell& spell = result[i];
        if (!asksWhy(spell.state) || !asksWhy(last.state)) continue;
        if (spell.reason.empty()) spell.reason = last.reason;
        if (last.alarm == plant::noAlarm || spell.nearness < last.nearness) continue;
        spell.alarm = last.alarm;
        spell.raised = last.raised;
        spell.nearness = last.nearness;
    }
    return result;
}

MachineStates StateHistory::states() const {
    MachineStates all{sources_, {}};
    for (std::size_t i = 0; i < sources_.size(); ++i) all.spells.push_back(spells(i));
    return all;
}

} // namespace millwright::twin
