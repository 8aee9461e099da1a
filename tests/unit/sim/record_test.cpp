#include <millwright/core/mapped_file.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/sim/record.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <format>
#include <limits>
#include <map>
#include <unistd.h>

namespace millwright::sim {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

// A part every 100 s, 60 s of work; the machine is made to fail after 30 s of a part, for 50 s.
constexpr std::string_view plantText = R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "saw"
[[equipment.signal]]
id = "state"
type = "string"
[[equipment.signal]]
id = "speed"
topic = "feed/saw/speed"
unit = "m/min"
decimals = 1
[[equipment.signal]]
id = "made"
type = "integer"
[[equipment.signal]]
id = "open"
type = "boolean"
[[equipment.signal]]
id = "waiting"
[[equipment.signal]]
id = "unused"
[process]
[[process.source]]
id = "in"
every = 100
to = "rack"
[[process.buffer]]
id = "rack"
to = "saw"
[[process.station]]
id = "saw"
cycle = 60
failure = [{ id = "jam", between = "100h", repair = 50 }]
to = "done"
[[process.signal]]
signal = "saw/state"
shows = "state"
station = "saw"
[[process.signal]]
signal = "saw/speed"
station = "saw"
working = 20
ramp = 2
[[process.signal]]
signal = "saw/made"
shows = "finished"
station = "saw"
scale = 10
modulo = 3
[[process.signal]]
signal = "saw/open"
station = "saw"
down = 1
[[process.signal]]
signal = "saw/waiting"
shows = "content"
buffer = "rack"
offset = 5
every = 10
)";

class Recorded : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    /// Samples by topic.
    std::map<std::string, std::vector<Sample>> record(const std::string& faults, std::uint64_t seed = 1, double scale = 10) {
        std::string text = std::string{plantText} + faults;
        text.replace(text.find("scale = 10"), 10, std::format("scale = {:.1f}", scale));
        const auto plant = plant::loadText(text, "/nonexistent");
        if (!plant) {
            ADD_FAILURE() << plant.error().front().text();
            return {};
        }
        const Model model = *Model::make(*plant->process);
        Simulation run{model, 1};
        const auto written =
            recordRun(*plant, model.process(), run, {timeFromNanoseconds(1'000'000'000'000'000'000), 500s, seed}, log);
        EXPECT_TRUE(written) << written.error().text();
        EXPECT_EQ(run.now(), Duration{500s});
        source = *telemetry::LogSource::openAll(log);
        std::map<std::string, std::vector<Sample>> samples;
        std::uint64_t count = 0;
        for (auto next = source->next(1000); next && !next->empty(); next = source->next(1000))
            for (const Sample& sample : *next) {
                samples[source->topics()[index(sample.signal)].topic].push_back(sample);
                ++count;
            }
        EXPECT_EQ(count, written.value_or(0));
        return samples;
    }
    static double secondsOf(const Sample& sample) {
        return static_cast<double>((sample.time - timeFromNanoseconds(1'000'000'000'000'000'000)).count()) / 1e9;
    }
    std::string told(const std::vector<Sample>& samples) const {
        std::string text;
        for (const Sample& s : samples) {
            const std::string value = s.type == ValueType::String ? std::string{source->strings().text(s.value.string)}
                                                                  : std::format("{}", s.value.asNumber(s.type));
            text += std::format("{}{} {}", text.empty() ? "" : ", ", secondsOf(s), value);
        }
        return text;
    }

    std::filesystem::path folder = std::filesystem::temp_directory_path() /
                                   std::format("millwright-record-{}-{}", ::getpid(), reinterpret_cast<std::uintptr_t>(this));
    std::filesystem::path log = folder / "run.mcap";
    std::unique_ptr<telemetry::LogSource> source;
};

TEST_F(Recorded, SaysWhatTheStationsDidWhenTheyDidIt) {
    auto samples = record("[[process.fault]]\nkind = 'failure'\nat = 130\nstation = 'saw'\nfailure = 'jam'\n");
    // The second part waits from 200 to 210, while the first is late.
    EXPECT_EQ(
        told(samples["saw/state"]),
        "0 Suspended, 100 Execute, 130 Held, 180 Execute, 270 Suspended, 300 Execute, 360 Suspended, 400 Execute, 460 Suspended, "
        "500 Execute");
    EXPECT_EQ(told(samples["saw/made"]), "0 0, 210 10, 270 20, 360 0, 460 10");
    EXPECT_EQ(told(samples["saw/open"]), "0 0, 130 1, 180 0");
    EXPECT_TRUE(told(samples["saw/waiting"]).contains("190 5, 200 6, 210 5, 220 5")) << told(samples["saw/waiting"]);
    EXPECT_FALSE(samples.contains("saw/unused"));
}

TEST_F(Recorded, QuantitiesRampAndHoldTheirTarget) {
    auto samples = record("");
    const auto& speed = samples["feed/saw/speed"];
    ASSERT_EQ(speed.size(), 501u);
    const auto at = [&](int second) { return speed[static_cast<std::size_t>(second)].value.number; };
    EXPECT_EQ(at(99), 0);
    EXPECT_EQ(at(100), 2); // 2 m/min a second
    EXPECT_EQ(at(105), 12);
    EXPECT_EQ(at(109), 20);
    EXPECT_EQ(at(159), 20);
    EXPECT_EQ(at(160), 18);
}

TEST_F(Recorded, NoiseHasItsDeviation) {
    auto samples = record("[[process.signal]]\nsignal = 'saw/unused'\nstation = 'saw'\notherwise = 3\nnoise = 0.5\nevery = 0.05\n");
    const auto& noisy = samples["saw/unused"];
    ASSERT_EQ(noisy.size(), 10'001u);
    double sum = 0, squares = 0;
    for (const Sample& sample : noisy) {
        sum += sample.value.number - 3;
        squares += (sample.value.number - 3) * (sample.value.number - 3);
    }
    // Five standard errors.
    EXPECT_NEAR(sum / 10'001, 0, 5 * 0.5 / 100);
    EXPECT_NEAR(std::sqrt(squares / 10'001), 0.5, 5 * 0.5 / std::sqrt(2 * 10'001.0));
}

TEST_F(Recorded, FaultsOfTheFeed) {
    auto samples = record("[[process.fault]]\nkind = 'drop-out'\nat = 50\nlasts = 20\nsignal = 'saw/speed'\n"
                          "[[process.fault]]\nkind = 'stuck'\nat = 120\nlasts = 60\nsignal = 'saw/speed'\n"
                          "[[process.fault]]\nkind = 'clock-jump'\nat = 300\nlasts = 10\nby = '-30s'\nsignal = 'saw/waiting'\n");
    std::vector<double> bad;
    double before70 = 0;
    for (const Sample& sample : samples["feed/saw/speed"]) {
        const double at = secondsOf(sample);
        if (sample.quality == Quality::Bad) bad.push_back(at);
        if (at > 50 && at < 70) ++before70;
        if (at >= 120 && at < 180) {
            EXPECT_EQ(sample.value.number, 20) << at;
        }
        if (at == 181) {
            EXPECT_EQ(sample.value.number, 0);
        }
    }
    EXPECT_THAT(bad, testing::ElementsAre(50));
    EXPECT_EQ(before70, 0);
    int at270 = 0, at300 = 0;
    for (const Sample& sample : samples["saw/waiting"]) {
        at270 += secondsOf(sample) == 270 ? 1 : 0;
        at300 += secondsOf(sample) == 300 ? 1 : 0;
    }
    EXPECT_EQ(at270, 2);
    EXPECT_EQ(at300, 0);
}

// What is stuck or silent from the beginning has no value of its own yet: it keeps the first one that there is.
TEST_F(Recorded, FaultsFromTheFirstSampleOn) {
    auto samples = record("[[process.fault]]\nkind = 'stuck'\nat = 0\nlasts = 450\nsignal = 'saw/state'\n"
                          "[[process.fault]]\nkind = 'stuck'\nat = 0\nlasts = 1000\nsignal = 'saw/waiting'\n"
                          "[[process.fault]]\nkind = 'drop-out'\nat = 0\nlasts = 495\nsignal = 'saw/open'\n");
    EXPECT_TRUE(told(samples["saw/state"]).starts_with("0 Suspended")) << told(samples["saw/state"]);
    for (const Sample& sample : samples["saw/state"])
        if (secondsOf(sample) < 450) {
            EXPECT_EQ(source->strings().text(sample.value.string), "Suspended") << secondsOf(sample);
        }
    for (const Sample& sample : samples["saw/waiting"]) EXPECT_EQ(sample.value.number, 5) << secondsOf(sample);
    ASSERT_FALSE(samples["saw/open"].empty());
    EXPECT_EQ(samples["saw/open"].front().quality, Quality::Bad);
}

TEST_F(Recorded, CountsBeyondAllIntegersStayAtTheLast) {
    auto samples = record("[[process.fault]]\nkind = 'drop-out'\nat = 2000\nlasts = 1\nsignal = 'saw/made'\n", 1, 1e30);
    ASSERT_GE(samples["saw/made"].size(), 2u);
    EXPECT_EQ(samples["saw/made"][1].value.integer, std::numeric_limits<std::int64_t>::max());
}

TEST_F(Recorded, IsTheSameForTheSameSeed) {
    record("", 1);
    const auto first = readFile(log);
    record("", 1);
    EXPECT_EQ(*first, *readFile(log));
}

// A vehicle that has nothing to do until 10 s, drives 40 m with a load until 50 s, and back until 90 s.
TEST_F(Recorded, ShowsWhereAVehicleIs) {
    auto samples = record(R"(
[[process.node]]
id = "a"
at = [0, 0, 0]
[[process.node]]
id = "b"
at = [40, 0, 0]
[[process.edge]]
id = "e"
from = "a"
to = "b"
[[process.fleet]]
id = "amr"
speed = 1
parking = ["a"]
[[process.source]]
id = "more"
every = 200
first = 10
node = "a"
to = "carry"
[[process.buffer]]
id = "out"
node = "b"
to = "sink"
[[process.station]]
id = "carry"
fleet = "amr"
to = "out"
[[process.station]]
id = "sink"
cycle = 1
to = "done"
[[process.signal]]
signal = "saw/unused"
shows = "x"
fleet = "amr"
every = 10
)");
    const std::vector<Sample>& x = samples["saw/unused"];
    ASSERT_GE(x.size(), 50u);
    const std::vector<double> expected{0, 0, 10, 20, 30, 40, 30, 20, 10, 0, 0, 0};
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(x[i].value.asNumber(x[i].type), expected[i], 0.01) << i;
    EXPECT_NEAR(x[23].value.asNumber(x[23].type), 20, 0.01); // the next one comes at 210 s
}

TEST_F(Recorded, DriftsAndIsRightAgain) {
    auto samples = record("[[process.fault]]\nkind = 'drift'\nat = 300\nlasts = 100\namount = -4\nsignal = 'saw'\n");
    for (const Sample& sample : samples["saw/waiting"]) {
        const double at = secondsOf(sample);
        const bool off = at >= 300 && at < 400;
        EXPECT_NEAR(sample.value.number - 5, off ? -4 * (at - 300) / 100 : 0, 1e-9) << at;
    }
}

TEST_F(Recorded, WearGrowsByCycleUntilItIsRenewed) {
    auto samples =
        record("[[process.signal]]\nsignal = 'saw/unused'\nstation = 'saw'\notherwise = 3\nwear = 0.5\nmodulo = 2\nevery = 50\n");
    EXPECT_EQ(told(samples["saw/unused"]), "0 3, 50 3, 100 3, 150 3, 200 3.5, 250 3.5, 300 3, 350 3, 400 3.5, 450 3.5, 500 3");
}

TEST_F(Recorded, AControllerBringsAQuantityToItsSetPoint) {
    auto samples = record("[[process.signal]]\nsignal = 'saw/unused'\nstation = 'saw'\notherwise = 60\nworking = 120\nlag = '40s'\n"
                          "pid = { gain = 4, reset = '10s', low = 20, high = 160 }\n");
    const auto& heat = samples["saw/unused"];
    ASSERT_EQ(heat.size(), 501u);
    const auto at = [&](int second) { return heat[static_cast<std::size_t>(second)].value.number; };
    EXPECT_EQ(at(0), 60);
    EXPECT_EQ(at(99), 60); // no offset remains
    // All on from 100 to where the error is small enough: 160 - 100 exp(-t / 40), a sample later.
    EXPECT_NEAR(at(110), 160 - 100 * std::exp(-11 / 40.0), 0.1);
    double most = 0;
    for (int i = 100; i < 160; ++i) most = std::max(most, at(i));
    EXPECT_GT(most, 120.5); // it overshoots
    EXPECT_LT(most, 130);
    EXPECT_NEAR(at(159), 120, 2);
}

TEST(RecordedCells, FollowTheStationThatHoldsThem) {
    const auto folder = std::filesystem::temp_directory_path() / std::format("millwright-cells-{}", ::getpid());
    std::filesystem::create_directories(folder);
    const auto text = [](std::string_view cycle) {
        return std::format(R"(format = 1
[plant]
id = "p"
[[equipment]]
path = "rack"
signal = [{{ id = "v", unit = "mV", decimals = 0 }}, {{ id = "i", unit = "A", decimals = 3 }}, {{ id = "t", unit = "Cel" }},
          {{ id = "q", unit = "A.h", decimals = 3 }}, {{ id = "c", unit = "A.h", decimals = 3 }}, {{ id = "v2", unit = "V", decimals = 3 }}]
[process]
[[process.source]]
id = "in"
every = 2000
to = "rack"
[[process.buffer]]
id = "rack"
to = "form"
[[process.station]]
id = "form"
batch = 2
cycle = {}
failure = [{{ id = "trip", between = "1000h", repair = 100 }}]
to = "done"
[[process.cell]]
id = "small"
capacity = 1
capacity_deviation = 0.05
ocv = {{ charge = [0, 100], voltage = [3, 4] }}
resistance = 20
[[process.recipe]]
id = "formation"
cell = "small"
stations = ["form"]
step = [{{ rest = 100 }}, {{ charge = 2, to = 4.2, lasts = 900 }}, {{ discharge = 2, to = 3.2 }}]
[[process.fault]]
kind = "failure"
at = 4300
station = "form"
failure = "trip"
)",
                           cycle) +
               R"([[process.signal]]
signal = "rack/v"
shows = "voltage"
station = "form"
[[process.signal]]
signal = "rack/i"
shows = "current"
station = "form"
[[process.signal]]
signal = "rack/t"
shows = "temperature"
station = "form"
[[process.signal]]
signal = "rack/q"
shows = "ampere-hours"
station = "form"
[[process.signal]]
signal = "rack/c"
shows = "capacity"
station = "form"
[[process.signal]]
signal = "rack/v2"
shows = "voltage"
station = "form"
channel = 2
)";
    };
    const auto record = [&](std::string_view cycle, std::string_view every = "every = 2000\n") {
        std::string all = text(cycle);
        all.replace(all.find("every = 2000\n"), 13, every);
        const auto plant = plant::loadText(all, "/nonexistent");
        EXPECT_TRUE(plant) << plant.error().front().text();
        const Model model = *Model::make(*plant->process);
        Simulation run{model, 1};
        return recordRun(*plant, model.process(), run, {timeFromNanoseconds(0), Duration{std::chrono::seconds{12'000}}, 1},
                         folder / "run.mcap");
    };
    const auto tooShort = record("'10min'");
    ASSERT_FALSE(tooShort);
    EXPECT_TRUE(tooShort.error().message.contains("'formation' takes")) << tooShort.error().message;

    const auto recorded = [&] {
        auto source = *telemetry::LogSource::openAll(folder / "run.mcap");
        std::map<std::string, std::vector<double>> values;
        for (auto next = source->next(1000); next && !next->empty(); next = source->next(1000))
            for (const Sample& sample : *next) values[source->topics()[index(sample.signal)].topic].push_back(sample.value.number);
        return values;
    };
    // Where there is always a part, work begins with the run, before any event.
    ASSERT_TRUE(record("2000", "limit = 4\n"));
    EXPECT_EQ(recorded()["rack/v"].at(50), 3000);
    EXPECT_EQ(recorded()["rack/i"].at(200), 2);

    ASSERT_TRUE(record("2000"));
    auto values = recorded();
    const auto &v = values["rack/v"], &i = values["rack/i"], &q = values["rack/q"], &c = values["rack/c"];
    ASSERT_EQ(v.size(), 12'001u);
    // Parts come at 2000 and 4000: a batch of two begins at 4000, rests, charges for 900 s, is tripped from 4300 to 4400.
    EXPECT_EQ(v[3999], 0);
    EXPECT_EQ(v[4050], 3000);
    EXPECT_EQ(i[4050], 0);
    EXPECT_EQ(i[4200], 2);
    EXPECT_EQ(i[4350], 0);
    EXPECT_EQ(i[4500], 2);
    EXPECT_NEAR(v[4299] - v[4310], 40 - 2 * 2 / 3.6, 0.2); // 2 A on 20 mOhm, and two more seconds of charge
    EXPECT_NEAR(q[5090], 0.494, 0.01);
    EXPECT_EQ(i[5150], -2);
    // It gives what lies above 3.2 V of the poles, 3.24 V inside.
    EXPECT_GT(c[6050], 0.2);
    EXPECT_LT(c[6050], 0.3);
    EXPECT_EQ(v[7000], 0);       // gone at 6100
    EXPECT_EQ(c[7000], c[6050]); // its capacity stays until the next
    EXPECT_NE(c[11'000], c[6050]);
    const auto& second = values["rack/v2"];
    EXPECT_NE(second[4800] * 1000, v[4800]); // another cell of the batch
    EXPECT_NEAR(second[4800] * 1000, v[4800], 30);
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace millwright::sim
