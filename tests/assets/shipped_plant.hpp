#pragma once

#include "support/folders.hpp"

#include <millwright/plant/load.hpp>
#include <millwright/sim/replicate.hpp>
#include <millwright/sim/statistics.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <format>
#include <set>
#include <string>
#include <vector>

namespace millwright {

/// A plant as it is shipped: its process is run, and what its recorded shift shows is looked at.
class ShippedPlant : public ::testing::Test {
protected:
    explicit ShippedPlant(const std::string& name) : folder_{test::sourceFolder() / "assets/plants" / name} {
        auto loaded = plant::load(folder_);
        if (loaded)
            plant_ = *std::move(loaded);
        else
            for (const Error& error : loaded.error()) ADD_FAILURE() << error.text();
    }

    std::size_t station(const std::string& id) const {
        const auto& stations = plant_.process->stations;
        const auto found = std::ranges::find(stations, id, &plant::Station::id);
        EXPECT_NE(found, stations.end()) << id;
        return static_cast<std::size_t>(found - stations.begin());
    }

    std::vector<sim::Report> runs(Duration warmUp, Duration length, std::uint32_t count) const {
        auto model = sim::Model::make(*plant_.process);
        EXPECT_TRUE(model) << (model ? "" : model.error().front().text());
        auto reports = sim::replicate(*model, {.warmUp = warmUp, .length = length, .count = count});
        EXPECT_TRUE(reports) << reports.error().text();
        return *std::move(reports);
    }

    /// The mean over runs of what `of` says of each.
    template <typename Of>
    static sim::Estimate over(const std::vector<sim::Report>& reports, Of of) {
        std::vector<double> values;
        for (const sim::Report& report : reports) values.push_back(of(report));
        return sim::estimate(values, 0.999);
    }

    static double perHour(const sim::Report& report, std::size_t product) {
        return static_cast<double>(report.products[product].made) / report.seconds * 3600;
    }

    std::optional<twin::Replay> shift() const {
        auto source = telemetry::LogSource::open(folder_ / "logs/shift.mcap", twin::subscriptions(plant_));
        EXPECT_TRUE(source) << source.error().text();
        auto replay = twin::Replay::open(plant_, std::move(*source));
        EXPECT_TRUE(replay) << replay.error().text();
        return std::move(*replay);
    }

    /// What the node shows at a number of times, `step` seconds apart.
    std::vector<twin::TargetState> seen(twin::Replay& replay, const std::string& equipment, const std::string& node, double from,
                                        int count, double step = 1) const {
        const auto target = std::ranges::find_if(plant_.targets, [&](const plant::Target& each) {
            return plant_.at(each.equipment).path == equipment && each.node == node;
        });
        EXPECT_NE(target, plant_.targets.end()) << equipment << " " << node;
        std::vector<twin::TargetState> states;
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(replay.seek(replay.log().from + durationFromSeconds(from + i * step)));
            states.push_back(replay.frame()->targets[static_cast<std::size_t>(target - plant_.targets.begin())]);
        }
        return states;
    }

    /// In how many different places, turns or visibilities the node is seen meanwhile.
    std::size_t different(twin::Replay& replay, const std::string& equipment, const std::string& node, double from, int count,
                          double step = 1) const {
        std::set<std::string> poses;
        for (const auto& state : seen(replay, equipment, node, from, count, step))
            poses.insert(std::format("{:.3f} {:.3f} {:.3f} {:.2f} {:.2f} {:.2f} {}", state.rotation.x, state.rotation.y,
                                     state.rotation.z, state.translation.x, state.translation.y, state.translation.z,
                                     state.visible));
        return poses.size();
    }

    std::filesystem::path folder_;
    plant::Plant plant_;
};

} // namespace millwright
