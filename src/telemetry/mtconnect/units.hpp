#pragma once

#include <string_view>

namespace millwright::telemetry::mtconnect {

/// The UCUM code of a unit as MTConnect writes it: `MILLIMETER/SECOND` is `mm/s`. Empty for one that is not known. Positions
/// (`MILLIMETER_3D`) have the unit of their components.
[[nodiscard]] std::string_view ucumOf(std::string_view units);

} // namespace millwright::telemetry::mtconnect
