#pragma once

#include <millwright/check/check.hpp>

#include <string>

/// Pieces that the drawings of a report share: they all lie over a time, and stretch to the page's width.
namespace millwright::check {

inline constexpr double drawingWidth = 1000; ///< of every drawing, in its own units: the page stretches it

/// Where a time lies across a drawing of an interval, 0 to `drawingWidth`.
[[nodiscard]] double across(TimeInterval interval, Time time);
/// `06:17:03`.
[[nodiscard]] std::string clockText(Time time);
/// A number with no more digits than people read.
[[nodiscard]] std::string numberText(double value);
/// The times below a drawing.
[[nodiscard]] std::string ticks(TimeInterval interval);
/// The window of a check, behind what is drawn in 100 units of height.
[[nodiscard]] std::string windowOf(const Outcome& outcome, TimeInterval interval);
/// The moment that decided it, over what is drawn.
[[nodiscard]] std::string momentOf(const Outcome& outcome, TimeInterval interval, bool failed);

} // namespace millwright::check
