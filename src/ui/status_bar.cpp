#include "ui/panels.hpp"

#include <millwright/core/spelling.hpp>
#include <millwright/twin/live.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

/// Items side by side from one end; one that finds no room is left out, so the first ones matter most.
class Items {
public:
    Items(Canvas& canvas, const Rect& area)
        : canvas_{canvas}, left_{area.min.x + canvas.px(12)}, right_{area.max.x - canvas.px(12)}, area_{area} {}

    void atLeft(std::string_view text, Face face = Face::Small, Attention attention = Attention::None) {
        const float mark = attention == Attention::None ? 0 : canvas_.px(18),
                    width = std::ceil(canvas_.figureWidth(face, text)) + mark;
        if (left_ + width > right_) return;
        if (left_ > area_.min.x + canvas_.px(13)) {
            const float x = left_ - canvas_.px(12);
            canvas_.line({x, area_.min.y + canvas_.px(6)}, {x, area_.max.y - canvas_.px(6)}, palette::line);
        }
        if (mark > 0) canvas_.mark({left_ + canvas_.px(6), area_.centre().y}, attention);
        canvas_.figures({{left_ + mark, area_.min.y}, {left_ + width, area_.max.y}}, face, palette::text, text, Align::Left);
        left_ += width + canvas_.px(24);
    }

    void atRight(std::string_view text) {
        const float width = std::ceil(canvas_.figureWidth(Face::Small, text));
        if (right_ - width < left_) return;
        canvas_.figures({{right_ - width, area_.min.y}, {right_, area_.max.y}}, Face::Small, palette::dim, text);
        right_ -= width + canvas_.px(20);
    }

private:
    Canvas& canvas_;
    float left_, right_;
    Rect area_;
};

/// `5 alarms, 2 not acknowledged`; empty while there are none.
std::string alarmsText(const twin::Frame& frame) {
    const auto listed = std::ranges::count_if(frame.alarms, [](const twin::AlarmState& state) { return state.listed(); });
    const auto calling =
        std::ranges::count_if(frame.alarms, [](const twin::AlarmState& state) { return state.listed() && state.unacknowledged(); });
    if (listed == 0) return {};
    return std::format("{} alarm{}, {} not acknowledged", listed, listed == 1 ? "" : "s", calling);
}

} // namespace

void drawStatusBar(PanelArguments& a, const Rect& area) {
    Canvas canvas{a.context, *ImGui::GetWindowDrawList()};
    canvas.fill(area, palette::sunken);
    canvas.line(area.min, {area.max.x, area.min.y}, palette::line);
    Items items{canvas, area};
    const Model& m = a.model;
    items.atLeft(m.plant ? (m.plant->name.empty() ? m.plant->id : m.plant->name) : "Millwright", Face::Small);
    if (m.frameMilliseconds > 0) items.atRight(std::format("{:.1f} ms", m.frameMilliseconds));
    if (!m.stepNote.empty()) items.atLeft(m.stepNote, Face::Strong);
    if (m.logStatus == LogStatus::None)
        items.atLeft("no log");
    else
        items.atLeft(m.logName);
    if (!m.memoryNote.empty()) items.atLeft(m.memoryNote);
    if (m.someHidden) items.atLeft("parts hidden: Shift + H shows all");
    if (a.hasLog()) {
        if (!twin::isLive(*m.frame)) // of feeds, their name says how they are
            items.atLeft(m.frame->playing ? std::format("playing {}", speedText(m.frame->speed)) : std::string{"paused"});
        if (const std::string text = alarmsText(*m.frame); !text.empty()) items.atLeft(text);
        if (m.attention) {
            const AttentionMap& map = *m.attention;
            if (map.crossed > 0) items.atLeft(std::format("{} beyond limits", map.crossed), Face::Small, map.worstSignal);
            const std::size_t all = a.model.plant ? a.model.plant->signals.size() : 0;
            const bool healthy = map.untrusted == 0 && map.known == all;
            items.atLeft(healthy ? "feed good: " + counted(all, "signal")
                                 : std::format("feed: {} of {} good", map.known - map.untrusted, counted(all, "signal")),
                         Face::Small, map.untrusted > 0 ? Attention::Bad : Attention::None);
        }
        items.atLeft(std::format("{} sample{} read", countText(m.frame->samplesApplied), m.frame->samplesApplied == 1 ? "" : "s"));
    }
    if (!m.gpuName.empty()) items.atRight(m.gpuName);
}

} // namespace millwright::ui
