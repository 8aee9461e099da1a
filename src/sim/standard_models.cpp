#include <millwright/sim/standard_models.hpp>

#include <format>

namespace millwright::sim {

using namespace plant;

namespace {

Distribution exponentialOf(double mean) {
    return {.kind = DistributionKind::Exponential, .mean = mean};
}

Route to(PlaceKind kind, std::uint32_t index = 0) {
    return {.branches = {{.to = {kind, index}}}};
}

Route first(PlaceKind kind, std::uint32_t index) {
    return {.rule = RouteRule::First, .branches = {{.to = {kind, index}}}};
}

} // namespace

Process queueModel(double load, std::uint32_t servers) {
    Process process;
    process.products.push_back({.id = "customer"});
    process.sources.push_back({.id = "arrivals", .every = exponentialOf(1 / (load * servers)), .to = to(PlaceKind::Buffer)});
    process.buffers.push_back({.id = "queue", .to = first(PlaceKind::Station, 0)});
    process.stations.push_back({.id = "server", .servers = servers, .cycle = exponentialOf(1), .to = to(PlaceKind::Done)});
    return process;
}

Process lineModel(std::uint32_t stations, std::uint32_t capacity) {
    Process process;
    process.products.push_back({.id = "part"});
    process.sources.push_back({.id = "blanks", .to = to(PlaceKind::Station, 0)});
    for (std::uint32_t i = 0; i < stations; ++i) {
        const bool last = i + 1 == stations;
        process.stations.push_back({.id = std::format("machine-{}", i + 1),
                                    .cycle = exponentialOf(10),
                                    .failures = {{.id = "breakdown", .between = exponentialOf(3600), .repair = exponentialOf(180)}},
                                    .to = last ? to(PlaceKind::Done) : to(PlaceKind::Buffer, i)});
        if (!last)
            process.buffers.push_back(
                {.id = std::format("buffer-{}", i + 1), .capacity = capacity, .to = first(PlaceKind::Station, i + 1)});
    }
    return process;
}

Process yearModel() {
    using namespace std::chrono_literals;
    Process process;
    process.length = 365 * 24h;
    process.products.push_back({.id = "part"});
    process.shifts.push_back({.id = "two-shifts", .period = 24h, .hours = {{6h, 14h}, {14h, 22h}}});
    process.sources.push_back({.id = "blanks", .every = exponentialOf(157.68), .to = to(PlaceKind::Buffer, 0)}); // 200 000 a year
    process.buffers.push_back({.id = "before-machine", .to = first(PlaceKind::Station, 0)});
    process.buffers.push_back({.id = "before-inspection", .to = first(PlaceKind::Station, 1)});
    process.stations.push_back({.id = "machine",
                                .cycle = {.kind = DistributionKind::Triangular, .low = 60, .high = 100, .mode = 75},
                                .failures = {{.id = "breakdown", .between = exponentialOf(8 * 3600), .repair = exponentialOf(900)}},
                                .shift = 0,
                                .to = to(PlaceKind::Buffer, 1)});
    process.stations.push_back({.id = "inspection",
                                .cycle = {.kind = DistributionKind::Uniform, .low = 30, .high = 60},
                                .shift = 0,
                                .to = {.rule = RouteRule::Share,
                                       .branches = {{.to = {PlaceKind::Done}, .share = 0.93},
                                                    {.to = {PlaceKind::Buffer, 0}, .share = 0.05},
                                                    {.to = {PlaceKind::Scrap}, .share = 0.02}}}});
    return process;
}

} // namespace millwright::sim
