#pragma once

#include <millwright/core/result.hpp>
#include <millwright/gpu/native.hpp>
#include <millwright/gpu/target.hpp>
#include <millwright/ui/context.hpp>

#include <glm/glm.hpp>

#include <cstdint>
#include <memory>
#include <optional>

namespace millwright::ui {

/// Draws a context's frames with Vulkan: into a window, an offscreen picture, or the headset's panel. Must go before the context
/// and the device. Thread: the frame thread.
class Painter {
public:
    /// `format` is that of every target it will draw to. Errors: Device.
    [[nodiscard]] static Result<std::unique_ptr<Painter>> create(Context& context, gpu::Device& device, VkFormat format);
    ~Painter();
    Painter(const Painter&) = delete;
    Painter& operator=(const Painter&) = delete;

    /// What Model::viewportImage wants for a picture drawn earlier in the same GPU frame.
    [[nodiscard]] std::uintptr_t image(const gpu::OffscreenTarget& picture);
    /// Records the context's last ended frame over `target`, filled with `ground` (sRGB) first where given. Call after
    /// `Context::endFrame`.
    void draw(gpu::FrameInFlight& frame, const gpu::TargetImage& target, std::optional<glm::vec4> ground);

private:
    struct Impl;
    explicit Painter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace millwright::ui
