#include "sim/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace millwright::sim {
namespace {

using plant::Distribution;
using plant::DistributionKind;

constexpr double perSecond = 1e9;

double normalBelow(double x) {
    return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

// Parts of [0, 1] of a normal distribution that are left when it is cut to [low, high], both in deviations from the mean.
void cut(Sampler& sampler, double low, double high) {
    sampler.c = normalBelow(low);
    sampler.d = normalBelow(high) - sampler.c;
}

// A standard normal variate, cut as `cut` says.
double cutNormal(const Sampler& sampler, double uniform) {
    constexpr double edge = 0x1p-53;
    return inverseNormal(std::clamp(sampler.c + uniform * sampler.d, edge, 1 - edge));
}

double power(double base, double exponent) {
    return base > 0 ? naturalExponential(std::clamp(exponent * naturalLog(base), -690.0, 690.0)) : 0;
}

// Marsaglia and Tsang, A Simple Method for Generating Gamma Variables, ACM TOMS 26(3), 2000. Scale 1. The tries of one draw have
// lanes of their own, so that draw n is the same however many tries the draws before it took.
double gamma(double shape, std::uint64_t seed, std::uint32_t stream, std::uint64_t draw, std::uint32_t firstLane) {
    constexpr std::uint32_t tries = 0x7fff; // each succeeds with 95 % and more
    double boost = 1;
    if (shape < 1) {
        boost = power(toUniform(randomBlock(seed, stream, draw, firstLane + tries).first), 1 / shape);
        shape += 1;
    }
    const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    for (std::uint32_t lane = 0; lane < tries; ++lane) {
        const RandomBlock block = randomBlock(seed, stream, draw, firstLane + lane);
        const double x = inverseNormal(toOpenUniform(block.first));
        const double root = 1 + c * x;
        if (root <= 0) continue;
        const double v = root * root * root;
        if (naturalLog(toUniform(block.second)) < 0.5 * x * x + d - d * v + d * naturalLog(v)) return boost * d * v;
    }
    return boost * d;
}

double betaOf(const Sampler& sampler, std::uint64_t seed, std::uint64_t draw) {
    const double x = gamma(sampler.c, seed, sampler.streamId, draw, 0);
    const double y = gamma(sampler.d, seed, sampler.streamId, draw, 0x8000);
    return x + y > 0 ? x / (x + y) : 0.5;
}

double triangular(const Sampler& sampler, double uniform) {
    const double low = sampler.a, high = sampler.b, mode = sampler.c;
    const double left = (mode - low) / (high - low);
    return uniform < left ? low + std::sqrt(uniform * (high - low) * (mode - low))
                          : high - std::sqrt((1 - uniform) * (high - low) * (high - mode));
}

double empirical(const Sampler& sampler, double uniform, const double* tables) {
    const std::uint32_t gaps = sampler.tableEnd - sampler.tableBegin - 1;
    const double at = uniform * gaps;
    const std::uint32_t gap = std::min(static_cast<std::uint32_t>(at), gaps - 1);
    const double* values = tables + sampler.tableBegin + gap;
    return values[0] + (at - gap) * (values[1] - values[0]);
}

// The table holds pairs: cumulated weight up to 1, value.
double discrete(const Sampler& sampler, double uniform, const double* tables) {
    std::uint32_t low = sampler.tableBegin / 2, high = sampler.tableEnd / 2 - 1;
    while (low < high) {
        const std::uint32_t middle = (low + high) / 2;
        if (uniform <= tables[2 * middle])
            high = middle;
        else
            low = middle + 1;
    }
    return tables[2 * low + 1];
}

void addTable(Sampler& sampler, const Distribution& from, std::vector<double>& tables) {
    if (tables.size() % 2 != 0) tables.push_back(0); // pairs begin at even places
    sampler.tableBegin = static_cast<std::uint32_t>(tables.size());
    double sum = 0, total = 0;
    for (const double weight : from.weights) total += weight;
    for (std::size_t i = 0; i < from.values.size(); ++i) {
        if (from.kind == DistributionKind::Discrete) {
            sum += from.weights[i];
            tables.push_back(i + 1 == from.values.size() ? 1 : sum / total);
        }
        tables.push_back(from.values[i] * perSecond);
    }
    sampler.tableEnd = static_cast<std::uint32_t>(tables.size());
}

} // namespace

Sampler makeSampler(const Distribution& from, std::uint32_t streamId, std::uint32_t stream, std::vector<double>& tables) {
    Sampler sampler{.kind = from.kind, .streamId = streamId, .stream = stream};
    switch (from.kind) {
    case DistributionKind::Constant: sampler.constant = toNanoseconds(from.mean * perSecond); break;
    case DistributionKind::Exponential: sampler.a = from.mean * perSecond; break;
    case DistributionKind::Erlang:
    case DistributionKind::Gamma:
        sampler.kind = DistributionKind::Gamma;
        sampler.a = from.mean / from.shape * perSecond;
        sampler.b = from.shape;
        break;
    case DistributionKind::Normal:
        sampler.a = from.mean * perSecond;
        sampler.b = from.deviation * perSecond;
        cut(sampler, (from.low - from.mean) / from.deviation, (from.high - from.mean) / from.deviation);
        break;
    case DistributionKind::Lognormal: {
        // Mean and deviation of the variate give those of its logarithm (Law, 5th ed., 6.2.2).
        const double variation = from.deviation / from.mean;
        const double sigma2 = std::log(1 + variation * variation);
        sampler.b = std::sqrt(sigma2);
        sampler.a = std::log(from.mean * perSecond) - sigma2 / 2;
        cut(sampler, from.low > 0 ? (std::log(from.low * perSecond) - sampler.a) / sampler.b : -40,
            (std::log(from.high * perSecond) - sampler.a) / sampler.b);
        break;
    }
    case DistributionKind::Triangular:
        sampler.a = from.low * perSecond;
        sampler.b = from.high * perSecond;
        sampler.c = from.mode * perSecond;
        break;
    case DistributionKind::Uniform:
        sampler.a = from.low * perSecond;
        sampler.b = (from.high - from.low) * perSecond;
        break;
    case DistributionKind::Weibull:
        sampler.a = from.scale * perSecond;
        sampler.b = 1 / from.shape;
        break;
    case DistributionKind::Beta:
        sampler.a = from.low * perSecond;
        sampler.b = (from.high - from.low) * perSecond;
        sampler.c = from.shape;
        sampler.d = from.shape2;
        break;
    case DistributionKind::Empirical:
    case DistributionKind::Discrete: addTable(sampler, from, tables); break;
    }
    return sampler;
}

std::int64_t sampleOther(const Sampler& sampler, Stream& stream, std::uint64_t seed, const double* tables) {
    if (sampler.kind == DistributionKind::Gamma)
        return toNanoseconds(sampler.a * gamma(sampler.b, seed, sampler.streamId, stream.drawn++, 0));
    if (sampler.kind == DistributionKind::Beta) return toNanoseconds(sampler.a + sampler.b * betaOf(sampler, seed, stream.drawn++));
    return sampleAt(sampler, toOpenUniform(stream.next(seed, sampler.streamId)), tables);
}

std::int64_t sampleAt(const Sampler& sampler, double uniform, const double* tables) {
    switch (sampler.kind) {
    case DistributionKind::Normal: return toNanoseconds(sampler.a + sampler.b * cutNormal(sampler, uniform));
    case DistributionKind::Lognormal:
        return toNanoseconds(naturalExponential(std::min(sampler.a + sampler.b * cutNormal(sampler, uniform), 690.0)));
    case DistributionKind::Triangular: return toNanoseconds(triangular(sampler, uniform));
    case DistributionKind::Uniform: return toNanoseconds(sampler.a + sampler.b * uniform);
    case DistributionKind::Weibull: return toNanoseconds(sampler.a * power(-naturalLog(1 - uniform), sampler.b));
    case DistributionKind::Empirical: return toNanoseconds(empirical(sampler, uniform, tables));
    case DistributionKind::Discrete: return toNanoseconds(discrete(sampler, uniform, tables));
    default: return sampler.constant;
    }
}

} // namespace millwright::sim
