#include "shipped_plant.hpp"

#include <millwright/sim/simulation.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <format>
#include <string>
#include <vector>

/// The battery plant from powder to tested cell: its process balances as docs/assets.md works out by hand, and in its recorded
/// shift machines and cells move.
namespace millwright {
namespace {

using namespace std::chrono_literals;

class CellPlant : public ShippedPlant {
protected:
    CellPlant() : ShippedPlant{"battery"} {}

    std::size_t product(const std::string& id) const {
        const auto& products = plant_.process->products;
        const auto found = std::ranges::find(products, id, &plant::Product::id);
        EXPECT_NE(found, products.end()) << id;
        return static_cast<std::size_t>(found - products.begin());
    }

    /// After the 13 days that it takes until all stores are as full as ever, 300 h.
    const std::vector<sim::Report>& lateRuns() const {
        static const std::vector<sim::Report> reports = runs(312h, 612h, 16);
        return reports;
    }
};

// By hand: 100 m in 400 s of work; in 24 h of it the coater stops once for 45 min, in 60 h the calender once for 40 min. A roll is
// 20 sections, and 800 cells, in two strips of which one in 500 is too damp; a hundredth of its web is cut off.
constexpr double sections = 3600.0 / 400 / (1 + 0.75 / 24 + 40.0 / 60 / 60) * 0.96 * 0.99;
constexpr double started = sections / 20 * 800;
constexpr double beforeStacking = 0.99 * 0.998 * 0.99;                           ///< slitting, drying, notching
constexpr double beforeSoaking = beforeStacking * 0.985 * 0.993 * 0.992 * 0.995; ///< stacking to filling
constexpr double allYields = beforeSoaking * 0.99 * 0.995 * 0.985 * 0.993;       ///< formation to last test
constexpr double stacked = started * beforeStacking, filled = started * beforeSoaking;

TEST_F(CellPlant, MakesWhatItsCoatingLineAndYieldsAllow) {
    const double goodPerHour = started * allYields;
    const std::size_t cell = product("cell");
    const sim::Estimate made = over(lateRuns(), [&](const sim::Report& report) { return perHour(report, cell); });
    EXPECT_TRUE(made.contains(goodPerHour)) << "by hand " << goodPerHour << ", simulated " << made.mean << " +- " << made.halfWidth;
    EXPECT_LT(made.halfWidth, 0.02 * goodPerHour) << "too wide to tell anything";
}

TEST_F(CellPlant, RollsBecomeStripsAndStripsCells) {
    const auto perHourOf = [&](const char* id) {
        return over(lateRuns(), [&](const sim::Report& report) {
            return static_cast<double>(report.stations[station(id)].finished) / report.seconds * 3600;
        });
    };
    const sim::Estimate rolls = perHourOf("rewinder");
    EXPECT_TRUE(rolls.contains(sections / 20))
        << "mixing never holds it up: by hand " << sections / 20 << ", simulated " << rolls.mean;
    EXPECT_LT(rolls.halfWidth, 0.05 * sections / 20) << "too wide to tell anything";
    EXPECT_NEAR(perHourOf("slitter-1").mean, rolls.mean, 0.01 * rolls.mean);
    EXPECT_NEAR(perHourOf("cathode-unwinder").mean, 2 * 0.998 * rolls.mean, 0.02 * rolls.mean);
    EXPECT_NEAR(perHourOf("notcher-1").mean, 396 * perHourOf("cathode-unwinder").mean, 2); // of 300 h: less than two strips
    EXPECT_GT(started, 320) << "a cell every 11.25 s is the takt";
    EXPECT_LT(started, 320 * 1.05) << "nor does the line make much more than is needed";
}

// What was coated lasts for most of a day: strips that wait, those that are dried, and sheets. Then there is nothing to stack,
// until new rolls have been coated (2.2 h), slit (0.6 h) and dried (18.5 h).
TEST_F(CellPlant, AnOutageOfTheCoatingLineStarvesStackingAfterADay) {
    plant::Process process = *plant_.process;
    std::vector<plant::Failure>& failures = process.stations[station("coater")].failures;
    failures.push_back({.id = "outage", .between = {.mean = 50'000 * 3600.0}, .repair = {.mean = 72 * 3600}});
    const auto model = sim::Model::make(process);
    ASSERT_TRUE(model);
    sim::Simulation run{*model, 1};
    Duration began = 312h;
    ASSERT_TRUE(run.runTo(began));
    while (!run.failNow(station("coater"), failures.size() - 1)) ASSERT_TRUE(run.runTo(began += 10min)); // it may be down already
    const auto stacks = [&](Duration until) {
        std::uint64_t before = 0, after = 0;
        for (int i = 1; i <= 5; ++i) before += run.finished(station(std::format("stacker-{}", i)));
        EXPECT_TRUE(run.runTo(began + until));
        for (int i = 1; i <= 5; ++i) after += run.finished(station(std::format("stacker-{}", i)));
        return after - before;
    };
    EXPECT_GT(static_cast<double>(stacks(8h)), 0.8 * 8 * stacked) << "stacking notices nothing for a shift";
    stacks(30h);
    run.resetStatistics();
    EXPECT_EQ(stacks(72h + 18h + 30min), 0u) << "nothing is left, and what is coated again is not dry";
    for (const char* starved : {"slitter-1", "oven-1", "notcher-1", "stacker-1", "stacker-5"})
        EXPECT_GT(run.report().stations[station(starved)].starved, starved[0] == 's' && starved[1] == 't' ? 0.99 : 0.7) << starved;
    EXPECT_GT(run.report().stations[station("notcher-2")].blocked, 0.99) << "anode sheets are there";
    EXPECT_GT(stacks(72h + 36h), 1000u);
}

TEST_F(CellPlant, EveryMachineIsAsBusyAsItsLoadSays) {
    struct Load {
        const char* station;
        double share; ///< working, by hand
    };
    const double formed = filled * 0.99, degassed = formed * 0.995, graded = degassed * 0.985;
    for (const Load& load : {Load{"slitter-1", sections / 20 * 35 / 60}, Load{"notcher-1", started * 0.99 * 0.998 * 5 / 3600},
                             Load{"stacker-1", stacked * 38.6 / 3600 / 5}, Load{"tab-welder", stacked * 0.985 * 7.5 / 3600},
                             Load{"pouch", stacked * 0.985 * 0.993 * 7.5 / 3600}, Load{"filler", filled / 0.995 * 7.5 / 3600},
                             Load{"soaking", filled * 24 / 24 / 360}, Load{"degasser", formed * 8 / 3600},
                             Load{"warm-ageing", degassed * 36 / 24 / 520}, Load{"rest", graded * 168 / 24 / 2400},
                             Load{"tester", graded * 5.5 / 3600}}) {
        const std::size_t index = station(load.station);
        const sim::Estimate working = over(lateRuns(), [&](const sim::Report& report) { return report.stations[index].working; });
        EXPECT_NEAR(working.mean, load.share, 0.02) << load.station;
        EXPECT_LT(working.mean, 0.93) << load.station << " has room for its stops";
    }
    // Presses, towers and dryers share their load in the order of the file; it is their sum that is known.
    const auto together = [&](const std::vector<std::pair<const char*, int>>& stations) {
        return over(lateRuns(),
                    [&](const sim::Report& report) {
                        double machines = 0;
                        for (const auto& [id, servers] : stations) machines += report.stations[station(id)].working * servers;
                        return machines;
                    })
            .mean;
    };
    EXPECT_NEAR(together({{"oven-1", 1}, {"oven-2", 1}, {"oven-3", 1}}), started / 2400 * 18.5, 0.06);
    EXPECT_NEAR(together({{"press-1", 1}, {"press-2", 1}, {"press-3", 1}, {"presses", 33}}), filled * 4.5 / 48, 0.6);
    EXPECT_NEAR(together({{"tower-1", 1}, {"tower-2", 1}, {"towers", 10}}), degassed * 9 / 256, 0.2);
}

TEST_F(CellPlant, MachinesAndCellsMoveWhileTheShiftRuns) {
    auto replay = shift();
    ASSERT_TRUE(replay);
    // 0.73 s: no multiple of a turn, nor of the time between samples.
    const auto poses = [&](const char* equipment, const char* node, double from, int count) {
        return different(*replay, equipment, node, from, count, 0.73);
    };
    EXPECT_GT(different(*replay, "electrode/mixing/doser-1", "screw-1", 0, 5700, 5.03), 8u) << "it weighs batches in";
    EXPECT_GT(poses("electrode/mixing/mixer-1", "planets", 600, 20), 8u);
    EXPECT_GT(poses("electrode/slitting/slitter-1", "unwind-roll", 600, 20), 8u);
    EXPECT_GT(different(*replay, "electrode/drying/oven-2", "door", 0, 5700, 5.03), 4u) << "it opens and shuts with each load";
    EXPECT_GT(poses("assembly/notching/notcher-1", "drum", 600, 100), 20u);
    EXPECT_GT(poses("assembly/stacking/stacker-1", "carriage-turn", 600, 20), 10u);
    EXPECT_GT(poses("assembly/stacking/stacker-1", "shuttle", 600, 200), 5u);
    for (const char* machine : {"assembly/packing/tab-welder-1", "assembly/packing/pouch-1", "assembly/packing/filler-1",
                                "finishing/degassing-1", "finishing/tester-1"})
        EXPECT_GT(poses(machine, "cells", 600, 200), 10u) << machine;
    EXPECT_GT(poses("finishing/formation/crane-1", "gantry", 600, 1600), 10u);
    EXPECT_EQ(poses("finishing/formation/crane-1", "load", 600, 1600), 2u) << "with a tray and without";
    EXPECT_GT(poses("finishing/ageing-1", "carriage", 600, 1600), 5u);
    EXPECT_GT(poses("finishing/tester-1", "gantry", 600, 300), 5u);
}

TEST_F(CellPlant, CellsCarryPartsTheirOwnPitch) {
    // A quarter turn of an index drive moves the cells by one pitch, and after a turn they look as before: no jump is seen.
    auto replay = shift();
    ASSERT_TRUE(replay);
    double least = 1, most = -1;
    for (const auto& state : seen(*replay, "assembly/packing/filler-1", "cells", 600, 240)) {
        least = std::min(least, static_cast<double>(state.translation.x));
        most = std::max(most, static_cast<double>(state.translation.x));
    }
    EXPECT_LE(most, 1e-6) << "the line runs -X";
    EXPECT_GE(least, -1.2001);
    EXPECT_LT(least, -0.85) << "four pitches of 300 mm";
}

TEST_F(CellPlant, CellsAreFormedAndGradedAsTheirRecipesSay) {
    auto replay = shift();
    ASSERT_TRUE(replay);
    const auto value = [&](const char* signal, double time) {
        EXPECT_TRUE(replay->seek(replay->log().from + durationFromSeconds(time)));
        const SignalIndex found = plant_.findSignal(signal);
        EXPECT_NE(found, noSignal) << signal;
        return replay->frame()->signals[index(found)].value.asNumber(plant_.at(found).type);
    };
    double highest = 0, charged = 0, capacity = 0;
    for (double time = 0; time < 8 * 3600; time += 120) {
        highest = std::max(highest, value("finishing/formation/press-1/voltage-1", time));
        charged = std::max(charged, value("finishing/formation/press-1/charge-1", time));
        for (const char* tower : {"finishing/grading/tower-1/capacity-1", "finishing/grading/tower-2/capacity-1"})
            capacity = std::max(capacity, value(tower, time));
    }
    EXPECT_TRUE(highest > 3.70 && highest <= 3.752) << highest << " V: 30 A for an hour, or up to 3.75 V";
    EXPECT_TRUE(charged > 34 && charged < 42) << charged << " A.h: 9 with 6 A, then up to 30 with 30 A";
    EXPECT_NEAR(capacity, 60.6, 1.2) << "A.h; sd 0.3, of the last discharge that was complete";
}

} // namespace
} // namespace millwright
