#pragma once

#include <millwright/plant/plant.hpp>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace millwright::twin::testing {

inline plant::Signal signalNamed(std::string id, ValueType type = ValueType::Float, std::string unit = {}) {
    plant::Signal signal;
    signal.id = id;
    signal.path = "line/machine/" + id;
    signal.name = id;
    signal.topic = signal.path;
    signal.equipment = EquipmentIndex{1};
    signal.type = type;
    signal.unit = std::move(unit);
    return signal;
}

/// Adds a binding of the last signal to a target of its own.
inline plant::Binding& bind(plant::Plant& plant, plant::BindingKind kind, std::string node) {
    plant::Binding binding;
    binding.kind = kind;
    binding.signal = static_cast<SignalIndex>(plant.signals.size() - 1);
    binding.target = static_cast<plant::TargetIndex>(plant.targets.size());
    plant.targets.push_back({EquipmentIndex{1}, std::move(node)});
    plant.bindings.push_back(std::move(binding));
    return plant.bindings.back();
}

/// One machine with a signal of every sort and a binding of every kind. Signals in order: joint (angle, deg), slide (linear, mm),
/// motor (spin, rad/s), state (string), door (boolean), level (hold), count (integer).
inline plant::Plant onePlant() {
    plant::Plant plant;
    plant.id = "test";
    plant::Equipment line, machine;
    line.id = line.path = "line";
    line.level = plant::Level::Line;
    machine.id = "machine";
    machine.path = "line/machine";
    machine.parent = EquipmentIndex{0};
    for (std::uint32_t i = 0; i < 7; ++i) machine.signals.push_back(SignalIndex{i});
    plant.equipment = {line, machine};

    plant.signals.push_back(signalNamed("joint", ValueType::Float, "deg"));
    plant.signals.back().interpolation = plant::Interpolation::Angle;
    plant.signals.back().maxGap = std::chrono::seconds{2};
    bind(plant, plant::BindingKind::Rotation, "arm").mapping = {0, 180, 0, 3.141592653589793, false};

    plant.signals.push_back(signalNamed("slide", ValueType::Float, "mm"));
    plant.signals.back().interpolation = plant::Interpolation::Linear;
    plant.signals.back().maxGap = std::chrono::seconds{2};
    bind(plant, plant::BindingKind::Translation, "carriage").mapping = {0, 1000, 0, 1, false};
    auto& path = bind(plant, plant::BindingKind::Path, "pallet");
    path.path = {{0, 0, 0}, {1, 0, 0}, {1, 0, 2}};
    path.mapping = {0, 1000, 0, 1, false};

    plant.signals.push_back(signalNamed("motor", ValueType::Float, "rad/s"));
    bind(plant, plant::BindingKind::Spin, "shaft");

    plant.signals.push_back(signalNamed("state", ValueType::String));
    auto& stateColours = bind(plant, plant::BindingKind::Colour, "lamp");
    stateColours.colours = {{0, "Execute", {0, 1, 0, 1}}, {0, "Aborted", {1, 0, 0, 1}}};
    bind(plant, plant::BindingKind::Text, "sign").textFormat = "state {}";

    plant.signals.push_back(signalNamed("door", ValueType::Boolean));
    bind(plant, plant::BindingKind::Visibility, "cover").condition = {plant::Comparison::Equal, 1, {}};

    plant.signals.push_back(signalNamed("level"));
    bind(plant, plant::BindingKind::Fill, "tank").mapping = {0, 100, 0, 1, true};
    auto& ramp = bind(plant, plant::BindingKind::Colour, "tank-wall");
    ramp.colours = {{0, "", {0, 0, 1, 1}}, {100, "", {1, 0, 0, 1}}};

    plant.signals.push_back(signalNamed("count", ValueType::Integer));
    bind(plant, plant::BindingKind::Text, "counter").textFormat = "{:d} pcs";
    return plant;
}

/// Adds `line/machine/low` to `onePlant`: active while the slide is below 5.
inline void addLowAlarm(plant::Plant& plant) {
    plant::Alarm& alarm = plant.alarms.emplace_back();
    alarm.id = "low";
    alarm.path = "line/machine/low";
    alarm.equipment = EquipmentIndex{1};
    alarm.kind = plant::AlarmKind::Low;
    alarm.signal = SignalIndex{1};
    alarm.limit = 5;
    alarm.maximumShelving = std::chrono::hours{1};
    alarm.measure.code = {{plant::Expression::Op::Number, SignalIndex{1}}};
    alarm.measure.signals = {SignalIndex{1}};
}

/// Adds an alarm of every kind, with delays, dead-bands, latch, mask and group, over the signals of `onePlant`.
inline void addAlarms(plant::Plant& plant) {
    const auto find = [&](std::string_view name) -> std::expected<SignalIndex, std::string> {
        return plant.findSignal("line/machine/" + std::string{name});
    };
    const auto add = [&](plant::AlarmKind kind, std::uint32_t signal, std::string_view measure) -> plant::Alarm& {
        plant::Alarm& alarm = plant.alarms.emplace_back();
        alarm.id = std::to_string(plant.alarms.size());
        alarm.path = "line/machine/" + alarm.id;
        alarm.equipment = EquipmentIndex{1};
        alarm.kind = kind;
        alarm.signal = SignalIndex{signal};
        alarm.maximumShelving = std::chrono::seconds{10};
        if (measure.empty())
            alarm.measure.signals = {alarm.signal};
        else
            alarm.measure = *plant::compile(measure, plant.signals, find);
        return alarm;
    };
    using enum plant::AlarmKind;
    using namespace std::chrono_literals;
    plant::Alarm& high = add(High, 0, "joint");
    high.limit = 700, high.deadBand = 50, high.firstOut = "g", high.reAlarm = 3s;
    plant::Alarm& delayed = add(Low, 5, "level");
    delayed.limit = 500, delayed.onDelay = 150ms, delayed.offDelay = 90ms, delayed.latching = true, delayed.firstOut = "g";
    add(Deviation, 5, "abs(level - joint)").limit = 300;
    plant::Alarm& rate = add(Rate, 1, "slide");
    rate.limit = 150'000, rate.onDelay = 20ms;
    add(State, 3, "state == 'Held'").firstOut = "g";
    plant::Alarm& condition = add(Expression, 6, "count > 500 and door or state == 'Aborted'");
    condition.suppressedBy = *plant::compile("door and good(level)", plant.signals, find);
    condition.needsAcknowledgement = false;
    plant::Alarm& stale = add(Stale, 2, "");
    stale.timeout = 120ms, stale.onDelay = 10ms;
}

} // namespace millwright::twin::testing
