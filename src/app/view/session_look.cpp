#include <algorithm>
#include <app/section.hpp>
#include <app/view/session.hpp>

/// How the user looks at the plant: cut open, seen through, taken apart.
namespace millwright::app {

std::shared_ptr<const Poses> Session::poses() {
    return posesOf(nodes(), sections_);
}

std::span<const render::NodeState> Session::nodes() {
    hidden_.clear();
    if (someHidden()) {
        hidden_.resize(scene_->nodes().size());
        for (std::uint32_t i = 0; i < hidden_.size(); ++i) hidden_[i] = isHidden(scene_->equipmentOf(i)) ? 1 : 0;
    }
    return lookedAt_->nodes({.cut = !sections_.empty(), .kept = kept_, .hidden = hidden_});
}

void Session::updateLook() {
    if (lookedAt_->busy()) changed_ = true; // solids are filled as soon as they are known
    const bool keptIsOld = keptSelection_ != state.selected || keptSearch_ != state.search || !shownLook_.xray;
    if (state.look.xray && keptIsOld) keepUnderXray();
    if (state.look == shownLook_) return;
    shownLook_ = state.look;
    if (!state.look.xray) kept_.clear();
    lookedAt_->explode(static_cast<double>(state.look.explode));
    sections_.clear();
    for (int axis = 0; axis < 3; ++axis) {
        const ui::SectionCut& cut = state.look.cuts[static_cast<std::size_t>(axis)];
        if (!cut.on) continue;
        render::SectionPlane plane{glm::dvec3{0}, cut.flipped ? -cut.at : cut.at};
        plane.normal[axis] = cut.flipped ? -1 : 1;
        sections_.push_back(plane);
    }
    sightChanged_ = changed_ = true;
}

void Session::keepUnderXray() {
    keptSelection_ = state.selected;
    keptSearch_ = state.search;
    kept_.clear();
    // Finding nothing keeps nothing solid: then all is drawn as ever.
    if (!state.search.empty()) (void)markParts(plant_, *scene_, state.search, kept_);
    if (state.selected != noEquipment) (void)markParts(plant_, *scene_, plant_.at(state.selected).path, kept_);
    sightChanged_ = changed_ = true;
}

bool Session::isShown(const twin::SceneLabel& label) const {
    if (isHidden(label.equipment) || !isLeft(sections_, placeOf(label))) return false;
    return kept_.empty() || kept_[scene_->nodeOf(label.equipment)] != 0;
}

glm::dvec3 Session::placeOf(const twin::SceneLabel& label) const {
    return label.position + glm::dvec3{offsetOf(label.equipment)};
}

glm::vec3 Session::offsetOf(EquipmentIndex equipment) const {
    return lookedAt_->offsets()[scene_->nodeOf(equipment)];
}

scene::Aabb Session::boundsOf(EquipmentIndex equipment) const {
    if (!markers_.empty()) {
        const glm::dvec3* const at = markerOf(equipment);
        return at == nullptr ? plantBounds_ : scene::Aabb{glm::vec3{*at} - 2.0f, glm::vec3{*at} + 2.0f};
    }
    if (equipment == noEquipment) return lookedAt_->bounds();
    scene::Aabb box = scene_->bounds(equipment);
    box.min += offsetOf(equipment);
    box.max += offsetOf(equipment);
    return box;
}

} // namespace millwright::app
