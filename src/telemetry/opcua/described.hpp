#pragma once

#include "telemetry/opcua/native.hpp"

#include <millwright/telemetry/opcua_browse.hpp>

namespace millwright::telemetry::opcua {

/// The name of a data type that the library knows, and empty for others, whose name only the server has.
[[nodiscard]] std::string standardTypeName(const UA_NodeId& dataType);

/// Fills in what the value of a variable tells: text, status, time, and which type a signal of it has.
void describeValue(const UA_DataValue& data, OpcUaNode& node);
void describeUnits(const UA_DataValue& engineeringUnits, OpcUaNode& node);
void describeRange(const UA_DataValue& range, OpcUaNode& node);

} // namespace millwright::telemetry::opcua
