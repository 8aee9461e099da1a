#pragma once

#include <millwright/core/result.hpp>
#include <millwright/telemetry/log_tail.hpp>
#include <millwright/telemetry/recorder.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace millwright::historian {

/// A recording read file after file while it is written. Signals are counted over all its files. Thread: one at a time.
class Recording {
public:
    /// Appends the samples of the next chunk that the recorder says is on the disk; false when there is none. Their `signal` is an
    /// element of `topics`, their texts are `strings`, until the next call. Counts as lost what was deleted before it was read.
    /// Errors: those of `LogTail`; the rest of that file is passed over.
    [[nodiscard]] Result<bool> next(const telemetry::RecorderStatus& recorder, std::vector<telemetry::Sample>& out);

    [[nodiscard]] const std::vector<telemetry::LogTopic>& topics() const { return topics_; }
    [[nodiscard]] const StringTable& strings() const { return tail_->strings(); }
    /// Samples handed out or lost so far: where in the recording this is.
    [[nodiscard]] std::uint64_t position() const { return position_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    [[nodiscard]] Result<bool> open(const telemetry::RecorderStatus& recorder, std::size_t file);
    [[nodiscard]] SignalIndex global(SignalIndex local);

    std::optional<telemetry::LogTail> tail_;
    std::filesystem::path file_;      ///< that `tail_` reads
    std::uint64_t end_ = 0;           ///< of it, as last heard
    std::vector<SignalIndex> global_; ///< by the tail's signal
    std::vector<telemetry::LogTopic> topics_;
    std::unordered_map<std::string, SignalIndex> byTopic_;
    std::uint64_t position_ = 0, lost_ = 0;
};

} // namespace millwright::historian
