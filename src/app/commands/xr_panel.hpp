#pragma once

#include <millwright/gpu/target.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/twin/frame.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/context.hpp>
#include <millwright/ui/dashboard.hpp>
#include <millwright/ui/painter.hpp>
#include <millwright/xr/walk.hpp>

#include <memory>
#include <optional>

namespace millwright::app {

/// The inspector as a picture for the headset's floating panel: the desktop's own panel, in letters large enough to read at arm's
/// length. Must go before the device. Thread: the frame thread.
class XrPanel {
public:
    /// Errors: Device.
    [[nodiscard]] static Result<std::unique_ptr<XrPanel>> create(gpu::Device& device, const plant::Plant& plant, glm::uvec2 pixels);

    /// What the controllers do on the panel this frame; nothing: none points at it.
    void point(const std::optional<xr::PanelPointer>& pointer);
    /// True when the picture is to be drawn again: at once for another selection or a trigger, soon where something points at it,
    /// otherwise every few frames. Call once a frame.
    [[nodiscard]] bool due(EquipmentIndex selected);
    /// `twinFrame` null: no log. Returns what was asked for on the panel, valid until the next call.
    const ui::Intents& draw(gpu::FrameInFlight& frame, EquipmentIndex selected, const twin::Frame* twinFrame);
    [[nodiscard]] const gpu::OffscreenTarget& picture() const { return picture_; }

private:
    XrPanel(const plant::Plant& plant, std::unique_ptr<ui::Context> context, gpu::OffscreenTarget picture)
        : plant_{plant}, context_{std::move(context)}, picture_{std::move(picture)} {}

    const plant::Plant& plant_;
    std::unique_ptr<ui::Context> context_;
    std::unique_ptr<ui::Painter> painter_;
    gpu::OffscreenTarget picture_;
    ui::ViewState state_;
    ui::Intents intents_;
    ui::AttentionMap attention_;
    std::optional<EquipmentIndex> shown_;
    std::optional<xr::PanelPointer> pointer_;
    unsigned age_ = 0;      ///< frames since it was drawn
    unsigned toSettle_ = 0; ///< frames until everything that was done on it shows
};

} // namespace millwright::app
