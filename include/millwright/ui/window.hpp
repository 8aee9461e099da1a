#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/device.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/ui/context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace millwright::ui {

/// A desktop window that feeds its pointer and keys to a `Context`. One at a time. Thread: the main thread only, as GLFW demands.
class Window {
public:
    /// Errors: Device when there is no display, or the display refuses.
    [[nodiscard]] static Result<std::unique_ptr<Window>> create(const std::string& title, gpu::Extent logicalSize,
                                                                Context& context);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    /// What the Vulkan instance must have, for gpu::DeviceOptions.
    [[nodiscard]] static std::vector<std::string> instanceExtensions();
    /// Errors: Device.
    [[nodiscard]] Result<gpu::Swapchain> createSwapchain(gpu::Device& device, bool vsync = true);

    /// Handles what has happened, after waiting up to `waitSeconds` for something to.
    void pollEvents(double waitSeconds = 0);
    /// Counts up with every pointer move, click, key or resize.
    [[nodiscard]] std::uint64_t eventCount() const;
    /// Starts the context's frame with what came in since the last one.
    void beginFrame(double seconds);
    [[nodiscard]] bool wantsToClose() const;
    void setTitle(const std::string& title);
    /// In pixels; no area while minimised.
    [[nodiscard]] gpu::Extent pixels() const;
    /// Pixels a logical pixel: what `Context::setScale` wants, before the user's own choice.
    [[nodiscard]] float contentScale() const;

private:
    struct Impl;
    explicit Window(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::ui
