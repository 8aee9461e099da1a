#pragma once

#include <millwright/core/progress.hpp>
#include <millwright/plant/process.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Distributions of times from observations that may be cut off.
namespace millwright::sim {

/// How long something took, as far as it was seen.
struct Lifetime {
    double seconds = 0;
    bool cutOff = false;   ///< right-censored: it was still going on when nobody looked any more
    bool restOnly = false; ///< nobody saw it begin: this is how long it went on after that
};

/// What a goodness-of-fit test says of a fitted distribution.
struct GoodnessOfFit {
    double distance = 0; ///< of Kolmogorov and Smirnov: the largest between the two distribution functions
    double pValue = 0;   ///< that samples of the fitted distribution, fitted themselves, lie at least as far off
};

/// One distribution fitted by maximum likelihood.
struct Fit {
    plant::Distribution distribution;
    double mean = 0;                  ///< seconds
    double meanLow = 0, meanHigh = 0; ///< interval of the mean
    double confidence = 0.95;
    double logLikelihood = 0; ///< of times in seconds; 0 for a constant, which has none
    double aicc = 0;          ///< Akaike's criterion for small samples: the least is the best
    std::size_t complete = 0, cutOff = 0;
};

/// What was chosen, and what else was tried.
struct Choice {
    Fit best;
    std::vector<Fit> others;           ///< in the order of their `aicc`
    std::optional<GoodnessOfFit> test; ///< none: a constant, or too many times are cut off
};

/// Complete times without which nothing is estimated: fewer leave the mean unknown to a factor of three and more.
inline constexpr std::size_t fewestComplete = 5;

/// Fits one kind of distribution: Constant, Exponential, Weibull, Lognormal or Gamma. With a time t of each complete observation
/// and c of each that is cut off it maximises sum ln f(t) + sum ln S(c) (Meeker & Escobar, Statistical Methods for Reliability
/// Data, 1998, 2.4 and 7 to 8). Exponential in closed form, and the interval of its mean from chi-squared (Epstein 1960; exact
/// without cut-off times); the others by Newton's method on two unbounded parameters until a step is below 1e-7, the interval from
/// the observed information by the delta method on the logarithm of the mean. Constant is the mean of the complete times, with
/// Student's t. A time of which nobody saw the beginning is used for Exponential, which has no memory, and left out otherwise.
/// Errors: a reason for people why it cannot be estimated.
[[nodiscard]] std::expected<Fit, std::string> fitOf(plant::DistributionKind kind, std::span<const Lifetime> lifetimes,
                                                    double confidence = 0.95);

/// Chooses: Constant where all complete times lie within 1 % of their mean, and none that is cut off is longer; else, of
/// Exponential, Weibull, Lognormal and Gamma fitted to the times whose beginning was seen, the one with the least AICc (Hurvich &
/// Tsai, Biometrika 76, 1989). The chosen one is tested where no more than a tenth is cut off: the distance of Kolmogorov and
/// Smirnov of the complete times, its p-value by 199 samples drawn from the fit and fitted again (parametric bootstrap: Stute,
/// Gonzalez Manteiga & Presedo Quindimil, Metrika 40, 1993), because the parameters come from the same times. Of more than 500
/// times, every k-th is tested. Deterministic: the samples have a fixed seed. When `progress` is stopped there is no test. Errors
/// as `fitOf`.
[[nodiscard]] std::expected<Choice, std::string> chooseFit(std::span<const Lifetime> lifetimes, double confidence = 0.95,
                                                           const Progress& progress = {});

/// As plant.toml calls it: `exponential`.
[[nodiscard]] std::string_view nameOf(plant::DistributionKind kind);

/// Mean in seconds of a Constant, Exponential, Erlang, Gamma, Lognormal (not cut) or Weibull distribution.
[[nodiscard]] double meanOf(const plant::Distribution& distribution);

/// What can be said of a mean when nothing has ended: that it lies above this with the given confidence, if times are exponential
/// (-T / ln(1 - confidence), T the sum of all times; for 95 % a third of it, the "rule of three").
[[nodiscard]] double meanAbove(std::span<const Lifetime> lifetimes, double confidence = 0.95);

} // namespace millwright::sim
