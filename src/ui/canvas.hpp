#pragma once

#include "ui/fonts.hpp"

#include <millwright/ui/attention.hpp>
#include <millwright/ui/colour.hpp>
#include <millwright/ui/context.hpp>
#include <millwright/ui/layout.hpp>

#include <glm/glm.hpp>
#include <imgui.h>

#include <span>
#include <string_view>
#include <vector>

namespace millwright::ui {

enum class Align : std::uint8_t { Left, Centre, Right };

[[nodiscard]] inline ImU32 packed(Colour c) {
    return IM_COL32(c.red, c.green, c.blue, c.alpha);
}
[[nodiscard]] inline ImVec2 im(glm::vec2 v) {
    return {v.x, v.y};
}
[[nodiscard]] inline glm::vec2 glmOf(ImVec2 v) {
    return {v.x, v.y};
}

/// Draws the panels' few kinds of marks into one ImGui draw list; every text of the interface goes through here.
class Canvas {
public:
    Canvas(Context::Impl& context, ImDrawList& list, int layer = 0);

    [[nodiscard]] float px(float logical) const;
    [[nodiscard]] float textWidth(Face face, std::string_view text) const;
    /// Width of a text whose digits stand in columns.
    [[nodiscard]] float figureWidth(Face face, std::string_view text) const;
    [[nodiscard]] float lineHeight(Face face) const;
    [[nodiscard]] int layer() const { return layer_; }

    void fill(const Rect& box, Colour colour, float roundingLogical = 0);
    void stroke(const Rect& box, Colour colour, float widthLogical = 1, float roundingLogical = 0);
    void line(glm::vec2 a, glm::vec2 b, Colour colour, float widthLogical = 1);
    /// Through all points, in dashes.
    void dashes(std::span<const glm::vec2> points, Colour colour, float widthLogical = 1);
    void triangle(glm::vec2 a, glm::vec2 b, glm::vec2 c, Colour colour);
    void circle(glm::vec2 centre, float radius, Colour colour, bool filled, float widthLogical = 1.5f);
    /// Slanted lines across a box: a value that must not be trusted.
    void hatch(const Rect& box, Colour colour, float gapLogical = 5);

    /// One line of text in a box, centred from top to bottom, shortened with `…` where it does not fit. Returns its right edge.
    float text(const Rect& box, Face face, Colour colour, std::string_view text, Align align = Align::Left);
    /// The same with digits in columns; never shortened.
    float figures(const Rect& box, Face face, Colour colour, std::string_view text, Align align = Align::Right);
    /// Text broken into lines at spaces (or anywhere, for scripts without them), at most `lines`; returns the height used.
    float paragraph(const Rect& box, Face face, Colour colour, std::string_view text, int lines);

    /// A pill with the attention's letters; nothing for None and Unknown. `left` is its left edge, at `centreY`; returns its right
    /// edge.
    float badge(float left, float centreY, Attention attention);
    [[nodiscard]] float badgeWidth(Attention attention) const;
    /// The mark of an alarm: its shape and colour say how urgent it is; filled while nobody has acknowledged it, grey where
    /// `coloured` is false.
    void alarmMark(glm::vec2 centre, plant::AlarmPriority priority, bool filled, bool coloured);
    /// The small mark of a tree row: shape and colour say how much attention is needed.
    void mark(glm::vec2 centre, Attention attention);

    [[nodiscard]] ImDrawList& list() { return list_; }

private:
    void record(std::string_view text, glm::vec2 at, glm::vec2 size, bool elided);

    Context::Impl& context_;
    ImDrawList& list_;
    int layer_;
};

/// What lies under the pointer and what it did in one box.
struct Touch {
    bool hovered = false;
    bool held = false;
    bool clicked = false;
    bool doubleClicked = false;
};
/// Makes a box of the current ImGui window react to the pointer. `id` is unique within the window.
Touch touchable(std::string_view id, const Rect& box);
/// A hint beside the pointer, in the panels' own style, for the item last made touchable.
void hint(Context::Impl& context, std::string_view text);

/// Pictures on buttons.
enum class Icon : std::uint8_t {
    Play,
    Pause,
    ToStart,
    ToEnd,
    StepBack,
    StepForward,
    SampleBefore,
    SampleAfter,
    AlarmBefore,
    AlarmAfter,
    ChangeBefore,
    ChangeAfter,
    Loop,
    Minus,
    Plus,
    Fit,
    Grid,
    Help,
    Close,
    Search,
    Ruler,
    Section,
    Bell,
    Flag,
    Ahead
};
/// A button with a picture; `on` shows it pressed in. Returns whether it was clicked.
bool iconButton(Canvas& canvas, Context::Impl& context, std::string_view id, const Rect& box, Icon icon, std::string_view what,
                bool on = false, bool enabled = true);
/// A button with a word.
bool textButton(Canvas& canvas, std::string_view id, const Rect& box, std::string_view label, bool on = false, int hotkey = 0);

/// A knob on a track from 0 to 1, dragged or put down anywhere. True while the user changes `share`.
bool slider(Canvas& canvas, Context::Impl& context, std::string_view id, const Rect& box, double& share, std::string_view what,
            bool enabled = true);

} // namespace millwright::ui
