#include "sim/residual.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace millwright::sim {
namespace {

using plant::Distribution;
using plant::DistributionKind;
using namespace std::chrono_literals;

constexpr std::size_t draws = 4000;

struct Drawn {
    explicit Drawn(const Distribution& distribution) : sampler{makeSampler(distribution, 77, 0, tables)} {}

    std::vector<double> rests(const Elapsed& elapsed) {
        std::vector<double> seconds;
        // As replications do it: another seed each, the first numbers of the stream.
        for (std::uint64_t seed = 0; seed < draws; ++seed) {
            Stream stream;
            seconds.push_back(static_cast<double>(drawRest(elapsed, sampler, stream, seed, tables.data())) * 1e-9);
            EXPECT_LE(stream.drawn, 1u);
        }
        std::ranges::sort(seconds);
        return seconds;
    }
    std::vector<double> wholeTimesAbove(Duration age) {
        std::vector<double> seconds;
        Stream stream;
        while (seconds.size() < draws)
            if (const std::int64_t time = sample(sampler, stream, 5, tables.data()); time > age.count())
                seconds.push_back(static_cast<double>(time - age.count()) * 1e-9);
        std::ranges::sort(seconds);
        return seconds;
    }

    std::vector<double> tables;
    Sampler sampler;
};

// Kolmogorov and Smirnov's largest distance of two samples.
double distanceOf(const std::vector<double>& a, const std::vector<double>& b) {
    double distance = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const double x = std::min(a[i], b[j]);
        while (i < a.size() && a[i] <= x) ++i;
        while (j < b.size() && b[j] <= x) ++j;
        distance = std::max(distance, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                               static_cast<double>(j) / static_cast<double>(b.size())));
    }
    return distance;
}

double distanceTo(const std::vector<double>& sorted, const std::function<double(double)>& below) {
    double distance = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto n = static_cast<double>(sorted.size());
        distance = std::max({distance, std::abs(below(sorted[i]) - static_cast<double>(i) / n),
                             std::abs(below(sorted[i]) - static_cast<double>(i + 1) / n)});
    }
    return distance;
}

// Distances that right methods exceed once in a thousand times (Smirnov's limit); seeds are fixed.
const double ofTwo = 1.949 * std::sqrt(2.0 / draws), ofOne = 1.949 / std::sqrt(draws);

TEST(Residual, IsWhatIsLeftOfTimesThatLastLongEnough) {
    const std::vector<Distribution> distributions{
        {.kind = DistributionKind::Exponential, .mean = 20},
        {.kind = DistributionKind::Erlang, .mean = 20, .shape = 3},
        {.kind = DistributionKind::Gamma, .mean = 20, .shape = 0.6},
        {.kind = DistributionKind::Normal, .mean = 20, .deviation = 6},
        {.kind = DistributionKind::Lognormal, .mean = 20, .deviation = 15},
        {.kind = DistributionKind::Triangular, .low = 5, .high = 50, .mode = 12},
        {.kind = DistributionKind::Uniform, .low = 5, .high = 40},
        {.kind = DistributionKind::Weibull, .shape = 1.8, .scale = 22},
        {.kind = DistributionKind::Beta, .low = 5, .high = 45, .shape = 2, .shape2 = 3},
        {.kind = DistributionKind::Empirical, .values = {5, 14, 18, 30, 60}},
        {.kind = DistributionKind::Discrete, .values = {10, 20, 30, 45}, .weights = {1, 3, 2, 1}}};
    for (const Distribution& distribution : distributions) {
        Drawn drawn{distribution};
        for (const double age : {0.0, 9.0, 26.0}) {
            const Elapsed elapsed{Elapsed::Known::Exactly, durationFromSeconds(age)};
            EXPECT_LT(distanceOf(drawn.rests(elapsed), drawn.wholeTimesAbove(elapsed.time)), ofTwo)
                << static_cast<int>(distribution.kind) << " at age " << age;
        }
    }
}

TEST(Residual, OfAConstantTimeIsExact) {
    Drawn drawn{{.kind = DistributionKind::Constant, .mean = 7}};
    EXPECT_EQ(drawn.rests({Elapsed::Known::Exactly, 3s}).front(), 4.0);
    EXPECT_EQ(drawn.rests({Elapsed::Known::Renewed, 100s}).back(), 5.0); // cycles ended at 7, 14 … 98
    EXPECT_EQ(drawn.rests({Elapsed::Known::Exactly, 8s}).back(), 0.0);   // it should have ended already
    const std::vector<double> anywhere = drawn.rests({Elapsed::Known::AtLeast, 2s});
    EXPECT_LT(distanceTo(anywhere, [](double x) { return std::clamp(x / 5, 0.0, 1.0); }), ofOne);
}

// Of a renewal process at a moment that has nothing to do with it: age x and rest r have the density f(x + r) / mean (Cox, Renewal
// Theory, 5.2). For times uniform in (0, 10) and ages above a, the rest lies below r with 1 - ((10 - a - r) / (10 - a))².
TEST(Residual, OfAnUnknownAgeIsStationary) {
    Drawn drawn{{.kind = DistributionKind::Uniform, .low = 0, .high = 10}};
    for (const double age : {0.0, 4.0}) {
        const auto below = [age](double r) { return 1 - std::pow(std::max(10 - age - r, 0.0) / (10 - age), 2); };
        const std::vector<double> rests = drawn.rests({Elapsed::Known::AtLeast, durationFromSeconds(age)});
        EXPECT_LT(distanceTo(rests, below), ofOne + 0.01) << age; // resampling is exact only in the limit
    }
    // After many renewals a known beginning is forgotten.
    EXPECT_LT(distanceTo(drawn.rests({Elapsed::Known::Renewed, 1000s}), [](double r) { return 1 - std::pow((10 - r) / 10, 2); }),
              ofOne);
}

TEST(Residual, ABeginningThatWasSeenCountsUntilTheFirstEndIsPossible) {
    Drawn drawn{{.kind = DistributionKind::Uniform, .low = 4, .high = 6}};
    EXPECT_LT(distanceTo(drawn.rests({Elapsed::Known::Renewed, 3s}), [](double r) { return std::clamp((r - 1) / 2, 0.0, 1.0); }),
              ofOne);
}

TEST(Residual, DiffersBetweenMachinesOfAStation) {
    Drawn drawn{{.kind = DistributionKind::Gamma, .mean = 20, .shape = 3}};
    Stream stream, other;
    const Elapsed elapsed{Elapsed::Known::Exactly, 15s};
    EXPECT_NE(drawRest(elapsed, drawn.sampler, stream, 1, nullptr, 0), drawRest(elapsed, drawn.sampler, other, 1, nullptr, 1));
}

} // namespace
} // namespace millwright::sim
