#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/device.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millwright::gpu {

struct Extent {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    friend bool operator==(const Extent&, const Extent&) = default;
};

/// What a picture is drawn to: an image of someone else (swapchain, offscreen, headset). Defined in `gpu/native.hpp`; passed by
/// reference.
struct TargetImage;

/// 8-bit RGBA, sRGB-encoded, rows from the top; layers one after another.
struct Pixels {
    Extent extent;
    std::uint32_t layers = 1;
    std::vector<std::uint8_t> rgba;
};

/// An offscreen picture: the 3D viewport that ImGui shows as an image, a picture for a file, a panel for the headset.
/// Its bytes are sRGB-encoded in a UNORM format, so that ImGui shows them unchanged. After drawing it is ready to be sampled.
class OffscreenTarget {
public:
    /// Errors: Device; OutOfRange when a side is 0 or larger than the device allows.
    [[nodiscard]] static Result<OffscreenTarget> create(Device& device, Extent extent, std::uint32_t layers, std::string name);
    ~OffscreenTarget();
    OffscreenTarget(OffscreenTarget&&) noexcept;
    OffscreenTarget& operator=(OffscreenTarget&&) noexcept;

    /// A new image of another size; the old one lives until the GPU is done with it. No-op for the same size.
    [[nodiscard]] Result<void> resize(Extent extent);
    [[nodiscard]] Extent extent() const;
    /// Changes whenever `resize` made a new image: time to make the ImGui texture again.
    [[nodiscard]] std::uint64_t generation() const;
    /// Valid until the next `resize`.
    [[nodiscard]] const TargetImage& image() const;
    /// Waits for the GPU and returns what was drawn last. Errors: Device.
    [[nodiscard]] Result<Pixels> read() const;

private:
    struct Impl;
    explicit OffscreenTarget(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// A window's images; made by `createSwapchain` of `gpu/native.hpp`. UNORM format, to be filled with sRGB-encoded colour.
///
///     auto frame = device->beginFrame();
///     auto image = swapchain.acquire(**frame, window size in pixels);   // remakes the swapchain when the size changed
///     if (*image) { draw into **image }                                 // nullptr: minimised, draw nothing
///     device->submit(**frame);                                          // presents
class Swapchain {
public:
    ~Swapchain();
    Swapchain(Swapchain&&) noexcept;
    Swapchain& operator=(Swapchain&&) noexcept;

    /// The image to draw to this frame, remade first where the window changed size or the old one went out of date; nullptr while
    /// the window has no area. Errors: Device (lost surface or device).
    [[nodiscard]] Result<const TargetImage*> acquire(FrameInFlight& frame, Extent windowPixels);
    [[nodiscard]] Extent extent() const;
    [[nodiscard]] std::uint32_t imageCount() const;

    struct Impl; ///< for gpu's own sources
    [[nodiscard]] Impl& impl() const { return *impl_; }
    explicit Swapchain(std::unique_ptr<Impl> impl);

private:
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::gpu
