#include "plant/expand.hpp"
#include "plant/keys.hpp"

#include <millwright/core/spelling.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <numbers>

namespace millwright::plant {
namespace {

constexpr double radiansPerDegree = std::numbers::pi / 180;

double unitScale(const units::Unit& unit) {
    return unit.numerator / unit.denominator * std::pow(10.0, unit.tenExponent);
}

/// Radians, radians per second, metres or 0…1 for one unit of the signal, when its unit says so by itself.
std::optional<double> scaleOfUnit(BindingKind kind, bool normalised, const units::Unit& unit) {
    switch (kind) {
    case BindingKind::Rotation: return units::isAngle(unit) ? std::optional{unitScale(unit)} : std::nullopt;
    case BindingKind::Spin:
        if (units::isFrequency(unit)) return unitScale(unit) * 2 * std::numbers::pi; // revolutions
        return units::isAngularSpeed(unit) ? std::optional{unitScale(unit)} : std::nullopt;
    case BindingKind::Translation: return units::isLength(unit) ? std::optional{unitScale(unit)} : std::nullopt;
    case BindingKind::Path:
        return (normalised ? units::isDimensionless(unit) : units::isLength(unit)) ? std::optional{unitScale(unit)} : std::nullopt;
    case BindingKind::Fill: return units::isDimensionless(unit) ? std::optional{unitScale(unit)} : std::nullopt;
    default: return std::nullopt;
    }
}

std::string_view neededUnit(BindingKind kind, bool normalised) {
    switch (kind) {
    case BindingKind::Rotation: return "an angle (deg or rad)";
    case BindingKind::Spin: return "an angular speed (deg/s, rad/s, or revolutions: /min, Hz)";
    case BindingKind::Fill: return "a fraction (%) or a signal with a range";
    case BindingKind::Path: return normalised ? "a fraction (%)" : "a length (m or mm)";
    default: return "a length (m or mm)";
    }
}

bool resolveMapping(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (signal.type == ValueType::String) {
        context.problems.add(from.signalAt,
                             std::format("a {} binding needs numbers: signal '{}' is a string",
                                         bindingKindWords[static_cast<std::size_t>(from.binding.kind)], signal.path));
        return false;
    }
    if (from.mapped) {
        if (binding.kind == BindingKind::Rotation || binding.kind == BindingKind::Spin) {
            binding.mapping.outLow *= radiansPerDegree;
            binding.mapping.outHigh *= radiansPerDegree;
        }
        return true;
    }
    if (binding.kind == BindingKind::Fill && signal.range) {
        binding.mapping = {signal.range->low, signal.range->high, 0, 1, true};
        return true;
    }
    const units::Unit* unit = context.unit(signal.unit);
    if (unit == nullptr && !signal.unit.empty()) return false; // reported with the signal
    const auto scale = unit != nullptr ? scaleOfUnit(binding.kind, binding.pathNormalised, *unit) : std::nullopt;
    if (!scale) {
        context.problems.add(from.signalAt,
                             std::format("a {} needs {}: signal '{}' has {}; give 'map' or 'per_unit'",
                                         bindingKindWords[static_cast<std::size_t>(binding.kind)],
                                         neededUnit(binding.kind, binding.pathNormalised), signal.path,
                                         signal.unit.empty() ? std::string{"no unit"} : std::format("the unit '{}'", signal.unit)));
        return false;
    }
    binding.mapping = {0, 1, 0, *scale, false};
    return true;
}

// A name of a state becomes the text (string signals) or the number it stands for.
bool resolveState(const BindingTemplate::State& from, const Signal& signal, std::string& state, double& value,
                  ReadContext& context) {
    if (from.state.empty()) {
        if (signal.type == ValueType::String) {
            context.problems.add(from.at,
                                 std::format("signal '{}' is a string: compare it with a 'state', not a 'value'", signal.path));
            return false;
        }
        value = from.value;
        return true;
    }
    const auto found = std::ranges::find(signal.states, from.state);
    if (found == signal.states.end() && !(signal.type == ValueType::String && signal.states.empty())) {
        const std::vector<std::string_view> names{signal.states.begin(), signal.states.end()};
        const std::string advice = didYouMean(from.state, names);
        context.problems.add(from.at, names.empty()
                                          ? std::format("signal '{}' has no named states: compare it with a 'value'", signal.path)
                                          : std::format("signal '{}' has no state '{}'{}", signal.path, from.state, advice));
        return false;
    }
    if (signal.type == ValueType::String)
        state = from.state;
    else
        value = static_cast<double>(found - signal.states.begin());
    return true;
}

bool resolveColours(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (!from.table) {
        if (signal.type != ValueType::String) return true;
        context.problems.add(from.signalAt, std::format("a ramp needs numbers: signal '{}' is a string; use 'table'", signal.path));
        return false;
    }
    bool good = true;
    for (std::size_t i = 0; i < from.states.size(); ++i) {
        good = resolveState(from.states[i], signal, binding.colours[i].state, binding.colours[i].value, context) && good;
    }
    return good;
}

bool resolveCondition(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (from.conditional)
        return resolveState(from.states.front(), signal, binding.condition.state, binding.condition.value, context);
    if (signal.type != ValueType::String) return true; // shown while the value is not zero
    context.problems.add(from.at, std::format("signal '{}' is a string: 'when' must say which state shows the node", signal.path));
    return false;
}

// Tries the format with a value of the signal's type; what it cannot do, it could not do when shown either.
bool resolveText(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (binding.textFormat.empty()) {
        const std::string unit = units::display(signal.unit);
        binding.textFormat = (signal.type == ValueType::Float ? std::format("{{:.{}f}}", signal.decimals) : std::string{"{}"}) +
                             (unit.empty() ? "" : " " + unit);
        return true;
    }
    std::string reason;
    std::size_t digits = 0;
    for (const char c : binding.textFormat) {
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (digits > 2) reason = "widths and precisions have at most two digits";
    }
    if (binding.textFormat.size() > 200) reason = "it is longer than 200 characters";
    if (reason.empty()) {
        double number = 1.5;
        std::int64_t integer = 1;
        bool boolean = true;
        std::string_view text = "text";
        try {
            switch (signal.type) {
            case ValueType::Float: (void)std::vformat(binding.textFormat, std::make_format_args(number)); break;
            case ValueType::Integer: (void)std::vformat(binding.textFormat, std::make_format_args(integer)); break;
            case ValueType::Boolean: (void)std::vformat(binding.textFormat, std::make_format_args(boolean)); break;
            case ValueType::String: (void)std::vformat(binding.textFormat, std::make_format_args(text)); break;
            }
        } catch (const std::format_error& error) {
            reason = error.what();
        }
    }
    if (reason.empty()) return true;
    context.problems.add(
        from.formatAt,
        std::format("'{}' cannot format a {}: {} (write for example \"{{:.1f}} m/min\" for a float, \"{{}}\" for others)",
                    binding.textFormat.substr(0, 80), typeWords[static_cast<std::size_t>(signal.type)], reason));
    return false;
}

} // namespace

bool resolveBinding(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    switch (binding.kind) {
    case BindingKind::Colour: return resolveColours(from, signal, binding, context);
    case BindingKind::Visibility: return resolveCondition(from, signal, binding, context);
    case BindingKind::Text: return resolveText(from, signal, binding, context);
    default: return resolveMapping(from, signal, binding, context);
    }
}

} // namespace millwright::plant
