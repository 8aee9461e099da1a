#include "ui/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millwright::ui {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

} // namespace

void curveOf(const LogOverview& overview, SignalIndex signal, TimeInterval stretch, std::vector<CurvePoint>& points) {
    points.clear();
    const auto ranges = overview.ranges(signal);
    if (ranges.empty()) return;
    const std::size_t first = overview.sliceOf(std::max(stretch.from, overview.span().from));
    const std::size_t last = std::min(overview.sliceOf(stretch.to), ranges.size() - 1);
    for (std::size_t i = first; i <= last; ++i) {
        const double share = seconds(overview.sliceStart(i) - stretch.from) / seconds(stretch.length());
        points.push_back({static_cast<float>(share), ranges[i].low, ranges[i].high, none});
    }
}

void curveOf(history::HistoryReader& history, SignalIndex signal, TimeInterval stretch, std::size_t columns,
             std::vector<CurvePoint>& points) {
    points.clear();
    const history::Trend& trend = history.trend(signal, stretch, columns);
    double held = trend.before;
    for (std::size_t i = 0; i < columns; ++i) {
        const history::TrendColumn& column = trend.columns[i];
        const float at = (static_cast<float>(i) + 0.5f) / static_cast<float>(columns);
        if (column.samples == 0) {
            const auto level = static_cast<float>(held);
            points.push_back({at, level, level, level});
            continue;
        }
        points.push_back(
            {at, static_cast<float>(column.minimum), static_cast<float>(column.maximum), static_cast<float>(column.mean)});
        held = column.last;
    }
}

} // namespace millwright::ui
