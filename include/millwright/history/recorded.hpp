#pragma once

#include <millwright/core/result.hpp>
#include <millwright/history/history.hpp>
#include <millwright/telemetry/source.hpp>

#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace millwright::history {

/// The recording that runs beside a history, from which what the history has forgotten can be read again. Reads files, so it is
/// nothing for the frame thread. Thread: one at a time.
class RecordedSamples {
public:
    /// `topics` are the recording's, element i of signal i; `files` says, each time it is asked, which files there are, oldest
    /// first (`telemetry::RecorderStatus::files`).
    RecordedSamples(std::vector<telemetry::Subscription> topics, std::function<std::vector<std::filesystem::path>()> files);

    /// Appends the samples of a signal in `interval` that are on the disk, as they were applied; those that came late are not among
    /// them. Errors: those of `telemetry::LogSource`.
    [[nodiscard]] Result<void> read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out) const;

private:
    std::vector<telemetry::Subscription> topics_;
    std::function<std::vector<std::filesystem::path>()> files_;
};

/// Appends all samples of a signal in `interval`: those that the history still has from there, those that it has forgotten from
/// the recording. What was not recorded, or is deleted since, is missing. Errors: those of `RecordedSamples::read`; Invalid when
/// the recording does not lead up to what the history has.
[[nodiscard]] Result<void> readAll(HistoryReader& history, const RecordedSamples& recorded, SignalIndex signal,
                                   TimeInterval interval, std::vector<telemetry::Sample>& out);

} // namespace millwright::history
