#include "sim/engine.hpp"

#include <algorithm>

// Orders: parts that come together and are followed until the last of them has left the process.
namespace millwright::sim {

// The next part of the plan: as long as parts of an order are to come, at once.
SimTime Engine::nextOf(const CompiledSource& source) const {
    const std::uint64_t come = planned_[source.timer];
    if (source.orderPeriod == 0 && come >= source.planParts) return never;
    const auto turn = static_cast<SimTime>(come / source.planParts);
    return shiftsBegan_ + turn * source.orderPeriod + model_->orders[orderOfNext(source)].at;
}

std::uint32_t Engine::orderOfNext(const CompiledSource& source) const {
    const auto first = model_->orders.begin() + source.firstOrder;
    const std::uint64_t within = planned_[source.timer] % source.planParts;
    return static_cast<std::uint32_t>(
        std::ranges::upper_bound(first, first + source.orderCount, within, {}, &CompiledOrder::before) - model_->orders.begin() -
        1);
}

// Orders that came before the run began are over.
void Engine::beginPlans() {
    for (const CompiledSource& source : model_->sources) {
        if (source.firstOrder == none) continue;
        const SimTime since = now_ - shiftsBegan_;
        std::uint64_t& come = planned_[source.timer];
        if (source.orderPeriod != 0) come = static_cast<std::uint64_t>(since / source.orderPeriod) * source.planParts;
        while (nextOf(source) < now_) come += model_->orders[orderOfNext(source)].count;
    }
}

// A part of the plan has come.
void Engine::enterOrder(const CompiledSource& source, std::uint32_t part) {
    const std::uint32_t index = orderOfNext(source);
    const CompiledOrder& order = model_->orders[index];
    std::uint32_t& open = openOrder_[source.timer];
    if (planned_[source.timer] % source.planParts == order.before) open = releaseOrder(index);
    ++planned_[source.timer];
    parts_[part].product = order.product;
    orderOf_[part] = open;
}

std::uint32_t Engine::releaseOrder(std::uint32_t index) {
    const CompiledOrder& order = model_->orders[index];
    std::uint32_t open = freeOrders_;
    if (open == none) {
        open = static_cast<std::uint32_t>(orders_.size());
        orders_.emplace_back();
    } else {
        freeOrders_ = orders_[open].next;
    }
    orders_[open] = {.released = now_,
                     .due = order.due == never ? never : now_ - order.at + order.due,
                     .outstanding = order.count,
                     .order = index};
    ++orderCounts_[index].released;
    return open;
}

// One of the parts that come is made into several.
void Engine::joinOrder(std::uint32_t part, std::uint32_t like) {
    orderOf_[part] = orderOf_[like];
    if (orderOf_[part] != none) ++orders_[orderOf_[part]].outstanding;
}

void Engine::leaveOrder(std::uint32_t part) {
    if (orderOf_[part] == none) return;
    OpenOrder& order = orders_[orderOf_[part]];
    if (--order.outstanding > 0) return;
    OrderCount& count = orderCounts_[order.order];
    ++count.finished;
    count.time += static_cast<double>(now_ - order.released);
    if (now_ > order.due) {
        ++count.late;
        count.tardiness += static_cast<double>(now_ - order.due);
    }
    order.next = freeOrders_;
    freeOrders_ = orderOf_[part];
}

void Engine::reportOrders(Report& report) const {
    for (const OrderCount& count : orderCounts_) {
        const auto finished = static_cast<double>(count.finished);
        report.orders.push_back({.released = count.released,
                                 .finished = count.finished,
                                 .late = count.late,
                                 .scrapped = count.scrapped,
                                 .meanTime = count.finished > 0 ? count.time / finished * 1e-9 : 0,
                                 .meanTardiness = count.finished > 0 ? count.tardiness / finished * 1e-9 : 0});
    }
}

} // namespace millwright::sim
