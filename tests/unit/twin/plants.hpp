#pragma once

#include <millwright/plant/plant.hpp>

#include <string>

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

} // namespace millwright::twin::testing
