#pragma once

#include "telemetry/opcua/address_space.hpp"

#include <millwright/telemetry/opcua.hpp>

#include <functional>
#include <string>

namespace millwright::telemetry::opcua {

/// Compares the EngineeringUnits of nodes with the units of their signals, and tells of each where UCUM knows that values mean
/// something else. What has no unit on one side, or one that is not known, is let be. Errors: Unreadable (the connection).
[[nodiscard]] Result<void> compareUnits(UA_Client* client, const Namespaces& namespaces, const OperationLimits& limits,
                                        const OpcUaOptions& options, const std::function<void(std::string)>& tell);

} // namespace millwright::telemetry::opcua
