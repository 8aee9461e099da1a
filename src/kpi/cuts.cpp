#include <millwright/kpi/cuts.hpp>

#include <algorithm>

namespace millwright::kpi {

Time Cuts::after(Time time) const {
    Time next = Time::max();
    if (every_ > Duration::zero()) {
        const Duration rest = (time.time_since_epoch() % every_ - origin_.time_since_epoch() % every_) % every_;
        const Duration length = rest < Duration::zero() ? -rest : every_ - rest; // before the origin, the rest is negative
        if (time < Time::max() - length) next = time + length;
    }
    if (calendar_ == nullptr) return next;
    const Time change = plant::shiftAt(*calendar_, time).interval.to;
    return change > time ? std::min(next, change) : next;
}

} // namespace millwright::kpi
