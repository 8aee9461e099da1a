#include "ui/canvas.hpp"
#include "ui/context_impl.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <string>

namespace millwright::ui {
namespace {

/// Draws pictures in a square of 16 logical pixels round `centre`.
class IconPen {
public:
    IconPen(Canvas& canvas, glm::vec2 centre, Colour colour) : canvas_{canvas}, centre_{glm::round(centre)}, colour_{colour} {}

    void draw(Icon icon) {
        switch (icon) {
        case Icon::Play: right(-4, 9); break;
        case Icon::Pause:
            bar(-5, -5, -1, 5);
            bar(1, -5, 5, 5);
            break;
        case Icon::ToStart:
            bar(-6, -5, -4, 5);
            left(5, 8);
            break;
        case Icon::ToEnd:
            right(-5, 8);
            bar(4, -5, 6, 5);
            break;
        case Icon::StepBack:
            left(0, 5);
            left(6, 5);
            break;
        case Icon::StepForward:
            right(-6, 5);
            right(0, 5);
            break;
        case Icon::SampleBefore:
            bar(4, -5, 6, 5);
            left(2, 6);
            break;
        case Icon::SampleAfter:
            bar(-6, -5, -4, 5);
            right(-2, 6);
            break;
        case Icon::AlarmBefore:
            left(-3, 5);
            bell(4);
            break;
        case Icon::AlarmAfter:
            bell(-4);
            right(3, 5);
            break;
        case Icon::ChangeBefore:
            left(-3, 5);
            levels(-1);
            break;
        case Icon::ChangeAfter:
            levels(-8);
            right(3, 5);
            break;
        case Icon::Loop: loop(); break;
        case Icon::Minus: bar(-5, -1, 5, 1); break;
        case Icon::Plus:
            bar(-5, -1, 5, 1);
            bar(-1, -5, 1, 5);
            break;
        case Icon::Fit: corners(); break;
        case Icon::Grid: grid(); break;
        case Icon::Help: break;
        case Icon::Close:
            stroke({-4, -4}, {4, 4});
            stroke({-4, 4}, {4, -4});
            break;
        case Icon::Search:
            canvas_.circle(at({-1, -1}), canvas_.px(4), colour_, false, 1.6f);
            stroke({2, 2}, {6, 6});
            break;
        case Icon::Ruler: ruler(); break;
        case Icon::Section: section(); break;
        case Icon::Bell: bell(0); break;
        case Icon::Flag:
            bar(-5, -6, -3, 6);
            canvas_.triangle(at({-3, -6}), at({6, -2.5f}), at({-3, 1}), colour_);
            break;
        case Icon::Ahead: // a way that parts into three
            stroke({-7, 0}, {6, 0});
            stroke({-2, 0}, {5, -5});
            stroke({-2, 0}, {5, 5});
            break;
        }
    }

private:
    [[nodiscard]] glm::vec2 at(glm::vec2 logical) const {
        return centre_ + glm::vec2{canvas_.px(logical.x), canvas_.px(logical.y)};
    }
    void bar(float l, float t, float r, float b) { canvas_.fill({at({l, t}), at({r, b})}, colour_); }
    void stroke(glm::vec2 a, glm::vec2 b) {
        canvas_.list().AddLine(im(at(a)), im(at(b)), packed(colour_), std::max(1.0f, canvas_.px(1.8f)));
    }
    void right(float from, float length) { canvas_.triangle(at({from, -5.5f}), at({from + length, 0}), at({from, 5.5f}), colour_); }
    void left(float from, float length) { canvas_.triangle(at({from, -5.5f}), at({from, 5.5f}), at({from - length, 0}), colour_); }

    void bell(float x) {
        canvas_.list().PathArcTo(im(at({x, -1})), canvas_.px(4), std::numbers::pi_v<float>, 2 * std::numbers::pi_v<float>, 12);
        canvas_.list().PathLineTo(im(at({x + 5.5f, 4})));
        canvas_.list().PathLineTo(im(at({x - 5.5f, 4})));
        canvas_.list().PathFillConvex(packed(colour_));
        canvas_.circle(at({x, 5.5f}), canvas_.px(1.6f), colour_, true);
    }
    /// A signal that goes from one level to another.
    void levels(float x) {
        stroke({x, 4}, {x + 4, 4});
        stroke({x + 4, 4}, {x + 4, -4});
        stroke({x + 4, -4}, {x + 9, -4});
    }
    void loop() {
        constexpr float quarter = std::numbers::pi_v<float> / 2;
        canvas_.list().PathArcTo(im(centre_), canvas_.px(5), -quarter * 0.6f, quarter * 2.9f, 20);
        canvas_.list().PathStroke(packed(colour_), 0, std::max(1.0f, canvas_.px(1.8f)));
        canvas_.triangle(at({-1, -8}), at({4, -5}), at({-1, -2}), colour_);
    }
    void corners() {
        for (const float x : {-1.0f, 1.0f})
            for (const float y : {-1.0f, 1.0f}) {
                stroke({6 * x, 6 * y}, {2.5f * x, 6 * y});
                stroke({6 * x, 6 * y}, {6 * x, 2.5f * y});
            }
    }
    void ruler() {
        stroke({-7, -3}, {7, -3});
        stroke({-7, 4}, {7, 4});
        stroke({-7, -3}, {-7, 4});
        stroke({7, -3}, {7, 4});
        for (const float x : {-3.5f, 0.0f, 3.5f}) stroke({x, -3}, {x, 0});
    }
    void section() { // a box whose upper half is cut away, hatched where it is
        stroke({-6, 0}, {6, 0});
        stroke({-6, 6}, {6, 6});
        stroke({-6, 0}, {-6, 6});
        stroke({6, 0}, {6, 6});
        for (const float x : {-4.0f, 0.0f, 4.0f}) canvas_.line(at({x - 2, 6}), at({x + 2, 0}), colour_);
        canvas_.line(at({-6, -6}), at({6, -6}), colour_);
        canvas_.line(at({-6, -6}), at({-6, 0}), colour_);
        canvas_.line(at({6, -6}), at({6, 0}), colour_);
    }
    void grid() {
        for (const float d : {-5.0f, 0.0f, 5.0f}) {
            canvas_.line(at({d, -6}), at({d, 6}), colour_);
            canvas_.line(at({-6, d}), at({6, d}), colour_);
        }
    }

    Canvas& canvas_;
    glm::vec2 centre_;
    Colour colour_;
};

void drawButton(Canvas& canvas, const Rect& box, const Touch& touch, bool on) {
    const Colour ground = on || touch.held ? palette::selected : touch.hovered ? palette::hover : palette::raised;
    canvas.fill(box, ground, 3);
    canvas.stroke(box, on || touch.hovered ? palette::outline : palette::line, 1, 3);
}

} // namespace

bool iconButton(Canvas& canvas, Context::Impl& context, std::string_view id, const Rect& box, Icon icon, std::string_view what,
                bool on, bool enabled) {
    const Touch touch = enabled ? touchable(id, box) : Touch{};
    drawButton(canvas, box, touch, on);
    const Colour ink = enabled ? palette::text : palette::line;
    if (icon == Icon::Help)
        canvas.text(box, Face::Strong, ink, "?", Align::Centre);
    else
        IconPen{canvas, box.centre(), ink}.draw(icon);
    if (enabled) hint(context, what);
    return touch.clicked;
}

bool textButton(Canvas& canvas, std::string_view id, const Rect& box, std::string_view label, bool on, int hotkey) {
    const Touch touch = touchable(id, box);
    drawButton(canvas, box, touch, on);
    Rect inner{{box.min.x + canvas.px(8), box.min.y}, {box.max.x - canvas.px(8), box.max.y}};
    if (hotkey > 0) {
        const std::string digit = std::to_string(hotkey);
        inner.min.x = canvas.text(inner, Face::Small, palette::dim, digit) + canvas.px(6);
        canvas.text(inner, Face::Small, palette::text, label);
    } else {
        canvas.text(inner, Face::Small, palette::text, label, Align::Centre);
    }
    return touch.clicked;
}

} // namespace millwright::ui
