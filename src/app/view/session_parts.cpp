#include <millwright/plant/within.hpp>
#include <millwright/scene/find.hpp>

#include <algorithm>
#include <app/view/session.hpp>
#include <cmath>
#include <map>
#include <tuple>

/// What of the plant is shown, and what is measured on it.
namespace millwright::app {

bool Session::someHidden() const {
    return std::ranges::contains(state.hidden, true);
}

bool Session::isHidden(EquipmentIndex equipment) const {
    return equipment != noEquipment && index(equipment) < state.hidden.size() && state.hidden[index(equipment)];
}

/// One for each machine, where the plant puts it; those that it puts on one spot stand side by side.
void Session::placeMarkers() {
    constexpr double apart = 4; // metres
    const auto worldFromNode = scene_->scene().worldTransforms();
    std::vector<bool> holds(plant_.equipment.size());
    for (const plant::Equipment& each : plant_.equipment)
        if (each.parent != noEquipment) holds[index(each.parent)] = true;
    std::map<std::tuple<float, float, float>, std::size_t> taken;
    const auto machines = static_cast<double>(std::ranges::count(holds, false));
    const auto aRow = static_cast<std::size_t>(std::ceil(std::sqrt(machines)));
    for (std::size_t i = 0; i < holds.size(); ++i) {
        if (holds[i]) continue;
        const auto equipment = static_cast<EquipmentIndex>(i);
        const glm::vec3 spot{worldFromNode[scene_->nodeOf(equipment)][3]};
        const std::size_t before = taken[{spot.x, spot.y, spot.z}]++;
        const glm::dvec3 aside{apart * static_cast<double>(before % aRow), 0, apart * static_cast<double>(before / aRow)};
        const plant::Equipment& e = plant_.at(equipment);
        markers_.push_back({equipment, glm::dvec3{spot} + aside, e.name.empty() ? e.id : e.name});
        plantBounds_.include({glm::vec3{markers_.back().at} - 2.0f, glm::vec3{markers_.back().at} + 2.0f});
    }
}

const glm::dvec3* Session::markerOf(EquipmentIndex equipment) const {
    const auto found = std::ranges::find(markers_, equipment, &Marker::equipment);
    return found == markers_.end() ? nullptr : &found->at;
}

void Session::hide(EquipmentIndex equipment, bool hidden) {
    state.hidden.resize(plant_.equipment.size(), false);
    for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
        const auto other = static_cast<EquipmentIndex>(i);
        const bool holdsWhatIsShown = !hidden && plant::isWithin(plant_, equipment, other);
        if (plant::isWithin(plant_, other, equipment) || holdsWhatIsShown) state.hidden[i] = hidden;
    }
    changed_ = true;
}

/// What is above it stays shown: an area's own model, if it has one, is the ground its machines stand on.
void Session::isolate(EquipmentIndex equipment) {
    state.hidden.assign(plant_.equipment.size(), false);
    for (std::size_t i = 0; i < plant_.equipment.size(); ++i) {
        const auto other = static_cast<EquipmentIndex>(i);
        state.hidden[i] = !plant::isWithin(plant_, other, equipment) && !plant::isWithin(plant_, equipment, other);
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
