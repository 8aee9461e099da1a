#include <millwright/telemetry/latency.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace millwright::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Latency, IsWithinA32ndAboveTheExactQuantile) {
    std::mt19937_64 random{7};
    std::lognormal_distribution<double> seconds{-3, 1.5};
    LatencyHistogram histogram;
    std::vector<double> all;
    for (int i = 0; i < 10'000; ++i) {
        all.push_back(seconds(random));
        histogram.add(std::chrono::nanoseconds{static_cast<std::int64_t>(all.back() * 1e9)});
    }
    std::ranges::sort(all);
    for (const double share : {0.01, 0.5, 0.9, 0.99, 1.0}) {
        const double exact = all[static_cast<std::size_t>(std::ceil(share * 10'000)) - 1];
        const double told = std::chrono::duration<double>(histogram.quantile(share)).count();
        EXPECT_GE(told, exact - 1e-6) << share;
        EXPECT_LE(told, exact * (1 + 1.0 / 32) + 1e-6) << share;
    }
    EXPECT_EQ(histogram.count(), 10'000u);
}

TEST(Latency, TakesWhateverComes) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0ns) << "of none";
    histogram.add(-5s); // a clock that is ahead
    EXPECT_EQ(histogram.quantile(1), 0ns);
    histogram.add(Duration::max());
    EXPECT_GT(histogram.quantile(1), 24h);
    EXPECT_EQ(histogram.quantile(0), 0ns);
}

} // namespace
} // namespace millwright::telemetry
