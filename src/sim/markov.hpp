#pragma once

#include <cstddef>
#include <vector>

namespace millwright::sim {

/// Long-run probabilities of the states of a continuous-time Markov chain that starts in state `start` and can get back to it from
/// wherever it gets, by the method of Grassmann, Taksar and Heyman (Operations Research 33, 1985), which subtracts nothing and so
/// loses no digits. States that cannot be reached have probability 0. `rates[i][j]` is the rate from i to j; the diagonal is not
/// looked at.
[[nodiscard]] std::vector<double> stationary(const std::vector<std::vector<double>>& rates, std::size_t start);

} // namespace millwright::sim
