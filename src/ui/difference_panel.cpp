#include "ui/panels.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float width = 460, pad = 12, row = 24, title = 30, gap = 6, mostRows = 8;

/// The list of differences of two logs, from top to bottom.
class DifferencePanel {
public:
    DifferencePanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) : a_{arguments}, canvas_{canvas} {
        const float rows = std::clamp(static_cast<float>(all().size()), 1.0f, mostRows);
        const float right = viewport.max.x - canvas_.px(10), bottom = viewport.max.y - canvas_.px(10);
        const float left = std::max(right - canvas_.px(width), viewport.min.x + canvas_.px(10));
        box_ = {{left, std::max(bottom - canvas_.px(title + rows * row + gap), viewport.min.y + canvas_.px(50))}, {right, bottom}};
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        heading();
        ScrollRegion region{
            a_.context, "differences", {{box_.min.x, box_.min.y + canvas_.px(title)}, {box_.max.x, box_.max.y - canvas_.px(gap)}}};
        rows(region);
        return box_;
    }

private:
    [[nodiscard]] std::span<const telemetry::DifferenceSpell> all() const { return a_.model.comparison->differences(); }

    void heading() {
        const float bottom = box_.min.y + canvas_.px(title);
        const Rect close{{box_.max.x - canvas_.px(pad + 20), box_.min.y + canvas_.px(5)},
                         {box_.max.x - canvas_.px(pad), box_.min.y + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "close differences", close, Icon::Close, "Close (J)"))
            a_.state.differencesShown = false;
        const float after = canvas_.text({{box_.min.x + canvas_.px(pad), box_.min.y}, {close.min.x, bottom}}, Face::Strong,
                                         palette::text, "Differences") +
                            canvas_.px(pad);
        canvas_.text(
            {{after, box_.min.y}, {close.min.x - canvas_.px(gap), bottom}}, Face::Small, palette::dim,
            std::format("from {}, beyond {:.3g} % of the range", a_.model.comparedName, 100 * a_.model.comparison->tolerance()));
    }

    void rows(ScrollRegion& region) {
        Canvas& canvas = region.canvas();
        const float left = region.origin().x + canvas.px(pad), right = region.origin().x + region.width() - canvas.px(pad);
        const auto error = a_.model.comparison->error();
        if (all().empty()) {
            const std::string text = error                             ? error->text()
                                     : a_.model.comparison->finished() ? "None where both tell of the same time"
                                                                       : "Comparing …";
            canvas.text({{left, region.origin().y}, {right, region.origin().y + canvas.px(row)}}, Face::Small, palette::dim, text);
        }
        float top = 0;
        for (std::size_t i = 0; i < all().size(); ++i, top += canvas.px(row)) {
            if (!region.visible(top, top + canvas.px(row))) continue;
            const float y = region.origin().y + top;
            ImGui::PushID(static_cast<int>(i));
            line(canvas, {{left, y}, {right, y + canvas.px(row)}}, all()[i]);
            ImGui::PopID();
        }
        region.setHeight(top);
    }

    void line(Canvas& canvas, const Rect& box, const telemetry::DifferenceSpell& spell) {
        const plant::Signal& signal = a_.model.plant->at(spell.signal);
        const Time now = a_.model.frame->time;
        const Touch touch = touchable("difference", box);
        const bool here = spell.interval.from <= now && now <= spell.interval.to;
        if (touch.hovered || here)
            canvas.fill({{box.min.x - canvas.px(4), box.min.y}, {box.max.x + canvas.px(4), box.max.y}},
                        here ? palette::selected : palette::hover);
        if (touch.clicked) {
            a_.intents.emplace_back(Seek{spell.interval.from});
            if (signal.equipment != noEquipment) a_.intents.emplace_back(Select{signal.equipment});
            a_.state.revealSelected = true;
        }
        hint(a_.context, std::format("{}: up to {} apart, most at {}", signal.path, apart(signal, spell), clockText(spell.worst)));
        const float after = canvas.figures(box, Face::Small, palette::dim, clockText(spell.interval.from), Align::Left);
        const std::string length = formatDuration(spell.interval.length());
        const float lengthWidth = canvas.figureWidth(Face::Small, length);
        canvas.figures(box, Face::Small, palette::dim, length);
        const plant::Equipment* const owner = signal.equipment == noEquipment ? nullptr : &a_.model.plant->at(signal.equipment);
        canvas.text(
            {{after + canvas.px(8), box.min.y}, {box.max.x - lengthWidth - canvas.px(8), box.max.y}}, Face::Body, palette::text,
            owner == nullptr ? signal.name : std::format("{} · {}", signal.name, owner->name.empty() ? owner->id : owner->name));
    }

    static std::string apart(const plant::Signal& signal, const telemetry::DifferenceSpell& spell) {
        return std::isinf(spell.largest) ? std::string{"not comparable"} : formatNumber(spell.largest, signal.decimals);
    }

    PanelArguments& a_;
    Canvas& canvas_;
    Rect box_;
};

} // namespace

Rect drawDifferences(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) {
    return DifferencePanel{arguments, canvas, viewport}.draw();
}

} // namespace millwright::ui
