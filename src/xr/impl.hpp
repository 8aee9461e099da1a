#pragma once

#include <millwright/gpu/native.hpp>
#include <millwright/xr/headset.hpp>

#include <openxr/openxr.h>

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millwright::xr {

/// Move-only owner of one OpenXR handle; `Destroy` is the loader's function.
template <typename Handle, auto Destroy>
class Unique {
public:
    Unique() = default;
    explicit Unique(Handle handle) : handle_{handle} {}
    Unique(Unique&& other) noexcept : handle_{std::exchange(other.handle_, Handle{})} {}
    Unique& operator=(Unique other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Unique() {
        if (handle_ != Handle{}) Destroy(handle_);
    }
    [[nodiscard]] Handle get() const { return handle_; }
    explicit operator bool() const { return handle_ != Handle{}; }

private:
    Handle handle_{};
};

using UniqueInstance = Unique<XrInstance, &xrDestroyInstance>;
using UniqueSession = Unique<XrSession, &xrDestroySession>;
using UniqueSpace = Unique<XrSpace, &xrDestroySpace>;
using UniqueSwapchain = Unique<XrSwapchain, &xrDestroySwapchain>;
using UniqueActionSet = Unique<XrActionSet, &xrDestroyActionSet>;

struct SwapchainWish {
    VkFormat format = VK_FORMAT_UNDEFINED;
    gpu::Extent extent;
    std::uint32_t layers = 1;
    bool depth = false;
    const char* purpose = ""; ///< as in "making room for …"
};

/// A swapchain with the images the runtime made for it, ready to be drawn to.
class Swapchain {
public:
    [[nodiscard]] static Result<Swapchain> create(XrSession session, gpu::Device& device, const SwapchainWish& wish);

    /// Acquires and waits. The image that may be drawn into.
    [[nodiscard]] Result<const gpu::TargetImage*> acquire();
    /// Does nothing where nothing is acquired.
    [[nodiscard]] Result<void> release();
    [[nodiscard]] bool acquired() const { return acquired_; }
    /// True once an image was released: a layer may show it.
    [[nodiscard]] bool hasPicture() const { return hasPicture_; }
    [[nodiscard]] XrSwapchainSubImage layer(std::uint32_t index) const;

private:
    UniqueSwapchain handle_;
    gpu::Extent extent_;
    std::vector<gpu::ExternalTarget> images_; ///< views, gone before the images
    bool acquired_ = false;
    bool hasPicture_ = false;
};

/// The actions of Millwright and what each known controller offers for them.
class Actions {
public:
    /// Makes the set and suggests bindings. Call once an instance.
    [[nodiscard]] Result<void> create(XrInstance instance);
    /// Attaches to the session and makes the pose spaces.
    [[nodiscard]] Result<void> attach(XrSession session);
    /// False while the session has no focus: hands rest.
    [[nodiscard]] Result<bool> sync(XrSession session);
    [[nodiscard]] Result<Hand> read(XrSession session, Side side, XrSpace stage, XrTime time) const;
    /// Looks up again which controllers are held, after the runtime said that they changed.
    void profilesChanged(XrSession session);
    void pulse(XrSession session, Side side, float strength, XrDuration length) const;

private:
    [[nodiscard]] Result<void> add(XrAction& action, XrActionType type, const char* name, const char* shownName);
    [[nodiscard]] Result<void> suggest(std::string_view profile);
    struct Button {
        bool held = false;
        bool pressed = false; ///< since the last sync
    };
    [[nodiscard]] Button button(XrSession session, XrAction action, Side side) const;

    XrInstance instance_ = XR_NULL_HANDLE;
    UniqueActionSet set_;
    XrAction grip_ = XR_NULL_HANDLE;
    XrAction aim_ = XR_NULL_HANDLE;
    XrAction select_ = XR_NULL_HANDLE;
    XrAction press_ = XR_NULL_HANDLE;
    XrAction stick_ = XR_NULL_HANDLE;
    XrAction stickGate_ = XR_NULL_HANDLE;
    XrAction teleport_ = XR_NULL_HANDLE;
    XrAction cut_ = XR_NULL_HANDLE;
    XrAction menu_ = XR_NULL_HANDLE;
    XrAction haptic_ = XR_NULL_HANDLE;
    std::array<XrPath, 2> hands_{};
    std::array<UniqueSpace, 2> gripSpaces_;
    std::array<UniqueSpace, 2> aimSpaces_;
    std::array<bool, 2> stickIsGated_{}; ///< a trackpad: counts only while clicked
};

/// Members are in the order they are made; destruction runs backwards, the instance last.
struct Headset::Impl {
    Impl() = default;
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    HeadsetOptions options;
    HeadsetInfo info;
    HeadsetStatistics statistics;
    SessionMachine machine;

    UniqueInstance instance;
    XrSystemId system = XR_NULL_SYSTEM_ID;
    bool depthOffered = false;
    XrEnvironmentBlendMode blendMode = XR_ENVIRONMENT_BLEND_MODE_OPAQUE;
    gpu::Extent eyeExtent;
    gpu::Device* device = nullptr;

    UniqueSession session;
    Actions actions; ///< its spaces belong to the session
    UniqueSpace stage;
    UniqueSpace head;
    std::optional<Swapchain> colour;
    std::optional<Swapchain> depth;
    std::optional<Swapchain> panel;
    std::array<XrView, 2> views{};
    XrTime previousDisplayTime = 0;

    /// An instance function that the loader does not export.
    template <typename Function>
    [[nodiscard]] Function function(const char* name) const {
        PFN_xrVoidFunction found = nullptr;
        xrGetInstanceProcAddr(instance.get(), name, &found);
        return reinterpret_cast<Function>(found);
    }
    /// Waits for the GPU, so that nothing in flight draws into images that go.
    ~Impl() {
        if (device != nullptr) device->waitIdle();
    }
    [[nodiscard]] Result<void> enter(SessionState next);
    /// Notes a loss in the state machine. True if `result` was one.
    bool noteLoss(XrResult result);
};

[[nodiscard]] inline Pose poseOf(const XrPosef& pose) {
    return {{pose.position.x, pose.position.y, pose.position.z},
            {pose.orientation.w, pose.orientation.x, pose.orientation.y, pose.orientation.z}};
}

[[nodiscard]] inline XrPosef nativePose(const Pose& pose) {
    const glm::quat& q = pose.orientation;
    return {{q.x, q.y, q.z, q.w}, {pose.position.x, pose.position.y, pose.position.z}};
}

inline constexpr XrPosef identityPose{{0, 0, 0, 1}, {0, 0, 0}};

} // namespace millwright::xr
