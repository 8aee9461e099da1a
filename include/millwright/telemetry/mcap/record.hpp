#pragma once

#include <millwright/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The records of an MCAP file as plain data, field for field as the specification (mcap.dev) lists them. Text and byte fields are
/// views into the buffer that was parsed and live as long as it does.
namespace millwright::telemetry::mcap {

using Bytes = std::span<const std::byte>;
using StringMap = std::vector<std::pair<std::string_view, std::string_view>>; ///< in file order

inline constexpr std::string_view magic{"\x89MCAP0\r\n", 8};
inline constexpr std::size_t recordHeadBytes = 9; ///< opcode u8, length u64
inline constexpr std::size_t footerBytes = 20;    ///< content of a Footer

enum class Opcode : std::uint8_t {
    Header = 1,
    Footer,
    Schema,
    Channel,
    Message,
    Chunk,
    MessageIndex,
    ChunkIndex,
    Attachment,
    AttachmentIndex,
    Statistics,
    Metadata,
    MetadataIndex,
    SummaryOffset,
    DataEnd
};

struct Header {
    std::string_view profile;
    std::string_view library;
};
struct Footer {
    std::uint64_t summaryStart = 0;
    std::uint64_t summaryOffsetStart = 0;
    std::uint32_t summaryCrc = 0;
};
struct Schema {
    std::uint16_t id = 0;
    std::string_view name;
    std::string_view encoding;
    Bytes data;
};
struct Channel {
    std::uint16_t id = 0;
    std::uint16_t schemaId = 0;
    std::string_view topic;
    std::string_view messageEncoding;
    StringMap metadata;
};
struct Message {
    std::uint16_t channelId = 0;
    std::uint32_t sequence = 0;
    std::uint64_t logTime = 0;
    std::uint64_t publishTime = 0;
    Bytes data;
};
struct Chunk {
    std::uint64_t startTime = 0;
    std::uint64_t endTime = 0;
    std::uint64_t uncompressedSize = 0;
    std::uint32_t uncompressedCrc = 0;
    std::string_view compression;
    Bytes records;
};
struct MessageIndex {
    std::uint16_t channelId = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> entries; ///< (log time, offset in the uncompressed chunk)
};
struct ChunkIndex {
    std::uint64_t startTime = 0;
    std::uint64_t endTime = 0;
    std::uint64_t chunkOffset = 0;
    std::uint64_t chunkLength = 0; ///< with the record's 9-byte head
    Bytes messageIndexOffsets;     ///< as they lie there, 10 bytes a channel: in a log of many channels they are most of the file's summary
    std::uint64_t messageIndexLength = 0;
    std::string_view compression;
    std::uint64_t compressedSize = 0;
    std::uint64_t uncompressedSize = 0;

    [[nodiscard]] std::size_t channels() const { return messageIndexOffsets.size() / 10; }
    /// Element `i` of `channels()`: its id, and where in the file its MessageIndex begins.
    [[nodiscard]] std::pair<std::uint16_t, std::uint64_t> channel(std::size_t i) const;
};
struct Attachment {
    std::uint64_t logTime = 0;
    std::uint64_t createTime = 0;
    std::string_view name;
    std::string_view mediaType;
    Bytes data;
    std::uint32_t crc = 0;
};
struct AttachmentIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t logTime = 0;
    std::uint64_t createTime = 0;
    std::uint64_t dataSize = 0;
    std::string_view name;
    std::string_view mediaType;
};
struct Statistics {
    std::uint64_t messageCount = 0;
    std::uint16_t schemaCount = 0;
    std::uint32_t channelCount = 0;
    std::uint32_t attachmentCount = 0;
    std::uint32_t metadataCount = 0;
    std::uint32_t chunkCount = 0;
    std::uint64_t startTime = 0;
    std::uint64_t endTime = 0;
    std::vector<std::pair<std::uint16_t, std::uint64_t>> channelMessageCounts;
};
struct Metadata {
    std::string_view name;
    StringMap entries;
};
struct MetadataIndex {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string_view name;
};
struct SummaryOffset {
    Opcode groupOpcode{};
    std::uint64_t groupStart = 0;
    std::uint64_t groupLength = 0;
};
struct DataEnd {
    std::uint32_t dataSectionCrc = 0;
};
/// A record this version does not know, or a private one; readers pass over it.
struct Unknown {
    std::uint8_t opcode = 0;
};

using Record = std::variant<Unknown, Header, Footer, Schema, Channel, Message, Chunk, MessageIndex, ChunkIndex, Attachment,
                            AttachmentIndex, Statistics, Metadata, MetadataIndex, SummaryOffset, DataEnd>;

/// One record as it lies in a file or chunk, its content not yet looked at.
struct RawRecord {
    std::uint8_t opcode = 0;
    std::uint64_t offset = 0; ///< of the opcode, counted as the cursor that found it was told to
    Bytes content;

    [[nodiscard]] bool is(Opcode code) const { return opcode == static_cast<std::uint8_t>(code); }
    [[nodiscard]] std::uint64_t end() const { return offset + recordHeadBytes + content.size(); }
};

/// Reads the fields of one record. Attachment checksums are verified. `beyond`, if given, becomes the number of bytes behind the
/// fields, which later versions of the format may add. Errors: Malformed; the place is left to the caller.
[[nodiscard]] Result<Record> parseRecord(const RawRecord& raw, std::size_t* beyond = nullptr);
/// The hot one, without the variant. Errors: Malformed.
[[nodiscard]] Result<Message> parseMessage(const RawRecord& raw);

/// Walks the records that lie one behind the other in `section`.
class RecordCursor {
public:
    enum class Step { Found, End, Torn };

    /// `base` is what the first byte of `section` counts as in `RawRecord::offset`.
    explicit RecordCursor(Bytes section, std::uint64_t base = 0) : section_{section}, base_{base} {}
    /// Torn: what is left is too short for the record it starts.
    [[nodiscard]] Step next(RawRecord& record);
    [[nodiscard]] std::uint64_t offset() const { return base_ + position_; }

private:
    Bytes section_;
    std::uint64_t base_ = 0;
    std::size_t position_ = 0;
};

/// CRC-32 (IEEE) of `bytes`, continuing from `before`.
[[nodiscard]] std::uint32_t crc32(Bytes bytes, std::uint32_t before = 0);

} // namespace millwright::telemetry::mcap
