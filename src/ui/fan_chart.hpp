#pragma once

#include "ui/canvas.hpp"

#include <millwright/core/time.hpp>
#include <millwright/ui/timeline.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace millwright::ui {

/// How a quantity may go on: its mean, and between what it lies in most runs.
struct Fan {
    Colour line, band;
    bool dashed = false;
    double begin = 0;                        ///< at the beginning of the time
    std::span<const double> mean, low, high; ///< after each of steps of equal length
};

/// Draws fans over `time`, on a scale from 0 with labels, times below. `level` is a line across. Returns the step that the pointer
/// is on, if it is on one.
std::optional<std::size_t> drawFanChart(Canvas& canvas, std::vector<Tick>& ticks, const Rect& box, TimeInterval time,
                                        std::span<const Fan> fans, std::optional<double> level);

} // namespace millwright::ui
