#include <app/commands/xr_panel.hpp>
#include <cmath>

namespace millwright::app {
namespace {

constexpr float letterScale = 2.4f;          // body text is then a degree high at the panel's distance
constexpr unsigned framesBetween = 9;        // about ten pictures a second
constexpr unsigned framesBetweenPointed = 1; // a pointer must follow the hand
constexpr unsigned framesToSettle = 4;       // a press is seen in the picture after the one it came with
constexpr double secondsBetween = 0.1;       // what the interface is told
constexpr float scrollSpeed = 0.35f;         // notches a picture at full deflection
constexpr float scrollRest = 0.2f;           // of the stick, that means nothing
constexpr glm::vec4 ground{0.87f, 0.87f, 0.87f, 1};

} // namespace

Result<std::unique_ptr<XrPanel>> XrPanel::create(gpu::Device& device, const plant::Plant& plant, glm::uvec2 pixels) {
    auto picture = gpu::OffscreenTarget::create(device, {pixels.x, pixels.y}, 1, "headset panel");
    if (!picture) return std::unexpected(picture.error());
    std::unique_ptr<XrPanel> panel{new XrPanel{plant, ui::Context::create({.scale = letterScale}), std::move(*picture)}};
    auto painter = ui::Painter::create(*panel->context_, device, gpu::offscreenFormat);
    if (!painter) return std::unexpected(painter.error());
    panel->painter_ = std::move(*painter);
    return panel;
}

void XrPanel::point(const std::optional<xr::PanelPointer>& pointer) {
    const auto extent = picture_.extent();
    const bool held = pointer && pointer->held, wasHeld = pointer_ && pointer_->held;
    if (pointer) context_->pointerAt(pointer->at * glm::vec2{extent.width, extent.height});
    if (held != wasHeld) context_->pointerButton(0, held);
    if (!pointer && pointer_) context_->pointerAway();
    if (held != wasHeld || pointer.has_value() != pointer_.has_value()) toSettle_ = framesToSettle;
    pointer_ = pointer;
}

bool XrPanel::due(EquipmentIndex selected) {
    ++age_;
    return age_ > framesBetween || shown_ != selected || toSettle_ > 0 || (pointer_ && age_ > framesBetweenPointed);
}

const ui::Intents& XrPanel::draw(gpu::FrameInFlight& frame, EquipmentIndex selected, const twin::Frame* twinFrame) {
    age_ = 0;
    if (toSettle_ > 0) --toSettle_;
    if (pointer_ && std::abs(pointer_->scroll) > scrollRest) context_->wheel(pointer_->scroll * scrollSpeed);
    shown_ = selected;
    state_.selected = selected;
    if (twinFrame)
        attention_.update(plant_, twinFrame->signals, twinFrame->alarms);
    else
        attention_.update(plant_, {}, {});
    ui::Model model;
    model.plant = &plant_;
    model.frame = twinFrame;
    model.attention = &attention_;
    model.logStatus = twinFrame ? ui::LogStatus::Ready : ui::LogStatus::None;

    model.inHeadset = true;
    intents_.clear();

    const auto extent = picture_.extent();
    const glm::vec2 size{extent.width, extent.height};
    context_->beginFrame(size, secondsBetween);
    ui::drawInspectorPanel(*context_, {glm::vec2{0}, size}, model, state_, intents_);
    context_->endFrame();
    painter_->draw(frame, picture_.image(), ground);
    return intents_;
}

} // namespace millwright::app
