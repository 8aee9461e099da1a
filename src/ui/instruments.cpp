#include "ui/instruments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace millwright::ui {

std::optional<plant::ValueRange> instrumentRange(const plant::Signal& signal) {
    const plant::Limits& l = signal.limits;
    double low = INFINITY, high = -INFINITY;
    for (const auto& limit : {l.lowLow, l.low, l.high, l.highHigh}) {
        if (!limit) continue;
        low = std::min(low, *limit);
        high = std::max(high, *limit);
    }
    if (signal.range) return plant::ValueRange{std::min(low, signal.range->low), std::max(high, signal.range->high)};
    if (!(high > low)) return std::nullopt;
    const double margin = (high - low) * 0.2;
    return plant::ValueRange{low - margin, high + margin};
}

void drawAnalogIndicator(Canvas& canvas, const Rect& box, const plant::Signal& signal, const plant::ValueRange& range, double value,
                         Attention attention) {
    const float pointer = canvas.px(7), trackHeight = canvas.px(8);
    const float top = std::round(box.max.y - trackHeight - canvas.px(1));
    const Rect track{{box.min.x, top}, {box.max.x, top + trackHeight}};
    const double length = range.high - range.low;
    const auto x = [&](double v) {
        const double t = length > 0 ? std::clamp((v - range.low) / length, 0.0, 1.0) : 0.5;
        return std::round(track.min.x + static_cast<float>(t) * track.width());
    };
    const plant::Limits& l = signal.limits;
    canvas.fill(track, palette::sunken);
    const float from = l.low ? x(*l.low) : l.lowLow ? x(*l.lowLow) : track.min.x;
    const float to = l.high ? x(*l.high) : l.highHigh ? x(*l.highHigh) : track.max.x;
    canvas.fill({{from, track.min.y}, {to, track.max.y}}, palette::field); // where it should be
    canvas.stroke(track, palette::outline);
    for (const auto& limit : {l.low, l.high})
        if (limit) canvas.line({x(*limit), track.min.y - canvas.px(2)}, {x(*limit), track.max.y}, palette::outline);
    for (const auto& limit : {l.lowLow, l.highHigh})
        if (limit) canvas.line({x(*limit), track.min.y - canvas.px(4)}, {x(*limit), track.max.y}, palette::text, 2);
    if (std::isnan(value)) return;
    const float at = std::clamp(x(value), track.min.x + canvas.px(2), track.max.x - canvas.px(2));
    const Colour ink = crossesTrip(attention) ? palette::urgent : crossesLimit(attention) ? palette::high : palette::live;
    const glm::vec2 tip{at, track.min.y + canvas.px(2)};
    const glm::vec2 a{at - pointer * 0.75f, tip.y - pointer}, b{at + pointer * 0.75f, tip.y - pointer};
    canvas.line({at, track.min.y}, {at, track.max.y}, palette::text, 2);
    canvas.triangle(a, b, tip, ink);
    canvas.list().AddTriangle(im(a), im(b), im(tip), packed(palette::text), std::max(1.0f, canvas.px(1)));
}

Duration sparklineWindow(const LogOverview& overview) {
    using namespace std::chrono_literals;
    const Duration length = overview.span().length();
    const Duration slice = overview.sliceStart(1) - overview.sliceStart(0);
    return std::min<Duration>(length, std::max<Duration>(5min, slice * 60));
}

void drawSparkline(Canvas& canvas, std::vector<ImVec2>& scratch, const Rect& box, const plant::Signal& signal,
                   SignalIndex signalIndex, const LogOverview& overview, Time now, Duration window) {
    canvas.line({box.min.x, box.max.y}, box.max, palette::line);
    const auto ranges = overview.ranges(signalIndex);
    const Time start = now - window;
    const std::size_t first = overview.sliceOf(std::max(start, overview.span().from));
    const std::size_t last = std::min(overview.sliceOf(now), ranges.empty() ? 0 : ranges.size() - 1);
    float low = INFINITY, high = -INFINITY;
    for (std::size_t i = first; i <= last && i < ranges.size(); ++i) {
        low = std::fmin(low, ranges[i].low);
        high = std::fmax(high, ranges[i].high);
    }
    if (!(high >= low)) return;
    // A quiet signal stays a quiet line: noise of less than a fiftieth of the range is not blown up to full height.
    if (const auto range = instrumentRange(signal)) {
        const float least = static_cast<float>(range->high - range->low) * 0.02f, middle = (low + high) / 2;
        if (high - low < least) {
            low = middle - least / 2;
            high = middle + least / 2;
        }
    }
    if (high - low < 1e-9f) {
        low -= 0.5f;
        high += 0.5f;
    }
    const Rect plot{{box.min.x, box.min.y + canvas.px(2)}, {box.max.x, box.max.y - canvas.px(3)}};
    const auto y = [&](float v) { return plot.max.y - (v - low) / (high - low) * plot.height(); };
    const auto x = [&](Time t) { return plot.min.x + static_cast<float>(seconds(t - start) / seconds(window)) * plot.width(); };
    const plant::Limits& l = signal.limits;
    for (const auto& limit : {l.low, l.high, l.lowLow, l.highHigh})
        if (limit && *limit > low && *limit < high)
            canvas.line({plot.min.x, std::round(y(static_cast<float>(*limit)))},
                        {plot.max.x, std::round(y(static_cast<float>(*limit)))}, palette::line);
    scratch.clear();
    const auto flush = [&] {
        if (scratch.size() > 1)
            canvas.list().AddPolyline(scratch.data(), static_cast<int>(scratch.size()), packed(palette::liveLine), 0,
                                      std::max(1.0f, canvas.px(1.3f)));
        scratch.clear();
    };
    canvas.list().PushClipRect(im(box.min), im(box.max + canvas.px(3)), true);
    for (std::size_t i = first; i <= last && i < ranges.size(); ++i) {
        if (std::isnan(ranges[i].low)) {
            flush();
            continue;
        }
        const float at = x(overview.sliceStart(i));
        scratch.push_back({at, y(ranges[i].low)});
        if (ranges[i].high > ranges[i].low) scratch.push_back({at, y(ranges[i].high)});
    }
    const bool here = !scratch.empty();
    const glm::vec2 tip = here ? glmOf(scratch.back()) : glm::vec2{0};
    flush();
    if (here) canvas.circle(tip, canvas.px(2), palette::liveLine, true);
    canvas.list().PopClipRect();
}

} // namespace millwright::ui
