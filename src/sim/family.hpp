#pragma once

#include <millwright/plant/process.hpp>

#include <array>

/// Density and survival functions of the distributions that `fitOf` fits.
namespace millwright::sim {

/// A distribution on times above 0 by two parameters without bounds: Lognormal, mean and logarithm of the deviation of ln t;
/// Weibull, logarithms of scale and shape; Gamma, logarithms of mean and shape; Exponential, logarithm of the mean, and 0.
struct Family {
    plant::DistributionKind kind = plant::DistributionKind::Exponential;
    std::array<double, 2> at{};

    [[nodiscard]] double logDensity(double t) const;
    [[nodiscard]] double logSurvival(double t) const; ///< ln of the probability that it takes longer than t
    [[nodiscard]] double logMean() const;
    [[nodiscard]] plant::Distribution distribution() const; ///< as a process model has it
};

/// The same family with the parameters of `distribution`.
[[nodiscard]] Family familyOf(const plant::Distribution& distribution);

/// ln Q(a, x), the regularised upper incomplete gamma function; a > 0, x >= 0.
[[nodiscard]] double logGammaQ(double a, double x);
/// x below which chi-squared with `degrees` of freedom lies with probability p in (0, 1); relative error below 1e-10.
[[nodiscard]] double chiSquaredQuantile(double p, double degrees);

} // namespace millwright::sim
