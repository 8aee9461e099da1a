#pragma once

#include <millwright/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millwright::plant {

/// From when on how many parts an hour come.
struct RateStep {
    Duration from{}; ///< after the beginning of the period
    double perHour = 0;
};

/// Arrivals that are more frequent at some times than at others: a non-stationary Poisson process whose rate is a step function of
/// the time in a period that repeats. Before the first step the rate is that of the last.
struct ArrivalRate {
    Duration period = std::chrono::hours{24};
    std::vector<RateStep> steps;
};

/// Parts that come in a period, on average.
[[nodiscard]] double partsOf(const ArrivalRate& rate);

/// What is wrong with it; empty where nothing is.
[[nodiscard]] std::string problemOf(const ArrivalRate& rate);

/// So many parts of one product that come at one time: a production order that is released, or a delivery.
struct ProductionOrder {
    std::string id;
    Duration at{}; ///< after the beginning of the period
    std::uint32_t product = 0;
    std::uint32_t count = 1;     ///< parts
    std::optional<Duration> due; ///< when the last of them should have left the process: counted like `at`, also beyond the period
};

/// The orders of a source, one after the other.
struct OrderPlan {
    std::optional<Duration> period;      ///< after which the same come again; none: they come once
    std::vector<ProductionOrder> orders; ///< ascending by `at`
};

/// Parts of all orders.
[[nodiscard]] std::uint64_t partsOf(const OrderPlan& plan);

/// What is wrong with it, apart from products that are not there; empty where nothing is.
[[nodiscard]] std::string problemOf(const OrderPlan& plan);

} // namespace millwright::plant
