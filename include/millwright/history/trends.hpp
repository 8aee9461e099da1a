#pragma once

#include <millwright/core/result.hpp>
#include <millwright/history/history.hpp>
#include <millwright/telemetry/source.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

/// Trends of what is not in memory: of logs, and of the recording that runs beside a history. They read files, so they are nothing
/// for the frame thread.
namespace millwright::history {

/// Columns of equal length, side by side.
struct TimeGrid {
    Time from{};
    Duration column{1};
    std::size_t columns = 1;

    [[nodiscard]] Time startOf(std::size_t i) const { return from + column * static_cast<std::int64_t>(i); }
    [[nodiscard]] TimeInterval interval() const { return {from, startOf(columns)}; }
    friend bool operator==(const TimeGrid&, const TimeGrid&) = default;
};
/// A grid over `stretch` of at least `pixels` columns (one, where it is shorter than so many nanoseconds) and less than twice as
/// many and two. Columns are a power of two nanoseconds long and begin at whole multiples of that since 1970, so those of grids
/// that overlap are the same ones.
[[nodiscard]] TimeGrid gridOver(TimeInterval stretch, std::size_t pixels);

/// What the samples of each of a source's topics amount to, as `HistoryReader::trend` tells it of a history that has them all; in
/// the subscriber's units. Reads only the part of the log that `grid` covers, from the keyframe before it; a log without keyframes
/// from its beginning, which `stop` does not end. Errors: those of the source; Cancelled.
[[nodiscard]] Result<std::vector<Trend>> trendsOf(telemetry::Source& source, const TimeGrid& grid,
                                                  const std::stop_token& stop = {});

struct RecordedTrends {
    std::vector<Trend> trends; ///< parallel to the topics
    TimeInterval known;        ///< what the files tell of
};
/// Opens one file of a recording. Errors: NotFound for one that is deleted by now.
using OpenRecorded = std::function<Result<std::unique_ptr<telemetry::Source>>(const std::filesystem::path& file)>;
/// The same of the files of a recording, oldest first (`telemetry::RecorderStatus::files`), which may still grow; of each, `open`
/// says `signals` signals. Those that are deleted by now are left out, and so are samples that came late. Errors: those of `open`
/// and its sources; Cancelled.
[[nodiscard]] Result<RecordedTrends> trendsOf(std::span<const std::filesystem::path> files, std::size_t signals,
                                              const OpenRecorded& open, const TimeGrid& grid, const std::stop_token& stop = {});
/// The same of logs that have the topics as they are.
[[nodiscard]] Result<RecordedTrends> trendsOf(std::span<const std::filesystem::path> files,
                                              const std::vector<telemetry::Subscription>& topics, const TimeGrid& grid,
                                              const std::stop_token& stop = {});

} // namespace millwright::history
