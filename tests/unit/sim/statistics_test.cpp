#include <millwright/sim/random.hpp>
#include <millwright/sim/statistics.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace millwright::sim {
namespace {

// Values of printed tables (Law, appendix T.1; Abramowitz & Stegun 26.10).
TEST(Student, HasTheTabulatedQuantiles) {
    EXPECT_NEAR(studentQuantile(0.975, 1), 12.7062047364, 1e-6);
    EXPECT_NEAR(studentQuantile(0.975, 9), 2.2621571628, 1e-8);
    EXPECT_NEAR(studentQuantile(0.9995, 29), 3.6594050195, 1e-8);
    EXPECT_NEAR(studentQuantile(0.05, 4), -2.1318467863, 1e-8);
    EXPECT_NEAR(studentQuantile(0.975, 1e6), 1.95996, 1e-4);
    EXPECT_NEAR(studentBelow(0, 5), 0.5, 1e-12);
}

TEST(Estimates, HoldMeanAndHalfWidth) {
    const std::vector<double> values{1.20, 1.50, 1.68, 1.89, 0.95,
                                     1.49, 1.58, 1.55, 0.50, 1.09}; // Law, example 4.26: 1.34 +- 0.24 at 90 %
    const Estimate found = estimate(values, 0.90);
    EXPECT_NEAR(found.mean, 1.343, 1e-12);
    EXPECT_NEAR(found.halfWidth, 0.24, 0.005);
    EXPECT_TRUE(found.contains(1.2));
    EXPECT_FALSE(found.contains(1.7));
    EXPECT_TRUE(std::isinf(estimate(std::vector{1.0}).halfWidth));
}

TEST(Estimates, OfPairsLeaveOutWhatIsCommon) {
    const std::vector<double> a{10, 20, 30, 40}, b{9, 19.1, 28.9, 39};
    const Estimate found = estimateDifference(a, b);
    EXPECT_NEAR(found.mean, 1, 1e-12);
    EXPECT_LT(found.halfWidth, 0.2);
}

TEST(WarmUps, EndWhereTheSeriesSettles) {
    Stream stream;
    std::vector<double> series;
    for (int i = 0; i < 1000; ++i) series.push_back(100 - 80 * std::exp(-i / 30.0) + 4 * toUniform(stream.next(3, 1)));
    const WarmUp found = warmUpOf(series);
    EXPECT_TRUE(found.settled);
    EXPECT_GE(found.leaveOut, 60u);
    EXPECT_LE(found.leaveOut, 250u);
    for (int i = 0; i < 1000; ++i) series[i] = i; // never settles
    EXPECT_FALSE(warmUpOf(series).settled);
    EXPECT_EQ(warmUpOf(std::vector<double>(1000, 5.0)).leaveOut, 0u);
    EXPECT_FALSE(warmUpOf(std::vector<double>(4, 5.0)).settled);
}

} // namespace
} // namespace millwright::sim
