#include "sim/elementary.hpp"

#include <millwright/sim/statistics.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace millwright::sim {
namespace {

// Regularised incomplete beta function by its continued fraction, evaluated from the front (Lentz; Abramowitz & Stegun 26.5.8).
double betaFraction(double a, double b, double x) {
    constexpr double tiny = 1e-300;
    double c = 1, d = 1 / std::max(std::abs(1 - (a + b) * x / (a + 1)), tiny), result = d;
    for (int m = 1; m < 500; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double step = 1;
        for (const double term : {even, odd}) {
            d = 1 + term * d;
            c = 1 + term / c;
            if (std::abs(d) < tiny) d = tiny;
            if (std::abs(c) < tiny) c = tiny;
            d = 1 / d;
            step = c * d;
            result *= step;
        }
        if (std::abs(step - 1) < 1e-15) break;
    }
    return result;
}

double incompleteBeta(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * betaFraction(a, b, x) / a : 1 - front * betaFraction(b, a, 1 - x) / b;
}

} // namespace

double studentBelow(double x, double degrees) {
    const double tail = 0.5 * incompleteBeta(degrees / 2, 0.5, degrees / (degrees + x * x));
    return x > 0 ? 1 - tail : tail;
}

double studentQuantile(double p, double degrees) {
    assert(p > 0 && p < 1 && degrees > 0);
    if (p < 0.5) return -studentQuantile(1 - p, degrees);
    double low = 0, high = 1;
    while (studentBelow(high, degrees) < p && high < 1e12) high *= 2;
    for (int i = 0; i < 200 && high - low > 1e-12 * high; ++i) {
        const double middle = (low + high) / 2;
        (studentBelow(middle, degrees) < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

Estimate estimate(std::span<const double> observations, double confidence) {
    Estimate result{.confidence = confidence, .observations = observations.size()};
    result.halfWidth = std::numeric_limits<double>::infinity();
    if (observations.empty()) return result;
    const auto n = static_cast<double>(observations.size());
    for (const double value : observations) result.mean += value / n;
    if (observations.size() < 2) return result;
    double squares = 0;
    for (const double value : observations) squares += (value - result.mean) * (value - result.mean);
    result.deviation = std::sqrt(squares / (n - 1));
    result.halfWidth = studentQuantile(0.5 + confidence / 2, n - 1) * result.deviation / std::sqrt(n);
    return result;
}

Estimate estimateDifference(std::span<const double> a, std::span<const double> b, double confidence) {
    assert(a.size() == b.size());
    std::vector<double> differences(a.size());
    std::ranges::transform(a, b, differences.begin(), std::minus{});
    return estimate(differences, confidence);
}

std::optional<Range> rangeOfOneMore(std::span<const double> observations, double confidence) {
    // What rounding takes away must not cost an observation.
    const auto k = static_cast<std::size_t>((1 - confidence) / 2 * static_cast<double>(observations.size() + 1) + 1e-9);
    if (k < 1) return std::nullopt;
    std::vector<double> sorted{observations.begin(), observations.end()};
    std::ranges::sort(sorted);
    return Range{sorted[k - 1], sorted[sorted.size() - k]};
}

std::size_t observationsForRange(double confidence) {
    return static_cast<std::size_t>(std::ceil(2 / (1 - confidence) - 1 - 1e-9));
}

Proportion proportionOf(std::size_t hits, std::size_t tries, double confidence) {
    if (tries == 0) return {};
    const auto n = static_cast<double>(tries);
    const double p = static_cast<double>(hits) / n, z = inverseNormal(0.5 + confidence / 2), z2 = z * z / n;
    const double middle = (p + z2 / 2) / (1 + z2), half = z / (1 + z2) * std::sqrt(p * (1 - p) / n + z2 / (4 * n));
    // At the ends rounding must not leave out what was seen.
    return {p, std::clamp(middle - half, 0.0, p), std::clamp(middle + half, p, 1.0)};
}

WarmUp warmUpOf(std::span<const double> series) {
    constexpr std::size_t batch = 5;
    const std::size_t batches = series.size() / batch;
    if (batches < 2) return {0, false};
    std::vector<double> means(batches);
    for (std::size_t i = 0; i < batches; ++i)
        for (std::size_t j = 0; j < batch; ++j) means[i] += series[i * batch + j] / batch;
    // From the end: the squared half width of the mean of what is kept when the first d batches are left out, least of all d. The
    // last five batches say too little to be a candidate.
    double sum = 0, squares = 0, least = std::numeric_limits<double>::infinity();
    std::size_t best = 0;
    for (std::size_t d = batches; d-- > 0;) {
        sum += means[d];
        squares += means[d] * means[d];
        const auto kept = static_cast<double>(batches - d);
        if (kept < 5 && batches >= 10) continue;
        const double statistic = std::max(0.0, squares - sum * sum / kept) / (kept * kept);
        if (statistic > least) continue;
        least = statistic;
        best = d;
    }
    if (best > batches / 2) return {batches / 2 * batch, false};
    return {best * batch, true};
}

} // namespace millwright::sim
