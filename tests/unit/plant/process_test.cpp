#include "support/folders.hpp"
#include "unit/plant/files.hpp"

namespace millwright::plant {
namespace {

using namespace std::chrono_literals;

const std::string base = R"(format = 1
[plant]
id = "p"
[process]
length = "10h"
[[process.source]]
id = "in"
every = { kind = "exponential", mean = "2min" }
to = "queue"
[[process.buffer]]
id = "queue"
capacity = 5
to = "machine"
[[process.station]]
id = "machine"
cycle = "90s"
to = "done"
)";

std::string problemsOfScenario(std::string_view text, std::string_view plant = base) {
    const auto scenario = loadScenarioText(plant, "", text, "s.toml");
    std::string lines;
    if (!scenario)
        for (const Error& error : scenario.error()) lines += error.text() + "\n";
    return lines;
}

TEST(Process, IsReadWithAllItSays) {
    const auto plant = loadText(textOf(testData / "plants-valid/process.toml"), testData / "plants-valid");
    ASSERT_TRUE(plant.has_value()) << plant.error().front().text();
    ASSERT_TRUE(plant->process.has_value());
    const Process& process = *plant->process;
    EXPECT_EQ(process.length, 200h);
    EXPECT_EQ(process.warmUp, 10h);
    EXPECT_EQ(process.maximumParts, 5000u);
    ASSERT_EQ(process.stations.size(), 7u); // the last is a conveyor
    const Station& press = process.stations[0];
    EXPECT_EQ(press.equipment, "line/press");
    EXPECT_EQ(press.servers, 2u);
    EXPECT_EQ(press.cycle.kind, DistributionKind::Triangular);
    EXPECT_EQ(press.cycles.at(0).product, 1u);
    EXPECT_EQ(press.setUps.at(0).from, std::nullopt);
    EXPECT_EQ(press.setUps.at(1).to, 1u);
    EXPECT_EQ(press.blocking, Blocking::BeforeService);
    EXPECT_EQ(press.failures.at(0).crew, 0u);
    EXPECT_EQ(press.failures.at(0).repair.deviation, 1200);
    EXPECT_EQ(press.failures.at(1).clock, FailureClock::Calendar);
    ASSERT_EQ(press.maintenance.size(), 2u);
    EXPECT_EQ(press.maintenance[0].clock, FailureClock::Cycles);
    EXPECT_EQ(press.maintenance[0].every.mean, 20000);
    EXPECT_EQ(press.maintenance[0].window, 2000);
    EXPECT_EQ(press.maintenance[0].when, MaintenanceWhen::Opportunistic);
    EXPECT_EQ(press.maintenance[0].crew, 0u);
    EXPECT_EQ(press.maintenance[0].renews, std::vector<std::uint32_t>{0});
    EXPECT_EQ(press.maintenance[0].renewedBy, std::vector<std::uint32_t>{0});
    EXPECT_EQ(press.maintenance[1].clock, FailureClock::Calendar);
    EXPECT_EQ(press.power[static_cast<std::size_t>(Activity::Maintained)], 2);
    EXPECT_EQ(press.to.branches.at(0).to, (Place{PlaceKind::Buffer, 2}));
    EXPECT_EQ(process.stations[1].makes, (Makes{2, 1}));
    EXPECT_EQ(process.stations[1].failures.at(0).clock, FailureClock::Cycles);
    EXPECT_EQ(process.stations[1].failures.at(0).between.scale, 4000);
    EXPECT_EQ(process.stations[2].batch, 10u);
    EXPECT_EQ(process.stations[2].to.rule, RouteRule::Product);
    EXPECT_EQ(process.stations[3].inputs.at(1).fromSource, true);
    EXPECT_EQ(process.stations[3].inputs.at(1).count, 4u);
    EXPECT_EQ(process.sources[0].first, Duration::zero());
    EXPECT_EQ(process.sources[0].whenFull, WhenFull::Hold);
    ASSERT_TRUE(process.sources[2].rate);
    EXPECT_EQ(process.sources[2].rate->period, 12h);
    ASSERT_EQ(process.sources[2].rate->steps.size(), 2u);
    EXPECT_EQ(process.sources[2].rate->steps[1].from, 5h);
    EXPECT_EQ(process.sources[2].rate->steps[1].perHour, 0.5);
    EXPECT_DOUBLE_EQ(partsOf(*process.sources[2].rate), 4 * 20 + 8 * 0.5);
    ASSERT_TRUE(process.sources[3].orders);
    const OrderPlan& plan = *process.sources[3].orders;
    EXPECT_EQ(plan.period, 24h);
    ASSERT_EQ(plan.orders.size(), 2u);
    EXPECT_EQ(plan.orders[0].id, "A-17");
    EXPECT_EQ(plan.orders[0].product, 1u);
    EXPECT_EQ(plan.orders[0].count, 40u);
    EXPECT_EQ(plan.orders[0].due, 14h);
    EXPECT_EQ(plan.orders[1].id, "2");
    EXPECT_EQ(plan.orders[1].at, 6h + 30min);
    EXPECT_EQ(plan.orders[1].count, 1u);
    EXPECT_EQ(plan.orders[1].due, std::nullopt);
    EXPECT_EQ(process.sources[4].inProgress, 5u);
    EXPECT_EQ(process.buffers[0].discipline, Discipline::Priority);
    EXPECT_EQ(process.shifts[0].hours.at(1).from, 14h + 30min);
    EXPECT_EQ(process.crews[0].size, 2u);
    ASSERT_EQ(press.needs.size(), 3u);
    EXPECT_EQ(press.needs[0].count, 2u);
    EXPECT_EQ(press.needs[0].priority, 1);
    EXPECT_EQ(press.needs[0].during, (std::array{true, false, false, false}));
    EXPECT_EQ(press.needs[2].crew, 1u);
    EXPECT_EQ(press.needs[2].during, (std::array{true, true, true, true}));
    EXPECT_EQ(press.load.high, 9);
    EXPECT_EQ(press.unload.mean, 4);
    EXPECT_EQ(press.needs[2].others, std::vector<std::uint32_t>{2});
    EXPECT_EQ(press.at, (std::array{2.0, 0.0, 3.0}));
    EXPECT_EQ(press.failures.at(0).others, std::vector<std::uint32_t>{2});
    EXPECT_EQ(press.failures.at(0).detected.mean, 120);
    EXPECT_EQ(process.crews[0].shift, 0u);
    EXPECT_EQ(process.crews[0].walking, 1.2);
    EXPECT_EQ(process.crews[0].home, (std::array{4.0, 0.0, 12.0}));
    EXPECT_EQ(process.crews[1].travel.mean, 20);
    EXPECT_EQ(process.cost.energy, 0.15);
    EXPECT_EQ(process.stations[0].power[0], 90);
    const Station& roller = process.stations[6];
    EXPECT_EQ(roller.conveying, (Conveying{.length = 12, .speed = 0.5, .pitch = 1.5, .accumulating = false}));
    EXPECT_EQ(roller.equipment, "line/oven");
    EXPECT_EQ(roller.failures.at(0).crew, 0u);
    EXPECT_EQ(roller.shift, 0u);
    EXPECT_EQ(roller.power[1], 0.4);
    EXPECT_EQ(process.stations[2].to.branches.at(0).to, (Place{PlaceKind::Station, 6}));
    // The network, and what drives on it.
    EXPECT_EQ(process.nodes.at(1).room, 2u);
    EXPECT_EQ(process.edges.at(0).length, 50); // of (0, 0, 0) and (30, 0, 40)
    EXPECT_EQ(process.edges.at(0).lanes, Lanes::Double);
    EXPECT_EQ(process.edges.at(0).speedLimit, 0.8);
    const Fleet& fleet = process.fleets.at(0);
    EXPECT_EQ(fleet.vehicles, 2u);
    EXPECT_EQ(fleet.loadedSpeed, 1);
    EXPECT_EQ(fleet.acceleration, 0.6);
    EXPECT_EQ(fleet.deceleration, 0.8);
    EXPECT_EQ(fleet.failures.at(0).clock, FailureClock::Calendar);
    EXPECT_EQ(fleet.failures.at(0).repair.mean, 1800);
    EXPECT_EQ(fleet.dispatch, Dispatch::LongestWaiting);
    EXPECT_EQ(fleet.parking, std::vector<std::uint32_t>{2});
    EXPECT_EQ(fleet.battery->chargeTo, 0.95);
    EXPECT_EQ(fleet.hourCost, 2.5);
    ASSERT_TRUE(process.stations[4].carrying.has_value());
    EXPECT_EQ(process.stations[4].carrying->load.mean, 15);
    EXPECT_EQ(process.buffers.at(6).node, 1u);
}

TEST(Process, SaysWhatIsWrongWithANetwork) {
    const std::string network = base + R"([[process.node]]
id = "a"
[[process.node]]
id = "b"
)";
    EXPECT_EQ(problemsOf(network + "[[process.edge]]\nid = 'e'\nfrom = 'a'\nto = 'c'\nlength = 5\n"),
              "25:6: there is no node 'c'\n");
    EXPECT_EQ(problemsOf(network + "[[process.edge]]\nid = 'e'\nfrom = 'a'\nto = 'b'\n"),
              "23:6: 'length' is missing, and one of its nodes does not say where it is with 'at'\n");
    EXPECT_EQ(problemsOf(network + "[[process.station]]\nid = 's'\nfleet = 'f'\ncycle = 5\nto = 'done'\n"),
              "24:9: there is no fleet 'f'\n"
              "25:9: 'cycle' means nothing in a station whose parts a fleet carries\n");
    const std::string fleet = network + "[[process.fleet]]\nid = 'f'\nspeed = 1\nparking = ['a']\n";
    EXPECT_EQ(problemsOf(fleet + "acceleration = 0\n"), "26:16: 'acceleration' is 0: it must be more than 0 and at most 1000\n");
    EXPECT_EQ(problemsOf(fleet + "failure = [{ id = 'flat', between = '9h', repair = '5min', crew = 'nobody' }]\n"),
              "26:67: there is no crew 'nobody'\n");
}

TEST(Process, AScenarioReplacesWhatItStates) {
    const auto scenario = loadScenarioText(base, "", R"(format = 1
[scenario]
name = "Faster"
description = "d"
[process]
length = "20h"
[[process.station]]
id = "machine"
cycle = "60s"
to = "check"
[[process.station]]
id = "check"
cycle = 10
to = "done"
)",
                                           "scenarios/faster.toml");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text();
    EXPECT_EQ(scenario->id, "faster");
    EXPECT_EQ(scenario->name, "Faster");
    EXPECT_EQ(scenario->process.length, 20h);
    ASSERT_EQ(scenario->process.stations.size(), 2u);
    EXPECT_EQ(scenario->process.stations[0].cycle.mean, 60);
    EXPECT_EQ(scenario->process.stations[0].to.branches.at(0).to, (Place{PlaceKind::Station, 1}));
    EXPECT_EQ(scenario->process.buffers[0].capacity, 5u);
}

TEST(Process, ProblemsOfAScenarioAreSaidInItsOwnFile) {
    const std::string head = "format = 1\n[process]\n";
    EXPECT_EQ(problemsOfScenario(head + "[[process.buffer]]\nid = 'queu'\ncapacity = 9\n"),
              "s.toml:4:6: buffer 'queu': has no way on: name where parts go with 'to'\n");
    EXPECT_EQ(problemsOfScenario(head + "[[process.station]]\nid = 'machin'\nservers = 2\n"),
              "s.toml:4:6: the plant has no station 'machin': did you mean 'machine'?\n");
    EXPECT_EQ(problemsOfScenario(head + "[[process.station]]\nid = 'machine'\ncycle = -1\n"),
              "s.toml:5:9: 'cycle': a time must be 0 or more, and at most 100 years\n");
    EXPECT_EQ(problemsOfScenario(head + "[[process.station]]\nid = 'machine'\nto = 'don'\n"),
              "s.toml:5:6: there is no buffer, station or conveyor 'don': did you mean 'done'?\n");
    EXPECT_EQ(problemsOfScenario("format = 1\n"),
              "s.toml:1:1: 'process' is missing in scenario file: what differs from the plant's process\n");
    EXPECT_EQ(
        problemsOfScenario(head + "[[process.buffer]]\ncapacity = 9\n"),
        "s.toml:3:1: 'id' is missing in process.buffer: unique among its kind; buffers, stations and conveyors count as one\n");
    EXPECT_EQ(problemsOfScenario(head, "format = 1\n[plant]\nid = 'p'\n"),
              "plant.toml:1:1: the plant has no [process] that a scenario could change\n");
    // What the scenario leads to in the plant's own text is said there.
    EXPECT_EQ(problemsOfScenario(head + "[[process.source]]\nid = 'in'\nto = 'machine'\n"),
              "plant.toml:11:6: buffer 'queue': no part ever gets here: no source leads to it\n");
}

// The page teaches with a plant, a scenario, cells, people, vehicles, a conveyor and maintenance: all load as they stand there.
TEST(Process, TheExampleOfThePageLoads) {
    const std::string page = textOf(millwright::test::sourceFolder() / "docs/simulation.md");
    std::vector<std::string> blocks;
    for (std::size_t from = page.find("```toml\n"); from != std::string::npos; from = page.find("```toml\n", from + 8))
        blocks.push_back(page.substr(from + 8, page.find("```\n", from + 8) - from - 8));
    ASSERT_EQ(blocks.size(), 7u);
    EXPECT_EQ(problemsOf(blocks[0]), "");
    // What the page says to change, for vehicles.
    std::string driven = blocks[0];
    driven.replace(driven.find("to = \"before-check\""), 19, "to = \"pressed\"");
    driven.replace(driven.find("id = \"before-check\""), 19, "id = \"before-check\"\nnode = \"check-dock\"");
    EXPECT_EQ(problemsOf(driven + blocks[4]), "");
    std::string rolled = blocks[0];
    rolled.replace(rolled.find("to = \"before-check\""), 19, "to = \"roller\"");
    EXPECT_EQ(problemsOf(rolled + blocks[5]), "");
    EXPECT_EQ(problemsOfScenario("format = 1\n" + blocks[6], blocks[0]), "");
    const auto scenario = loadScenarioText(blocks[0], "", blocks[1], "second-press.toml");
    ASSERT_TRUE(scenario.has_value()) << scenario.error().front().text();
    EXPECT_EQ(scenario->process.stations[0].servers, 2u);
    const std::string formation = "format = 1\n[plant]\nid = 'p'\n[[equipment]]\npath = 'formation/press-1'\n"
                                  "signal = [{ id = 'cell-1-voltage', unit = 'mV' }]\n[process]\n[[process.source]]\nid = 'in'\n"
                                  "to = 'formation'\n[[process.station]]\nid = 'formation'\ncycle = '30h'\nto = 'done'\n";
    EXPECT_EQ(problemsOf(formation + blocks[2]), "");
    EXPECT_EQ(problemsOf("format = 1\n[plant]\nid = 'p'\n[process]\n[[process.source]]\nid = 'bars'\nto = 'lathe'\n" + blocks[3]),
              "");
}

} // namespace
} // namespace millwright::plant
