#pragma once

#include "telemetry/opcua/native.hpp"

#include <open62541/types_generated.h>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace millwright::telemetry::opcua {

/// What is known: UNECE common codes with their UCUM codes.
[[nodiscard]] std::span<const std::pair<std::string_view, std::string_view>> commonCodes();

/// The UCUM code of a UNECE common code (Recommendation 20), `B47` is `kN`. Empty for one that is not known.
[[nodiscard]] std::string_view ucumOfCommonCode(std::string_view code);

/// The UCUM code of a unit as a node's EngineeringUnits says it: by its UNECE code (OPC 10000-8, 5.6.3), else by its name where
/// that is UCUM or how people write it (`°C`). Empty for one that is not known.
[[nodiscard]] std::string ucumOf(const UA_EUInformation& units);

/// What people read: the name, else the code.
[[nodiscard]] std::string unitName(const UA_EUInformation& units);

} // namespace millwright::telemetry::opcua
