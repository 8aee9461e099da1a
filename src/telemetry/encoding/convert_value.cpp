#include "telemetry/encoding/convert_value.hpp"

#include <charconv>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::telemetry {
namespace {

bool toInteger(double number, std::int64_t& integer) {
    const double rounded = std::nearbyint(number);
    if (!(rounded >= -0x1p63 && rounded < 0x1p63)) return false; // NaN too
    integer = static_cast<std::int64_t>(rounded);
    return true;
}

template <typename Number>
bool parse(std::string_view text, Number& number) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

bool valueOfText(std::string_view text, ValueType to, Value& value) {
    double number = 0;
    std::int64_t integer = 0;
    switch (to) {
    case ValueType::Float:
        if (!parse(text, number)) return false;
        value = Value::of(number);
        return true;
    case ValueType::Integer:
        if (!parse(text, integer) && !(parse(text, number) && toInteger(number, integer))) return false;
        value = Value::of(integer);
        return true;
    case ValueType::Boolean:
        if (text != "true" && text != "false" && text != "1" && text != "0") return false;
        value = Value::of(text == "true" || text == "1");
        return true;
    case ValueType::String: break;
    }
    return false;
}

Value noValue(ValueType type, StringTable& strings) {
    if (type == ValueType::String) return Value::of(strings.add(""));
    return type == ValueType::Float ? Value::of(std::numeric_limits<double>::quiet_NaN()) : Value{};
}

bool convertValue(Value& value, ValueType from, ValueType to, StringTable& strings) {
    if (from == to) return true;
    if (from == ValueType::String) return valueOfText(strings.text(value.string), to, value);
    switch (to) {
    case ValueType::Float: value = Value::of(value.asNumber(from)); return true;
    case ValueType::Boolean:
        if (from == ValueType::Float && std::isnan(value.number)) return false;
        value = Value::of(value.asNumber(from) != 0);
        return true;
    case ValueType::Integer: {
        std::int64_t integer = from == ValueType::Boolean && value.boolean ? 1 : 0;
        if (from == ValueType::Float && !toInteger(value.number, integer)) return false;
        value = Value::of(integer);
        return true;
    }
    case ValueType::String:
        if (from == ValueType::Float)
            value = Value::of(strings.add(std::format("{}", value.number)));
        else if (from == ValueType::Integer)
            value = Value::of(strings.add(std::format("{}", value.integer)));
        else
            value = Value::of(strings.add(value.boolean ? "true" : "false"));
        return true;
    }
    return false;
}

} // namespace millwright::telemetry
