#include "telemetry/sparkplug/payload.hpp"

namespace millwright::telemetry::sparkplug {
namespace {

constexpr std::uint64_t varintField(unsigned number) {
    return number << 3;
}
constexpr std::uint64_t fixed64Field(unsigned number) {
    return number << 3 | 1;
}
constexpr std::uint64_t bytesField(unsigned number) {
    return number << 3 | 2;
}
constexpr std::uint64_t fixed32Field(unsigned number) {
    return number << 3 | 5;
}

std::span<const std::byte> readBytes(ByteReader& reader) {
    return reader.bytes(reader.varint());
}
std::string_view readText(ByteReader& reader) {
    return reader.text(reader.varint());
}

bool readMetric(std::span<const std::byte> bytes, MetricFields& metric) {
    metric = {};
    ByteReader reader{bytes};
    while (reader.remaining() > 0) {
        const std::uint64_t tag = reader.varint();
        CarriedValue& value = metric.value;
        switch (tag) {
        case bytesField(1): metric.name = readText(reader); break;
        case varintField(2):
            metric.alias = reader.varint();
            metric.hasAlias = true;
            break;
        case varintField(3):
            metric.timestamp = reader.varint();
            metric.hasTimestamp = true;
            break;
        case varintField(4): metric.datatype = reader.varint(); break;
        case varintField(5): metric.historical = reader.varint() != 0; break;
        case varintField(7): metric.null = reader.varint() != 0; break;
        case bytesField(9): metric.properties = readBytes(reader); break;
        case varintField(10): value = {Carrier::Int, reader.varint(), {}}; break;
        case varintField(11): value = {Carrier::Long, reader.varint(), {}}; break;
        case fixed32Field(12): value = {Carrier::Float, reader.number<std::uint32_t>(), {}}; break;
        case fixed64Field(13): value = {Carrier::Double, reader.number<std::uint64_t>(), {}}; break;
        case varintField(14): value = {Carrier::Boolean, reader.varint(), {}}; break;
        case bytesField(15): value = {Carrier::String, 0, readBytes(reader)}; break;
        case bytesField(16): value = {Carrier::Bytes, 0, readBytes(reader)}; break;
        case bytesField(17): value = {Carrier::DataSet, 0, readBytes(reader)}; break;
        case bytesField(18): value = {Carrier::Template, 0, readBytes(reader)}; break;
        case bytesField(19): value = {Carrier::Extension, 0, readBytes(reader)}; break;
        default:
            if (!skipField(reader, tag)) return false;
        }
    }
    return reader.ok();
}

/// The type and int_value of a PropertyValue, which is all that a quality needs.
bool readPropertyInteger(std::span<const std::byte> bytes, std::optional<std::uint32_t>& integer) {
    integer.reset();
    ByteReader reader{bytes};
    while (reader.remaining() > 0) {
        const std::uint64_t tag = reader.varint();
        if (tag == varintField(3) || tag == varintField(4))
            integer = static_cast<std::uint32_t>(reader.varint());
        else if (!skipField(reader, tag))
            return false;
    }
    return reader.ok();
}

} // namespace

bool skipField(ByteReader& reader, std::uint64_t tag) {
    if (tag >> 3 == 0) return false;
    switch (tag & 7) {
    case 0: (void)reader.varint(); break;
    case 1: (void)reader.bytes(8); break;
    case 2: (void)readBytes(reader); break;
    case 5: (void)reader.bytes(4); break;
    default: return false;
    }
    return reader.ok();
}

bool readPayload(std::span<const std::byte> payload, PayloadFields& fields) {
    fields = {};
    ByteReader reader{payload};
    while (reader.remaining() > 0) {
        const std::uint64_t tag = reader.varint();
        switch (tag) {
        case varintField(1): fields.timestamp = reader.varint(); break;
        case varintField(3): fields.sequence = reader.varint(); break;
        case bytesField(4): fields.uuid = readText(reader); break;
        case bytesField(5): fields.body = readBytes(reader); break;
        default:
            if (!skipField(reader, tag)) return false;
        }
    }
    return reader.ok();
}

bool MetricReader::next(MetricFields& metric) {
    while (ok_ && reader_.remaining() > 0) {
        const std::uint64_t tag = reader_.varint();
        if (tag == bytesField(2)) {
            const auto bytes = readBytes(reader_);
            ok_ = reader_.ok() && readMetric(bytes, metric);
            return ok_;
        }
        ok_ = skipField(reader_, tag);
    }
    return false;
}

Quality qualityOf(std::span<const std::byte> properties) {
    if (properties.empty()) return Quality::Good;
    // Keys and values are two lists of one length, and may come mixed: find the place of the key, then the value there.
    ByteReader keys{properties};
    std::optional<std::size_t> wanted;
    for (std::size_t at = 0; keys.remaining() > 0;) {
        const std::uint64_t tag = keys.varint();
        if (tag == bytesField(1)) {
            if (readText(keys) == "Quality") wanted = at;
            ++at;
        } else if (!skipField(keys, tag)) {
            return Quality::Good;
        }
    }
    if (!wanted) return Quality::Good;
    ByteReader values{properties};
    for (std::size_t at = 0; values.remaining() > 0;) {
        const std::uint64_t tag = values.varint();
        if (tag != bytesField(2)) {
            if (!skipField(values, tag)) break;
            continue;
        }
        const auto bytes = readBytes(values);
        if (at++ != *wanted) continue;
        std::optional<std::uint32_t> code;
        if (!readPropertyInteger(bytes, code) || !code || *code == 192) return Quality::Good;
        return *code == 0 ? Quality::Bad : *code == 500 ? Quality::Stale : Quality::Uncertain;
    }
    return Quality::Good;
}

} // namespace millwright::telemetry::sparkplug
