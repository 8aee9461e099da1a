#pragma once

#include <millwright/kpi/indicators.hpp>
#include <millwright/kpi/meter.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// KPIs as they stand at one time, of a log that is played or of feeds: the same bins, the same sums.
namespace millwright::kpi {

/// What was measured up to some time: bins that follow each other, oldest first. Immutable. Thread: any.
using Bins = std::vector<std::shared_ptr<const Bin>>;

/// How far back from a time KPIs reach. Bins are whole: what is measured begins where the bin begins that holds the time an hour
/// or a day ago, and `Standing::interval` says where that is.
enum class Period : std::uint8_t {
    Everything, ///< all there is
    Hour,       ///< the last hour
    Shift,      ///< from the beginning of the shift, or of the time between two, exactly where bins are cut there
    Day,        ///< the last 24 hours
};
inline constexpr std::size_t periods = 4;
/// `last hour`, `this shift`.
[[nodiscard]] std::string_view nameOf(Period period);

/// The bins of `period` that end by `time`; at least the first one. Empty only where there are none.
[[nodiscard]] std::span<const std::shared_ptr<const Bin>> binsOf(const Bins& bins, Period period, Time time,
                                                                 const plant::Calendar& calendar);

/// One equipment, or what is below it, over some time.
struct Standing {
    TimeInterval interval;
    Times times;
    Indicators indicators;
    std::uint64_t failures = 0;
};
/// What the i-th of `Plant::kpis` did in `bins`, which follow each other and are not empty.
[[nodiscard]] Tally tallyOf(std::uint32_t i, std::span<const std::shared_ptr<const Bin>> bins);
/// `bins` follow each other and are not empty.
[[nodiscard]] Standing standingOf(const plant::Plant& plant, const Row& row, std::span<const std::shared_ptr<const Bin>> bins);
/// What was measured of one quality, by its index in `characteristicsOf`.
[[nodiscard]] Spread spreadOf(std::uint32_t characteristic, std::span<const std::shared_ptr<const Bin>> bins);

/// Measures what feeds bring, without end: the last 24 hours in bins of five minutes, also cut at shifts. Memory: some 300 bytes
/// a bin for every equipment that is measured. Nothing is allocated for a sample. Thread: one at a time.
class Rolling {
public:
    static constexpr Duration step = std::chrono::minutes{5}, reach = std::chrono::hours{24};

    /// From `from` on; `plant` and `strings` must outlive it. The plant's units.
    Rolling(const plant::Plant& plant, const StringTable& strings, Time from);

    /// Samples in order of time.
    void apply(std::span<const telemetry::Sample> samples);
    /// What was measured up to `now`, before which no sample comes any more; the last bin ends there.
    [[nodiscard]] std::shared_ptr<const Bins> at(Time now);

private:
    void moveTo(Time time);
    void collect();

    Meter meter_;
    Time time_; ///< how far it has come
    std::deque<std::shared_ptr<const Bin>> closed_;
};

} // namespace millwright::kpi
