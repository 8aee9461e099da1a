#include "sim/chart.hpp"

#include <millwright/core/html.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <ranges>
#include <utility>

namespace millwright::sim {
namespace {

// All drawings are this wide and are stretched: positions are in it.
constexpr double width = 1000;

struct Axis {
    double low = 0, high = 1;
    [[nodiscard]] double at(double value) const { return width * (value - low) / (high - low); }
};

Axis axisOf(const std::vector<IntervalRow>& rows, bool zero) {
    double low = zero ? 0 : rows.front().mean, high = low;
    for (const IntervalRow& row : rows) {
        low = std::min(low, row.mean - row.halfWidth);
        high = std::max(high, row.mean + row.halfWidth);
        for (const double value : row.values) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    const double length = high > low ? high - low : std::max(std::abs(high), 1.0) * 0.1;
    return {low - 0.05 * length, high + 0.05 * length};
}

std::string verticalLine(double x, double top, double bottom, const char* style) {
    return std::format(R"(<path d="M{0:.1f} {1} V{2}" vector-effect="non-scaling-stroke" fill="none" {3}/>)", x, top, bottom,
                       style);
}

std::string ticks(const Axis& axis) {
    const double step = niceStep(axis.high - axis.low);
    const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
    std::string text = R"(<div class="row"><div class="ticks">)";
    for (double tick = std::ceil(axis.low / step) * step; tick <= axis.high; tick += step)
        text += std::format(R"(<span style="left:{:.1f}%">{:.{}f}</span>)", axis.at(tick) / width * 100,
                            std::abs(tick) < step / 2 ? 0.0 : tick, digits);
    return text + "</div></div>\n";
}

} // namespace

double niceStep(double length) {
    const double rough = length / 5, power = std::pow(10, std::floor(std::log10(rough)));
    const double digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3 ? 2 : digit < 7 ? 5 : 10);
}

std::string intervalChart(const std::vector<IntervalRow>& rows, bool zero) {
    if (rows.empty()) return {};
    const Axis axis = axisOf(rows, zero);
    std::string text;
    for (const IntervalRow& row : rows) {
        text += std::format(
            R"(<div class="row"><span>{}</span><svg viewBox="0 0 {} 24" preserveAspectRatio="none" role="img" aria-label="{}">)",
            htmlEscaped(row.label), width, htmlEscaped(row.value));
        if (zero) text += verticalLine(axis.at(0), 0, 24, "stroke=\"var(--quiet)\" stroke-dasharray=\"3 3\"");
        for (const double value : row.values)
            text += verticalLine(axis.at(value), 3, 21, "stroke=\"var(--quiet)\" stroke-opacity=\".25\"");
        text += std::format(R"(<rect x="{:.1f}" y="8" width="{:.1f}" height="8" fill="{}" fill-opacity=".45"/>)",
                            axis.at(row.mean - row.halfWidth),
                            axis.at(row.mean + row.halfWidth) - axis.at(row.mean - row.halfWidth), row.colour);
        text += verticalLine(axis.at(row.mean), 4, 20, std::format(R"(stroke="{}" stroke-width="3")", row.colour).c_str());
        text += std::format("</svg><span class=\"value\">{}</span></div>\n", htmlEscaped(row.value));
    }
    return text + ticks(axis);
}

std::string tornadoChart(const std::vector<TornadoRow>& rows) {
    if (rows.empty()) return {};
    constexpr const char *lowColour = "#2f6fb5", *highColour = "#c8641e";
    std::vector<IntervalRow> ends;
    for (const TornadoRow& row : rows) {
        ends.push_back({"", row.low, row.lowHalfWidth, {}, ""});
        ends.push_back({"", row.high, row.highHalfWidth, {}, ""});
    }
    const Axis axis = axisOf(ends, true);
    const double zero = axis.at(0);
    std::string text = "<p class=\"note\">";
    for (const auto& [colour, word] : {std::pair{lowColour, "at its low end"}, std::pair{highColour, "at its high end"}})
        text += std::format(
            R"(<svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" fill="{}"/></svg> {} &ensp;)",
            colour, word);
    text += "</p>\n";
    for (const TornadoRow& row : rows) {
        text += std::format(
            R"(<div class="row"><span>{}<br><span class="note">{}</span></span><svg viewBox="0 0 {} 24" preserveAspectRatio="none" role="img" aria-label="{}">)",
            htmlEscaped(row.label), htmlEscaped(row.range), width, htmlEscaped(row.value));
        const auto bar = [&](double mean, double half, int top, const char* colour) {
            const double at = axis.at(mean);
            text += std::format(R"(<rect x="{:.1f}" y="{}" width="{:.1f}" height="9" fill="{}"/>)", std::min(at, zero), top,
                                std::abs(at - zero), colour);
            text += std::format(
                R"x(<path d="M{:.1f} {} H{:.1f}" vector-effect="non-scaling-stroke" fill="none" stroke="var(--ink)" stroke-width="1.5"/>)x",
                axis.at(mean - half), top + 4.5, axis.at(mean + half));
        };
        bar(row.low, row.lowHalfWidth, 2, lowColour);
        bar(row.high, row.highHalfWidth, 13, highColour);
        text += verticalLine(zero, 0, 24, "stroke=\"var(--quiet)\"");
        text += std::format("</svg><span class=\"value\">{}</span></div>\n", htmlEscaped(row.value));
    }
    return text + ticks(axis);
}

std::string scatterChart(const std::vector<std::pair<double, double>>& dots, double low, double high, const std::string& from,
                         const std::string& to) {
    constexpr double height = 200, edge = 12;
    if (dots.empty() || high <= low) return {};
    const auto [least, most] = std::ranges::minmax(dots | std::views::values);
    const double length = most > least ? most - least : 1;
    std::string drawn;
    for (const auto& [x, y] : dots) {
        // A line of no length with round ends stays a dot, however the drawing is stretched.
        drawn += std::format(
            R"x(<path d="M{0:.1f} {1:.1f} H{0:.1f}" vector-effect="non-scaling-stroke" stroke="var(--mark)" stroke-opacity=".7" stroke-width="6" stroke-linecap="round"/>)x",
            edge + (width - 2 * edge) * (x - low) / (high - low), height - edge - (height - 2 * edge) * (y - least) / length);
    }
    return std::format(
        R"(<div class="chart"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="points">{}</svg>)"
        R"(<span class="level" style="top:8%">{:.4g}</span><span class="level" style="top:92%">{:.4g}</span></div>)"
        R"(<div class="ticks ends"><span style="left:0%">{}</span><span style="left:100%">{}</span></div>)"
        "\n",
        width, height, drawn, most, least, htmlEscaped(from), htmlEscaped(to));
}

std::string shareChart(const std::vector<ShareKind>& kinds, const std::vector<ShareRow>& rows) {
    std::string text = "<p class=\"note\">";
    for (const ShareKind& kind : kinds)
        text += std::format(
            R"(<svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" fill="{}"/></svg> {} &ensp;)",
            kind.colour, htmlEscaped(kind.name));
    text += "</p>\n";
    for (const ShareRow& row : rows) {
        std::string said, drawn;
        double at = 0;
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            drawn += std::format(R"(<rect x="{:.1f}" y="3" width="{:.1f}" height="18" fill="{}"/>)", at * width,
                                 row.shares[i] * width, kinds[i].colour);
            said += std::format("{}{} {:.1f} %", said.empty() ? "" : ", ", kinds[i].name, 100 * row.shares[i]);
            at += row.shares[i];
        }
        text += std::format(
            R"(<div class="row"><span>{}</span><svg viewBox="0 0 {} 24" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>)",
            htmlEscaped(row.label), width, htmlEscaped(said), drawn);
        text += std::format("<span class=\"value\">{}</span></div>\n", htmlEscaped(row.value));
    }
    return text;
}

std::string courseChart(const std::vector<CourseRow>& rows, double begin, const std::string& from, const std::string& to) {
    constexpr double height = 200, edge = 4;
    double top = std::max(begin, 1e-9);
    for (const CourseRow& row : rows)
        for (std::size_t i = 0; i < row.mean.size(); ++i) top = std::max({top, row.high[i], row.mean[i]});
    const auto point = [&](std::size_t step, std::size_t steps, double value) {
        return std::format(" {:.1f},{:.1f}", width * static_cast<double>(step) / static_cast<double>(steps),
                           height - edge - (height - 2 * edge) * value / top);
    };
    std::string drawn, keys;
    for (const CourseRow& row : rows) {
        const std::size_t steps = row.mean.size();
        std::string band = point(0, steps, begin), line = band;
        for (std::size_t i = 0; i < steps; ++i) band += point(i + 1, steps, row.high[i]);
        for (std::size_t i = steps; i-- > 0;) band += point(i + 1, steps, row.low[i]);
        for (std::size_t i = 0; i < steps; ++i) line += point(i + 1, steps, row.mean[i]);
        drawn += std::format(R"(<polygon points="{}" fill="{}" fill-opacity=".2"/>)", band.substr(1), row.colour);
        drawn +=
            std::format(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2" vector-effect="non-scaling-stroke"/>)",
                        line.substr(1), row.colour);
        keys += std::format(
            R"(<svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect width="12" height="12" fill="{}"/></svg> {})",
            row.colour, htmlEscaped(row.label));
    }
    return std::format(
        R"(<p class="note">{}</p><div class="chart"><svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" )"
        R"(aria-label="course">{}</svg><span class="level" style="top:8%">{:.4g}</span><span class="level" style="top:92%">0</span></div>)"
        R"(<div class="ticks ends"><span style="left:0%">{}</span><span style="left:100%">{}</span></div>)"
        "\n",
        keys, width, height, drawn, top, htmlEscaped(from), htmlEscaped(to));
}

} // namespace millwright::sim
