#include "twin/binding.hpp"

#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>

namespace millwright::twin {
namespace {

using plant::BindingKind;

/// Whether std::format accepts `text` for one argument like `sample`.
template <typename T>
bool accepts(const std::string& text, T sample) {
    try {
        static_cast<void>(std::vformat(text, std::make_format_args(sample)));
        return true;
    } catch (const std::format_error&) {
        return false;
    }
}

/// Turns the target about `axis` through `pivot`, after what is there already.
void turn(TargetState& target, glm::vec3 axis, glm::vec3 pivot, double radians) {
    // Reduced first: fmod is exact, so that a spindle after a year turns as smoothly as after a second.
    const double half = std::fmod(radians, 2 * std::numbers::pi) / 2;
    const glm::quat rotation{static_cast<float>(std::cos(half)), axis * static_cast<float>(std::sin(half))};
    if (target.rotation != glm::quat{1, 0, 0, 0} && target.pivot != pivot) {
        target.translation += target.pivot + target.rotation * (pivot - target.pivot) - pivot;
    }
    target.rotation = target.rotation * rotation;
    target.pivot = pivot;
}

} // namespace

CompiledBinding::CompiledBinding(const plant::Binding& binding, const plant::Signal& signal)
    : binding_{&binding}, signal_{&signal} {
    double length = 0;
    for (std::size_t i = 0; i < binding.path.size(); ++i) {
        if (i > 0) length += glm::length(glm::dvec3{binding.path[i]} - glm::dvec3{binding.path[i - 1]});
        arcLengths_.push_back(length);
    }
    stateTable_ = signal.type == ValueType::String ||
                  std::ranges::any_of(binding.colours, [](const plant::ColourStop& stop) { return !stop.state.empty(); });
    if (binding.kind != BindingKind::Text) return;
    if (signal.type == ValueType::String) {
        formatUsable_ = accepts(binding.textFormat, std::string_view{});
    } else {
        formatsInteger_ = signal.type == ValueType::Integer && accepts(binding.textFormat, std::int64_t{});
        formatUsable_ = formatsInteger_ || accepts(binding.textFormat, 0.0);
    }
}

/// The name of the state that a String or a signal with named states is in.
std::string_view CompiledBinding::stateOf(const SignalView& signal) const {
    if (signal_->type == ValueType::String) return signal.text;
    if (!(signal.held >= 0 && signal.held < static_cast<double>(signal_->states.size()))) return {};
    return signal_->states[static_cast<std::size_t>(signal.held)];
}

bool CompiledBinding::holds(const SignalView& signal) const {
    if (!signal.usable) return false;
    const plant::Condition& condition = binding_->condition;
    if (signal_->type == ValueType::String || !condition.state.empty()) {
        return plant::compare(condition.comparison, stateOf(signal), std::string_view{condition.state});
    }
    return plant::compare(condition.comparison, signal.held, condition.value);
}

BindingOutput CompiledBinding::output(const SignalView& signal) const {
    const plant::Mapping& mapping = binding_->mapping;
    switch (binding_->kind) {
    case BindingKind::Rotation:
    case BindingKind::Translation:
    case BindingKind::Path:
    case BindingKind::Fill: return {mapping(signal.held), signal.state.known && std::isfinite(mapping(signal.held))};
    case BindingKind::Spin: {
        const double slope = (mapping.outHigh - mapping.outLow) / (mapping.inHigh - mapping.inLow);
        return {slope * signal.integral, signal.state.known && std::isfinite(slope * signal.integral)};
    }
    case BindingKind::Colour: {
        if (!signal.usable) return {};
        if (!stateTable_) return {mapping(signal.held), !binding_->colours.empty()};
        const auto stop = std::ranges::find_if(binding_->colours, [&](const plant::ColourStop& colour) {
            return signal_->type == ValueType::String || !colour.state.empty() ? colour.state == stateOf(signal)
                                                                               : colour.value == signal.held;
        });
        if (stop == binding_->colours.end()) return {};
        return {static_cast<double>(stop - binding_->colours.begin()), true};
    }
    case BindingKind::Visibility: return {holds(signal) ? 1.0 : 0.0, true};
    case BindingKind::Text: return {0, signal.usable};
    }
    return {};
}

glm::vec4 CompiledBinding::colourAt(const BindingOutput& output) const {
    const auto& colours = binding_->colours;
    if (stateTable_) return colours[static_cast<std::size_t>(output.value)].colour;
    const auto above = std::ranges::upper_bound(colours, output.value, {}, &plant::ColourStop::value);
    if (above == colours.begin()) return colours.front().colour;
    if (above == colours.end()) return colours.back().colour;
    const auto below = std::prev(above);
    const auto t = static_cast<float>((output.value - below->value) / (above->value - below->value));
    return below->colour + (above->colour - below->colour) * t;
}

glm::vec3 CompiledBinding::pointAt(double arcLength) const {
    const auto& path = binding_->path;
    const auto above = std::ranges::upper_bound(arcLengths_, arcLength);
    if (above == arcLengths_.begin()) return path.front();
    if (above == arcLengths_.end()) return path.back();
    const auto i = static_cast<std::size_t>(above - arcLengths_.begin());
    const auto t = static_cast<float>((arcLength - arcLengths_[i - 1]) / (arcLengths_[i] - arcLengths_[i - 1]));
    return path[i - 1] + (path[i] - path[i - 1]) * t;
}

std::string CompiledBinding::format(const SignalView& signal) const {
    if (!signal.usable) return "–";
    if (!formatUsable_) {
        return signal_->type == ValueType::String ? std::string{signal.text}
                                                  : std::format("{:.{}f}", signal.held, signal_->decimals);
    }
    if (signal_->type == ValueType::String) return std::vformat(binding_->textFormat, std::make_format_args(signal.text));
    if (formatsInteger_) return std::vformat(binding_->textFormat, std::make_format_args(signal.state.value.integer));
    const double number = binding_->mapping(signal.held);
    return std::vformat(binding_->textFormat, std::make_format_args(number));
}

void CompiledBinding::compose(const SignalView& signal, TargetState& target) const {
    const BindingOutput out = output(signal);
    if (binding_->kind == BindingKind::Text) {
        target.text = format(signal);
        return;
    }
    if (!out.active) return;
    switch (binding_->kind) {
    case BindingKind::Rotation:
    case BindingKind::Spin: turn(target, binding_->axis, binding_->pivot, out.value); break;
    case BindingKind::Translation: target.translation += target.rotation * (binding_->axis * static_cast<float>(out.value)); break;
    case BindingKind::Path:
        if (arcLengths_.empty()) break;
        target.translation = pointAt(binding_->pathNormalised ? out.value * arcLengths_.back() : out.value);
        target.translationInParent = true;
        break;
    case BindingKind::Colour: target.tint = colourAt(out); break;
    case BindingKind::Visibility: target.visible = target.visible && out.value != 0; break;
    case BindingKind::Fill:
        target.fill = static_cast<float>(std::clamp(out.value, 0.0, 1.0));
        target.fillAxis = binding_->axis;
        break;
    case BindingKind::Text: break;
    }
}

} // namespace millwright::twin
