#pragma once

#include <millwright/gpu/target.hpp>
#include <millwright/ui/context.hpp>
#include <millwright/ui/painter.hpp>
#include <millwright/ui/window.hpp>
#include <millwright/xr/headset.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::app {

/// A window on the desk that shows what the left eye sees, for those who stand by. Must go before the device. Thread: the main
/// thread, which is the frame thread.
class XrMirror {
public:
    /// Opens the window; null where there is no display. Errors: Device when there is one and it refuses.
    [[nodiscard]] static Result<std::unique_ptr<XrMirror>> open(const std::string& plantName);
    ~XrMirror();
    XrMirror(const XrMirror&) = delete;
    XrMirror& operator=(const XrMirror&) = delete;

    /// What the device must be made with.
    [[nodiscard]] std::vector<std::string> instanceExtensions() const;
    /// Prepares for pictures of this size. Errors: Device.
    [[nodiscard]] Result<void> attach(gpu::Device& device, glm::uvec2 eyePixels);
    /// Shows the eye, some thirty times a second at most; never waits for the screen. After the eyes are drawn, in the same GPU
    /// frame. Errors: Device.
    [[nodiscard]] Result<void> show(gpu::FrameInFlight& frame, xr::Headset& headset, const xr::EyeTargets& eyes);
    /// Lets the window react. Call once a frame, drawn or not.
    void pollEvents();
    [[nodiscard]] bool wantsToClose() const;

private:
    XrMirror();
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace millwright::app
