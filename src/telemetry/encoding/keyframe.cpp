#include "telemetry/encoding/keyframe.hpp"

#include <millwright/core/bytes.hpp>

namespace millwright::telemetry {

void encodeKeyframe(const StoredKeyframe& keyframe, std::vector<std::byte>& out) {
    ByteWriter writer{out};
    writer.number(keyframe.time);
    writer.varint(keyframe.entries.size());
    for (const auto& entry : keyframe.entries) {
        writer.number(entry.channel);
        writer.number(static_cast<std::uint8_t>(entry.type));
        writer.number(static_cast<std::uint8_t>(entry.quality));
        writer.number(entry.time);
        writer.number(entry.total);
        if (entry.type == ValueType::String) {
            writer.varint(entry.text.size());
            writer.text(entry.text);
        } else {
            writer.number(entry.value.bits);
            writer.number(entry.held);
        }
    }
}

Result<StoredKeyframe> decodeKeyframe(std::span<const std::byte> message) {
    constexpr std::size_t smallestEntry = 21;
    ByteReader in{message};
    StoredKeyframe keyframe;
    keyframe.time = in.number<std::int64_t>();
    const auto count = in.varint();
    if (!in.ok() || count > in.remaining() / smallestEntry)
        return failure(ErrorCode::Malformed, "keyframe is damaged: it is too short");
    keyframe.entries.reserve(static_cast<std::size_t>(count));
    for (std::uint64_t i = 0; i < count; ++i) {
        StoredEntry entry;
        entry.channel = in.number<std::uint16_t>();
        const auto type = in.number<std::uint8_t>();
        const auto quality = in.number<std::uint8_t>();
        entry.time = in.number<std::int64_t>();
        entry.total = in.number<double>();
        if (type > static_cast<std::uint8_t>(ValueType::String) || quality > static_cast<std::uint8_t>(Quality::Stale) ||
            entry.time < 0 || entry.time > keyframe.time)
            return failure(ErrorCode::Malformed, "keyframe is damaged: an entry makes no sense");
        entry.type = static_cast<ValueType>(type);
        entry.quality = static_cast<Quality>(quality);
        if (entry.type == ValueType::String)
            entry.text = in.text(in.varint());
        else {
            entry.value.bits = in.number<std::uint64_t>();
            entry.held = in.number<double>();
        }
        if (entry.type == ValueType::Boolean && entry.value.bits > 1)
            return failure(ErrorCode::Malformed, "keyframe is damaged: an entry makes no sense");
        keyframe.entries.push_back(entry);
    }
    if (!in.finished()) return failure(ErrorCode::Malformed, "keyframe is damaged: its length is wrong");
    return keyframe;
}

} // namespace millwright::telemetry
