#pragma once

#include <millwright/check/check.hpp>

#include <string>

/// How checks tell people what they expected and found.
namespace millwright::check {

/// `12.5 N`, `Execute`, `true`: a value of a signal.
[[nodiscard]] std::string valueText(const plant::Signal& signal, double number, std::string_view text);
/// `electrode/coating/coater-1/web-tension < 5 N`.
[[nodiscard]] std::string conditionText(const plant::Signal& signal, const plant::Condition& condition);
/// `good`, `bad` and so on.
[[nodiscard]] std::string_view qualityText(Quality quality);
/// `2026-11-23T01:43:00.5Z`: no more digits than it needs.
[[nodiscard]] std::string timeText(Time time);
/// `exactly 1 time`, `1 to 3 times`.
[[nodiscard]] std::string countText(const CountRange& range, std::string_view one, std::string_view many);
/// `once`, `2 times`.
[[nodiscard]] std::string timesText(std::uint64_t count);

} // namespace millwright::check
