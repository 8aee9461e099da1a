#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/mcap/record.hpp>

#include <filesystem>
#include <memory>
#include <string_view>

namespace millwright::telemetry::mcap {

enum class Compression : std::uint8_t { None, Lz4, Zstd };

/// "", "lz4" or "zstd", as chunks name it.
[[nodiscard]] std::string_view name(Compression compression);

struct WriterOptions {
    std::string_view profile = "";
    std::string_view library = "millwright";
    Compression compression = Compression::Zstd;
    std::size_t chunkBytes = 1u << 20; ///< a chunk is closed once it holds this much before compression
};

/// Writes an MCAP file: zstd chunks, message and chunk indexes, statistics, summary offsets, every CRC. Bytes reach the file chunk
/// by chunk, so that what was closed survives a crash and any MCAP reader can recover it. Thread: one at a time.
class Writer {
public:
    /// Creates or empties `path`. Errors: Unreadable.
    [[nodiscard]] static Result<Writer> create(const std::filesystem::path& path, const WriterOptions& options = {});
    Writer(Writer&&) noexcept;
    Writer& operator=(Writer&&) noexcept;
    ~Writer(); ///< without `close` the file ends after the last closed chunk

    /// Errors: ResourceLimit after 65 535 of them.
    [[nodiscard]] Result<std::uint16_t> addSchema(std::string_view name, std::string_view encoding, Bytes data);
    /// The channel is written outside chunks, before anything that uses it. Errors: ResourceLimit after 65 535 of them.
    [[nodiscard]] Result<std::uint16_t> addChannel(std::string_view topic, std::string_view messageEncoding,
                                                   const StringMap& metadata, std::uint16_t schemaId = 0);
    /// Adds a message to the open chunk. Times are ns since the epoch. Errors: Unreadable (disk full …).
    [[nodiscard]] Result<void> message(std::uint16_t channelId, std::uint64_t logTime, std::uint64_t publishTime, Bytes data);
    /// `crc` is computed.
    [[nodiscard]] Result<void> attachment(const Attachment& attached);
    [[nodiscard]] Result<void> metadata(std::string_view metadataName, const StringMap& entries);

    /// The four below copy what another file holds, ids and sequence numbers kept, for tools that rewrite a file: such a file is
    /// written with them alone. Schemas and channels go before the messages that use them, each once.
    [[nodiscard]] Result<void> copySchema(const Schema& schema);
    [[nodiscard]] Result<void> copyChannel(const Channel& channel);
    /// The chunk as it is stored; `records` is its content uncompressed. Its times and message indexes are made from the messages,
    /// and schemas and channels inside it are repeated in the summary. Errors: Malformed records.
    [[nodiscard]] Result<void> copyChunk(const Chunk& chunk, Bytes records);
    /// Adds a message to the open chunk with its own sequence number.
    [[nodiscard]] Result<void> copyMessage(const Message& message);

    /// Writes the open chunk, if it holds anything, and its message indexes.
    [[nodiscard]] Result<void> closeChunk();
    /// Bytes that wait in the open chunk.
    [[nodiscard]] std::size_t openBytes() const;
    /// Summary and footer. Nothing may be added afterwards.
    [[nodiscard]] Result<void> close();

private:
    struct State;
    explicit Writer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry::mcap
