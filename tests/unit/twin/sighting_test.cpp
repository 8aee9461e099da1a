#include <millwright/history/recall.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/forecast.hpp>
#include <millwright/sim/random.hpp>
#include <millwright/sim/record.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/twin/replay.hpp>
#include <millwright/twin/sighting.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <format>
#include <unistd.h>

namespace millwright::twin {
namespace {

using namespace std::chrono_literals;

// Two machines with wear, one repairman, breaks, a small buffer between them, and nothing without memory but the arrivals.
constexpr std::string_view plantText = R"(format = 1
[plant]
id = "line"
[[equipment]]
path = "saw"
signal = [{ id = "state", type = "string" }, { id = "made", type = "integer" }]
[[equipment]]
path = "mill"
signal = [{ id = "state", type = "string" }, { id = "made", type = "integer" }]
[[equipment]]
path = "racks"
signal = [{ id = "in", type = "integer" }, { id = "between", type = "integer" }]
[process]
[[process.crew]]
id = "fitter"
[[process.shift]]
id = "day"
period = "3h"
hours = [{ from = "0min", to = "100min" }, { from = "120min", to = "180min" }]
[[process.source]]
id = "blanks"
every = { kind = "exponential", mean = 100 }
to = "in"
[[process.buffer]]
id = "in"
to = "saw"
[[process.station]]
id = "saw"
cycle = { kind = "gamma", mean = 80, shape = 4 }
failure = [{ id = "blade", between = { kind = "weibull", scale = "80min", shape = 2 }, repair = { kind = "lognormal", mean = "12min", sigma = 0.8 }, crew = "fitter" }]
to = "between"
[[process.buffer]]
id = "between"
capacity = 5
to = "mill"
[[process.station]]
id = "mill"
cycle = { kind = "triangular", low = 40, mode = 60, high = 140 }
failure = [{ id = "tool", clock = "calendar", between = { kind = "gamma", mean = "150min", shape = 3 }, repair = { kind = "uniform", low = "5min", high = "25min" }, crew = "fitter" }]
shift = "day"
ways = [{ to = "done", share = 0.9 }, { to = "scrap", share = 0.1 }]
[[process.signal]]
signal = "saw/state"
shows = "state"
station = "saw"
[[process.signal]]
signal = "saw/made"
shows = "finished"
station = "saw"
[[process.signal]]
signal = "mill/state"
shows = "state"
station = "mill"
[[process.signal]]
signal = "mill/made"
shows = "finished"
station = "mill"
[[process.signal]]
signal = "racks/in"
shows = "content"
buffer = "in"
[[process.signal]]
signal = "racks/between"
shows = "content"
buffer = "between"
)";

const Time start = *parseTime("2026-01-05T06:00:00Z");

class Branching : public ::testing::Test {
protected:
    ~Branching() override { std::filesystem::remove(log_); }

    static plant::Plant load(std::string_view text) {
        auto plant = plant::loadText(text, ".", "plant.toml");
        EXPECT_TRUE(plant) << (plant ? "" : plant.error().front().text());
        return *std::move(plant);
    }

    /// What `simulate -o` writes of the run with `seed` from `warmUp` to `to`.
    void record(const plant::Plant& plant, const sim::Model& model, std::uint64_t seed, Duration warmUp, Duration to) {
        sim::Simulation run{model, seed};
        ASSERT_TRUE(run.runTo(warmUp));
        run.resetStatistics();
        ASSERT_TRUE(sim::recordRun(plant, *plant.process, run, {start, to, seed}, log_));
    }
    sim::Present presentAt(const plant::Plant& plant, Duration sinceStart, Duration warmUp) {
        auto source = telemetry::LogSource::open(log_, subscriptions(plant));
        EXPECT_TRUE(source);
        const auto sighting = sightingOf(plant, **source, start + sinceStart, start - warmUp);
        EXPECT_TRUE(sighting) << (sighting ? "" : sighting.error().text());
        return sim::presentOf(*plant.process, *sighting);
    }

    std::filesystem::path log_ = std::filesystem::temp_directory_path() / std::format("branching-{}.mcap", getpid());
};

/// Whether values that should lie anywhere among those of runs like them do: the rank of each among its runs, ties broken by
/// chance, is uniform if reality is one more run (Talts and others, Validating Bayesian Inference Algorithms with Simulation-Based
/// Calibration, 2018; Hamill, Monthly Weather Review 129, 2001).
class Ranks {
public:
    void add(double truth, const std::vector<double>& runs) {
        double below = 0, equal = 0;
        for (const double value : runs) {
            below += value < truth ? 1 : 0;
            equal += value == truth ? 1 : 0;
        }
        const double chance = sim::toOpenUniform(stream_.next(7, 7));
        const double share = (below + chance * (equal + 1)) / static_cast<double>(runs.size() + 1);
        ++counts_[static_cast<std::size_t>(share * static_cast<double>(bins))];
        ++cases_;
        const auto range = *sim::rangeOfOneMore(runs);
        held_ += truth >= range.low && truth <= range.high ? 1 : 0;
    }
    /// Pearson's chi-squared of the counts to all being alike.
    [[nodiscard]] double distance() const {
        const double each = cases_ / static_cast<double>(bins);
        double sum = 0;
        for (const double count : counts_) sum += (count - each) * (count - each) / each;
        return sum;
    }
    [[nodiscard]] double shareHeld() const { return held_ / cases_; }
    [[nodiscard]] double cases() const { return cases_; }

    static constexpr std::size_t bins = 10;
    static constexpr double exceededOnceInAThousand = 27.877; ///< chi-squared with 9 degrees of freedom

private:
    std::array<double, bins> counts_{};
    double cases_ = 0, held_ = 0;
    sim::Stream stream_;
};

// The log alone, up to a moment, must foretell what the log goes on to say as often as it claims.
TEST_F(Branching, ForetellsWhatTheLogGoesOnToSayAsOftenAsItClaims) {
    const plant::Plant plant = load(plantText);
    const sim::Model model = *sim::Model::make(*plant.process);
    constexpr Duration warmUp = 4h + 17min, ahead = 50min;
    constexpr int runs = 80, moments = 6, replications = 119;
    Ranks made, in, between, working;
    for (int i = 0; i < runs; ++i) {
        const std::uint64_t seed = sim::replicationSeed(2026, static_cast<std::uint64_t>(i));
        record(plant, model, seed, warmUp, warmUp + moments * ahead + 40min);
        sim::Simulation truth{model, seed};
        ASSERT_TRUE(truth.runTo(warmUp + 40min));
        for (int moment = 0; moment < moments; ++moment) {
            const Duration at = 40min + moment * ahead;
            const sim::Present present = presentAt(plant, at, warmUp);
            truth.resetStatistics();
            ASSERT_TRUE(truth.runTo(warmUp + at + ahead));
            const sim::Report real = truth.report();
            std::array<std::vector<double>, 4> foretold;
            for (std::uint64_t r = 0; r < replications; ++r) {
                sim::Simulation run{model, sim::replicationSeed(seed + 1, r), present.state};
                ASSERT_TRUE(run.runTo(ahead));
                const sim::Report report = run.report();
                foretold[0].push_back(static_cast<double>(report.products[0].made));
                foretold[1].push_back(report.buffers[0].now);
                foretold[2].push_back(report.buffers[1].now);
                foretold[3].push_back(report.stations[0].working);
            }
            made.add(static_cast<double>(real.products[0].made), foretold[0]);
            in.add(real.buffers[0].now, foretold[1]);
            between.add(real.buffers[1].now, foretold[2]);
            working.add(real.stations[0].working, foretold[3]);
        }
    }
    for (const auto& [name, ranks] : {std::pair{"made", &made}, {"in", &in}, {"between", &between}, {"working", &working}}) {
        EXPECT_LT(ranks->distance(), Ranks::exceededOnceInAThousand) << name;
        // A right interval holds 95 % or, where values are whole numbers, more: fewer than this happens once in a thousand times.
        EXPECT_GT(ranks->shareHeld(), 0.95 - 3.09 * std::sqrt(0.95 * 0.05 / ranks->cases())) << name;
    }
}

// The test above can fail: with the plain state of a new run in place of the present, it does.
TEST_F(Branching, ANewRunForetellsNothing) {
    const plant::Plant plant = load(plantText);
    const sim::Model model = *sim::Model::make(*plant.process);
    Ranks made;
    for (std::uint64_t i = 0; i < 200; ++i) {
        sim::Simulation truth{model, sim::replicationSeed(2026, i)};
        ASSERT_TRUE(truth.runTo(5h));
        truth.resetStatistics();
        ASSERT_TRUE(truth.runTo(6h));
        std::vector<double> foretold;
        for (std::uint64_t r = 0; r < 119; ++r) {
            sim::Simulation run{model, sim::replicationSeed(i, r)};
            ASSERT_TRUE(run.runTo(1h));
            foretold.push_back(static_cast<double>(run.report().products[0].made));
        }
        made.add(static_cast<double>(truth.report().products[0].made), foretold);
    }
    EXPECT_GT(made.distance(), Ranks::exceededOnceInAThousand);
}

// Constant times, every cycle counted: there is one future, and it is the log's.
TEST_F(Branching, ALineOfConstantTimesIsForetoldExactly) {
    std::string text{plantText};
    const auto replace = [&](std::string_view from, std::string_view to) { text.replace(text.find(from), from.size(), to); };
    replace("every = { kind = \"exponential\", mean = 100 }\n", "");
    replace("id = \"in\"\nto", "id = \"in\"\ncapacity = 3\nto");
    replace("cycle = { kind = \"gamma\", mean = 80, shape = 4 }", "cycle = 70");
    replace("cycle = { kind = \"triangular\", low = 40, mode = 60, high = 140 }", "cycle = 65.3");
    replace("share = 0.9", "share = 1");
    replace("share = 0.1", "share = 0");
    for (const char* failure : {"failure = [{ id = \"blade\"", "failure = [{ id = \"tool\""}) {
        const std::size_t at = text.find(failure);
        text.erase(at, text.find('\n', at) + 1 - at);
    }
    const plant::Plant plant = load(text);
    const sim::Model model = *sim::Model::make(*plant.process);
    constexpr Duration warmUp = 1h;
    record(plant, model, 1, warmUp, 9h);
    for (const Duration at :
         {Duration{10min}, Duration{37min + 3s}, Duration{45min}, Duration{3h + 1234567ns}}) { // a break from 40 to 60 min
        const sim::Present present = presentAt(plant, at, warmUp);
        const auto foretold = sim::forecast({{"base", "", model}}, present.state, {.length = 4h, .steps = 16, .replications = 39});
        ASSERT_TRUE(foretold) << foretold.error().text();
        sim::Simulation truth{model, 1};
        ASSERT_TRUE(truth.runTo(warmUp + at));
        const double before = static_cast<double>(truth.partsDone());
        const sim::Course& made = foretold->scenarios[0].courses[0];
        for (int step = 1; step <= 16; ++step) {
            ASSERT_TRUE(truth.runTo(warmUp + at + 15min * step));
            const double real = static_cast<double>(truth.partsDone()) - before;
            EXPECT_EQ(made.low[step - 1], real) << formatDuration(at) << ", step " << step;
            EXPECT_EQ(made.high[step - 1], real) << formatDuration(at) << ", step " << step;
        }
    }
}

// A level that follows with a lag is worked back to where it is going.
TEST_F(Branching, WorksALaggingLevelBack) {
    std::string text{plantText};
    text.replace(text.find("{ id = \"between\", type = \"integer\" }"), 36, "{ id = \"between\", decimals = 2 }");
    text += "scale = 40\noffset = 7\nlag = \"5min\"\n";
    const plant::Plant plant = load(text);
    const sim::Model model = *sim::Model::make(*plant.process);
    record(plant, model, 3, 2h, 8h);
    sim::Simulation truth{model, 3};
    int right = 0, cases = 0;
    for (Duration at = 20min; at < 6h; at += 11min) {
        ASSERT_TRUE(truth.runTo(2h + at));
        const sim::Present present = presentAt(plant, at, 2h);
        right += present.state.buffers[1].parts == truth.content(1) ? 1 : 0;
        ++cases;
        EXPECT_NE(std::ranges::find_if(present.assumptions, [](const std::string& s) { return s.contains("lags by 5 min"); }),
                  present.assumptions.end());
    }
    EXPECT_GT(right, cases * 3 / 4); // a change within the last seconds blurs it
}

std::string inWords(const sim::Present& present) {
    std::string text;
    for (const sim::StationNow& station : present.state.stations)
        for (const sim::MachineNow& machine : station.machines) {
            text += std::format("{}: hand {}, down {} for {}", station.id, static_cast<int>(machine.hand), machine.down,
                                machine.downFor.count());
            for (const sim::Elapsed& elapsed : {machine.inHand, machine.worked, machine.up, machine.repair})
                text += std::format(", {} {}", static_cast<int>(elapsed.known), elapsed.time.count());
            text += '\n';
        }
    for (const sim::BufferNow& buffer : present.state.buffers) text += std::format("{}: {}\n", buffer.id, buffer.parts);
    for (const std::string& sentence : present.assumptions) text += sentence + '\n';
    return text;
}

// What a history of live feeds holds tells the same as their recording, also when it was seen only lately.
TEST_F(Branching, AHistoryTellsWhatTheRecordingTells) {
    const plant::Plant plant = load(plantText);
    record(plant, *sim::Model::make(*plant.process), 5, 1h, 6h);
    const std::vector<SignalIndex> wanted = presentSignals(plant);
    EXPECT_EQ(wanted.size(), 6u);
    std::vector<ValueType> types;
    for (const plant::Signal& signal : plant.signals) types.push_back(signal.type);
    auto source = telemetry::LogSource::open(log_, subscriptions(plant));
    history::History history{types};
    for (auto samples = (*source)->next(4096); !samples->empty(); samples = (*source)->next(4096)) history.append(*samples);
    const std::shared_ptr<const StringTable> strings{std::shared_ptr<void>{}, &(*source)->strings()};
    for (Duration at = 7min; at < 5h; at += 23min) {
        const auto seen = history::recall(history, plant.signals.size(), wanted, start + at, strings);
        const auto sighting = sightingOf(plant, *seen, start + at, start - 1h);
        ASSERT_TRUE(sighting) << sighting.error().text();
        EXPECT_EQ(inWords(sim::presentOf(*plant.process, *sighting)), inWords(presentAt(plant, at, 1h))) << formatDuration(at);
    }
}

// A machine that is first heard of a while after others is not one that began then.
TEST_F(Branching, WhatIsHeardLaterThanTheRestHasNotBegunThen) {
    const plant::Plant plant = load(plantText);
    record(plant, *sim::Model::make(*plant.process), 5, 1h, 6h);
    auto source = telemetry::LogSource::open(log_, subscriptions(plant));
    std::vector<ValueType> types;
    for (const plant::Signal& signal : plant.signals) types.push_back(signal.type);
    history::History history{types};
    const SignalIndex late = plant.findSignal("saw/state");
    ASSERT_NE(late, noSignal);
    Time stopped{}; // until the machine begins to wait, and what it does is heard for the first time
    for (auto samples = (*source)->next(4096); !samples->empty(); samples = (*source)->next(4096))
        for (const telemetry::Sample& sample : *samples) {
            const bool waits = sample.signal == late && (*source)->strings().text(sample.value.string) == "Suspended";
            if (waits && stopped == Time{} && sample.time > start + 30min) stopped = sample.time;
            if (sample.signal != late || stopped != Time{}) history.append({&sample, 1});
        }
    const std::shared_ptr<const StringTable> strings{std::shared_ptr<void>{}, &(*source)->strings()};
    const auto seen = history::recall(history, plant.signals.size(), presentSignals(plant), stopped + 1s, strings);
    const auto sighting = sightingOf(plant, *seen, stopped + 1s, start - 1h);
    ASSERT_TRUE(sighting);
    EXPECT_EQ(sighting->stations[0].now, sim::Seen::Waiting);
    EXPECT_FALSE(sighting->stations[0].beginningSeen);
}

TEST_F(Branching, SaysWhereNoSignalShowsAnything) {
    const std::string text{plantText.substr(0, plantText.find("[[process.signal]]"))};
    const plant::Plant shown = load(plantText), plant = load(text);
    record(shown, *sim::Model::make(*shown.process), 1, 0h, 1h);
    auto source = telemetry::LogSource::open(log_, subscriptions(plant));
    const auto sighting = sightingOf(plant, **source, start + 10min, start);
    ASSERT_FALSE(sighting);
    EXPECT_TRUE(presentSignals(plant).empty());
    EXPECT_TRUE(sighting.error().text().contains("no signal shows what the process is doing")) << sighting.error().text();
}

} // namespace
} // namespace millwright::twin
