#include <millwright/gpu/native.hpp>
#include <millwright/ui/dashboard.hpp>

#include <algorithm>
#include <app/commands/xr_mirror.hpp>
#include <chrono>
#include <cstdlib>
#include <format>

namespace millwright::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr gpu::Extent firstSize{960, 960};
constexpr std::chrono::milliseconds betweenPictures{33};
constexpr glm::vec4 ground{0.1f, 0.1f, 0.1f, 1};

bool hasDisplay() {
    const auto set = [](const char* name) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nothing here sets the environment
        return value && *value;
    };
    return set("DISPLAY") || set("WAYLAND_DISPLAY");
}

} // namespace

struct XrMirror::State {
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    /// The window's surface must be gone before the window.
    ~State() {
        painter.reset();
        eye.reset();
        swapchain.reset();
        if (device) device->waitIdle();
    }

    gpu::Device* device = nullptr;
    std::unique_ptr<ui::Context> context;
    std::unique_ptr<ui::Window> window;
    std::optional<gpu::Swapchain> swapchain;
    std::optional<gpu::OffscreenTarget> eye;
    std::unique_ptr<ui::Painter> painter;
    Clock::time_point shown{};
};

XrMirror::XrMirror() : state_{std::make_unique<State>()} {}
XrMirror::~XrMirror() = default;

Result<std::unique_ptr<XrMirror>> XrMirror::open(const std::string& plantName) {
    if (!hasDisplay()) return nullptr;
    std::unique_ptr<XrMirror> mirror{new XrMirror};
    State& s = *mirror->state_;
    s.context = ui::Context::create();
    auto window = ui::Window::create(std::format("{} — Millwright, left eye", plantName), firstSize, *s.context);
    if (!window) return std::unexpected(window.error());
    s.window = std::move(*window);
    return mirror;
}

std::vector<std::string> XrMirror::instanceExtensions() const {
    return ui::Window::instanceExtensions();
}

Result<void> XrMirror::attach(gpu::Device& device, glm::uvec2 eyePixels) {
    State& s = *state_;
    s.device = &device;
    auto swapchain = s.window->createSwapchain(device, false); // the headset sets the pace
    if (!swapchain) return std::unexpected(swapchain.error());
    s.swapchain.emplace(std::move(*swapchain));
    auto eye = gpu::OffscreenTarget::create(device, {eyePixels.x, eyePixels.y}, 1, "mirror");
    if (!eye) return std::unexpected(eye.error());
    s.eye.emplace(std::move(*eye));
    auto painter = ui::Painter::create(*s.context, device, gpu::format(*s.swapchain));
    if (!painter) return std::unexpected(painter.error());
    s.painter = std::move(*painter);
    return {};
}

Result<void> XrMirror::show(gpu::FrameInFlight& frame, xr::Headset& headset, const xr::EyeTargets& eyes) {
    State& s = *state_;
    const Clock::time_point now = Clock::now();
    const std::chrono::duration<double> since = now - s.shown;
    if (since < betweenPictures || s.window->pixels().width == 0) return {};
    s.shown = now;
    headset.copyLeftEye(frame, eyes, *s.eye);
    auto image = s.swapchain->acquire(frame, s.window->pixels());
    if (!image) return std::unexpected(image.error());
    if (!*image) return {};
    s.window->beginFrame(std::min(since.count(), 0.25));
    const gpu::Extent eye = s.eye->extent();
    ui::drawPicture(*s.context, s.painter->image(*s.eye), {eye.width, eye.height});
    s.context->endFrame();
    s.painter->draw(frame, **image, ground);
    return {};
}

void XrMirror::pollEvents() {
    state_->window->pollEvents();
}

bool XrMirror::wantsToClose() const {
    return state_->window->wantsToClose();
}

} // namespace millwright::app
