#include "sim/wear.hpp"

#include "sim/sampler.hpp"

#include <millwright/plant/process_value.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace millwright::sim {
namespace {

using namespace plant;

// Of a distribution whose draws are rounded up to whole numbers from 1 on; of those without a closed form to half a one.
double meanCountOf(const Distribution& d) {
    switch (d.kind) {
    case DistributionKind::Constant: return std::max(1.0, std::ceil(d.mean));
    case DistributionKind::Exponential: return -1 / std::expm1(-1 / d.mean);
    case DistributionKind::Discrete: {
        double sum = 0, weights = 0;
        for (std::size_t i = 0; i < d.values.size(); ++i) {
            sum += d.weights[i] * std::max(1.0, std::ceil(d.values[i]));
            weights += d.weights[i];
        }
        return sum / weights;
    }
    default: return std::max(1.0, meanTimeOf(d) + 0.5);
    }
}

/// A failure or maintenance of a station.
struct Outage {
    FailureClock clock = FailureClock::Working;
    const Distribution* between = nullptr;
    double lasts = 0; ///< in the mean, seconds from its beginning to its end, waits for a crew not counted
};

// Failures, then maintenance.
std::vector<Outage> outagesOf(const Process& process, const Station& station) {
    const auto way = [&](std::optional<std::uint32_t> crew) { // how far people walk is not known
        return crew ? meanTimeOf(process.crews[*crew].response) + meanTimeOf(process.crews[*crew].travel) : 0;
    };
    std::vector<Outage> outages;
    for (const Failure& failure : station.failures)
        outages.push_back(
            {failure.clock, &failure.between, meanTimeOf(failure.detected) + way(failure.crew) + meanTimeOf(failure.repair)});
    for (const Maintenance& each : station.maintenance)
        outages.push_back({each.clock, &each.every, way(each.crew) + meanTimeOf(each.lasts)});
    return outages;
}

/// The clocks of one machine that works whenever it may.
class Clocks {
public:
    Clocks(const Station& station, const std::vector<Outage>& outages, double hours, double cycle) : station_{station} {
        for (const Outage& outage : outages) add(outage, hours, cycle);
        for (std::size_t i = 0; i < clocks_.size(); ++i) renew(i);
    }

    double timePerWork() {
        constexpr int outages = 20'000;
        double worked = 0, out = 0;
        for (int n = 0; n < outages; ++n) {
            const auto first = std::ranges::min_element(clocks_, {}, &Clock::left);
            const double until = std::max(first->left, 0.0);
            worked += until;
            out += first->lasts;
            const bool failed = first - clocks_.begin() < std::ssize(station_.failures);
            for (Clock& clock : clocks_) clock.left -= until + (clock.always ? first->lasts * clock.rate : 0);
            const auto which = static_cast<std::size_t>(first - clocks_.begin());
            renew(which);
            failed ? renewMaintenance(which) : renewFailures(which - station_.failures.size());
        }
        return worked > 0 ? 1 + out / worked : 1;
    }

private:
    struct Clock {
        Sampler sampler;
        Stream stream;
        double unit = 1;  ///< seconds of work that one of the clock's takes
        double rate = 1;  ///< of the clock in an outage, in seconds of work
        double lasts = 0; ///< in the mean, seconds
        double left = 0;  ///< seconds of work
        bool whole = false, always = false;
    };

    void add(const Outage& outage, double hours, double cycle) {
        const FailureClock by = outage.clock;
        const bool calendar = by == FailureClock::Calendar, planned = clocks_.size() >= station_.failures.size();
        const auto number = static_cast<std::uint32_t>(clocks_.size());
        clocks_.push_back({.sampler = makeSampler(*outage.between, number, number, tables_),
                           .unit = calendar                     ? hours
                                   : by == FailureClock::Cycles ? cycle
                                                                : 1,
                           .rate = hours,
                           .lasts = outage.lasts,
                           .whole = by == FailureClock::Cycles,
                           .always = calendar && planned});
    }

    void renew(std::size_t i) {
        Clock& clock = clocks_[i];
        double drawn = static_cast<double>(sample(clock.sampler, clock.stream, 1, tables_.data())) * 1e-9;
        if (clock.whole) drawn = std::max(1.0, std::ceil(drawn));
        clock.left = drawn * clock.unit;
    }
    void renewFailures(std::size_t maintenance) {
        for (const std::uint32_t failure : station_.maintenance[maintenance].renews) renew(failure);
    }
    void renewMaintenance(std::size_t failure) {
        for (std::size_t i = 0; i < station_.maintenance.size(); ++i)
            if (std::ranges::contains(station_.maintenance[i].renewedBy, failure)) renew(station_.failures.size() + i);
    }

    const Station& station_;
    std::vector<double> tables_;
    std::vector<Clock> clocks_;
};

bool renewsAny(const Maintenance& maintenance) {
    return !maintenance.renews.empty() || !maintenance.renewedBy.empty();
}

} // namespace

Wear wearOf(const Process& process, const Station& station, double hours, double cycle) {
    const std::vector<Outage> outages = outagesOf(process, station);
    if (std::ranges::any_of(station.maintenance, renewsAny))
        return {.perWork = Clocks{station, outages, hours, cycle}.timePerWork()};
    double up = 1;
    Wear wear;
    for (const Outage& outage : outages) {
        const double mean = meanTimeOf(*outage.between);
        if (mean <= 0) continue;
        switch (outage.clock) {
        case FailureClock::Working: wear.perWork += outage.lasts / mean; break;
        case FailureClock::Calendar: up *= mean / (mean + outage.lasts); break;
        case FailureClock::Cycles: wear.perCycle += outage.lasts / meanCountOf(*outage.between); break;
        }
    }
    wear.perWork /= up;
    return wear;
}

} // namespace millwright::sim
