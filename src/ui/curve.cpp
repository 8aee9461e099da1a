#include "ui/curve.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace millwright::ui {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();

float placeOf(const history::TimeGrid& grid, std::size_t column, TimeInterval stretch) {
    return static_cast<float>(seconds(grid.startOf(column) + grid.column / 2 - stretch.from) / seconds(stretch.length()));
}

/// Adds a column, and leaves what holds after it in `held`.
void add(const history::TrendColumn& column, float at, double& held, std::vector<CurvePoint>& points) {
    if (column.samples == 0) {
        const auto level = static_cast<float>(held);
        points.push_back({at, level, level, level});
        return;
    }
    points.push_back({at, static_cast<float>(column.minimum), static_cast<float>(column.maximum), static_cast<float>(column.mean)});
    held = column.last;
}

/// What holds where the grid's first column begins.
double heldBefore(const TrendReader::Found& found) {
    if (found.trend == nullptr) return std::numeric_limits<double>::quiet_NaN();
    const auto& columns = found.trend->columns;
    for (auto i = std::min(found.first, static_cast<std::ptrdiff_t>(columns.size())); i-- > 0;)
        if (columns[static_cast<std::size_t>(i)].samples > 0) return columns[static_cast<std::size_t>(i)].last;
    return found.trend->before;
}

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

bool curveOf(const TrendReader::Found& found, const history::TimeGrid& grid, TimeInterval stretch,
             std::vector<CurvePoint>& points) {
    points.clear();
    double held = heldBefore(found);
    for (std::size_t i = 0; i < grid.columns; ++i) {
        const history::TrendColumn* const column = found.column(grid, i);
        if (column != nullptr)
            add(*column, placeOf(grid, i, stretch), held, points);
        else if (found.exists(grid, i))
            return false;
    }
    return found.trend != nullptr;
}

std::size_t curveOf(history::HistoryReader& history, const TrendReader::Found& found, bool before, SignalIndex signal,
                    const history::TimeGrid& grid, TimeInterval stretch, std::vector<CurvePoint>& points) {
    points.clear();
    const history::Trend& trend = history.trend(signal, grid.interval(), grid.columns);
    const Time begin = history.span(signal).from;
    double held = std::isnan(trend.before) ? heldBefore(found) : trend.before;
    std::size_t forgotten = 0;
    for (std::size_t i = 0; i < grid.columns; ++i) {
        const bool unseen = before && (begin == Time{} || grid.startOf(i) < begin);
        const bool wanted = trend.columns[i].coarse || unseen;
        const history::TrendColumn* const read = wanted ? found.column(grid, i) : nullptr;
        if (wanted) forgotten = i + 1;
        if (grid.startOf(i) < stretch.to) add(read != nullptr ? *read : trend.columns[i], placeOf(grid, i, stretch), held, points);
    }
    return forgotten;
}

} // namespace millwright::ui
