#include "ui/panels.hpp"

#include <millwright/twin/condition_watch.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

using twin::ConditionState;
using twin::LearntCondition;

constexpr float lineHeight = 22, whyHeight = 17, curveHeight = 34;
constexpr double highest = 4; ///< score that fills the curve

class Condition {
public:
    Condition(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment)
        : a_{arguments}, canvas_{canvas}, equipment_{equipment}, left_{left}, right_{right}, begin_{top}, y_{top} {}

    float draw() {
        const LogOverview* overview = a_.model.overview;
        if (overview != nullptr) {
            const auto slices = overview->condition(equipment_);
            const TimeInterval log = overview->span();
            const double length = std::max(1e-9, seconds(log.length()));
            const double share = std::clamp(seconds(a_.model.frame->time - log.from) / length, 0.0, 1.0);
            const std::size_t at =
                std::min(static_cast<std::size_t>(share * static_cast<double>(slices.size())), slices.size() - 1);
            state(*overview->learnt(), slices[at]);
            curve(slices, share);
        } else if (const auto& conditions = a_.model.frame->conditions) {
            state(*conditions->learnt, *conditions->of(equipment_));
        }
        return y_ - begin_;
    }

private:
    void state(const LearntCondition& learnt, const ConditionState& state) {
        const Rect box{{left_, y_}, {right_, y_ + canvas_.px(lineHeight)}};
        y_ = box.max.y;
        if (!state.known) {
            canvas_.text(box, Face::Small, palette::dim, "Too little measured to judge");
            return;
        }
        const std::string_view what = state.anomaly ? "Anomaly" : state.score > 1 ? "Unusual" : "As usual";
        const float side = canvas_.px(10), middle = box.centre().y;
        const Rect key{{left_, middle - side / 2}, {left_ + side, middle + side / 2}};
        canvas_.fill(key, colourOf(state));
        canvas_.stroke(key, palette::outline, 1);
        const std::string score = std::format("{:.2f} × its limit", state.score);
        const float width = canvas_.figureWidth(Face::Small, score);
        canvas_.figures(box, Face::Small, palette::dim, score);
        canvas_.text({{left_ + canvas_.px(18), box.min.y}, {right_ - width - canvas_.px(8), box.max.y}}, Face::Strong,
                     palette::text, what);
        // Of a score that is normal, the shares say nothing: something is always largest.
        if (!state.anomaly && state.score <= 1) return;
        for (std::size_t i = 0; i < state.whyCount; ++i)
            if (state.why[i].share >= 0.005) why(learnt, state.why[i]);
        y_ += canvas_.px(4);
    }

    void why(const LearntCondition& learnt, const condition::Contribution& each) {
        const SignalIndex signal = learnt.signals[each.signal];
        const std::string share = std::format("{:.0f} %", 100 * each.share);
        const float figures = canvas_.figureWidth(Face::Small, "100 %");
        const Rect first{{left_ + canvas_.px(18), y_}, {right_, y_ + canvas_.px(whyHeight)}};
        canvas_.figures({first.min, {first.min.x + figures, first.max.y}}, Face::Small, palette::text, share);
        const float text = first.min.x + figures + canvas_.px(8);
        canvas_.text({{text, first.min.y}, first.max}, Face::Small, palette::text,
                     signal == noSignal ? learnt.model.signals[each.signal].name : a_.model.plant->at(signal).name);
        canvas_.text({{text, first.max.y - canvas_.px(2)}, {right_, first.max.y + canvas_.px(whyHeight - 2)}}, Face::Small,
                     palette::dim, condition::describe(each, learnt.model.signals[each.signal]));
        y_ += canvas_.px(2 * whyHeight);
    }

    /// The score over the whole log: below the line as usual, above it not.
    void curve(std::span<const ConditionState> slices, double share) {
        const Rect box{{left_, y_ + canvas_.px(2)}, {right_, y_ + canvas_.px(2 + curveHeight)}};
        canvas_.fill(box, palette::field);
        const auto columns = static_cast<std::size_t>(std::max(1.0f, box.width()));
        const double height = box.height();
        for (std::size_t column = 0; column < columns; ++column) {
            const ConditionState worst = worstOf(slices, column * slices.size() / columns, (column + 1) * slices.size() / columns);
            if (!worst.known) continue;
            const float x = box.min.x + static_cast<float>(column);
            const auto top = static_cast<float>(std::min(worst.score / highest, 1.0) * height);
            canvas_.fill({{x, box.max.y - std::max(1.0f, top)}, {x + 1, box.max.y}}, colourOf(worst));
        }
        const float limit = std::round(box.max.y - static_cast<float>(height / highest));
        canvas_.line({box.min.x, limit}, {box.max.x, limit}, palette::outline);
        canvas_.stroke(box, palette::outline, 1);
        const float now = std::round(box.min.x + static_cast<float>(share) * box.width());
        canvas_.line({now, box.min.y - canvas_.px(2)}, {now, box.max.y + canvas_.px(2)}, palette::accent, 2);
        const Touch touch = touchable("condition", box);
        if (touch.hovered) hint(a_.context, "How far from normal over the whole log; the line is the limit that was learnt");
        if (touch.clicked) {
            const double clicked = std::clamp((ImGui::GetIO().MousePos.x - box.min.x) / box.width(), 0.0f, 1.0f);
            const TimeInterval log = a_.model.overview->span();
            a_.intents.emplace_back(Seek{log.from + durationFromSeconds(clicked * seconds(log.length()))});
        }
        y_ = box.max.y + canvas_.px(4);
    }

    /// Of those from one place to another, at least one.
    static ConditionState worstOf(std::span<const ConditionState> slices, std::size_t from, std::size_t to) {
        ConditionState worst;
        for (std::size_t i = from; i < std::min(std::max(to, from + 1), slices.size()); ++i) {
            if (!slices[i].known) continue;
            const bool anomaly = worst.anomaly || slices[i].anomaly;
            if (!worst.known || slices[i].score > worst.score) worst = slices[i];
            worst.anomaly = anomaly;
        }
        return worst;
    }
    static Colour colourOf(const ConditionState& state) {
        return state.anomaly ? palette::high : state.score > 1 ? palette::outline : palette::live;
    }

    PanelArguments& a_;
    Canvas& canvas_;
    EquipmentIndex equipment_;
    float left_, right_, begin_, y_;
};

} // namespace

bool hasCondition(const PanelArguments& arguments, EquipmentIndex equipment) {
    if (arguments.model.overview != nullptr) return !arguments.model.overview->condition(equipment).empty();
    const auto& conditions = arguments.model.frame->conditions;
    return conditions && conditions->of(equipment) != nullptr;
}

float drawCondition(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, EquipmentIndex equipment) {
    return Condition{arguments, canvas, left, right, top, equipment}.draw();
}

} // namespace millwright::ui
