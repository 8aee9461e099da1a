#pragma once

#include <millwright/sim/factor.hpp>
#include <millwright/sim/study.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Which numbers of a process model its results depend on, and how much.
namespace millwright::sim {

enum class DesignKind : std::uint8_t {
    OneAtATime,     ///< the model as it is, then each factor at its low and at its high end, all others as they are
    LatinHypercube, ///< all factors at once
};

/// One setting of all factors.
struct DesignPoint {
    std::string id;             ///< of its scenario
    std::vector<double> values; ///< parallel to the factors
};

struct Design {
    DesignKind kind = DesignKind::OneAtATime;
    std::vector<Factor> factors;
    std::vector<DesignPoint> points; ///< OneAtATime: `base`, then `KEY=low` and `KEY=high` of each factor
};

[[nodiscard]] Design oneAtATime(std::vector<Factor> factors);

/// Latin hypercube sampling (McKay, Beckman & Conover, Technometrics 21, 1979): the range of each factor is cut into as many equal
/// parts as there are points, each part is used once, at a random place in it, and the parts of different factors are matched at
/// random. A count takes each of its whole numbers alike often. The same for the same factors, points and seed, whatever else is
/// drawn; a factor's own column does not depend on the others. `points` from 2 on.
[[nodiscard]] Design latinHypercube(std::vector<Factor> factors, std::uint32_t points, std::uint64_t seed);

struct Sensitivity {
    Scenario base; ///< the model as it is
    Design design;
    std::vector<Scenario> scenarios; ///< parallel to the design's points
    StudyResult study;
    StudyPlan plan; ///< as it was run: a hypercube's warm-up is filled in
};

/// Runs every point of the design, replication by replication with the same random numbers. The warm-up of a hypercube, where
/// nobody states one, is the longest that MSER-5 finds at the ends of single factors. Errors: a setting that cannot run, named;
/// those of `study`.
[[nodiscard]] Result<Sensitivity> sensitivity(const Scenario& base, Design design, const StudyPlan& plan,
                                              const Progress& progress = {});

/// What one factor by itself does to a metric. Differences are paired: common random numbers (Law, 11.2).
struct Effect {
    Estimate atLow, atHigh;
    Estimate lowDifference, highDifference; ///< to the model as it is
    Estimate swing;                         ///< high less low
};
/// Of a OneAtATime study, parallel to the factors; without observations where the metric has none.
[[nodiscard]] std::vector<Effect> effectsOf(const Sensitivity& sensitivity, std::string_view metric);

/// The places of the factors by the size of what they do, largest first: the order of a tornado chart.
[[nodiscard]] std::vector<std::size_t> bySwing(const std::vector<Effect>& effects);

struct BoundedValue {
    double value = 0, low = 0, high = 0;
};

/// How a metric goes with one factor when all vary.
struct Dependence {
    BoundedValue slope;        ///< of the metric, for one unit of the factor
    BoundedValue standardised; ///< for one standard deviation of the factor, in standard deviations of the metric
    BoundedValue rank;         ///< Spearman's rank correlation
};

struct Regression {
    std::vector<Dependence> factors; ///< parallel to the design's
    double rSquared = 0;             ///< share of the metric's variance over the points that a straight line explains
    double rSquaredOfRanks = 0;      ///< the same of the ranks: high where the metric only rises or falls with each factor
    std::size_t points = 0;          ///< those that have the metric
};

/// Below this a straight line explains too little for its coefficients to rank the factors (Saltelli and others, Global
/// Sensitivity Analysis: The Primer, 2008, 1.2.5).
inline constexpr double enoughRSquared = 0.7;

/// Least squares over the points of a LatinHypercube study, of the mean of each point's replications. Standardised regression
/// coefficients: Saltelli and others, 1.2.5; their intervals are Student's t of the residuals, which common random numbers leave
/// valid for slopes (Schruben & Margolin, JASA 73, 1978). Regression of ranks: Iman & Conover, Technometrics 21, 1979. Interval of
/// the rank correlation: Bonett & Wright, Psychometrika 65, 2000. Errors: Invalid for too few points, a factor that does not vary
/// over them, and a metric that does not, or is not there.
[[nodiscard]] Result<Regression> regressionOf(const Sensitivity& sensitivity, std::string_view metric);

/// The mean of a metric at each point; NaN where it has none.
[[nodiscard]] std::vector<double> meansOf(const Sensitivity& sensitivity, std::string_view metric);

} // namespace millwright::sim
