#include <millwright/core/bytes.hpp>

#include <millwright/telemetry/mcap/record.hpp>

#include <format>
#include <zlib.h>

namespace millwright::telemetry::mcap {
namespace {

std::string_view prefixedText(ByteReader& in) {
    return in.text(in.number<std::uint32_t>());
}

StringMap stringMap(ByteReader& in) {
    StringMap map;
    ByteReader entries{in.bytes(in.number<std::uint32_t>())};
    while (in.ok() && entries.remaining() > 0) {
        const auto key = prefixedText(entries);
        const auto value = prefixedText(entries);
        if (!entries.ok()) {
            (void)in.bytes(in.remaining() + 1); // the map does not fill its length: the record is malformed
            break;
        }
        map.emplace_back(key, value);
    }
    return map;
}

/// The bytes of a list of pairs, to be read later.
template <typename Key, typename Value>
Bytes packedPairs(ByteReader& in) {
    const Bytes packed = in.bytes(in.number<std::uint32_t>());
    if (packed.size() % (sizeof(Key) + sizeof(Value)) != 0) (void)in.bytes(in.remaining() + 1);
    return packed;
}

template <typename Key, typename Value>
std::vector<std::pair<Key, Value>> pairs(ByteReader& in) {
    std::vector<std::pair<Key, Value>> list;
    const Bytes packed = packedPairs<Key, Value>(in);
    if (!in.ok()) return list;
    list.reserve(packed.size() / (sizeof(Key) + sizeof(Value)));
    ByteReader entries{packed};
    while (entries.remaining() > 0) {
        const auto key = entries.number<Key>();
        list.emplace_back(key, entries.number<Value>());
    }
    return list;
}

// Braced initialisers are evaluated in order, so each of these reads its fields as the specification lists them.
Record header(ByteReader& in) {
    return Header{prefixedText(in), prefixedText(in)};
}
Record footer(ByteReader& in) {
    return Footer{in.number<std::uint64_t>(), in.number<std::uint64_t>(), in.number<std::uint32_t>()};
}
Record schema(ByteReader& in) {
    return Schema{in.number<std::uint16_t>(), prefixedText(in), prefixedText(in), in.bytes(in.number<std::uint32_t>())};
}
Record channel(ByteReader& in) {
    return Channel{in.number<std::uint16_t>(), in.number<std::uint16_t>(), prefixedText(in), prefixedText(in), stringMap(in)};
}
Message message(ByteReader& in) {
    return Message{in.number<std::uint16_t>(), in.number<std::uint32_t>(), in.number<std::uint64_t>(), in.number<std::uint64_t>(),
                   in.rest()};
}
Record chunk(ByteReader& in) {
    return Chunk{in.number<std::uint64_t>(), in.number<std::uint64_t>(), in.number<std::uint64_t>(),
                 in.number<std::uint32_t>(), prefixedText(in),           in.bytes(in.number<std::uint64_t>())};
}
Record messageIndex(ByteReader& in) {
    return MessageIndex{in.number<std::uint16_t>(), pairs<std::uint64_t, std::uint64_t>(in)};
}
Record chunkIndex(ByteReader& in) {
    return ChunkIndex{in.number<std::uint64_t>(),
                      in.number<std::uint64_t>(),
                      in.number<std::uint64_t>(),
                      in.number<std::uint64_t>(),
                      packedPairs<std::uint16_t, std::uint64_t>(in),
                      in.number<std::uint64_t>(),
                      prefixedText(in),
                      in.number<std::uint64_t>(),
                      in.number<std::uint64_t>()};
}
Record attachment(ByteReader& in) {
    return Attachment{in.number<std::uint64_t>(), in.number<std::uint64_t>(),           prefixedText(in),
                      prefixedText(in),           in.bytes(in.number<std::uint64_t>()), in.number<std::uint32_t>()};
}
Record attachmentIndex(ByteReader& in) {
    return AttachmentIndex{in.number<std::uint64_t>(),
                           in.number<std::uint64_t>(),
                           in.number<std::uint64_t>(),
                           in.number<std::uint64_t>(),
                           in.number<std::uint64_t>(),
                           prefixedText(in),
                           prefixedText(in)};
}
Record statistics(ByteReader& in) {
    return Statistics{in.number<std::uint64_t>(), in.number<std::uint16_t>(), in.number<std::uint32_t>(),
                      in.number<std::uint32_t>(), in.number<std::uint32_t>(), in.number<std::uint32_t>(),
                      in.number<std::uint64_t>(), in.number<std::uint64_t>(), pairs<std::uint16_t, std::uint64_t>(in)};
}
Record metadata(ByteReader& in) {
    return Metadata{prefixedText(in), stringMap(in)};
}
Record metadataIndex(ByteReader& in) {
    return MetadataIndex{in.number<std::uint64_t>(), in.number<std::uint64_t>(), prefixedText(in)};
}
Record summaryOffset(ByteReader& in) {
    return SummaryOffset{static_cast<Opcode>(in.number<std::uint8_t>()), in.number<std::uint64_t>(), in.number<std::uint64_t>()};
}
Record dataEnd(ByteReader& in) {
    return DataEnd{in.number<std::uint32_t>()};
}

Record fields(std::uint8_t opcode, ByteReader& in) {
    switch (static_cast<Opcode>(opcode)) {
    case Opcode::Header: return header(in);
    case Opcode::Footer: return footer(in);
    case Opcode::Schema: return schema(in);
    case Opcode::Channel: return channel(in);
    case Opcode::Message: return message(in);
    case Opcode::Chunk: return chunk(in);
    case Opcode::MessageIndex: return messageIndex(in);
    case Opcode::ChunkIndex: return chunkIndex(in);
    case Opcode::Attachment: return attachment(in);
    case Opcode::AttachmentIndex: return attachmentIndex(in);
    case Opcode::Statistics: return statistics(in);
    case Opcode::Metadata: return metadata(in);
    case Opcode::MetadataIndex: return metadataIndex(in);
    case Opcode::SummaryOffset: return summaryOffset(in);
    case Opcode::DataEnd: return dataEnd(in);
    }
    return Unknown{opcode};
}

} // namespace

std::pair<std::uint16_t, std::uint64_t> ChunkIndex::channel(std::size_t i) const {
    ByteReader in{messageIndexOffsets.subspan(i * 10, 10)};
    const auto id = in.number<std::uint16_t>();
    return {id, in.number<std::uint64_t>()};
}

Result<Record> parseRecord(const RawRecord& raw, std::size_t* beyond) {
    if (raw.opcode == 0)
        return failure(ErrorCode::Malformed, "record with opcode 0, which MCAP does not allow: the file is damaged here");
    ByteReader in{raw.content};
    Record record = fields(raw.opcode, in);
    if (!in.ok()) return failure(ErrorCode::Malformed, std::format("record with opcode {} is shorter than its fields", raw.opcode));
    if (beyond) *beyond = in.remaining();
    if (const auto* found = std::get_if<Schema>(&record); found && found->id == 0)
        return failure(ErrorCode::Malformed, "schema with id 0, which MCAP reserves for 'no schema'");
    if (const auto* found = std::get_if<Attachment>(&record); found && found->crc != 0) {
        // Everything before the checksum; bytes behind it, which later versions may add, are not covered.
        const auto covered = raw.content.first(raw.content.size() - in.remaining() - sizeof(found->crc));
        if (crc32(covered) != found->crc)
            return failure(ErrorCode::Malformed, std::format("attachment '{}' does not match its checksum", found->name));
    }
    return record;
}

Result<Message> parseMessage(const RawRecord& raw) {
    ByteReader in{raw.content};
    const Message parsed = message(in);
    if (!in.ok()) return failure(ErrorCode::Malformed, "message record is shorter than its fields");
    return parsed;
}

RecordCursor::Step RecordCursor::next(RawRecord& record) {
    const std::size_t left = section_.size() - position_;
    if (left == 0) return Step::End;
    if (left < recordHeadBytes) return Step::Torn;
    ByteReader head{section_.subspan(position_, recordHeadBytes)};
    const auto opcode = head.number<std::uint8_t>();
    const auto length = head.number<std::uint64_t>();
    if (length > left - recordHeadBytes) return Step::Torn;
    record = {opcode, base_ + position_, section_.subspan(position_ + recordHeadBytes, static_cast<std::size_t>(length))};
    position_ += recordHeadBytes + static_cast<std::size_t>(length);
    return Step::Found;
}

std::uint32_t crc32(Bytes bytes, std::uint32_t before) {
    return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

} // namespace millwright::telemetry::mcap
