#include "history/block.hpp"

#include <millwright/core/time_edges.hpp>
#include <millwright/history/trends.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <bit>
#include <memory>

namespace millwright::history {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t batch = 16'384;
constexpr std::size_t mostFilesBack = 4; // that are asked what held when the grid begins

/// In the subscriber's unit; NaN where it counts for nothing.
double amountOf(const telemetry::Sample& sample, const telemetry::Conversion& conversion) {
    return conversion.scale * numberOf(sample.value.bits, sample.type, sample.quality) + conversion.offset;
}

/// Sums samples up, column by column.
class TrendMaker {
public:
    TrendMaker(std::size_t signals, const TimeGrid& grid)
        : grid_{grid}, before_(signals, none), told_(signals), summaries_(signals * grid.columns) {}

    /// The last value before the grid, unless a later one is known.
    void hold(std::size_t signal, double number) {
        if (told_[signal]) return;
        told_[signal] = true;
        before_[signal] = number;
    }
    [[nodiscard]] bool holdsAll() const { return std::ranges::all_of(told_, std::identity{}); }

    /// In order of time; of a time in the grid.
    void add(std::size_t signal, Time time, double number) {
        const auto column = std::min<std::size_t>(grid_.columns - 1, static_cast<std::size_t>((time - grid_.from) / grid_.column));
        summaries_[signal * grid_.columns + column].add(Value::of(number).bits, ValueType::Float, Quality::Good);
    }

    [[nodiscard]] std::vector<Trend> take() const {
        std::vector<Trend> trends;
        for (std::size_t signal = 0; signal < before_.size(); ++signal) {
            Trend& trend = trends.emplace_back(grid_.interval(), std::vector<TrendColumn>{}, before_[signal]);
            for (std::size_t i = 0; i < grid_.columns; ++i)
                trend.columns.push_back(columnOf(summaries_[signal * grid_.columns + i], false));
        }
        return trends;
    }

private:
    TimeGrid grid_;
    std::vector<double> before_;
    std::vector<bool> told_;
    std::vector<Summary> summaries_; ///< signal by signal
};

Result<void> holdWhatIsBefore(telemetry::Source& source, const TimeGrid& grid, TrendMaker& maker) {
    const auto keyframe = source.seek(justBefore(grid.from));
    if (!keyframe) return std::unexpected(keyframe.error());
    for (const telemetry::Keyframe::Entry& entry : keyframe->entries)
        maker.hold(index(entry.last.signal), amountOf(entry.last, source.conversions()[index(entry.last.signal)]));
    return {};
}

/// What `source`, which stands before the grid or in it, has in it.
Result<void> addWhatIsIn(telemetry::Source& source, const TimeGrid& grid, TrendMaker& maker, const std::stop_token& stop) {
    const Time end = grid.interval().to;
    while (true) {
        if (stop.stop_requested()) return failure(ErrorCode::Cancelled, "reading was stopped");
        const auto samples = source.next(batch);
        if (!samples) return std::unexpected(samples.error());
        if (samples->empty()) return {};
        for (const telemetry::Sample& sample : *samples) {
            if (sample.time > end) return {};
            if (sample.time >= grid.from)
                maker.add(index(sample.signal), sample.time, amountOf(sample, source.conversions()[index(sample.signal)]));
        }
    }
}

} // namespace

TimeGrid gridOver(TimeInterval stretch, std::size_t pixels) {
    const auto length = std::max<std::int64_t>(1, stretch.length().count());
    const auto column =
        static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(length) / std::max<std::size_t>(1, pixels) | 1));
    const std::int64_t begin = nanoseconds(stretch.from), past = (begin % column + column) % column;
    const std::int64_t from = begin < std::numeric_limits<std::int64_t>::min() + past ? begin : begin - past;
    return {
        timeFromNanoseconds(from), Duration{column},
        static_cast<std::size_t>((nanoseconds(stretch.to) - from + column - 1) / column + (stretch.length().count() > 0 ? 0 : 1))};
}

Result<std::vector<Trend>> trendsOf(telemetry::Source& source, const TimeGrid& grid, const std::stop_token& stop) {
    TrendMaker maker{source.conversions().size(), grid};
    if (auto held = holdWhatIsBefore(source, grid, maker); !held) return std::unexpected(held.error());
    if (auto added = addWhatIsIn(source, grid, maker, stop); !added) return std::unexpected(added.error());
    return maker.take();
}

Result<RecordedTrends> trendsOf(std::span<const std::filesystem::path> files, const std::vector<telemetry::Subscription>& topics,
                                const TimeGrid& grid, const std::stop_token& stop) {
    const OpenRecorded open = [&](const std::filesystem::path& file) -> Result<std::unique_ptr<telemetry::Source>> {
        auto log = telemetry::LogSource::open(file, topics);
        if (!log) return std::unexpected(std::move(log.error()));
        return std::unique_ptr<telemetry::Source>{std::move(*log)};
    };
    return trendsOf(files, topics.size(), open, grid, stop);
}

Result<RecordedTrends> trendsOf(std::span<const std::filesystem::path> files, std::size_t signals, const OpenRecorded& open,
                                const TimeGrid& grid, const std::stop_token& stop) {
    std::vector<std::unique_ptr<telemetry::Source>> logs;
    for (const std::filesystem::path& file : files) {
        auto log = open(file);
        if (!log && log.error().code == ErrorCode::NotFound) continue; // deleted to make room
        if (!log) return std::unexpected(log.error());
        if ((*log)->span() != TimeInterval{}) logs.push_back(std::move(*log));
    }
    RecordedTrends result;
    if (!logs.empty()) result.known = {logs.front()->span().from, logs.back()->span().to};
    TrendMaker maker{signals, grid};
    std::size_t back = 0;
    for (auto log = logs.rbegin(); log != logs.rend() && back < mostFilesBack && !maker.holdsAll(); ++log) {
        if ((*log)->span().from >= grid.from) continue;
        if (auto held = holdWhatIsBefore(**log, grid, maker); !held) return std::unexpected(held.error());
        ++back;
    }
    for (const auto& log : logs) {
        if (log->span().to < grid.from || log->span().from > grid.interval().to) continue;
        if (auto added = addWhatIsIn(*log, grid, maker, stop); !added) return std::unexpected(added.error());
    }
    result.trends = maker.take();
    return result;
}

} // namespace millwright::history
