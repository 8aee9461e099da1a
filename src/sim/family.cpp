#include "sim/family.hpp"

#include <cmath>
#include <numbers>

namespace millwright::sim {
namespace {

using plant::DistributionKind;

// ln(sqrt(2 pi))
constexpr double halfLogTwoPi = 0.91893853320467274178;

// ln P(Z > z) of a standard normal variate.
double logNormalAbove(double z) {
    if (z < 30) return std::log(0.5 * std::erfc(z / std::numbers::sqrt2));
    return -0.5 * z * z - std::log(z) - halfLogTwoPi + std::log1p(-1 / (z * z)); // Abramowitz & Stegun 26.2.12
}

} // namespace

double logGammaQ(double a, double x) {
    constexpr double tiny = 1e-300, enough = 1e-15;
    if (x <= 0) return 0;
    const double front = a * std::log(x) - x - std::lgamma(a);
    if (x < a + 1) { // the series of P (Abramowitz & Stegun 6.5.29)
        double term = 1 / a, sum = term;
        for (int n = 1; n < 10'000 && term > enough * sum; ++n) sum += term *= x / (a + n);
        return std::log1p(-std::exp(front) * sum);
    }
    // The continued fraction of Q, from the front (Abramowitz & Stegun 6.5.31, Lentz).
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
    for (int n = 1; n < 10'000; ++n) {
        const double numerator = n * (a - n);
        b += 2;
        d = b + numerator * d;
        c = b + numerator / c;
        if (std::abs(d) < tiny) d = tiny;
        if (std::abs(c) < tiny) c = tiny;
        d = 1 / d;
        fraction *= c * d;
        if (std::abs(c * d - 1) < enough) break;
    }
    return front + std::log(fraction);
}

double chiSquaredQuantile(double p, double degrees) {
    const double logAbove = std::log1p(-p);
    const auto below = [&](double x) { return logGammaQ(degrees / 2, x / 2) > logAbove; };
    double low = 0, high = degrees;
    while (below(high)) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
        const double middle = (low + high) / 2;
        (below(middle) ? low : high) = middle;
    }
    return (low + high) / 2;
}

double Family::logDensity(double t) const {
    const double logT = std::log(t);
    switch (kind) {
    case DistributionKind::Lognormal: {
        const double z = (logT - at[0]) / std::exp(at[1]);
        return -0.5 * z * z - at[1] - halfLogTwoPi - logT;
    }
    case DistributionKind::Weibull: {
        const double power = std::exp(at[1]) * (logT - at[0]);
        return at[1] + power - std::exp(power) - logT;
    }
    case DistributionKind::Gamma: {
        const double shape = std::exp(at[1]), x = shape * std::exp(logT - at[0]);
        return shape * std::log(x) - x - std::lgamma(shape) - logT;
    }
    default: return -at[0] - std::exp(logT - at[0]);
    }
}

double Family::logSurvival(double t) const {
    if (t <= 0) return 0;
    switch (kind) {
    case DistributionKind::Lognormal: return logNormalAbove((std::log(t) - at[0]) / std::exp(at[1]));
    case DistributionKind::Weibull: return -std::exp(std::exp(at[1]) * (std::log(t) - at[0]));
    case DistributionKind::Gamma: return logGammaQ(std::exp(at[1]), std::exp(at[1] - at[0]) * t);
    default: return -t * std::exp(-at[0]);
    }
}

double Family::logMean() const {
    switch (kind) {
    case DistributionKind::Lognormal: return at[0] + 0.5 * std::exp(2 * at[1]);
    case DistributionKind::Weibull: return at[0] + std::lgamma(1 + std::exp(-at[1]));
    default: return at[0];
    }
}

plant::Distribution Family::distribution() const {
    plant::Distribution result{.kind = kind, .mean = std::exp(logMean())};
    switch (kind) {
    case DistributionKind::Lognormal: result.deviation = result.mean * std::sqrt(std::expm1(std::exp(2 * at[1]))); break;
    case DistributionKind::Weibull:
        result.mean = 0; // a process model states scale and shape
        result.scale = std::exp(at[0]);
        result.shape = std::exp(at[1]);
        break;
    case DistributionKind::Gamma: result.shape = std::exp(at[1]); break;
    default: break;
    }
    return result;
}

Family familyOf(const plant::Distribution& from) {
    switch (from.kind) {
    case DistributionKind::Lognormal: {
        const double variation = from.deviation / from.mean;
        const double variance = std::log1p(variation * variation);
        return {from.kind, {std::log(from.mean) - 0.5 * variance, 0.5 * std::log(variance)}};
    }
    case DistributionKind::Weibull: return {from.kind, {std::log(from.scale), std::log(from.shape)}};
    case DistributionKind::Erlang:
    case DistributionKind::Gamma: return {DistributionKind::Gamma, {std::log(from.mean), std::log(from.shape)}};
    default: return {DistributionKind::Exponential, {std::log(from.mean), 0}};
    }
}

} // namespace millwright::sim
