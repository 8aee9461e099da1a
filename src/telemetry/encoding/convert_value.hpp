#pragma once

#include <millwright/core/value.hpp>

#include <string_view>

namespace millwright::telemetry {

/// Turns `value` of type `from` into type `to`, in place: numbers round to the nearest integer, anything but 0 is true, text is
/// read as a number or as true/false/1/0, and anything is written as text. Returns false, leaving it as it is, when that cannot be
/// done.
[[nodiscard]] bool convertValue(Value& value, ValueType from, ValueType to, StringTable& strings);

/// What a sample without a value holds; its quality says so.
[[nodiscard]] Value noValue(ValueType type, StringTable& strings);

/// Reads a number or boolean from text, as `convertValue` does. False, leaving `value` as it is, when it is none, and for String.
[[nodiscard]] bool valueOfText(std::string_view text, ValueType to, Value& value);

/// Whether every value survives the conversion with its number unchanged, so that sums over it are the same bit for bit.
[[nodiscard]] constexpr bool keepsNumber(ValueType from, ValueType to) {
    return from == to || (from == ValueType::Boolean && to != ValueType::String) ||
           (from == ValueType::Integer && to == ValueType::Float);
}

} // namespace millwright::telemetry
