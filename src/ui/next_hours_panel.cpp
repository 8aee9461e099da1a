#include "ui/next_hours_panel.hpp"

#include "ui/fan_chart.hpp"

#include <millwright/ui/format.hpp>

#include <imgui.h>
#include <imgui_stdlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <format>

namespace millwright::ui {
namespace {

constexpr std::string_view noProcess =
    "What may come next is simulated from a model of the plant's stations, buffers and failures. "
    "Describe it under [process] in plant.toml; docs/simulation.md begins with one of a dozen lines.";
constexpr std::string_view nothingMeasured =
    "The next hours begin in what the plant is doing at one moment. Open a log, or follow the plant's feeds with --live.";
constexpr std::string_view whatBranchDoes =
    "Branch reads what each machine and buffer is doing at the time that is shown, and simulates the next hours from there, "
    "many times: without change, and with each scenario that is ticked. "
    "You see how output and queues go on, how sure that is, and what difference a change would make.";

using namespace std::chrono_literals;

constexpr float width = 860, height = 640, belowTools = 50, title = 30, row = 26, pad = 12, gap = 6;
constexpr float listWidth = 210, chartHeight = 210;
constexpr std::array horizons{Duration{1h}, Duration{4h}, Duration{8h}};

std::optional<std::uint64_t> numberOf(const std::string& text) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    return std::from_chars(text.data(), end, value).ptr == end && value > 0 ? std::optional{value} : std::nullopt;
}

/// The panel from top to bottom.
class NextHoursPanel {
public:
    NextHoursPanel(PanelArguments& arguments, Canvas& canvas, const Rect& viewport)
        : a_{arguments}, canvas_{canvas}, view_{arguments.state.nextHours} {
        const glm::vec2 margin{canvas_.px(10)};
        const glm::vec2 low = viewport.min + glm::vec2{margin.x, canvas_.px(belowTools)}, high = viewport.max - margin;
        if (a_.model.nextHours != nullptr) status_ = a_.model.nextHours->status();
        const bool told = status_.answer || !status_.problem.empty();
        const float wanted = told ? height : title + row + gap + chartHeight + 2 * gap; // tables come with an answer
        box_ = {glm::max(low, high - glm::vec2{canvas_.px(width), canvas_.px(wanted)}), high};
    }

    Rect draw() {
        canvas_.fill(box_, palette::ground, 5);
        canvas_.stroke(box_, palette::outline, 1, 5);
        heading();
        body_ = {{box_.min.x + canvas_.px(pad), box_.min.y + canvas_.px(title)},
                 {box_.max.x - canvas_.px(pad), box_.max.y - canvas_.px(gap)}};
        if (!a_.model.plant->process)
            note("This plant has no process model", noProcess);
        else if (!a_.hasLog())
            note("Nothing is measured yet", nothingMeasured);
        else
            ask();
        touchable("next hours ground", box_); // what lies under the panel is not clicked through it
        return box_;
    }

private:
    [[nodiscard]] const NextHours::Answer* answer() const { return status_.answer.get(); }

    void heading() {
        const float bottom = box_.min.y + canvas_.px(title);
        const Rect close{{box_.max.x - canvas_.px(pad + 20), box_.min.y + canvas_.px(5)},
                         {box_.max.x - canvas_.px(pad), box_.min.y + canvas_.px(25)}};
        if (iconButton(canvas_, a_.context, "close next hours", close, Icon::Close, "Close (P)")) view_.shown = false;
        const float after = canvas_.text({{box_.min.x + canvas_.px(pad), box_.min.y}, {close.min.x, bottom}}, Face::Strong,
                                         palette::text, "Next hours");
        if (answer() != nullptr)
            canvas_.text({{after + canvas_.px(pad), box_.min.y}, {close.min.x - canvas_.px(gap), bottom}}, Face::Small,
                         palette::dim,
                         std::format("branched from {}, {} ahead, {} runs of each", clockText(answer()->question.at),
                                     formatDuration(answer()->plan.length), answer()->plan.replications));
    }

    void note(std::string_view head, std::string_view text) {
        const float line = canvas_.px(row);
        canvas_.text({body_.min, {body_.max.x, body_.min.y + line}}, Face::Body, palette::text, head);
        canvas_.paragraph({{body_.min.x, body_.min.y + line}, body_.max}, Face::Small, palette::dim, text, 6);
    }

    void ask() {
        controls({body_.min, {body_.max.x, body_.min.y + canvas_.px(row)}});
        body_.min.y += canvas_.px(row + gap);
        const float split = body_.min.x + canvas_.px(listWidth), chartBottom = body_.min.y + canvas_.px(chartHeight);
        whatIfs({body_.min, {split - canvas_.px(gap), chartBottom}});
        const Rect right{{split + canvas_.px(gap), body_.min.y}, {body_.max.x, chartBottom}};
        if (answer() == nullptr)
            invitation(right);
        else
            chart(right);
        body_.min.y = chartBottom + canvas_.px(gap);
        if (!status_.problem.empty()) {
            canvas_.text({body_.min, {body_.max.x, body_.min.y + canvas_.px(20)}}, Face::Body, palette::text, "This did not work");
            body_.min.y += canvas_.px(20);
            body_.min.y += canvas_.paragraph(body_, Face::Small, palette::text, status_.problem, 4) + canvas_.px(gap);
        }
        if (answer() == nullptr) return;
        canvas_.line({box_.min.x, body_.min.y - canvas_.px(gap / 2)}, {box_.max.x, body_.min.y - canvas_.px(gap / 2)},
                     palette::line);
        drawNextHoursTables(a_, {{box_.min.x, body_.min.y}, {box_.max.x - canvas_.px(2), body_.max.y}}, *answer());
    }

    // --- what is asked -------------------------------------------------------------------------------------------------------

    void controls(const Rect& line) {
        float x = line.min.x;
        const auto take = [&](float wide) {
            const Rect box{{x, line.min.y}, {x + canvas_.px(wide), line.max.y}};
            x = box.max.x + canvas_.px(gap);
            return box;
        };
        for (const Duration length : horizons) {
            const std::string label = std::format("{} h", length / 1h);
            if (textButton(canvas_, label, take(44), label, view_.length == length)) view_.length = length;
            hint(a_.context, "How far to look ahead");
        }
        x += canvas_.px(gap);
        canvas_.text(take(44), Face::Small, palette::text, "Target");
        target(take(64));
        canvas_.text(take(70), Face::Small, palette::dim, "good parts");
        if (status_.busy)
            working({{x, line.min.y}, line.max});
        else
            branchButton({{std::max(x, line.max.x - canvas_.px(190)), line.min.y}, line.max});
    }

    void target(const Rect& box) {
        ImGui::SetCursorScreenPos(im(box.min));
        ImGui::SetNextItemWidth(box.width());
        ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {canvas_.px(4), (box.height() - canvas_.lineHeight(Face::Body)) / 2});
        ImGui::InputText("##target", &view_.target, ImGuiInputTextFlags_CharsDecimal | ImGuiInputTextFlags_AutoSelectAll);
        ImGui::PopStyleVar();
        canvas_.stroke(box, palette::line, 1, 2);
        hint(a_.context, "How probable is it that so many good parts are made by then?");
    }

    void branchButton(const Rect& box) {
        const bool live = a_.model.frame->log == TimeInterval{};
        const std::string label =
            live ? std::string{"Branch from now"} : std::format("Branch from {}", clockText(a_.model.frame->time));
        if (textButton(canvas_, "branch", box, label, true))
            a_.intents.emplace_back(Branch{view_.length, view_.chosen, numberOf(view_.target)});
        hint(a_.context, "Reads what the plant is doing at the time that is shown, and plays on from there many times");
    }

    void working(const Rect& area) {
        const Rect cancel{{area.max.x - canvas_.px(76), area.min.y}, area.max};
        const Rect bar{{std::max(area.min.x, cancel.min.x - canvas_.px(150)), area.centre().y - canvas_.px(4)},
                       {cancel.min.x - canvas_.px(gap), area.centre().y + canvas_.px(4)}};
        canvas_.fill(bar, palette::field);
        const float share = static_cast<float>(std::clamp(status_.fraction, 0.0, 1.0));
        canvas_.fill({bar.min, {bar.min.x + std::round(bar.width() * share), bar.max.y}}, palette::accent);
        canvas_.stroke(bar, palette::outline);
        canvas_.text({area.min, {bar.min.x - canvas_.px(gap), area.max.y}}, Face::Small, palette::dim, status_.stage, Align::Right);
        if (textButton(canvas_, "cancel branch", cancel, "Cancel")) a_.intents.emplace_back(CancelBranch{});
    }

    /// "No change" and the scenarios of the plant's folder, those that are wanted ticked.
    void whatIfs(const Rect& area) {
        canvas_.text({area.min, {area.max.x, area.min.y + canvas_.px(20)}}, Face::Small, palette::dim, "No change, and what if …");
        ScrollRegion region{a_.context, "what if", {{area.min.x, area.min.y + canvas_.px(22)}, area.max}};
        Canvas& canvas = region.canvas();
        const float left = region.origin().x, right = left + region.width();
        float top = 0;
        const auto say = [&](std::string_view text) {
            const Rect box{{left, region.origin().y + top}, {right, region.origin().y + top + canvas.px(80)}};
            top += canvas.paragraph(box, Face::Small, palette::dim, text, 4);
        };
        if (status_.whatIfs && status_.whatIfs->empty())
            say("The plant's folder has no scenarios/*.toml: each such file says what would be otherwise.");
        if (status_.whatIfs)
            for (std::size_t i = 0; i < status_.whatIfs->size(); ++i) {
                ImGui::PushID(static_cast<int>(i));
                const float y = region.origin().y + top;
                whatIf(canvas, {{left, y}, {right, y + canvas.px(22)}}, (*status_.whatIfs)[i]);
                ImGui::PopID();
                top += canvas.px(22);
            }
        region.setHeight(top);
    }

    void whatIf(Canvas& canvas, const Rect& box, const WhatIf& each) {
        const auto found = std::ranges::find(view_.chosen, each.id);
        const bool on = found != view_.chosen.end(), sound = each.problem.empty();
        const Touch touch = touchable("what if", box);
        if (touch.hovered) canvas.fill(box, palette::hover, 2);
        const Rect tick{{box.min.x + canvas.px(2), box.centre().y - canvas.px(6)},
                        {box.min.x + canvas.px(14), box.centre().y + canvas.px(6)}};
        canvas.fill(tick, palette::field, 2);
        canvas.stroke(tick, palette::outline, 1, 2);
        if (on) {
            canvas.line({tick.min.x + canvas.px(2.5f), tick.centre().y}, {tick.min.x + canvas.px(5), tick.max.y - canvas.px(3)},
                        palette::accent, 2);
            canvas.line({tick.min.x + canvas.px(5), tick.max.y - canvas.px(3)},
                        {tick.max.x - canvas.px(2), tick.min.y + canvas.px(3)}, palette::accent, 2);
        }
        canvas.text({{tick.max.x + canvas.px(gap), box.min.y}, box.max}, Face::Small, sound ? palette::text : palette::dim,
                    each.name);
        hint(a_.context, sound ? each.name : "Cannot be run: " + each.problem);
        if (touch.clicked && on)
            view_.chosen.erase(found);
        else if (touch.clicked && sound)
            view_.chosen.push_back(each.id);
    }

    // --- the chart -----------------------------------------------------------------------------------------------------------

    void invitation(const Rect& area) {
        canvas_.fill(area, palette::field, 3);
        canvas_.stroke(area, palette::line, 1, 3);
        const float middle = area.centre().y - canvas_.px(30);
        const Rect text{{area.min.x + canvas_.px(20), middle}, {area.max.x - canvas_.px(20), area.max.y}};
        canvas_.paragraph(text, Face::Small, palette::dim, whatBranchDoes, 5);
    }

    void chart(const Rect& area) {
        const auto& courses = answer()->forecast.scenarios.front().courses;
        auto chosen = std::ranges::find(courses, view_.course, &sim::Course::id);
        if (chosen == courses.end()) chosen = courses.begin();
        const auto place = static_cast<std::size_t>(chosen - courses.begin());
        const float line = canvas_.px(22);
        const std::size_t beside = besideIn(*answer(), view_.beside);
        std::vector<std::pair<std::size_t, const sim::Course*>> shown{{0, &*chosen}};
        if (beside > 0) {
            const auto& others = answer()->forecast.scenarios[beside].courses;
            if (const auto same = std::ranges::find(others, chosen->id, &sim::Course::id); same != others.end())
                shown.emplace_back(beside, &*same);
        }
        const float legend = static_cast<float>(shown.size()) * canvas_.px(18);
        const Rect plot{{area.min.x, area.min.y + line + legend}, area.max};
        const TimeInterval time{answer()->question.at, answer()->question.at + answer()->plan.length};
        std::vector<Fan> fans;
        for (const auto& [scenario, course] : shown)
            fans.push_back({scenario == 0 ? palette::liveLine : palette::compared,
                            scenario == 0 ? palette::liveBand : palette::comparedBand, scenario != 0, beginOf(course->id),
                            course->mean, course->low, course->high});
        std::optional<double> level;
        if (chosen->id == "made" && answer()->plan.target) level = static_cast<double>(*answer()->plan.target);
        const auto pointed = drawFanChart(canvas_, a_.context.ticks, plot, time, fans, level);
        const std::size_t step = pointed.value_or(chosen->mean.size() - 1);
        header({area.min, {area.max.x, area.min.y + line}}, place, step);
        float y = area.min.y + line;
        for (std::size_t i = 0; i < shown.size(); ++i, y += canvas_.px(18))
            legendLine({{area.min.x, y}, {area.max.x, y + canvas_.px(18)}}, answer()->scenarios[shown[i].first].name, fans[i],
                       step);
    }

    [[nodiscard]] double beginOf(std::string_view course) const {
        for (const sim::BufferNow& buffer : answer()->present.state.buffers)
            if (course == "content/" + buffer.id) return buffer.parts;
        return 0;
    }

    [[nodiscard]] std::string titleOf(std::string_view course) const {
        const plant::Process& process = answer()->scenarios.front().model.process();
        const auto nameIn = [](const auto& all, std::string_view id) {
            for (const auto& each : all)
                if (each.id == id) return each.name.empty() ? each.id : each.name;
            return std::string{id};
        };
        const std::string_view id = course.substr(course.find('/') + 1);
        if (course.starts_with("content/")) return std::format("Parts in {}", nameIn(process.buffers, id));
        return course == "made" ? "Good parts made" : std::format("Made: {}", nameIn(process.products, id));
    }

    /// Which quantity it is, with buttons to the one before and after, and the moment that the figures below are for.
    void header(const Rect& line, std::size_t place, std::size_t step) {
        const auto& courses = answer()->forecast.scenarios.front().courses;
        float x = line.min.x;
        const auto to = [&](std::string_view id, Icon icon, std::size_t wanted, std::string_view what) {
            const Rect box{{x, line.min.y + canvas_.px(1)}, {x + canvas_.px(20), line.max.y - canvas_.px(1)}};
            x = box.max.x + canvas_.px(4);
            if (iconButton(canvas_, a_.context, id, box, icon, what, false, courses.size() > 1)) view_.course = courses[wanted].id;
        };
        to("course before", Icon::StepBack, (place + courses.size() - 1) % courses.size(), "Another quantity");
        to("course after", Icon::StepForward, (place + 1) % courses.size(), "Another quantity");
        const auto& plan = answer()->plan;
        const std::string when =
            std::format("at {}", clockText(answer()->question.at + plan.length / plan.steps * static_cast<int>(step + 1)));
        const float right = line.max.x - canvas_.px(10), whenWidth = canvas_.figureWidth(Face::Small, when);
        canvas_.figures({line.min, {right, line.max.y}}, Face::Small, palette::dim, when);
        canvas_.text({{x + canvas_.px(4), line.min.y}, {right - whenWidth - canvas_.px(gap), line.max.y}}, Face::Body,
                     palette::text, titleOf(courses[place].id));
    }

    void legendLine(const Rect& line, std::string_view name, const Fan& fan, std::size_t step) {
        const float middle = line.centre().y, mark = line.min.x + canvas_.px(24);
        canvas_.fill({{line.min.x, middle - canvas_.px(5)}, {mark, middle + canvas_.px(5)}}, fan.band);
        const std::array<glm::vec2, 2> stroke{{{line.min.x, middle}, {mark, middle}}};
        if (fan.dashed)
            canvas_.dashes(stroke, fan.line, 2);
        else
            canvas_.line(stroke[0], stroke[1], fan.line, 2);
        const std::string figures = std::format("{:.1f}   {:g} % of runs {:.0f} to {:.0f}", fan.mean[step],
                                                100 * answer()->plan.confidence, fan.low[step], fan.high[step]);
        const float right = line.max.x - canvas_.px(10), wide = canvas_.figureWidth(Face::Small, figures);
        canvas_.figures({line.min, {right, line.max.y}}, Face::Small, palette::text, figures);
        canvas_.text({{mark + canvas_.px(gap), line.min.y}, {right - wide - canvas_.px(gap), line.max.y}}, Face::Small,
                     palette::text, name);
    }

    PanelArguments& a_;
    Canvas& canvas_;
    NextHoursView& view_;
    NextHours::Status status_;
    Rect box_, body_;
};

} // namespace

Rect drawNextHours(PanelArguments& arguments, Canvas& canvas, const Rect& viewport) {
    return NextHoursPanel{arguments, canvas, viewport}.draw();
}

} // namespace millwright::ui
