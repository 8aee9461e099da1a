#pragma once

#include <millwright/core/mapped_file.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/telemetry/mcap/record.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace millwright::telemetry::mcap {

/// What a reader refuses to do for a file, whatever that claims.
struct ReadLimits {
    std::uint64_t chunkBytes = 256u << 20; ///< largest uncompressed chunk
    /// Longest summary whose checksum is computed when a file is opened. What makes a longer one long, where in each chunk each channel
    /// is, opening never reads: gigabytes in a log of many channels. What the rest says of a chunk is checked when that is read, and
    /// `salvage` checks it all.
    std::uint64_t summaryBytesChecked = 16u << 20;
};

struct SchemaInfo {
    std::string name;
    std::string encoding;
    std::string data;
};

struct ChannelInfo {
    std::uint16_t schemaId = 0;
    std::string topic;
    std::string messageEncoding;
    std::map<std::string, std::string> metadata;
    std::uint64_t messages = 0; ///< 0 also when the file does not say
};

/// A stretch of the file that is read as one: a chunk, or up to a few MiB of messages that lie outside chunks.
struct Segment {
    std::uint64_t offset = 0;    ///< of the first record's opcode in the file
    std::uint64_t length = 0;    ///< with record heads
    std::uint64_t startTime = 0; ///< smallest log time, ns
    std::uint64_t endTime = 0;   ///< largest log time, ns
    std::uint64_t uncompressedBytes = 0;
    bool chunk = false;
    std::optional<std::uint16_t> onlyChannel; ///< set when all its messages are of this channel and the index says so
};

/// What is in a file and where, from its summary or, without one, from a scan.
struct Index {
    std::string profile;
    std::string library;
    std::map<std::uint16_t, SchemaInfo> schemas;
    std::map<std::uint16_t, ChannelInfo> channels;
    std::vector<Segment> segments;                                      ///< in file order
    std::map<std::string, std::map<std::string, std::string>> metadata; ///< the last record of each name
    std::uint64_t messages = 0;
    std::uint64_t chunks = 0;
    std::uint64_t attachments = 0;
    std::uint64_t metadataRecords = 0;
    std::uint64_t startTime = 0; ///< smallest log time, ns; 0 without messages
    std::uint64_t endTime = 0;
    std::vector<std::string> compressions; ///< of the chunks, each once, sorted; "" is none
    bool fromSummary = false;
    std::vector<Error> warnings; ///< what was wrong with the file and was worked around: a torn tail, a damaged summary
};

/// Buffers that reading a segment needs, kept between calls so that nothing is allocated per chunk.
struct SegmentBuffer {
    std::vector<std::byte> bytes;
};

/// An MCAP file opened for reading, memory-mapped. Files without a summary, and files whose tail is torn off, are scanned once.
/// Thread: any for const use with one SegmentBuffer a thread.
class File {
public:
    /// Errors: NotFound, Unreadable, Malformed (not an MCAP file, or damaged beyond its tail), ResourceLimit, Unsupported
    /// compression.
    [[nodiscard]] static Result<File> open(const std::filesystem::path& path, ReadLimits limits = {});
    /// The same over bytes that outlive the file. `name` is used in messages.
    [[nodiscard]] static Result<File> fromBytes(Bytes bytes, std::string name, ReadLimits limits = {});

    [[nodiscard]] const Index& index() const { return index_; }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] Bytes bytes() const { return mapped_ ? mapped_->bytes() : borrowed_; }

    /// The records of a segment, one behind the other, checked against their CRC; views into the file or into `buffer`.
    /// Errors: Malformed, Unsupported, ResourceLimit (place: file and byte offset).
    [[nodiscard]] Result<Bytes> read(const Segment& segment, SegmentBuffer& buffer) const;
    /// Gives the pages of a segment back to the system once it has been used.
    void drop(const Segment& segment) const;

    /// Visits every record in file order, summary included, with those inside chunks in place of the Chunk; MessageIndex records
    /// are left out. Stops at the first error. A torn tail ends the walk without one.
    [[nodiscard]] Result<void> forEachRecord(const std::function<Result<void>(const Record&)>& visit) const;

    /// `FILE: byte N`, the place of an error.
    [[nodiscard]] std::string place(std::uint64_t offset) const;

private:
    [[nodiscard]] Result<void> load();
    [[nodiscard]] Result<bool> loadSummary();
    [[nodiscard]] Result<void> scan();

    std::optional<MappedFile> mapped_;
    Bytes borrowed_;
    std::string name_;
    ReadLimits limits_;
    Index index_;
};

/// Compressed chunk content to `buffer`, never growing it much beyond what the data really holds.
/// Errors: Malformed (damaged, or not `uncompressedSize` long), Unsupported (unknown `compression`), ResourceLimit above `limit`.
[[nodiscard]] Result<Bytes> decompress(std::string_view compression, Bytes compressed, std::uint64_t uncompressedSize,
                                       std::uint64_t limit, std::vector<std::byte>& buffer);

} // namespace millwright::telemetry::mcap
