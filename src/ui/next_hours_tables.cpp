#include "ui/next_hours_panel.hpp"

#include <millwright/sim/forecast_report.hpp>
#include <millwright/sim/shown.hpp>
#include <millwright/ui/format.hpp>

#include <imgui.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float row = 22, pad = 12, gap = 8;

std::string percent(const sim::Proportion& p) {
    return std::format("{:.0f} %  ({:.0f} to {:.0f})", 100 * p.share, 100 * p.low, 100 * p.high);
}

const sim::Estimate* differenceOf(const sim::DifferenceResult& difference, std::string_view metric) {
    const auto found = std::ranges::find(difference.metrics, metric, &sim::DifferenceResult::Metric::id);
    return found == difference.metrics.end() ? nullptr : &found->estimate;
}

bool isShown(const sim::Estimate& estimate) {
    return std::abs(estimate.mean) > estimate.halfWidth;
}

/// The tables from top to bottom.
class Tables {
public:
    Tables(PanelArguments& arguments, const Rect& area, const NextHours::Answer& answer)
        : a_{arguments},
          answer_{answer},
          region_{arguments.context, "next hours", area},
          canvas_{region_.canvas()},
          left_{region_.origin().x + canvas_.px(pad)},
          right_{region_.origin().x + region_.width() - canvas_.px(pad)},
          beside_{besideIn(answer, arguments.state.nextHours.beside)} {}

    void draw() {
        output();
        if (!process().buffers.empty()) buffers();
        present();
        assumptions();
        region_.setHeight(top_);
    }

private:
    [[nodiscard]] const plant::Process& process() const { return answer_.scenarios.front().model.process(); }
    [[nodiscard]] float y() const { return region_.origin().y + top_; }

    /// A table's column: how far it reaches to the right end, and how wide it is, in logical pixels.
    struct Column {
        float end, width;
    };
    [[nodiscard]] Rect cell(const Column& column) const {
        const float end = right_ - canvas_.px(column.end);
        return {{end - canvas_.px(column.width), y()}, {end, y() + canvas_.px(row)}};
    }
    /// What is left of a row for its name, before the columns.
    [[nodiscard]] Rect nameCell(float columns) const {
        return {{left_, y()}, {right_ - canvas_.px(columns + gap), y() + canvas_.px(row)}};
    }
    [[nodiscard]] Rect whole() const { return {{left_ - canvas_.px(4), y()}, {right_ + canvas_.px(4), y() + canvas_.px(row)}}; }
    void next() { top_ += canvas_.px(row); }

    void heading(std::string_view title, float columns) {
        top_ += top_ > 0 ? canvas_.px(gap) : 0;
        canvas_.text(nameCell(columns), Face::Strong, palette::text, title);
    }
    void head(const Column& column, std::string_view text) {
        canvas_.text(cell(column), Face::Small, palette::dim, text, Align::Right);
    }

    /// A row that can be chosen; whether it was.
    bool chosen(std::string_view id, std::size_t i, bool on) {
        ImGui::PushID(static_cast<int>(i));
        const Touch touch = touchable(id, whole());
        ImGui::PopID();
        if (on || touch.hovered) canvas_.fill(whole(), on ? palette::selected : palette::hover, 2);
        return touch.clicked;
    }

    void output() {
        constexpr Column mean{380, 50}, range{282, 88}, difference{142, 132}, target{0, 134};
        const bool wanted = answer_.plan.target.has_value();
        const float columns = 430, shift = wanted ? 0 : 142; // without a target its room goes to the names
        const auto moved = [shift](Column column) { return Column{column.end - shift, column.width}; };
        heading(std::format("Good parts by {}", clockText(answer_.question.at + answer_.plan.length)), columns - shift);
        head(moved(mean), "mean");
        head(moved(range), std::format("{:g} % of runs", 100 * answer_.plan.confidence));
        if (answer_.scenarios.size() > 1) head(moved(difference), "more than no change");
        if (wanted) head(target, std::format("{} or more", *answer_.plan.target));
        next();
        for (std::size_t i = 0; i < answer_.scenarios.size(); ++i) {
            const sim::ScenarioForecast& forecast = answer_.forecast.scenarios[i];
            const sim::Course& made = forecast.courses.front();
            if (chosen("scenario", i, i > 0 && i == beside_) && i > 0) a_.state.nextHours.beside = answer_.scenarios[i].id;
            canvas_.text(nameCell(columns - shift), Face::Body, palette::text, answer_.scenarios[i].name);
            canvas_.figures(cell(moved(mean)), Face::Body, palette::text, std::format("{:.1f}", made.mean.back()));
            canvas_.figures(cell(moved(range)), Face::Body, palette::text,
                            std::format("{:.0f} to {:.0f}", made.low.back(), made.high.back()));
            if (i > 0) {
                const double hours = seconds(answer_.plan.length) / 3600; // of a rate
                differs(moved(difference), *differenceOf(answer_.forecast.study.differences[i - 1], "throughput"), hours);
            }
            if (forecast.target) canvas_.figures(cell(target), Face::Body, palette::text, percent(*forecast.target));
            next();
        }
    }

    void differs(const Column& column, const sim::Estimate& estimate, double scale) {
        const std::string text = sim::interval(estimate.mean, estimate.halfWidth, scale, true);
        if (isShown(estimate))
            canvas_.figures(cell(column), Face::Strong, palette::text, text);
        else
            canvas_.figures(cell(column), Face::Small, palette::dim, "none shown: " + text);
    }

    void buffers() {
        constexpr Column before{330, 160}, after{160, 160}, difference{0, 150};
        constexpr float columns = 490;
        heading("Parts waiting, mean", columns);
        head(before, answer_.scenarios.front().name);
        if (beside_ > 0) {
            head(after, answer_.scenarios[beside_].name);
            head(difference, "difference");
        }
        next();
        for (std::uint32_t i = 0; i < process().buffers.size(); ++i) {
            const plant::Buffer& buffer = process().buffers[i];
            const std::string course = "content/" + buffer.id;
            if (chosen("buffer", i, a_.state.nextHours.course == course)) a_.state.nextHours.course = course;
            canvas_.text(nameCell(columns), Face::Body, palette::text, buffer.name.empty() ? buffer.id : buffer.name);
            content(before, 0, course);
            if (beside_ > 0) {
                content(after, beside_, course);
                if (const auto* e = differenceOf(answer_.forecast.study.differences[beside_ - 1], course))
                    differs(difference, *e, 1);
            }
            next();
            for (const bool full : {false, true}) turn(i, full, columns, before, after);
        }
    }

    void content(const Column& column, std::size_t scenario, const std::string& course) {
        const auto& metrics = answer_.forecast.study.scenarios[scenario].metrics;
        const auto found = std::ranges::find(metrics, course, &sim::MetricResult::id);
        if (found != metrics.end())
            canvas_.figures(cell(column), Face::Body, palette::text,
                            sim::interval(found->estimate.mean, found->estimate.halfWidth, 1));
    }

    [[nodiscard]] const sim::Turn* turnOf(std::size_t scenario, const std::string& buffer, bool full) const {
        const auto& buffers = answer_.scenarios[scenario].model.process().buffers;
        const auto& turns = answer_.forecast.scenarios[scenario].turns;
        const auto found = std::ranges::find_if(
            turns, [&](const sim::Turn& turn) { return turn.full == full && buffers[turn.buffer].id == buffer; });
        return found == turns.end() ? nullptr : &*found;
    }

    /// How probable it is that a buffer runs empty or full, and when first; nothing where no run comes to it.
    void turn(std::uint32_t buffer, bool full, float columns, const Column& before, const Column& after) {
        const std::string& id = process().buffers[buffer].id;
        const sim::Turn *first = turnOf(0, id, full), *second = beside_ > 0 ? turnOf(beside_, id, full) : nullptr;
        if (first == nullptr && second == nullptr) return;
        Rect name = nameCell(columns);
        name.min.x += canvas_.px(14);
        canvas_.text(name, Face::Small, palette::text, full ? "is full at some time" : "is empty at some time");
        const auto probability = [&](const Column& column, const sim::Turn* turn) {
            canvas_.figures(cell(column), Face::Small, palette::text, turn == nullptr ? "in no run" : percent(turn->within));
        };
        probability(before, first);
        if (beside_ > 0) probability(after, second);
        next();
        const auto when = [](const sim::Turn* turn) {
            return turn != nullptr && turn->median ? formatDuration(durationFromSeconds(std::round(*turn->median))) : "–";
        };
        const bool known = (first != nullptr && first->median) || (second != nullptr && second->median);
        if (!known) return;
        name = nameCell(columns);
        name.min.x += canvas_.px(14);
        canvas_.text(name, Face::Small, palette::dim, "first after (median)");
        canvas_.text(cell(before), Face::Small, palette::dim, when(first), Align::Right);
        if (beside_ > 0) canvas_.text(cell(after), Face::Small, palette::dim, when(second), Align::Right);
        next();
    }

    void present() {
        heading(std::format("Read from the signals at {}", clockText(answer_.question.at)), 0);
        next();
        const float names = 190;
        const auto line = [&](std::string_view name, std::string_view text) {
            canvas_.text({{left_, y()}, {left_ + canvas_.px(names), y() + canvas_.px(row)}}, Face::Small, palette::dim, name);
            canvas_.text({{left_ + canvas_.px(names + gap), y()}, {right_, y() + canvas_.px(row)}}, Face::Small, palette::text,
                         text);
            next();
        };
        for (const sim::StationNow& station : answer_.present.state.stations) line(station.id, sim::inWords(station));
        for (const sim::BufferNow& buffer : answer_.present.state.buffers) line(buffer.id, std::format("{} parts", buffer.parts));
    }

    void assumptions() {
        if (answer_.present.assumptions.empty()) return;
        heading("Not shown by any signal, so assumed", 0);
        next();
        for (const std::string& sentence : answer_.present.assumptions)
            top_ += canvas_.paragraph({{left_, y()}, {right_, y() + canvas_.px(200)}}, Face::Small, palette::text, sentence, 6) +
                    canvas_.px(5);
    }

    PanelArguments& a_;
    const NextHours::Answer& answer_;
    ScrollRegion region_;
    Canvas& canvas_;
    float left_, right_, top_ = 0;
    std::size_t beside_;
};

} // namespace

std::size_t besideIn(const NextHours::Answer& answer, const std::string& wanted) {
    const auto found = std::ranges::find(answer.scenarios, wanted, &sim::Scenario::id);
    if (found != answer.scenarios.end() && found != answer.scenarios.begin())
        return static_cast<std::size_t>(found - answer.scenarios.begin());
    return answer.scenarios.size() > 1 ? 1 : 0;
}

void drawNextHoursTables(PanelArguments& arguments, const Rect& area, const NextHours::Answer& answer) {
    Tables{arguments, area, answer}.draw();
}

} // namespace millwright::ui
