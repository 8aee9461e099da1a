#include <algorithm>
#include <cmath>
#include <condition/statistics.hpp>

namespace millwright::condition {

double median(std::span<double> values) {
    return quantile(values, 0.5);
}

double quantile(std::span<double> values, double p) {
    const double place = p * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
    std::ranges::nth_element(values, at);
    if (below + 1 == values.size()) return *at;
    const double next = *std::min_element(at + 1, values.end());
    return *at + (place - static_cast<double>(below)) * (next - *at);
}

double robustScale(std::span<double> values, double centre) {
    double squares = 0;
    for (double& value : values) {
        value = std::abs(value - centre);
        squares += value * value;
    }
    constexpr double consistency = 1.4826; // 1 / quantile of the normal distribution at 3/4
    const double scale = consistency * median(values);
    return scale > 0 ? scale : std::sqrt(squares / static_cast<double>(values.size()));
}

namespace {

/// Makes matrix(p, q) zero by a rotation in the plane of p and q, and turns the vectors likewise.
void rotate(Symmetric& matrix, Symmetric& vectors, std::size_t p, std::size_t q) {
    const double off = matrix(p, q);
    if (off == 0) return;
    const double theta = (matrix(q, q) - matrix(p, p)) / (2 * off);
    const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1);
    const double s = t * c;
    const std::size_t n = matrix.size;
    for (std::size_t k = 0; k < n; ++k) {
        const double kp = matrix(k, p), kq = matrix(k, q);
        matrix(k, p) = c * kp - s * kq;
        matrix(k, q) = s * kp + c * kq;
    }
    for (std::size_t k = 0; k < n; ++k) {
        const double pk = matrix(p, k), qk = matrix(q, k);
        matrix(p, k) = c * pk - s * qk;
        matrix(q, k) = s * pk + c * qk;
        const double kp = vectors(k, p), kq = vectors(k, q);
        vectors(k, p) = c * kp - s * kq;
        vectors(k, q) = s * kp + c * kq;
    }
}

} // namespace

Eigen eigenOf(Symmetric matrix) {
    const std::size_t n = matrix.size;
    Eigen eigen{std::vector<double>(n), Symmetric{n}};
    for (std::size_t i = 0; i < n; ++i) eigen.vectors(i, i) = 1;
    constexpr int mostSweeps = 60; // it converges quadratically: fewer than ten in practice
    for (int sweep = 0; sweep < mostSweeps; ++sweep) {
        double off = 0, all = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) {
                all += matrix(i, j) * matrix(i, j);
                if (i != j) off += matrix(i, j) * matrix(i, j);
            }
        if (off <= 1e-28 * all) break;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) rotate(matrix, eigen.vectors, p, q);
    }
    for (std::size_t i = 0; i < n; ++i) eigen.values[i] = matrix(i, i);
    return eigen;
}

Shrunk shrunkCovariance(std::span<const double> rows, std::size_t columns, double overlap) {
    const std::size_t count = rows.size() / columns;
    const double n = static_cast<double>(count);
    Shrunk shrunk{Symmetric{columns}};
    Symmetric& covariance = shrunk.covariance;
    double fourth = 0; // mean of |row|^4
    for (std::size_t row = 0; row < count; ++row) {
        const double* z = rows.data() + row * columns;
        double square = 0;
        for (std::size_t i = 0; i < columns; ++i) {
            square += z[i] * z[i];
            for (std::size_t j = 0; j <= i; ++j) covariance(i, j) += z[i] * z[j];
        }
        fourth += square * square / n;
    }
    double trace = 0, norm = 0;
    for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            const double cell = covariance(i, j) / n;
            covariance(i, j) = covariance(j, i) = cell;
            norm += (i == j ? 1 : 2) * cell * cell;
            if (i == j) trace += cell;
        }
    const double mean = trace / static_cast<double>(columns);
    const double distance = norm - mean * trace;                           // |C - mean I|²
    const double uncertainty = std::max(0.0, fourth - norm) * overlap / n; // mean |z z' - C|² / n
    shrunk.shrinkage = distance > 0 ? std::min(1.0, uncertainty / distance) : 0;
    for (std::size_t i = 0; i < columns; ++i)
        for (std::size_t j = 0; j < columns; ++j)
            covariance(i, j) = (1 - shrunk.shrinkage) * covariance(i, j) + (i == j ? shrunk.shrinkage * mean : 0);
    return shrunk;
}

Symmetric inverseSquareRoot(const Symmetric& covariance) {
    const std::size_t n = covariance.size;
    const Eigen eigen = eigenOf(covariance);
    const double largest = std::max(*std::ranges::max_element(eigen.values), 1e-300);
    Symmetric root{n};
    for (std::size_t k = 0; k < n; ++k) {
        const double weight = 1 / std::sqrt(std::max(eigen.values[k], 1e-9 * largest));
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) root(i, j) += weight * eigen.vectors(i, k) * eigen.vectors(j, k);
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) root(j, i) = root(i, j);
    return root;
}

} // namespace millwright::condition
