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
        const Mapping& map = binding.mapping;
        const double atZero = map.outLow - map.inLow * (map.outHigh - map.outLow) / (map.inHigh - map.inLow);
        if (binding.kind == BindingKind::Spin && std::abs(atZero) > 1e-6 * std::max(std::abs(map.outLow), std::abs(map.outHigh))) {
            context.problems.add(
                from.mapAt,
                std::format("a spin is proportional to its signal: this map gives {:.6g} degrees per second at 0", atZero));
            return false;
        }
        binding.mapping.clamp = map.clamp && binding.kind != BindingKind::Spin;
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

// A table of numbers as a ramp that is flat around each value and leaves the node as it is in between.
std::vector<ColourStop> stepsOf(std::vector<ColourStop> table) {
    std::ranges::sort(table, {}, &ColourStop::value);
    std::vector<ColourStop> steps;
    for (const ColourStop& entry : table) {
        const glm::vec4 untouched{glm::vec3{entry.colour}, 0};
        steps.push_back({entry.value - 0.5, {}, untouched});
        steps.push_back({entry.value - 0.25, {}, entry.colour});
        steps.push_back({entry.value + 0.25, {}, entry.colour});
        steps.push_back({entry.value + 0.4375, {}, untouched});
    }
    return steps;
}

bool resolveColours(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (!from.table) {
        if (signal.type != ValueType::String) return true;
        context.problems.add(from.signalAt, std::format("a ramp needs numbers: signal '{}' is a string; use 'table'", signal.path));
        return false;
    }
    if (signal.type == ValueType::Float) {
        context.problems.add(
            from.signalAt,
            std::format("a float has no states: give signal '{}' the type integer, boolean or string, or use 'ramp'", signal.path));
        return false;
    }
    bool good = true;
    bool named = true;
    for (std::size_t i = 0; i < from.states.size(); ++i) {
        ColourStop& entry = binding.colours[i];
        good = resolveState(from.states[i], signal, entry.state, entry.value, context) && good;
        const auto before = std::span{binding.colours}.first(i);
        if (good && std::ranges::any_of(before, [&](const ColourStop& other) {
                return other.state == entry.state && other.value == entry.value;
            })) {
            context.problems.add(from.states[i].at, "this state has a colour already");
            good = false;
        }
        if (signal.type == ValueType::String) continue;
        const auto states = static_cast<double>(signal.states.size());
        named = named && entry.value >= 0 && entry.value < states && !signal.states[static_cast<std::size_t>(entry.value)].empty();
        if (std::floor(entry.value) != entry.value || std::abs(entry.value) > 1e9) {
            context.problems.add(from.states[i].at, std::format("{} is no value of this signal, whose type is {}", entry.value,
                                                                typeWords[static_cast<std::size_t>(signal.type)]));
            good = false;
        }
    }
    if (!good || signal.type == ValueType::String) return good;
    if (!named) {
        binding.colours = stepsOf(std::move(binding.colours));
        return true;
    }
    for (ColourStop& entry : binding.colours) entry.state = signal.states[static_cast<std::size_t>(entry.value)];
    return true;
}

bool resolveCondition(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    if (from.conditional)
        return resolveState(from.states.front(), signal, binding.condition.state, binding.condition.value, context);
    if (signal.type != ValueType::String) return true; // shown while the value is not zero
    context.problems.add(from.at, std::format("signal '{}' is a string: 'when' must say which state shows the node", signal.path));
    return false;
}

template <typename T>
std::string formatFailure(const std::string& format, const T& value) {
    try {
        (void)std::vformat(format, std::make_format_args(value));
        return {};
    } catch (const std::format_error& error) {
        return error.what();
    }
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
        const double number = 1.5;
        const std::int64_t integer = 1;
        const std::string_view text = "text";
        switch (signal.type) {
        case ValueType::Integer:
            reason = formatFailure(binding.textFormat, integer);
            if (!reason.empty()) reason = formatFailure(binding.textFormat, number);
            break;
        case ValueType::String: reason = formatFailure(binding.textFormat, text); break;
        default: reason = formatFailure(binding.textFormat, number); break;
        }
    }
    if (reason.empty()) return true;
    context.problems.add(
        from.formatAt,
        std::format("'{}' cannot show {} values: {} (write for example \"{{:.1f}} m/min\" for floats, \"{{}}\" for others)",
                    binding.textFormat.substr(0, 80), typeWords[static_cast<std::size_t>(signal.type)], reason));
    return false;
}

} // namespace

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

bool resolveBinding(const BindingTemplate& from, const Signal& signal, Binding& binding, ReadContext& context) {
    switch (binding.kind) {
    case BindingKind::Colour: return resolveColours(from, signal, binding, context);
    case BindingKind::Visibility: return resolveCondition(from, signal, binding, context);
    case BindingKind::Text: return resolveText(from, signal, binding, context);
    default: return resolveMapping(from, signal, binding, context);
    }
}

} // namespace millwright::plant
