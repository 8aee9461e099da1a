#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/mcap/writer.hpp>
#include <millwright/telemetry/sample.hpp>
#include <millwright/telemetry/source.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millwright::telemetry {

/// One signal of a log.
struct LogChannel {
    std::string topic;
    ValueType type = ValueType::Float;
    std::string unit;                            ///< UCUM; empty when unknown
    std::map<std::string, std::string> metadata; ///< more facts to keep with it; `type` and `unit` are added
};
/// The signal that a caller of a `Source` wants, as one of a log.
[[nodiscard]] inline LogChannel channelOf(const Subscription& wanted) {
    return {std::string{wanted.topic}, wanted.type, std::string{wanted.unit}, {}};
}

/// How samples lie in the messages of a log (docs/log-format.md).
enum class LogEncoding : std::uint8_t {
    Columns, ///< `millwright.columns.v1`: many samples a message; small and fast
    Json,    ///< one sample a message; any MCAP tool reads it
};

struct LogWriterOptions {
    LogEncoding encoding = LogEncoding::Columns;
    mcap::Compression compression = mcap::Compression::Zstd;
    std::size_t samplesPerChunk = 32'768;     ///< a chunk is closed after about this many samples (half as many for Json)
    std::size_t samplesPerKeyframe = 262'144; ///< and a keyframe follows after about this many; 0 writes none
    /// false: the log appears under its name only when `close` succeeds; until then it grows beside it as `NAME.part`, and is
    /// removed if never closed: for tools that make a file. true: it grows in place and whatever was written stays, whatever
    /// happens: for recorders. A recording never overwrites an existing file.
    bool recording = false;
};

/// Writes samples to an MCAP log. Samples should come about in order of time; those that do not are put in order within a chunk,
/// and readers put the rest in order. Thread: one at a time.
class LogWriter {
public:
    /// `SignalIndex` i of the samples is element i of `channels`.
    /// Errors: Unreadable; Invalid (two channels of one topic, recording over an existing file); ResourceLimit (over 65 000
    /// channels).
    [[nodiscard]] static Result<LogWriter> create(const std::filesystem::path& path, std::vector<LogChannel> channels,
                                                  const LogWriterOptions& options = {});
    LogWriter(LogWriter&&) noexcept;
    LogWriter& operator=(LogWriter&&) noexcept;
    ~LogWriter();

    /// One more signal; its samples may follow at once.
    [[nodiscard]] Result<SignalIndex> addChannel(LogChannel channel);
    /// `strings` is the table the string values index. Each sample's type must be its channel's.
    /// Errors: Unreadable (disk full …); Invalid (time before 1970, wrong type or signal).
    [[nodiscard]] Result<void> write(std::span<const Sample> samples, const StringTable& strings);
    [[nodiscard]] Result<void> write(std::span<const Sample> samples); ///< none of them strings
    /// Writes out what waits: a recorder calls it every second, and loses no more than that second.
    [[nodiscard]] Result<void> flush();
    /// Dated as the last sample.
    [[nodiscard]] Result<void> attachment(std::string_view name, std::string_view mediaType, std::span<const std::byte> data);
    /// With the times it has already; `crc` is computed.
    [[nodiscard]] Result<void> attachment(const mcap::Attachment& attached);
    [[nodiscard]] Result<void> metadata(std::string_view name, const std::map<std::string, std::string>& entries);
    /// Completes the log. Errors: Unreadable; then nothing is left behind unless recording.
    [[nodiscard]] Result<void> close();
    [[nodiscard]] std::uint64_t samplesWritten() const;

private:
    struct State;
    explicit LogWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
