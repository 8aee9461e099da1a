#include <millwright/xr/walk.hpp>

#include <cmath>

namespace millwright::xr {

void Walk::startAt(glm::dvec3 floorPoint, glm::dvec3 direction) {
    start_ = {floorPoint, direction};
}

WalkEvents Walk::update(const HeadsetFrame& frame, const FloorProbe& floor, const RayProbe& ray) {
    WalkEvents events;
    if (!frame.located) return events;
    stageFromHead_ = frame.stageFromHead;
    if (start_) {
        space_ = standing(stageFromHead_, start_->first, start_->second);
        start_.reset();
    }
    if (!panelOpened_) {
        panelOpened_ = true;
        hangPanel();
    }
    arc_.reset();
    for (std::size_t side = 0; side < hands_.size(); ++side) {
        const Hand& hand = frame.hands[side];
        point(side, hand, ray);
        move(side, hand, floor, events);
        if (hand.selectPressed) select(side, hand, events);
        makeCut(side, hand, events);
        if (hand.menuPressed) {
            events.panelToggled = true;
            if (stageFromPanel_)
                stageFromPanel_.reset();
            else
                hangPanel();
        }
    }
    usePanel(frame);
    return events;
}

/// The trigger acts on what the ray meets first: the panel, or the plant behind it.
void Walk::select(std::size_t side, const Hand& hand, WalkEvents& events) {
    events.by = static_cast<Side>(side);
    if (hands_[side].panelPoint) {
        events.panelPressed = true;
        panelHand_ = events.by;
        if (hand.selectHeld) panelHolder_ = events.by;
        return;
    }
    const auto& target = hands_[side].pointedAt;
    events.selected = target ? std::optional{target->node} : std::nullopt;
    events.deselected = !target;
}

void Walk::usePanel(const HeadsetFrame& frame) {
    const std::optional<PanelPointer> before = panelPointer_;
    panelPointer_.reset();
    if (!stageFromPanel_ || (panelHolder_ && !frame.hands[*panelHolder_].selectHeld)) panelHolder_.reset();
    if (!stageFromPanel_) return;
    const Side other = panelHand_ == rightHand ? leftHand : rightHand;
    if (!panelHolder_ && !hands_[panelHand_].panelPoint && hands_[other].panelPoint) panelHand_ = other;
    const auto& point = hands_[panelHand_].panelPoint;
    if (point)
        panelPointer_ = PanelPointer{
            .at = *point, .held = panelHolder_.has_value(), .scroll = frame.hands[panelHand_].stick.y, .by = panelHand_};
    else if (panelHolder_ && before)
        panelPointer_ = PanelPointer{.at = before->at, .held = true, .by = panelHand_};
}

/// Where an aim's ray meets the panel's front, and how far away.
std::optional<glm::vec2> Walk::meetPanel(const Pose& stageFromAim, double& distance) const {
    if (!stageFromPanel_) return std::nullopt;
    const glm::quat panelFromStage = glm::conjugate(stageFromPanel_->orientation);
    const glm::vec3 origin = panelFromStage * (stageFromAim.position - stageFromPanel_->position);
    const glm::vec3 direction = panelFromStage * stageFromAim.forward();
    if (!(origin.z > 0 && direction.z < 0)) return std::nullopt;
    const float along = -origin.z / direction.z;
    const glm::vec2 size = panel()->size;
    const glm::vec2 at = glm::vec2{origin + along * direction} / size;
    if (std::abs(at.x) > 0.5f || std::abs(at.y) > 0.5f) return std::nullopt;
    distance = static_cast<double>(along);
    return glm::vec2{at.x + 0.5f, 0.5f - at.y};
}

/// Where the hand and its ray are in the plant, and what the ray meets.
void Walk::point(std::size_t side, const Hand& hand, const RayProbe& ray) {
    WalkHand& drawn = hands_[side] = {};
    const glm::quat turn = space_.worldFromStageRotation();
    if (hand.stageFromGrip) {
        drawn.tracked = true;
        drawn.gripPosition = space_.worldFromStage(hand.stageFromGrip->position);
        drawn.worldFromGrip = turn * hand.stageFromGrip->orientation;
    }
    if (!hand.stageFromAim || aiming_ == static_cast<Side>(side)) return;
    drawn.rayOrigin = space_.worldFromStage(hand.stageFromAim->position);
    drawn.rayDirection = turn * hand.stageFromAim->forward();
    drawn.rayLength = static_cast<double>(options_.idleRayLength);
    drawn.panelPoint = meetPanel(*hand.stageFromAim, drawn.rayLength);
    if (drawn.panelPoint || !ray) return;
    drawn.pointedAt = ray(drawn.rayOrigin, drawn.rayDirection, options_.rayReach);
    if (drawn.pointedAt) drawn.rayLength = glm::distance(drawn.rayOrigin, drawn.pointedAt->position);
}

void Walk::move(std::size_t side, const Hand& hand, const FloorProbe& floor, WalkEvents& events) {
    const bool otherAims = aiming_ && *aiming_ != static_cast<Side>(side);
    if (!hand.stageFromAim) {
        triggers_[side].cancel();
        if (!otherAims) aiming_.reset();
        return;
    }
    if (otherAims) return;
    // At the panel the stick scrolls instead of aiming.
    const bool scrolls = hands_[side].panelPoint.has_value() && !aiming_;
    const auto phase = scrolls ? TeleportTrigger::Phase::Off : triggers_[side].update(hand.stick, hand.teleportHeld);
    if (scrolls) triggers_[side].cancel();
    if (phase == TeleportTrigger::Phase::Off) {
        if (const float angle = turns_[side].update(hand.stick.x); angle != 0) {
            space_ = turned(space_, stageFromHead_.position, static_cast<double>(angle));
            events.turned = true;
            events.by = static_cast<Side>(side);
        }
        return;
    }
    const glm::dvec3 from = space_.worldFromStage(hand.stageFromAim->position);
    const TeleportArc thrown =
        teleportArc(from, space_.worldFromStageRotation() * hand.stageFromAim->forward(), floor, options_.arc);
    if (phase == TeleportTrigger::Phase::Aiming) {
        aiming_ = static_cast<Side>(side);
        arc_ = thrown;
        return;
    }
    aiming_.reset();
    if (!thrown.landing) return;
    space_ = teleported(space_, stageFromHead_.position, *thrown.landing);
    events.teleported = true;
    events.by = static_cast<Side>(side);
}

/// Across the direction that the hand points in, where the hand is: one reaches into a machine to see what is inside.
void Walk::makeCut(std::size_t side, const Hand& hand, WalkEvents& events) {
    const Side self = static_cast<Side>(side);
    const bool begun = hand.squeezed && !squeezed_[side];
    squeezed_[side] = hand.squeezed;
    if (begun && (cut_ || hand.stageFromAim)) {
        events.cutToggled = true;
        events.by = self;
        cutter_ = cut_ ? std::nullopt : std::optional{self};
        cut_.reset();
    }
    if (cutter_ != self) return;
    if (!hand.squeezed) {
        cutter_.reset();
    } else if (hand.stageFromAim) {
        cut_ = WalkCut{space_.worldFromStage(hand.stageFromAim->position),
                       space_.worldFromStageRotation() * hand.stageFromAim->forward()};
    }
}

/// In front of the wearer as he looks now, a little below and beside, upright and turned to him.
void Walk::hangPanel() {
    const glm::vec3 forward = stageFromHead_.forward();
    const float yaw = std::atan2(-forward.x, -forward.z) - options_.panelAsideRadians;
    const glm::quat facing =
        glm::angleAxis(yaw, glm::vec3{0, 1, 0}) * glm::angleAxis(-options_.panelBelowEyeRadians, glm::vec3{1, 0, 0});
    stageFromPanel_ = Pose{stageFromHead_.position + facing * glm::vec3{0, 0, -options_.panelDistance}, facing};
}

std::optional<PanelLayer> Walk::panel() const {
    if (!stageFromPanel_) return std::nullopt;
    return PanelLayer{*stageFromPanel_, {options_.panelWidth, options_.panelWidth * options_.panelHeightOverWidth}};
}

} // namespace millwright::xr
