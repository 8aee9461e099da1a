#include "ui/panels.hpp"

#include <millwright/core/units.hpp>
#include <millwright/ui/format.hpp>

#include <algorithm>
#include <format>

namespace millwright::ui {
namespace {

constexpr float indent = 12, inputRow = 22, gap = 4;
constexpr int mostLines = 8; ///< of one expression

/// How a derived signal is computed: its expression or rules, and what it is computed from, as it stands now.
class Derivation {
public:
    Derivation(PanelArguments& arguments, Canvas& canvas, float left, float right, float top)
        : a_{arguments},
          plant_{*arguments.model.plant},
          canvas_{canvas},
          left_{left + canvas.px(indent)},
          right_{right},
          begin_{top},
          y_{top} {}

    float draw(const plant::Derived& derived) {
        const plant::Signal& signal = plant_.at(derived.signal);
        if (!derived.value.empty()) {
            const std::string unit = units::display(signal.unit);
            line(std::format("= {}{}{}", derived.value.text, unit.empty() ? "" : "   in ", unit));
        }
        for (const plant::StateRule& rule : derived.rules)
            line(rule.when.empty() ? std::format("else {}", nameOf(signal, rule.state))
                                   : std::format("{} when {}", nameOf(signal, rule.state), rule.when.text));
        for (const SignalIndex input : derived.inputs) inputOf(input);
        canvas_.line({left_ - canvas_.px(indent / 2), begin_}, {left_ - canvas_.px(indent / 2), y_ - canvas_.px(gap)},
                     palette::line);
        return y_ + canvas_.px(gap) - begin_;
    }

private:
    static std::string nameOf(const plant::Signal& signal, std::int64_t state) {
        const auto place = static_cast<std::size_t>(state);
        return place < signal.states.size() ? signal.states[place] : std::format("{}", state);
    }

    /// Also where it is, unless that is what is selected.
    [[nodiscard]] std::string nameOf(const plant::Signal& signal) const {
        const std::string name{(signal.name.empty() ? signal.id : signal.name).view()};
        if (signal.equipment == noEquipment || signal.equipment == a_.state.selected) return name;
        const plant::Equipment& e = plant_.at(signal.equipment);
        return std::format("{} — {}", name, e.name.empty() ? e.id : e.name);
    }

    void line(std::string_view text) {
        a_.context.fonts.need(text);
        y_ += canvas_.paragraph({{left_, y_}, {right_, y_}}, Face::Small, palette::text, text, mostLines) + canvas_.px(gap / 2);
    }

    /// Name, where it is, value and unit; a click goes there.
    void inputOf(SignalIndex input) {
        const plant::Signal& signal = plant_.at(input);
        const Rect box{{left_, y_}, {right_, y_ + canvas_.px(inputRow)}};
        ImGui::PushID(static_cast<int>(index(input)));
        const Touch touch = touchable("input", box);
        hint(a_.context, std::format("{}{}\nClick: go there", signal.path, signal.derived ? " — computed as well" : ""));
        ImGui::PopID();
        if (touch.hovered) canvas_.fill(box, palette::hover);
        if (touch.clicked) goTo(input, signal);
        std::string value = "–";
        if (a_.model.frame && index(input) < a_.model.frame->signals.size())
            value = formatValue(signal, a_.model.frame->signals[index(input)], a_.model.frame->strings.get());
        if (const std::string unit = units::display(signal.unit); !unit.empty()) value += std::format(" {}", unit);
        const float width = std::min(canvas_.textWidth(Face::Small, value), box.width() * 0.5f);
        canvas_.text({{box.max.x - width, box.min.y}, box.max}, Face::Small, palette::text, value, Align::Right);
        canvas_.text({box.min, {box.max.x - width - canvas_.px(8), box.max.y}}, Face::Small, palette::dim, nameOf(signal));
        y_ = box.max.y;
    }

    void goTo(SignalIndex input, const plant::Signal& signal) {
        if (a_.hasRecording() && !a_.model.inHeadset) a_.state.signal = input;
        a_.state.explained = signal.derived ? input : noSignal;
        if (signal.equipment == noEquipment) return;
        a_.intents.emplace_back(Select{signal.equipment});
        a_.state.revealSelected = true;
    }

    PanelArguments& a_;
    const plant::Plant& plant_;
    Canvas& canvas_;
    float left_, right_, begin_, y_;
};

} // namespace

float drawDerivation(PanelArguments& arguments, Canvas& canvas, float left, float right, float top, SignalIndex signal) {
    const auto& all = arguments.model.plant->derived;
    const auto derived = std::ranges::find(all, signal, &plant::Derived::signal);
    return derived == all.end() ? 0 : Derivation{arguments, canvas, left, right, top}.draw(*derived);
}

} // namespace millwright::ui
