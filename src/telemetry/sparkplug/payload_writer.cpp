#include <millwright/core/bytes.hpp>

#include <millwright/telemetry/sparkplug.hpp>

#include <bit>

namespace millwright::telemetry::sparkplug {
namespace {

void varintField(ByteWriter& out, unsigned number, std::uint64_t value) {
    out.varint(number << 3);
    out.varint(value);
}
void bytesField(ByteWriter& out, unsigned number, std::span<const std::byte> bytes) {
    out.varint(number << 3 | 2);
    out.varint(bytes.size());
    out.bytes(bytes);
}
void textField(ByteWriter& out, unsigned number, std::string_view text) {
    bytesField(out, number, std::as_bytes(std::span{text}));
}
std::uint64_t milliseconds(Time time) {
    return static_cast<std::uint64_t>(nanoseconds(time) / 1'000'000);
}

} // namespace

PayloadWriter& PayloadWriter::timestamp(Time time) {
    ByteWriter out{bytes_};
    varintField(out, 1, milliseconds(time));
    return *this;
}

PayloadWriter& PayloadWriter::sequence(std::uint8_t number) {
    ByteWriter out{bytes_};
    varintField(out, 3, number);
    return *this;
}

PayloadWriter& PayloadWriter::clear() {
    bytes_.clear();
    return *this;
}

void PayloadWriter::open(const Metric& metric) {
    metric_.clear();
    ByteWriter out{metric_};
    if (!metric.name.empty()) textField(out, 1, metric.name);
    if (metric.alias) varintField(out, 2, *metric.alias);
    if (metric.time) varintField(out, 3, milliseconds(*metric.time));
    if (metric.declare) varintField(out, 4, static_cast<std::uint32_t>(metric.type));
    if (metric.historical) varintField(out, 5, 1);
    if (!metric.quality) return;
    std::vector<std::byte> value, set;
    ByteWriter valueOut{value}, setOut{set};
    varintField(valueOut, 1, static_cast<std::uint32_t>(DataType::Int32));
    varintField(valueOut, 3, *metric.quality);
    textField(setOut, 1, "Quality");
    bytesField(setOut, 2, value);
    bytesField(out, 9, set);
}

void PayloadWriter::close() {
    ByteWriter out{bytes_};
    bytesField(out, 2, metric_);
}

PayloadWriter& PayloadWriter::metric(const Metric& metric, Value value) {
    open(metric);
    ByteWriter out{metric_};
    switch (metric.type) {
    case DataType::Float:
        out.varint(12u << 3 | 5);
        out.number(static_cast<float>(value.number));
        break;
    case DataType::Double:
        out.varint(13u << 3 | 1);
        out.number(value.number);
        break;
    case DataType::Boolean: varintField(out, 14, value.boolean ? 1 : 0); break;
    case DataType::Int64:
    case DataType::UInt64:
    case DataType::DateTime: varintField(out, 11, static_cast<std::uint64_t>(value.integer)); break;
    default: varintField(out, 10, static_cast<std::uint32_t>(value.integer)); break; // integers of up to 32 bits
    }
    close();
    return *this;
}

PayloadWriter& PayloadWriter::metric(const Metric& metric, std::string_view text) {
    open(metric);
    ByteWriter out{metric_};
    textField(out, 15, text);
    close();
    return *this;
}

PayloadWriter& PayloadWriter::nullMetric(const Metric& metric) {
    open(metric);
    ByteWriter out{metric_};
    varintField(out, 7, 1);
    close();
    return *this;
}

} // namespace millwright::telemetry::sparkplug
