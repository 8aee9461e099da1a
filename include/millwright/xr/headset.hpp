#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/xr/pose.hpp>
#include <millwright/xr/session_state.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::xr {

struct HeadsetOptions {
    float resolutionScale = 1;        ///< of the runtime's recommended size an eye, 0.1…2
    bool depthLayer = true;           ///< hand the depth over where the runtime takes it, for steadier reprojection
    glm::uvec2 panelPixels{960, 960}; ///< of the floating panel's picture
};

struct HeadsetInfo {
    std::string runtime;                 ///< name and version, `Monado(XRT) … 25.0.0`
    std::string system;                  ///< the headset as the runtime names it
    std::vector<std::string> extensions; ///< those in use
    glm::uvec2 recommendedPixels{0};     ///< an eye
    glm::uvec2 eyePixels{0};             ///< an eye, as drawn
    glm::uvec2 panelPixels{0};           ///< of the floating panel's picture
    std::string space;                   ///< `STAGE`, `LOCAL_FLOOR` or `LOCAL`
    bool depth = false;                  ///< depth is handed over
};

struct Eye {
    Pose stageFromEye;
    FieldOfView fov;
};

enum Side : std::size_t { leftHand = 0, rightHand = 1 };

/// One controller at a frame's display time. Poses are absent while it is not tracked.
struct Hand {
    std::optional<Pose> stageFromGrip; ///< for a held model
    std::optional<Pose> stageFromAim;  ///< for a ray, along -Z
    float select = 0;                  ///< trigger, 0…1
    bool selectPressed = false;        ///< true on the frame the trigger went down
    bool selectHeld = false;           ///< while it is down
    glm::vec2 stick{0};                ///< -1…1, right and forward positive
    bool teleportHeld = false;         ///< only on controllers without a stick
    bool squeezed = false;             ///< while the grip is
    bool menuPressed = false;          ///< true on the frame the menu button went down
};

/// What one frame is drawn for.
struct HeadsetFrame {
    std::int64_t displayTime = 0; ///< the runtime's clock, nanoseconds
    Duration period{};            ///< between two frames of the display
    bool render = false;          ///< false: end the frame without layers
    bool located = false;         ///< head and eyes are known; otherwise their poses mean nothing
    bool input = false;           ///< the session is focused; otherwise hands are at rest
    std::array<Eye, 2> eyes;      ///< left, right
    Pose stageFromHead;
    std::array<Hand, 2> hands; ///< left, right
};

struct HeadsetStatistics {
    std::uint64_t waited = 0;    ///< frames the runtime asked for
    std::uint64_t drawn = 0;     ///< frames submitted with layers
    std::uint64_t discarded = 0; ///< XR_FRAME_DISCARDED
    std::uint64_t missed = 0;    ///< display periods that passed without a frame of ours
};

/// The floating panel: a quad in the stage, its picture in the panel swapchain.
struct PanelLayer {
    Pose stageFromPanel;      ///< centre, facing +Z
    glm::vec2 size{1, 0.75f}; ///< metres
};

/// This frame's images of both eyes; valid until the frame ends.
struct EyeTargets {
    const gpu::TargetImage* colour = nullptr; ///< two layers, left and right
    const gpu::TargetImage* depth = nullptr;  ///< two layers; null where no depth is handed over
};

/// An OpenXR instance, system and session with its swapchains, actions and layers. In this order: connect, createDevice,
/// startSession, then the frame loop:
///
///     while (*headset.pollEvents()) {
///         if (!headset.session().running()) { wait a little; continue; }
///         auto frame = headset.beginFrame();                       // waits for the display
///         if (frame->render) { draw into *headset.acquireEyes(); submit to the device }
///         headset.endFrame(*frame, near, panel);
///     }
///
/// Lifetime: must go before the device. Thread: the frame thread only, which also owns the device's queue.
class Headset {
public:
    /// Finds the runtime and a headset. Errors: NotFound (no runtime, no headset), Unsupported (no Vulkan), Device.
    [[nodiscard]] static Result<Headset> connect(const HeadsetOptions& options = {});
    Headset(Headset&&) noexcept;
    Headset& operator=(Headset&&) noexcept;
    ~Headset();

    /// The Vulkan device, made by the runtime with what both it and Millwright need; `options.gpu` cannot choose another GPU than
    /// the one the headset is plugged into. Errors: Device, Unsupported.
    [[nodiscard]] Result<std::unique_ptr<gpu::Device>> createDevice(const gpu::DeviceOptions& options);
    /// Makes session, spaces, actions and swapchains; once. `device` is from `createDevice`. Errors: Device, Unsupported.
    [[nodiscard]] Result<void> startSession(gpu::Device& device);

    [[nodiscard]] const HeadsetInfo& info() const;
    [[nodiscard]] const SessionMachine& session() const;
    [[nodiscard]] const HeadsetStatistics& statistics() const;

    /// Handles the runtime's events, beginning and ending the session as they oblige. False once the session is over
    /// (`session().end()` says how). Call once before every frame, and every few milliseconds while not running.
    [[nodiscard]] Result<bool> pollEvents();
    /// Waits for the runtime's moment, begins the frame, reads the actions, locates head, eyes and hands at its display time.
    /// Only while `session().running()`. Nothing: the session was lost meanwhile.
    [[nodiscard]] Result<std::optional<HeadsetFrame>> beginFrame();
    /// Images to draw both eyes into; at most once a frame, only where it renders. Blocks until the compositor is done with them.
    [[nodiscard]] Result<EyeTargets> acquireEyes();
    /// Copies what was drawn for the left eye into `picture`, as large as an eye: for a mirror on the desk. After drawing into
    /// `eyes`, in the same GPU frame.
    void copyLeftEye(gpu::FrameInFlight& frame, const EyeTargets& eyes, const gpu::OffscreenTarget& picture);
    /// Makes `picture` (drawn earlier in the same GPU frame, `options.panelPixels` large, opaque) the panel's; it stays shown until
    /// the next one. At most once a frame.
    [[nodiscard]] Result<void> showPanel(gpu::FrameInFlight& frame, const gpu::OffscreenTarget& picture);
    /// Hands back what was acquired and submits: the eyes if they were acquired, over them the panel if one is given and has a
    /// picture. All drawing must have been submitted to the queue. `nearPlane` in metres, depth reversed with an infinite far
    /// plane.
    [[nodiscard]] Result<void> endFrame(const HeadsetFrame& frame, float nearPlane, const std::optional<PanelLayer>& panel);

    /// Asks the runtime to end the session in good order: keep polling and drawing until `pollEvents` says it is over.
    [[nodiscard]] Result<void> requestExit();
    /// A short knock in the hand; `strength` 0…1. Ignored where the controller cannot.
    void pulse(Side hand, float strength, Duration length);

    struct Impl; ///< for xr's own sources

private:
    explicit Headset(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::xr
