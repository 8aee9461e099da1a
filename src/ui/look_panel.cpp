#include "ui/panels.hpp"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float width = 330, pad = 12, row = 26, gap = 6, belowTools = 52;
constexpr std::array axisNames{"X", "Y", "Z"};

/// The panel from top to bottom.
class LookPanel {
public:
    LookPanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) : a_{arguments}, canvas_{canvas} {
        const float right = viewport.max.x - canvas_.px(10), top = viewport.min.y + canvas_.px(belowTools);
        const float left = std::max(right - canvas_.px(width), viewport.min.x + canvas_.px(10));
        box_ = {{left, top}, {right, top + canvas_.px(30 + 5 * (row + gap) + gap)}};
        left_ = box_.min.x + canvas_.px(pad);
        right_ = box_.max.x - canvas_.px(pad);
        y_ = box_.min.y;
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        title();
        for (std::size_t axis = 0; axis < 3; ++axis) cut(axis);
        explode();
        switches();
        touchable("look ground", box_); // what lies under the panel is not clicked through it
        return box_;
    }

private:
    void title() {
        canvas_.text({{left_, y_}, {right_, y_ + canvas_.px(30)}}, Face::Strong, palette::text, "Section and look");
        const Rect close{{right_ - canvas_.px(20), y_ + canvas_.px(5)}, {right_, y_ + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "close look", close, Icon::Close, "Close (C)")) a_.state.lookShown = false;
        if (a_.state.look != Looking{}) {
            const Rect clear{{close.min.x - canvas_.px(gap + 56), close.min.y}, {close.min.x - canvas_.px(gap), close.max.y}};
            if (textButton(canvas_, "clear look", clear, "Clear")) a_.state.look = {};
        }
        y_ += canvas_.px(30);
    }

    /// The next box of a row from `x` on, so wide in logical pixels.
    [[nodiscard]] Rect take(float& x, float wide) const {
        const Rect box{{x, y_}, {x + canvas_.px(wide), y_ + canvas_.px(row)}};
        x = box.max.x + canvas_.px(gap);
        return box;
    }
    /// What is left of a row between `x` and so many logical pixels off its end.
    [[nodiscard]] Rect rest(float& x, float off) const {
        const Rect box{{x, y_}, {right_ - canvas_.px(off + gap), y_ + canvas_.px(row)}};
        x = box.max.x + canvas_.px(gap);
        return box;
    }

    void cut(std::size_t axis) {
        SectionCut& cut = a_.state.look.cuts[axis];
        const auto i = static_cast<int>(axis);
        const scene::Aabb& bounds = a_.model.bounds;
        const double low = bounds.empty() ? 0 : static_cast<double>(bounds.min[i]);
        const double span = bounds.empty() ? 0 : static_cast<double>(bounds.max[i]) - low;
        ImGui::PushID(i);
        float x = left_;
        if (textButton(canvas_, "cut", take(x, 30), axisNames[axis], cut.on)) {
            cut.on = !cut.on;
            if (cut.at < low || cut.at > low + span || cut.at == 0) cut.at = low + span / 2;
        }
        hint(a_.context, std::format("Cut across {}", axisNames[axis]));
        double share = span > 0 ? (cut.at - low) / span : 0.5;
        if (slider(canvas_, a_.context, "place", rest(x, 96 + gap + 40), share, "Where it cuts", cut.on))
            cut.at = low + share * span;
        const Rect value = take(x, 96), flip = take(x, 40);
        if (cut.on) {
            if (textButton(canvas_, "unit", value, lengthText(cut.at, a_.state.lengthUnit))) nextUnit();
            hint(a_.context, "Another unit");
            if (textButton(canvas_, "flip", flip, "Flip", cut.flipped)) cut.flipped = !cut.flipped;
            hint(a_.context, "Cut away the other side");
        }
        ImGui::PopID();
        y_ += canvas_.px(row + gap);
    }

    void nextUnit() {
        constexpr std::array next{LengthUnit::Millimetre, LengthUnit::Inch, LengthUnit::Metre}; // after m, mm, in
        a_.state.lengthUnit = next[static_cast<std::size_t>(a_.state.lengthUnit)];
    }

    void explode() {
        float x = left_;
        canvas_.text(take(x, 58), Face::Small, palette::text, "Explode");
        double share = static_cast<double>(a_.state.look.explode);
        if (slider(canvas_, a_.context, "explode", rest(x, 48), share, "Take assemblies apart, the outermost first", true))
            a_.state.look.explode = share < 0.01 ? 0 : static_cast<float>(share);
        canvas_.figures(take(x, 48), Face::Small, palette::dim, std::format("{:.0f} %", share * 100));
        y_ += canvas_.px(row + gap);
    }

    void switches() {
        float x = left_;
        if (textButton(canvas_, "x-ray", take(x, 66), "X-ray", a_.state.look.xray)) a_.state.look.xray = !a_.state.look.xray;
        hint(a_.context, "See through all but what is selected or found (X)");
        if (textButton(canvas_, "edges", take(x, 66), "Edges", a_.state.look.edges)) a_.state.look.edges = !a_.state.look.edges;
        hint(a_.context, "Lines where surfaces end or meet at an angle (B)");
        if (a_.state.look.xray && !a_.model.xrayKeeps)
            canvas_.text(rest(x, 0), Face::Small, palette::dim, "Select or search first");
    }

    PanelArguments& a_;
    Canvas& canvas_;
    Rect box_;
    float left_ = 0, right_ = 0, y_ = 0;
};

} // namespace

Rect drawLook(PanelArguments& a, Canvas& canvas, const Rect& viewport) {
    return LookPanel{a, canvas, viewport}.draw();
}

} // namespace millwright::ui
