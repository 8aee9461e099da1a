#include <gtest/gtest.h>

#include <cmath>
#include <condition/statistics.hpp>
#include <numbers>
#include <numeric>
#include <random>

namespace millwright::condition {
namespace {

TEST(RobustStatistics, OfAFewValuesAreThoseComputedByHand) {
    std::vector<double> odd{9, 1, 4, 100, 3};
    EXPECT_EQ(median(odd), 4);
    std::vector<double> even{8, 2, 4, 6};
    EXPECT_EQ(median(even), 5);
    EXPECT_EQ(quantile(even, 0), 2);
    EXPECT_EQ(quantile(even, 1), 8);
    EXPECT_DOUBLE_EQ(quantile(even, 0.9), 7.4) << "2 4 6 8: 0.7 of the way from 6 to 8";
    std::vector<double> one{7};
    EXPECT_EQ(quantile(one, 0.3), 7);
    // Distances from 4: 5 3 0 96 1, whose median is 3; the outlier does not count.
    EXPECT_DOUBLE_EQ(robustScale(odd, 4), 1.4826 * 3);
    std::vector<double> mostlyEqual{5, 5, 5, 5, 9};
    EXPECT_DOUBLE_EQ(robustScale(mostlyEqual, 5), std::sqrt(16.0 / 5)) << "their median absolute deviation is nothing";
    std::vector<double> equal{5, 5};
    EXPECT_EQ(robustScale(equal, 5), 0);
}

TEST(Eigen, OfASmallMatrixAreThoseComputedByHand) {
    Symmetric matrix{2}; // eigenvalues 3 and 1, of (1, 1) and (1, -1)
    matrix(0, 0) = matrix(1, 1) = 2;
    matrix(0, 1) = matrix(1, 0) = 1;
    const Eigen eigen = eigenOf(matrix);
    const std::size_t large = eigen.values[0] > eigen.values[1] ? 0 : 1;
    EXPECT_NEAR(eigen.values[large], 3, 1e-14);
    EXPECT_NEAR(eigen.values[1 - large], 1, 1e-14);
    EXPECT_NEAR(std::abs(eigen.vectors(0, large)), std::numbers::sqrt2 / 2, 1e-14);
    EXPECT_NEAR(eigen.vectors(0, large), eigen.vectors(1, large), 1e-14);
}

TEST(Eigen, OfRandomMatricesGiveTheMatrixBack) {
    std::mt19937_64 random{1};
    std::normal_distribution<double> normal;
    for (const std::size_t n : {1u, 2u, 5u, 40u}) {
        Symmetric matrix{n};
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) matrix(i, j) = matrix(j, i) = normal(random);
        const Eigen eigen = eigenOf(matrix);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                double cell = 0, dot = 0;
                for (std::size_t k = 0; k < n; ++k) {
                    cell += eigen.values[k] * eigen.vectors(i, k) * eigen.vectors(j, k);
                    dot += eigen.vectors(k, i) * eigen.vectors(k, j);
                }
                EXPECT_NEAR(cell, matrix(i, j), 1e-12 * static_cast<double>(n));
                EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-12 * static_cast<double>(n));
            }
    }
}

// Rows (1, 1), (-1, -1), (1, -1), (-1, 1) twice the first two: C = [1, 1/3; 1/3, 1], |C|² = 20/9, the mean variance m = 1, so
// |C - mI|² = 2/9; every |row|^4 is 4, so the uncertainty is (4 - 20/9) / 6 = 8/27, more than 2/9: all is shrinkage. A hundred
// times the same rows, it is 8/2700 of 2/9, 1/75.
TEST(ShrunkCovariance, OfAFewRowsIsThatComputedByHand) {
    const std::vector<double> few{1, 1, -1, -1, 1, -1, -1, 1, 1, 1, -1, -1};
    const Shrunk all = shrunkCovariance(few, 2, 1);
    EXPECT_EQ(all.shrinkage, 1);
    EXPECT_DOUBLE_EQ(all.covariance(0, 0), 1);
    EXPECT_EQ(all.covariance(0, 1), 0);
    std::vector<double> many;
    for (int i = 0; i < 100; ++i) many.insert(many.end(), few.begin(), few.end());
    const Shrunk some = shrunkCovariance(many, 2, 1);
    EXPECT_NEAR(some.shrinkage, 1.0 / 75, 1e-12);
    EXPECT_NEAR(some.covariance(0, 1), (1 - 1.0 / 75) / 3, 1e-12);
    EXPECT_NEAR(shrunkCovariance(many, 2, 20).shrinkage, 20.0 / 75, 1e-12) << "a twentieth as much is known";
    const std::vector<double> alone{1, -1, 2, -2};
    EXPECT_EQ(shrunkCovariance(alone, 1, 1).shrinkage, 0) << "there is nothing to draw a single variance to";
}

// Covariance [5, 4; 4, 5]: eigenvalues 9 and 1. Of (1, 1) the Mahalanobis distance squared is 2/9, of (1, -1) it is 2.
TEST(Whitening, MeasuresMahalanobisDistance) {
    Symmetric covariance{2};
    covariance(0, 0) = covariance(1, 1) = 5;
    covariance(0, 1) = covariance(1, 0) = 4;
    const Symmetric w = inverseSquareRoot(covariance);
    const auto squared = [&](double a, double b) {
        const double first = w(0, 0) * a + w(0, 1) * b, second = w(1, 0) * a + w(1, 1) * b;
        return first * first + second * second;
    };
    EXPECT_NEAR(squared(1, 1), 2.0 / 9, 1e-14);
    EXPECT_NEAR(squared(1, -1), 2, 1e-14);
    EXPECT_EQ(w(0, 1), w(1, 0));
}

} // namespace
} // namespace millwright::condition
