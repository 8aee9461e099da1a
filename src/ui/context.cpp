#include "ui/context_impl.hpp"

#include <millwright/ui/colour.hpp>

#include <imgui.h>

#include <array>

namespace millwright::ui {
namespace {

ImVec4 vec4(Colour c) {
    return ImGui::ColorConvertU32ToFloat4(packed(c));
}

/// Colours and sizes of the few ImGui widgets that panels use as they are (text input, scroll bars, child windows).
void applyTheme(float scale) {
    using namespace palette;
    ImGuiStyle style;
    style.WindowPadding = {0, 0};
    style.FramePadding = {8, 5};
    style.ItemSpacing = {0, 0};
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 0;
    style.PopupBorderSize = 1;
    style.FrameBorderSize = 1;
    style.FrameRounding = 3;
    style.ScrollbarSize = 11;
    style.ScrollbarRounding = 5;
    style.WindowMinSize = {1, 1};
    style.ScaleAllSizes(scale);
    style.AntiAliasedLinesUseTex = false;
    const std::array<std::pair<ImGuiCol, Colour>, 19> colours{{
        {ImGuiCol_Text, text},
        {ImGuiCol_TextDisabled, dim},
        {ImGuiCol_WindowBg, ground},
        {ImGuiCol_ChildBg, {0, 0, 0, 0}},
        {ImGuiCol_PopupBg, raised},
        {ImGuiCol_Border, outline},
        {ImGuiCol_FrameBg, field},
        {ImGuiCol_FrameBgHovered, white},
        {ImGuiCol_FrameBgActive, white},
        {ImGuiCol_ScrollbarBg, {0, 0, 0, 0}},
        {ImGuiCol_ScrollbarGrab, line},
        {ImGuiCol_ScrollbarGrabHovered, outline},
        {ImGuiCol_ScrollbarGrabActive, outline},
        {ImGuiCol_TextSelectedBg, live},
        {ImGuiCol_NavHighlight, accent},
        {ImGuiCol_Button, raised},
        {ImGuiCol_ButtonHovered, hover},
        {ImGuiCol_ButtonActive, selected},
        {ImGuiCol_ModalWindowDimBg, shade},
    }};
    for (const auto& [slot, colour] : colours) style.Colors[slot] = vec4(colour);
    ImGui::GetStyle() = style;
}

ImGuiKey imguiKey(Key key) {
    switch (key) {
    case Key::Space: return ImGuiKey_Space;
    case Key::Left: return ImGuiKey_LeftArrow;
    case Key::Right: return ImGuiKey_RightArrow;
    case Key::Up: return ImGuiKey_UpArrow;
    case Key::Down: return ImGuiKey_DownArrow;
    case Key::Home: return ImGuiKey_Home;
    case Key::End: return ImGuiKey_End;
    case Key::PageUp: return ImGuiKey_PageUp;
    case Key::PageDown: return ImGuiKey_PageDown;
    case Key::Comma: return ImGuiKey_Comma;
    case Key::Period: return ImGuiKey_Period;
    case Key::Control: return ImGuiMod_Ctrl;
    case Key::Escape: return ImGuiKey_Escape;
    case Key::F1: return ImGuiKey_F1;
    case Key::Enter: return ImGuiKey_Enter;
    }
    return ImGuiKey_None;
}

} // namespace

std::unique_ptr<Context> Context::create(const ContextOptions& options) {
    IMGUI_CHECKVERSION();
    auto impl = std::make_unique<Impl>(options);
    impl->imgui = ImGui::CreateContext();
    ImGui::SetCurrentContext(impl->imgui);
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr; // the layout is our own
    io.LogFilename = nullptr;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    return std::unique_ptr<Context>{new Context{std::move(impl)}};
}

Context::Context(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

Context::~Context() {
    ImGui::DestroyContext(impl_->imgui);
}

void Context::makeCurrent() const {
    ImGui::SetCurrentContext(impl_->imgui);
}

void Context::setScale(float scale) {
    if (scale == impl_->scale) return;
    impl_->scale = scale;
    impl_->scaleChanged = true;
}

float Context::scale() const {
    return impl_->scale;
}

void Context::beginFrame(glm::vec2 displayPixels, double seconds) {
    makeCurrent();
    if (impl_->scaleChanged || impl_->fonts.stale()) {
        impl_->fonts.rebuild(impl_->scale);
        applyTheme(impl_->scale);
        impl_->scaleChanged = false;
        if (impl_->fontsMade) impl_->fontsMade();
    }
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = im(displayPixels);
    io.DeltaTime = std::max(1e-5f, static_cast<float>(seconds));
    impl_->texts.clear();
    ImGui::NewFrame();
    ImGui::PushFont(impl_->fonts.font(Face::Body));
}

void Context::endFrame() {
    ImGui::PopFont();
    ImGui::Render();
}

void Context::pointerAt(glm::vec2 pixels) {
    makeCurrent();
    ImGui::GetIO().AddMousePosEvent(pixels.x, pixels.y);
}

void Context::pointerAway() {
    makeCurrent();
    ImGui::GetIO().AddMousePosEvent(-FLT_MAX, -FLT_MAX);
}

void Context::pointerButton(int button, bool down) {
    makeCurrent();
    ImGui::GetIO().AddMouseButtonEvent(button, down);
}

void Context::wheel(float notches) {
    makeCurrent();
    ImGui::GetIO().AddMouseWheelEvent(0, notches);
}

void Context::key(Key key, bool down) {
    makeCurrent();
    ImGui::GetIO().AddKeyEvent(imguiKey(key), down);
}

void Context::text(std::string_view utf8) {
    makeCurrent();
    ImGui::GetIO().AddInputCharactersUTF8(std::string{utf8}.c_str());
}

std::uint64_t Context::fontGeneration() const {
    return impl_->fonts.generation();
}
const std::vector<std::string>& Context::missingFonts() const {
    return impl_->fonts.missing();
}
const std::vector<DrawnText>& Context::texts() const {
    return impl_->texts;
}

} // namespace millwright::ui
