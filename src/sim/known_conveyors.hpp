#pragma once

#include <millwright/sim/validation.hpp>

#include <vector>

namespace millwright::sim {

/// Those of `knownModels` that have conveyors.
[[nodiscard]] std::vector<KnownModel> knownConveyors();

} // namespace millwright::sim
