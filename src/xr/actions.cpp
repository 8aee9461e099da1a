#include "impl.hpp"
#include "results.hpp"

#include <millwright/core/log.hpp>

#include <cstring>
#include <format>
#include <string>

namespace millwright::xr {
namespace {

constexpr std::array<const char*, 2> handNames{"/user/hand/left", "/user/hand/right"};
constexpr std::string_view viveProfile = "/interaction_profiles/htc/vive_controller";

/// One suggested binding; `sides` says on which hands the control exists.
struct Binding {
    std::string_view profile;
    std::string_view action;
    std::string_view control;
    std::string_view sides = "LR";
};

// Every path must exist in its profile: one wrong path makes the runtime refuse the whole profile.
constexpr std::string_view simple = "/interaction_profiles/khr/simple_controller";
constexpr std::string_view touch = "/interaction_profiles/oculus/touch_controller";
constexpr std::string_view index = "/interaction_profiles/valve/index_controller";
constexpr std::string_view motion = "/interaction_profiles/microsoft/motion_controller";
constexpr std::array profiles{simple, touch, index, viveProfile, motion};
constexpr std::array bindings{
    Binding{simple, "select", "/input/select/click"},
    Binding{simple, "press", "/input/select/click"},
    Binding{simple, "teleport", "/input/menu/click"}, // no stick: hold to aim, let go to jump
    Binding{touch, "select", "/input/trigger/value"},
    Binding{touch, "press", "/input/trigger/value"},
    Binding{touch, "stick", "/input/thumbstick"},
    Binding{touch, "cut", "/input/squeeze/value"},
    Binding{touch, "menu", "/input/menu/click", "L"},
    Binding{touch, "menu", "/input/b/click", "R"},
    Binding{index, "select", "/input/trigger/value"},
    Binding{index, "press", "/input/trigger/click"},
    Binding{index, "stick", "/input/thumbstick"},
    Binding{index, "cut", "/input/squeeze/force"}, // its value is above 0 in any hand that holds it
    Binding{index, "menu", "/input/b/click"},
    Binding{viveProfile, "select", "/input/trigger/value"},
    Binding{viveProfile, "press", "/input/trigger/click"},
    Binding{viveProfile, "stick", "/input/trackpad"},
    Binding{viveProfile, "stick_gate", "/input/trackpad/click"},
    Binding{viveProfile, "cut", "/input/squeeze/click"},
    Binding{viveProfile, "menu", "/input/menu/click"},
    Binding{motion, "select", "/input/trigger/value"},
    Binding{motion, "press", "/input/trigger/value"},
    Binding{motion, "stick", "/input/thumbstick"},
    Binding{motion, "cut", "/input/squeeze/click"},
    Binding{motion, "menu", "/input/menu/click"},
};

XrActionStateGetInfo query(XrAction action, XrPath hand) {
    XrActionStateGetInfo info{XR_TYPE_ACTION_STATE_GET_INFO};
    info.action = action;
    info.subactionPath = hand;
    return info;
}

std::optional<Pose> locate(XrSpace space, XrSpace stage, XrTime time) {
    XrSpaceLocation location{XR_TYPE_SPACE_LOCATION};
    constexpr XrSpaceLocationFlags needed = XR_SPACE_LOCATION_ORIENTATION_VALID_BIT | XR_SPACE_LOCATION_POSITION_VALID_BIT;
    if (XR_FAILED(xrLocateSpace(space, stage, time, &location)) || (location.locationFlags & needed) != needed) return std::nullopt;
    return poseOf(location.pose);
}

} // namespace

Result<void> Actions::add(XrAction& action, XrActionType type, const char* name, const char* shownName) {
    XrActionCreateInfo info{XR_TYPE_ACTION_CREATE_INFO};
    std::strncpy(info.actionName, name, XR_MAX_ACTION_NAME_SIZE - 1);
    std::strncpy(info.localizedActionName, shownName, XR_MAX_LOCALIZED_ACTION_NAME_SIZE - 1);
    info.actionType = type;
    info.countSubactionPaths = static_cast<std::uint32_t>(hands_.size());
    info.subactionPaths = hands_.data();
    return check(xrCreateAction(set_.get(), &info, &action), std::format("making the action '{}'", name));
}

Result<void> Actions::create(XrInstance instance) {
    instance_ = instance;
    for (std::size_t i = 0; i < hands_.size(); ++i) {
        if (auto ok = check(xrStringToPath(instance, handNames[i], &hands_[i]), "naming the hands"); !ok) return ok;
    }
    XrActionSetCreateInfo info{XR_TYPE_ACTION_SET_CREATE_INFO};
    std::strncpy(info.actionSetName, "plant", XR_MAX_ACTION_SET_NAME_SIZE - 1);
    std::strncpy(info.localizedActionSetName, "Walking a plant", XR_MAX_LOCALIZED_ACTION_SET_NAME_SIZE - 1);
    XrActionSet set = XR_NULL_HANDLE;
    if (auto ok = check(xrCreateActionSet(instance, &info, &set), "making the action set"); !ok) return ok;
    set_ = UniqueActionSet{set};
    struct Wanted {
        XrAction* action;
        XrActionType type;
        const char* name;
        const char* shownName;
    };
    const std::array wanted{
        Wanted{&grip_, XR_ACTION_TYPE_POSE_INPUT, "grip", "Hand"},
        Wanted{&aim_, XR_ACTION_TYPE_POSE_INPUT, "aim", "Pointing"},
        Wanted{&select_, XR_ACTION_TYPE_FLOAT_INPUT, "select", "Select (how far)"},
        Wanted{&press_, XR_ACTION_TYPE_BOOLEAN_INPUT, "press", "Select"},
        Wanted{&stick_, XR_ACTION_TYPE_VECTOR2F_INPUT, "stick", "Teleport forward, turn sideways"},
        Wanted{&stickGate_, XR_ACTION_TYPE_BOOLEAN_INPUT, "stick_gate", "Trackpad counts"},
        Wanted{&teleport_, XR_ACTION_TYPE_BOOLEAN_INPUT, "teleport", "Teleport"},
        Wanted{&cut_, XR_ACTION_TYPE_BOOLEAN_INPUT, "cut", "Cut away what is nearer than the hand"},
        Wanted{&menu_, XR_ACTION_TYPE_BOOLEAN_INPUT, "menu", "Show or hide the panel"},
        Wanted{&haptic_, XR_ACTION_TYPE_VIBRATION_OUTPUT, "haptic", "Knock"},
    };
    for (const auto& w : wanted) {
        if (auto ok = add(*w.action, w.type, w.name, w.shownName); !ok) return ok;
    }
    for (const auto profile : profiles) {
        if (auto ok = suggest(profile); !ok) return ok;
    }
    return {};
}

Result<void> Actions::suggest(std::string_view profile) {
    const std::array<std::pair<std::string_view, XrAction>, 7> actions{{{"select", select_},
                                                                        {"press", press_},
                                                                        {"stick", stick_},
                                                                        {"stick_gate", stickGate_},
                                                                        {"teleport", teleport_},
                                                                        {"cut", cut_},
                                                                        {"menu", menu_}}};
    std::vector<XrActionSuggestedBinding> suggested;
    const auto bind = [&](XrAction action, const char* hand, std::string_view control) {
        XrPath path = XR_NULL_PATH;
        xrStringToPath(instance_, std::format("{}{}", hand, control).c_str(), &path);
        suggested.push_back({action, path});
    };
    for (std::size_t side = 0; side < handNames.size(); ++side) {
        bind(grip_, handNames[side], "/input/grip/pose");
        bind(aim_, handNames[side], "/input/aim/pose");
        bind(haptic_, handNames[side], "/output/haptic");
        for (const auto& b : bindings) {
            if (b.profile != profile || !b.sides.contains("LR"[side])) continue;
            for (const auto& [name, action] : actions) {
                if (name == b.action) bind(action, handNames[side], b.control);
            }
        }
    }
    XrPath path = XR_NULL_PATH;
    xrStringToPath(instance_, std::string{profile}.c_str(), &path);
    XrInteractionProfileSuggestedBinding info{XR_TYPE_INTERACTION_PROFILE_SUGGESTED_BINDING};
    info.interactionProfile = path;
    info.countSuggestedBindings = static_cast<std::uint32_t>(suggested.size());
    info.suggestedBindings = suggested.data();
    return check(xrSuggestInteractionProfileBindings(instance_, &info),
                 std::format("suggesting what the buttons of {} do", profile));
}

Result<void> Actions::attach(XrSession session) {
    const XrActionSet set = set_.get();
    XrSessionActionSetsAttachInfo info{XR_TYPE_SESSION_ACTION_SETS_ATTACH_INFO};
    info.countActionSets = 1;
    info.actionSets = &set;
    if (auto ok = check(xrAttachSessionActionSets(session, &info), "attaching the controllers' actions"); !ok) return ok;
    for (std::size_t side = 0; side < hands_.size(); ++side) {
        for (const auto& [action, space] : {std::pair{grip_, &gripSpaces_[side]}, std::pair{aim_, &aimSpaces_[side]}}) {
            XrActionSpaceCreateInfo wanted{XR_TYPE_ACTION_SPACE_CREATE_INFO};
            wanted.action = action;
            wanted.subactionPath = hands_[side];
            wanted.poseInActionSpace = identityPose;
            XrSpace made = XR_NULL_HANDLE;
            if (auto ok = check(xrCreateActionSpace(session, &wanted, &made), "making a controller's space"); !ok) return ok;
            *space = UniqueSpace{made};
        }
    }
    return {};
}

void Actions::profilesChanged(XrSession session) {
    for (std::size_t side = 0; side < hands_.size(); ++side) {
        XrInteractionProfileState state{XR_TYPE_INTERACTION_PROFILE_STATE};
        stickIsGated_[side] = false;
        if (XR_FAILED(xrGetCurrentInteractionProfile(session, hands_[side], &state)) || state.interactionProfile == XR_NULL_PATH)
            continue;
        std::array<char, XR_MAX_PATH_LENGTH> text{};
        std::uint32_t length = 0;
        xrPathToString(instance_, state.interactionProfile, static_cast<std::uint32_t>(text.size()), &length, text.data());
        stickIsGated_[side] = viveProfile == text.data();
        log::info("headset: {} is {}", handNames[side], text.data());
    }
}

Result<bool> Actions::sync(XrSession session) {
    const XrActiveActionSet active{set_.get(), XR_NULL_PATH};
    XrActionsSyncInfo info{XR_TYPE_ACTIONS_SYNC_INFO};
    info.countActiveActionSets = 1;
    info.activeActionSets = &active;
    const XrResult result = xrSyncActions(session, &info);
    if (auto ok = check(result, "reading the controllers"); !ok) return std::unexpected(ok.error());
    return result != XR_SESSION_NOT_FOCUSED;
}

Actions::Button Actions::button(XrSession session, XrAction action, Side side) const {
    XrActionStateBoolean state{XR_TYPE_ACTION_STATE_BOOLEAN};
    const auto info = query(action, hands_[side]);
    if (XR_FAILED(xrGetActionStateBoolean(session, &info, &state)) || !state.isActive || !state.currentState) return {};
    return {true, state.changedSinceLastSync == XR_TRUE};
}

Result<Hand> Actions::read(XrSession session, Side side, XrSpace stage, XrTime time) const {
    Hand hand;
    hand.stageFromGrip = locate(gripSpaces_[side].get(), stage, time);
    hand.stageFromAim = locate(aimSpaces_[side].get(), stage, time);

    XrActionStateFloat select{XR_TYPE_ACTION_STATE_FLOAT};
    const auto selectInfo = query(select_, hands_[side]);
    if (auto ok = check(xrGetActionStateFloat(session, &selectInfo, &select), "reading a trigger"); !ok)
        return std::unexpected(ok.error());
    if (select.isActive) hand.select = select.currentState;
    const Button trigger = button(session, press_, side);
    hand.selectPressed = trigger.pressed;
    hand.selectHeld = trigger.held;
    hand.squeezed = button(session, cut_, side).held;
    hand.menuPressed = button(session, menu_, side).pressed;

    XrActionStateBoolean held{XR_TYPE_ACTION_STATE_BOOLEAN};
    const auto heldInfo = query(teleport_, hands_[side]);
    if (auto ok = check(xrGetActionStateBoolean(session, &heldInfo, &held), "reading a button"); !ok)
        return std::unexpected(ok.error());
    hand.teleportHeld = held.isActive && held.currentState;

    XrActionStateVector2f stick{XR_TYPE_ACTION_STATE_VECTOR2F};
    const auto stickInfo = query(stick_, hands_[side]);
    if (auto ok = check(xrGetActionStateVector2f(session, &stickInfo, &stick), "reading a stick"); !ok)
        return std::unexpected(ok.error());
    XrActionStateBoolean gate{XR_TYPE_ACTION_STATE_BOOLEAN};
    const auto gateInfo = query(stickGate_, hands_[side]);
    if (auto ok = check(xrGetActionStateBoolean(session, &gateInfo, &gate), "reading a trackpad"); !ok)
        return std::unexpected(ok.error());
    const bool counts = !stickIsGated_[side] || (gate.isActive && gate.currentState);
    if (stick.isActive && counts) hand.stick = {stick.currentState.x, stick.currentState.y};
    return hand;
}

void Actions::pulse(XrSession session, Side side, float strength, XrDuration length) const {
    XrHapticVibration vibration{XR_TYPE_HAPTIC_VIBRATION};
    vibration.duration = length;
    vibration.frequency = XR_FREQUENCY_UNSPECIFIED;
    vibration.amplitude = strength;
    XrHapticActionInfo info{XR_TYPE_HAPTIC_ACTION_INFO};
    info.action = haptic_;
    info.subactionPath = hands_[side];
    xrApplyHapticFeedback(session, &info, reinterpret_cast<const XrHapticBaseHeader*>(&vibration));
}

} // namespace millwright::xr
