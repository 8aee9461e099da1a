#include "impl.hpp"
#include "results.hpp"

#include <millwright/core/log.hpp>

#include <limits>

namespace millwright::xr {
namespace {

constexpr XrSpaceLocationFlags bothValid = XR_SPACE_LOCATION_ORIENTATION_VALID_BIT | XR_SPACE_LOCATION_POSITION_VALID_BIT;

/// False while the headset does not know where it is: then nothing is drawn, rather than from a wrong place.
Result<bool> locateEyes(Headset::Impl& impl, HeadsetFrame& frame) {
    XrViewLocateInfo info{XR_TYPE_VIEW_LOCATE_INFO};
    info.viewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
    info.displayTime = frame.displayTime;
    info.space = impl.stage.get();
    XrViewState state{XR_TYPE_VIEW_STATE};
    impl.views.fill({XR_TYPE_VIEW});
    std::uint32_t count = 0;
    const XrResult result =
        xrLocateViews(impl.session.get(), &info, &state, static_cast<std::uint32_t>(impl.views.size()), &count, impl.views.data());
    if (auto ok = check(result, "locating the eyes"); !ok) return std::unexpected(ok.error());
    constexpr XrViewStateFlags needed = XR_VIEW_STATE_ORIENTATION_VALID_BIT | XR_VIEW_STATE_POSITION_VALID_BIT;
    if ((state.viewStateFlags & needed) != needed || count != impl.views.size()) return false;
    for (std::size_t i = 0; i < impl.views.size(); ++i) {
        const XrFovf& fov = impl.views[i].fov;
        frame.eyes[i] = {poseOf(impl.views[i].pose), {fov.angleLeft, fov.angleRight, fov.angleUp, fov.angleDown}};
    }
    XrSpaceLocation head{XR_TYPE_SPACE_LOCATION};
    if (auto ok = check(xrLocateSpace(impl.head.get(), impl.stage.get(), frame.displayTime, &head), "locating the head"); !ok) {
        return std::unexpected(ok.error());
    }
    if ((head.locationFlags & bothValid) != bothValid) return false;
    frame.stageFromHead = poseOf(head.pose);
    return true;
}

void countMissed(Headset::Impl& impl, const XrFrameState& state) {
    if (impl.previousDisplayTime > 0 && state.predictedDisplayPeriod > 0) {
        const XrTime gap = state.predictedDisplayTime - impl.previousDisplayTime;
        const XrTime periods = (gap + state.predictedDisplayPeriod / 2) / state.predictedDisplayPeriod;
        if (periods > 1) impl.statistics.missed += static_cast<std::uint64_t>(periods - 1);
    }
    impl.previousDisplayTime = state.predictedDisplayTime;
}

/// Two projection views over the colour and depth swapchains, alive until xrEndFrame returns.
struct ProjectionLayer {
    std::array<XrCompositionLayerDepthInfoKHR, 2> depths{};
    std::array<XrCompositionLayerProjectionView, 2> views{};
    XrCompositionLayerProjection layer{XR_TYPE_COMPOSITION_LAYER_PROJECTION};
};

void fill(ProjectionLayer& projection, const Headset::Impl& impl, bool withDepth, float nearPlane) {
    for (std::uint32_t i = 0; i < 2; ++i) {
        auto& view = projection.views[i] = {XR_TYPE_COMPOSITION_LAYER_PROJECTION_VIEW};
        view.pose = impl.views[i].pose;
        view.fov = impl.views[i].fov;
        view.subImage = impl.colour->layer(i);
        if (!withDepth) continue;
        // Reversed depth: the value 0 lies at infinity, 1 on the near plane.
        auto& depth = projection.depths[i] = {XR_TYPE_COMPOSITION_LAYER_DEPTH_INFO_KHR};
        depth.subImage = impl.depth->layer(i);
        depth.minDepth = 0;
        depth.maxDepth = 1;
        depth.nearZ = std::numeric_limits<float>::infinity();
        depth.farZ = nearPlane;
        view.next = &depth;
    }
    projection.layer.space = impl.stage.get();
    projection.layer.viewCount = 2;
    projection.layer.views = projection.views.data();
}

XrCompositionLayerQuad quadLayer(const Headset::Impl& impl, const PanelLayer& panel) {
    XrCompositionLayerQuad quad{XR_TYPE_COMPOSITION_LAYER_QUAD};
    quad.space = impl.stage.get();
    quad.eyeVisibility = XR_EYE_VISIBILITY_BOTH;
    quad.subImage = impl.panel->layer(0);
    quad.pose = nativePose(panel.stageFromPanel);
    quad.size = {panel.size.x, panel.size.y};
    return quad;
}

} // namespace

bool Headset::Impl::noteLoss(XrResult result) {
    if (result == XR_ERROR_INSTANCE_LOST || result == XR_ERROR_RUNTIME_UNAVAILABLE) {
        machine.lost(SessionEnd::InstanceLost);
    } else if (result == XR_ERROR_SESSION_LOST) {
        machine.lost(SessionEnd::SessionLost);
    } else {
        return false;
    }
    log::info("{}", errorOf(result, "drawing").text());
    return true;
}

Result<void> Headset::Impl::enter(SessionState next) {
    log::debug("headset: session is {}", name(next));
    switch (machine.enter(next)) {
    case SessionDuty::Begin: {
        XrSessionBeginInfo begin{XR_TYPE_SESSION_BEGIN_INFO};
        begin.primaryViewConfigurationType = XR_VIEW_CONFIGURATION_TYPE_PRIMARY_STEREO;
        const XrResult result = xrBeginSession(session.get(), &begin);
        if (noteLoss(result)) return {};
        if (auto ok = check(result, "beginning the session"); !ok) return ok;
        machine.began();
        break;
    }
    case SessionDuty::End: {
        const XrResult result = xrEndSession(session.get());
        if (noteLoss(result)) return {};
        if (auto ok = check(result, "ending the session"); !ok) return ok;
        machine.ended();
        previousDisplayTime = 0;
        break;
    }
    case SessionDuty::Destroy:
    case SessionDuty::None: break;
    }
    return {};
}

Result<bool> Headset::pollEvents() {
    auto& impl = *impl_;
    while (impl.machine.end() == SessionEnd::NotEnded) {
        XrEventDataBuffer event{XR_TYPE_EVENT_DATA_BUFFER};
        const XrResult result = xrPollEvent(impl.instance.get(), &event);
        if (result == XR_EVENT_UNAVAILABLE) return true;
        if (impl.noteLoss(result)) break;
        if (auto ok = check(result, "reading the runtime's events"); !ok) return std::unexpected(ok.error());
        switch (event.type) {
        case XR_TYPE_EVENT_DATA_SESSION_STATE_CHANGED: {
            const auto& changed = reinterpret_cast<const XrEventDataSessionStateChanged&>(event);
            if (auto ok = impl.enter(static_cast<SessionState>(changed.state)); !ok) return std::unexpected(ok.error());
            break;
        }
        case XR_TYPE_EVENT_DATA_INSTANCE_LOSS_PENDING: impl.machine.lost(SessionEnd::InstanceLost); break;
        case XR_TYPE_EVENT_DATA_INTERACTION_PROFILE_CHANGED: impl.actions.profilesChanged(impl.session.get()); break;
        case XR_TYPE_EVENT_DATA_EVENTS_LOST: log::warning("headset: the runtime dropped events"); break;
        default: break;
        }
    }
    return false;
}

Result<std::optional<HeadsetFrame>> Headset::beginFrame() {
    auto& impl = *impl_;
    const XrSession session = impl.session.get();
    XrFrameState state{XR_TYPE_FRAME_STATE};
    XrResult result = xrWaitFrame(session, nullptr, &state);
    if (impl.noteLoss(result)) return std::nullopt;
    if (auto ok = check(result, "waiting for the headset's next frame"); !ok) return std::unexpected(ok.error());
    result = xrBeginFrame(session, nullptr);
    if (impl.noteLoss(result)) return std::nullopt;
    if (auto ok = check(result, "beginning a frame"); !ok) return std::unexpected(ok.error());
    ++impl.statistics.waited;
    if (result == XR_FRAME_DISCARDED) ++impl.statistics.discarded;
    countMissed(impl, state);

    HeadsetFrame frame;
    frame.displayTime = state.predictedDisplayTime;
    frame.period = Duration{state.predictedDisplayPeriod};
    const auto located = locateEyes(impl, frame);
    if (!located) return std::unexpected(located.error());
    frame.located = *located;
    frame.render = state.shouldRender == XR_TRUE && frame.located;
    const auto focused = impl.actions.sync(session);
    if (!focused) return std::unexpected(focused.error());
    frame.input = *focused;
    for (const Side side : {leftHand, rightHand}) {
        if (!frame.input) break;
        auto hand = impl.actions.read(session, side, impl.stage.get(), state.predictedDisplayTime);
        if (!hand) return std::unexpected(hand.error());
        frame.hands[side] = *std::move(hand);
    }
    return frame;
}

Result<EyeTargets> Headset::acquireEyes() {
    EyeTargets targets;
    const auto colour = impl_->colour->acquire();
    if (!colour) return std::unexpected(colour.error());
    targets.colour = *colour;
    if (!impl_->depth) return targets;
    const auto depth = impl_->depth->acquire();
    if (!depth) return std::unexpected(depth.error());
    targets.depth = *depth;
    return targets;
}

Result<void> Headset::endFrame(const HeadsetFrame& frame, float nearPlane, const std::optional<PanelLayer>& panel) {
    auto& impl = *impl_;
    const bool drawn = impl.colour->acquired();
    const bool withDepth = impl.depth && impl.depth->acquired();
    if (auto ok = impl.colour->release(); !ok) return ok;
    if (impl.depth) {
        if (auto ok = impl.depth->release(); !ok) return ok;
    }
    if (auto ok = impl.panel->release(); !ok) return ok;

    ProjectionLayer projection;
    XrCompositionLayerQuad quad{};
    std::array<const XrCompositionLayerBaseHeader*, 2> layers{};
    std::uint32_t count = 0;
    if (drawn) {
        fill(projection, impl, withDepth, nearPlane);
        layers[count++] = reinterpret_cast<const XrCompositionLayerBaseHeader*>(&projection.layer);
        if (panel && impl.panel->hasPicture()) {
            quad = quadLayer(impl, *panel);
            layers[count++] = reinterpret_cast<const XrCompositionLayerBaseHeader*>(&quad);
        }
        ++impl.statistics.drawn;
    }
    XrFrameEndInfo info{XR_TYPE_FRAME_END_INFO};
    info.displayTime = frame.displayTime;
    info.environmentBlendMode = impl.blendMode;
    info.layerCount = count;
    info.layers = layers.data();
    const XrResult result = xrEndFrame(impl.session.get(), &info);
    if (impl.noteLoss(result)) return {};
    return check(result, "submitting a frame");
}

Result<void> Headset::requestExit() {
    if (!impl_->machine.running()) {
        impl_->machine.lost(SessionEnd::Exited);
        return {};
    }
    const XrResult result = xrRequestExitSession(impl_->session.get());
    if (impl_->noteLoss(result)) return {};
    return check(result, "ending the session");
}

void Headset::pulse(Side hand, float strength, Duration length) {
    impl_->actions.pulse(impl_->session.get(), hand, strength, length.count());
}

} // namespace millwright::xr
