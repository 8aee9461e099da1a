#include "ui/canvas.hpp"

#include <algorithm>
#include <cmath>

namespace millwright::ui {

bool slider(Canvas& canvas, Context::Impl& context, std::string_view id, const Rect& box, double& share, std::string_view what,
            bool enabled) {
    const float knob = canvas.px(6), left = box.min.x + knob, width = std::max(1.0f, box.width() - 2 * knob);
    const Touch touch = enabled ? touchable(id, box) : Touch{};
    if (enabled) hint(context, what);
    bool changed = false;
    if (touch.held) {
        const double wanted = std::clamp(static_cast<double>((ImGui::GetIO().MousePos.x - left) / width), 0.0, 1.0);
        changed = wanted != share;
        share = wanted;
    }
    const float y = std::round(box.centre().y), x = left + static_cast<float>(std::clamp(share, 0.0, 1.0)) * width;
    const Rect track{{left, y - canvas.px(2)}, {left + width, y + canvas.px(2)}};
    canvas.fill(track, palette::field, 2);
    if (enabled) canvas.fill({track.min, {x, track.max.y}}, palette::accent, 2);
    canvas.stroke(track, palette::outline, 1, 2);
    if (!enabled) return false;
    canvas.circle({x, y}, knob, palette::white, true);
    canvas.circle({x, y}, knob, touch.hovered || touch.held ? palette::accent : palette::outline, false, 2);
    return changed;
}

} // namespace millwright::ui
