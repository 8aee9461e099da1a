#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <condition/spectrum.hpp>
#include <numbers>
#include <numeric>
#include <random>

namespace millwright::condition {
namespace {

std::vector<double> sine(std::size_t length, double cycles, double amplitude) {
    std::vector<double> block(length);
    for (std::size_t i = 0; i < length; ++i)
        block[i] = 7 + amplitude * std::sin(2 * std::numbers::pi * cycles * static_cast<double>(i) / static_cast<double>(length));
    return block;
}

// A sine of amplitude a has rms a / sqrt 2, kurtosis 3/2, crest factor sqrt 2; all its power is in the band of its frequency.
TEST(Spectrum, FindsALineAtItsFrequency) {
    Spectrum spectrum{1024};
    for (const std::size_t band : {0u, 3u, 7u}) {
        const double cycles = (static_cast<double>(band) + 0.5) * 1024 / 2 / bands; // the middle of the band
        const Vibration found = spectrum.describe(sine(1024, cycles, 3));
        EXPECT_NEAR(found.rms, 3 / std::numbers::sqrt2, 1e-9);
        EXPECT_NEAR(found.kurtosis, 1.5, 1e-9);
        EXPECT_NEAR(found.crest, std::numbers::sqrt2, 1e-3);
        for (std::size_t i = 0; i < bands; ++i)
            EXPECT_NEAR(found.band[i], i == band ? 3 / std::numbers::sqrt2 : 0, 1e-6) << band << ' ' << i;
    }
    EXPECT_NEAR(spectrum.describe(sine(1024, 400, 3)).envelope, 0, 1e-9) << "a steady line has a steady envelope";
}

TEST(Spectrum, OfNoiseSpreadsItsPowerEvenly) {
    Spectrum spectrum{8192};
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal{0, 2};
    std::vector<double> block(8192);
    for (double& x : block) x = normal(random);
    const Vibration found = spectrum.describe(block);
    EXPECT_NEAR(found.rms, 2, 0.05);
    EXPECT_NEAR(found.kurtosis, 3, 0.2);
    EXPECT_NEAR(found.envelope, 1, 0.1);
    double power = 0;
    for (const double band : found.band) {
        EXPECT_NEAR(band, 2 / std::sqrt(bands), 0.1);
        power += band * band;
    }
    EXPECT_NEAR(power, 4, 0.2);
}

// Ten impacts that each ring for a while, in noise: what a damaged bearing does.
TEST(Spectrum, TellsImpactsFromNoise) {
    Spectrum spectrum{4096};
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    std::vector<double> block(4096);
    for (std::size_t i = 0; i < block.size(); ++i)
        block[i] = 0.1 * normal(random) +
                   3 * std::exp(-static_cast<double>(i % 400) / 20) * std::sin(0.7 * std::numbers::pi * static_cast<double>(i));
    const Vibration found = spectrum.describe(block);
    EXPECT_GT(found.kurtosis, 6);
    EXPECT_GT(found.crest, 4);
    EXPECT_GT(found.envelope, 1.5);
    EXPECT_EQ(std::ranges::max_element(found.band) - found.band.begin(), 5) << "0.7 of half the sampling rate";
}

TEST(Spectrum, OfNothingIsNothing) {
    Spectrum spectrum{64};
    const Vibration still = spectrum.describe(std::vector<double>(64, 5.0));
    EXPECT_EQ(still.rms, 0);
    EXPECT_EQ(still.kurtosis, 0);
    const Vibration huge = spectrum.describe(std::vector<double>{std::vector<double>(64, 1e300)});
    EXPECT_TRUE(std::isfinite(huge.kurtosis));
}

} // namespace
} // namespace millwright::condition
