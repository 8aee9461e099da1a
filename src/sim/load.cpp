#include "sim/wear.hpp"

#include <millwright/plant/process_value.hpp>
#include <millwright/sim/load.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>
#include <ranges>

namespace millwright::sim {
namespace {

using namespace plant;

/// Parts per second of every product at every place: buffers, then stations.
class Flow {
public:
    explicit Flow(const Process& process) : process_{process}, products_{static_cast<std::uint32_t>(process.products.size())} {
        const std::size_t places = process.buffers.size() + process.stations.size();
        arriving_.assign(places * products_, 0);
        // Vehicles carry whatever comes, as far as this can tell.
        for (const Station& station : process.stations)
            wear_.push_back(station.carrying ? Wear{} : wearOf(station, hoursOf(station), meanCycleOf(station)));
    }

    std::vector<StationLoad> solve() {
        // Each round passes everything on by one place; what comes back is less each time.
        constexpr int rounds = 10'000;
        for (int round = 0; round < rounds; ++round) {
            std::vector<double> next(arriving_.size());
            for (std::uint32_t i = 0; i < process_.sources.size(); ++i) {
                const Source& source = process_.sources[i];
                if (comes(source) && !joins(i)) send(next, source.to, source.product, 1 / meanTimeOf(*source.every));
            }
            for (std::uint32_t i = 0; i < process_.buffers.size(); ++i)
                for (std::uint32_t p = 0; p < products_; ++p) fromBuffer(next, i, p);
            for (std::uint32_t i = 0; i < process_.stations.size(); ++i) fromStation(next, i);
            double change = 0, sum = 0;
            for (std::size_t k = 0; k < next.size(); ++k) {
                change += std::abs(next[k] - arriving_[k]);
                sum += next[k];
            }
            arriving_ = std::move(next);
            if (change <= 1e-9 * sum) break;
        }
        std::vector<StationLoad> loads;
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            const double rate = arrivingAt(i), time = workOf(i);
            loads.push_back({rate * 3600, time > 0 ? rate / time * 3600 : std::numeric_limits<double>::infinity()});
        }
        return loads;
    }

private:
    // What waits at the source without end if it cannot go on.
    static bool comes(const Source& source) {
        return source.every && source.whenFull == WhenFull::Wait && source.limit == 0 && meanTimeOf(*source.every) > 0;
    }

    // Whether its parts become part of another: an assembly makes its first input's part.
    [[nodiscard]] bool joins(std::uint32_t source) const {
        return std::ranges::any_of(process_.stations, [&](const Station& station) {
            return std::ranges::any_of(station.inputs | std::views::drop(1),
                                       [&](const Input& input) { return input.fromSource && input.index == source; });
        });
    }

    // Part of all time.
    [[nodiscard]] double hoursOf(const Station& station) const {
        if (!station.shift) return 1;
        const Shift& shift = process_.shifts[*station.shift];
        Duration on{};
        for (const Shift::Hours& hours : shift.hours) on += hours.to - hours.from;
        return seconds(on) / seconds(shift.period);
    }

    // Of all products alike: which come how often is known only later.
    [[nodiscard]] double meanCycleOf(const Station& station) const {
        double sum = 0;
        for (std::uint32_t p = 0; p < products_; ++p) sum += cycleOf(station, p) * station.batch;
        return sum / products_;
    }

    [[nodiscard]] double& at(std::vector<double>& flow, std::size_t place, std::uint32_t product) const {
        return flow[place * products_ + product];
    }
    [[nodiscard]] double at(std::size_t place, std::uint32_t product) const { return arriving_[place * products_ + product]; }
    [[nodiscard]] std::size_t placeOf(std::uint32_t station) const { return process_.buffers.size() + station; }

    [[nodiscard]] static double cycleOf(const Station& station, std::uint32_t product) {
        if (station.conveying) return intervalOf(*station.conveying);
        const auto own = std::ranges::find(station.cycles, product, &Cycle::product);
        return meanTimeOf(own != station.cycles.end() ? own->time : station.cycle) / station.batch;
    }

    // Of an assembly, what it makes of its first input.
    [[nodiscard]] double partsInOne(const Station& station) const {
        return station.inputs.empty() ? 1 : static_cast<double>(station.inputs.front().count);
    }

    [[nodiscard]] double arrivingAt(std::uint32_t station) const {
        double sum = 0;
        for (std::uint32_t p = 0; p < products_; ++p) sum += at(placeOf(station), p);
        return sum;
    }

    // Of a machine for each part, failures, maintenance and hours counted.
    [[nodiscard]] double timeOf(std::uint32_t index, std::uint32_t product) const {
        const Station& station = process_.stations[index];
        const Wear& wear = wear_[index];
        return (cycleOf(station, product) * wear.perWork + wear.perCycle / station.batch) / hoursOf(station);
    }

    // Machines that what arrives would keep busy, relative to those there are.
    [[nodiscard]] double workOf(std::uint32_t index) const {
        const Station& station = process_.stations[index];
        double work = 0;
        for (std::uint32_t p = 0; p < products_; ++p) work += at(placeOf(index), p) * timeOf(index, p);
        return work / partsInOne(station) / station.servers;
    }

    void send(std::vector<double>& next, const Route& route, std::uint32_t product, double rate) const {
        double sum = 0;
        for (const Branch& branch : route.branches) sum += branch.share;
        for (const Branch& branch : route.branches) {
            const bool only = route.branches.size() == 1;
            if (route.rule == RouteRule::Product && branch.product && *branch.product != product) continue;
            const double part = route.rule == RouteRule::Product || only ? 1
                                : route.rule == RouteRule::Share         ? branch.share / sum
                                                                         : 0;
            if (branch.to.kind == PlaceKind::Buffer) at(next, branch.to.index, product) += rate * part;
            if (branch.to.kind == PlaceKind::Station) at(next, placeOf(branch.to.index), product) += rate * part;
            if (route.rule == RouteRule::Product) return; // the first way that fits
        }
    }

    // Whoever is free takes.
    void fromBuffer(std::vector<double>& next, std::uint32_t buffer, std::uint32_t product) const {
        double together = 0;
        const auto speed = [&](const Branch& branch) {
            return process_.stations[branch.to.index].servers / std::max(timeOf(branch.to.index, product), 1e-9);
        };
        for (const Branch& branch : process_.buffers[buffer].to.branches) together += speed(branch);
        for (const Branch& branch : process_.buffers[buffer].to.branches)
            if (const std::vector<Input>& inputs = process_.stations[branch.to.index].inputs;
                inputs.empty() || (!inputs.front().fromSource && inputs.front().index == buffer))
                at(next, placeOf(branch.to.index), product) += at(buffer, product) * speed(branch) / together;
    }

    void fromStation(std::vector<double>& next, std::uint32_t index) const {
        const Station& station = process_.stations[index];
        const double arriving = arrivingAt(index);
        if (arriving <= 0) return;
        const double most = arriving / std::max(1.0, workOf(index)) / partsInOne(station);
        const double passes = std::min(most, assembled(station)) / arriving;
        const Makes makes = station.makes.value_or(Makes{});
        for (std::uint32_t p = 0; p < products_; ++p)
            send(next, station.to, makes.product.value_or(p), at(placeOf(index), p) * passes * makes.count);
    }

    // As many a second as the scarcest input allows; of one whose parts are called in, nobody knows.
    [[nodiscard]] double assembled(const Station& station) const {
        double most = std::numeric_limits<double>::infinity();
        for (const Input& input : station.inputs) {
            double rate = 0;
            if (!input.fromSource) {
                for (std::uint32_t p = 0; p < products_; ++p) rate += at(input.index, p);
            } else if (const Source& source = process_.sources[input.index]; comes(source)) {
                rate = 1 / meanTimeOf(*source.every);
            } else if (!source.every && !source.inProgress && source.limit == 0) {
                continue; // there is always one
            }
            most = std::min(most, rate / input.count);
        }
        return most;
    }

    const Process& process_;
    std::uint32_t products_;
    std::vector<double> arriving_;
    std::vector<Wear> wear_;
};

// What it cannot make gives up: nothing piles up without end.
bool isLeft(const Process& process, std::uint32_t station) {
    return std::ranges::any_of(process.buffers, [&](const Buffer& buffer) {
        return buffer.patience && std::ranges::contains(buffer.to.branches, Place{PlaceKind::Station, station}, &Branch::to);
    });
}

} // namespace

std::vector<StationLoad> loadsOf(const Process& process) {
    return Flow{process}.solve();
}

std::vector<Error> overloadsOf(const Process& process) {
    std::vector<Error> errors;
    const std::vector<StationLoad> loads = loadsOf(process);
    for (std::uint32_t i = 0; i < loads.size(); ++i) {
        const StationLoad& load = loads[i];
        if (!(load.utilisation() >= 1 - 1e-9) || isLeft(process, i)) continue;
        errors.push_back({ErrorCode::OutOfRange,
                          std::format("{:.4g} parts an hour arrive, and it can make {:.4g} ({:.4g} % of its time): parts pile up "
                                      "before it without end, and results depend on the length of the run",
                                      load.perHour, load.capacity, 100 * load.utilisation()),
                          nameOf(process, ProcessElement::Station, i)});
    }
    return errors;
}

} // namespace millwright::sim
