#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/history/history.hpp>
#include <millwright/ui/log_overview.hpp>
#include <millwright/ui/trend_reader.hpp>

#include <cstddef>
#include <vector>

namespace millwright::ui {

/// One signal over a stretch of time as a chart draws it, in order of time: what its values ranged over about each moment.
struct CurvePoint {
    float at;        ///< 0…1 of the stretch
    float low, high; ///< NaN where there was no good value: the curve has a gap
    float mean;      ///< NaN where only the range is known
};

/// Replaces `points` by a signal's curve over `stretch`, of which only what is in the log is drawn.
void curveOf(const LogOverview& overview, SignalIndex signal, TimeInterval stretch, std::vector<CurvePoint>& points);
/// The same from what was read of the log, in the columns of `grid`: a value holds until the next sample. False where that is not
/// all of them.
bool curveOf(const TrendReader::Found& found, const history::TimeGrid& grid, TimeInterval stretch, std::vector<CurvePoint>& points);
/// The same from what was seen live. Where that is forgotten in detail it is taken from `found`. Returns how many columns, from the
/// first one on, it takes to hold all that is forgotten; `before`: and what was before anything was seen.
std::size_t curveOf(history::HistoryReader& history, const TrendReader::Found& found, bool before, SignalIndex signal,
                    const history::TimeGrid& grid, TimeInterval stretch, std::vector<CurvePoint>& points);

} // namespace millwright::ui
