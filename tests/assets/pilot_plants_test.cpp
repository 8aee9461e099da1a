#include "support/folders.hpp"

#include <millwright/cad/import.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

/// Both pilot plants as they are shipped: what plant.toml names is in the models and in the log.
namespace millwright {
namespace {

class PilotPlant : public ::testing::TestWithParam<const char*> {
protected:
    static plant::Plant load() {
        auto loaded = plant::load(millwright::test::sourceFolder() / "assets/plants" / GetParam());
        if (loaded) return *std::move(loaded);
        for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
        return {};
    }
};

bool endsPath(const std::string& path, const std::string& suffix) {
    return path == suffix || path.ends_with("/" + suffix);
}

std::vector<std::string> nodePaths(const scene::Scene& scene) {
    std::vector<std::string> paths;
    for (const scene::Node& node : scene.nodes)
        paths.push_back(node.parent == scene::none ? node.name : paths[node.parent] + "/" + node.name);
    return paths;
}

TEST_P(PilotPlant, HasEveryBoundNodeInItsModelOnce) {
    const plant::Plant pilot = load();
    std::map<std::filesystem::path, std::vector<std::string>> models;
    for (const plant::Target& target : pilot.targets) {
        if (target.node.empty()) continue;
        const plant::Equipment& equipment = pilot.at(target.equipment);
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
    EXPECT_FALSE(models.empty());
}

TEST_P(PilotPlant, HasEverySignalInItsLogWithItsTypeAndUnit) {
    const plant::Plant pilot = load();
    const auto source = telemetry::LogSource::openAll(pilot.defaultLog);
    ASSERT_TRUE(source) << source.error().text();
    std::map<std::string, const telemetry::LogTopic*, std::less<>> topics;
    for (const telemetry::LogTopic& topic : (*source)->topics()) topics[topic.topic] = &topic;
    for (const plant::Signal& signal : pilot.signals) {
        ASSERT_TRUE(topics.contains(signal.topic)) << signal.path.view();
        EXPECT_EQ(topics.at(std::string{signal.topic})->type, signal.type) << signal.path.view();
        EXPECT_EQ(topics.at(std::string{signal.topic})->unit, signal.unit) << signal.path.view();
    }
    EXPECT_EQ(topics.size(), pilot.signals.size()) << "the log holds signals that the plant does not have";
}

TEST_P(PilotPlant, RationalisesEveryAlarm) {
    const plant::Plant pilot = load();
    EXPECT_FALSE(pilot.alarms.empty());
    for (const plant::Alarm& alarm : pilot.alarms) {
        EXPECT_FALSE(alarm.cause.empty()) << alarm.path;
        EXPECT_FALSE(alarm.consequence.empty()) << alarm.path;
        EXPECT_FALSE(alarm.action.empty()) << alarm.path;
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, PilotPlant, ::testing::Values("battery", "autoparts"),
                         [](const ::testing::TestParamInfo<const char*>& plant) { return std::string{plant.param}; });

} // namespace
} // namespace millwright
