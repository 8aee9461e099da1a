#include "sim/compiled_network.hpp"

#include <algorithm>
#include <queue>
#include <set>
#include <utility>

namespace millwright::sim {
namespace {

using namespace plant;

constexpr std::uint32_t nothing = 0xffff'ffff;

void addLanes(const Process& process, CompiledNetwork& network) {
    for (std::uint32_t i = 0; i < process.edges.size(); ++i) {
        const NetworkEdge& edge = process.edges[i];
        CompiledLane lane{.from = edge.from,
                          .to = edge.to,
                          .edge = i,
                          .resource = network.resources++,
                          .length = edge.length,
                          .speedLimit = edge.speedLimit,
                          .shared = edge.lanes == Lanes::Single};
        network.lanes.push_back(lane);
        if (edge.lanes == Lanes::OneWay) continue;
        if (edge.lanes == Lanes::Double) lane.resource = network.resources++;
        std::swap(lane.from, lane.to);
        network.lanes.push_back(lane);
    }
}

/// Backwards from a goal to every node (Dijkstra 1959): of equal ways the one of the lane that comes first in the file.
void findWays(const CompiledNetwork& network, const Fleet& fleet, std::uint32_t goal, std::uint32_t* lanes, double* times) {
    using Entry = std::pair<double, std::uint32_t>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;
    std::vector<std::vector<std::uint32_t>> into(network.room.size());
    for (std::uint32_t i = 0; i < network.lanes.size(); ++i) into[network.lanes[i].to].push_back(i);
    const double speed = std::min(fleet.speed, fleet.loadedSpeed.value_or(fleet.speed));
    times[goal] = 0;
    open.emplace(0, goal);
    while (!open.empty()) {
        const auto [time, node] = open.top();
        open.pop();
        if (time > times[node]) continue;
        for (const std::uint32_t index : into[node]) {
            const CompiledLane& lane = network.lanes[index];
            const double whole = time + lane.length / std::min(speed, lane.speedLimit);
            if (whole > times[lane.from] || (whole == times[lane.from] && index >= lanes[lane.from])) continue;
            const bool sooner = whole < times[lane.from];
            times[lane.from] = whole;
            lanes[lane.from] = index;
            if (sooner) open.emplace(whole, lane.from);
        }
    }
}

/// Parking, chargers, and wherever parts are fetched or brought.
std::set<std::uint32_t> goalsOf(const Process& process) {
    std::set<std::uint32_t> goals;
    for (const Fleet& fleet : process.fleets) {
        goals.insert(fleet.parking.begin(), fleet.parking.end());
        goals.insert(fleet.chargers.begin(), fleet.chargers.end());
    }
    const auto add = [&](const auto& places) {
        for (const auto& place : places)
            if (place.node) goals.insert(*place.node);
    };
    add(process.sources);
    add(process.buffers);
    add(process.stations);
    return goals;
}

} // namespace

CompiledNetwork compileNetwork(const Process& process) {
    CompiledNetwork network;
    if (process.fleets.empty()) return network;
    for (const NetworkNode& node : process.nodes) network.room.push_back(node.room);
    addLanes(process, network);
    const std::set<std::uint32_t> goals = goalsOf(process);
    network.goal.assign(process.nodes.size(), nothing);
    for (const std::uint32_t node : goals) network.goal[node] = network.goals++;
    for (std::uint32_t f = 0; f < process.fleets.size(); ++f) {
        const Fleet& from = process.fleets[f];
        CompiledFleet fleet{.firstVehicle = network.vehicles, .vehicles = from.vehicles};
        fleet.empty = {from.speed, from.acceleration.value_or(0), from.deceleration.value_or(0)};
        fleet.loaded = fleet.empty;
        fleet.loaded.speed = from.loadedSpeed.value_or(from.speed);
        network.vehicles += fleet.vehicles;
        for (std::uint32_t i = 0; i < process.stations.size(); ++i)
            if (process.stations[i].carrying && process.stations[i].carrying->fleet == f) fleet.stations.push_back(i);
        const std::size_t entries = goals.size() * process.nodes.size();
        fleet.ways.lane.assign(entries, nothing);
        fleet.ways.time.assign(entries, std::numeric_limits<double>::infinity());
        for (const std::uint32_t node : goals) {
            const std::size_t row = network.goal[node] * process.nodes.size();
            findWays(network, process.fleets[f], node, &fleet.ways.lane[row], &fleet.ways.time[row]);
        }
        network.fleets.push_back(std::move(fleet));
    }
    return network;
}

} // namespace millwright::sim
