#pragma once

#include <millwright/sim/study.hpp>

#include <string>
#include <vector>

/// What the pages of studies and of forecasts share.
namespace millwright::sim {

/// A number with the digits that its half width makes worth saying: two of it.
[[nodiscard]] std::string withDigits(double value, double halfWidth, bool sign = false);
/// `32.2 ± 0.4`, both times `scale`.
[[nodiscard]] std::string interval(double mean, double halfWidth, double scale, bool sign = false);

/// HTML: what each scenario says of itself and changes of the first one's process; nothing where there is nothing to say.
[[nodiscard]] std::string changesPart(const std::vector<Scenario>& scenarios);
/// HTML: every fact of a process, folded away where they are many.
[[nodiscard]] std::string factsPart(const plant::Process& process);

} // namespace millwright::sim
