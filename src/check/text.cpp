#include "check/text.hpp"

#include <millwright/core/units.hpp>

#include <format>

namespace millwright::check {
namespace {

std::string_view sign(plant::Comparison comparison) {
    switch (comparison) {
    case plant::Comparison::Equal: return "=";
    case plant::Comparison::NotEqual: return "≠";
    case plant::Comparison::Less: return "<";
    case plant::Comparison::LessOrEqual: return "≤";
    case plant::Comparison::Greater: return ">";
    case plant::Comparison::GreaterOrEqual: return "≥";
    }
    return "?";
}

} // namespace

std::string valueText(const plant::Signal& signal, double number, std::string_view text) {
    switch (signal.type) {
    case ValueType::String: return std::format("'{}'", text);
    case ValueType::Boolean:
        if (signal.states.size() != 2) return number != 0 ? "true" : "false";
        return signal.states[number != 0 ? 1 : 0];
    case ValueType::Integer:
        if (number >= 0 && number < static_cast<double>(signal.states.size()))
            return signal.states[static_cast<std::size_t>(number)];
        break;
    case ValueType::Float: break;
    }
    return signal.unit.empty() ? std::format("{}", number) : std::format("{} {}", number, units::display(signal.unit));
}

std::string conditionText(const plant::Signal& signal, const plant::Condition& condition) {
    return std::format("{} {} {}", signal.path, sign(condition.comparison), valueText(signal, condition.value, condition.state));
}

std::string timeText(Time time) {
    std::string text = formatTime(time);
    text.resize(text.find_last_not_of("0Z") + 1);
    if (text.back() == '.') text.pop_back();
    return text + "Z";
}

std::string countText(const CountRange& range, std::string_view one, std::string_view many) {
    const std::string_view noun = range.most == 1 ? one : many;
    if (range.least == range.most) return std::format("exactly {} {}", range.least, noun);
    if (range.most == CountRange{}.most) return std::format("at least {} {}", range.least, range.least == 1 ? one : many);
    return std::format("{} to {} {}", range.least, range.most, noun);
}

std::string_view qualityText(Quality quality) {
    switch (quality) {
    case Quality::Good: return "good";
    case Quality::Uncertain: return "uncertain";
    case Quality::Bad: return "bad";
    case Quality::Stale: return "stale";
    }
    return "unknown";
}

std::string timesText(std::uint64_t count) {
    return count == 1 ? "once" : std::format("{} times", count);
}

} // namespace millwright::check
