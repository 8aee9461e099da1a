#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/standard_models.hpp>

#include <gmock/gmock.h>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// rho = lambda / (c mu).
TEST(Load, OfAQueueIsItsRho) {
    const std::vector<StationLoad> loads = loadsOf(queueModel(0.8, 3));
    ASSERT_THAT(loads, SizeIs(1));
    EXPECT_NEAR(loads[0].utilisation(), 0.8, 1e-9);
    EXPECT_NEAR(loads[0].capacity, 3 * 3600, 1e-6);
    EXPECT_THAT(overloadsOf(queueModel(0.99, 3)), IsEmpty());
    EXPECT_THAT(overloadsOf(queueModel(1.01, 3)), SizeIs(1));
}

// Rework comes back: of what arrives a tenth does so again and again. Failures and hours take of the capacity.
TEST(Load, CountsReworkFailuresAndHours) {
    plant::Process process;
    process.products = {{.id = "part"}};
    process.shifts = {{.id = "day", .period = 24h, .hours = {{6h, 18h}}}};
    process.sources = {{.id = "in", .every = exponentialOf(100), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack", .to = takenBy(0)}};
    process.stations = {{.id = "saw",
                         .cycle = exponentialOf(30),
                         .failures = {{.id = "blade", .between = exponentialOf(900), .repair = exponentialOf(100)}},
                         .shift = 0,
                         .to = {.branches = {{.to = {plant::PlaceKind::Done}, .share = 0.9},
                                             {.to = {plant::PlaceKind::Buffer, 0}, .share = 0.1}}}}};
    const StationLoad load = loadsOf(process).front();
    EXPECT_NEAR(load.perHour, 36 / 0.9, 1e-4);
    EXPECT_NEAR(load.capacity, 3600.0 / 30 * 0.9 / 2, 1e-3);
    // The simulation says the same: the saw works for rho of what failures and hours leave of the time.
    Simulation run{*Model::make(process), 1};
    ASSERT_TRUE(run.runTo(2000h));
    const StationReport did = run.report().stations[0];
    EXPECT_NEAR(did.working / (0.9 / 2), load.utilisation(), 0.02);
}

TEST(Load, OfTwoStationsBehindOneBufferIsTheirs) {
    plant::Process process;
    process.products = {{.id = "part"}};
    process.sources = {{.id = "in", .every = constantOf(10), .to = toBuffer(0)}};
    process.buffers = {{.id = "rack",
                        .to = {.rule = plant::RouteRule::First,
                               .branches = {{.to = {plant::PlaceKind::Station, 0}}, {.to = {plant::PlaceKind::Station, 1}}}}}};
    process.stations = {{.id = "fast", .cycle = constantOf(12), .to = toDone()},
                        {.id = "slow", .cycle = constantOf(36), .to = toDone()}};
    for (const StationLoad& load : loadsOf(process)) EXPECT_NEAR(load.utilisation(), 0.9, 1e-9);
    // More than both together: each is told, with what it can make.
    process.sources[0].every = constantOf(8);
    const std::vector<Error> errors = overloadsOf(process);
    ASSERT_THAT(errors, SizeIs(2));
    EXPECT_EQ(errors[0].place, "station 'fast'");
    EXPECT_THAT(errors[0].message, HasSubstr("337.5 parts an hour arrive, and it can make 300 (112.5 % of its time)"));
}

// What is beyond a bottleneck gets no more than that lets through; an assembly as much as its scarcest input.
TEST(Load, StopsAtWhatABottleneckLetsThrough) {
    plant::Process process;
    process.products = {{.id = "frame"}, {.id = "wheel"}};
    process.sources = {{.id = "frames", .every = constantOf(10), .to = toStation(0)},
                       {.id = "wheels", .product = 1, .every = constantOf(15), .to = toBuffer(1)}};
    process.buffers = {
        {.id = "painted", .to = takenBy(1)}, {.id = "wheel-box", .to = takenBy(1)}, {.id = "built", .to = takenBy(2)}};
    process.stations = {
        {.id = "paint", .cycle = constantOf(20), .to = toBuffer(0)},
        {.id = "assembly", .cycle = constantOf(15), .inputs = {{.index = 0}, {.index = 1, .count = 2}}, .to = toBuffer(2)},
        {.id = "test", .cycle = constantOf(25), .to = toDone()}};
    const std::vector<StationLoad> loads = loadsOf(process);
    EXPECT_NEAR(loads[0].utilisation(), 2, 1e-9);
    EXPECT_NEAR(loads[1].perHour, 180, 1e-6);
    EXPECT_NEAR(loads[2].perHour, 120, 1e-6); // two wheels every 30 s
    EXPECT_THAT(overloadsOf(process), SizeIs(1));
}

// Parts that are called in, lost or few pile up nowhere.
TEST(Load, IsOfPartsThatComeWithoutEnd) {
    plant::Process process = queueModel(2, 1);
    process.sources[0].whenFull = plant::WhenFull::Lose;
    EXPECT_THAT(overloadsOf(process), IsEmpty());
    process = queueModel(2, 1);
    process.sources[0].limit = 100;
    EXPECT_THAT(overloadsOf(process), IsEmpty());
    EXPECT_THAT(overloadsOf(lineModel(5, 3)), IsEmpty());
}

} // namespace
} // namespace millwright::sim
