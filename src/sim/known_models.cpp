#include "sim/known_conveyors.hpp"
#include "sim/markov.hpp"

#include <millwright/sim/standard_models.hpp>
#include <millwright/sim/validation.hpp>

#include <algorithm>
#include <cmath>
#include <format>
#include <iterator>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;

constexpr const char* grossHarris = "Gross, Shortle, Thompson, Harris: Fundamentals of Queueing Theory, 4th ed.";
constexpr const char* factoryPhysics = "Hopp, Spearman: Factory Physics, 3rd ed.";

Distribution exponentialOf(double mean) {
    return {.kind = DistributionKind::Exponential, .mean = mean};
}
Distribution constantOf(double mean) {
    return {.mean = mean};
}
Route to(PlaceKind kind, std::uint32_t index = 0) {
    return {.branches = {{.to = {kind, index}}}};
}
Buffer bufferBefore(std::uint32_t station, std::uint32_t capacity = 0) {
    return {.id = std::format("buffer-{}", station + 1),
            .capacity = capacity,
            .to = {.rule = RouteRule::First, .branches = {{.to = {PlaceKind::Station, station}}}}};
}
Duration days(double count) {
    return durationFromSeconds(count * 86400);
}

/// Stations in a row, each with a buffer before it; a part goes to done after the last.
Process row(std::size_t stations, const Distribution& cycle) {
    Process process;
    process.products.push_back({.id = "part"});
    for (std::uint32_t i = 0; i < stations; ++i) {
        process.buffers.push_back(bufferBefore(i));
        process.stations.push_back({.id = std::format("station-{}", i + 1),
                                    .cycle = cycle,
                                    .to = i + 1 == stations ? to(PlaceKind::Done) : to(PlaceKind::Buffer, i + 1)});
    }
    return process;
}

// --- what is measured --------------------------------------------------------------------------------------------------------

double queueLength(const Report& report) {
    return report.buffers[0].mean;
}
double wait(const Report& report) {
    return report.buffers[0].meanWait;
}
double timeInSystem(const Report& report) {
    return report.products[0].meanTimeInSystem;
}
double utilisation(const Report& report) {
    return report.stations[0].working;
}
double throughput(const Report& report) {
    return static_cast<double>(report.products[0].made) / report.seconds;
}
double shareLost(const Report& report) {
    return static_cast<double>(report.sources[0].lost) / static_cast<double>(report.sources[0].created);
}

// --- one queue ---------------------------------------------------------------------------------------------------------------

// Probability of n customers in M/M/c/K, n = 0 … K (Gross & Harris 2.5: birth and death).
std::vector<double> birthAndDeath(double arrivals, std::uint32_t servers, std::uint32_t room) {
    std::vector<double> share{1};
    double total = 1;
    for (std::uint32_t n = 1; n <= room; ++n) {
        share.push_back(share.back() * arrivals / std::min(n, servers));
        total += share.back();
    }
    for (double& each : share) each /= total;
    return share;
}

KnownModel multiServer(double load, std::uint32_t servers) {
    KnownModel known{.name = std::format("M/M/{}, load {:g}", servers, load),
                     .source = std::format("{}, 2.2 and 2.3 (Erlang C)", grossHarris),
                     .process = queueModel(load, servers),
                     .warmUp = days(0.2),
                     .length = days(0.2 + 1.5 / servers)};
    const double offered = load * servers;
    double term = 1, sum = 1; // offered^n / n!
    for (std::uint32_t n = 1; n < servers; ++n) sum += term *= offered / n;
    const double last = term * offered / servers / (1 - load);
    const double queued = last / (sum + last) * load / (1 - load);
    known.quantities = {{"utilisation", load, utilisation},
                        {"mean queue", queued, queueLength},
                        {"mean wait, s", queued / offered, wait},
                        {"mean time in system, s", queued / offered + 1, timeInSystem}};
    return known;
}

KnownModel lossQueue(double arrivals, std::uint32_t servers, std::uint32_t room) {
    KnownModel known{.name = std::format("M/M/{}/{}, arrivals {:g}/s", servers, room, arrivals),
                     .source = std::format("{}, 2.5 (birth and death)", grossHarris),
                     .process = queueModel(arrivals / servers, servers),
                     .warmUp = days(0.05),
                     .length = days(0.35)};
    known.process.buffers[0].capacity = room - servers;
    known.process.sources[0].whenFull = WhenFull::Lose;
    const std::vector<double> share = birthAndDeath(arrivals, servers, room);
    double inSystem = 0;
    for (std::uint32_t n = 0; n <= room; ++n) inSystem += n * share[n];
    const double taken = arrivals * (1 - share[room]);
    known.quantities = {{"share lost", share[room], shareLost},
                        {"throughput, /s", taken, throughput},
                        {"mean time in system, s", inSystem / taken, timeInSystem}};
    return known;
}

KnownModel generalServer(std::string name, double load, const Distribution& service, double variation2) {
    KnownModel known{.name = std::format("{}, load {:g}", name, load),
                     .source = std::format("{}, 5.1 (Pollaczek-Khinchine)", grossHarris),
                     .process = queueModel(load),
                     .warmUp = days(0.2),
                     .length = days(1.2)};
    known.process.stations[0].cycle = service; // mean 1 s
    const double expected = load * (1 + variation2) / (2 * (1 - load));
    known.quantities = {
        {"utilisation", load, utilisation}, {"mean queue", expected * load, queueLength}, {"mean wait, s", expected, wait}};
    return known;
}

// --- networks ----------------------------------------------------------------------------------------------------------------

/// Groups of `size` arrive, as parts of which a station makes so many in no time; work of mean 1 s, with this squared coefficient
/// of variation.
KnownModel groups(std::string name, std::uint32_t size, double load, const Distribution& service, double variation2) {
    KnownModel known{.name = std::format("{}, load {:g}", name, load),
                     .source = std::format("{}, 3.1 and 5.1 (bulk input)", grossHarris),
                     .process = queueModel(load),
                     .warmUp = days(0.2),
                     .length = days(2.2)};
    Process& process = known.process;
    process.stations[0].cycle = service;
    process.stations.push_back(
        {.id = "opener", .cycle = constantOf(0), .makes = Makes{size, std::nullopt}, .to = to(PlaceKind::Buffer)});
    process.sources[0].every = exponentialOf(size / load);
    process.sources[0].to = to(PlaceKind::Station, 1);
    // What a part waits for the groups before it, as in M/G/1, and for those of its group before it.
    const double expected = (load * (1 + variation2) + size - 1) / (2 * (1 - load));
    known.quantities = {{"utilisation", load, utilisation},
                        {"mean queue", expected * load, queueLength},
                        {"mean wait, s", expected, wait},
                        {"mean time in system, s", expected + 1, timeInSystem}};
    return known;
}

KnownModel tandem() {
    KnownModel known{.name = "two queues in a row, loads 0.7 and 0.8",
                     .source = std::format("{}, 4.1 (Jackson)", grossHarris),
                     .process = row(2, exponentialOf(0.7)),
                     .warmUp = days(0.1),
                     .length = days(0.6)};
    known.process.stations[1].cycle = exponentialOf(0.8);
    known.process.sources.push_back({.id = "arrivals", .every = exponentialOf(1), .to = to(PlaceKind::Buffer, 0)});
    known.quantities = {{"first queue", 0.49 / 0.3, queueLength},
                        {"second queue", 0.64 / 0.2, [](const Report& r) { return r.buffers[1].mean; }},
                        {"mean time in system, s", 0.7 / 0.3 + 0.8 / 0.2, timeInSystem}};
    return known;
}

KnownModel feedback() {
    // Machine, then inspection; a fifth goes back: 0.8 / 0.8 = 1 a second at both.
    KnownModel known{.name = "rework: a fifth goes back, loads 0.7 and 0.5",
                     .source = std::format("{}, 4.2 (Jackson networks)", grossHarris),
                     .process = row(2, exponentialOf(0.7)),
                     .warmUp = days(0.1),
                     .length = days(0.6)};
    known.process.stations[1].cycle = exponentialOf(0.5);
    known.process.stations[1].to = {
        .branches = {{.to = {PlaceKind::Done}, .share = 0.8}, {.to = {PlaceKind::Buffer, 0}, .share = 0.2}}};
    known.process.sources.push_back({.id = "arrivals", .every = exponentialOf(1.25), .to = to(PlaceKind::Buffer, 0)});
    known.quantities = {{"first queue", 0.49 / 0.3, queueLength},
                        {"second queue", 0.25 / 0.5, [](const Report& r) { return r.buffers[1].mean; }},
                        {"mean time in system, s", (0.7 / 0.3 + 0.5 / 0.5) / 0.8, timeInSystem}};
    return known;
}

KnownModel repairmen(std::uint32_t machines, std::uint32_t crew, double failures, double repairs) {
    KnownModel known{.name = std::format("{} machines, {} repairmen", machines, crew),
                     .source = std::format("{}, 2.7 (finite source)", grossHarris),
                     .warmUp = days(0.1),
                     .length = days(1.1)};
    Process& process = known.process;
    process.products.push_back({.id = "part"});
    process.crews.push_back({.id = "repairmen", .size = crew});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back({.id = "machines",
                                .servers = machines,
                                .cycle = constantOf(100),
                                .failures = {{.id = "breakdown",
                                              .clock = FailureClock::Calendar,
                                              .between = exponentialOf(1 / failures),
                                              .repair = exponentialOf(1 / repairs),
                                              .crew = 0}},
                                .to = to(PlaceKind::Done)});
    std::vector<double> share{1};
    double total = 1, down = 0, busy = 0;
    for (std::uint32_t n = 1; n <= machines; ++n)
        total += share.emplace_back(share.back() * (machines - n + 1) * failures / (std::min(n, crew) * repairs));
    for (std::uint32_t n = 0; n <= machines; ++n) {
        down += n * share[n] / total;
        busy += std::min(n, crew) * share[n] / total;
    }
    known.quantities = {{"machines down", down, [machines](const Report& r) { return r.stations[0].down * machines; }},
                        {"utilisation of the repairmen", busy / crew, [](const Report& r) { return r.crews[0].busy; }}};
    return known;
}

// Machines that run by themselves until one of a few operators has to load them again: how many are not running is as of machines
// that fail.
KnownModel interference(std::uint32_t machines, std::uint32_t operators, double run, double load) {
    KnownModel known{.name = std::format("{} machines, loaded by {} operator{}", machines, operators, operators == 1 ? "" : "s"),
                     .source = std::format("{}, 2.7 (finite source); Stecke, Aronson: Review of operator/machine interference "
                                           "models, Int. J. Production Research 23, 1985",
                                           grossHarris),
                     .warmUp = days(0.2),
                     .length = days(3.2)};
    Process& process = known.process;
    process.products.push_back({.id = "part"});
    process.crews.push_back({.id = "operators", .size = operators});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back({.id = "machines",
                                .servers = machines,
                                .cycle = exponentialOf(run),
                                .load = exponentialOf(load),
                                .needs = {{.during = {false, true, false, false}}},
                                .to = to(PlaceKind::Done)});
    std::vector<double> share{1};
    double total = 1, stopped = 0, busy = 0;
    for (std::uint32_t n = 1; n <= machines; ++n)
        total += share.emplace_back(share.back() * (machines - n + 1) / run / (std::min(n, operators) / load));
    for (std::uint32_t n = 0; n <= machines; ++n) {
        stopped += n * share[n] / total;
        busy += std::min(n, operators) * share[n] / total;
    }
    known.quantities = {
        {"machines running", machines - stopped, [machines](const Report& r) { return r.stations[0].working * machines; }},
        {"machines waiting", stopped - busy, [machines](const Report& r) { return r.stations[0].unattended * machines; }},
        {"utilisation of the operators", busy / operators, [](const Report& r) { return r.crews[0].busy; }},
        {"throughput, /s", (machines - stopped) / run, throughput}};
    return known;
}

// Who repairs sets out after a time, then repairs: two steps of each outage, and the chain of how many are down and in which step
// the first of them is.
KnownModel responding(std::uint32_t machines, double failures, double response, double repair) {
    KnownModel known = repairmen(machines, 1, failures, 1 / repair);
    known.name = std::format("{} machines, a repairman who sets out after {:g} s", machines, response);
    known.source = std::format("{}, 2.7 and 3.3 (finite source, two stages of service; chain solved exactly)", grossHarris);
    known.process.crews[0].response = exponentialOf(response);
    std::vector<std::vector<double>> rates(1 + 2 * machines, std::vector<double>(1 + 2 * machines)); // none; then (down, step)
    for (std::uint32_t n = 0; n <= machines; ++n) {
        const std::size_t called = n == 0 ? 0 : 2 * n - 1, there = 2 * n;
        if (n < machines) rates[called][2 * n + 1] += (machines - n) * failures;
        if (n == 0) continue;
        if (n < machines) rates[there][2 * n + 2] += (machines - n) * failures;
        rates[called][there] += 1 / response;
        rates[there][n == 1 ? 0 : 2 * n - 3] += 1 / repair;
    }
    const std::vector<double> share = stationary(rates, 0);
    double down = 0, called = 0, there = 0;
    for (std::uint32_t n = 1; n <= machines; ++n) {
        down += n * (share[2 * n - 1] + share[2 * n]);
        called += share[2 * n - 1];
        there += share[2 * n];
    }
    known.quantities = {{"machines down", down, [machines](const Report& r) { return r.stations[0].down * machines; }},
                        {"share of his time before he sets out", called, [](const Report& r) { return r.crews[0].responding; }},
                        {"share of his time at repairs", there, [](const Report& r) { return r.crews[0].busy; }}};
    return known;
}

// Whoever of two crews of one is free: as one crew of two.
KnownModel eitherCrew(double load) {
    KnownModel known = multiServer(load, 2);
    known.name = std::format("work by either of two crews of one, load {:g}", load);
    known.process.crews = {{.id = "mechanics"}, {.id = "all-rounders"}};
    known.process.stations[0].needs = {{.crew = 0, .others = {1}}};
    known.process.stations[0].servers = 50; // of which two at most work
    known.quantities[0] = {"utilisation of both", load, [](const Report& r) { return (r.crews[0].busy + r.crews[1].busy) / 2; }};
    known.quantities.erase(known.quantities.begin() + 1, known.quantities.begin() + 3); // who waits does so in the station
    return known;
}

/// Two stations, each with its own arrivals, whose work one robot does.
Process sharedRobot(double first, double second, double work1, double work2) {
    Process process = row(2, exponentialOf(work1));
    process.products = {{.id = "one"}, {.id = "two"}};
    process.crews.push_back({.id = "robot"});
    process.stations[0].to = to(PlaceKind::Done);
    process.stations[1].cycle = exponentialOf(work2);
    for (Station& station : process.stations) station.needs = {{.during = {false, false, true, false}}};
    process.sources = {{.id = "first", .every = exponentialOf(1 / first), .to = to(PlaceKind::Buffer, 0)},
                       {.id = "second", .product = 1, .every = exponentialOf(1 / second), .to = to(PlaceKind::Buffer, 1)}};
    return process;
}

// Cobham 1954: W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)), where W_0 is the mean rest of the work in hand and s_k the load of the first
// k.
KnownModel priorities(double load1, double load2, double work1, double work2) {
    KnownModel known{.name = std::format("one robot for two stations, the first comes first, loads {:g} and {:g}", load1, load2),
                     .source = std::format(
                         "Cobham: Priority assignment in waiting line problems, Operations Research 2, 1954; {}, 3.4", grossHarris),
                     .process = sharedRobot(load1 / work1, load2 / work2, work1, work2),
                     .warmUp = days(0.2),
                     .length = days(1.7)};
    known.process.stations[0].needs[0].priority = 1;
    const double rest = load1 * work1 + load2 * work2; // exponential: half the second moment is the square of the mean
    known.quantities = {{"utilisation of the robot", load1 + load2, [](const Report& r) { return r.crews[0].busy; }},
                        {"time in system of the first, s", rest / (1 - load1) + work1, timeInSystem},
                        {"time in system of the second, s", rest / (1 - load1) / (1 - load1 - load2) + work2,
                         [](const Report& r) { return r.products[1].meanTimeInSystem; }}};
    return known;
}

// Whoever is served first, what is in the system is as in one queue for both (Kleinrock's conservation law).
KnownModel inTurn(double load) {
    KnownModel known{.name = std::format("one robot for two stations in turn, load {:g}", load),
                     .source = std::format("{}, 2.2 and 3.4 (work conservation)", grossHarris),
                     .process = sharedRobot(load * 0.3, load * 0.7, 1, 1),
                     .warmUp = days(0.2),
                     .length = days(1.7)};
    known.quantities = {{"mean time in system, s", 1 / (1 - load), [](const Report& r) {
                             const auto made = [&](std::size_t i) { return static_cast<double>(r.products[i].made); };
                             return (made(0) * r.products[0].meanTimeInSystem + made(1) * r.products[1].meanTimeInSystem) /
                                    (made(0) + made(1));
                         }}};
    return known;
}

// --- lines with finite buffers -----------------------------------------------------------------------------------------------

Process saturatedLine(const std::vector<double>& means, const std::vector<std::uint32_t>& capacities) {
    Process process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    for (std::uint32_t i = 0; i < means.size(); ++i) {
        const bool last = i + 1 == means.size();
        Route way = to(PlaceKind::Done);
        if (!last && capacities[i] == 0) way = to(PlaceKind::Station, i + 1);
        if (!last && capacities[i] > 0) {
            way = to(PlaceKind::Buffer, static_cast<std::uint32_t>(process.buffers.size()));
            process.buffers.push_back(bufferBefore(i + 1, capacities[i]));
        }
        process.stations.push_back({.id = std::format("station-{}", i + 1), .cycle = exponentialOf(means[i]), .to = way});
    }
    return process;
}

KnownModel serialLine(std::string name, std::string source, const std::vector<double>& means,
                      const std::vector<std::uint32_t>& capacities, double rate) {
    KnownModel known{.name = std::move(name),
                     .source = std::move(source),
                     .process = saturatedLine(means, capacities),
                     .warmUp = days(0.05),
                     .length = days(0.35)};
    known.quantities = {{"throughput, /s", rate, throughput}};
    return known;
}

// Exponential work, failures by working time and repairs; blocking after service. The chain is solved exactly: how many parts are
// past the first machine's work (0 … capacity + 2), and which of the machines are up.
double twoMachineRate(double work1, double fail1, double mend1, double work2, double fail2, double mend2, std::uint32_t capacity) {
    const std::uint32_t most = capacity + 2; // the buffer, the second machine, and the finished part that blocks the first
    const auto state = [](std::uint32_t n, bool up1, bool up2) { return std::size_t{n} * 4 + (up1 ? 2u : 0u) + (up2 ? 1u : 0u); };
    std::vector<std::vector<double>> rates((most + 1) * 4, std::vector<double>((most + 1) * 4));
    for (std::uint32_t n = 0; n <= most; ++n) {
        for (const bool up1 : {false, true}) {
            for (const bool up2 : {false, true}) {
                auto& from = rates[state(n, up1, up2)];
                if (!up1) from[state(n, true, up2)] += mend1;
                if (!up2) from[state(n, up1, true)] += mend2;
                if (up1 && n < most) { // not blocked
                    from[state(n + 1, up1, up2)] += work1;
                    from[state(n, false, up2)] += fail1;
                }
                if (up2 && n > 0) { // not starved
                    from[state(n - 1, up1, up2)] += work2;
                    from[state(n, up1, false)] += fail2;
                }
            }
        }
    }
    const std::vector<double> share = stationary(rates, state(0, true, true));
    double rate = 0;
    for (std::uint32_t n = 1; n <= most; ++n) rate += work2 * (share[state(n, true, true)] + share[state(n, false, true)]);
    return rate;
}

KnownModel twoMachines(std::uint32_t capacity) {
    KnownModel known{.name = std::format("two machines that fail, buffer of {}", capacity),
                     .source = "Gershwin, Berman: Analysis of transfer lines consisting of two unreliable machines, AIIE "
                               "Transactions 13, 1981 (chain solved exactly)",
                     .process = saturatedLine({1, 1.25}, {capacity}),
                     .warmUp = days(0.05),
                     .length = days(0.55)};
    known.process.stations[0].failures = {{.id = "breakdown", .between = exponentialOf(50), .repair = exponentialOf(8)}};
    known.process.stations[1].failures = {{.id = "breakdown", .between = exponentialOf(80), .repair = exponentialOf(5)}};
    known.quantities = {{"throughput, /s", twoMachineRate(1, 1.0 / 50, 1.0 / 8, 0.8, 1.0 / 80, 1.0 / 5, capacity), throughput}};
    return known;
}

// --- Penny Fab One: four stations of 2 h -------------------------------------------------------------------------------------

constexpr double rawTime = 8 * 3600, bottleneck = 1 / 7200.0;

KnownModel pennyFab(std::string name, std::string source, std::uint32_t pennies, const Distribution& cycle, double rate,
                    bool exact) {
    KnownModel known{.name = std::move(name),
                     .source = std::move(source),
                     .process = row(4, cycle),
                     .warmUp = days(20),
                     .length = days(exact ? 40 : 4020),
                     .exact = exact};
    if (exact) known.replications = 2;
    known.process.sources.push_back({.id = "pennies", .inProgress = pennies, .to = to(PlaceKind::Buffer, 0)});
    known.quantities = {{"throughput, /h", rate * 3600, [](const Report& r) { return throughput(r) * 3600; }},
                        {"cycle time, h", pennies / rate / 3600, [](const Report& r) { return timeInSystem(r) / 3600; }}};
    return known;
}

KnownModel bestCase(std::uint32_t pennies) {
    const double rate = std::min(pennies / rawTime, bottleneck);
    return pennyFab(std::format("Penny Fab One, best case, {} pennies", pennies), std::format("{}, 7.3.1", factoryPhysics), pennies,
                    constantOf(7200), rate, true);
}

KnownModel worstCase(std::uint32_t pennies) {
    // All pennies move as one batch: each waits for all others at every station.
    KnownModel known = pennyFab(std::format("Penny Fab One, worst case, {} pennies", pennies),
                                std::format("{}, 7.3.2", factoryPhysics), pennies, constantOf(7200.0 * pennies), 1 / rawTime, true);
    for (Station& station : known.process.stations) station.batch = pennies;
    known.warmUp = days(pennies / 3.0 * 8);
    known.length = known.warmUp * 4;
    return known;
}

KnownModel practicalWorstCase(std::uint32_t pennies) {
    const double critical = rawTime * bottleneck;
    return pennyFab(std::format("CONWIP, practical worst case, {} pennies", pennies), std::format("{}, 7.3.3", factoryPhysics),
                    pennies, exponentialOf(7200), pennies / (critical + pennies - 1) * bottleneck, false);
}

KnownModel effectiveTime(std::string name, double between, double repair) {
    KnownModel known{.name = std::move(name),
                     .source = std::format("{}, 8.4.2 (preemptive outages)", factoryPhysics),
                     .warmUp = days(1),
                     .length = days(31)};
    Process& process = known.process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back(
        {.id = "machine",
         .cycle = {.kind = DistributionKind::Gamma, .mean = 15, .shape = 20},
         .failures = {{.id = "breakdown", .between = exponentialOf(between), .repair = exponentialOf(repair)}},
         .to = to(PlaceKind::Done)});
    known.quantities = {
        {"availability", between / (between + repair), utilisation},
        {"effective process time, s", 15 * (between + repair) / between, [](const Report& r) { return 1 / throughput(r); }}};
    return known;
}

// Failures after so many cycles, whatever they took: what is renewed is the pair of them and the repair.
KnownModel failuresByCycles(std::string name, const Distribution& cycles, double meanCycles, double repair) {
    KnownModel known{.name = std::move(name),
                     .source = "Ross: Introduction to Probability Models, 11th ed., 7.4 (renewal reward)",
                     .warmUp = days(1),
                     .length = days(21)};
    Process& process = known.process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back(
        {.id = "machine",
         .cycle = {.kind = DistributionKind::Gamma, .mean = 15, .shape = 4},
         .failures = {{.id = "tool", .clock = FailureClock::Cycles, .between = cycles, .repair = exponentialOf(repair)}},
         .to = to(PlaceKind::Done)});
    const double period = 15 * meanCycles + repair;
    known.quantities = {{"availability", 15 * meanCycles / period, utilisation},
                        {"throughput, /s", meanCycles / period, throughput},
                        {"failures, /h", 3600 / period,
                         [](const Report& r) { return static_cast<double>(r.stations[0].failures) * 3600 / r.seconds; }}};
    return known;
}

// A machine that is replaced at a failure or at an age, whichever comes first; `work` is what it works in between in the mean, of
// which a share of `failing` ends in a failure. A failure costs 10, a replacement by plan 1.
KnownModel ageReplacement(std::string name, std::string source, const Process& process, double work, double failing, double repair,
                          double replacement) {
    KnownModel known{
        .name = std::move(name), .source = std::move(source), .process = process, .warmUp = days(0.2), .length = days(4.2)};
    const auto hoursOfWork = [](const Report& r) { return r.stations[0].working * r.seconds / 3600; };
    known.quantities = {{"availability", work / (work + failing * repair + (1 - failing) * replacement), utilisation},
                        {"failures an hour of work", 3600 * failing / work,
                         [=](const Report& r) { return static_cast<double>(r.stations[0].failures) / hoursOfWork(r); }},
                        {"cost an hour of work", 3600 * (10 * failing + 1 - failing) / work, [=](const Report& r) {
                             return (10 * static_cast<double>(r.stations[0].failures) +
                                     static_cast<double>(r.stations[0].maintenances)) /
                                    hoursOfWork(r);
                         }}};
    return known;
}

Process replacedMachine(double cycle, FailureClock clock, const Distribution& life, double age, double repair, double replacement) {
    Process process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back({.id = "machine",
                                .cycle = constantOf(cycle),
                                .failures = {{.id = "wear", .clock = clock, .between = life, .repair = exponentialOf(repair)}},
                                .maintenance = {{.id = "replacement",
                                                 .clock = clock,
                                                 .every = constantOf(age),
                                                 .lasts = exponentialOf(replacement),
                                                 .renews = {0},
                                                 .renewedBy = {0}}},
                                .to = to(PlaceKind::Done)});
    return process;
}

// By working time; cycles are so short against the age that the wait for their end does not show.
KnownModel ageReplacementByTime() {
    constexpr double scale = 1000, shape = 2.5, age = 700, repair = 150, replacement = 30;
    const auto survives = [](double time) { return std::exp(-std::pow(time / scale, shape)); };
    constexpr int steps = 2000; // Simpson
    double work = survives(0) + survives(age);
    for (int i = 1; i < steps; ++i) work += (i % 2 == 0 ? 2 : 4) * survives(age * i / steps);
    work *= age / steps / 3;
    return ageReplacement(
        "age replacement after 700 s of work, Weibull", "Barlow, Proschan: Mathematical Theory of Reliability, 1965, ch. 4",
        replacedMachine(0.5, FailureClock::Working, {.kind = DistributionKind::Weibull, .shape = shape, .scale = scale}, age,
                        repair, replacement),
        work, 1 - survives(age), repair, replacement);
}

// A Weibull life that is rounded up to cycles survives n of them with probability exp(-(n / scale)^shape).
KnownModel ageReplacementByCycles() {
    constexpr double scale = 80, shape = 3, repair = 300, replacement = 60;
    constexpr int age = 50;
    const auto survives = [](int cycles) { return std::exp(-std::pow(cycles / scale, shape)); };
    double cycles = 0;
    for (int n = 0; n < age; ++n) cycles += survives(n);
    return ageReplacement(
        "age replacement after 50 cycles, discrete Weibull", "Nakagawa: Maintenance Theory of Reliability, 2005, ch. 3",
        replacedMachine(10, FailureClock::Cycles, {.kind = DistributionKind::Weibull, .shape = shape, .scale = scale}, age, repair,
                        replacement),
        10 * cycles, 1 - survives(age), repair, replacement);
}

// --- parts that give up waiting ----------------------------------------------------------------------------------------------

KnownModel impatient(std::string name, std::string source, double arrivals, const Distribution& patience) {
    KnownModel known{.name = std::move(name),
                     .source = std::move(source),
                     .process = queueModel(arrivals),
                     .warmUp = days(0.05),
                     .length = days(0.55)};
    known.process.buffers[0].patience = patience;
    known.process.buffers[0].givesUpTo = {PlaceKind::Scrap};
    return known;
}

double shareThatGivesUp(const Report& report) {
    return static_cast<double>(report.buffers[0].gaveUp) / static_cast<double>(report.buffers[0].entered);
}

// Whoever waits leaves at the rate `leaving`: birth and death, service 1 a second.
KnownModel erlangA(double arrivals, double leaving) {
    KnownModel known = impatient(std::format("M/M/1+M, arrivals {:g}/s, patience {:g} s", arrivals, 1 / leaving),
                                 "Garnett, Mandelbaum, Reiman: Designing a call center with impatient customers, Manufacturing & "
                                 "Service Operations Management 4, 2002 (Palm's Erlang-A)",
                                 arrivals, exponentialOf(1 / leaving));
    double term = 1, sum = 1, waiting = 0;
    for (int n = 1; n < 2000; ++n) {
        term *= arrivals / (1 + (n - 1) * leaving);
        sum += term;
        waiting += (n - 1) * term;
    }
    waiting /= sum;
    known.quantities = {{"share that gives up", leaving * waiting / arrivals, shareThatGivesUp},
                        {"throughput, /s", 1 - 1 / sum, throughput},
                        {"mean queue", waiting, queueLength},
                        {"mean wait, s", waiting / arrivals, wait}};
    return known;
}

// All wait as long: the work found by an arrival has density arrivals * idle * e^(-(1 - arrivals) x) up to the patience, beyond
// which nobody adds to it.
KnownModel constantPatience(double arrivals, double patience) {
    KnownModel known =
        impatient(std::format("M/M/1+D, arrivals {:g}/s, patience {:g} s", arrivals, patience),
                  "Baccelli, Hebuterne: On queues with impatient customers, Performance '81", arrivals, constantOf(patience));
    const double rest = 1 - arrivals, left = std::exp(-rest * patience);
    const double idle = 1 / (1 + arrivals * (1 - left) / rest + arrivals * left);
    known.quantities = {{"share that gives up", idle * arrivals * left, shareThatGivesUp},
                        {"throughput, /s", 1 - idle, throughput}};
    return known;
}

} // namespace

std::vector<KnownModel> knownModels() {
    std::vector<KnownModel> known;
    for (const double load : {0.5, 0.8, 0.9}) known.push_back(multiServer(load, 1));
    known.push_back(multiServer(0.8, 2));
    known.push_back(multiServer(0.9, 3));
    known.push_back(multiServer(0.9, 5));
    known.push_back(lossQueue(1, 1, 5));
    known.push_back(lossQueue(0.9, 1, 3));
    known.push_back(lossQueue(3, 2, 6));
    known.push_back(generalServer("M/D/1", 0.8, constantOf(1), 0));
    known.push_back(generalServer("M/G/1, Erlang of 4", 0.8, {.kind = DistributionKind::Erlang, .mean = 1, .shape = 4}, 0.25));
    known.push_back(generalServer("M/G/1, gamma of shape 1/2", 0.7, {.kind = DistributionKind::Gamma, .mean = 1, .shape = 0.5}, 2));
    known.push_back(
        generalServer("M/G/1, uniform on 0 to 2", 0.9, {.kind = DistributionKind::Uniform, .low = 0, .high = 2}, 1.0 / 3));
    known.push_back(groups("M[4]/M/1", 4, 0.7, exponentialOf(1), 1));
    known.push_back(groups("M[4]/D/1", 4, 0.8, constantOf(1), 0));
    known.push_back(tandem());
    known.push_back(feedback());
    known.push_back(repairmen(6, 2, 0.1, 1));
    known.push_back(repairmen(4, 1, 0.25, 1));
    known.push_back(interference(6, 1, 40, 10));
    known.push_back(interference(12, 3, 40, 10));
    known.push_back(priorities(0.3, 0.5, 1, 1));
    known.push_back(priorities(0.5, 0.3, 2, 0.5));
    known.push_back(inTurn(0.8));
    known.push_back(responding(5, 0.1, 0.4, 0.8));
    known.push_back(eitherCrew(0.8));
    const std::string buzacott = "Buzacott, Shanthikumar: Stochastic Models of Manufacturing Systems, 1993, 5.3";
    for (const std::uint32_t capacity : {0u, 3u, 10u})
        known.push_back(serialLine(std::format("two exponential stations, buffer of {}", capacity), buzacott, {1, 1}, {capacity},
                                   (capacity + 2.0) / (capacity + 3)));
    known.push_back(serialLine("three exponential stations, no buffers",
                               "Hunt: Sequential arrays of waiting lines, Operations Research 4, 1956", {1, 1, 1}, {0, 0},
                               22.0 / 39));
    for (const std::uint32_t capacity : {1u, 5u, 20u}) known.push_back(twoMachines(capacity));
    std::ranges::move(knownConveyors(), std::back_inserter(known));
    for (const std::uint32_t pennies : {1u, 3u, 4u, 8u}) known.push_back(bestCase(pennies));
    for (const std::uint32_t pennies : {2u, 5u}) known.push_back(worstCase(pennies));
    for (const std::uint32_t pennies : {1u, 4u, 8u, 26u}) known.push_back(practicalWorstCase(pennies));
    known.push_back(effectiveTime("machine with long outages (Tortoise 2000)", 744, 248));
    known.push_back(effectiveTime("machine with short outages (Hare X19)", 114, 38));
    known.push_back(failuresByCycles("machine that fails after 20, 30 or 70 cycles",
                                     {.kind = DistributionKind::Discrete, .values = {20, 30, 70}, .weights = {1, 1, 1}}, 40, 200));
    known.push_back(failuresByCycles("machine that fails after a geometric number of cycles", exponentialOf(12),
                                     -1 / std::expm1(-1 / 12.0), 60));
    known.push_back(erlangA(0.9, 0.2));
    known.push_back(erlangA(1.5, 0.5));
    known.push_back(constantPatience(0.9, 3));
    known.push_back(constantPatience(1.4, 5));
    known.push_back(ageReplacementByTime());
    known.push_back(ageReplacementByCycles());
    return known;
}

} // namespace millwright::sim
