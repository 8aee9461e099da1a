#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// What replications say about a mean.
namespace millwright::sim {

/// x below which Student's t with `degrees` of freedom lies with probability p; p in (0, 1), degrees above 0. Accurate to 1e-9.
[[nodiscard]] double studentQuantile(double p, double degrees);
/// Probability that Student's t with `degrees` of freedom lies below x.
[[nodiscard]] double studentBelow(double x, double degrees);

/// A mean of independent observations with its confidence interval, mean ± halfWidth (Law, Simulation Modeling and Analysis, 5th
/// ed., 4.5: Student's t).
struct Estimate {
    double mean = 0;
    double deviation = 0; ///< sample standard deviation
    double halfWidth = 0; ///< infinite for fewer than two observations
    double confidence = 0.95;
    std::size_t observations = 0;

    [[nodiscard]] bool contains(double value) const { return value >= mean - halfWidth && value <= mean + halfWidth; }
};
[[nodiscard]] Estimate estimate(std::span<const double> observations, double confidence = 0.95);
/// Of a - b, observation by observation: what common random numbers are for (Law, 10.2.1).
[[nodiscard]] Estimate estimateDifference(std::span<const double> a, std::span<const double> b, double confidence = 0.95);

/// Where one observation more lies.
struct Range {
    double low = 0, high = 0;
};
/// The k-th least and the k-th largest of n observations, which hold another one with probability 1 - 2k / (n + 1) whatever its
/// distribution (Hahn & Meeker, Statistical Intervals, 1991, 5.4); k is the largest for which that is no less than `confidence`.
/// Nothing for too few observations, which are 39 for 95 %.
[[nodiscard]] std::optional<Range> rangeOfOneMore(std::span<const double> observations, double confidence = 0.95);
/// How many that takes.
[[nodiscard]] std::size_t observationsForRange(double confidence);

/// A probability from `hits` of `tries`, with Wilson's score interval (Wilson, JASA 22, 1927), which stays within 0 and 1.
struct Proportion {
    double share = 0;
    double low = 0, high = 1;
};
[[nodiscard]] Proportion proportionOf(std::size_t hits, std::size_t tries, double confidence = 0.95);

/// Where the warm-up of a series ends, by MSER-5 (White, An effective truncation heuristic for bias reduction in simulation output,
/// Simulation 69, 1997; Spratt 1998): the number of observations to leave out, a multiple of five, at most half of them.
struct WarmUp {
    std::size_t leaveOut = 0;
    bool settled = true; ///< false: the best place lies beyond the middle, so the series is too short to tell
};
[[nodiscard]] WarmUp warmUpOf(std::span<const double> series);

} // namespace millwright::sim
