#pragma once

#include <millwright/core/bytes.hpp>

#include <millwright/telemetry/sparkplug.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// The protobuf messages of Sparkplug B (proto2), read in place. As protobuf does: unknown fields are skipped, the last of a
/// repeated single field counts, and a field with another wire type than its own is unknown. Groups, which Sparkplug has none of,
/// are refused.
namespace millwright::telemetry::sparkplug {

/// Which of the value fields a metric carries.
enum class Carrier : std::uint8_t { None, Int, Long, Float, Double, Boolean, String, Bytes, DataSet, Template, Extension };

struct CarriedValue {
    Carrier carrier = Carrier::None;
    std::uint64_t bits = 0;           ///< of Int, Long, Float (its 32), Double, Boolean
    std::span<const std::byte> bytes; ///< of String, Bytes, DataSet, Template
};

struct MetricFields {
    std::string_view name;
    std::uint64_t alias = 0;
    std::uint64_t timestamp = 0; ///< ms
    std::uint64_t datatype = 0;
    bool hasAlias = false;
    bool hasTimestamp = false;
    bool historical = false;
    bool null = false;
    std::span<const std::byte> properties;
    CarriedValue value;
};

struct PayloadFields {
    std::optional<std::uint64_t> timestamp; ///< ms
    std::optional<std::uint64_t> sequence;
    std::string_view uuid;
    std::span<const std::byte> body;
};

/// Reads all of a payload but its metrics. False: it is no protobuf message.
[[nodiscard]] bool readPayload(std::span<const std::byte> payload, PayloadFields& fields);

/// The metrics of a payload, or the members of a template: field 2 of either.
class MetricReader {
public:
    explicit MetricReader(std::span<const std::byte> message) : reader_{message} {}
    /// False at the end, and where the bytes are no metric: then ok() is false, too.
    bool next(MetricFields& metric);
    [[nodiscard]] bool ok() const { return ok_ && reader_.ok(); }

private:
    ByteReader reader_;
    bool ok_ = true;
};

/// What a property set says of quality: Good without a `Quality` property or with a set that cannot be read.
[[nodiscard]] Quality qualityOf(std::span<const std::byte> properties);

/// Skips the value of the field that `tag` opens; false when it cannot.
[[nodiscard]] bool skipField(ByteReader& reader, std::uint64_t tag);

/// Unpacks the body of a compressed payload (zlib, gzip). False: damaged, or larger than `limit`.
[[nodiscard]] bool inflateBody(std::span<const std::byte> body, std::size_t limit, std::vector<std::byte>& out);

/// What a STATE message says; nothing when it is not the JSON of Sparkplug 3.0.
struct StateMessage {
    bool online = false;
    std::int64_t timestamp = 0; ///< ms
};
[[nodiscard]] std::optional<StateMessage> readState(std::span<const std::byte> payload);
[[nodiscard]] std::string writeState(StateMessage message);

} // namespace millwright::telemetry::sparkplug
