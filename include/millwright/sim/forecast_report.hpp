#pragma once

#include <millwright/sim/forecast.hpp>
#include <millwright/sim/present.hpp>

#include <string>
#include <string_view>
#include <vector>

/// A forecast as a page for people.
namespace millwright::sim {

/// `work`, `setup`, `finished` or `nothing`.
[[nodiscard]] std::string_view wordOf(Hand hand);

/// What a station has in hand, and for how long, as far as it was seen.
[[nodiscard]] std::string inWords(const StationNow& station);

/// What was forecast, of what.
struct ForecastSubject {
    std::string plant; ///< its name
    std::string log;   ///< where the present was read
    Time at{};         ///< when that was
};

/// One HTML page that needs nothing else: what comes out, how it comes about over time, the present that was read, what was assumed
/// of it, what each scenario changes and the facts of the model. `scenarios` are those that were run, in that order. Depends on
/// nothing but its arguments.
[[nodiscard]] std::string forecastPage(const ForecastSubject& subject, const std::vector<Scenario>& scenarios,
                                       const Present& present, const ForecastPlan& plan, const Forecast& forecast);

} // namespace millwright::sim
