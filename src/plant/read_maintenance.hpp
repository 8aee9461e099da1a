#pragma once

#include "plant/process_fields.hpp"

#include <millwright/plant/maintenance.hpp>

#include <span>

namespace millwright::plant {

/// One table of a station's `maintenance`, without its crew. Problems are reported where they are.
[[nodiscard]] Maintenance readMaintenance(const Fields& fields, std::span<const Failure> failures);

} // namespace millwright::plant
