#include "telemetry/sparkplug/structure.hpp"

#include "telemetry/live/feed_text.hpp"

#include <bit>
#include <charconv>
#include <limits>
#include <utility>

namespace millwright::telemetry::sparkplug {
namespace {

constexpr unsigned maximumDepth = 16;

template <typename Number>
void appendNumber(std::string& text, Number number) {
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    text.append(digits, end);
}

/// The type of an array's elements, and their size in bytes.
std::pair<DataType, std::size_t> elementOf(DataType array) {
    switch (array) {
    case DataType::Int8Array: return {DataType::Int8, 1};
    case DataType::Int16Array: return {DataType::Int16, 2};
    case DataType::Int32Array: return {DataType::Int32, 4};
    case DataType::Int64Array: return {DataType::Int64, 8};
    case DataType::UInt8Array: return {DataType::UInt8, 1};
    case DataType::UInt16Array: return {DataType::UInt16, 2};
    case DataType::UInt32Array: return {DataType::UInt32, 4};
    case DataType::UInt64Array: return {DataType::UInt64, 8};
    case DataType::FloatArray: return {DataType::Float, 4};
    case DataType::DoubleArray: return {DataType::Double, 8};
    case DataType::DateTimeArray: return {DataType::DateTime, 8};
    default: return {DataType::Unknown, 0};
    }
}

Carrier carrierOf(DataType type) {
    switch (type) {
    case DataType::Float: return Carrier::Float;
    case DataType::Double: return Carrier::Double;
    case DataType::Int64:
    case DataType::UInt64:
    case DataType::DateTime: return Carrier::Long;
    default: return Carrier::Int;
    }
}

/// A field of the oneof of data set values and template parameters: Int, Long, Float, Double, Boolean, String from number `first`.
bool readOneOf(ByteReader& reader, std::uint64_t tag, unsigned first, CarriedValue& value) {
    const std::uint64_t number = tag >> 3;
    if (number < first || number > first + 5) return skipField(reader, tag);
    constexpr unsigned wireTypes[] = {0, 0, 5, 1, 0, 2};
    if ((tag & 7) != wireTypes[number - first]) return skipField(reader, tag);
    switch (number - first) {
    case 0: value = {Carrier::Int, reader.varint(), {}}; break;
    case 1: value = {Carrier::Long, reader.varint(), {}}; break;
    case 2: value = {Carrier::Float, reader.number<std::uint32_t>(), {}}; break;
    case 3: value = {Carrier::Double, reader.number<std::uint64_t>(), {}}; break;
    case 4: value = {Carrier::Boolean, reader.varint(), {}}; break;
    default: value = {Carrier::String, 0, reader.bytes(reader.varint())}; break;
    }
    return reader.ok();
}

bool isWhole(Carrier carrier) {
    return carrier == Carrier::Int || carrier == Carrier::Long || carrier == Carrier::Boolean;
}

/// Signed numbers come as two's complement of their own width or of 32 bits: cutting to the width reads both.
std::int64_t wholeNumber(DataType type, std::uint64_t bits) {
    switch (type) {
    case DataType::Int8: return static_cast<std::int8_t>(bits);
    case DataType::Int16: return static_cast<std::int16_t>(bits);
    case DataType::Int32: return static_cast<std::int32_t>(bits);
    case DataType::UInt8: return static_cast<std::uint8_t>(bits);
    case DataType::UInt16: return static_cast<std::uint16_t>(bits);
    case DataType::UInt32: return static_cast<std::uint32_t>(bits);
    default: return static_cast<std::int64_t>(bits);
    }
}

} // namespace

bool isStructure(DataType type) {
    return type == DataType::Template || type == DataType::DataSet ||
           (type >= DataType::Int8Array && type <= DataType::DateTimeArray);
}

std::optional<ValueType> naturalType(DataType type) {
    switch (type) {
    case DataType::Float:
    case DataType::Double: return ValueType::Float;
    case DataType::Boolean: return ValueType::Boolean;
    case DataType::String:
    case DataType::Text:
    case DataType::Uuid: return ValueType::String;
    case DataType::DateTime: return ValueType::Integer;
    default:
        if (type >= DataType::Int8 && type <= DataType::UInt64) return ValueType::Integer;
        return std::nullopt;
    }
}

Reading readScalar(const Leaf& leaf, StringTable& strings, Value& value) {
    const CarriedValue& carried = leaf.value;
    switch (leaf.type) {
    case DataType::Float:
    case DataType::Double:
        if (carried.carrier == Carrier::Double)
            value = Value::of(std::bit_cast<double>(carried.bits));
        else if (carried.carrier == Carrier::Float)
            value = Value::of(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(carried.bits))));
        else
            return Reading::Missing;
        return Reading::Exact;
    case DataType::Boolean:
        if (!isWhole(carried.carrier)) return Reading::Missing;
        value = Value::of(carried.bits != 0);
        return Reading::Exact;
    case DataType::String:
    case DataType::Text:
    case DataType::Uuid:
        if (carried.carrier != Carrier::String) return Reading::Missing;
        if (const auto id = addText({reinterpret_cast<const char*>(carried.bytes.data()), carried.bytes.size()}, strings)) {
            value = Value::of(*id);
            return Reading::Exact;
        }
        return Reading::Missing;
    default: break;
    }
    if (!isWhole(carried.carrier)) return Reading::Missing;
    constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const bool tooLarge = leaf.type == DataType::UInt64 && carried.bits > static_cast<std::uint64_t>(largest);
    value = Value::of(tooLarge ? largest : wholeNumber(leaf.type, carried.bits));
    return tooLarge ? Reading::Clamped : Reading::Exact;
}

bool StructureWalker::walk(std::string_view name, const Leaf& structure, LeafVisitor& visitor) {
    visitor_ = &visitor;
    name_.assign(name);
    return any(structure, 0);
}

bool StructureWalker::any(const Leaf& structure, unsigned depth) {
    if (structure.null || structure.value.carrier == Carrier::None) return true;
    const CarriedValue& value = structure.value;
    if (structure.type == DataType::Template)
        return value.carrier == Carrier::Template && depth < maximumDepth && templateMembers(value.bytes, depth);
    if (structure.type == DataType::DataSet) return value.carrier == Carrier::DataSet && dataSet(value.bytes);
    return value.carrier == Carrier::Bytes && array(structure.type, value.bytes);
}

bool StructureWalker::member(std::string_view name, const Leaf& leaf, unsigned depth) {
    const std::size_t prefix = name_.size();
    if (name.empty() || prefix + 1 + name.size() > maximumNameBytes) return false;
    name_ += '/';
    name_ += name;
    Leaf typed = leaf;
    if (typed.type == DataType::Unknown) typed.type = visitor_->declared(name_);
    bool ok = true;
    if (isStructure(typed.type))
        ok = any(typed, depth + 1);
    else
        visitor_->leaf(name_, typed);
    name_.resize(prefix);
    return ok;
}

bool StructureWalker::templateMembers(std::span<const std::byte> bytes, unsigned depth) {
    bool definition = false;
    for (ByteReader reader{bytes}; reader.remaining() > 0;) {
        const std::uint64_t tag = reader.varint();
        if (tag == (5u << 3))
            definition = reader.varint() != 0;
        else if (!skipField(reader, tag))
            return false;
        if (!reader.ok()) return false;
    }
    if (definition) return true; // a description of what instances look like, without values
    MetricReader members{bytes};
    for (MetricFields metric; members.next(metric);)
        if (!member(metric.name, {static_cast<DataType>(metric.datatype), metric.value, metric.null}, depth)) return false;
    if (!members.ok()) return false;
    for (ByteReader reader{bytes}; reader.remaining() > 0;) {
        const std::uint64_t tag = reader.varint();
        if (tag == (3u << 3 | 2) ? !parameter(reader.bytes(reader.varint())) : !skipField(reader, tag)) return false;
    }
    return true;
}

bool StructureWalker::parameter(std::span<const std::byte> bytes) {
    std::string_view name;
    Leaf leaf;
    ByteReader reader{bytes};
    while (reader.remaining() > 0) {
        const std::uint64_t tag = reader.varint();
        if (tag == (1u << 3 | 2))
            name = reader.text(reader.varint());
        else if (tag == (2u << 3))
            leaf.type = static_cast<DataType>(reader.varint());
        else if (!readOneOf(reader, tag, 3, leaf.value))
            return false;
    }
    if (!reader.ok() || isStructure(leaf.type)) return false;
    leaf.null = leaf.value.carrier == Carrier::None;
    return member(name, leaf, maximumDepth);
}

bool StructureWalker::dataSet(std::span<const std::byte> bytes) {
    columns_.clear();
    columnTypes_.clear();
    for (ByteReader reader{bytes}; reader.remaining() > 0;) {
        const std::uint64_t tag = reader.varint();
        if (tag == (2u << 3 | 2)) {
            columns_.push_back(reader.text(reader.varint()));
        } else if (tag == (3u << 3)) {
            columnTypes_.push_back(static_cast<DataType>(reader.varint()));
        } else if (tag == (3u << 3 | 2)) { // packed
            ByteReader packed{reader.bytes(reader.varint())};
            while (packed.remaining() > 0) columnTypes_.push_back(static_cast<DataType>(packed.varint()));
            if (!packed.ok()) return false;
        } else if (!skipField(reader, tag)) {
            return false;
        }
        if (!reader.ok()) return false;
    }
    if (columns_.size() != columnTypes_.size()) return false;
    std::size_t rowNumber = 0;
    for (ByteReader reader{bytes}; reader.remaining() > 0;) {
        const std::uint64_t tag = reader.varint();
        if (tag == (4u << 3 | 2) ? !row(reader.bytes(reader.varint()), rowNumber++) : !skipField(reader, tag)) return false;
    }
    return true;
}

bool StructureWalker::row(std::span<const std::byte> bytes, std::size_t rowNumber) {
    const std::size_t prefix = name_.size();
    name_ += '/';
    appendNumber(name_, rowNumber);
    std::size_t column = 0;
    bool ok = true;
    ByteReader reader{bytes};
    while (ok && reader.remaining() > 0) {
        const std::uint64_t tag = reader.varint();
        if (tag != (1u << 3 | 2)) {
            ok = skipField(reader, tag);
            continue;
        }
        Leaf cell;
        ByteReader value{reader.bytes(reader.varint())};
        while (ok && value.remaining() > 0) ok = readOneOf(value, value.varint(), 1, cell.value);
        ok = ok && value.ok() && column < columns_.size() && !isStructure(columnTypes_[column]);
        if (!ok) break;
        cell.type = columnTypes_[column];
        cell.null = cell.value.carrier == Carrier::None;
        ok = member(columns_[column++], cell, maximumDepth);
    }
    name_.resize(prefix);
    return ok && reader.ok() && column == columns_.size();
}

void StructureWalker::element(std::size_t at, const Leaf& leaf) {
    const std::size_t prefix = name_.size();
    name_ += '/';
    appendNumber(name_, at);
    visitor_->leaf(name_, leaf);
    name_.resize(prefix);
}

bool StructureWalker::array(DataType type, std::span<const std::byte> bytes) {
    if (type == DataType::StringArray) return strings(bytes);
    if (type == DataType::BooleanArray) { // a count of 32 bits, then the bits, the first in the highest place
        ByteReader reader{bytes};
        const auto count = reader.number<std::uint32_t>();
        const auto bits = reader.bytes((std::uint64_t{count} + 7) / 8);
        if (!reader.ok()) return false;
        for (std::size_t i = 0; i < count; ++i)
            element(i, {DataType::Boolean, {Carrier::Boolean, static_cast<unsigned>(bits[i / 8]) >> (7 - i % 8) & 1u, {}}, false});
        return true;
    }
    const auto [elementType, size] = elementOf(type);
    if (size == 0 || bytes.size() % size != 0) return false;
    for (std::size_t i = 0; i < bytes.size() / size; ++i) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, bytes.data() + i * size, size);
        element(i, {elementType, {carrierOf(elementType), bits, {}}, false});
    }
    return true;
}

bool StructureWalker::strings(std::span<const std::byte> bytes) {
    std::size_t start = 0, at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (bytes[i] != std::byte{0}) continue;
        element(at++, {DataType::String, {Carrier::String, 0, bytes.subspan(start, i - start)}, false});
        start = i + 1;
    }
    return start == bytes.size(); // each ends in a zero
}

} // namespace millwright::telemetry::sparkplug
