#pragma once

#include <millwright/check/check.hpp>

#include <string>

namespace millwright::check {

/// A machine's PackML states over a time, in the colours of the window, above what they mean and why it stood.
[[nodiscard]] std::string bandDrawing(const StateBand& band, TimeInterval interval, const Outcome& outcome);

} // namespace millwright::check
