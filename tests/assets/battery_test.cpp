#include "support/folders.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <format>
#include <ranges>
#include <string>
#include <vector>

/// The battery plant as it is shipped: its log tells its story.
namespace millwright {
namespace {

const std::filesystem::path plantFolder = millwright::test::sourceFolder() / "assets/plants/battery";

plant::Plant loadPlant() {
    auto loaded = plant::load(plantFolder);
    if (!loaded) {
        for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
        return {};
    }
    return *loaded;
}

/// One signal's samples of the whole log, seconds since its start.
std::vector<std::pair<double, double>> readSeries(const plant::Signal& signal) {
    auto source = telemetry::LogSource::open(plantFolder / "logs/coating-30min.mcap", {{signal.topic, signal.type, signal.unit}});
    EXPECT_TRUE(source) << source.error().text();
    std::vector<std::pair<double, double>> series;
    while (true) {
        const auto samples = (*source)->next(4096);
        if (!samples || samples->empty()) return series;
        for (const telemetry::Sample& sample : *samples)
            series.emplace_back(seconds(sample.time - (*source)->span().from), sample.value.asNumber(sample.type));
    }
}

/// The value that holds at `time`, seconds since the log's start.
double valueAt(const std::vector<std::pair<double, double>>& series, double time) {
    const auto after = std::ranges::upper_bound(series, time, {}, &std::pair<double, double>::first);
    return after == series.begin() ? std::nan("") : std::prev(after)->second;
}

TEST(BatteryPlant, HasTheLinesMachinesSignalsAndCameras) {
    const plant::Plant battery = loadPlant();
    EXPECT_GE(battery.signals.size(), 60u);
    for (const char* machine : {"unwinder-1", "coater-1", "dryer-1", "dryer-1/zone-4", "outfeed-1", "calender-1", "rewinder-1"})
        EXPECT_NE(battery.findEquipment(std::string("electrode/coating/") + machine), noEquipment) << machine;
    for (const char* camera : {"overview", "unwinder", "coater", "dryer", "calender", "rewinder", "operator"})
        EXPECT_NE(battery.findCamera(camera), nullptr) << camera;
}

TEST(BatteryPlant, ItsLogIsHalfAnHour) {
    const auto source = telemetry::LogSource::openAll(loadPlant().defaultLog);
    ASSERT_TRUE(source) << source.error().text();
    EXPECT_EQ((*source)->span().length(), std::chrono::minutes(30));
}

TEST(BatteryPlant, TheWebBreaksOnceAndTheLineRunsAgain) {
    const plant::Plant battery = loadPlant();
    const auto signal = [&](const char* path) -> const plant::Signal& {
        return battery.at(battery.findSignal(std::format("electrode/coating/{}", path)));
    };
    const auto tension = readSeries(signal("rewinder-1/web-tension"));
    std::vector<double> breaks;
    for (std::size_t i = 1; i < tension.size(); ++i)
        if (tension[i - 1].second > 60 && tension[i].second < 1) breaks.push_back(tension[i].first);
    ASSERT_THAT(breaks, testing::ElementsAre(testing::DoubleNear(17 * 60, 1)));

    const auto speed = readSeries(signal("coater-1/web-speed"));
    EXPECT_NEAR(valueAt(speed, breaks[0] - 60), 15, 0.1);
    EXPECT_LT(valueAt(speed, breaks[0] + 5), 0.1) << "the line stops within five seconds of the break";
    EXPECT_NEAR(valueAt(speed, 29 * 60), 15, 0.1) << "and runs again at the end";
}

TEST(BatteryPlant, OvenZonesKeepToTheirProgrammeWhileTheyCoolAndHeat) {
    const plant::Plant battery = loadPlant();
    for (int zone = 1; zone <= 4; ++zone) {
        const auto signal = [&](const char* id) -> const plant::Signal& {
            return battery.at(battery.findSignal(std::format("electrode/coating/dryer-1/zone-{}/{}", zone, id)));
        };
        const plant::Limits limits = signal("deviation").limits;
        const auto deviation = readSeries(signal("deviation"));
        ASSERT_GT(deviation.size(), 1000u) << zone;
        const auto [least, most] = std::ranges::minmax(deviation | std::views::values);
        EXPECT_GT(least, limits.low.value()) << "zone " << zone << ": a Held line is inside its limits";
        EXPECT_LT(most, limits.high.value()) << "zone " << zone;
        EXPECT_GT(most, 1.5) << "zone " << zone << " lags behind while it cools";
        EXPECT_LT(least, -1.5) << "zone " << zone << " lags behind while it heats";

        const auto temperature = readSeries(signal("temperature"));
        const auto setPoint = readSeries(signal("set-point"));
        const double running = valueAt(setPoint, 16 * 60);
        EXPECT_NEAR(valueAt(temperature, 16 * 60), running, 4) << "zone " << zone;
        EXPECT_EQ(valueAt(setPoint, 20 * 60), 60) << "zone " << zone;
        EXPECT_LT(valueAt(temperature, 21 * 60), running - 18) << "zone " << zone << " cools at 6 K/min";
        EXPECT_GT(valueAt(temperature, 17.5 * 60) - 60, limits.highHigh.value())
            << "zone " << zone << ": measured against its set point it would trip";
        EXPECT_NEAR(valueAt(temperature, 29 * 60), running, 4) << "zone " << zone << " is back";
    }
}

TEST(BatteryPlant, TornEndsShowFromTheBreakUntilTheyAreCleared) {
    const plant::Plant battery = loadPlant();
    const auto series = [&](const char* path) {
        return readSeries(battery.at(battery.findSignal(std::format("electrode/coating/{}", path))));
    };
    const auto torn = series("web/torn");
    std::vector<std::pair<double, double>> changes;
    for (std::size_t i = 1; i < torn.size(); ++i)
        if (torn[i].second != torn[i - 1].second) changes.push_back(torn[i]);
    ASSERT_EQ(changes.size(), 2u);
    EXPECT_EQ(changes[0].second, 1);
    EXPECT_NEAR(changes[0].first, 17 * 60, 0.2);
    EXPECT_NEAR(changes[1].first, 18.5 * 60, 0.2);
    EXPECT_GT(valueAt(series("unwinder-1/door-angle"), changes[1].first), 45) << "nobody clears them through a shut door";
    EXPECT_LT(valueAt(series("coater-1/web-speed"), changes[1].first), 0.1);

    auto source = telemetry::LogSource::open(battery.defaultLog, twin::subscriptions(battery));
    ASSERT_TRUE(source) << source.error().text();
    auto replay = twin::Replay::open(battery, std::move(*source));
    ASSERT_TRUE(replay) << replay.error().text();
    const auto shown = [&](double time) {
        EXPECT_TRUE(replay->seek(replay->log().from + durationFromSeconds(time)));
        const auto frame = replay->frame();
        std::vector<std::string> nodes;
        for (std::size_t i = 0; i < battery.targets.size(); ++i)
            if (frame->targets[i].visible && battery.targets[i].node.starts_with("web-")) nodes.push_back(battery.targets[i].node);
        return nodes;
    };
    using testing::Contains;
    using testing::Not;
    EXPECT_THAT(shown(16 * 60), testing::AllOf(Not(Contains("web-torn")), Contains("web-lead-01"), Contains("web-rewind-span")));
    EXPECT_THAT(shown(17.5 * 60), testing::AllOf(Contains("web-torn"), Not(Contains("web-lead-01")), Contains("web-rewind-span")));
    EXPECT_THAT(shown(19 * 60),
                testing::AllOf(Not(Contains("web-torn")), Not(Contains("web-lead-01")), Not(Contains("web-rewind-span"))));
    EXPECT_THAT(shown(22.5 * 60),
                testing::AllOf(Contains("web-lead-01"), Not(Contains("web-lead-14")), Not(Contains("web-rewind-span"))));
    EXPECT_THAT(shown(25 * 60), testing::AllOf(Contains("web-lead-14"), Contains("web-rewind-span")));
}

} // namespace
} // namespace millwright
