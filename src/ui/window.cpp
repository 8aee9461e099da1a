#include "ui/context_impl.hpp"

#include <millwright/gpu/native.hpp>
#include <millwright/ui/window.hpp>

#define GLFW_INCLUDE_NONE
#define GLFW_INCLUDE_VULKAN
#include <GLFW/glfw3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <backends/imgui_impl_glfw.h>
#include <cstdlib>

namespace millwright::ui {
namespace {

Error glfwError(std::string_view what) {
    const char* text = nullptr;
    glfwGetError(&text);
    return {ErrorCode::Device, std::string{what} + (text ? std::string{": "} + text : std::string{}), ""};
}

/// Hands the pointer to ImGui in pixels: on displays that scale windows themselves, GLFW counts in larger units.
void onCursor(GLFWwindow* window, double x, double y) {
    int pixels = 0, units = 0;
    glfwGetFramebufferSize(window, &pixels, nullptr);
    glfwGetWindowSize(window, &units, nullptr);
    const double scale = units > 0 ? static_cast<double>(pixels) / units : 1;
    ImGui_ImplGlfw_CursorPosCallback(window, x * scale, y * scale);
}

bool hasDisplay() {
    const auto set = [](const char* name) {
        const char* value = std::getenv(name);
        return value && *value;
    };
    return set("DISPLAY") || set("WAYLAND_DISPLAY");
}

struct KeyEvent {
    int key, scancode, action, mods;
};

bool isModifier(int key) {
    return key >= GLFW_KEY_LEFT_SHIFT && key <= GLFW_KEY_RIGHT_SUPER;
}

} // namespace

struct Window::Impl {
    GLFWwindow* window = nullptr;
    Context* context = nullptr;
    std::vector<KeyEvent> later; ///< keys that wait for the next frame
    bool pressed = false;        ///< a key went down since the last frame
    gpu::Extent lastSize;
    std::uint64_t events = 0;

    /// ImGui sees the keys as they are at the end of a frame: Ctrl+Q whose Ctrl is let go in the same frame, on a slow machine,
    /// would be a Q. Everything from the release of a modifier on waits until the frame with the press has been drawn.
    void onKey(const KeyEvent& event) {
        const bool lets = event.action == GLFW_RELEASE && isModifier(event.key);
        if (!later.empty() || (pressed && lets)) {
            later.push_back(event);
            return;
        }
        pressed = pressed || (event.action == GLFW_PRESS && !isModifier(event.key));
        ImGui_ImplGlfw_KeyCallback(window, event.key, event.scancode, event.action, event.mods);
    }
    void replayKeys() {
        pressed = false;
        for (const KeyEvent& event : std::exchange(later, {})) onKey(event);
    }

    ~Impl() {
        context->makeCurrent();
        ImGui_ImplGlfw_Shutdown();
        glfwDestroyWindow(window);
        glfwTerminate();
    }
};

Result<std::unique_ptr<Window>> Window::create(const std::string& title, gpu::Extent logicalSize, Context& context) {
    if (!hasDisplay()) return failure(ErrorCode::Device, "there is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set");
    if (glfwInit() != GLFW_TRUE) return std::unexpected(glfwError("the display cannot be reached"));
    if (glfwVulkanSupported() != GLFW_TRUE) {
        Error error = glfwError("this display cannot show Vulkan pictures");
        glfwTerminate();
        return std::unexpected(std::move(error));
    }
    glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
    glfwWindowHintString(GLFW_X11_CLASS_NAME, "millwright");
    GLFWwindow* window = glfwCreateWindow(static_cast<int>(logicalSize.width), static_cast<int>(logicalSize.height), title.c_str(),
                                          nullptr, nullptr);
    if (!window) {
        Error error = glfwError("the window could not be opened");
        glfwTerminate();
        return std::unexpected(std::move(error));
    }
    glfwSetWindowSizeLimits(window, 480, 320, GLFW_DONT_CARE, GLFW_DONT_CARE);
    context.makeCurrent();
    ImGui_ImplGlfw_InitForVulkan(window, true);
    glfwSetCursorPosCallback(window, onCursor);
    auto impl = std::make_unique<Impl>();
    impl->window = window;
    impl->context = &context;
    glfwSetWindowUserPointer(window, impl.get());
    glfwSetKeyCallback(window, [](GLFWwindow* of, int key, int scancode, int action, int mods) {
        static_cast<Impl*>(glfwGetWindowUserPointer(of))->onKey({key, scancode, action, mods});
    });
    return std::unique_ptr<Window>{new Window{std::move(impl)}};
}

Window::Window(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
Window::~Window() = default;

std::vector<std::string> Window::instanceExtensions() {
    std::uint32_t count = 0;
    const char** names = glfwGetRequiredInstanceExtensions(&count);
    return names ? std::vector<std::string>(names, names + count) : std::vector<std::string>{};
}

Result<gpu::Swapchain> Window::createSwapchain(gpu::Device& device, bool vsync) {
    VkSurfaceKHR surface = VK_NULL_HANDLE;
    if (glfwCreateWindowSurface(gpu::native(device).instance, impl_->window, nullptr, &surface) != VK_SUCCESS)
        return std::unexpected(glfwError("the window cannot be drawn to by this GPU"));
    return gpu::createSwapchain(device, surface, pixels(), vsync);
}

void Window::pollEvents(double waitSeconds) {
    impl_->context->makeCurrent();
    const bool waiting = !impl_->later.empty();
    impl_->replayKeys();
    if (waitSeconds > 0 && !waiting)
        glfwWaitEventsTimeout(waitSeconds);
    else
        glfwPollEvents();
    if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0 || !(pixels() == impl_->lastSize)) ++impl_->events;
    impl_->lastSize = pixels();
}

std::uint64_t Window::eventCount() const {
    return impl_->events;
}

void Window::beginFrame(double seconds) {
    impl_->context->makeCurrent();
    ImGui_ImplGlfw_NewFrame(); // keys, pointer shape and sizes; the size is then the context's own, in pixels
    const gpu::Extent size = pixels();
    ImGui::GetIO().DisplayFramebufferScale = {1, 1};
    impl_->context->beginFrame({static_cast<float>(size.width), static_cast<float>(size.height)}, seconds);
}

bool Window::wantsToClose() const {
    return glfwWindowShouldClose(impl_->window) == GLFW_TRUE;
}
void Window::setTitle(const std::string& title) {
    glfwSetWindowTitle(impl_->window, title.c_str());
}

gpu::Extent Window::pixels() const {
    int width = 0, height = 0;
    glfwGetFramebufferSize(impl_->window, &width, &height);
    if (glfwGetWindowAttrib(impl_->window, GLFW_ICONIFIED) == GLFW_TRUE) return {};
    return {static_cast<std::uint32_t>(std::max(0, width)), static_cast<std::uint32_t>(std::max(0, height))};
}

float Window::contentScale() const {
    float x = 1, y = 1;
    glfwGetWindowContentScale(impl_->window, &x, &y);
    return std::clamp(std::max(x, y), 0.5f, 4.0f);
}

} // namespace millwright::ui
