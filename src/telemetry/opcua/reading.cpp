#include "telemetry/opcua/reading.hpp"

#include "telemetry/encoding/convert_value.hpp"

#include <algorithm>
#include <charconv>
#include <format>
#include <limits>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::int64_t nanosecondsPerTick = 100;

/// What a variant holds, before it is made the signal's type.
struct Scalar {
    ValueType type = ValueType::Integer;
    Value value;
    bool clamped = false; ///< the number was beyond what a sample can hold
};

template <typename T>
T of(const UA_Variant& variant) {
    return *static_cast<const T*>(variant.data);
}

Scalar integer(std::int64_t number) {
    return {ValueType::Integer, Value::of(number)};
}

std::string guidText(const UA_Guid& guid) {
    Owned<UA_String, UA_TYPES_STRING> printed;
    static_cast<void>(UA_Guid_print(&guid, &*printed));
    return std::string{view(*printed)};
}

/// A number or boolean; none for everything else.
std::optional<Scalar> numberIn(const UA_Variant& variant) {
    switch (variant.type->typeKind) {
    case UA_DATATYPEKIND_BOOLEAN: return Scalar{ValueType::Boolean, Value::of(of<UA_Boolean>(variant))};
    case UA_DATATYPEKIND_SBYTE: return integer(of<UA_SByte>(variant));
    case UA_DATATYPEKIND_BYTE: return integer(of<UA_Byte>(variant));
    case UA_DATATYPEKIND_INT16: return integer(of<UA_Int16>(variant));
    case UA_DATATYPEKIND_UINT16: return integer(of<UA_UInt16>(variant));
    case UA_DATATYPEKIND_ENUM:
    case UA_DATATYPEKIND_INT32: return integer(of<UA_Int32>(variant));
    case UA_DATATYPEKIND_STATUSCODE:
    case UA_DATATYPEKIND_UINT32: return integer(of<UA_UInt32>(variant));
    case UA_DATATYPEKIND_INT64: return integer(of<UA_Int64>(variant));
    case UA_DATATYPEKIND_UINT64: {
        const UA_UInt64 number = of<UA_UInt64>(variant);
        constexpr auto largest = std::numeric_limits<std::int64_t>::max();
        if (std::in_range<std::int64_t>(number)) return integer(static_cast<std::int64_t>(number));
        return Scalar{ValueType::Integer, Value::of(largest), true};
    }
    case UA_DATATYPEKIND_FLOAT: return Scalar{ValueType::Float, Value::of(static_cast<double>(of<UA_Float>(variant)))};
    case UA_DATATYPEKIND_DOUBLE: return Scalar{ValueType::Float, Value::of(of<UA_Double>(variant))};
    case UA_DATATYPEKIND_DATETIME: {
        const auto time = timeOf(of<UA_DateTime>(variant));
        return time ? std::optional{integer(nanoseconds(*time) / 1'000'000)} : std::nullopt;
    }
    default: return std::nullopt;
    }
}

/// A text; none for everything else.
std::optional<std::string> textIn(const UA_Variant& variant) {
    switch (variant.type->typeKind) {
    case UA_DATATYPEKIND_STRING: return std::string{view(of<UA_String>(variant))};
    case UA_DATATYPEKIND_LOCALIZEDTEXT: return std::string{view(of<UA_LocalizedText>(variant).text)};
    case UA_DATATYPEKIND_QUALIFIEDNAME: return std::string{view(of<UA_QualifiedName>(variant).name)};
    case UA_DATATYPEKIND_GUID: return guidText(of<UA_Guid>(variant));
    default: return std::nullopt;
    }
}

std::string_view typeName(ValueType type) {
    constexpr std::string_view names[] = {"float", "integer", "boolean", "string"};
    return names[static_cast<std::size_t>(type)];
}

bool readText(const UA_Variant& variant, std::string& text) {
    auto found = textOf(variant);
    if (found) text = std::move(*found);
    return found.has_value();
}

/// Makes an array its element; false where it has none such. Most servers send nothing but that element.
bool takeElement(UA_Variant& variant, std::string_view index) {
    if (UA_Variant_isScalar(&variant)) return true;
    std::size_t place = 0;
    for (std::size_t dimension = 0; variant.arrayLength > 1 && !index.empty(); ++dimension) {
        const std::string_view number = index.substr(0, index.find(','));
        std::size_t at = 0;
        std::from_chars(number.data(), number.data() + number.size(), at);
        const bool matrix = dimension < variant.arrayDimensionsSize;
        if (!matrix && dimension > 0) return false;
        const std::size_t length = matrix ? variant.arrayDimensions[dimension] : variant.arrayLength;
        if (at >= length) return false;
        place = place * length + at;
        index.remove_prefix(std::min(index.size(), number.size() + 1));
    }
    if (place >= variant.arrayLength) return false;
    UA_Variant_setScalar(&variant, static_cast<UA_Byte*>(variant.data) + place * variant.type->memSize, variant.type);
    return true;
}

bool readNumber(const UA_Variant& variant, Reading& reading) {
    if (const auto number = numberIn(variant)) {
        StringTable none; // conversions between numbers touch no texts
        reading.value = number->value;
        if (number->clamped) reading.quality = std::max(reading.quality, Quality::Uncertain);
        return convertValue(reading.value, number->type, reading.type, none);
    }
    const auto found = textIn(variant);
    return found && valueOfText(*found, reading.type, reading.value);
}

} // namespace

std::string statusName(UA_StatusCode code) {
    const std::string name = UA_StatusCode_name(code);
    return name.starts_with("Unknown") ? std::format("status 0x{:08X}", code) : name;
}

std::optional<Time> timeOf(UA_DateTime date) {
    const std::int64_t ticks = date - UA_DATETIME_UNIX_EPOCH;
    if (date < UA_DATETIME_UNIX_EPOCH || ticks > std::numeric_limits<std::int64_t>::max() / nanosecondsPerTick) return std::nullopt;
    return timeFromNanoseconds(ticks * nanosecondsPerTick);
}

Quality qualityOf(UA_StatusCode code) {
    constexpr UA_StatusCode code16 = 0xFFFF'0000u; // the rest is no part of what it means
    const UA_StatusCode meaning = code & code16;
    if (meaning == UA_STATUSCODE_UNCERTAINNOCOMMUNICATIONLASTUSABLEVALUE || meaning == UA_STATUSCODE_UNCERTAINLASTUSABLEVALUE)
        return Quality::Stale;
    switch (code >> 30) {
    case 0: return Quality::Good;
    case 1: return Quality::Uncertain;
    default: return Quality::Bad;
    }
}

std::optional<std::string> textOf(const UA_Variant& variant) {
    if (!UA_Variant_isScalar(&variant)) return std::nullopt;
    if (auto found = textIn(variant)) return found;
    if (variant.type->typeKind == UA_DATATYPEKIND_DATETIME) {
        const auto time = timeOf(of<UA_DateTime>(variant));
        return time ? std::optional{formatTime(*time)} : std::nullopt;
    }
    const auto number = numberIn(variant);
    if (!number) return std::nullopt;
    switch (number->type) {
    case ValueType::Float: return std::format("{}", number->value.number);
    case ValueType::Boolean: return number->value.boolean ? "true" : "false";
    default: return std::format("{}", number->value.integer);
    }
}

std::string read(const UA_DataValue& data, Reading& reading, std::string& text, std::string_view index) {
    reading.quality = data.hasStatus ? qualityOf(data.status) : Quality::Good;
    std::optional<Time> time;
    if (data.hasSourceTimestamp) time = timeOf(data.sourceTimestamp);
    if (!time && data.hasServerTimestamp) time = timeOf(data.serverTimestamp);
    reading.time = time.value_or(Time{});
    text.clear();
    UA_Variant variant = data.value; // shallow: it is `data` that owns what it points at
    reading.empty = !data.hasValue || UA_Variant_isEmpty(&variant);
    if (reading.empty) {
        reading.quality = std::max(reading.quality, Quality::Bad);
        return {};
    }
    if (!index.empty() && !reading.empty && !takeElement(variant, index))
        return std::format("its value of {} elements has none with the index {}", variant.arrayLength, index);
    const bool scalar = UA_Variant_isScalar(&variant);
    if (scalar && (reading.type == ValueType::String ? readText(variant, text) : readNumber(variant, reading))) return {};
    reading.empty = reading.quality == Quality::Bad; // it need not be readable for that to be known
    if (reading.empty) return {};
    if (!scalar)
        return std::format("its value is an array of {} {}, and a signal takes one value: say which, index=0;nsu=…",
                           variant.arrayLength, variant.type->typeName);
    return std::format("its value is a {}, which is no {}", variant.type->typeName, typeName(reading.type));
}

} // namespace millwright::telemetry::opcua
