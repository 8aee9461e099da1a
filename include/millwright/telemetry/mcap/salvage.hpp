#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/core/result.hpp>
#include <millwright/telemetry/mcap/file.hpp>
#include <millwright/telemetry/mcap/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Reading what is intact of a file that is cut or damaged at any byte, and telling what is not.
namespace millwright::telemetry::mcap {

/// A stretch of a file that is not what it should be.
struct Damage {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::string what;
    std::optional<std::uint64_t> messages; ///< that it held; nothing when that cannot be known
};

/// Receives the intact records of a file, in file order. What is viewed lives until the call returns; an error ends the walk.
class SalvageSink {
public:
    virtual ~SalvageSink() = default;
    /// Also those of an intact summary, which come first, and those inside chunks, which come before their chunk. Each id once.
    [[nodiscard]] virtual Result<void> schema(const Schema& schema) = 0;
    [[nodiscard]] virtual Result<void> channel(const Channel& channel) = 0;
    /// `records` is the content, which matches its checksum and can be parsed record by record; the times and the message indexes
    /// are not to be trusted.
    [[nodiscard]] virtual Result<void> chunk(const Chunk& chunk, Bytes records, std::uint64_t offset) = 0;
    /// A message outside chunks, which nothing protects.
    [[nodiscard]] virtual Result<void> message(const Message& message) = 0;
    [[nodiscard]] virtual Result<void> attachment(const Attachment& attachment) = 0;
    [[nodiscard]] virtual Result<void> metadata(const Metadata& metadata) = 0;
    /// Told where it lies among the records.
    virtual void damaged(const Damage& damage) = 0;
};

enum class Checksum : std::uint8_t { Absent, Right, Wrong };

/// What a walk over a file found.
struct Salvage {
    std::string profile;
    std::string library;
    std::vector<Damage> damage; ///< ascending, not overlapping
    bool dataEnded = false;     ///< the data section's end was met
    bool closed = false;        ///< the file ends with a footer and the MCAP mark
    Checksum data = Checksum::Absent;
    Checksum summary = Checksum::Absent;
    std::optional<Statistics> statistics; ///< of a summary that matches its checksum
    std::uint64_t chunks = 0;             ///< intact
    std::uint64_t messages = 0;           ///< in them, and outside chunks
    std::uint64_t messagesOutside = 0;    ///< of these, outside chunks
    std::uint64_t attachments = 0;
    std::uint64_t metadata = 0;

    /// Whether it is certain that every message of the file was found as it was written.
    [[nodiscard]] bool complete() const;
    /// Messages that were not found; nothing when that cannot be known.
    [[nodiscard]] std::optional<std::uint64_t> messagesLost() const;
};

/// Walks over `file`. Where a record cannot be what it claims, the walk goes on at the next byte where records make sense again.
/// Errors: Malformed when there is nothing of an MCAP file in it; ResourceLimit when a file is so broken that the search would not
/// end; Cancelled; those of the sink.
[[nodiscard]] Result<Salvage> salvage(Bytes file, const std::string& name, SalvageSink& sink, const ReadLimits& limits = {},
                                      const Progress& progress = {});

} // namespace millwright::telemetry::mcap
