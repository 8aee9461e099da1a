#include "sim/elementary.hpp"

#include <millwright/sim/sensitivity.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <numeric>
#include <optional>

namespace millwright::sim {
namespace {

using Column = std::vector<double>;

/// A column less its mean, in its standard deviations.
struct Standardised {
    Column values;
    double deviation = 0;
};

Standardised standardised(const Column& column) {
    const auto n = static_cast<double>(column.size());
    const double mean = std::accumulate(column.begin(), column.end(), 0.0) / n;
    double squares = 0;
    for (const double value : column) squares += (value - mean) * (value - mean);
    Standardised result{column, std::sqrt(squares / (n - 1))};
    for (double& value : result.values) value = result.deviation > 0 ? (value - mean) / result.deviation : 0;
    return result;
}

double correlation(const Column& a, const Column& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / (static_cast<double>(a.size()) - 1);
}

/// Ranks from 1 on; equals share the mean of theirs.
Column ranksOf(const Column& column) {
    std::vector<std::size_t> order(column.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return column[i]; });
    Column ranks(column.size());
    for (std::size_t from = 0; from < order.size();) {
        std::size_t to = from;
        while (to < order.size() && column[order[to]] == column[order[from]]) ++to;
        for (std::size_t i = from; i < to; ++i) ranks[order[i]] = static_cast<double>(from + 1 + to) / 2;
        from = to;
    }
    return ranks;
}

/// Lower triangle of a symmetric, positive matrix; nothing where it is singular to rounding.
std::optional<std::vector<Column>> cholesky(const std::vector<Column>& matrix) {
    const std::size_t n = matrix.size();
    std::vector<Column> lower(n, Column(n));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = matrix[i][j];
            for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
            if (i == j && sum < 1e-10) return std::nullopt;
            lower[i][j] = i == j ? std::sqrt(sum) : sum / lower[j][j];
        }
    return lower;
}

Column solved(const std::vector<Column>& lower, Column right) {
    const std::size_t n = right.size();
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t k = 0; k < i; ++k) right[i] -= lower[i][k] * right[k];
        right[i] /= lower[i][i];
    }
    for (std::size_t i = n; i-- > 0;) {
        for (std::size_t k = i + 1; k < n; ++k) right[i] -= lower[k][i] * right[k];
        right[i] /= lower[i][i];
    }
    return right;
}

struct Coefficients {
    Column values, halfWidths;
    double rSquared = 0;
};

/// Regression of standardised columns: the normal equations are those of their correlations.
std::optional<Coefficients> regress(const std::vector<Column>& factors, const Column& metric, double confidence) {
    const std::size_t k = factors.size();
    std::vector<Column> matrix(k, Column(k));
    Column right(k);
    for (std::size_t i = 0; i < k; ++i) {
        right[i] = correlation(factors[i], metric);
        for (std::size_t j = 0; j < k; ++j) matrix[i][j] = correlation(factors[i], factors[j]);
    }
    const auto lower = cholesky(matrix);
    if (!lower) return std::nullopt;
    Coefficients found{solved(*lower, right), {}, 0};
    for (std::size_t i = 0; i < k; ++i) found.rSquared += found.values[i] * right[i];
    found.rSquared = std::clamp(found.rSquared, 0.0, 1.0);
    const double freedom = static_cast<double>(metric.size()) - static_cast<double>(k) - 1;
    const double t = studentQuantile(0.5 + confidence / 2, freedom);
    for (std::size_t i = 0; i < k; ++i) {
        Column unit(k);
        unit[i] = 1;
        found.halfWidths.push_back(t * std::sqrt((1 - found.rSquared) / freedom * solved(*lower, unit)[i]));
    }
    return found;
}

BoundedValue around(double value, double halfWidth) {
    return {value, value - halfWidth, value + halfWidth};
}

BoundedValue rankCorrelation(const Column& a, const Column& b, double confidence) {
    const double rho = std::clamp(correlation(a, b), -1.0, 1.0);
    if (std::abs(rho) > 1 - 1e-12) return {rho, rho, rho};
    const double error = std::sqrt((1 + rho * rho / 2) / (static_cast<double>(a.size()) - 3));
    const double z = std::atanh(rho), reach = inverseNormal(0.5 + confidence / 2) * error;
    return {rho, std::tanh(z - reach), std::tanh(z + reach)};
}

std::unexpected<Error> refused(std::string why, std::string place = {}) {
    return failure(ErrorCode::Invalid, std::move(why), std::move(place));
}

} // namespace

Result<Regression> regressionOf(const Sensitivity& sensitivity, std::string_view metric) {
    const Design& design = sensitivity.design;
    const std::size_t k = design.factors.size();
    const double confidence = sensitivity.plan.confidence;
    const std::vector<double> means = meansOf(sensitivity, metric);
    Column metricColumn;
    std::vector<Column> columns(k);
    for (std::size_t i = 0; i < means.size(); ++i) {
        if (std::isnan(means[i])) continue;
        metricColumn.push_back(means[i]);
        for (std::size_t j = 0; j < k; ++j) columns[j].push_back(design.points[i].values[j]);
    }
    const std::size_t n = metricColumn.size();
    if (n < k + 2 || n < 5)
        return refused(
            std::format("{} points have it, and {} factors need {}: run more points", n, k, std::max<std::size_t>(k + 2, 5)),
            std::string{metric});
    const Standardised y = standardised(metricColumn), rankY = standardised(ranksOf(metricColumn));
    if (y.deviation == 0) return refused("it is the same at all points: none of the factors changes it", std::string{metric});
    std::vector<Column> x, rankX;
    Column deviations;
    for (std::size_t j = 0; j < k; ++j) {
        Standardised column = standardised(columns[j]);
        if (column.deviation == 0) return refused("it is the same at all points: run more of them", design.factors[j].key);
        x.push_back(std::move(column.values));
        deviations.push_back(column.deviation);
        rankX.push_back(standardised(ranksOf(columns[j])).values);
    }
    const auto line = regress(x, y.values, confidence), ranks = regress(rankX, rankY.values, confidence);
    if (!line || !ranks) return refused("the points do not tell the factors apart: run more of them", std::string{metric});
    Regression regression{.factors = {}, .rSquared = line->rSquared, .rSquaredOfRanks = ranks->rSquared, .points = n};
    for (std::size_t j = 0; j < k; ++j) {
        const double unit = y.deviation / deviations[j];
        regression.factors.push_back({around(line->values[j] * unit, line->halfWidths[j] * unit),
                                      around(line->values[j], line->halfWidths[j]),
                                      rankCorrelation(rankX[j], rankY.values, confidence)});
    }
    return regression;
}

} // namespace millwright::sim
