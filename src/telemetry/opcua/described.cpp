#include "telemetry/opcua/described.hpp"

#include "telemetry/opcua/reading.hpp"
#include "telemetry/opcua/units.hpp"

#include <cmath>
#include <format>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::size_t mostElements = 8; ///< of an array that are shown

std::optional<ValueType> signalType(const UA_DataType& type) {
    switch (type.typeKind) {
    case UA_DATATYPEKIND_BOOLEAN: return ValueType::Boolean;
    case UA_DATATYPEKIND_SBYTE:
    case UA_DATATYPEKIND_BYTE:
    case UA_DATATYPEKIND_INT16:
    case UA_DATATYPEKIND_UINT16:
    case UA_DATATYPEKIND_INT32:
    case UA_DATATYPEKIND_UINT32:
    case UA_DATATYPEKIND_INT64:
    case UA_DATATYPEKIND_UINT64:
    case UA_DATATYPEKIND_ENUM:
    case UA_DATATYPEKIND_STATUSCODE: return ValueType::Integer;
    case UA_DATATYPEKIND_FLOAT:
    case UA_DATATYPEKIND_DOUBLE: return ValueType::Float;
    case UA_DATATYPEKIND_STRING:
    case UA_DATATYPEKIND_LOCALIZEDTEXT:
    case UA_DATATYPEKIND_QUALIFIEDNAME:
    case UA_DATATYPEKIND_GUID:
    case UA_DATATYPEKIND_DATETIME: return ValueType::String;
    default: return std::nullopt;
    }
}

/// The n-th element of an array, or a scalar itself, as text.
std::string elementText(const UA_Variant& variant, std::size_t n) {
    UA_Variant element{};
    UA_Variant_setScalar(&element, static_cast<UA_Byte*>(variant.data) + n * variant.type->memSize, variant.type);
    if (variant.type->typeKind == UA_DATATYPEKIND_FLOAT) return std::format("{}", *static_cast<const UA_Float*>(element.data));
    if (variant.type->typeKind == UA_DATATYPEKIND_BYTESTRING)
        return std::format("({} bytes)", static_cast<const UA_ByteString*>(element.data)->length);
    return textOf(element).value_or(std::format("({})", variant.type->typeName));
}

} // namespace

std::string standardTypeName(const UA_NodeId& dataType) {
    const UA_DataType* const type = dataType.namespaceIndex == 0 ? UA_findDataType(&dataType) : nullptr;
    return type == nullptr ? std::string{} : std::string{type->typeName};
}

void describeValue(const UA_DataValue& data, OpcUaNode& node) {
    node.status = data.hasStatus ? statusName(data.status) : "Good";
    if (data.hasSourceTimestamp) node.time = timeOf(data.sourceTimestamp).value_or(Time{});
    const UA_Variant& variant = data.value;
    if (!data.hasValue || UA_Variant_isEmpty(&variant)) return;
    if (UA_Variant_isScalar(&variant)) {
        node.signal = signalType(*variant.type);
        node.value = elementText(variant, 0);
        return;
    }
    node.type += '[';
    if (variant.arrayDimensionsSize == 0) node.type += std::format("{}", variant.arrayLength);
    for (std::size_t i = 0; i < variant.arrayDimensionsSize; ++i)
        node.type += std::format("{}{}", i > 0 ? "," : "", variant.arrayDimensions[i]);
    node.type += ']';
    for (std::size_t i = 0; i < variant.arrayLength && i < mostElements; ++i)
        node.value += (i > 0 ? ", " : "") + elementText(variant, i);
    if (variant.arrayLength > mostElements) node.value += ", …";
}

void describeUnits(const UA_DataValue& engineeringUnits, OpcUaNode& node) {
    if (!UA_Variant_hasScalarType(&engineeringUnits.value, &UA_TYPES[UA_TYPES_EUINFORMATION])) return;
    const auto& units = *static_cast<const UA_EUInformation*>(engineeringUnits.value.data);
    node.unit = unitName(units);
    node.ucum = ucumOf(units);
}

void describeRange(const UA_DataValue& range, OpcUaNode& node) {
    if (!UA_Variant_hasScalarType(&range.value, &UA_TYPES[UA_TYPES_RANGE])) return;
    const auto& found = *static_cast<const UA_Range*>(range.value.data);
    if (std::isfinite(found.low) && std::isfinite(found.high)) node.range = {found.low, found.high};
}

} // namespace millwright::telemetry::opcua
