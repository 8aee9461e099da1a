#pragma once

#include <millwright/plant/process.hpp>
#include <millwright/sim/simulation.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <format>

namespace millwright::sim {

/// Of a process that can run.
inline Model modelOf(const plant::Process& process) {
    auto model = Model::make(process);
    if (!model) {
        for (const Error& error : model.error()) ADD_FAILURE() << error.text();
        std::abort();
    }
    return *std::move(model);
}

inline plant::Distribution exponentialOf(double mean) {
    return {.kind = plant::DistributionKind::Exponential, .mean = mean};
}
inline plant::Distribution constantOf(double mean) {
    return {.mean = mean};
}
inline plant::Route toStation(std::uint32_t station) {
    return {.branches = {{.to = {plant::PlaceKind::Station, station}}}};
}
inline plant::Route toBuffer(std::uint32_t buffer) {
    return {.branches = {{.to = {plant::PlaceKind::Buffer, buffer}}}};
}
inline plant::Route toDone() {
    return {.branches = {{.to = {plant::PlaceKind::Done}}}};
}
/// What a buffer leads to.
inline plant::Route takenBy(std::uint32_t station) {
    return {.rule = plant::RouteRule::First, .branches = {{.to = {plant::PlaceKind::Station, station}}}};
}

/// Something of everything: two products from sources that wait, lose and hold; priorities; set-ups; a batch; an assembly; rework
/// and scrap; shortest queues; blocking before service; every clock of failures and maintenance, a crew, shifts, CONWIP; parts
/// that give up waiting; loaders who are needed alone, together, and with a crane.
inline plant::Process everything() {
    using namespace plant;
    using namespace std::chrono_literals;
    Process process;
    process.products = {{.id = "a", .priority = 1}, {.id = "b", .priority = 2}};
    process.crews = {{.id = "fitters"}, {.id = "loaders", .size = 2}, {.id = "crane"}};
    const std::array loading{true, true, false, false}, handling{false, true, false, true};
    process.shifts = {{.id = "day", .period = 1h, .hours = {{0s, 1200s}, {1500s, 3600s}}}};
    process.sources = {
        {.id = "arrivals-a", .every = exponentialOf(8), .to = toBuffer(0)},
        {.id = "arrivals-b", .product = 1, .every = exponentialOf(30), .whenFull = WhenFull::Lose, .to = toBuffer(0)},
        {.id = "bolts", .every = constantOf(3), .whenFull = WhenFull::Hold, .to = toBuffer(4)},
        {.id = "pallets", .inProgress = 3, .to = toBuffer(5)},
        {.id = "extra",
         .rate = ArrivalRate{.period = 10min, .steps = {{0s, 20}, {200s, 60}}},
         .whenFull = WhenFull::Lose,
         .to = toBuffer(0)},
        {.id = "plan",
         .orders = OrderPlan{.period = 10min,
                             .orders = {{.id = "1", .at = 50s, .count = 6}, {.id = "2", .at = 9min, .product = 1, .count = 3}}},
         .whenFull = WhenFull::Lose,
         .to = toBuffer(0)}};
    process.buffers = {{.id = "in",
                        .capacity = 20,
                        .discipline = Discipline::Priority,
                        .to = takenBy(0),
                        .patience = exponentialOf(400),
                        .givesUpTo = {PlaceKind::Scrap}},
                       {.id = "left", .capacity = 4, .to = takenBy(1)},
                       {.id = "right",
                        .capacity = 4,
                        .discipline = Discipline::Lifo,
                        .to = takenBy(2),
                        .patience = constantOf(60),
                        .givesUpTo = {PlaceKind::Buffer, 7}},
                       {.id = "oven-queue", .capacity = 8, .to = takenBy(3)},
                       {.id = "bolt-box", .capacity = 10, .to = takenBy(4)},
                       {.id = "pallet-rack", .to = takenBy(4)},
                       {.id = "baked", .capacity = 6, .to = takenBy(4)},
                       {.id = "again", .to = takenBy(0)}};
    Route twoWays{.rule = RouteRule::Shortest, .branches = {{.to = {PlaceKind::Buffer, 1}}, {.to = {PlaceKind::Buffer, 2}}}};
    Route inspected{.branches = {{.to = {PlaceKind::Done}, .share = 0.8},
                                 {.to = {PlaceKind::Buffer, 7}, .share = 0.1},
                                 {.to = {PlaceKind::Scrap}, .share = 0.1}}};
    process.stations = {
        {.id = "saw",
         .servers = 2,
         .cycle = exponentialOf(9),
         .cycles = {{.product = 1, .time = constantOf(4)}},
         .setUps = {{.time = constantOf(5)}},
         .load = constantOf(0.5),
         .needs = {{.crew = 1, .priority = 1, .during = loading}},
         .failures = {{.id = "blade", .between = exponentialOf(300), .repair = exponentialOf(30), .crew = 0}},
         .maintenance = {{.id = "clean",
                          .every = constantOf(700),
                          .lasts = constantOf(15),
                          .crew = 0,
                          .when = MaintenanceWhen::Opportunistic,
                          .window = 300,
                          .renews = {0},
                          .renewedBy = {0}}},
         .shift = 0,
         .to = twoWays},
        {.id = "mill",
         .cycle = exponentialOf(12),
         .blocking = Blocking::BeforeService,
         .failures = {{.id = "spindle",
                       .clock = FailureClock::Calendar,
                       .between = exponentialOf(400),
                       .repair = constantOf(25),
                       .crew = 0}},
         .maintenance =
             {{.id = "oil", .clock = FailureClock::Working, .every = constantOf(500), .lasts = constantOf(40), .crew = 0}},
         .to = toBuffer(3)},
        {.id = "lathe",
         .cycle = constantOf(9),
         .load = constantOf(2),
         .needs = {{.crew = 1, .during = loading}},
         .failures = {{.id = "tool",
                       .clock = FailureClock::Cycles,
                       .between = {.kind = DistributionKind::Uniform, .low = 10, .high = 40},
                       .repair = constantOf(20),
                       .crew = 0}},
         .maintenance = {{.id = "gauge", .clock = FailureClock::Cycles, .every = constantOf(60), .lasts = exponentialOf(12)}},
         .shift = 0,
         .to = toBuffer(3)},
        {.id = "oven",
         .batch = 5,
         .cycle = constantOf(27),
         .load = exponentialOf(2),
         .unload = constantOf(1),
         .needs = {{.crew = 2, .during = handling}, {.crew = 1, .count = 2, .during = loading}},
         .to = toBuffer(6)},
        {.id = "assembly",
         .servers = 2,
         .cycle = exponentialOf(6),
         .unload = constantOf(0.5),
         .needs = {{.crew = 2, .during = handling}},
         .inputs = {{.index = 6}, {.index = 4, .count = 2}, {.index = 5}},
         .failures = {{.id = "jam", .between = exponentialOf(100), .repair = exponentialOf(10)},
                      {.id = "air", .clock = FailureClock::Calendar, .between = exponentialOf(500), .repair = exponentialOf(20)}},
         .to = inspected},
    };
    return process;
}

} // namespace millwright::sim
