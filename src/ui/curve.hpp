#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/history/history.hpp>
#include <millwright/ui/log_overview.hpp>

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
/// The same from what was seen live, in that many columns: a value holds until the next sample.
void curveOf(history::HistoryReader& history, SignalIndex signal, TimeInterval stretch, std::size_t columns,
             std::vector<CurvePoint>& points);

} // namespace millwright::ui
