#include <millwright/scene/find.hpp>

#include <algorithm>
#include <app/view/session.hpp>

/// What of the plant is shown, and what is measured on it.
namespace millwright::app {

bool Session::someHidden() const {
    return std::ranges::contains(state.hidden, true);
}

bool Session::isHidden(EquipmentIndex equipment) const {
    return equipment != noEquipment && index(equipment) < state.hidden.size() && state.hidden[index(equipment)];
}

bool Session::isWithin(EquipmentIndex equipment, EquipmentIndex ancestor) const {
    while (equipment != noEquipment && equipment != ancestor) equipment = plant_.at(equipment).parent;
    return equipment == ancestor;
}

void Session::hide(EquipmentIndex equipment, bool hidden) {
    state.hidden.resize(plant_.equipment.size(), false);
    for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
        const auto other = static_cast<EquipmentIndex>(i);
        const bool holdsWhatIsShown = !hidden && isWithin(equipment, other);
        if (isWithin(other, equipment) || holdsWhatIsShown) state.hidden[i] = hidden;
    }
    changed_ = true;
}

/// What is above it stays shown: an area's own model, if it has one, is the ground its machines stand on.
void Session::isolate(EquipmentIndex equipment) {
    state.hidden.assign(plant_.equipment.size(), false);
    for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
        const auto other = static_cast<EquipmentIndex>(i);
        state.hidden[i] = !isWithin(other, equipment) && !isWithin(equipment, other);
    }
    changed_ = true;
}

void Session::showAll() {
    state.hidden.clear();
    changed_ = true;
}

/// Looks through the CAD parts when the search has changed.
void Session::searchParts() {
    if (searched_ == state.search) return;
    searched_ = state.search;
    partHits_.assign(plant_.equipment.size(), 0);
    for (const std::uint32_t node : scene::findNodes(scene_->scene(), searched_)) {
        const EquipmentIndex owner = scene_->equipmentOf(node);
        if (owner != noEquipment && node != scene_->nodeOf(owner)) partHits_[index(owner)] = 1;
    }
}

/// The part that a picked node belongs to: the nearest with a name, with all that is said of it and of the assemblies it is in.
void Session::pickPart(std::uint32_t node) {
    picked_ = {};
    pickedOf_ = node == scene::none ? noEquipment : scene_->equipmentOf(node);
    if (pickedOf_ == noEquipment) return;
    const auto& nodes = scene_->scene().nodes;
    for (; node != scene::none && node != scene_->nodeOf(pickedOf_); node = nodes[node].parent) {
        if (picked_.name.empty()) picked_.name = nodes[node].name;
        picked_.properties.insert(picked_.properties.end(), nodes[node].metadata.begin(), nodes[node].metadata.end());
    }
    if (picked_.name.empty()) pickedOf_ = noEquipment;
}

Measuring::Pointer Session::pointerAt(glm::vec2 pixel) {
    const ui::Camera camera = seen();
    const glm::dvec2 size = viewport();
    return {.ray = {camera.eye(), ui::rayThrough(camera, glm::dvec2(pixel), size)},
            .radiansPerPixel = camera.verticalFov / size.y,
            .poses = poses()};
}

/// Takes what the surveyor found, and forgets what was begun when the tool is put away.
void Session::measure() {
    if (!state.measuring) {
        measuring_->leave();
        measuring_->cancel();
    }
    measuring_->update();
    measuring_->draw(seen(), viewport(), measureShapes_);
}

} // namespace millwright::app
