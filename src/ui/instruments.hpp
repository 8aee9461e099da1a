#pragma once

#include "ui/canvas.hpp"
#include "ui/curve.hpp"

#include <millwright/plant/plant.hpp>
#include <millwright/ui/attention.hpp>
#include <millwright/ui/log_overview.hpp>

#include <optional>
#include <span>
#include <vector>

namespace millwright::ui {

/// The range an instrument of this signal shows: the expected range, widened to hold the limits; nothing where neither is given.
[[nodiscard]] std::optional<plant::ValueRange> instrumentRange(const plant::Signal& signal);

/// ISA-101 moving analog indicator: where a value stands between its limits. `value` NaN draws the scale alone.
void drawAnalogIndicator(Canvas& canvas, const Rect& box, const plant::Signal& signal, const plant::ValueRange& range, double value,
                         Attention attention);

/// A curve: the band of its range and the line of its mean, or a line along the range where there is no mean. It ends at the
/// present, or shows it at `cursor` (0…1 of its stretch). Limits are drawn where they fall inside. `other`, of another log, is
/// drawn dashed on the same scale.
void drawSparkline(Canvas& canvas, std::vector<ImVec2>& scratch, const Rect& box, const plant::Signal& signal,
                   std::span<const CurvePoint> curve, std::span<const CurvePoint> other = {},
                   std::optional<float> cursor = std::nullopt);

} // namespace millwright::ui
