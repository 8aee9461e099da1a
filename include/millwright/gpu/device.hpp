#pragma once

#include <millwright/core/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Vulkan behind plain types: device, memory, frames in flight, upload, targets. Whoever needs Vulkan's own types (render, ImGui,
/// OpenXR) includes `gpu/native.hpp`. Thread: everything belongs to the frame thread unless said otherwise.
namespace millwright::gpu {

enum class DeviceKind : std::uint8_t { Discrete, Integrated, Virtual, Cpu, Other };

/// One GPU (or CPU driver) of this machine, and whether Millwright can use it.
struct DeviceDescription {
    std::uint32_t index = 0; ///< as `--gpu` takes it
    std::string name;
    std::string driver;     ///< name and version
    std::string apiVersion; ///< `1.4.305`
    DeviceKind kind = DeviceKind::Other;
    std::uint64_t memoryBytes = 0; ///< largest device-local heap
    bool usable = false;
    std::string reason; ///< why it is not usable; empty when it is
    int score = 0;      ///< the usable device of the highest score is taken
};

/// Every Vulkan device of this machine, best first, usable or not. Errors: Device when there is no Vulkan loader or driver at all.
[[nodiscard]] Result<std::vector<DeviceDescription>> listDevices();

struct DeviceOptions {
    std::string gpu;           ///< index, or part of the name (any case); empty: the best, or $MILLWRIGHT_GPU
    bool validation = false;   ///< Khronos validation with synchronization validation; also on by MILLWRIGHT_VALIDATION=1
    bool presentation = false; ///< will draw to a window: wants the swapchain extension
    std::vector<std::string> instanceExtensions; ///< beyond our own, e.g. what GLFW asks for
    std::vector<std::string> deviceExtensions;   ///< beyond our own
};

struct ValidationMessage {
    bool error = false; ///< otherwise a warning
    std::string text;
};

class FrameInFlight;

inline constexpr std::uint32_t framesInFlight = 2;

/// The one Vulkan device of this process. GPU objects keep a reference to it and must be gone before it is.
class Device {
public:
    /// Errors: Device (no loader, no driver, none usable: the message lists each with its reason), NotFound (`options.gpu` names
    /// none).
    [[nodiscard]] static Result<std::unique_ptr<Device>> create(const DeviceOptions& options = {});

    /// Waits for the GPU, then frees everything that was retired.
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    [[nodiscard]] const DeviceDescription& description() const;
    /// True for drivers that draw on the CPU (lavapipe): effects cost pixels there.
    [[nodiscard]] bool isCpu() const { return description().kind == DeviceKind::Cpu; }

    /// Starts recording the next frame; waits until the frame that used the same slot two frames ago is done, and frees what
    /// retired. The reference is valid until `submit`. Errors: Device (lost).
    [[nodiscard]] Result<FrameInFlight*> beginFrame();
    /// Hands the frame to the GPU and presents the swapchain images acquired in it. Does not wait. Errors: Device (lost).
    [[nodiscard]] Result<void> submit(FrameInFlight& frame);
    /// Whether the GPU has passed a timeline value (`FrameInFlight::timelineValue`). Does not wait; 0 has not been passed.
    [[nodiscard]] bool finished(std::uint64_t timelineValue) const;
    /// Waits until everything submitted is done and frees what retired.
    void waitIdle();

    /// Warnings and errors of the validation layers since the start; empty without validation. Thread: any.
    [[nodiscard]] std::vector<ValidationMessage> validationMessages() const;
    /// True when the validation layer is loaded and watching.
    [[nodiscard]] bool validating() const;
    /// Objects dropped by their owners whose last use has not passed yet.
    [[nodiscard]] std::size_t retiredObjects() const;
    /// Buffers and images alive, and their bytes of GPU memory.
    [[nodiscard]] std::size_t liveAllocations() const;
    [[nodiscard]] std::uint64_t allocatedBytes() const;
    /// What this process may take of the GPU's own memory as the driver sees it (VK_EXT_memory_budget), what it has included; where
    /// the driver does not say, all of it.
    [[nodiscard]] std::uint64_t memoryBudget() const;
    /// The largest buffer that can be made.
    [[nodiscard]] std::uint64_t largestBuffer() const;

    struct Impl; ///< for gpu's own sources
    [[nodiscard]] Impl& impl() const { return *impl_; }
    explicit Device(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

/// One frame being recorded; made by `Device::beginFrame`. `gpu/native.hpp` gives its command buffer.
class FrameInFlight {
public:
    /// 0 or 1: which of the frames in flight this is.
    [[nodiscard]] std::uint32_t slot() const { return slot_; }
    /// Which frame of its device this is, from 1 on. What frame n used is free in frame n + `framesInFlight`.
    [[nodiscard]] std::uint64_t number() const { return number_; }
    /// The timeline value that the GPU signals when the frame is done; counts up. Known once the frame is submitted, 0 before.
    [[nodiscard]] std::uint64_t timelineValue() const { return value_; }

    struct Impl;
    [[nodiscard]] Impl& impl() const { return *impl_; }
    FrameInFlight();
    ~FrameInFlight();
    FrameInFlight(const FrameInFlight&) = delete;
    FrameInFlight& operator=(const FrameInFlight&) = delete;

private:
    friend class Device;
    std::unique_ptr<Impl> impl_;
    std::uint32_t slot_ = 0;
    std::uint64_t number_ = 0;
    std::uint64_t value_ = 0;
};

} // namespace millwright::gpu
