#include "ui/fan_chart.hpp"

#include <imgui.h>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::ui {
namespace {

constexpr float scaleWidth = 40, timesHeight = 18, lineApart = 34; // logical pixels

/// 1, 2 or 5 times a power of ten, so that `most` takes at most `lines` of it; whole, as parts are.
double roundStep(double most, double lines) {
    const double least = std::max(most / std::max(lines, 1.0), 1e-9), power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double factor : {1.0, 2.0, 5.0, 10.0})
        if (factor * power >= least) return std::max(1.0, factor * power);
    return std::max(1.0, 10 * power);
}

class FanChart {
public:
    FanChart(Canvas& canvas, const Rect& box, TimeInterval time, std::span<const Fan> fans, std::optional<double> level)
        : canvas_{canvas}, fans_{fans}, level_{level}, time_{time}, plot_{box} {
        plot_.min.x += canvas_.px(scaleWidth);
        plot_.min.y += canvas_.px(6);
        plot_.max -= glm::vec2{canvas_.px(10), canvas_.px(timesHeight)};
        for (const Fan& fan : fans_) {
            most_ = std::max(most_, fan.begin);
            for (const double high : fan.high) most_ = std::max(most_, high);
        }
        if (level_) most_ = std::max(most_, *level_);
        step_ = roundStep(most_, static_cast<double>(plot_.height() / canvas_.px(lineApart)));
        most_ = step_ * std::ceil(most_ / step_);
    }

    std::optional<std::size_t> draw(std::vector<Tick>& ticks) {
        if (plot_.width() < canvas_.px(40) || plot_.height() < canvas_.px(30)) return std::nullopt;
        canvas_.fill(plot_, palette::field);
        scale();
        times(ticks);
        canvas_.list().PushClipRect(im(plot_.min), im(plot_.max), true);
        for (const Fan& fan : fans_) band(fan);
        for (const Fan& fan : fans_) through(fan.mean, fan, 2);
        if (level_) {
            const float at = std::round(y(*level_));
            canvas_.line({plot_.min.x, at}, {plot_.max.x, at}, palette::outline, 1.5f);
        }
        canvas_.list().PopClipRect();
        canvas_.stroke(plot_, palette::line);
        return pointed();
    }

private:
    [[nodiscard]] float y(double value) const { return plot_.max.y - static_cast<float>(value / most_) * plot_.height(); }
    /// After `step` of `steps`.
    [[nodiscard]] float x(std::size_t step, std::size_t steps) const {
        return plot_.min.x + plot_.width() * static_cast<float>(step) / static_cast<float>(steps);
    }

    void scale() {
        for (double value = 0; value <= most_ * 1.0001; value += step_) {
            const float at = std::round(y(value));
            canvas_.line({plot_.min.x, at}, {plot_.max.x, at}, palette::hover);
            const Rect label{{plot_.min.x - canvas_.px(scaleWidth), at - canvas_.px(8)},
                             {plot_.min.x - canvas_.px(6), at + canvas_.px(8)}};
            canvas_.figures(label, Face::Small, palette::dim, std::format("{:g}", value));
        }
    }

    void times(std::vector<Tick>& ticks) {
        const TimeAxis axis{time_, plot_.min.x, plot_.max.x};
        ticksOf(axis, canvas_.px(52), ticks);
        for (const Tick& tick : ticks) {
            const float at = std::round(axis.pixelOf(tick.time));
            if (tick.major) canvas_.line({at, plot_.min.y}, {at, plot_.max.y}, palette::hover);
            const float half = canvas_.textWidth(Face::Small, tick.label) / 2;
            if (!tick.major || at - half < plot_.min.x || at + half > plot_.max.x + canvas_.px(8)) continue;
            canvas_.text(
                {{at - canvas_.px(45), plot_.max.y + canvas_.px(2)}, {at + canvas_.px(45), plot_.max.y + canvas_.px(timesHeight)}},
                Face::Small, palette::dim, tick.label, Align::Centre);
        }
    }

    void band(const Fan& fan) {
        // Neighbours share an edge: smoothed, it would show as a line.
        const ImDrawListFlags smooth = canvas_.list().Flags;
        canvas_.list().Flags &= ~ImDrawListFlags_AntiAliasedFill;
        float left = plot_.min.x, low = y(fan.begin), high = low;
        for (std::size_t i = 0; i < fan.mean.size(); ++i) {
            const float right = x(i + 1, fan.mean.size()), nextLow = y(fan.low[i]), nextHigh = y(fan.high[i]);
            canvas_.list().AddQuadFilled({left, high}, {right, nextHigh}, {right, nextLow}, {left, low}, packed(fan.band));
            left = right;
            low = nextLow;
            high = nextHigh;
        }
        canvas_.list().Flags = smooth;
        // Where two bands lie over each other, their edges tell them apart.
        for (const std::span<const double> edge : {fan.low, fan.high}) through(edge, fan, 1);
    }

    void through(std::span<const double> values, const Fan& fan, float width) {
        std::vector<glm::vec2> points{{plot_.min.x, y(fan.begin)}};
        for (std::size_t i = 0; i < values.size(); ++i) points.emplace_back(x(i + 1, values.size()), y(values[i]));
        if (fan.dashed) return canvas_.dashes(points, fan.line, width);
        for (std::size_t i = 1; i < points.size(); ++i) canvas_.line(points[i - 1], points[i], fan.line, width);
    }

    std::optional<std::size_t> pointed() {
        if (!touchable("fan chart", plot_).hovered || fans_.empty() || fans_.front().mean.empty()) return std::nullopt;
        const std::size_t steps = fans_.front().mean.size();
        const float share = (ImGui::GetIO().MousePos.x - plot_.min.x) / plot_.width();
        const auto nearest = std::lround(share * static_cast<float>(steps));
        const auto step = static_cast<std::size_t>(std::clamp<long>(nearest, 1, static_cast<long>(steps)));
        const float at = std::round(x(step, steps));
        canvas_.line({at, plot_.min.y}, {at, plot_.max.y}, palette::accent, 1.5f);
        return step - 1;
    }

    Canvas& canvas_;
    std::span<const Fan> fans_;
    std::optional<double> level_;
    TimeInterval time_;
    Rect plot_;
    double most_ = 1, step_ = 1;
};

} // namespace

std::optional<std::size_t> drawFanChart(Canvas& canvas, std::vector<Tick>& ticks, const Rect& box, TimeInterval time,
                                        std::span<const Fan> fans, std::optional<double> level) {
    return FanChart{canvas, box, time, fans, level}.draw(ticks);
}

} // namespace millwright::ui
