#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/log_writer.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace millwright::telemetry {

struct RecorderOptions {
    std::filesystem::path path;                    ///< of the first file; those after it are NAME-2, NAME-3 …
    std::vector<LogChannel> channels;              ///< `SignalIndex` i of the samples is element i
    std::uint64_t rotateBytes = 0;                 ///< begin another file when one is as large; 0: never
    Duration rotateEvery{};                        ///< begin another file when one is as old; zero: never
    std::uint64_t keepBytes = 0;                   ///< delete this recording's oldest files beyond it; 0: keep all
    Duration flushEvery = std::chrono::seconds{1}; ///< what a crash, a kill or a power cut may lose
    std::size_t memoryBytes = 64u << 20;           ///< of samples that wait for the disk; beyond it they are lost
};

/// How much of a file of a recording is safely on the disk.
struct RecordedExtent {
    std::uint64_t bytes = 0;         ///< whole chunks: what a reader may rely on
    std::uint64_t samplesBefore = 0; ///< of the recording, in the files before it, also in those that are deleted
};

struct RecorderStatus {
    std::vector<std::filesystem::path> files; ///< all begun and kept, oldest first
    std::vector<RecordedExtent> extents;      ///< parallel to `files`
    std::uint64_t samples = 0;                ///< safely written
    std::uint64_t lost = 0;                   ///< given up because the disk took none for too long
    std::uint64_t bytes = 0;                  ///< of the files kept
    std::string problem;                      ///< why recording pauses; empty while it does not
};

/// Writes samples to a log on a thread of its own and has them on the disk a second later. A disk that fails or is full pauses the
/// recording, never the caller: what comes meanwhile waits in memory and goes to a new file as soon as one can be
/// written. Thread: one, `status` any.
class Recorder {
public:
    /// `strings` is the table that String values index. Errors: those of `LogWriter::create`; a file is never overwritten.
    [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(RecorderOptions options,
                                                                  std::shared_ptr<const StringTable> strings);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Takes samples over. Late ones go to channels of their own, `late/TOPIC`, so that a replay does what the live twin did.
    void write(std::span<const Sample> samples, std::span<const Sample> late);
    [[nodiscard]] RecorderStatus status() const;
    /// Writes everything out and completes the log. Errors: Unreadable, with how many samples are lost.
    [[nodiscard]] Result<RecorderStatus> close();

private:
    struct State;
    explicit Recorder(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace millwright::telemetry
