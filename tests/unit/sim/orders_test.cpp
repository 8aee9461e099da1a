#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/load.hpp>
#include <millwright/sim/simulation.hpp>
#include <millwright/sim/study.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::HasSubstr;

std::string refusal(const Process& process) {
    const auto model = Model::make(process);
    return model ? "" : model.error().front().text();
}

/// Three orders of an hour: 4 parts of a at once, 2 of b at 10 s, 3 of a at 20 s; a takes 10 s, b 30 s.
Process workshop() {
    Process process;
    process.products = {{.id = "a"}, {.id = "b"}};
    process.sources = {{.id = "plan",
                        .orders = OrderPlan{.period = {},
                                            .orders = {{.id = "first", .at = 0s, .product = 0, .count = 4, .due = 30s},
                                                       {.id = "second", .at = 10s, .product = 1, .count = 2, .due = 100s},
                                                       {.id = "third", .at = 20s, .product = 0, .count = 3, .due = 140s}}},
                        .to = toBuffer(0)}};
    process.buffers = {{.id = "queue", .to = takenBy(0)}};
    process.stations = {
        {.id = "machine", .cycle = constantOf(10), .cycles = {{.product = 1, .time = constantOf(30)}}, .to = toDone()}};
    return process;
}

// Done at 40, 100 and 130 s: late by 10 s, in time to the second, in time.
TEST(Orders, AreFollowedUntilTheirLastPartHasLeft) {
    Simulation run{modelOf(workshop()), 1};
    ASSERT_TRUE(run.runTo(99s));
    EXPECT_EQ(run.report().orders[1].finished, 0u);
    ASSERT_TRUE(run.runTo(1h));
    const Report report = run.report();
    ASSERT_EQ(report.orders.size(), 3u);
    for (const OrderReport& order : report.orders) {
        EXPECT_EQ(order.released, 1u);
        EXPECT_EQ(order.finished, 1u);
        EXPECT_EQ(order.scrapped, 0u);
    }
    EXPECT_EQ(report.orders[0].late, 1u);
    EXPECT_DOUBLE_EQ(report.orders[0].meanTime, 40);
    EXPECT_DOUBLE_EQ(report.orders[0].meanTardiness, 10);
    EXPECT_EQ(report.orders[1].late, 0u);
    EXPECT_DOUBLE_EQ(report.orders[1].meanTime, 90);
    EXPECT_DOUBLE_EQ(report.orders[2].meanTime, 110);
    EXPECT_DOUBLE_EQ(report.orders[2].meanTardiness, 0);
    EXPECT_EQ(report.products[0].made, 7u);
    EXPECT_EQ(report.products[1].made, 2u);
    EXPECT_EQ(report.sources[0].created, 9u);
}

TEST(Orders, ComeAgainEveryPeriod) {
    Process process = workshop();
    process.sources[0].orders->period = 200s;
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1000s));
    const Report report = run.report();
    EXPECT_EQ(report.orders[0].released, 6u); // at 0, 200 ... 1000 s
    EXPECT_EQ(report.orders[0].finished, 5u);
    EXPECT_EQ(report.orders[0].late, 5u);
    EXPECT_DOUBLE_EQ(report.orders[0].meanTime, 40);
    EXPECT_EQ(report.orders[2].finished, 5u);
    EXPECT_DOUBLE_EQ(report.orders[2].meanTime, 110);
}

// What is scrapped has left, too, and is told; what is made of a part is of its order.
TEST(Orders, CountWhatIsScrappedAndWhatPartsAreMadeInto) {
    Process process = workshop();
    process.stations[0].to = {.branches = {{.to = {PlaceKind::Scrap}}}};
    process.stations[0].makes = Makes{3, {}};
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1h));
    const Report report = run.report();
    EXPECT_EQ(report.orders[0].finished, 1u);
    EXPECT_EQ(report.orders[0].scrapped, 12u);
    EXPECT_DOUBLE_EQ(report.orders[0].meanTime, 40);
}

TEST(Orders, WithoutRoomAreLost) {
    Process process = workshop();
    process.buffers[0].capacity = 1; // and one in the machine
    process.sources[0].whenFull = WhenFull::Lose;
    Simulation run{modelOf(process), 1};
    ASSERT_TRUE(run.runTo(1h));
    const Report report = run.report();
    EXPECT_EQ(report.sources[0].lost, 5u); // two of the first, one of the second, two of the third
    EXPECT_EQ(report.orders[0].finished, 1u);
    EXPECT_DOUBLE_EQ(report.orders[0].meanTime, 20);
    EXPECT_DOUBLE_EQ(report.orders[2].meanTime, 40); // from 20 s, behind one of b
}

TEST(Orders, GoOnInAForkAsTheyWouldHave) {
    Process process = workshop();
    process.sources[0].orders->period = 200s;
    Simulation run{modelOf(process), 3};
    ASSERT_TRUE(run.runTo(325s));
    Simulation fork = run;
    ASSERT_TRUE(run.runTo(1h));
    ASSERT_TRUE(fork.runTo(1h));
    EXPECT_EQ(run.stateHash(), fork.stateHash());
    EXPECT_EQ(run.report().orders[1].finished, fork.report().orders[1].finished);
}

// Whatever has come of a period before a run begins is over; what is in progress is of no order.
TEST(Orders, OfABranchAreThoseOfTheTimeOfDay) {
    Process process = workshop();
    process.sources[0].orders->period = 200s;
    InitialState now;
    now.sinceShiftsBegan = 210s + 5s; // 15 s into the second period: the third order is next
    now.buffers = {{.id = "queue", .parts = 2}};
    Simulation run{modelOf(process), 1, now};
    ASSERT_TRUE(run.runTo(4s));
    EXPECT_EQ(run.report().orders[2].released, 0u);
    ASSERT_TRUE(run.runTo(5s));
    const Report report = run.report();
    EXPECT_EQ(report.orders[0].released, 0u);
    EXPECT_EQ(report.orders[1].released, 0u);
    EXPECT_EQ(report.orders[2].released, 1u);
    ASSERT_TRUE(run.runTo(184s));
    EXPECT_EQ(run.report().orders[0].released, 0u);
    ASSERT_TRUE(run.runTo(185s));
    EXPECT_EQ(run.report().orders[0].released, 1u);
}

TEST(Orders, CountInTheLoadOfStations) {
    Process process = workshop();
    process.sources[0].orders->period = 200s; // 7 a and 2 b: 130 s of work
    const auto loads = loadsOf(process);
    EXPECT_NEAR(loads[0].perHour, 9 * 18, 1e-9);
    EXPECT_NEAR(loads[0].capacity, 9 * 18 / 0.65, 1e-6);
}

TEST(Orders, ThatCannotBeAreRefused) {
    const auto with = [](auto change) {
        Process process = workshop();
        change(process.sources[0]);
        return refusal(process);
    };
    EXPECT_THAT(with([](Source& source) { source.orders->orders[1].at = 30s; }), HasSubstr("order 'third' comes before the one"));
    EXPECT_THAT(with([](Source& source) { source.orders->orders[1].due = 5s; }),
                HasSubstr("order 'second' is due before it comes"));
    EXPECT_THAT(with([](Source& source) { source.orders->orders[1].count = 0; }), HasSubstr("order 'second' has no parts"));
    EXPECT_THAT(with([](Source& source) { source.orders->orders[1].product = 7; }), HasSubstr("order 'second' is for a product"));
    EXPECT_THAT(with([](Source& source) { source.orders->period = 20s; }),
                HasSubstr("order 'third' comes after the end of the period"));
    EXPECT_THAT(with([](Source& source) { source.orders->orders.clear(); }), HasSubstr("there is no order"));
    EXPECT_THAT(with([](Source& source) { source.limit = 3; }), HasSubstr("both 'order' and 'limit'"));
    EXPECT_THAT(with([](Source& source) { source.whenFull = WhenFull::Hold; }), HasSubstr("when_full \"hold\""));
    EXPECT_THAT(with([](Source& source) { source.every = constantOf(3); }), HasSubstr("more than one of"));
}

} // namespace
} // namespace millwright::sim
