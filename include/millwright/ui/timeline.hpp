#pragma once

#include <millwright/core/time.hpp>

#include <array>
#include <string>
#include <vector>

/// The arithmetic of the timeline: pixels and times, ticks at round times, steps and speeds. Pure functions.
namespace millwright::ui {

/// Maps the times of `span` onto pixels from `left` to `right`.
struct TimeAxis {
    TimeInterval span;
    float left = 0;
    float right = 1;

    [[nodiscard]] float pixelOf(Time time) const;
    /// The time under a pixel, kept within `span`.
    [[nodiscard]] Time timeAt(float pixel) const;
};

struct Tick {
    Time time{};
    bool major = false; ///< carries a label
    std::string label;  ///< `14:05`, `14:05:30`, `.250`, or a date at midnight
};
/// Ticks at round UTC times so far apart that labels of `labelWidth` pixels do not touch; minor ones between them.
void ticksOf(const TimeAxis& axis, float labelWidth, std::vector<Tick>& ticks);

/// `span` scaled about `anchor` by `factor` (< 1 shows less), kept inside `whole` and not shorter than 10 ms.
[[nodiscard]] TimeInterval zoomedSpan(TimeInterval span, TimeInterval whole, Time anchor, double factor);

inline constexpr std::array<double, 13> speeds{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
/// The next of `speeds` above (`direction` > 0) or below `speed`; the last one stays.
[[nodiscard]] double nextSpeed(double speed, int direction);
/// How far an arrow key jumps in a log of this length: a round time near a hundredth of it, at least 1 s where the log allows it.
[[nodiscard]] Duration stepOf(Duration log);

} // namespace millwright::ui
