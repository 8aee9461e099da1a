#include "unit/sim/process_fixture.hpp"

#include <millwright/sim/present.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/simulation.hpp>

#include <gmock/gmock.h>

#include <algorithm>

namespace millwright::sim {
namespace {

using namespace plant;
using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

/// saw -> mill -> lathe -> done, without room between the first two, and a buffer of 3 before the lathe.
Process chain() {
    Process process;
    process.products = {{.id = "p"}};
    process.crews = {{.id = "fitter"}};
    process.sources = {{.id = "blanks", .every = exponentialOf(60), .to = toBuffer(0)}};
    process.buffers = {{.id = "in", .to = takenBy(0)}, {.id = "rack", .capacity = 3, .to = takenBy(2)}};
    const std::vector<Failure> jam{{.id = "jam", .between = exponentialOf(3600), .repair = constantOf(300), .crew = 0}};
    process.stations = {{.id = "saw", .cycle = constantOf(50), .failures = jam, .to = toStation(1)},
                        {.id = "mill", .cycle = constantOf(60), .failures = jam, .to = toBuffer(1)},
                        {.id = "lathe", .cycle = constantOf(55), .to = toDone()}};
    return process;
}

Sighting working() {
    const StationSeen busy{.now = Seen::Working, .since = 100s, .beginningSeen = true, .cycle = 20s, .busyFor = 20s};
    return {.at = Time{1h},
            .stations = {busy, busy, busy},
            .buffers = {{.parts = 2, .unchangedFor = 30s}, {.parts = 1, .unchangedFor = 30s}}};
}

Hand handOf(const Present& present, std::size_t station) {
    return present.state.stations[station].machines[0].hand;
}

TEST(Present, IsWhatSignalsShow) {
    const Present present = presentOf(chain(), working());
    EXPECT_THAT(present.assumptions, IsEmpty());
    EXPECT_EQ(present.state.buffers[0].parts, 2u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(handOf(present, i), Hand::Work);
        EXPECT_EQ(present.state.stations[i].machines[0].inHand.known, Elapsed::Known::Exactly);
        EXPECT_EQ(present.state.stations[i].machines[0].inHand.time, Duration{20s});
    }
}

TEST(Present, AMachineBeforeAFullPlaceIsBlocked) {
    Sighting sighting = working();
    sighting.stations[1].now = Seen::Waiting;
    sighting.stations[1].since = 10s;
    sighting.buffers[1] = {.parts = 3, .unchangedFor = 40s};
    sighting.stations[0].now = Seen::Waiting; // before a blocked machine, with parts behind it
    sighting.stations[0].since = 5s;
    const Present present = presentOf(chain(), sighting);
    EXPECT_EQ(handOf(present, 1), Hand::Finished);
    EXPECT_EQ(handOf(present, 0), Hand::Finished);
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("Station mill waits, its state does not say for what: taken as blocked.")));
}

// Nothing behind it, no room before it: it is starved if its own last part may be what fills the place.
TEST(Present, WhoHandedItsLastPartOnIsStarved) {
    Sighting sighting = working();
    sighting.buffers[0].parts = 0;
    sighting.stations[0].now = Seen::Waiting;
    sighting.stations[0].since = 20s; // since the mill took a part
    EXPECT_EQ(handOf(presentOf(chain(), sighting), 0), Hand::Nothing);
    sighting.stations[1].busyFor = 25s; // the mill had its part before
    EXPECT_EQ(handOf(presentOf(chain(), sighting), 0), Hand::Finished);
    sighting.stations[0].now = Seen::Starved; // the machine's own word
    const Present said = presentOf(chain(), sighting);
    EXPECT_EQ(handOf(said, 0), Hand::Nothing);
    EXPECT_THAT(said.assumptions, IsEmpty());
}

TEST(Present, AFailedMachineHasWhatItHadBefore) {
    Sighting sighting = working();
    StationSeen& mill = sighting.stations[1];
    mill.now = Seen::Down;
    mill.before = Seen::Working;
    mill.record.outages = {{sighting.at - 100s, sighting.at, true, false}};
    Present present = presentOf(chain(), sighting);
    const MachineNow& machine = present.state.stations[1].machines[0];
    EXPECT_TRUE(machine.down);
    EXPECT_EQ(machine.hand, Hand::Work);
    EXPECT_EQ(machine.inHand.time, Duration{20s});
    EXPECT_EQ(machine.repair.time, Duration{100s});
    EXPECT_EQ(machine.repair.known, Elapsed::Known::Exactly);
    EXPECT_THAT(present.assumptions, IsEmpty());

    // The one fitter was at the saw until 30 s ago.
    sighting.stations[0].record.outages = {{sighting.at - 150s, sighting.at - 30s, false, false}};
    present = presentOf(chain(), sighting);
    EXPECT_EQ(present.state.stations[1].machines[0].downFor, Duration{100s});
    EXPECT_EQ(present.state.stations[1].machines[0].repair.time, Duration{30s});

    // Its beginning was not seen, and it has lasted longer than repairs do.
    mill.record.outages = {{sighting.at - 400s, sighting.at, true, true}};
    present = presentOf(chain(), sighting);
    EXPECT_EQ(present.state.stations[1].machines[0].repair.known, Elapsed::Known::AtLeast);
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("when it failed was not seen")));
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("longer than its model allows, 5 min 00 s: taken to end now")));
}

TEST(Present, SaysWhatItDoesNotKnow) {
    Process process = chain();
    process.sources[0].every = constantOf(60);
    process.sources[0].limit = 100;
    process.stations[2].servers = 3;
    Sighting sighting = working();
    sighting.stations[0] = {};          // no signal
    sighting.stations[1].cycle.reset(); // no count
    sighting.stations[1].production = 500s;
    sighting.stations[2].now = Seen::Stopped; // nobody knows why
    sighting.buffers[1] = {.parts = 8};       // of 3
    const Present present = presentOf(process, sighting);
    for (const char* said :
         {"Station saw: no signal shows what it is doing: taken as working on a part.",
          "Station mill: no signal shows when its present cycle began: drawn in each run, of cycles since it began to work 8 min "
          "20 s",
          "Station lathe is stopped, and its model has no working hours: taken as ready.",
          "Station lathe has 3 machines under one state", "Buffer rack: its signal shows 8 parts, it can hold 0 to 3: taken as 3.",
          "Source blanks: when its last part came is not shown", "Source blanks: how many of its 100 parts have come is not shown"})
        EXPECT_THAT(present.assumptions, Contains(HasSubstr(said)));
    EXPECT_EQ(present.state.stations[1].machines[0].inHand.known, Elapsed::Known::Renewed);
    EXPECT_EQ(present.state.stations[2].machines.size(), 3u);
}

TEST(Present, PlacesOfAStoreAreAsFullAsUsual) {
    Process process = chain();
    process.length = 40h;
    process.stations[2].to = toStation(3);
    process.stations.push_back({.id = "oven", .servers = 40, .cycle = constantOf(1200), .to = toDone()});
    Sighting sighting = working();
    const auto working = [](const Present& present) {
        return std::ranges::count(present.state.stations[3].machines, Hand::Work, &MachineNow::hand);
    };
    sighting.stations.push_back({}); // no signal
    const Present unseen = presentOf(process, sighting);
    EXPECT_NEAR(static_cast<double>(working(unseen)), 20, 2) << "Little's law: one a minute, for 20 min each";
    EXPECT_THAT(unseen.assumptions, Contains(HasSubstr("are taken to work, as many as in a run of the model on average")));

    sighting.stations[3] = sighting.stations[2];
    EXPECT_EQ(working(presentOf(process, sighting)), working(unseen)) << "one state for all of them";
    sighting.stations[3].now = Seen::Starved;
    EXPECT_EQ(working(presentOf(process, sighting)), 0);
}

TEST(Present, ABufferThatNothingTellsOfIsAsFullAsUsual) {
    Process process = chain();
    process.length = 4000h;
    process.sources[0].every = exponentialOf(100);
    process.stations = {{.id = "saw", .cycle = exponentialOf(90), .to = toDone()}};
    process.buffers.resize(1);
    Sighting sighting = working();
    sighting.stations.resize(1);
    sighting.buffers = {{}};
    const Present present = presentOf(process, sighting);
    EXPECT_NEAR(present.state.buffers[0].parts, 8.1, 1.5) << "M/M/1: rho^2 / (1 - rho)";
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("as many as in a run of the model on average")));
}

TEST(Present, GuessesLevelsFromWhoWaits) {
    Sighting sighting = working();
    sighting.buffers = {{}, {}};
    sighting.stations[2].now = Seen::Waiting;
    Present present = presentOf(chain(), sighting);
    EXPECT_THAT(
        present.assumptions,
        Contains(HasSubstr("Buffer rack: no signal shows how many parts are in it; lathe waits behind it: taken as empty.")));
    sighting.stations[2].now = Seen::Working;
    sighting.stations[1].now = Seen::Waiting;
    present = presentOf(chain(), sighting);
    EXPECT_EQ(present.state.buffers[1].parts, 3u);
    EXPECT_EQ(handOf(present, 1), Hand::Finished);
}

TEST(Present, ReckonsCyclesFromTheTimeOfWork) {
    Process process = chain();
    process.stations[0].failures = {
        {.id = "tool", .clock = FailureClock::Cycles, .between = constantOf(100), .repair = constantOf(60)}};
    process.stations[0].cycle = constantOf(50);
    Sighting sighting = working();
    sighting.stations[0].worked = {Elapsed::Known::Exactly, 1030s};
    const Present present = presentOf(process, sighting);
    EXPECT_EQ(present.state.stations[0].machines[0].cycles.time, Duration{20s});
    EXPECT_EQ(present.state.stations[0].machines[0].cycles.known, Elapsed::Known::Exactly);
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("reckoned from its time of work and its mean cycle")));
}

// Stopped in its hours, what else would it be?
TEST(Present, AStationThatIsStoppedInItsHoursIsMaintained) {
    Process process = chain();
    process.shifts.push_back({.id = "own", .period = 24h, .hours = {{6h, 14h}}});
    process.stations[0].shift = static_cast<std::uint32_t>(process.shifts.size() - 1);
    process.stations[0].maintenance = {{.id = "oil", .every = constantOf(36'000), .lasts = constantOf(1200)}};
    Sighting sighting = working();
    sighting.stations[0].now = Seen::Stopped;
    sighting.stations[0].since = 300s;
    sighting.stations[0].beginningSeen = true;
    sighting.sinceShiftsBegan = 48h + 7h;
    const Present present = presentOf(process, sighting);
    const MachineNow& machine = present.state.stations[0].machines[0];
    EXPECT_TRUE(machine.down);
    EXPECT_TRUE(machine.maintained);
    EXPECT_EQ(machine.repair.time, Duration{300s});
    EXPECT_THAT(present.assumptions, Contains(HasSubstr("Station saw is stopped: taken as being maintained.")));
    Simulation run{modelOf(process), 1, present.state};
    ASSERT_TRUE(run.runTo(899s));
    EXPECT_EQ(run.activity(0), Activity::Maintained);
    ASSERT_TRUE(run.runTo(901s));
    EXPECT_NE(run.activity(0), Activity::Maintained);
    sighting.sinceShiftsBegan = 48h + 15h;
    EXPECT_FALSE(presentOf(process, sighting).state.stations[0].machines[0].maintained);
}

// Whatever is seen, a run can begin in it, and no part is lost.
TEST(Present, AnySightingCanBeBegunIn) {
    const Model model = *Model::make(everything());
    const Process& process = model.process();
    Stream stream;
    const auto below = [&](std::uint64_t n) { return stream.next(3, 3) % n; };
    const auto secondsBelow = [&](std::uint64_t n) { return std::chrono::seconds{static_cast<std::int64_t>(below(n))}; };
    for (int i = 0; i < 400; ++i) {
        Sighting sighting{.at = Time{24h}, .sinceShiftsBegan = secondsBelow(7200)};
        for (std::size_t s = 0; s < process.stations.size(); ++s) {
            StationSeen seen{.now = static_cast<Seen>(below(8)), .since = secondsBelow(500), .busyFor = secondsBelow(500)};
            if (below(2) == 0) seen.before = static_cast<Seen>(below(8));
            if (below(2) == 0) seen.cycle = secondsBelow(60);
            if (below(2) == 0) seen.production = secondsBelow(600);
            if (below(2) == 0) seen.record.outages = {{sighting.at - secondsBelow(900), sighting.at, true, below(2) == 0}};
            sighting.stations.push_back(seen);
        }
        for (std::size_t b = 0; b < process.buffers.size(); ++b) {
            sighting.buffers.push_back({.unchangedFor = secondsBelow(500)});
            if (below(4) > 0) sighting.buffers.back().parts = static_cast<double>(below(30)) - 3;
        }
        Simulation run{model, static_cast<std::uint64_t>(i), presentOf(process, sighting).state};
        const auto went = run.runTo(2h);
        ASSERT_TRUE(went) << i << ": " << went.error().text();
        const Balance b = run.balance();
        ASSERT_EQ(b.created, b.done + b.scrapped + b.joined + b.lost + b.inProgress);
        ASSERT_GT(b.done, 20u) << i;
    }
}

} // namespace
} // namespace millwright::sim
