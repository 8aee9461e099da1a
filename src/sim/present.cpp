#include "sim/crew_work.hpp"

#include <millwright/plant/process_value.hpp>
#include <millwright/sim/describe.hpp>
#include <millwright/sim/present.hpp>
#include <millwright/sim/simulation.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <limits>

namespace millwright::sim {
namespace {

using namespace plant;

/// The longest that a draw of it can come to, in seconds.
double longestOf(const Distribution& distribution) {
    switch (distribution.kind) {
    case DistributionKind::Constant: return distribution.mean;
    case DistributionKind::Triangular:
    case DistributionKind::Uniform:
    case DistributionKind::Beta:
    case DistributionKind::Normal:
    case DistributionKind::Lognormal: return distribution.high;
    case DistributionKind::Empirical:
    case DistributionKind::Discrete: return std::ranges::max(distribution.values);
    default: return std::numeric_limits<double>::infinity();
    }
}

double longestCycleOf(const Station& station) {
    double longest = longestOf(station.cycle);
    for (const Cycle& cycle : station.cycles) longest = std::max(longest, longestOf(cycle.time));
    return longest;
}

/// What a run of the model has on average; zeros where it does not run.
struct Usual {
    std::vector<double> machines; ///< by station: that work at a time
    std::vector<double> levels;   ///< by buffer: parts
    std::vector<double> conveyed; ///< by station: parts on it, if it is a conveyor
};

Usual usualOf(const Process& process) {
    Usual usual{std::vector<double>(process.stations.size()), std::vector<double>(process.buffers.size()),
                std::vector<double>(process.stations.size())};
    const auto model = Model::make(process);
    if (!model) return usual;
    Simulation run{*model, 1};
    if (!run.runTo(process.warmUp.value_or(process.length / 2))) return usual;
    run.resetStatistics();
    if (!run.runTo(process.length)) return usual;
    const Report report = run.report();
    for (std::size_t i = 0; i < usual.machines.size(); ++i) {
        if (report.stations[i].conveyed) usual.conveyed[i] = report.stations[i].conveyed->mean;
        usual.machines[i] = report.stations[i].working * process.stations[i].servers;
    }
    for (std::size_t i = 0; i < usual.levels.size(); ++i) usual.levels[i] = report.buffers[i].mean;
    return usual;
}

class Reader {
public:
    Reader(const Process& process, const Sighting& sighting)
        : process_{process}, sighting_{sighting}, hands_(process.stations.size(), Hand::Nothing) {}

    Present read() {
        levels();
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) hands_[i] = carries(i) ? Hand::Nothing : firstGuess(i);
        // A station that turns out to be blocked may be what another waits for.
        for (std::size_t pass = 0; pass <= process_.stations.size() && blockOnce(); ++pass) {
        }
        unattended();
        unknownStations();
        crews();
        present_.state.sinceShiftsBegan = sighting_.sinceShiftsBegan;
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i)
            if (!carries(i)) station(i);
        for (std::uint32_t c = 0; c < process_.crews.size(); ++c)
            if (std::ranges::any_of(process_.stations, [c](const Station& each) {
                    const auto mayCome = [c](const Need& need) { return need.crew == c || std::ranges::contains(need.others, c); };
                    return std::ranges::any_of(each.needs, mayCome);
                }))
                assume(std::format(
                    "Crew {}: where its people are is not read: taken to be at what works, then at what is under repair, "
                    "as far as they suffice.",
                    process_.crews[c].id));
        for (const Fleet& fleet : process_.fleets)
            assume(std::format(
                "Fleet {}: where its vehicles are is not read: taken as parked, charged, in order and without loads.", fleet.id));
        for (std::uint32_t i = 0; i < process_.buffers.size(); ++i)
            present_.state.buffers.push_back({process_.buffers[i].id, levels_[i]});
        for (const Source& each : process_.sources) source(each);
        if (process_.products.size() > 1)
            assume("Which products the parts in progress are is not shown: drawn in each run, by the rates of their sources.");
        return std::move(present_);
    }

private:
    void assume(std::string sentence) { present_.assumptions.push_back(std::move(sentence)); }
    [[nodiscard]] const StationSeen& seen(std::uint32_t i) const { return sighting_.stations[i]; }

    // --- how many parts wait where -------------------------------------------------------------------------------------------

    void levels() {
        for (std::uint32_t i = 0; i < process_.buffers.size(); ++i) {
            const Buffer& buffer = process_.buffers[i];
            const BufferSeen& shown = sighting_.buffers[i];
            if (buffer.patience)
                assume(std::format("Buffer {}: how long its parts have waited is not shown: drawn in each run.", buffer.id));
            if (!shown.parts || !std::isfinite(*shown.parts)) {
                levels_.push_back(levelGuessed(i));
                unchangedFor_.push_back(Duration::max());
                continue;
            }
            const double most = std::min(buffer.capacity == 0 ? process_.maximumParts : buffer.capacity, process_.maximumParts);
            levels_.push_back(static_cast<std::uint32_t>(std::clamp(std::round(*shown.parts), 0.0, most)));
            unchangedFor_.push_back(shown.unchangedFor);
            if (*shown.parts > most + 0.5 || *shown.parts < -0.5)
                assume(std::format("Buffer {}: its signal shows {:.4g} parts, it can hold 0 to {:.0f}: taken as {}.", buffer.id,
                                   *shown.parts, most, levels_.back()));
            if (shown.lag > Duration::zero())
                assume(std::format("Buffer {}: its signal lags by {}, worked back to {} parts.", buffer.id,
                                   formatDuration(shown.lag), levels_.back()));
        }
    }

    // A station behind it that waits would have taken a part; one before it would have put one there.
    std::uint32_t levelGuessed(std::uint32_t i) {
        const Buffer& buffer = process_.buffers[i];
        const auto waits = [&](std::uint32_t s) {
            return seen(s).now == Seen::Starved || (seen(s).now == Seen::Waiting && process_.stations[s].batch == 1);
        };
        for (const Branch& branch : buffer.to.branches)
            if (branch.to.kind == PlaceKind::Station && waits(branch.to.index)) {
                assume(std::format("Buffer {}: no signal shows how many parts are in it; {} waits behind it: taken as empty.",
                                   buffer.id, process_.stations[branch.to.index].id));
                return 0;
            }
        for (std::uint32_t s = 0; buffer.capacity != 0 && s < process_.stations.size(); ++s) {
            const auto& branches = process_.stations[s].to.branches;
            if (seen(s).now != Seen::Waiting && seen(s).now != Seen::Blocked) continue;
            if (!std::ranges::contains(branches, Place{PlaceKind::Buffer, i}, &Branch::to)) continue;
            assume(std::format("Buffer {}: no signal shows how many parts are in it; {} waits before it: taken as full, {}.",
                               buffer.id, process_.stations[s].id, buffer.capacity));
            return buffer.capacity;
        }
        const auto level = static_cast<std::uint32_t>(std::round(usual().levels[i]));
        assume(std::format("Buffer {}: no signal shows how many parts are in it: taken as {}.", buffer.id,
                           level == 0 ? "empty" : std::format("{}, as many as in a run of the model on average", level)));
        return level;
    }

    // --- what stations have in hand ------------------------------------------------------------------------------------------

    // Without what depends on others.
    [[nodiscard]] Hand firstGuess(std::uint32_t i) const {
        switch (effective(i)) {
        case Seen::Working: return Hand::Work;
        case Seen::SetUp: return canBeSetUp(i) ? Hand::SetUp : Hand::Work;
        case Seen::Blocked: return Hand::Finished;
        default: return Hand::Nothing;
        }
    }

    // Or loaded, which shows alike.
    [[nodiscard]] bool canBeSetUp(std::uint32_t i) const {
        return !process_.stations[i].setUps.empty() || meanTimeOf(process_.stations[i].load) > 0;
    }

    // What it does, or did before it went down or stopped.
    [[nodiscard]] Seen effective(std::uint32_t i) const {
        const StationSeen& station = seen(i);
        if (station.now != Seen::Down && station.now != Seen::Stopped) return station.now;
        if (station.before) return *station.before;
        const auto& failures = process_.stations[i].failures;
        const bool whileWorking = !failures.empty() && std::ranges::all_of(failures, [](const Failure& failure) {
            return failure.clock == FailureClock::Working;
        });
        return station.now == Seen::Down && whileWorking ? Seen::Working : Seen::Unknown;
    }

    [[nodiscard]] bool isFull(const Place& place) const {
        if (place.kind == PlaceKind::Buffer) {
            const std::uint32_t capacity = process_.buffers[place.index].capacity;
            return capacity != 0 && levels_[place.index] >= capacity;
        }
        if (place.kind != PlaceKind::Station) return false;
        // A conveyor that is under way takes another part soon.
        return process_.stations[place.index].conveying ? hands_[place.index] == Hand::Finished
                                                        : hands_[place.index] != Hand::Nothing;
    }
    [[nodiscard]] Duration fullFor(const Place& place) const {
        return place.kind == PlaceKind::Buffer ? unchangedFor_[place.index] : seen(place.index).busyFor;
    }

    // What vehicles do is not read.
    [[nodiscard]] bool carries(std::uint32_t i) const { return process_.stations[i].carrying.has_value(); }

    // Whether the station could take what it works on.
    [[nodiscard]] bool isFed(std::uint32_t i) const {
        const Station& station = process_.stations[i];
        // A level that is guessed does not tell that every machine has a part.
        const auto waiting = [&](std::uint32_t buffer, std::uint32_t parts) {
            return levels_[buffer] >= parts && (station.servers == 1 || sighting_.buffers[buffer].parts);
        };
        if (!station.inputs.empty())
            return std::ranges::all_of(station.inputs, [&](const Input& input) {
                return input.fromSource ? !arrives(process_.sources[input.index]) : waiting(input.index, input.count);
            });
        const Place here{PlaceKind::Station, i};
        for (std::uint32_t b = 0; b < process_.buffers.size(); ++b)
            if (waiting(b, station.batch) && std::ranges::contains(process_.buffers[b].to.branches, here, &Branch::to)) return true;
        for (std::uint32_t s = 0; s < process_.stations.size(); ++s)
            if (hands_[s] == Hand::Finished && std::ranges::contains(process_.stations[s].to.branches, here, &Branch::to))
                return true;
        for (const Source& source : process_.sources)
            if (!arrives(source) && !source.inProgress && std::ranges::contains(source.to.branches, here, &Branch::to)) return true;
        return false;
    }

    bool blockOnce() {
        bool changed = false;
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            if (hands_[i] != Hand::Nothing || carries(i) || effective(i) != Seen::Waiting) continue;
            const Route& route = process_.stations[i].to;
            const auto holds = [&](const Branch& branch) {
                // Where it has nothing to take either, it may have handed its last part on: to whatever has not had it for longer.
                return isFull(branch.to) && (isFed(i) || fullFor(branch.to) > seen(i).since);
            };
            const bool blocked = route.rule == RouteRule::First ? std::ranges::all_of(route.branches, holds)
                                                                : std::ranges::any_of(route.branches, holds);
            if (!blocked) continue;
            hands_[i] = Hand::Finished;
            changed = true;
        }
        return changed;
    }

    // A station that needs people waits for them where it could have a part.
    void unattended() {
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i)
            if (!process_.stations[i].needs.empty() && hands_[i] == Hand::Nothing && effective(i) == Seen::Waiting && isFed(i))
                hands_[i] = Hand::Unattended;
    }

    void unknownStations() {
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            if (carries(i)) continue;
            const std::string& id = process_.stations[i].id;
            if (seen(i).now == Seen::Waiting)
                assume(std::format("Station {} waits, its state does not say for what: taken as {}.", id,
                                   hands_[i] == Hand::Finished     ? "blocked"
                                   : hands_[i] == Hand::Unattended ? "waiting for people, with a part"
                                                                   : "starved"));
            if (effective(i) != Seen::Unknown || process_.stations[i].conveying) continue;
            const bool several = process_.stations[i].servers > 1;
            if (isFed(i) || (several && usuallyWorking(i) > 0)) hands_[i] = Hand::Work;
            const char* taken = hands_[i] != Hand::Work ? "taken as having none in hand"
                                : several               ? "taken as working"
                                                        : "taken as working on a part";
            if (seen(i).now == Seen::Unknown)
                assume(std::format("Station {}: no signal shows what it is doing: {}.", id, taken));
            else
                assume(std::format("Station {}: what it had in hand when it stopped was not seen: {}.", id, taken));
        }
    }

    // --- repairs -------------------------------------------------------------------------------------------------------------

    void crews() {
        std::vector<StationRecord> records;
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            records.push_back(seen(i).record);
            records.back().station = i;
        }
        repairBegun_.resize(process_.stations.size());
        std::vector<CrewWork> work;
        for (std::uint32_t i = 0; i < process_.crews.size(); ++i) work.emplace_back(process_, i, records);
        for (std::uint32_t i = 0; i < process_.stations.size(); ++i) {
            if (seen(i).now != Seen::Down || records[i].outages.empty()) continue;
            const Outage& last = records[i].outages.back();
            repairBegun_[i] = last.began;
            for (std::uint32_t c = 0; c < process_.crews.size(); ++c)
                if (CrewWork::isServed(process_.stations[i], c)) repairBegun_[i] = work[c].begun(last);
        }
    }

    void down(std::uint32_t i, MachineNow& machine) {
        const Station& station = process_.stations[i];
        if (station.failures.empty()) {
            assume(std::format("Station {} is down, and its model has no failures: taken as in order.", station.id));
            return;
        }
        machine.down = true;
        machine.downFor = seen(i).record.outages.empty() ? seen(i).since : sighting_.at - seen(i).record.outages.back().began;
        const bool restOnly = seen(i).record.outages.empty() || seen(i).record.outages.back().restOnly;
        machine.repair = {restOnly ? Elapsed::Known::AtLeast : Elapsed::Known::Exactly,
                          repairBegun_[i] ? sighting_.at - *repairBegun_[i] : seen(i).since};
        const bool isPart = std::ranges::any_of(station.failures, [&](const Failure& failure) {
            return meanTimeOf(failure.detected) > 0 || (failure.crew && comesLater(process_.crews[*failure.crew]));
        });
        if (isPart) {
            machine.repair = {Elapsed::Known::AtLeast, Duration::zero()};
            assume(std::format("Station {} is down; how far it is known, and somebody is on the way, is not shown: taken as being "
                               "repaired, for any time.",
                               station.id));
        }
        if (restOnly) assume(std::format("Station {} is down; when it failed was not seen: drawn in each run.", station.id));
        double longest = 0;
        for (const Failure& failure : station.failures) longest = std::max(longest, longestOf(failure.repair));
        tooLong("Station " + station.id + " has been under repair", machine.repair, longest);
        if (station.failures.size() > 1)
            assume(std::format("Station {} is down; by which of its {} kinds of failure is not shown: drawn in each run, by how "
                               "frequent and long they are.",
                               station.id, station.failures.size()));
    }

    // Outside its hours, at the moment that is read.
    [[nodiscard]] bool isOff(const Station& station) const {
        if (!station.shift) return false;
        const Shift& shift = process_.shifts[*station.shift];
        const Duration within = sighting_.sinceShiftsBegan % shift.period;
        return std::ranges::none_of(shift.hours,
                                    [&](const Shift::Hours& hours) { return hours.from <= within && within < hours.to; });
    }

    // What else would stop it in its hours.
    void maintained(std::uint32_t i, MachineNow& machine) {
        machine.down = machine.maintained = true;
        machine.downFor = seen(i).since;
        machine.repair = {seen(i).beginningSeen ? Elapsed::Known::Exactly : Elapsed::Known::AtLeast, seen(i).since};
        assume(std::format("Station {} is stopped: taken as being maintained.", process_.stations[i].id));
    }

    [[nodiscard]] static bool comesLater(const Crew& crew) {
        return crew.walking > 0 || meanTimeOf(crew.response) > 0 || meanTimeOf(crew.travel) > 0;
    }

    void tooLong(const std::string& what, const Elapsed& elapsed, double longest) {
        if (elapsed.known == Elapsed::Known::Renewed || seconds(elapsed.time) <= longest + 1e-6) return;
        assume(std::format("{} for {}, which is longer than its model allows, {}: taken to end now.", what,
                           formatDuration(elapsed.time), formatDuration(durationFromSeconds(longest))));
    }

    // --- stations and sources ------------------------------------------------------------------------------------------------

    [[nodiscard]] Elapsed inHand(std::uint32_t i) {
        const Station& station = process_.stations[i];
        const StationSeen& shown = seen(i);
        Elapsed elapsed;
        if (hands_[i] == Hand::SetUp) {
            elapsed = {shown.beginningSeen && shown.now == Seen::SetUp ? Elapsed::Known::Exactly : Elapsed::Known::AtLeast,
                       shown.now == Seen::SetUp ? shown.since : Duration::zero()};
        } else if (effective(i) != Seen::Working) {
            elapsed = {}; // its state is not known
        } else if (shown.cycle) {
            elapsed = {Elapsed::Known::Exactly, *shown.cycle};
            tooLong("Station " + station.id + " has worked on its present cycle", elapsed, longestCycleOf(station));
        } else if (shown.production) {
            elapsed = {Elapsed::Known::Renewed, *shown.production};
        }
        if (hands_[i] == Hand::Work && elapsed.known != Elapsed::Known::Exactly)
            assume(std::format("Station {}: no signal shows when its present cycle began: drawn in each run{}.", station.id,
                               elapsed.known == Elapsed::Known::Renewed
                                   ? std::format(", of cycles since it began to work {} of work ago", formatDuration(elapsed.time))
                                   : ""));
        return elapsed;
    }

    // Counts of a log may begin anew at any time; the time of work does not.
    [[nodiscard]] Elapsed cyclesOf(std::uint32_t i, const Elapsed& worked) {
        const Station& station = process_.stations[i];
        double mean = 0;
        for (std::uint32_t p = 0; p < process_.products.size(); ++p) {
            const auto own = std::ranges::find(station.cycles, p, &Cycle::product);
            mean +=
                meanTimeOf(own != station.cycles.end() ? own->time : station.cycle) / static_cast<double>(process_.products.size());
        }
        if (mean <= 0 || station.servers > 1) return {};
        assume(
            std::format("Station {} fails by cycles: how many it has finished since its last repair is reckoned from its time of "
                        "work and its mean cycle.",
                        station.id));
        return {worked.known, durationFromSeconds(std::floor(seconds(worked.time) / mean))};
    }

    void station(std::uint32_t i) {
        const Station& station = process_.stations[i];
        MachineNow machine{.hand = hands_[i], .inHand = {}, .worked = seen(i).worked, .up = seen(i).up, .repair = {}};
        if (hands_[i] == Hand::Work || hands_[i] == Hand::SetUp) machine.inHand = inHand(i);
        if (station.failures.size() > 1) machine.worked.known = machine.up.known = Elapsed::Known::AtLeast;
        if (std::ranges::contains(station.failures, FailureClock::Cycles, &Failure::clock))
            machine.cycles = cyclesOf(i, machine.worked);
        StationNow now{station.id, {machine}};
        if (seen(i).now == Seen::Down) down(i, now.machines.front());
        if (seen(i).now == Seen::SetUp && !canBeSetUp(i))
            assume(std::format("Station {} is being set up, and its model has no set-up: taken as working.", station.id));
        if (seen(i).now == Seen::Stopped && !station.maintenance.empty() && !isOff(station))
            maintained(i, now.machines.front());
        else if (seen(i).now == Seen::Stopped && !station.shift)
            assume(std::format("Station {} is stopped, and its model has no working hours: taken as ready.", station.id));
        if (!station.maintenance.empty())
            assume(std::format("Station {}: when its maintenance was last done is not shown: drawn in each run.", station.id));
        if (station.servers > 1) others(i, now);
        if (station.conveying) conveyor(i, now.machines.front());
        present_.state.stations.push_back(std::move(now));
    }

    // What is on it is not read.
    void conveyor(std::uint32_t i, MachineNow& machine) {
        const Station& station = process_.stations[i];
        const bool stands = hands_[i] == Hand::Finished;
        const bool waits = !stands && (effective(i) == Seen::Starved || effective(i) == Seen::Waiting);
        machine.hand = stands ? Hand::Finished : Hand::Nothing;
        machine.inHand = {};
        const std::uint32_t least = stands || effective(i) == Seen::Working ? 1 : 0;
        const std::uint32_t parts = waits ? 0 : std::max(least, static_cast<std::uint32_t>(std::round(usual().conveyed[i])));
        present_.state.conveyors.push_back({station.id, parts});
        assume(waits
                   ? std::format("Conveyor {} waits for parts: taken as empty.", station.id)
                   : std::format("Conveyor {}: how many parts are on it, and where, is not shown: taken as {}, as in a run of the "
                                 "model on average, {}.",
                                 station.id, parts, stands ? "up to its end" : "drawn in each run where"));
    }

    // Several machines under one state: it shows work while any of them works, else what the first does.
    void others(std::uint32_t i, StationNow& now) {
        const Station& station = process_.stations[i];
        const std::uint32_t alike = machinesAlike(i);
        MachineNow& first = now.machines.front();
        first.inHand = first.worked = first.up = first.cycles = {};
        MachineNow idle = first;
        idle.down = idle.maintained = false;
        idle.hand = Hand::Nothing;
        for (std::uint32_t n = 1; n < station.servers; ++n) {
            now.machines.push_back(idle);
            if (n < alike) now.machines.back().hand = hands_[i];
        }
        assume(std::format("Station {} has {} machines under one state: {}; their ages are drawn in each run.", station.id,
                           station.servers,
                           hands_[i] == Hand::Nothing ? "all are taken to have none in hand"
                           : alike == station.servers ? "all are taken to do the same, as parts wait before them"
                           : alike > 1 ? std::format("{} are taken to work, as many as in a run of the model on average", alike)
                                       : "one is taken to have a part in hand, as none waits before them"));
    }

    // How many of its machines have in hand what the first has.
    [[nodiscard]] std::uint32_t machinesAlike(std::uint32_t i) {
        const bool has = hands_[i] == Hand::Work || hands_[i] == Hand::Finished || hands_[i] == Hand::Unattended;
        if (has && isFed(i)) return process_.stations[i].servers;
        return hands_[i] == Hand::Work ? std::max(1U, usuallyWorking(i)) : 1;
    }

    std::uint32_t usuallyWorking(std::uint32_t i) { return static_cast<std::uint32_t>(std::round(usual().machines[i])); }

    const Usual& usual() {
        if (!usual_) usual_ = usualOf(process_);
        return *usual_;
    }

    void source(const Source& source) {
        SourceNow now{.id = source.id, .sinceArrival = {}, .made = {}};
        if (arrives(source) && source.whenFull == WhenFull::Hold && source.to.branches.size() == 1 &&
            isFull(source.to.branches.front().to))
            now.waiting = 1;
        if (source.every && source.every->kind != DistributionKind::Exponential && now.waiting == 0)
            assume(std::format("Source {}: when its last part came is not shown: drawn in each run.", source.id));
        if (arrives(source) && source.whenFull == WhenFull::Wait &&
            std::ranges::any_of(source.to.branches, [&](const Branch& branch) { return isFull(branch.to); }))
            assume(std::format("Source {}: how many parts wait there for room is not shown: taken as none.", source.id));
        if (source.orders)
            assume(std::format("Source {}: what is in progress is of no order; the orders to come are those of the time of day.",
                               source.id));
        if (source.limit != 0)
            assume(std::format("Source {}: how many of its {} parts have come is not shown: taken as those in progress.", source.id,
                               source.limit));
        present_.state.sources.push_back(std::move(now));
    }

    const Process& process_;
    const Sighting& sighting_;
    std::vector<std::uint32_t> levels_;  // by buffer
    std::vector<Duration> unchangedFor_; // likewise
    std::vector<Hand> hands_;            // by station, of its first machine
    std::vector<std::optional<Time>> repairBegun_;
    std::optional<Usual> usual_; // none: not needed yet
    Present present_;
};

} // namespace

Present presentOf(const Process& process, const Sighting& sighting) {
    return Reader{process, sighting}.read();
}

} // namespace millwright::sim
