#include <millwright/ui/attention.hpp>

#include <algorithm>

namespace millwright::ui {

std::string_view badge(Attention a) {
    switch (a) {
    case Attention::None:
    case Attention::Unknown: return {};
    case Attention::Stale: return "S";
    case Attention::Uncertain: return "?";
    case Attention::Bad: return "!";
    case Attention::Low: return "L";
    case Attention::High: return "H";
    case Attention::LowLow: return "LL";
    case Attention::HighHigh: return "HH";
    case Attention::Alarm:
    case Attention::UrgentAlarm: return "A";
    }
    return {};
}

std::string_view describe(Attention a) {
    switch (a) {
    case Attention::None: return "within limits";
    case Attention::Unknown: return "no sample yet";
    case Attention::Stale: return "source silent: last known value";
    case Attention::Uncertain: return "uncertain value";
    case Attention::Bad: return "bad value";
    case Attention::Low: return "below the warning limit";
    case Attention::High: return "above the warning limit";
    case Attention::LowLow: return "below the trip limit";
    case Attention::HighHigh: return "above the trip limit";
    case Attention::Alarm: return "an alarm is active";
    case Attention::UrgentAlarm: return "a high-priority alarm is active";
    }
    return {};
}

Attention attention(const plant::Signal& signal, const twin::SignalState& state) {
    if (!state.known) return Attention::Unknown;
    switch (state.quality) {
    case Quality::Bad: return Attention::Bad;
    case Quality::Stale: return Attention::Stale;
    case Quality::Uncertain: return Attention::Uncertain;
    case Quality::Good: break;
    }
    const plant::Limits& limits = signal.limits;
    const double value = state.value.asNumber(signal.type);
    if (limits.highHigh && value > *limits.highHigh) return Attention::HighHigh;
    if (limits.lowLow && value < *limits.lowLow) return Attention::LowLow;
    if (limits.high && value > *limits.high) return Attention::High;
    if (limits.low && value < *limits.low) return Attention::Low;
    return Attention::None;
}

void AttentionMap::update(const plant::Plant& plant, std::span<const twin::SignalState> states,
                          std::span<const twin::AlarmState> alarms) {
    signals.assign(plant.signals.size(), Attention::Unknown);
    equipment.assign(plant.equipment.size(), Attention::Unknown);
    crossed = untrusted = known = 0;
    worstSignal = Attention::Unknown;
    const auto raise = [this](EquipmentIndex owner, Attention a) {
        if (owner != noEquipment) equipment[index(owner)] = std::max(equipment[index(owner)], a);
    };
    const std::size_t count = std::min(states.size(), plant.signals.size());
    for (std::size_t i = 0; i < count; ++i) {
        const Attention a = attention(plant.signals[i], states[i]);
        signals[i] = a;
        if (a != Attention::Unknown) ++known;
        if (crossesLimit(a))
            ++crossed;
        else if (a >= Attention::Stale)
            ++untrusted;
        worstSignal = std::max(worstSignal, a);
        raise(plant.signals[i].equipment, a);
    }
    for (std::size_t i = 0; i < std::min(alarms.size(), plant.alarms.size()); ++i) {
        if (!alarms[i].active || alarms[i].masked()) continue;
        const plant::Alarm& alarm = plant.alarms[i];
        raise(alarm.equipment, alarm.priority >= plant::AlarmPriority::High ? Attention::UrgentAlarm : Attention::Alarm);
    }
    // Parents come before children, so going backwards carries the worst of each subtree up to the root.
    for (std::size_t i = plant.equipment.size(); i-- > 0;) {
        const EquipmentIndex parent = plant.equipment[i].parent;
        if (parent != noEquipment) equipment[index(parent)] = std::max(equipment[index(parent)], equipment[i]);
    }
}

} // namespace millwright::ui
