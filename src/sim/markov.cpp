#include "sim/markov.hpp"

namespace millwright::sim {

std::vector<double> stationary(const std::vector<std::vector<double>>& rates, std::size_t start) {
    std::vector<std::size_t> states{start}; // in the order of being reached
    std::vector<bool> reached(rates.size());
    reached[start] = true;
    for (std::size_t i = 0; i < states.size(); ++i) {
        for (std::size_t to = 0; to < rates.size(); ++to) {
            if (reached[to] || rates[states[i]][to] <= 0) continue;
            reached[to] = true;
            states.push_back(to);
        }
    }
    const std::size_t n = states.size();
    std::vector<std::vector<double>> among(n, std::vector<double>(n));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) among[i][j] = rates[states[i]][states[j]];
    for (std::size_t k = n - 1; k > 0; --k) {
        double out = 0;
        for (std::size_t j = 0; j < k; ++j) out += among[k][j];
        for (std::size_t i = 0; i < k; ++i) among[i][k] /= out;
        for (std::size_t i = 0; i < k; ++i)
            for (std::size_t j = 0; j < k; ++j)
                if (i != j) among[i][j] += among[i][k] * among[k][j];
    }
    std::vector<double> share(rates.size());
    share[start] = 1;
    double total = 1;
    for (std::size_t k = 1; k < n; ++k) {
        double& each = share[states[k]];
        for (std::size_t i = 0; i < k; ++i) each += share[states[i]] * among[i][k];
        total += each;
    }
    for (double& each : share) each /= total;
    return share;
}

} // namespace millwright::sim
