#include "ui/panels.hpp"

#include <millwright/twin/live.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <format>
#include <utility>

namespace millwright::ui {
namespace {

constexpr float width = 880, pad = 12, row = 26, title = 30, gap = 6, mostRows = 11;
constexpr float auditRow = 18;
constexpr std::size_t mostAudited = 6;
constexpr float narrow = 620, twoLines = 46; ///< a panel narrower than this has two lines for an alarm

std::string_view priorityText(plant::AlarmPriority priority) {
    constexpr std::array<std::string_view, 4> texts{"Low", "Medium", "High", "Urgent"};
    return texts[static_cast<std::size_t>(priority)];
}

/// Most urgent first; of equal ones what nobody has acknowledged, then the newest.
auto rank(const plant::Plant& plant, const twin::Frame& frame, plant::AlarmIndex alarm) {
    const twin::AlarmState& state = frame.alarms[index(alarm)];
    return std::tuple{-static_cast<int>(plant.at(alarm).priority), !state.unacknowledged(), -nanoseconds(state.raised), alarm};
}

/// The list of alarms, from top to bottom.
class AlarmPanel {
public:
    AlarmPanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport)
        : a_{arguments}, plant_{*arguments.model.plant}, frame_{*arguments.model.frame}, canvas_{canvas} {
        collect();
        const float left = viewport.min.x + canvas_.px(10), bottom = viewport.max.y - canvas_.px(10);
        const float right = std::min(left + canvas_.px(width), viewport.max.x - canvas_.px(10));
        compact_ = right - left < canvas_.px(narrow);
        const float rows = std::clamp(static_cast<float>(list().size()) * rowHeight() / row + detailRows(), 1.0f, mostRows);
        const float height = canvas_.px(title + rows * row + gap);
        box_ = {{left, std::max(bottom - height, viewport.min.y + canvas_.px(50))}, {right, bottom}};
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        heading();
        const Rect body{{box_.min.x, box_.min.y + canvas_.px(title)}, {box_.max.x, box_.max.y - canvas_.px(gap)}};
        ScrollRegion region{a_.context, "alarms", body};
        rows(region);
        return box_;
    }

private:
    [[nodiscard]] const std::vector<plant::AlarmIndex>& list() const { return a_.context.alarmList; }
    [[nodiscard]] float rowHeight() const { return compact_ ? twoLines : row; }
    [[nodiscard]] float detailRows() const {
        if (!std::ranges::contains(list(), a_.state.alarm)) return 0;
        return 5 + static_cast<float>(std::min(mostAudited, audited(a_.state.alarm))) * auditRow / row;
    }
    /// How many of the latest transitions are the alarm's.
    [[nodiscard]] std::size_t audited(plant::AlarmIndex alarm) const {
        return static_cast<std::size_t>(std::ranges::count(frame_.transitions, alarm, &twin::AlarmTransition::alarm));
    }

    /// The alarms of the list that is shown: those that call for somebody, or those set aside.
    void collect() {
        auto& shown = a_.context.alarmList;
        shown.clear();
        active_ = unacknowledged_ = aside_ = 0;
        for (std::size_t i = 0; i < std::min(frame_.alarms.size(), plant_.alarms.size()); ++i) {
            const twin::AlarmState& state = frame_.alarms[i];
            // What is suppressed by design while nothing is wrong is no news.
            const bool aside =
                state.masked() && (state.active || state.outOfService || state.shelving != twin::Shelving::Unshelved);
            active_ += state.listed();
            unacknowledged_ += state.listed() && state.unacknowledged();
            aside_ += aside;
            if (a_.state.alarmsAside ? aside : state.listed()) shown.push_back(static_cast<plant::AlarmIndex>(i));
        }
        std::ranges::sort(shown, {}, [this](plant::AlarmIndex alarm) { return rank(plant_, frame_, alarm); });
    }

    void heading() {
        const float bottom = box_.min.y + canvas_.px(title);
        float x = canvas_.text({{box_.min.x + canvas_.px(pad), box_.min.y}, {box_.max.x, bottom}}, Face::Strong, palette::text,
                               "Alarms") +
                  canvas_.px(pad);
        const auto tab = [&](std::string_view id, std::string label, bool aside) {
            const float wide = std::ceil(canvas_.textWidth(Face::Small, label)) + canvas_.px(17);
            const Rect box{{x, box_.min.y + canvas_.px(4)}, {x + wide, bottom - canvas_.px(4)}};
            if (textButton(canvas_, id, box, label, a_.state.alarmsAside == aside)) a_.state.alarmsAside = aside;
            x = box.max.x + canvas_.px(gap);
        };
        tab("active", std::format("Active {}", active_), false);
        hint(a_.context, std::format("{} of them not acknowledged", unacknowledged_));
        tab("aside", std::format("{} {}", compact_ ? "Aside" : "Set aside", aside_), true);
        hint(a_.context, "Shelved, out of service, or suppressed by design while active");
        const Rect close{{box_.max.x - canvas_.px(pad + 20), box_.min.y + canvas_.px(5)},
                         {box_.max.x - canvas_.px(pad), box_.min.y + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "close alarms", close, Icon::Close, "Close (N)")) a_.state.alarmsShown = false;
    }

    void rows(ScrollRegion& region) {
        Canvas& canvas = region.canvas();
        const float left = region.origin().x + canvas.px(pad), right = region.origin().x + region.width() - canvas.px(pad);
        float top = 0;
        if (list().empty()) {
            canvas.text({{left, region.origin().y}, {right, region.origin().y + canvas.px(row)}}, Face::Small, palette::dim,
                        a_.state.alarmsAside ? "Nothing is set aside" : "No alarms");
        }
        for (const plant::AlarmIndex alarm : list()) {
            const float y = region.origin().y + top, height = canvas.px(rowHeight());
            if (region.visible(top, top + height)) {
                ImGui::PushID(static_cast<int>(index(alarm)));
                line(canvas, {{left, y}, {right, y + height}}, alarm);
                ImGui::PopID();
            }
            top += height;
            if (alarm == a_.state.alarm) top += details(canvas, left, right, region.origin().y + top, alarm);
        }
        region.setHeight(top);
    }

    void line(Canvas& canvas, const Rect& box, plant::AlarmIndex alarm) {
        const plant::Alarm& definition = plant_.at(alarm);
        const twin::AlarmState& state = frame_.alarms[index(alarm)];
        const Rect last{{box.min.x, box.max.y - canvas.px(row)}, box.max}; // the buttons' line
        const float free = buttons(canvas, last, alarm, definition, state) - canvas.px(pad);
        const float right = compact_ ? box.max.x : free;
        const Touch touch = touchable("row", {box.min, {free, box.max.y}});
        if (alarm == a_.state.alarm || touch.hovered)
            canvas.fill({{box.min.x - canvas.px(4), box.min.y}, {right + canvas.px(4), box.max.y}},
                        alarm == a_.state.alarm ? palette::selected : palette::hover);
        if (touch.clicked) {
            a_.state.alarm = alarm;
            a_.intents.emplace_back(Select{definition.equipment});
            a_.intents.emplace_back(FlyTo{definition.equipment});
            a_.state.revealSelected = true;
        }
        const float markY = compact_ ? box.min.y + canvas.px(12) : box.centre().y;
        canvas.alarmMark({box.min.x + canvas.px(8), markY}, definition.priority, state.unacknowledged(), !state.masked());
        if (compact_) {
            shortLine(canvas, box, last.min.y, free, alarm);
            return;
        }
        float x = box.min.x + canvas.px(24);
        const auto column = [&](float wide) {
            const Rect cell{{x, box.min.y}, {x + canvas.px(wide), box.max.y}};
            x = cell.max.x + canvas.px(gap);
            return cell;
        };
        const bool calls = state.unacknowledged() && !state.masked();
        const Face face = calls ? Face::Strong : Face::Body;
        canvas.text(column(58), face, palette::text, priorityText(definition.priority));
        canvas.figures(column(64), Face::Small, palette::dim, clockText(state.masked() ? state.since : state.raised, 0),
                       Align::Left);
        const std::string what = stateText(state);
        const float stateWidth = std::min(canvas.textWidth(Face::Small, what), (right - x) * 0.4f);
        canvas.text({{right - stateWidth, box.min.y}, {right, box.max.y}}, Face::Small, palette::dim, what, Align::Right);
        const plant::Equipment& equipment = plant_.at(definition.equipment);
        canvas.text({{x, box.min.y}, {right - stateWidth - canvas.px(pad), box.max.y}}, face, palette::text,
                    std::format("{} · {}", definition.name, equipment.name));
    }

    /// What it is above when it was raised and how it stands: for windows with little room.
    void shortLine(Canvas& canvas, const Rect& box, float middle, float free, plant::AlarmIndex alarm) {
        const plant::Alarm& definition = plant_.at(alarm);
        const twin::AlarmState& state = frame_.alarms[index(alarm)];
        const float left = box.min.x + canvas.px(24);
        const bool calls = state.unacknowledged() && !state.masked();
        canvas.text({{left, box.min.y}, {box.max.x, middle + canvas.px(3)}}, calls ? Face::Strong : Face::Body, palette::text,
                    std::format("{} · {}", definition.name, plant_.at(definition.equipment).name));
        std::string text = clockText(state.masked() ? state.since : state.raised, 0);
        if (free - left > canvas.px(150)) text += std::format("  {}, {}", priorityText(definition.priority), stateText(state));
        canvas.text({{left, middle}, {free, box.max.y}}, Face::Small, palette::dim, text);
    }

    [[nodiscard]] static std::string stateText(const twin::AlarmState& state) {
        std::string text{twin::textOf(state.display())};
        if (state.display() == twin::AlarmDisplay::Shelved) text += std::format(" until {}", clockText(state.shelvedUntil, 0));
        if (state.firstOut) text = "first out, " + text;
        return text;
    }

    /// What can be done about it; returns their left edge.
    float buttons(Canvas& canvas, const Rect& box, plant::AlarmIndex alarm, const plant::Alarm& definition,
                  const twin::AlarmState& state) {
        using Kind = twin::OperatorAction::Kind;
        float x = box.max.x;
        const auto button = [&](std::string_view id, std::string_view label, std::string_view what, float wide, Kind kind,
                                Duration duration = {}) {
            const Rect place{{x - canvas.px(wide), box.min.y + canvas.px(2)}, {x, box.max.y - canvas.px(2)}};
            if (textButton(canvas, id, place, label)) a_.intents.emplace_back(ActOnAlarm{alarm, kind, duration, {}});
            hint(a_.context, what);
            x = place.min.x - canvas.px(gap);
        };
        const Duration hour = std::min<Duration>(std::chrono::hours{1}, definition.maximumShelving);
        if (state.outOfService)
            button("service", "Return to service", "Lets it call again", 124, Kind::ReturnToService);
        else if (state.shelving != twin::Shelving::Unshelved)
            button("unshelve", "Unshelve", "Lets it call again", 124, Kind::Unshelve);
        else if (hour > Duration::zero())
            button("shelve", "Shelve", std::format("Sets it aside for {}", formatDuration(hour)), 58, Kind::ShelveTimed, hour);
        if (state.masked()) return x;
        if (state.unacknowledged())
            button("acknowledge", "Ack", "Acknowledges it", 46, Kind::Acknowledge);
        else if (state.phase == twin::AlarmPhase::LatchedAcknowledged)
            button("reset", "Reset", "Resets the latch", 46, Kind::Reset);
        else
            x -= canvas.px(46 + gap);
        return x;
    }

    /// What it is about, below the chosen row; returns the height.
    float details(Canvas& canvas, float left, float right, float top, plant::AlarmIndex alarm) {
        const plant::Alarm& definition = plant_.at(alarm);
        const std::pair<std::string_view, const std::string&> lines[] = {
            {"Do", definition.action}, {"Because", definition.cause}, {"Otherwise", definition.consequence}};
        float y = top;
        for (const auto& [what, text] : lines) {
            if (text.empty()) continue;
            const Rect box{{left + canvas.px(24), y}, {right, y + canvas.lineHeight(Face::Body) + canvas.px(2)}};
            canvas.text({box.min, {box.min.x + canvas.px(64), box.max.y}}, Face::Small, palette::dim, what);
            y += canvas.paragraph({{box.min.x + canvas.px(64 + gap), box.min.y}, box.max}, Face::Body, palette::text, text, 3);
        }
        y = serve(canvas, left + canvas.px(24), right, y + canvas.px(2), alarm);
        y = audit(canvas, left + canvas.px(24), right, y, alarm);
        return y - top + canvas.px(gap);
    }

    /// A comment, and taking it out of service; returns the lower edge.
    float serve(Canvas& canvas, float left, float right, float top, plant::AlarmIndex alarm) {
        using Kind = twin::OperatorAction::Kind;
        const float bottom = top + canvas.px(row - 2);
        const bool out = frame_.alarms[index(alarm)].outOfService;
        const Rect service{{right - canvas.px(124), top}, {right, bottom}};
        const Rect comment{{service.min.x - canvas.px(gap + 80), top}, {service.min.x - canvas.px(gap), bottom}};
        if (textButton(canvas, "service too", service, out ? "Return to service" : "Out of service"))
            act(alarm, out ? Kind::ReturnToService : Kind::TakeOutOfService);
        hint(a_.context, out ? "Lets it call again" : "It calls for nobody until it is returned to service; say why");
        ImGui::SetCursorScreenPos({left, top});
        ImGui::SetNextItemWidth(std::max(canvas.px(40), comment.min.x - canvas.px(gap) - left));
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {canvas.px(6), (bottom - top - canvas.lineHeight(Face::Body)) / 2});
        const bool entered =
            ImGui::InputTextWithHint("##comment", "Comment", &a_.state.alarmComment, ImGuiInputTextFlags_EnterReturnsTrue);
        ImGui::PopStyleVar();
        a_.context.fonts.need(a_.state.alarmComment);
        const bool pressed = textButton(canvas, "comment", comment, "Comment");
        hint(a_.context, "Puts the comment in the alarm's record");
        if ((entered || pressed) && !a_.state.alarmComment.empty()) act(alarm, Kind::Comment);
        return bottom + canvas.px(4);
    }
    /// What is being typed goes with it.
    void act(plant::AlarmIndex alarm, twin::OperatorAction::Kind kind) {
        a_.intents.emplace_back(ActOnAlarm{alarm, kind, {}, std::exchange(a_.state.alarmComment, {})});
    }

    /// What became of it lately and who did it, the newest first; returns the lower edge.
    float audit(Canvas& canvas, float left, float right, float top, plant::AlarmIndex alarm) {
        std::size_t told = 0;
        for (auto each = frame_.transitions.rbegin(); each != frame_.transitions.rend() && told < mostAudited; ++each) {
            if (each->alarm != alarm) continue;
            std::string text = std::format("{}  {}", clockText(each->time, 1), twin::wordOf(each->change));
            if (const twin::OperatorAction* const action = actionOf(*each)) {
                if (!action->user.empty()) text += " by " + action->user;
                if (!action->comment.empty()) text += ": " + action->comment;
                a_.context.fonts.need(text);
            }
            canvas.text({{left, top}, {right, top + canvas.px(auditRow)}}, Face::Small, palette::dim, text);
            top += canvas.px(auditRow);
            ++told;
        }
        return top;
    }
    [[nodiscard]] const twin::OperatorAction* actionOf(const twin::AlarmTransition& transition) const {
        if (!frame_.actions || transition.action >= frame_.actions->size()) return nullptr;
        return &(*frame_.actions)[transition.action];
    }

    PanelArguments& a_;
    const plant::Plant& plant_;
    const twin::Frame& frame_;
    Canvas& canvas_;
    Rect box_;
    bool compact_ = false;
    std::size_t active_ = 0, unacknowledged_ = 0, aside_ = 0;
};

} // namespace

Rect drawAlarms(PanelArguments& a, Canvas& canvas, const Rect& viewport) {
    return AlarmPanel{a, canvas, viewport}.draw();
}

} // namespace millwright::ui
