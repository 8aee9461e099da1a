#include "shipped_plant.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

/// The auto-parts plant: its process balances as can be worked out by hand, and in its recorded shift machines and arms move.
namespace millwright {
namespace {

class AutoParts : public ShippedPlant {
protected:
    AutoParts() : ShippedPlant{"autoparts"} {}

    /// Twenty runs as the plant states them.
    std::vector<sim::Report> twentyRuns() const { return runs(plant_.process->warmUp.value(), plant_.process->length, 20); }
};

TEST_F(AutoParts, MakesWhatItsBottleneckAllows) {
    // By hand: a hanger of 8 arms takes 280 s of work; in 40 min of work it stops once for 14/3 min on average, in 80 h once for 1
    // h.
    const double hangerSeconds = 280 * (1 + 14.0 / 3 / 40 + 1.0 / 80);
    const double goodPerHour = 8 * 3600 / hangerSeconds * 0.988 * 0.995;
    const auto reports = twentyRuns();
    const sim::Estimate made = over(reports, [](const sim::Report& report) { return perHour(report, 0); });
    EXPECT_TRUE(made.contains(goodPerHour)) << "by hand " << goodPerHour << ", simulated " << made.mean << " +- " << made.halfWidth;
    EXPECT_LT(made.halfWidth, 0.02 * goodPerHour) << "too wide to tell anything";
}

TEST_F(AutoParts, HasOneBottleneckAndBelievableUse) {
    const auto reports = twentyRuns();
    const std::size_t ecoat = station("ecoat");
    const auto share = [&](std::size_t index, double sim::StationReport::* of) {
        return over(reports, [&](const sim::Report& report) { return report.stations[index].*of; }).mean;
    };
    EXPECT_LT(share(ecoat, &sim::StationReport::starved) + share(ecoat, &sim::StationReport::blocked), 0.005)
        << "nothing before or behind the bottleneck holds it up";
    for (const char* other : {"press", "spot", "arc-1", "arc-2", "arc-3", "arc-4", "centre-1", "centre-4", "assembly", "leak"})
        EXPECT_GT(share(station(other), &sim::StationReport::starved) + share(station(other), &sim::StationReport::blocked), 0.05)
            << other << " is no bottleneck: it waits";
    // OEE of the facts sheet: 85 % of the weld cells and the assembly line, 88 % of the e-coat line before its yield of 98.8 %.
    EXPECT_NEAR(share(station("spot"), &sim::StationReport::working), 0.85, 0.03);
    EXPECT_NEAR(share(station("arc-3"), &sim::StationReport::working), 0.85, 0.03);
    EXPECT_NEAR(share(station("assembly"), &sim::StationReport::working), 0.85, 0.03);
    EXPECT_NEAR(share(ecoat, &sim::StationReport::working) * 0.988, 0.88, 0.02);
}

TEST_F(AutoParts, TheSlideKeepsUprightAndRunsItsWholeStroke) {
    auto replay = shift();
    ASSERT_TRUE(replay);
    // Three nodes turn against each other: the first by the angle a, the second by -2a, the third by a; their sum is a straight
    // line.
    const auto turn = seen(*replay, "press-shop/press-1", "slide-turn", 1200, 8),
               counter = seen(*replay, "press-shop/press-1", "slide-counter", 1200, 8),
               settle = seen(*replay, "press-shop/press-1", "slide-settle", 1200, 8);
    double low = 1, high = -1;
    for (std::size_t i = 0; i < turn.size(); ++i) {
        const glm::vec3 arm{0, 0.175f, 0};
        const glm::vec3 at = turn[i].rotation * (arm + counter[i].rotation * arm);
        const glm::quat all = turn[i].rotation * counter[i].rotation * settle[i].rotation;
        EXPECT_NEAR(at.x, 0, 1e-3) << "the slide does not leave its guides";
        EXPECT_NEAR(std::abs(all.w), 1, 1e-3) << "and does not turn";
        low = std::min(low, static_cast<double>(at.y));
        high = std::max(high, static_cast<double>(at.y));
    }
    EXPECT_GT(high - low, 0.5) << "of a stroke of 700 mm; eight seconds are two strokes";
}

TEST_F(AutoParts, RobotsVehiclesAndHangersMoveWhileTheShiftRuns) {
    auto replay = shift();
    ASSERT_TRUE(replay);
    const auto poses = [&](const char* equipment, const char* node, int seconds) {
        return different(*replay, equipment, node, 5400, seconds);
    };
    EXPECT_GT(poses("welding/spot-1", "robot-1-joint-2", 120), 3u);
    EXPECT_GT(poses("welding/arc-1", "robot-1-joint-1", 180), 10u);
    EXPECT_GT(poses("welding/arc-1", "table", 180), 2u);
    EXPECT_GT(poses("machining/centre-1", "spindle-head", 300), 3u);
    EXPECT_GT(poses("coating/ecoat-1", "beam-turn", 600), 10u) << "the beam moves on once in 280 s";
    EXPECT_EQ(poses("coating/ecoat-1", "carried", 600), 2u) << "hangers are on the beam, and in their tanks again";
    EXPECT_GT(poses("assembly/assembly-1", "ram", 120), 3u);
    EXPECT_GT(poses("assembly/leak-1", "clamp", 120), 2u);
    EXPECT_GT(poses("logistics/amr-4", "", 900), 10u);
    EXPECT_EQ(poses("logistics/amr-4", "load", 900), 2u);
}

} // namespace
} // namespace millwright
