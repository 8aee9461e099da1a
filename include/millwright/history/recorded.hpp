#pragma once

#include <millwright/core/result.hpp>
#include <millwright/history/history.hpp>
#include <millwright/telemetry/source.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace millwright::history {

/// The recording that runs beside a history, from which what the history has forgotten can be read again. Reads files, so it is
/// nothing for the frame thread. Thread: one at a time.
class RecordedSamples {
public:
    /// `topics` are the recording's, element i of signal i; `files` says, each time it is asked, which files there are, oldest
    /// first (`telemetry::RecorderStatus::files`). `live` has the texts of the history's samples, which it may still grow by.
    RecordedSamples(std::vector<telemetry::Subscription> topics, std::function<std::vector<std::filesystem::path>()> files,
                    std::shared_ptr<const StringTable> live);

    /// Appends the samples of a signal in `interval` that are on the disk, as they were applied; those that came late are not among
    /// them. Texts are those of `strings`. Errors: those of `telemetry::LogSource`.
    [[nodiscard]] Result<void> read(SignalIndex signal, TimeInterval interval, std::vector<telemetry::Sample>& out);

    /// Each file has a table of its own, and so has the history: what they say, in one.
    [[nodiscard]] const StringTable& strings() const { return strings_; }
    /// Makes a text of the history's one of `strings`.
    [[nodiscard]] StringId adopt(StringId live) { return strings_.add(live_->text(live)); }

private:
    std::vector<telemetry::Subscription> topics_;
    std::function<std::vector<std::filesystem::path>()> files_;
    std::shared_ptr<const StringTable> live_;
    StringTable strings_;
};

/// Appends all samples of a signal in `interval`: those that the history still has from there, those that it has forgotten from
/// the recording. Texts are those of `recorded.strings()`. What was not recorded, or is deleted since, is missing. Errors: those of
/// `RecordedSamples::read`; Invalid when the recording does not lead up to what the history has.
[[nodiscard]] Result<void> readAll(HistoryReader& history, RecordedSamples& recorded, SignalIndex signal, TimeInterval interval,
                                   std::vector<telemetry::Sample>& out);

} // namespace millwright::history
