#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace millwright::condition {

/// Middle value, or the mean of the two in the middle. Reorders `values`, which must not be empty.
[[nodiscard]] double median(std::span<double> values);

/// Value below which the share `p` in [0, 1] lies, interpolated between neighbours (type 7 of Hyndman and Fan, The American
/// Statistician 50, 1996). Reorders `values`, which must not be empty.
[[nodiscard]] double quantile(std::span<double> values, double p);

/// 1.4826 times the median absolute deviation from `centre`, which for a normal distribution is the standard deviation (Rousseeuw
/// and Croux, JASA 88, 1993). Where more than half of the values are equal it would be nothing: then the root mean square
/// deviation. Reorders `values`, which must not be empty.
[[nodiscard]] double robustScale(std::span<double> values, double centre);

/// A symmetric matrix, row by row.
struct Symmetric {
    std::size_t size = 0;
    std::vector<double> cells;

    explicit Symmetric(std::size_t n) : size{n}, cells(n * n) {}
    double& operator()(std::size_t row, std::size_t column) { return cells[row * size + column]; }
    double operator()(std::size_t row, std::size_t column) const { return cells[row * size + column]; }
};

/// Eigenvalues, and eigenvectors as columns, by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 4th ed., 8.5):
/// slow for large matrices, accurate, and the same on every machine.
struct Eigen {
    std::vector<double> values;
    Symmetric vectors;
};
[[nodiscard]] Eigen eigenOf(Symmetric matrix);

/// A covariance drawn towards a multiple of the identity, so that it can be inverted however few the rows are, by as much as loses
/// least on average (Ledoit and Wolf, Journal of Multivariate Analysis 88, 2004). Rows are taken as centred at zero.
struct Shrunk {
    Symmetric covariance;
    double shrinkage = 0;
};
/// `rows` hold `columns` numbers each. `overlap`: of how many rows each says the same, as windows that overlap do; the uncertainty
/// of the covariance is that of as many fewer rows.
[[nodiscard]] Shrunk shrunkCovariance(std::span<const double> rows, std::size_t columns, double overlap);

/// The symmetric W with W W = covariance^-1. Eigenvalues below 1e-9 of the largest count as that much.
[[nodiscard]] Symmetric inverseSquareRoot(const Symmetric& covariance);

} // namespace millwright::condition
