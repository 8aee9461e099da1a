#include <app/commands/xr_panel.hpp>

namespace millwright::app {
namespace {

constexpr float letterScale = 2.4f;    // body text is then a degree high at the panel's distance
constexpr unsigned framesBetween = 9;  // about ten pictures a second
constexpr double secondsBetween = 0.1; // what the interface is told
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

bool XrPanel::due(EquipmentIndex selected) {
    return ++age_ > framesBetween || shown_ != selected;
}

void XrPanel::draw(gpu::FrameInFlight& frame, EquipmentIndex selected, const twin::Frame* twinFrame) {
    age_ = 0;
    shown_ = selected;
    state_.selected = selected;
    attention_.update(plant_, twinFrame ? std::span{twinFrame->signals} : std::span<const twin::SignalState>{});
    ui::Model model;
    model.plant = &plant_;
    model.frame = twinFrame;
    model.attention = &attention_;
    model.logStatus = twinFrame ? ui::LogStatus::Ready : ui::LogStatus::None;

    const auto extent = picture_.extent();
    const glm::vec2 size{extent.width, extent.height};
    context_->beginFrame(size, secondsBetween);
    ui::drawInspectorPanel(*context_, {glm::vec2{0}, size}, model, state_, intents_);
    context_->endFrame();
    intents_.clear();
    painter_->draw(frame, picture_.image(), ground);
}

float XrPanel::heightOverWidth() const {
    const auto extent = picture_.extent();
    return static_cast<float>(extent.height) / static_cast<float>(extent.width);
}

} // namespace millwright::app
