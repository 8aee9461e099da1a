#pragma once

#include "ui/canvas.hpp"

#include <millwright/plant/plant.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/log_overview.hpp>

#include <optional>

namespace millwright::ui {

/// The range an instrument of this signal shows: the expected range, widened to hold the limits; nothing where neither is given.
[[nodiscard]] std::optional<plant::ValueRange> instrumentRange(const plant::Signal& signal);

/// ISA-101 moving analog indicator: where a value stands between its limits. `value` NaN draws the scale alone.
void drawAnalogIndicator(Canvas& canvas, const Rect& box, const plant::Signal& signal, const plant::ValueRange& range, double value,
                         Attention attention);

/// The last `window` before `now` of one signal, and where it is now. Limits are drawn where they fall inside.
void drawSparkline(Canvas& canvas, std::vector<ImVec2>& scratch, const Rect& box, const plant::Signal& signal, SignalIndex index,
                   const LogOverview& overview, Time now, Duration window);

/// How much of the log sparklines show.
[[nodiscard]] Duration sparklineWindow(const LogOverview& overview);

} // namespace millwright::ui
