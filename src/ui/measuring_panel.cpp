#include "ui/panels.hpp"

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float width = 316, pad = 12, button = 26, gap = 6, line = 19, belowCameras = 52;

/// The panel from top to bottom; its ground is drawn first, so its height is known before.
class MeasuringPanel {
public:
    MeasuringPanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) : a_{arguments}, canvas_{canvas} {
        shown_ = a_.model.measurements;
        const float left = viewport.min.x + canvas_.px(10), top = viewport.min.y + canvas_.px(belowCameras);
        const float fixed = canvas_.px(30 + 2 * (button + gap) + 2 * line + 2 * gap),
                    room = viewport.max.y - canvas_.px(12) - top - fixed;
        float height = 0;
        first_ = shown_.size();
        while (first_ > 0) { // the newest, as many as there is room for
            const float more = heightOf(shown_[first_ - 1]);
            if (height + more > room) break;
            height += more;
            --first_;
        }
        box_ = {{left, top}, {std::min(left + canvas_.px(width), viewport.max.x - canvas_.px(10)), top + fixed + height}};
        left_ = box_.min.x + canvas_.px(pad);
        right_ = box_.max.x - canvas_.px(pad);
        y_ = box_.min.y;
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        title();
        kinds();
        units();
        y_ += canvas_.paragraph({{left_, y_}, {right_, y_}}, Face::Small, palette::dim, a_.model.measureNote, 2);
        y_ = box_.min.y + canvas_.px(30 + 2 * (button + gap) + 2 * line + gap);
        for (std::size_t i = first_; i < shown_.size(); ++i) row(i);
        touchable("measure ground", box_); // what lies under the panel is not clicked through it
        return box_;
    }

private:
    [[nodiscard]] float heightOf(const Measurement& m) const {
        return canvas_.px(line) * static_cast<float>(1 + details(m, a_.state.lengthUnit).size()) + canvas_.px(gap);
    }

    void title() {
        canvas_.text({{left_, y_}, {right_, y_ + canvas_.px(30)}}, Face::Strong, palette::text, "Measure");
        const Rect close{{right_ - canvas_.px(20), y_ + canvas_.px(5)}, {right_, y_ + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "end measuring", close, Icon::Close, "Stop measuring (Esc)"))
            a_.state.measuring = false;
        if (!shown_.empty()) {
            const Rect clear{{close.min.x - canvas_.px(gap + 56), close.min.y}, {close.min.x - canvas_.px(gap), close.max.y}};
            if (textButton(canvas_, "clear measurements", clear, "Clear")) a_.intents.emplace_back(MeasureClear{});
        }
        y_ += canvas_.px(30);
    }

    void kinds() {
        constexpr std::array all{MeasureKind::Point, MeasureKind::Distance, MeasureKind::Angle, MeasureKind::Clearance};
        constexpr std::array words{"Point", "Distance", "Angle", "Clearance"};
        choose(words, static_cast<std::size_t>(a_.state.measureKind), [&](std::size_t i) {
            if (a_.state.measureKind == all[i]) return;
            a_.state.measureKind = all[i];
            a_.intents.emplace_back(MeasureCancel{});
        });
    }

    void units() {
        constexpr std::array all{LengthUnit::Metre, LengthUnit::Millimetre, LengthUnit::Inch};
        constexpr std::array words{"m", "mm", "in"};
        choose(words, static_cast<std::size_t>(a_.state.lengthUnit), [&](std::size_t i) { a_.state.lengthUnit = all[i]; });
    }

    template <std::size_t Count, typename Chosen>
    void choose(const std::array<const char*, Count>& labels, std::size_t now, Chosen&& chosen) {
        float words = 0;
        for (const char* label : labels) words += canvas_.textWidth(Face::Small, label);
        const float between = canvas_.px(gap), spare = (right_ - left_ - words - between * (Count - 1)) / Count;
        float x = left_;
        for (std::size_t i = 0; i < Count; ++i) {
            const float end = x + canvas_.textWidth(Face::Small, labels[i]) + spare;
            const Rect box{{std::round(x), y_}, {std::round(end), y_ + canvas_.px(button)}};
            if (textButton(canvas_, labels[i], box, labels[i], i == now)) chosen(i);
            x = end + between;
        }
        y_ += canvas_.px(button + gap);
    }

    void row(std::size_t i) {
        canvas_.line({left_, y_}, {right_, y_}, palette::line);
        y_ += canvas_.px(gap / 2);
        const auto put = [&](Face face, Colour ink, std::string_view text) {
            canvas_.text({{left_, y_}, {right_, y_ + canvas_.px(line)}}, face, ink, text);
            y_ += canvas_.px(line);
        };
        put(Face::Small, palette::dim, std::format("{}  {}", i + 1, name(shown_[i].kind)));
        bool first = true;
        for (const std::string& text : details(shown_[i], a_.state.lengthUnit)) {
            put(first ? Face::Strong : Face::Small, first ? palette::text : palette::dim, text);
            first = false;
        }
        y_ += canvas_.px(gap / 2);
    }

    PanelArguments& a_;
    Canvas& canvas_;
    std::span<const Measurement> shown_;
    std::size_t first_ = 0;
    Rect box_;
    float left_ = 0, right_ = 0, y_ = 0;
};

} // namespace

Rect drawMeasuring(PanelArguments& a, Canvas& canvas, const Rect& viewport) {
    return MeasuringPanel{a, canvas, viewport}.draw();
}

} // namespace millwright::ui
