#pragma once

#include <millwright/core/result.hpp>
#include <millwright/core/value.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/sample.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

namespace millwright::telemetry {

/// Follows a log that a `Recorder` is writing, chunk by chunk, in the order of the file. Nothing is read twice, and what was opened
/// can still be read when the file has been deleted. Thread: one at a time.
class LogTail {
public:
    /// Errors: NotFound, Unreadable; Malformed when it is no MCAP file.
    [[nodiscard]] static Result<LogTail> open(const std::filesystem::path& path);
    LogTail(LogTail&&) noexcept;
    LogTail& operator=(LogTail&&) noexcept;
    ~LogTail();

    /// Appends the samples of the next chunk that lies wholly before byte `end` and has some; false when there is none yet. `end`
    /// is where the recorder says that the file is sound (`RecordedExtent::bytes`): what lies behind may yet be taken back.
    /// `SignalIndex` i is element i of `topics`. Errors: Unreadable, Malformed, Unsupported (samples not in columns), with the
    /// place in the file; asking again goes on behind the chunk.
    [[nodiscard]] Result<bool> next(std::uint64_t end, std::vector<Sample>& out);

    /// Signals met so far, those that come late (`late/TOPIC`) among them. Only ever grows.
    [[nodiscard]] const std::vector<LogTopic>& topics() const;
    /// Of the samples that the last call of `next` appended; not of those before.
    [[nodiscard]] const StringTable& strings() const;

private:
    struct State;
    explicit LogTail(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
