#include <millwright/plant/plant.hpp>

#include <algorithm>

namespace millwright::plant {

SignalIndex Plant::findSignal(std::string_view path) const {
    const auto found = std::ranges::find(signals, path, [](const Signal& signal) { return signal.path.view(); });
    return found == signals.end() ? noSignal : static_cast<SignalIndex>(found - signals.begin());
}

EquipmentIndex Plant::findEquipment(std::string_view path) const {
    const auto found = std::ranges::find(equipment, path, &Equipment::path);
    return found == equipment.end() ? noEquipment : static_cast<EquipmentIndex>(found - equipment.begin());
}

AlarmIndex Plant::findAlarm(std::string_view path) const {
    const auto found = std::ranges::find(alarms, path, &Alarm::path);
    return found == alarms.end() ? noAlarm : static_cast<AlarmIndex>(found - alarms.begin());
}

const Camera* Plant::findCamera(std::string_view cameraId) const {
    const auto found = std::ranges::find(cameras, cameraId, &Camera::id);
    return found == cameras.end() ? nullptr : &*found;
}

} // namespace millwright::plant
