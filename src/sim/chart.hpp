#pragma once

#include <string>
#include <utility>
#include <vector>

/// Charts as rows of HTML with drawings that stretch (classes of `htmlPage`).
namespace millwright::sim {

/// One line of a chart of intervals.
struct IntervalRow {
    std::string label; ///< plain text
    double mean = 0;
    double halfWidth = 0;
    std::vector<double> values; ///< of single runs, drawn faintly; at most some hundreds
    std::string value;          ///< plain text at the right
    std::string colour = "var(--mark)";
};

/// Means with their intervals on one axis. `zero` draws a line there, and makes it part of the axis.
[[nodiscard]] std::string intervalChart(const std::vector<IntervalRow>& rows, bool zero);

/// One line of a tornado chart: what a factor at both ends of its range does to the middle.
struct TornadoRow {
    std::string label, range; ///< plain text; the range goes below the label
    double low = 0, lowHalfWidth = 0;
    double high = 0, highHalfWidth = 0;
    std::string value; ///< plain text at the right
};
/// Differences at the low end above, at the high end below, from a line at 0, each with its interval.
[[nodiscard]] std::string tornadoChart(const std::vector<TornadoRow>& rows);

/// Dots of (x, y) over the range of x, whose ends `from` and `to` name.
[[nodiscard]] std::string scatterChart(const std::vector<std::pair<double, double>>& dots, double low, double high,
                                       const std::string& from, const std::string& to);

/// One line of a chart of shares, which add up to 1.
struct ShareRow {
    std::string label;
    std::vector<double> shares; ///< parallel to the kinds
    std::string value;
};
struct ShareKind {
    std::string name;
    std::string colour;
};
[[nodiscard]] std::string shareChart(const std::vector<ShareKind>& kinds, const std::vector<ShareRow>& rows);

/// One quantity over time, as a band of where it may lie and a line of its mean. All vectors have one value for each step.
struct CourseRow {
    std::string label;
    std::vector<double> mean, low, high;
    std::string colour;
};
/// Courses from `begin`, which all have at first, on one scale that holds 0; `from` and `to` name the ends of the time.
[[nodiscard]] std::string courseChart(const std::vector<CourseRow>& rows, double begin, const std::string& from,
                                      const std::string& to);

/// 1, 2 or 5 times a power of ten: the step that divides `length` into 3 to 7.5.
[[nodiscard]] double niceStep(double length);

} // namespace millwright::sim
