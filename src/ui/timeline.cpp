#include <millwright/ui/format.hpp>
#include <millwright/ui/timeline.hpp>

#include <algorithm>
#include <cmath>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;

/// A distance between labelled ticks and the number of parts it is divided into.
struct Step {
    Duration major;
    int parts;
};
constexpr std::array<Step, 31> steps{{
    {1ms, 5}, {2ms, 4}, {5ms, 5}, {10ms, 5}, {20ms, 4}, {50ms, 5}, {100ms, 5}, {200ms, 4}, {500ms, 5}, {1s, 5},    {2s, 4},
    {5s, 5},  {10s, 5}, {15s, 3}, {30s, 6},  {1min, 6}, {2min, 4}, {5min, 5},  {10min, 5}, {15min, 3}, {30min, 6}, {1h, 6},
    {2h, 4},  {3h, 3},  {6h, 6},  {12h, 6},  {24h, 4},  {48h, 2},  {168h, 7},  {720h, 5},  {8760h, 4},
}};

std::string labelOf(Time time, Duration step) {
    const Duration ofDay = time - std::chrono::floor<std::chrono::days>(time);
    if (ofDay == Duration{0} && step >= 1s) return dateText(time);
    if (step >= 1min) return clockText(time).substr(0, 5);
    if (step >= 1s) return clockText(time);
    return clockText(time, 3);
}

} // namespace

float TimeAxis::pixelOf(Time time) const {
    const double length = seconds(span.length());
    if (length <= 0) return left;
    return static_cast<float>(left + (right - left) * (seconds(time - span.from) / length));
}

Time TimeAxis::timeAt(float pixel) const {
    if (right <= left) return span.from;
    const double t = std::clamp(static_cast<double>(pixel - left) / (right - left), 0.0, 1.0);
    const Time time = span.from + Duration{static_cast<std::int64_t>(t * static_cast<double>(span.length().count()))};
    return std::min(time, span.to);
}

void ticksOf(const TimeAxis& axis, float labelWidth, std::vector<Tick>& ticks) {
    ticks.clear();
    const double length = seconds(axis.span.length());
    const double width = axis.right - axis.left;
    if (length <= 0 || width <= labelWidth) return;
    const double needed = length * labelWidth / width;
    const Step* step = &steps.back();
    for (const Step& candidate : steps) {
        if (seconds(candidate.major) < needed) continue;
        step = &candidate;
        break;
    }
    if (seconds(step->major) < needed) return; // centuries: no sensible labels
    const std::int64_t minor = step->major.count() / step->parts;
    const std::int64_t first = nanoseconds(axis.span.from);
    std::int64_t at = first - ((first % minor) + minor) % minor;
    if (at < first) at += minor;
    for (; at <= nanoseconds(axis.span.to); at += minor) {
        const Time time = timeFromNanoseconds(at);
        const bool major = at % step->major.count() == 0;
        ticks.push_back({time, major, major ? labelOf(time, step->major) : std::string{}});
    }
}

TimeInterval zoomedSpan(TimeInterval span, TimeInterval whole, Time anchor, double factor) {
    constexpr double shortest = 0.01;
    const double total = seconds(whole.length());
    if (total <= shortest) return whole;
    const double length = std::clamp(seconds(span.length()) * factor, shortest, total);
    const double share = span.length().count() > 0 ? seconds(anchor - span.from) / seconds(span.length()) : 0.5;
    const double from = std::clamp(seconds(anchor - whole.from) - share * length, 0.0, total - length);
    const Time start = whole.from + Duration{static_cast<std::int64_t>(from * 1e9)};
    return {start, std::min(whole.to, start + Duration{static_cast<std::int64_t>(length * 1e9)})};
}

double nextSpeed(double speed, int direction) {
    if (direction > 0) {
        for (const double s : speeds)
            if (s > speed * 1.001) return s;
        return speeds.back();
    }
    for (std::size_t i = speeds.size(); i-- > 0;)
        if (speeds[i] < speed * 0.999) return speeds[i];
    return speeds.front();
}

Duration stepOf(Duration log) {
    const Duration wanted = log / 100;
    Duration best = std::min<Duration>(log, 1s);
    for (const Step& step : steps)
        if (step.major >= 1s && step.major <= wanted) best = step.major;
    return best;
}

} // namespace millwright::ui
