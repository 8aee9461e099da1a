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

namespace {

/// What a curve's height stands for.
struct Scale {
    float low, high;
};

/// False for a curve without any good value.
bool scaleOf(std::span<const CurvePoint> curve, std::span<const CurvePoint> other, const plant::Signal& signal, Scale& scale) {
    scale = {INFINITY, -INFINITY};
    for (const CurvePoint& point : other) scale = {std::fmin(scale.low, point.low), std::fmax(scale.high, point.high)};
    for (const CurvePoint& point : curve) scale = {std::fmin(scale.low, point.low), std::fmax(scale.high, point.high)};
    if (!(scale.high >= scale.low)) return false;
    // A quiet signal stays a quiet line: noise of less than a fiftieth of the range is not blown up to full height.
    const auto range = instrumentRange(signal);
    const float least = std::max(range ? static_cast<float>(range->high - range->low) * 0.02f : 0.0f, 0.0f);
    if (const float middle = (scale.low + scale.high) / 2; scale.high - scale.low < least)
        scale = {middle - least / 2, middle + least / 2};
    if (scale.high - scale.low < 1e-9f) scale = {scale.low - 0.5f, scale.high + 0.5f};
    return true;
}

/// The middle of the range, in dashes.
template <typename X, typename Y>
void drawDashed(Canvas& canvas, std::span<const CurvePoint> curve, const X& x, const Y& y) {
    std::vector<glm::vec2> piece;
    for (const CurvePoint& point : curve) {
        if (!std::isnan(point.low)) {
            piece.emplace_back(x(point), y((point.low + point.high) / 2));
            continue;
        }
        canvas.dashes(piece, palette::compared, 1.4f);
        piece.clear();
    }
    canvas.dashes(piece, palette::compared, 1.4f);
}

} // namespace

void drawSparkline(Canvas& canvas, std::vector<ImVec2>& scratch, const Rect& box, const plant::Signal& signal,
                   std::span<const CurvePoint> curve, std::span<const CurvePoint> other, std::optional<float> cursor) {
    canvas.line({box.min.x, box.max.y}, box.max, palette::line);
    Scale scale{};
    if (!scaleOf(curve, other, signal, scale)) return;
    const Rect plot{{box.min.x, box.min.y + canvas.px(2)}, {box.max.x, box.max.y - canvas.px(3)}};
    const auto y = [&](float v) { return plot.max.y - (v - scale.low) / (scale.high - scale.low) * plot.height(); };
    const auto x = [&](const CurvePoint& point) { return plot.min.x + point.at * plot.width(); };
    const plant::Limits& l = signal.limits;
    for (const auto& limit : {l.low, l.high, l.lowLow, l.highHigh})
        if (limit && *limit > scale.low && *limit < scale.high)
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
    const CurvePoint* before = nullptr;
    for (const CurvePoint& point : curve) {
        if (std::isnan(point.low)) {
            flush();
            before = nullptr;
            continue;
        }
        if (std::isnan(point.mean)) {
            scratch.push_back({x(point), y(point.low)});
            if (point.high > point.low) scratch.push_back({x(point), y(point.high)});
        } else {
            if (before)
                canvas.list().AddQuadFilled({x(*before), y(before->high)}, {x(point), y(point.high)}, {x(point), y(point.low)},
                                            {x(*before), y(before->low)}, packed(palette::liveBand));
            scratch.push_back({x(point), y(point.mean)});
            before = &point;
        }
    }
    drawDashed(canvas, other, x, y);
    const bool here = !scratch.empty();
    const glm::vec2 tip = here ? glmOf(scratch.back()) : glm::vec2{0};
    flush();
    if (cursor) {
        const float at = std::round(plot.min.x + *cursor * plot.width());
        canvas.line({at, box.min.y}, {at, box.max.y}, palette::accent, 1.5f);
    } else if (here) {
        canvas.circle(tip, canvas.px(2), palette::liveLine, true);
    }
    canvas.list().PopClipRect();
}

} // namespace millwright::ui
