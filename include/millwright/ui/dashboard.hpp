#pragma once

#include <millwright/ui/context.hpp>
#include <millwright/ui/model.hpp>

namespace millwright::ui {

/// Where things go: in a narrow window the open list of alarms takes the place of the tree.
[[nodiscard]] Layout layoutOf(glm::vec2 window, const ViewState& state, float scale);

/// Draws the whole desktop window: plant tree, viewport, inspector, timeline, status bar, help. Call between `beginFrame` and
/// `endFrame`; adds to `intents` what the user asks for. Returns where everything is, in pixels.
Layout drawDashboard(Context& context, const Model& model, ViewState& state, Intents& intents);

/// Draws only a picture (`Painter::image`), as large as it fits into the window without being stretched.
void drawPicture(Context& context, std::uintptr_t image, glm::vec2 pixels);

/// Draws only the inspector, filling `area`: the headset's floating panel.
void drawInspectorPanel(Context& context, const Rect& area, const Model& model, ViewState& state, Intents& intents);

} // namespace millwright::ui
