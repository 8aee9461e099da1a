#pragma once

#include <millwright/core/time.hpp>

#include <string>
#include <string_view>

/// The quantities of a study as they are told to people.
namespace millwright::sim {

/// One quantity (`MetricResult::id`) in words.
struct Shown {
    std::string title;      ///< `Time in system`
    std::string unit;       ///< `min`; empty: none
    double scale = 1;       ///< from the metric's own unit
    int higherIsBetter = 0; ///< 1, or -1, or 0: neither
};
/// Times are in hours, minutes or seconds, as `mean`, in the metric's own unit, makes it readable.
[[nodiscard]] Shown shownAs(std::string_view metric, std::string_view unit, double mean);
/// `Time in system, min`
[[nodiscard]] std::string inWords(const Shown& shown);

/// `the least time in system`
[[nodiscard]] std::string asWanted(const Shown& shown, bool least);

/// Of one run: `14 d 00 h, of which the first 6 h 43 min are not counted`.
[[nodiscard]] std::string lengthInWords(Duration length, Duration warmUp);

/// Whether it is one of those that people ask for first: good parts, scrap and time in system.
[[nodiscard]] bool isHeadline(std::string_view metric);

/// A number with the digits that its half width makes worth saying: two of it. What rounds to 0 has no sign.
[[nodiscard]] std::string withDigits(double value, double halfWidth, bool sign = false);
/// `32.2 ± 0.4`, both times `scale`.
[[nodiscard]] std::string interval(double mean, double halfWidth, double scale, bool sign = false);

} // namespace millwright::sim
