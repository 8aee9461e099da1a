#include "sim/known_conveyors.hpp"

#include <millwright/sim/standard_models.hpp>

#include <algorithm>
#include <cmath>
#include <format>

namespace millwright::sim {
namespace {

using namespace plant;

constexpr const char* grossHarris = "Gross, Shortle, Thompson, Harris: Fundamentals of Queueing Theory, 4th ed.";

Distribution exponentialOf(double mean) {
    return {.kind = DistributionKind::Exponential, .mean = mean};
}
Route to(PlaceKind kind, std::uint32_t index = 0) {
    return {.branches = {{.to = {kind, index}}}};
}
Duration days(double count) {
    return durationFromSeconds(count * 86400);
}
double throughput(const Report& report) {
    return static_cast<double>(report.products[0].made) / report.seconds;
}
double timeInSystem(const Report& report) {
    return report.products[0].meanTimeInSystem;
}
Station conveyor(const Conveying& conveying, Route way) {
    return {.id = "conveyor", .conveying = conveying, .to = std::move(way)};
}

double onConveyor(const Report& report) {
    return report.stations[0].conveyed->mean;
}
double timeOnConveyor(const Report& report) {
    return report.stations[0].conveyed->meanWait;
}

const char* kindOf(const Conveying& belt) {
    return belt.zones > 0 ? "zoned" : belt.accumulating ? "accumulating" : "non-accumulating";
}

// Parts on it, where the machine is slower. After one has left there is no room for another until the last one's end is no longer
// in the way, which it may be at once, or until all have moved on a zone, one after the other.
double contentOfFull(const Conveying& belt, double cycle) {
    const double places = placesOf(belt);
    const double without = belt.zones > 0 ? (places - 1) * belt.pitch : places * belt.pitch - belt.length;
    return places - without / belt.speed / cycle;
}

// Nothing that the belt does is by chance.
KnownModel steadyConveyor(const Conveying& belt, double cycle) {
    KnownModel known{.name = std::format("{} conveyor of {:g} m, parts of {:g} m, before a machine of {:g} s", kindOf(belt),
                                         belt.length, belt.pitch, cycle),
                     .source =
                         "the interval of the conveyor or the machine's, whichever is longer; full, where that is the machine's",
                     .warmUp = days(0.1),
                     .length = days(0.6),
                     .exact = true};
    known.replications = 2;
    Process& process = known.process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    process.stations.push_back(conveyor(belt, to(PlaceKind::Station, 1)));
    process.stations.push_back({.id = "machine", .cycle = {.mean = cycle}, .to = to(PlaceKind::Done)});
    const double rate = 1 / std::max(intervalOf(belt), cycle);
    const double content = rate * cycle < 1 ? rate * belt.length / belt.speed : contentOfFull(belt, cycle);
    known.quantities = {{"throughput, /s", rate, throughput},
                        {"parts on it", content, onConveyor},
                        {"time on it, s", content / rate, timeOnConveyor}};
    return known;
}

/// Always full: the next part comes to the end one pitch after the last has left, while the machine works or after it.
KnownModel conveyorBeforeAMachine(bool accumulating) {
    const Conveying belt{.length = 6, .speed = 0.5, .pitch = 0.75, .accumulating = accumulating};
    const double pitch = belt.pitch / belt.speed, mean = 2;
    KnownModel known = steadyConveyor(belt, mean);
    known.name = std::format("{} conveyor, always full, before an exponential machine", kindOf(belt));
    known.source = "renewal: 1 / E[max(work, pitch / speed)]";
    known.exact = false;
    known.replications = KnownModel{}.replications;
    known.process.stations[1].cycle = exponentialOf(mean);
    known.quantities = {{"throughput, /s", 1 / (pitch + mean * std::exp(-pitch / mean)), throughput}};
    return known;
}

KnownModel conveyorThatFails() {
    const Conveying belt{.length = 12, .speed = 0.5, .pitch = 1.5, .accumulating = false};
    const double between = 600, repair = 90, rate = belt.speed / belt.pitch * between / (between + repair);
    KnownModel known = steadyConveyor(belt, 1);
    known.name = "conveyor that breaks down, always full";
    known.source = "Hopp, Spearman: Factory Physics, 3rd ed., 8.4 (availability), and Little's law";
    known.exact = false;
    known.replications = KnownModel{}.replications;
    known.process.stations[0].failures = {{.id = "drive", .between = exponentialOf(between), .repair = exponentialOf(repair)}};
    known.quantities = {{"throughput, /s", rate, throughput}, {"time on it, s", belt.length / belt.pitch / rate, timeOnConveyor}};
    return known;
}

/// Its beginning is a server that takes pitch / speed for each part; then it carries each for length / speed.
KnownModel conveyorOfArrivals(double load) {
    const Conveying belt{.length = 30, .speed = 0.5, .pitch = 0.5};
    KnownModel known{.name = std::format("arrivals at random before a conveyor (M/D/1 at its beginning), load {:g}", load),
                     .source = std::format("{}, 5.1 (Pollaczek-Khinchine), and Little's law", grossHarris),
                     .process = queueModel(load),
                     .warmUp = days(0.1),
                     .length = days(1.1)};
    known.process.stations[0] = conveyor(belt, to(PlaceKind::Done));
    const double expected = load / (2 * (1 - load));
    known.quantities = {{"mean wait, s", expected, [](const Report& r) { return r.buffers[0].meanWait; }},
                        {"mean queue", expected * load, [](const Report& r) { return r.buffers[0].mean; }},
                        {"parts on it", load * belt.length / belt.speed, onConveyor},
                        {"mean time in system, s", expected + belt.length / belt.speed, timeInSystem}};
    return known;
}

/// What arrives at random arrives at random after a delay.
KnownModel queueBehindConveyor(double load) {
    const Conveying belt{.length = 60, .speed = 1, .pitch = 0.001};
    KnownModel known{.name = std::format("M/M/1, load {:g}, behind a conveyor of 1 min", load),
                     .source = std::format("{}, 2.2; a delay leaves arrivals at random as they are", grossHarris),
                     .process = queueModel(load),
                     .warmUp = days(0.2),
                     .length = days(1.7)};
    known.process.stations.push_back(conveyor(belt, to(PlaceKind::Buffer)));
    known.process.sources[0].to = to(PlaceKind::Station, 1);
    known.quantities = {{"utilisation", load, [](const Report& r) { return r.stations[0].working; }},
                        {"mean queue", load * load / (1 - load), [](const Report& r) { return r.buffers[0].mean; }},
                        {"mean time in system, s", 60 + 1 / (1 - load), timeInSystem}};
    return known;
}

} // namespace

std::vector<KnownModel> knownConveyors() {
    const Conveying accumulating{.length = 12, .speed = 0.5, .pitch = 1.5};
    const Conveying standing{.length = 10, .speed = 0.5, .pitch = 1.5, .accumulating = false};
    const Conveying zoned{.length = 12, .speed = 0.5, .pitch = 1, .zones = 6};
    return {steadyConveyor(accumulating, 2), steadyConveyor(accumulating, 8), steadyConveyor(standing, 2),
            steadyConveyor(standing, 8),     steadyConveyor(zoned, 2),        steadyConveyor(zoned, 8),
            conveyorBeforeAMachine(true),    conveyorBeforeAMachine(false),   conveyorThatFails(),
            conveyorOfArrivals(0.8),         queueBehindConveyor(0.8)};
}

} // namespace millwright::sim
