#include "check/html_parts.hpp"

#include <algorithm>
#include <format>

namespace millwright::check {

double across(TimeInterval interval, Time time) {
    const double length = std::max(1e-9, seconds(interval.length()));
    return std::clamp(seconds(time - interval.from) / length, 0.0, 1.0) * drawingWidth;
}

std::string clockText(Time time) {
    return formatTime(time).substr(11, 8);
}

std::string numberText(double value) {
    return std::format("{:.4g}", value);
}

std::string ticks(TimeInterval interval) {
    constexpr int parts = 4;
    std::string text = "<div class=\"ticks ends\">";
    for (int i = 0; i <= parts; ++i)
        text += std::format("<span style=\"left:{}%\">{}</span>", i * 100 / parts,
                            clockText(interval.from + interval.length() / parts * i));
    return text + "</div>\n";
}

std::string windowOf(const Outcome& outcome, TimeInterval interval) {
    if (!outcome.evidence.window) return {};
    const double from = across(interval, outcome.evidence.window->from), to = across(interval, outcome.evidence.window->to);
    return std::format("<rect x=\"{:.1f}\" y=\"0\" width=\"{:.1f}\" height=\"100\" fill=\"var(--mark)\" opacity=\".08\"/>\n", from,
                       std::max(1.0, to - from));
}

std::string momentOf(const Outcome& outcome, TimeInterval interval, bool failed) {
    if (!outcome.time || *outcome.time < interval.from || *outcome.time > interval.to) return {};
    return std::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"100\" stroke=\"{1}\" stroke-width=\"2\" "
                       "vector-effect=\"non-scaling-stroke\"/>\n",
                       across(interval, *outcome.time), failed ? "var(--bad)" : "var(--good)");
}

} // namespace millwright::check
