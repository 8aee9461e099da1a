#pragma once

#include <millwright/plant/plant.hpp>

namespace millwright::plant {

/// Whether `equipment` is `ancestor` or somewhere below it; everything is within noEquipment, the plant.
[[nodiscard]] inline bool isWithin(const Plant& plant, EquipmentIndex equipment, EquipmentIndex ancestor) {
    while (equipment != noEquipment && equipment != ancestor) equipment = plant.at(equipment).parent;
    return equipment == ancestor;
}

} // namespace millwright::plant
