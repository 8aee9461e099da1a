#pragma once

#include <millwright/sim/shown.hpp>
#include <millwright/sim/study.hpp>

#include <string>
#include <vector>

/// What the pages of studies and of forecasts share.
namespace millwright::sim {

/// HTML: what each scenario says of itself and changes of the first one's process; nothing where there is nothing to say.
[[nodiscard]] std::string changesPart(const std::vector<Scenario>& scenarios);
/// HTML: every fact of a process, folded away where they are many.
[[nodiscard]] std::string factsPart(const plant::Process& process);

} // namespace millwright::sim
