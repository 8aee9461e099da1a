#include "sim/family.hpp"
#include "sim/sampler.hpp"

#include <millwright/sim/fit.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace millwright::sim {
namespace {

using plant::Distribution;
using plant::DistributionKind;

std::vector<Lifetime> complete(std::initializer_list<double> times) {
    std::vector<Lifetime> lifetimes;
    for (const double time : times) lifetimes.push_back({.seconds = time});
    return lifetimes;
}

/// `count` draws, each cut off at `end` where that is sooner.
std::vector<Lifetime> drawn(const Distribution& from, std::size_t count, std::uint64_t seed, double end = 1e18) {
    std::vector<double> tables;
    const Sampler sampler = makeSampler(from, 7, 0, tables);
    Stream stream;
    std::vector<Lifetime> lifetimes;
    for (std::size_t i = 0; i < count; ++i) {
        const double time = static_cast<double>(sample(sampler, stream, seed, tables.data())) * 1e-9;
        lifetimes.push_back({.seconds = std::min(time, end), .cutOff = time > end});
    }
    return lifetimes;
}

const Distribution weibull{.kind = DistributionKind::Weibull, .shape = 1.7, .scale = 300};
const Distribution lognormal{.kind = DistributionKind::Lognormal, .mean = 300, .deviation = 200};
const Distribution gammaOf3{.kind = DistributionKind::Gamma, .mean = 300, .shape = 3};
const Distribution exponential{.kind = DistributionKind::Exponential, .mean = 300};

TEST(Fit, ExponentialIsTimeOverFailures) {
    auto lifetimes = complete({10, 20, 30, 40, 50});
    lifetimes.push_back({.seconds = 60, .cutOff = true});
    lifetimes.push_back({.seconds = 90, .cutOff = true, .restOnly = true}); // without memory, its beginning does not matter
    const auto fit = fitOf(DistributionKind::Exponential, lifetimes);
    ASSERT_TRUE(fit.has_value()) << fit.error();
    EXPECT_DOUBLE_EQ(fit->mean, 300.0 / 5);
    EXPECT_EQ(fit->complete, 5u);
    EXPECT_EQ(fit->cutOff, 2u);
    // 2 * 300 over the quantiles of chi-squared with 12 and 10 degrees of freedom: 23.3367 and 3.24697 (tables).
    EXPECT_NEAR(fit->meanLow, 600 / 23.3367, 1e-4);
    EXPECT_NEAR(fit->meanHigh, 600 / 3.24697, 1e-3);
    EXPECT_NEAR(fit->logLikelihood, -5 * std::log(60.0) - 5, 1e-12);
    EXPECT_NEAR(fit->aicc, 2 - 2 * fit->logLikelihood + 4.0 / 3, 1e-12);
}

TEST(Fit, LognormalOfCompleteTimesIsThatOfTheirLogarithms) {
    // Logarithms 0 to 4: mean 2, mean square deviation 2.
    const auto fit = fitOf(DistributionKind::Lognormal, complete({1, std::exp(1.0), std::exp(2.0), std::exp(3.0), std::exp(4.0)}));
    ASSERT_TRUE(fit.has_value()) << fit.error();
    EXPECT_NEAR(fit->mean, std::exp(3.0), 1e-6);
    EXPECT_NEAR(fit->distribution.deviation, std::exp(3.0) * std::sqrt(std::expm1(2.0)), 1e-5);
    // ln mean = mu + s2 / 2 with variance s2 / n + s2 * s2 / (2 n), n = 5.
    const double reach = 1.959963984540054 * std::sqrt(2.0 / 5 + 4.0 / 10);
    EXPECT_NEAR(std::log(fit->meanHigh / fit->mean), reach, 1e-5);
    EXPECT_NEAR(std::log(fit->mean / fit->meanLow), reach, 1e-5);
}

// The score equations of a Weibull distribution with times that are cut off (Cohen, Technometrics 7, 1965), solved by bisection.
TEST(Fit, WeibullSolvesCohensEquations) {
    const auto lifetimes = drawn(weibull, 60, 3, 450);
    ASSERT_GT(std::ranges::count(lifetimes, true, &Lifetime::cutOff), 5);
    double low = 0.1, high = 20, scale = 0;
    while (high - low > 1e-12) {
        const double k = (low + high) / 2;
        double top = 0, bottom = 0, logs = 0, failed = 0;
        for (const Lifetime& each : lifetimes) {
            top += std::pow(each.seconds, k) * std::log(each.seconds);
            bottom += std::pow(each.seconds, k);
            if (each.cutOff) continue;
            logs += std::log(each.seconds);
            ++failed;
        }
        scale = std::pow(bottom / failed, 1 / k);
        (top / bottom - 1 / k < logs / failed ? low : high) = k;
    }
    const auto fit = fitOf(DistributionKind::Weibull, lifetimes);
    ASSERT_TRUE(fit.has_value()) << fit.error();
    EXPECT_NEAR(fit->distribution.shape, low, 1e-6);
    EXPECT_NEAR(fit->distribution.scale, scale, 1e-4);
    EXPECT_NEAR(fit->mean, scale * std::tgamma(1 + 1 / low), 1e-4);
}

// Of a gamma distribution the mean is that of the times, and ln shape - digamma(shape) = ln mean - mean of ln t.
TEST(Fit, GammaSolvesItsEquations) {
    const auto lifetimes = drawn(gammaOf3, 40, 5);
    double sum = 0, logs = 0;
    for (const Lifetime& each : lifetimes) {
        sum += each.seconds / 40;
        logs += std::log(each.seconds) / 40;
    }
    const auto fit = fitOf(DistributionKind::Gamma, lifetimes);
    ASSERT_TRUE(fit.has_value()) << fit.error();
    EXPECT_NEAR(fit->mean, sum, 1e-5);
    const double k = fit->distribution.shape, digamma = (std::lgamma(k + 1e-5) - std::lgamma(k - 1e-5)) / 2e-5;
    EXPECT_NEAR(std::log(k) - digamma, std::log(sum) - logs, 1e-7);
}

TEST(Fit, LikelihoodOfAWeibullOfShapeOneIsThatOfAnExponential) {
    for (const double t : {0.5, 3.0, 40.0}) {
        const Family one{DistributionKind::Weibull, {std::log(7.0), 0}}, other{DistributionKind::Exponential, {std::log(7.0), 0}};
        const Family third{DistributionKind::Gamma, {std::log(7.0), 0}};
        EXPECT_NEAR(one.logDensity(t), other.logDensity(t), 1e-12);
        EXPECT_NEAR(one.logSurvival(t), other.logSurvival(t), 1e-12);
        EXPECT_NEAR(third.logDensity(t), other.logDensity(t), 1e-12);
        EXPECT_NEAR(third.logSurvival(t), other.logSurvival(t), 1e-12);
    }
}

TEST(Fit, SurvivalIsTheIntegralOfTheDensity) {
    for (const Distribution& each : {weibull, lognormal, gammaOf3, exponential}) {
        const Family family = familyOf(each);
        constexpr int steps = 20'000;
        const double from = 100, to = 900, h = (to - from) / steps;
        double integral = 0;
        for (int i = 0; i < steps; ++i) integral += h * std::exp(family.logDensity(from + (i + 0.5) * h));
        EXPECT_NEAR(integral, std::exp(family.logSurvival(from)) - std::exp(family.logSurvival(to)), 1e-8);
    }
}

// Far in the tail the survival function itself is 0 in double arithmetic; its logarithm must go on.
TEST(Fit, LogarithmOfTheSurvivalHoldsFarOut) {
    EXPECT_NEAR(logGammaQ(1, 5000), -5000, 1e-9);
    EXPECT_NEAR(logGammaQ(2, 1000), -1000 + std::log(1001.0), 1e-9);
    const Family normal{DistributionKind::Lognormal, {0, 0}};
    const double before = normal.logSurvival(std::exp(29.999999)), after = normal.logSurvival(std::exp(30.000001));
    EXPECT_NEAR(before - after, 2e-6 * 30, 1e-5);
}

// Estimates lie within three standard errors of what was drawn from, as they do in 99.7 % of samples.
TEST(Fit, FindsWhatItsSamplesWereDrawnFrom) {
    for (const Distribution& each : {weibull, lognormal, gammaOf3, exponential}) {
        int outside = 0;
        for (std::uint64_t seed = 1; seed <= 40; ++seed) {
            const auto fit = fitOf(each.kind, drawn(each, 150, seed, 500), 0.9973);
            ASSERT_TRUE(fit.has_value()) << fit.error();
            outside += fit->meanLow > meanOf(each) || fit->meanHigh < meanOf(each) ? 1 : 0;
        }
        EXPECT_LE(outside, 1) << "of 40 samples of kind " << static_cast<int>(each.kind);
    }
}

TEST(Fit, IntervalsHoldTheMeanAsOftenAsTheySay) {
    int held = 0;
    constexpr int samples = 400;
    for (std::uint64_t seed = 1; seed <= samples; ++seed) {
        const auto fit = fitOf(DistributionKind::Exponential, drawn(exponential, 20, seed));
        held += fit && fit->meanLow <= 300 && 300 <= fit->meanHigh ? 1 : 0;
    }
    // Binomial, 95 % of 400: 380, deviation 4.4.
    EXPECT_NEAR(held, 380, 4 * 4.4);
}

TEST(Fit, ChoosesTheKindThatWasDrawnFrom) {
    for (const Distribution& each : {weibull, lognormal, exponential}) {
        const auto choice = chooseFit(drawn(each, 1000, 11));
        ASSERT_TRUE(choice.has_value()) << choice.error();
        EXPECT_EQ(choice->best.distribution.kind, each.kind);
        EXPECT_GE(choice->others.size(), 2u);
        for (const Fit& other : choice->others) EXPECT_GE(other.aicc, choice->best.aicc);
    }
}

// A test at 5 % refuses one true fit in twenty: of 60, 3 with a deviation of 1.7.
TEST(Fit, TestRefusesTrueFitsNoMoreOftenThanItSays) {
    int refused = 0;
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const auto choice = chooseFit(drawn(exponential, 30, seed));
        ASSERT_TRUE(choice.has_value() && choice->test.has_value());
        refused += choice->test->pValue < 0.05 ? 1 : 0;
        sum += choice->test->pValue / 60;
    }
    EXPECT_LE(refused, 8);
    EXPECT_GT(sum, 0.4); // p is even from 0 to 1, and higher where the kind that fits best was chosen
}

TEST(Fit, OfTwoModesFitsBadly) {
    std::vector<Lifetime> lifetimes;
    for (int i = 0; i < 100; ++i) lifetimes.push_back({.seconds = (i % 2 == 0 ? 10.0 : 100.0) + 0.01 * i});
    const auto choice = chooseFit(lifetimes);
    ASSERT_TRUE(choice.has_value()) << choice.error();
    ASSERT_TRUE(choice->test.has_value());
    EXPECT_LT(choice->test->pValue, 0.02);
}

TEST(Fit, IsRefusedWithItsReasonWhereThereIsTooLittle) {
    auto lifetimes = complete({1, 2, 3, 4});
    lifetimes.push_back({.seconds = 5, .cutOff = true});
    const auto choice = chooseFit(lifetimes);
    ASSERT_FALSE(choice.has_value());
    EXPECT_EQ(choice.error(), "4 complete times were seen, 5 are needed");
    // Nothing ended in 30 s of exponential times: with 95 % the mean is above 30 / 2.9957.
    const std::vector<Lifetime> none{{.seconds = 10, .cutOff = true}, {.seconds = 20, .cutOff = true}};
    EXPECT_NEAR(meanAbove(none), 30 / 2.995732, 1e-5);
}

TEST(Fit, OfTimesThatDoNotDifferIsConstant) {
    const auto choice = chooseFit(complete({60, 60.1, 59.9, 60, 60.2}));
    ASSERT_TRUE(choice.has_value()) << choice.error();
    EXPECT_EQ(choice->best.distribution.kind, DistributionKind::Constant);
    EXPECT_NEAR(choice->best.mean, 60.04, 1e-12);
    // Student's t of five: 2.776445 times the deviation, 0.114018, over the root of 5. Its extremes are no interval of the mean.
    EXPECT_NEAR(choice->best.meanHigh - choice->best.mean, 0.141571, 1e-6);
    EXPECT_NEAR(choice->best.mean - choice->best.meanLow, 0.141571, 1e-6);
    EXPECT_FALSE(choice->test.has_value());
}

TEST(Fit, OfEqualTimesAndOneThatGoesOnIsNotConstant) {
    auto lifetimes = complete({60, 60.1, 59.9, 60, 60.2});
    lifetimes.push_back({.seconds = 40, .cutOff = true});
    EXPECT_EQ(chooseFit(lifetimes)->best.distribution.kind, DistributionKind::Constant);
    lifetimes.push_back({.seconds = 3000, .cutOff = true});
    const auto choice = chooseFit(lifetimes);
    ASSERT_TRUE(choice.has_value()) << choice.error();
    EXPECT_NE(choice->best.distribution.kind, DistributionKind::Constant);
    EXPECT_GT(choice->best.mean, 65) << "it has not taken 60 s";
}

TEST(Fit, TellsHowFarItsTestIsAndStops) {
    const auto lifetimes = drawn(exponential, 30, 1);
    double last = -1;
    bool rises = true;
    std::stop_source stop;
    Progress progress{.report =
                          [&](double fraction, std::string_view) {
                              rises = rises && fraction > last;
                              last = fraction;
                              if (fraction > 0.5) stop.request_stop();
                          },
                      .stop = {}};
    EXPECT_TRUE(chooseFit(lifetimes, 0.95, progress)->test.has_value());
    EXPECT_TRUE(rises);
    EXPECT_GT(last, 0.99);
    last = -1;
    stop = {};
    progress.stop = stop.get_token();
    const auto choice = chooseFit(lifetimes, 0.95, progress);
    EXPECT_FALSE(choice->test.has_value());
    EXPECT_LT(last, 0.52);
}

// The exponential alone may use a time whose beginning nobody saw; the choice compares all kinds on the same times.
TEST(Fit, RestsOfTimesCountOnlyForWhatHasNoMemory) {
    auto lifetimes = drawn(exponential, 200, 2);
    lifetimes.push_back({.seconds = 30'000, .restOnly = true});
    const auto weibullFit = fitOf(DistributionKind::Weibull, lifetimes);
    ASSERT_TRUE(weibullFit.has_value());
    EXPECT_EQ(weibullFit->complete, 200u);
    const auto choice = chooseFit(lifetimes);
    ASSERT_TRUE(choice.has_value());
    ASSERT_EQ(choice->best.distribution.kind, DistributionKind::Exponential);
    EXPECT_EQ(choice->best.complete, 201u);
}

} // namespace
} // namespace millwright::sim
