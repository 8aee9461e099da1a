#include "sim/motion.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace millwright::sim {
namespace {

// From rest to rest: d/v + v/2a + v/2b where the full speed v is reached, else the triangle sqrt(2 d (1/a + 1/b)). Both follow from
// v^2 = 2 a s (Galilei; any textbook of mechanics).
TEST(Motion, FromRestToRest) {
    constexpr double v = 1.5, a = 0.5, b = 0.75;
    const Drive drive{v, a, b};
    EXPECT_NEAR(profileOf(drive, 40, v, 0, 0).time(), 40 / v + v / (2 * a) + v / (2 * b), 1e-12);
    const double reached = v * v / (2 * a) + v * v / (2 * b); // metres that speeding up and slowing down take
    EXPECT_NEAR(profileOf(drive, reached, v, 0, 0).time(), v / a + v / b, 1e-12);
    for (const double d : {1e-6, 0.1, 1.0, 2.0, reached}) {
        const SpeedProfile profile = profileOf(drive, d, v, 0, 0);
        EXPECT_NEAR(profile.time(), std::sqrt(2 * d * (1 / a + 1 / b)), 1e-12) << d;
        EXPECT_NEAR(profile.peak, std::sqrt(2 * d / (1 / a + 1 / b)), 1e-12) << d;
    }
}

TEST(Motion, WithoutLimitsItIsTheLengthByTheSpeed) {
    const Drive drive{1.4, 0, 0};
    EXPECT_EQ(profileOf(drive, 33, 1.4, 0, 1.4).time(), 33 / 1.4);
    // Speeding up alone: d/v + v/2a.
    EXPECT_NEAR(profileOf({1.4, 0.7, 0}, 33, 1.4, 0, 1.4).time(), 33 / 1.4 + 1.4 / (2 * 0.7), 1e-12);
    EXPECT_NEAR(profileOf({1.4, 0, 0.7}, 33, 1.4, 0, 0).time(), 33 / 1.4 + 1.4 / (2 * 0.7), 1e-12);
}

// The way is the integral of the speed, at every moment of it, and time and way are those of its ends.
TEST(Motion, TheWayIsTheIntegralOfTheSpeed) {
    const Drive drive{2, 0.4, 0.9};
    for (const auto& [length, entry, exit] : std::vector<std::array<double, 3>>{
             {30, 0, 0}, {30, 1.2, 0.5}, {3, 0, 0}, {3, 1.5, 1.2}, {1, 2, 0}, {1, 0, 2}, {20, 2, 2}, {12, 0.3, 2}}) {
        const SpeedProfile profile = profileOf(drive, length, 1.8, entry, exit);
        const double whole = profile.time();
        EXPECT_NEAR(profile.at(0), 0, 1e-9);
        EXPECT_NEAR(profile.at(whole), length, 1e-9);
        constexpr int steps = 20'000;
        double way = 0;
        for (int i = 0; i < steps; ++i) {
            const double middle = (i + 0.5) * whole / steps;
            const double speed = std::min({profile.entry + profile.acceleration * middle, profile.peak,
                                           profile.exit + profile.deceleration * (whole - middle)});
            way += speed * whole / steps;
            ASSERT_NEAR(profile.at((i + 1) * whole / steps), way, 1e-6) << length << " from " << entry << " to " << exit;
            ASSERT_LE(speed, 1.8 + 1e-12);
        }
    }
}

} // namespace
} // namespace millwright::sim
