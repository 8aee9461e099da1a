#include "ui/panels.hpp"

#include <millwright/twin/live.hpp>
#include <millwright/ui/format.hpp>
#include <millwright/ui/timeline.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <utility>

namespace millwright::ui {
namespace {

constexpr float pad = 12, button = 28;

class Timeline {
public:
    Timeline(PanelArguments& arguments, const Rect& area)
        : a_{arguments}, frame_{*arguments.model.frame}, canvas_{arguments.context, *ImGui::GetWindowDrawList()}, area_{area} {}

    void draw() {
        controls();
        TimeInterval span = a_.state.visibleTime;
        if (span.length().count() <= 0 || span.from < frame_.log.from || span.to > frame_.log.to) span = frame_.log;
        axis_ = {span, std::round(area_.min.x + canvas_.px(pad)), std::round(area_.max.x - canvas_.px(pad))};
        follow();
        track();
    }

private:
    Rect next(float& x, float width) const {
        const Rect box{{x, area_.min.y + canvas_.px(8)}, {x + canvas_.px(width), area_.min.y + canvas_.px(8 + button)}};
        x = box.max.x + canvas_.px(4);
        return box;
    }

    bool transport(float& x, std::string_view id, Icon icon, std::string_view what, bool on = false) {
        return iconButton(canvas_, a_.context, id, next(x, button), icon, what, on);
    }

    void controls() {
        const Duration step = stepOf(frame_.log.length());
        float x = area_.min.x + canvas_.px(pad);
        if (transport(x, "start", Icon::ToStart, "To the start (Home)")) a_.intents.emplace_back(Seek{frame_.log.from});
        if (transport(x, "back", Icon::StepBack, std::format("Back {} (Left; ×10 with Shift)", formatDuration(step))))
            a_.intents.emplace_back(Step{-step});
        if (transport(x, "play", frame_.playing ? Icon::Pause : Icon::Play, frame_.playing ? "Pause (Space)" : "Play (Space)"))
            a_.intents.emplace_back(SetPlaying{!frame_.playing});
        if (transport(x, "forward", Icon::StepForward, std::format("Forward {} (Right; ×10 with Shift)", formatDuration(step))))
            a_.intents.emplace_back(Step{step});
        if (transport(x, "end", Icon::ToEnd, "To the end (End)")) a_.intents.emplace_back(Seek{frame_.log.to});
        clock(x + canvas_.px(10), landmarks(x, speed()));
    }

    /// The steps by what happened, where they leave room for the clock; returns their left edge, or `right` without them.
    float landmarks(float left, float right) {
        using enum Landmark;
        struct Way {
            StepTo step;
            std::string_view id;
            Icon icon;
            std::string_view text, keys;
        };
        constexpr std::array<Way, 6> ways{{
            {{Sample, false}, "sample before", Icon::SampleBefore, "To the sample before", ","},
            {{Sample, true}, "sample after", Icon::SampleAfter, "To the sample after", "."},
            {{Alarm, false}, "alarm before", Icon::AlarmBefore, "To the alarm before", "Page Up"},
            {{Alarm, true}, "alarm after", Icon::AlarmAfter, "To the alarm after", "Page Down"},
            {{StateChange, false}, "change before", Icon::ChangeBefore, "To the change of state before", "Ctrl + Left"},
            {{StateChange, true}, "change after", Icon::ChangeAfter, "To the change of state after", "Ctrl + Right"},
        }};
        constexpr float group = 2 * (button + 4), apart = 8, clockRoom = 150;
        float x = right - canvas_.px(3 * (group + apart) + apart);
        if (x < left + canvas_.px(clockRoom)) return right;
        const float begin = x;
        for (const Way& way : ways) {
            if (transport(x, way.id, way.icon, std::format("{}{} ({})", way.text, ofWhat(way.step.landmark), way.keys)))
                a_.intents.emplace_back(way.step);
            if (way.step.forward) x += canvas_.px(apart);
        }
        return begin;
    }

    /// `, of Rewinder 1`: what is selected is what one steps through.
    [[nodiscard]] std::string ofWhat(Landmark landmark) const {
        const plant::Plant& plant = *a_.model.plant;
        const EquipmentIndex selected = a_.state.selected;
        if (selected == noEquipment) return {};
        const SignalIndex signal = a_.state.signal;
        if (landmark == Landmark::Sample && signal != noSignal && plant.at(signal).equipment == selected)
            return std::format(", of {}", plant.at(signal).name.empty() ? plant.at(signal).id : plant.at(signal).name);
        return std::format(", of {}", plant.at(selected).name.empty() ? plant.at(selected).id : plant.at(selected).name);
    }

    /// The controls at the right; returns their left edge.
    float speed() {
        const float width = 3 * button + 60 + 12;
        float x = area_.max.x - canvas_.px(pad) - canvas_.px(width);
        const float left = x;
        if (transport(x, "slower", Icon::Minus, "Slower (−)")) a_.intents.emplace_back(SetSpeed{nextSpeed(frame_.speed, -1)});
        const Rect box = next(x, 60);
        if (touchable("speed", box).clicked) a_.intents.emplace_back(SetSpeed{1});
        hint(a_.context, "Speed; click for real time");
        canvas_.figures(box, Face::Strong, palette::text, speedText(frame_.speed), Align::Centre);
        if (transport(x, "faster", Icon::Plus, "Faster (+)")) a_.intents.emplace_back(SetSpeed{nextSpeed(frame_.speed, 1)});
        if (transport(x, "loop", Icon::Loop, a_.model.looping ? "Looping (L)" : "Loop (L)", a_.model.looping))
            a_.intents.emplace_back(SetLooping{!a_.model.looping});
        return left;
    }

    void clock(float left, float right) {
        const float top = area_.min.y + canvas_.px(8), bottom = top + canvas_.px(button);
        const std::string time = clockText(frame_.time, 1);
        const float timeWidth = std::ceil(canvas_.figureWidth(Face::Large, time));
        if (left + timeWidth > right) return;
        float x = canvas_.figures({{left, top}, {left + timeWidth, bottom}}, Face::Large, palette::text, time, Align::Left) +
                  canvas_.px(10);
        const auto item = [&](std::string_view text) {
            const float width = std::ceil(canvas_.figureWidth(Face::Small, text));
            if (x + width > right - canvas_.px(8)) return;
            x = canvas_.figures({{x, top + canvas_.px(3)}, {x + width, bottom}}, Face::Small, palette::dim, text, Align::Left) +
                canvas_.px(16);
        };
        item(std::format("UTC  {}", dateText(frame_.time)));
        item(std::format("{} / {}", offsetText(frame_.time - frame_.log.from), offsetText(frame_.log.length()).substr(1)));
    }

    /// A zoomed timeline turns the page when the playhead leaves it.
    void follow() {
        if (std::exchange(a_.state.followedTime, frame_.time) == frame_.time || axis_.span == frame_.log) return;
        if (frame_.time >= axis_.span.from && frame_.time <= axis_.span.to) return;
        const Duration length = axis_.span.length(), before = frame_.playing ? Duration{0} : length / 2;
        const Time from = std::clamp(frame_.time - before, frame_.log.from, frame_.log.to - length);
        a_.state.visibleTime = axis_.span = {from, from + length};
    }

    void track() {
        const float top = area_.min.y + canvas_.px(8 + button + 10);
        const Rect bar{{axis_.left, top}, {axis_.right, std::max(top + canvas_.px(20), area_.max.y - canvas_.px(24))}};
        const Rect grab{{bar.min.x - canvas_.px(pad), bar.min.y - canvas_.px(4)}, {bar.max.x + canvas_.px(pad), area_.max.y}};
        const Touch touch = touchable("track", grab);
        const ImGuiIO& io = ImGui::GetIO();
        if (touch.held) a_.intents.emplace_back(Seek{axis_.timeAt(io.MousePos.x)});
        if (touch.hovered && io.MouseWheel != 0) {
            const TimeInterval zoomed =
                zoomedSpan(axis_.span, frame_.log, axis_.timeAt(io.MousePos.x), std::pow(0.8, io.MouseWheel));
            a_.state.visibleTime = zoomed == frame_.log ? TimeInterval{} : zoomed;
        }
        canvas_.fill(bar, palette::field);
        attention(bar);
        canvas_.stroke(bar, palette::outline);
        labels(bar);
        markers(bar, touch.hovered);
        bookmarks(bar, touch.hovered);
        differences(bar);
        alarms(bar, touch.hovered);
        otherAlarms(bar);
        if (touch.hovered || touch.held) hoverTime(bar, io.MousePos.x);
        playhead(bar);
    }

    /// Where any signal was beyond its limits, so that the eye finds what happened.
    void attention(const Rect& bar) {
        const LogOverview* overview = a_.model.overview;
        if (!overview) return;
        const auto slices = overview->attention();
        const float read = std::min(bar.max.x, axis_.pixelOf(overview->sliceStart(slices.size())));
        if (!overview->finished() && read < bar.max.x)
            canvas_.hatch({{std::max(bar.min.x, read), bar.min.y}, bar.max}, palette::line, 8);
        const std::size_t first = overview->sliceOf(axis_.span.from),
                          last = std::min(overview->sliceOf(axis_.span.to) + 1, slices.size());
        const float warnHeight = canvas_.px(5), tripHeight = canvas_.px(11);
        for (std::size_t i = first; i < last;) {
            std::size_t end = i + 1;
            const auto kind = [](Attention a) { return crossesTrip(a) ? 2 : crossesLimit(a) ? 1 : 0; };
            while (end < last && kind(slices[end]) == kind(slices[i])) ++end;
            if (const int k = kind(slices[i]); k > 0) {
                const float left = std::max(bar.min.x, axis_.pixelOf(overview->sliceStart(i)));
                const float right = std::min(bar.max.x, std::max(left + canvas_.px(2), axis_.pixelOf(overview->sliceStart(end))));
                canvas_.fill({{left, bar.max.y - (k == 2 ? tripHeight : warnHeight)}, {right, bar.max.y}},
                             k == 2 ? palette::urgent : palette::high);
            }
            i = end;
        }
    }

    void labels(const Rect& bar) {
        ticksOf(axis_, canvas_.px(86), a_.context.ticks);
        const float top = bar.max.y + canvas_.px(2), bottom = area_.max.y - canvas_.px(3);
        for (const Tick& tick : a_.context.ticks) {
            const float x = std::round(axis_.pixelOf(tick.time));
            canvas_.line({x, bar.max.y - canvas_.px(tick.major ? 7 : 4)}, {x, bar.max.y}, palette::outline);
            if (!tick.major) continue;
            const float width = canvas_.figureWidth(Face::Small, tick.label);
            const float left = std::clamp(x - width / 2, area_.min.x + canvas_.px(4), area_.max.x - canvas_.px(4) - width);
            canvas_.figures({{left, top}, {left + width, bottom}}, Face::Small, palette::dim, tick.label, Align::Left);
        }
    }

    /// State changes as small flags; the nearest one to the pointer says what it is.
    void markers(const Rect& bar, bool hovered) {
        if (!a_.model.overview) return;
        const LogOverview::Marker* nearest = nullptr;
        float best = canvas_.px(6);
        const float mouse = ImGui::GetIO().MousePos.x;
        for (const LogOverview::Marker& marker : a_.model.overview->markers()) {
            if (marker.time < axis_.span.from || marker.time > axis_.span.to) continue;
            const float x = std::round(axis_.pixelOf(marker.time)), size = canvas_.px(4);
            canvas_.triangle({x - size, bar.min.y}, {x + size, bar.min.y}, {x, bar.min.y + size * 1.4f}, palette::text);
            if (hovered && std::abs(mouse - x) < best) {
                best = std::abs(mouse - x);
                nearest = &marker;
            }
        }
        hoverText_ = nearest ? std::format("{}: {}", a_.model.plant->at(nearest->signal).name, nearest->text) : std::string{};
    }

    /// Where the other log tells otherwise, as a strip above the bar.
    void differences(const Rect& bar) {
        if (a_.model.comparison == nullptr) return;
        const float top = bar.min.y - canvas_.px(5), bottom = bar.min.y - canvas_.px(1);
        canvas_.line({bar.min.x, bottom}, {bar.max.x, bottom}, palette::line);
        for (const telemetry::DifferenceSpell& spell : a_.model.comparison->differences()) {
            if (spell.interval.to < axis_.span.from || spell.interval.from > axis_.span.to) continue;
            const float from = std::max(bar.min.x, axis_.pixelOf(spell.interval.from));
            const float to = std::min(bar.max.x, std::max(from + canvas_.px(2), axis_.pixelOf(spell.interval.to)));
            canvas_.fill({{from, top}, {to, bottom}}, palette::compared);
        }
    }

    /// Alarms that were raised in the other log, as rings below those of this one.
    void otherAlarms(const Rect& bar) {
        if (a_.model.comparedOverview == nullptr) return;
        const auto all = a_.model.comparedOverview->alarms();
        const auto first = std::ranges::lower_bound(all, axis_.span.from, {}, &LogOverview::AlarmMark::time);
        const float y = bar.min.y + canvas_.px(25), apart = canvas_.px(7);
        float last = -apart;
        for (auto mark = first; mark != all.end() && mark->time <= axis_.span.to; ++mark) {
            const float x = std::round(axis_.pixelOf(mark->time));
            if (x - last < apart) continue;
            canvas_.circle({x, y}, canvas_.px(3.2f), palette::compared, false, 1.6f);
            last = x;
        }
    }

    /// Bookmarks as flags that stand on the bar.
    void bookmarks(const Rect& bar, bool hovered) {
        const float mouse = ImGui::GetIO().MousePos.x;
        for (const telemetry::Bookmark& each : a_.model.bookmarks) {
            if (each.time < axis_.span.from || each.time > axis_.span.to) continue;
            const float x = std::round(axis_.pixelOf(each.time)), top = bar.min.y - canvas_.px(8);
            canvas_.line({x, top}, {x, bar.max.y}, palette::accent, 1.5f);
            canvas_.triangle({x, top}, {x + canvas_.px(8), top + canvas_.px(3.5f)}, {x, top + canvas_.px(7)}, palette::accent);
            if (hovered && mouse > x - canvas_.px(4) && mouse < x + canvas_.px(9)) hoverText_ = each.name;
        }
    }

    /// Alarms that were raised, along the middle; of those that fall together the most urgent shows.
    void alarms(const Rect& bar, bool hovered) {
        if (!a_.model.overview) return;
        const auto all = a_.model.overview->alarms();
        const auto first = std::ranges::lower_bound(all, axis_.span.from, {}, &LogOverview::AlarmMark::time);
        const auto last = std::ranges::upper_bound(all, axis_.span.to, {}, &LogOverview::AlarmMark::time);
        const float y = bar.min.y + canvas_.px(15), apart = canvas_.px(9), mouse = ImGui::GetIO().MousePos.x;
        for (auto mark = first; mark != last;) {
            const float x = std::round(axis_.pixelOf(mark->time));
            const auto priority = [&](const LogOverview::AlarmMark& each) { return a_.model.plant->at(each.alarm).priority; };
            auto worst = mark;
            auto next = mark;
            for (; next != last && axis_.pixelOf(next->time) < x + apart; ++next)
                if (priority(*next) > priority(*worst)) worst = next;
            canvas_.alarmMark({x, y}, priority(*worst), true, true);
            if (hovered && std::abs(mouse - x) < canvas_.px(6)) {
                const plant::Alarm& alarm = a_.model.plant->at(worst->alarm);
                const auto others = next - mark - 1;
                hoverText_ = std::format("{}: {}", a_.model.plant->at(alarm.equipment).name, alarm.name);
                if (others > 0) hoverText_ += std::format(" and {} more", others);
            }
            mark = next;
        }
    }

    void hoverTime(const Rect& bar, float mouse) {
        const float x = std::clamp(std::round(mouse), bar.min.x, bar.max.x);
        canvas_.line({x, bar.min.y}, {x, bar.max.y}, palette::dim);
        std::string text = clockText(axis_.timeAt(x), axis_.span.length() < std::chrono::minutes{2} ? 3 : 0);
        if (!hoverText_.empty()) text += "   " + hoverText_;
        Canvas over{a_.context, *ImGui::GetForegroundDrawList(), 9};
        const float width = over.textWidth(Face::Small, text) + over.px(14), height = over.px(22);
        const float left = std::clamp(x - width / 2, area_.min.x + over.px(2), area_.max.x - width - over.px(2));
        const Rect box{{std::round(left), bar.min.y - height - over.px(3)}, {std::round(left + width), bar.min.y - over.px(3)}};
        over.fill(box, palette::field, 3);
        over.stroke(box, palette::outline, 1, 3);
        over.text({{box.min.x + over.px(7), box.min.y}, {box.max.x, box.max.y}}, Face::Small, palette::text, text);
    }

    void playhead(const Rect& bar) {
        const float x = std::round(axis_.pixelOf(frame_.time));
        if (x < bar.min.x - 1 || x > bar.max.x + 1) return;
        const float r = canvas_.px(6);
        canvas_.line({x, bar.min.y - canvas_.px(4)}, {x, bar.max.y}, palette::accent, 2);
        canvas_.triangle({x - r, bar.min.y - canvas_.px(7)}, {x + r, bar.min.y - canvas_.px(7)}, {x, bar.min.y + canvas_.px(2)},
                         palette::accent);
    }

    PanelArguments& a_;
    const twin::Frame& frame_;
    Canvas canvas_;
    Rect area_;
    TimeAxis axis_;
    std::string hoverText_;
};

void drawEmpty(PanelArguments& a, const Rect& area) {
    Canvas canvas{a.context, *ImGui::GetWindowDrawList()};
    std::string text = "No log: open one with --log FILE, or name one in plant.toml, to see the plant move.";
    if (a.hasLog())
        text = std::format("Live, {}: a recording (millwright record) can be scrubbed here.",
                           formatTime(a.model.frame->time).substr(0, 19));
    if (a.model.logStatus == LogStatus::Opening) text = std::format("Opening {} …", a.model.logName);
    if (a.model.logStatus == LogStatus::Failed) text = std::format("The log cannot be played: {}", a.model.logProblem);
    const Rect box{area.min + canvas.px(16), area.max - canvas.px(16)};
    const float top = std::max(box.min.y, area.centre().y - canvas.px(20));
    canvas.paragraph({{box.min.x, top}, box.max}, Face::Body, a.model.logStatus == LogStatus::Failed ? palette::text : palette::dim,
                     text, 3);
}

} // namespace

void drawTimeline(PanelArguments& a, const Rect& area) {
    if (!a.hasLog() || twin::isLive(*a.model.frame))
        drawEmpty(a, area);
    else
        Timeline{a, area}.draw();
}

} // namespace millwright::ui
