#include "shipped_plant.hpp"

#include <gtest/gtest.h>

#include <chrono>
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

    /// After the 13 days that it takes until all stores are as full as ever, 300 h: forty loads of the dryers, so that none is
    /// counted in part.
    const std::vector<sim::Report>& lateRuns() const {
        static const std::vector<sim::Report> reports = runs(312h, 612h, 8);
        return reports;
    }
};

constexpr double taktSeconds = 11.25;
constexpr double beforeStacking = 0.99 * 0.998 * 0.99;                           ///< slitting, drying, notching
constexpr double beforeSoaking = beforeStacking * 0.985 * 0.993 * 0.992 * 0.995; ///< stacking to filling
constexpr double allYields = beforeSoaking * 0.99 * 0.995 * 0.985 * 0.993;       ///< formation to last test
constexpr double started = 3600 / taktSeconds, stacked = started * beforeStacking, filled = started * beforeSoaking;

TEST_F(CellPlant, MakesWhatTaktAndYieldsAllow) {
    const double goodPerHour = started * allYields;
    const std::size_t cell = product("cell");
    const sim::Estimate made = over(lateRuns(), [&](const sim::Report& report) { return perHour(report, cell); });
    EXPECT_TRUE(made.contains(goodPerHour)) << "by hand " << goodPerHour << ", simulated " << made.mean << " +- " << made.halfWidth;
    EXPECT_LT(made.halfWidth, 0.02 * goodPerHour) << "too wide to tell anything";
}

TEST_F(CellPlant, ItsCoatingLineMakesTheElectrodeThatTheTaktTakes) {
    // By hand: 100 m in 400 s of work; in 24 h of it the coater stops once for 45 min, in 60 h the calender once for 40 min.
    const double sections = 3600.0 / 400 / (1 + 0.75 / 24 + 40.0 / 60 / 60) * 0.96 * 0.99;
    const std::size_t electrode = product("electrode-100m");
    const sim::Estimate made = over(lateRuns(), [&](const sim::Report& report) { return perHour(report, electrode); });
    EXPECT_TRUE(made.contains(sections)) << "mixing never holds it up: by hand " << sections << ", simulated " << made.mean;
    EXPECT_LT(made.halfWidth, 0.05 * sections) << "too wide to tell anything";
    // A cell takes 1.25 m of web in two lanes, coated on both sides: 2.5 m of one pass.
    EXPECT_GT(sections * 100, started * 2.5);
    EXPECT_LT(sections * 100, started * 2.5 * 1.05) << "nor does it make much more than is needed";
}

TEST_F(CellPlant, EveryMachineIsAsBusyAsItsLoadSays) {
    struct Load {
        const char* station;
        double share; ///< working, by hand
    };
    const double formed = filled * 0.99, degassed = formed * 0.995, graded = degassed * 0.985;
    for (const Load& load : {Load{"slitter-1", started / 800 * 35 / 60}, Load{"notcher-1", started * 0.99 * 0.998 * 5 / 3600},
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
    EXPECT_NEAR(together({{"oven-1", 1}, {"oven-2", 1}, {"oven-3", 1}}), started * 0.99 / 2400 * 18.5, 0.06);
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
    EXPECT_GT(poses("electrode/mixing/doser-1", "screw-1", 5400, 20), 8u) << "it weighs a batch in from 07:20";
    EXPECT_GT(poses("electrode/mixing/mixer-1", "planets", 600, 20), 8u);
    EXPECT_GT(poses("electrode/slitting/slitter-1", "unwind-roll", 600, 20), 8u);
    EXPECT_GT(poses("electrode/drying/oven-2", "door", 1200, 60), 10u) << "its door shuts at 06:20";
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
    double highest = 0, charged = 0;
    for (double time = 0; time < 8 * 3600; time += 120) {
        highest = std::max(highest, value("finishing/formation/press-1/voltage-1", time));
        charged = std::max(charged, value("finishing/formation/press-1/charge-1", time));
    }
    EXPECT_TRUE(highest > 3.70 && highest <= 3.752) << highest << " V: 30 A for an hour, or up to 3.75 V";
    EXPECT_TRUE(charged > 34 && charged < 42) << charged << " A.h: 9 with 6 A, then up to 30 with 30 A";
    EXPECT_NEAR(value("finishing/grading/tower-1/capacity-1", 8 * 3600 - 60), 60.6, 1.2) << "A.h; sd 0.3";
    EXPECT_EQ(value("finishing/grading/tower-1/capacity-1", 12 * 3600 / 2), 0) << "not known before its discharge is complete";
}

} // namespace
} // namespace millwright
