#include <millwright/plant/arrivals.hpp>

#include <cmath>
#include <format>

namespace millwright::plant {

double partsOf(const ArrivalRate& rate) {
    double parts = 0;
    for (std::size_t i = 0; i < rate.steps.size(); ++i) {
        const bool last = i + 1 == rate.steps.size();
        const Duration lasts =
            last ? rate.period - rate.steps[i].from + rate.steps.front().from : rate.steps[i + 1].from - rate.steps[i].from;
        parts += rate.steps[i].perHour * seconds(lasts) / 3600;
    }
    return parts;
}

std::string problemOf(const ArrivalRate& rate) {
    constexpr double most = 1e9; // a part every 3.6 us
    if (rate.period <= Duration::zero()) return "its period must be above 0";
    if (rate.steps.empty()) return "it has no step: when how many parts come is not said";
    Duration last{-1};
    for (const RateStep& step : rate.steps) {
        if (step.from <= last || step.from >= rate.period) return "its steps must be ascending and within the period";
        if (!(step.perHour >= 0) || step.perHour > most) return std::format("parts an hour must be from 0 to {:.0f}", most);
        last = step.from;
    }
    if (partsOf(rate) == 0) return "no part ever comes";
    return {};
}

std::uint64_t partsOf(const OrderPlan& plan) {
    std::uint64_t parts = 0;
    for (const ProductionOrder& order : plan.orders) parts += order.count;
    return parts;
}

std::string problemOf(const OrderPlan& plan) {
    if (plan.orders.empty()) return "there is no order";
    if (plan.period && *plan.period <= Duration::zero()) return "order_period must be above 0";
    Duration last = Duration::zero();
    for (const ProductionOrder& order : plan.orders) {
        if (order.at < last)
            return std::format("order '{}' comes before the one that stands before it, or before the beginning", order.id);
        if (plan.period && order.at >= *plan.period) return std::format("order '{}' comes after the end of the period", order.id);
        if (order.count == 0) return std::format("order '{}' has no parts", order.id);
        if (order.due && *order.due < order.at) return std::format("order '{}' is due before it comes", order.id);
        last = order.at;
    }
    return {};
}

} // namespace millwright::plant
