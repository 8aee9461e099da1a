#include "sim/traffic.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace millwright::sim {
namespace {

using namespace plant;

/// A ring of aisles, one-way, double and single, with spurs.
Process network() {
    Process process;
    for (std::uint32_t i = 0; i < 12; ++i) process.nodes.push_back({.id = std::to_string(i), .room = i == 2 || i == 3 ? 2u : 1u});
    for (std::uint32_t i = 0; i < 6; ++i)
        process.edges.push_back(
            {.id = "ring", .from = i, .to = (i + 1) % 6, .length = 10.0 + i, .lanes = i == 2 ? Lanes::Double : Lanes::OneWay});
    for (std::uint32_t i = 0; i < 6; ++i) process.edges.push_back({.id = "spur", .from = i, .to = 6 + i, .length = 3.0 + i});
    // All nodes can be gone to.
    process.fleets = {{.id = "f", .vehicles = 5, .speed = 1}};
    for (std::uint32_t i = 0; i < 12; ++i) process.fleets[0].parking.push_back(i);
    return process;
}

// Whatever they do, no two vehicles are on one lane, and no node holds more than it has room for. Counted anew after every step.
TEST(Traffic, NeverPutsTwoVehiclesWhereThereIsRoomForOne) {
    const CompiledNetwork network = compileNetwork(sim::network());
    Traffic traffic{network};
    std::mt19937 engine{7};
    const auto random = [&](std::uint32_t below) { return static_cast<std::uint32_t>(engine()) % below; };
    for (std::uint32_t v = 0; v < 5; ++v) traffic.place(v, 0, 6 + v);
    std::uint64_t arrived = 0, blocked = 0;
    for (int i = 0; i < 200'000; ++i) {
        const std::uint32_t v = random(5);
        switch (traffic.go(network, v)) {
        case Step::Arrived:
            ++arrived;
            traffic.send(v, 6 + random(6)); // into the spurs: whoever stops on the ring itself may be in the way for ever
            break;
        case Step::Blocked: ++blocked; break;
        case Step::Moved: break;
        }
        std::map<std::uint32_t, int> onLane, atNode;
        for (const Vehicle& vehicle : traffic.vehicles())
            ++(vehicle.lane != nobody ? onLane[network.lanes[vehicle.lane].resource] : atNode[vehicle.node]);
        for (const auto& [lane, count] : onLane) ASSERT_EQ(count, 1) << "lane " << lane << ", step " << i;
        for (const auto& [node, count] : atNode) ASSERT_LE(count, static_cast<int>(network.room[node])) << "step " << i;
    }
    EXPECT_GT(arrived, 5000u);
    EXPECT_GT(blocked, 1000u);
}

TEST(Traffic, ShortestWaysAreThoseOfTheLeastTime) {
    Process process = sim::network();
    const CompiledNetwork network = compileNetwork(process);
    EXPECT_DOUBLE_EQ(network.timeTo(0, 0, 3), 10 + 11 + 12);
    EXPECT_DOUBLE_EQ(network.timeTo(0, 3, 2), 12);
    EXPECT_DOUBLE_EQ(network.timeTo(0, 6, 7), 3 + 10 + 4);
    // A shortcut that is longer but faster would be taken; a slow one is not.
    process.edges.push_back({.id = "across", .from = 0, .to = 3, .length = 20, .speedLimit = 0.5, .lanes = Lanes::OneWay});
    EXPECT_DOUBLE_EQ(compileNetwork(process).timeTo(0, 0, 3), 33);
    process.edges.back().speedLimit = 5;
    EXPECT_DOUBLE_EQ(compileNetwork(process).timeTo(0, 0, 3), 20);
}

} // namespace
} // namespace millwright::sim
