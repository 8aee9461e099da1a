#include "sim/wear.hpp"

#include <millwright/plant/process_value.hpp>
#include <millwright/sim/load.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <format>
#include <limits>
#include <numeric>
#include <ranges>

namespace millwright::sim {
namespace {

using namespace plant;

/// The part of all time that is in its hours.
double shareOf(const Shift& shift) {
    Duration on{};
    for (const Shift::Hours& hours : shift.hours) on += hours.to - hours.from;
    return seconds(on) / seconds(shift.period);
}

/// Parts per second of every product at every place: buffers, then stations.
class Flow {
public:
    explicit Flow(const Process& process) : process_{process}, products_{static_cast<std::uint32_t>(process.products.size())} {
        const std::size_t places = process.buffers.size() + process.stations.size();
        arriving_.assign(places * products_, 0);
        // Vehicles carry whatever comes, as far as this can tell.
        for (const Station& station : process.stations)
            wear_.push_back(station.carrying ? Wear{} : wearOf(process, station, hoursOf(station), meanCycleOf(station)));
    }

    std::vector<StationLoad> solve() {
        settle();
        std::vector<StationLoad> loads;
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            const double rate = arrivingAt(i), time = workOf(i);
            loads.push_back({rate * 3600, time > 0 ? rate / time * 3600 : std::numeric_limits<double>::infinity()});
        }
        return loads;
    }

    std::vector<double> crews() {
        settle();
        std::vector<double> people(process_.crews.size());
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) attend(people, i);
        return people;
    }

private:
    void settle() {
        // Each round passes everything on by one place; what comes back is less each time.
        constexpr int rounds = 10'000;
        for (int round = 0; round < rounds; ++round) {
            std::vector<double> next(arriving_.size());
            for (std::uint32_t i = 0; i < process_.sources.size(); ++i) {
                const Source& source = process_.sources[i];
                if (!comes(source) || joins(i)) continue;
                for (const ProductRate& rate : arrivalRates(source)) send(next, source.to, rate.product, rate.perSecond);
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
    }

    // What waits at the source without end if it cannot go on.
    static bool comes(const Source& source) {
        return arrives(source) && source.whenFull == WhenFull::Wait && source.limit == 0 && std::isfinite(perSecond(source));
    }

    static double perSecond(const Source& source) {
        double sum = 0;
        for (const ProductRate& rate : arrivalRates(source)) sum += rate.perSecond;
        return sum;
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
        return station.shift ? shareOf(process_.shifts[*station.shift]) : 1;
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
        const double work = meanTimeOf(own != station.cycles.end() ? own->time : station.cycle);
        return (meanTimeOf(station.load) + work + meanTimeOf(station.unload)) / station.batch;
    }

    // From a call until somebody is there; how far people walk is not known.
    [[nodiscard]] double wayOf(std::uint32_t crew) const {
        return meanTimeOf(process_.crews[crew].response) + meanTimeOf(process_.crews[crew].travel);
    }

    // People that a station keeps busy, at its steps and its repairs.
    void attend(std::vector<double>& people, std::uint32_t index) const {
        const Station& station = process_.stations[index];
        if (station.carrying) return;
        const double passes = 1 / std::max(1.0, workOf(index)) / partsInOne(station) / station.batch; // of what arrives, cycles
        const double load = meanTimeOf(station.load), unload = meanTimeOf(station.unload);
        double cycles = 0, work = 0; // a second
        for (std::uint32_t p = 0; p < products_; ++p) {
            cycles += at(placeOf(index), p) * passes;
            work += at(placeOf(index), p) * passes * (cycleOf(station, p) * station.batch - load - unload);
        }
        const std::array<double, steps> shares{0, cycles * load, work, cycles * unload}; // by Step; set-ups are not known
        for (const Need& need : station.needs) {
            bool isThere = false;
            for (std::size_t step = 0; step < steps; ++step) {
                if (step != static_cast<std::size_t>(Step::Work) && shares[step] <= 0) continue;
                const bool comes = need.during[step] && !isThere && step != static_cast<std::size_t>(Step::SetUp);
                isThere = need.during[step];
                if (isThere) people[need.crew] += need.count * shares[step];
                if (comes) people[need.crew] += need.count * cycles * wayOf(need.crew);
            }
        }
        for (const Failure& failure : station.failures) {
            const double between = meanTimeOf(failure.between), repair = meanTimeOf(failure.repair);
            if (!failure.crew || between <= 0) continue;
            const double each = repair + wayOf(*failure.crew), down = each + meanTimeOf(failure.detected);
            people[*failure.crew] +=
                failure.clock == FailureClock::Working ? work * each / between : station.servers * each / (between + down);
        }
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
                rate = perSecond(source);
            } else if (!arrives(source) && !source.inProgress && source.limit == 0) {
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

namespace {

// Crews that can do each other's jobs, by the first of them.
std::vector<std::uint32_t> crewGroups(const Process& process) {
    std::vector<std::uint32_t> groups(process.crews.size());
    std::iota(groups.begin(), groups.end(), 0U);
    const auto join = [&](std::uint32_t crew, const std::vector<std::uint32_t>& others) {
        for (const std::uint32_t other : others) {
            const std::uint32_t from = std::max(groups[crew], groups[other]), to = std::min(groups[crew], groups[other]);
            std::ranges::replace(groups, from, to);
        }
    };
    const auto joinAll = [&](const std::vector<Failure>& failures) {
        for (const Failure& failure : failures)
            if (failure.crew) join(*failure.crew, failure.others);
    };
    for (const Station& station : process.stations) {
        for (const Need& need : station.needs) join(need.crew, need.others);
        joinAll(station.failures);
    }
    for (const Fleet& fleet : process.fleets) joinAll(fleet.failures);
    return groups;
}

} // namespace

std::vector<double> crewLoadsOf(const Process& process) {
    return Flow{process}.crews();
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
    const std::vector<double> people = crewLoadsOf(process);
    const std::vector<std::uint32_t> groups = crewGroups(process);
    for (std::uint32_t i = 0; i < people.size(); ++i) {
        double needed = 0, there = 0;
        bool together = false;
        for (std::uint32_t k = i; k < people.size() && groups[i] == i; ++k) {
            if (groups[k] != i) continue;
            const Crew& crew = process.crews[k];
            needed += people[k];
            there += crew.size * (crew.shift ? shareOf(process.shifts[*crew.shift]) : 1);
            together = together || k != i;
        }
        if (there <= 0 || needed < there * (1 - 1e-9)) continue;
        errors.push_back(
            {ErrorCode::OutOfRange,
             std::format("what arrives needs {:.4g} of {} all the time, and there are {:.4g}{}: parts pile up where they "
                         "are needed without end, and results depend on the length of the run",
                         needed, together ? "its people and of those who can do its jobs" : "its people", there,
                         std::ranges::any_of(process.crews, [](const Crew& crew) { return crew.shift.has_value(); })
                             ? ", breaks and other shifts taken off"
                             : ""),
             nameOf(process, ProcessElement::Crew, i)});
    }
    return errors;
}

} // namespace millwright::sim
