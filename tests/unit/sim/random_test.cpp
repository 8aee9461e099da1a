#include "sim/elementary.hpp"
#include "sim/sampler.hpp"

#include <millwright/sim/random.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

namespace millwright::sim {
namespace {

using plant::Distribution;
using plant::DistributionKind;

// The known answers that Random123 publishes for philox4x32-10 (kat_vectors).
TEST(Philox, GivesThePublishedVectors) {
    using Words = std::array<std::uint32_t, 4>;
    EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// SplitMix64 of seed 0 begins so (Vigna, splitmix64.c).
TEST(Replications, GetTheSeedsOfSplitMix64) {
    EXPECT_EQ(replicationSeed(0, 0), 0xe220a8397b1dcdafu);
    EXPECT_EQ(replicationSeed(0, 1), 0x6e789e6aa1b965f4u);
    EXPECT_EQ(replicationSeed(0, 2), 0x06c45d188009454fu);
}

TEST(Streams, AreFunctionsOfSeedStreamAndNumber) {
    Stream first, again, other;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t bits = first.next(7, 1);
        EXPECT_EQ(bits, again.next(7, 1));
        EXPECT_NE(bits, other.next(7, 2));
        seen.insert(bits);
    }
    EXPECT_EQ(seen.size(), 1000u);
    EXPECT_NE(Stream{}.next(7, 1), Stream{}.next(8, 1));
    EXPECT_GT(toUniform(0), 0);
    EXPECT_EQ(toUniform(~std::uint64_t{0}), 1);
    EXPECT_GT(toOpenUniform(0), 0);
    EXPECT_LT(toOpenUniform(~std::uint64_t{0}), 1);
}

TEST(ElementaryFunctions, AreAccurate) {
    for (double x = 1e-300; x < 1e300; x *= 1.37) {
        ASSERT_NEAR(naturalLog(x), std::log(x), 1e-15 * std::max(1.0, std::abs(std::log(x)))) << x;
    }
    for (double x = 0.5; x < 2; x += 0.00013) ASSERT_NEAR(naturalLog(x), std::log(x), 2e-16 + 1e-15 * std::abs(std::log(x))) << x;
    for (double x = -690; x < 690; x += 0.37) ASSERT_NEAR(naturalExponential(x) / std::exp(x), 1, 1e-15) << x;
    for (double p = 1e-300; p < 0.5; p *= 1.1) {
        // The probability below the quantile is p again; an error of x shows x^2-fold in the tail.
        const double x = inverseNormal(p);
        ASSERT_NEAR(0.5 * std::erfc(-x / std::numbers::sqrt2) / p, 1, 1e-15 * (20 + x * x)) << p;
        if (p > 1e-10) {
            ASSERT_NEAR(inverseNormal(1 - p), -x, 1e-9 + 1e-13 / p);
        }
    }
    EXPECT_NEAR(inverseNormal(0.975), 1.959963984540054, 1e-14);
}

struct Moments {
    double mean = 0, deviation = 0, least = 1e300, most = 0;
};

constexpr int draws = 400'000;

Moments momentsOf(const Distribution& distribution) {
    std::vector<double> tables;
    const Sampler sampler = makeSampler(distribution, 5, 0, tables);
    Stream stream;
    Moments found;
    double squares = 0;
    for (int i = 0; i < draws; ++i) {
        const double x = static_cast<double>(sample(sampler, stream, 1, tables.data())) * 1e-9;
        found.mean += x / draws;
        squares += x * x / draws;
        found.least = std::min(found.least, x);
        found.most = std::max(found.most, x);
    }
    found.deviation = std::sqrt(squares - found.mean * found.mean);
    return found;
}

// Mean within five standard errors, deviation within 1.5 %, and nothing outside the distribution's ends.
void expectMoments(const Distribution& distribution, double mean, double deviation, double least = 0, double most = 1e9) {
    ASSERT_EQ(plant::problemOf(distribution), std::nullopt);
    const Moments found = momentsOf(distribution);
    EXPECT_NEAR(found.mean, mean, 5 * deviation / std::sqrt(draws));
    EXPECT_NEAR(found.deviation, deviation, 0.015 * deviation);
    EXPECT_GE(found.least, least);
    EXPECT_LE(found.most, most);
}

TEST(Distributions, HaveTheirMoments) {
    using enum DistributionKind;
    expectMoments({.kind = Exponential, .mean = 3}, 3, 3);
    expectMoments({.kind = Erlang, .mean = 6, .shape = 4}, 6, 3);
    expectMoments({.kind = Gamma, .mean = 2, .shape = 0.5}, 2, 2 * std::sqrt(2));
    expectMoments({.kind = Gamma, .mean = 2, .shape = 50}, 2, 2 / std::sqrt(50));
    expectMoments({.kind = Normal, .mean = 10, .deviation = 1}, 10, 1);
    expectMoments({.kind = Lognormal, .mean = 10, .deviation = 5}, 10, 5);
    expectMoments({.kind = Triangular, .low = 1, .high = 4, .mode = 1.5}, 6.5 / 3, std::sqrt((1 + 16 + 2.25 - 4 - 1.5 - 6) / 18.0),
                  1, 4);
    expectMoments({.kind = Triangular, .low = 1, .high = 4, .mode = 1}, 2, std::sqrt((1 + 16 + 1 - 4 - 1 - 4) / 18.0), 1, 4);
    expectMoments({.kind = Uniform, .low = 2, .high = 5}, 3.5, 3 / std::sqrt(12), 2, 5);
    expectMoments({.kind = Weibull, .shape = 1, .scale = 2}, 2, 2);
    const double weibullMean = 2 * std::tgamma(1 + 1 / 2.5);
    expectMoments({.kind = Weibull, .shape = 2.5, .scale = 2}, weibullMean,
                  std::sqrt(4 * std::tgamma(1 + 2 / 2.5) - weibullMean * weibullMean));
    expectMoments({.kind = Beta, .low = 10, .high = 20, .shape = 2, .shape2 = 3}, 14, 10 * std::sqrt(6.0 / (25 * 6)), 10, 20);
    expectMoments({.kind = Beta, .low = 0, .high = 1, .shape = 0.5, .shape2 = 0.5}, 0.5, std::sqrt(0.125), 0, 1);
    expectMoments({.kind = Empirical, .values = {1, 2, 4}}, (1.5 + 3) / 2, std::sqrt((1 / 12.0 + 4 / 12.0) / 2 + 0.5625), 1, 4);
    expectMoments({.kind = Discrete, .values = {1, 2, 10}, .weights = {1, 2, 1}}, 3.75,
                  std::sqrt((1 + 8 + 100) / 4.0 - 3.75 * 3.75), 1, 10);
}

// Cut at both ends: moments of the truncated normal distribution (Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions
// 1, 13.10).
TEST(Distributions, AreCutNotShifted) {
    const auto density = [](double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); };
    const auto below = [](double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); };
    const double low = -1, high = 0.5, z = below(high) - below(low);
    const double shift = (density(low) - density(high)) / z;
    const double variance = 1 + (low * density(low) - high * density(high)) / z - shift * shift;
    expectMoments({.kind = DistributionKind::Normal, .mean = 10, .deviation = 2, .low = 8, .high = 11}, 10 + 2 * shift,
                  2 * std::sqrt(variance), 8, 11);
    const Moments lognormal = momentsOf({.kind = DistributionKind::Lognormal, .mean = 10, .deviation = 20, .low = 2, .high = 30});
    EXPECT_GE(lognormal.least, 2 - 1e-6);
    EXPECT_LE(lognormal.most, 30 + 1e-6);
    EXPECT_LT(lognormal.mean, 10);
}

TEST(Distributions, ThatMeanNothingAreNamed) {
    using enum DistributionKind;
    const auto wrong = [](const Distribution& d) { return plant::problemOf(d).value_or(""); };
    EXPECT_EQ(wrong({.kind = Constant, .mean = -1}), "a time must be 0 or more, and at most 100 years");
    EXPECT_EQ(wrong({.kind = Exponential, .mean = 0}), "the mean must be above 0");
    EXPECT_EQ(wrong({.kind = Erlang, .mean = 1, .shape = 1.5}), "the shape of an erlang distribution is a whole number");
    EXPECT_EQ(wrong({.kind = Uniform, .low = 3, .high = 2}), "low must be 0 or more, and high above low");
    EXPECT_EQ(wrong({.kind = Normal, .mean = 10, .deviation = 1, .low = 20, .high = 30}),
              "low and high leave nothing of the distribution: both are more than six deviations from the mean");
    EXPECT_EQ(wrong({.kind = Discrete, .values = {1, 2}, .weights = {1}}),
              "there are 2 values and 1 weights: give one weight for each");
    EXPECT_EQ(wrong({.kind = Empirical, .values = {2, 1}}), "values must be ascending");
    EXPECT_NE(wrong({.kind = Exponential, .mean = std::nan("")}), "");
}

} // namespace
} // namespace millwright::sim
