#include <millwright/cad/import.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

/// The pilot plant as it is shipped: what plant.toml names is in the models and in the log, and the log tells its story.
namespace millwright {
namespace {

const std::filesystem::path plantFolder = std::filesystem::path(MILLWRIGHT_SOURCE_DIR) / "assets/plants/battery";

plant::Plant loadPlant() {
    auto loaded = plant::load(plantFolder);
    if (!loaded) {
        for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
        return {};
    }
    return *loaded;
}

bool endsPath(const std::string& path, const std::string& suffix) {
    return path == suffix || path.ends_with("/" + suffix);
}

std::vector<std::string> nodePaths(const scene::Scene& scene) {
    std::vector<std::string> paths;
    for (const scene::Node& node : scene.nodes)
        paths.push_back(node.parent == scene::none ? node.name : paths[node.parent] + "/" + node.name);
    return paths;
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

TEST(BatteryPlant, HasTheLinesMachinesSignalsAndCameras) {
    const plant::Plant battery = loadPlant();
    EXPECT_GE(battery.signals.size(), 60u);
    for (const char* machine : {"unwinder-1", "coater-1", "dryer-1", "dryer-1/zone-4", "outfeed-1", "calender-1", "rewinder-1"})
        EXPECT_NE(battery.findEquipment(std::string("electrode/coating/") + machine), noEquipment) << machine;
    for (const char* camera : {"overview", "unwinder", "coater", "dryer", "calender", "rewinder", "operator"})
        EXPECT_NE(battery.findCamera(camera), nullptr) << camera;
}

TEST(BatteryPlant, EveryBoundNodeIsInItsModelOnce) {
    const plant::Plant battery = loadPlant();
    std::map<std::filesystem::path, std::vector<std::string>> models;
    for (const plant::Target& target : battery.targets) {
        if (target.node.empty()) continue;
        const plant::Equipment& equipment = battery.at(target.equipment);
        auto& paths = models[equipment.model];
        if (paths.empty()) {
            const auto imported = cad::import(equipment.model);
            ASSERT_TRUE(imported) << imported.error().text();
            paths = nodePaths(imported->scene);
        }
        const auto named =
            std::count_if(paths.begin(), paths.end(), [&](const std::string& path) { return endsPath(path, target.node); });
        EXPECT_EQ(named, 1) << equipment.path << ": " << target.node;
    }
}

TEST(BatteryPlant, EverySignalIsInTheLogWithItsTypeAndUnit) {
    const plant::Plant battery = loadPlant();
    const auto source = telemetry::LogSource::openAll(battery.defaultLog);
    ASSERT_TRUE(source) << source.error().text();
    std::map<std::string, const telemetry::LogTopic*> topics;
    for (const telemetry::LogTopic& topic : (*source)->topics()) topics[topic.topic] = &topic;
    for (const plant::Signal& signal : battery.signals) {
        ASSERT_TRUE(topics.contains(signal.topic)) << signal.path;
        EXPECT_EQ(topics[signal.topic]->type, signal.type) << signal.path;
        EXPECT_EQ(topics[signal.topic]->unit, signal.unit) << signal.path;
    }
    EXPECT_EQ(topics.size(), battery.signals.size()) << "the log holds signals that the plant does not have";
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
    const auto speedAt = [&](double time) { return std::lower_bound(speed.begin(), speed.end(), std::pair{time, -1.0})->second; };
    EXPECT_NEAR(speedAt(breaks[0] - 60), 15, 0.1);
    EXPECT_LT(speedAt(breaks[0] + 5), 0.1) << "the line stops within five seconds of the break";
    EXPECT_NEAR(speedAt(29 * 60), 15, 0.1) << "and runs again at the end";
}

} // namespace
} // namespace millwright
