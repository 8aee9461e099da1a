#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

/// The longest time in a process: times in a run are below 2^62 ns (`sim::Calendar`).
inline constexpr double longestSeconds = 100 * 365.25 * 86400;

enum class DistributionKind : std::uint8_t {
    Constant,    ///< `mean`
    Exponential, ///< `mean`
    Erlang,      ///< sum of `shape` (an integer) exponentials, `mean` altogether
    Gamma,       ///< `mean`, `shape`
    Normal,      ///< `mean` and `deviation` before it is cut to [`low`, `high`]
    Lognormal,   ///< likewise; `deviation` is that of the variate, not of its logarithm
    Triangular,  ///< `low`, `mode`, `high`
    Uniform,     ///< `low`, `high`
    Weibull,     ///< `scale`, `shape`
    Beta,        ///< on [`low`, `high`] with `shape` (alpha) and `shape2` (beta)
    Empirical,   ///< the straight lines through the sorted `values` (Law, Simulation Modeling and Analysis, 5th ed., 6.2.4)
    Discrete,    ///< one of `values`, with `weights`
};

/// How long something takes. Lengths in seconds.
struct Distribution {
    DistributionKind kind = DistributionKind::Constant;
    double mean = 0;
    double deviation = 0;
    double low = 0;
    double high = std::numeric_limits<double>::infinity();
    double mode = 0;
    double shape = 1;
    double shape2 = 1;
    double scale = 1;
    std::vector<double> values;  ///< Empirical: ascending, two or more
    std::vector<double> weights; ///< Discrete: as many as `values`; any positive sum
};

/// What is wrong with a distribution, or nothing.
[[nodiscard]] std::optional<std::string> problemOf(const Distribution& distribution);

} // namespace millwright::plant
