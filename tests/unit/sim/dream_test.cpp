#include "support/folders.hpp"
#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/simulation.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>

// Line models of ManPy/DREAM, an open simulator of manufacturing (nexedi/dream), with the results it recorded.
namespace millwright::sim {
namespace {

using nlohmann::json;
using namespace plant;

const std::filesystem::path dream = millwright::test::sourceFolder() / "../shared/data/des/dream_topologies";

json read(const std::filesystem::path& path) {
    std::ifstream file{path};
    return json::parse(file);
}

double fixed(const json& node, const char* what) {
    return node.at(what).at("Fixed").at("mean").get<double>();
}

/// Translates one graph; a minute of theirs is a second of ours.
class Translator {
public:
    explicit Translator(const json& model) : nodes_{model.at("graph").at("node")} {
        for (const auto& [id, edge] : model.at("graph").at("edge").items())
            next_[edge.at("source")].push_back(edge.at("destination"));
        process_.products = {{.id = "part"}};
        for (const auto& [id, node] : nodes_.items()) number(id, node.at("_class"));
        for (const auto& [id, node] : nodes_.items()) translate(id, node);
    }

    Process process_;
    std::map<std::string, std::uint32_t> stations_;

private:
    void number(const std::string& id, const std::string& kind) {
        if (kind == "Dream.Machine" || kind == "Dream.Assembly")
            stations_.emplace(id, static_cast<std::uint32_t>(stations_.size()));
        if (kind == "Dream.Queue") buffers_.emplace(id, static_cast<std::uint32_t>(buffers_.size()));
        if (kind == "Dream.Repairman") process_.crews.push_back({.id = id});
        if (kind == "Dream.Source") sources_.emplace(id, static_cast<std::uint32_t>(sources_.size()));
        process_.stations.resize(stations_.size());
        process_.buffers.resize(buffers_.size());
        process_.sources.resize(sources_.size());
    }

    Route route(const std::string& id) const {
        Route route{.rule = RouteRule::First};
        for (const std::string& to : next_.at(id)) {
            if (stations_.contains(to)) route.branches.push_back({.to = {PlaceKind::Station, stations_.at(to)}});
            if (buffers_.contains(to)) route.branches.push_back({.to = {PlaceKind::Buffer, buffers_.at(to)}});
            if (nodes_.at(to).at("_class") == "Dream.Exit") route.branches.push_back({.to = {PlaceKind::Done}});
        }
        return route;
    }

    void translate(const std::string& id, const json& node) {
        const std::string kind = node.at("_class");
        if (kind == "Dream.Source") {
            process_.sources[sources_.at(id)] = {
                .id = id, .every = constantOf(fixed(node, "interArrivalTime")), .first = Duration{0}, .to = route(id)};
        } else if (kind == "Dream.Queue") {
            process_.buffers[buffers_.at(id)] = {.id = id, .capacity = node.at("capacity").get<std::uint32_t>(), .to = route(id)};
        } else if (kind == "Dream.Machine" || kind == "Dream.Assembly") {
            Station& station = process_.stations[stations_.at(id)];
            station.id = id;
            station.cycle = constantOf(fixed(node, "processingTime"));
            station.to = route(id);
            if (node.contains("interruptions") && node["interruptions"].contains("failure"))
                failure(id, node["interruptions"]["failure"], station);
            if (kind == "Dream.Assembly") inputs(id, station);
        }
    }

    void failure(const std::string& id, const json& from, Station& station) {
        Failure failure{.id = "failure",
                        .clock = FailureClock::Calendar,
                        .between = constantOf(fixed(from, "TTF")),
                        .repair = constantOf(fixed(from, "TTR"))};
        for (const auto& [repairman, machines] : next_)
            if (nodes_.at(repairman).at("_class") == "Dream.Repairman" && std::ranges::contains(machines, id)) failure.crew = 0;
        station.failures.push_back(failure);
    }

    // A frame takes four parts.
    void inputs(const std::string& id, Station& station) {
        for (const auto& [source, to] : next_)
            if (std::ranges::contains(to, id))
                station.inputs.push_back({.fromSource = true,
                                          .index = sources_.at(source),
                                          .count = nodes_.at(source).at("entity") == "Dream.Frame" ? 1u : 4u});
        std::ranges::sort(station.inputs, {}, &Input::count);
    }

    const json& nodes_;
    std::map<std::string, std::vector<std::string>> next_;
    std::map<std::string, std::uint32_t> buffers_, sources_;
};

class Dream : public testing::TestWithParam<const char*> {};

TEST_P(Dream, GivesTheRecordedResults) {
    const std::string name = GetParam();
    const auto file = dream / "simulation/JSONInputs" / (name + ".json");
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is missing";
    const json input = read(file), recorded = read(dream / "tests/dump" / (name + ".json.result"));
    const Translator translated{input};
    const auto model = Model::make(translated.process_);
    ASSERT_TRUE(model.has_value()) << model.error().front().text();
    const json& length = input.at("general").at("maxSimTime");
    Simulation run{*model, 1};
    ASSERT_TRUE(run.runTo(durationFromSeconds(length.is_string() ? std::stod(length.get<std::string>()) : length.get<double>())));
    const Report report = run.report();
    for (const json& element : recorded.at("elementList")) {
        const std::string id = element.at("id");
        const json& results = element.at("results");
        if (results.contains("throughput")) {
            EXPECT_EQ(report.products[0].made, results["throughput"][0].get<std::uint64_t>());
        }
        if (!translated.stations_.contains(id)) {
            if (results.contains("working_ratio")) {
                EXPECT_NEAR(report.crews[0].busy * 100, results["working_ratio"][0].get<double>(), 1e-9) << id;
            }
            continue;
        }
        const StationReport& station = report.stations[translated.stations_.at(id)];
        EXPECT_NEAR(station.working * 100, results["working_ratio"][0].get<double>(), 1e-9) << id;
        EXPECT_NEAR(station.starved * 100, results["waiting_ratio"][0].get<double>(), 1e-9) << id;
        EXPECT_NEAR(station.blocked * 100, results["blockage_ratio"][0].get<double>(), 1e-9) << id;
        if (results.contains("failure_ratio")) {
            EXPECT_NEAR(station.down * 100, results["failure_ratio"][0].get<double>(), 1e-9) << id;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Topologies, Dream,
                         testing::Values("SingleServer", "Topology01", "Topology02", "Topology03", "Topology04", "Topology05",
                                         "Topology06", "Topology07", "Topology08", "Topology09"),
                         [](const auto& each) { return std::string{each.param}; });

} // namespace
} // namespace millwright::sim
