#include "ui/curve.hpp"
#include "unit/ui/bench.hpp"

#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/telemetry/recorder.hpp>
#include <millwright/twin/replay.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <condition_variable>
#include <random>
#include <unistd.h>

namespace millwright::ui {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;
using testing::Bench;

constexpr std::string_view coater = "battery/electrode/coating/coater-1";
constexpr std::size_t pixels = 300;

/// Three days of two signals of the coating line, every second and every seven.
class LongLog : public ::testing::Test {
protected:
    std::filesystem::path path = std::filesystem::temp_directory_path() / std::format("curves-{}.mcap", ::getpid());
    plant::Plant plant = example::coatingLine();
    SignalIndex tension = plant.findSignal("battery/electrode/coating/coater-1/web-tension");
    SignalIndex speed = plant.findSignal("battery/electrode/coating/coater-1/web-speed");
    std::vector<Sample> all;

    void SetUp() override {
        std::mt19937_64 random{29};
        for (int s = 0; s < 72 * 3600; ++s) {
            const auto add = [&](SignalIndex signal) {
                all.push_back({example::start + std::chrono::seconds{s}, Value::of(static_cast<double>(random() % 100'000) / 500),
                               signal, ValueType::Float, Quality::Good});
            };
            add(tension);
            if (s % 7 == 0) add(speed);
        }
        std::vector<telemetry::LogChannel> channels;
        for (const auto& wanted : twin::subscriptions(plant)) channels.push_back(telemetry::channelOf(wanted));
        const StringTable strings;
        auto writer = telemetry::LogWriter::create(path, channels);
        ASSERT_TRUE(writer && writer->write(all, strings) && writer->close());
    }
    void TearDown() override { std::filesystem::remove(path); }

    [[nodiscard]] std::unique_ptr<telemetry::Source> open() const {
        return std::move(*telemetry::LogSource::open(path, twin::subscriptions(plant)));
    }
    /// Every sample of the stretch stands in the curve as it is, at its place.
    void expectEverySample(const std::vector<CurvePoint>& points, const history::TimeGrid& grid, SignalIndex signal,
                           Duration by = {}) {
        std::size_t seen = 0;
        for (const Sample& sample : all) {
            const Time time = sample.time + by;
            if (sample.signal != signal || time < grid.from || time >= grid.interval().to) continue;
            const CurvePoint& point = points[static_cast<std::size_t>((time - grid.from) / grid.column)];
            const auto value = static_cast<float>(sample.value.number);
            EXPECT_EQ(point.low, value);
            EXPECT_EQ(point.high, value);
            EXPECT_EQ(point.mean, value);
            ++seen;
        }
        EXPECT_GT(seen, 5u);
    }
};

TEST_F(LongLog, CurvesThatAreZoomedShowEverySample) {
    LogOverview overview{plant, open()};
    overview.wait();
    TrendReader reader{trendsOfLog(plant, path)};
    const std::array signals{tension, speed};
    std::vector<CurvePoint> points;
    for (const Duration at : {0s, 3600s, 51 * 3600s + 17s, 72 * 3600s - 92s}) {
        const TimeInterval stretch{example::start + at, example::start + at + 90s};
        const history::TimeGrid grid = history::gridOver(stretch, pixels);
        EXPECT_FALSE(curveOf(reader.find(tension, grid), grid, stretch, points)) << "not there yet: the coarse one is drawn";
        curveOf(overview, tension, stretch, points);
        EXPECT_LE(points.size(), 4u) << "a slice is more than a minute";
        reader.want(signals, grid, overview.span());
        reader.wait();
        for (const SignalIndex signal : signals) {
            ASSERT_TRUE(curveOf(reader.find(signal, grid), grid, stretch, points));
            expectEverySample(points, grid, signal);
        }
    }
    EXPECT_FALSE(reader.problem());
}

TEST_F(LongLog, AViewThatMovesOnFindsMoreThanItAskedFor) {
    TrendReader reader{trendsOfLog(plant, path)};
    const TimeInterval log{all.front().time, all.back().time};
    const std::array signals{tension};
    std::vector<CurvePoint> points;
    const auto gridAt = [&](Duration at) { return history::gridOver({example::start + at, example::start + at + 5min}, pixels); };
    reader.want(signals, gridAt(10h), log);
    reader.wait();
    for (const Duration further : {5s, 30s, 60s}) {
        const history::TimeGrid grid = gridAt(10h + further);
        EXPECT_TRUE(curveOf(reader.find(tension, grid), grid, grid.interval(), points)) << "no reading in between";
    }
    reader.want(signals, gridAt(10h + 30s), log);
    EXPECT_FALSE(reader.busy()) << "all of it is at hand";
    // Beyond the log there is nothing to be read.
    reader.want(signals, gridAt(72h - 1min), log);
    reader.wait();
    const history::TimeGrid last = gridAt(72h - 1min);
    ASSERT_TRUE(curveOf(reader.find(tension, last), last, last.interval(), points));
    EXPECT_NEAR(points.back().at, 0.2, 0.02) << "the log ends after a minute";
}

TEST_F(LongLog, TheOtherLogIsReadAtItsShiftedPlace) {
    TrendReader reader{trendsOfLog(plant, path, 90min)};
    const history::TimeGrid grid = history::gridOver({example::start + 5h, example::start + 5h + 60s}, pixels);
    reader.want(std::array{tension}, grid, {all.front().time + 90min, all.back().time + 90min});
    reader.wait();
    std::vector<CurvePoint> points;
    ASSERT_TRUE(curveOf(reader.find(tension, grid), grid, grid.interval(), points));
    expectEverySample(points, grid, tension, 90min);
}

TEST_F(LongLog, WhatCannotBeReadIsSaid) {
    TrendReader reader{trendsOfLog(plant, path.string() + ".gone")};
    const history::TimeGrid grid = history::gridOver({example::start, example::start + 60s}, pixels);
    reader.want(std::array{tension}, grid, {all.front().time, all.back().time});
    reader.wait();
    ASSERT_TRUE(reader.problem());
    EXPECT_EQ(reader.problem()->code, ErrorCode::NotFound);
    reader.want(std::array{tension}, grid, {all.front().time, all.back().time});
    EXPECT_FALSE(reader.busy()) << "it is not tried again and again";
}

/// Answers when it is let, and says what it was asked.
struct Gate {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool open = false;
    std::vector<TrendReader::Question> asked;

    TrendReader::Read read() {
        return [this](const TrendReader::Question& question, const std::stop_token& stop) -> Result<TrendReader::Answer> {
            std::unique_lock lock{mutex};
            asked.push_back(question);
            changed.notify_all();
            if (!changed.wait(lock, stop, [this] { return open; })) return failure(ErrorCode::Cancelled, "stopped");
            const history::TrendColumn column{.minimum = 1, .maximum = 1, .mean = 1, .first = 1, .last = 1, .samples = 1};
            const history::Trend trend{question.grid.interval(), std::vector(question.grid.columns, column), 1};
            return TrendReader::Answer{std::vector(question.signals.size(), trend), question.grid.interval()};
        };
    }
    void waitForQuestions(std::size_t count) {
        std::unique_lock lock{mutex};
        changed.wait(lock, [&] { return asked.size() >= count; });
    }
    void let() {
        const std::scoped_lock lock{mutex};
        open = true;
        changed.notify_all();
    }
};

TEST(TrendReader, GivesUpWhatIsNoLongerWanted) {
    Gate gate;
    TrendReader reader{gate.read()};
    const TimeInterval log{example::start, example::start + 72h};
    const std::array signals{SignalIndex{3}};
    const auto gridAt = [](Duration at) { return history::gridOver({example::start + at, example::start + at + 1min}, pixels); };
    reader.want(signals, gridAt(1h), log);
    gate.waitForQuestions(1);
    reader.want(signals, gridAt(2h), log); // the first is given up, though nobody let it go on
    gate.waitForQuestions(2);
    reader.want(signals, gridAt(2h), log);
    gate.let();
    reader.wait();
    EXPECT_EQ(gate.asked.size(), 2u) << "what is being read is not asked for again";
    EXPECT_TRUE(reader.find(SignalIndex{3}, gridAt(2h)).trend);
    EXPECT_FALSE(reader.find(SignalIndex{3}, gridAt(1h)).trend);
    EXPECT_FALSE(reader.problem());
}

TEST(TrendReader, HoldsNoMoreThanItsShare) {
    Gate gate;
    gate.let();
    TrendReader reader{gate.read()};
    std::vector<SignalIndex> signals;
    for (std::uint32_t i = 0; i < 5000; ++i) signals.push_back(static_cast<SignalIndex>(i));
    const history::TimeGrid grid = history::gridOver({example::start + 1h, example::start + 2h}, pixels);
    reader.want(signals, grid, {example::start, example::start + 72h});
    reader.wait();
    EXPECT_LE(gate.asked[0].signals.size() * gate.asked[0].grid.columns, 300'000u);
    EXPECT_GT(gate.asked[0].signals.size(), 100u);
    reader.want(signals, grid, {example::start, example::start + 72h});
    EXPECT_FALSE(reader.busy()) << "those without room are not asked for again and again";
}

TEST(TrendReader, TheInspectorSaysWhileItReadsAndFollowsTheTimeline) {
    Bench bench{{1280, 1500}};
    Gate gate;
    TrendReader reader{gate.read()};
    bench.model = bench.world.model();
    bench.model->trends = &reader;
    bench.state.selected = bench.world.plant.findEquipment(coater);
    bench.frames(3);
    EXPECT_TRUE(bench.shows("reading")) << "until then the coarse curves are drawn";
    EXPECT_TRUE(bench.shows("last 5 min"));
    bench.expectTidy();
    bench.save("curves-reading");
    gate.let();
    reader.wait();
    bench.frames(2);
    EXPECT_FALSE(bench.shows("reading"));
    bench.state.visibleTime = {example::start + 12min, example::start + 14min + 30s};
    bench.frames(2);
    reader.wait();
    bench.frames(2);
    EXPECT_TRUE(bench.shows("as the timeline"));
    const TimeInterval read = gate.asked.back().grid.interval();
    EXPECT_LE(read.from, bench.state.visibleTime.from);
    EXPECT_GE(read.to, bench.state.visibleTime.to);
    EXPECT_LT(read.length(), bench.state.visibleTime.length() * 3) << "the part that the timeline shows, and some around it";
    bench.expectTidy();
}

TEST_F(LongLog, TheInspectorDrawsZoomedCurves) {
    Bench bench{{1280, 1500}};
    LogOverview overview{bench.world.plant, open()};
    overview.wait();
    TrendReader reader{trendsOfLog(plant, path)};
    bench.world.frame.log = overview.span();
    bench.world.frame.time = example::start + 51h;
    bench.model = bench.world.model();
    bench.model->overview = &overview;
    bench.model->trends = &reader;
    bench.state.selected = bench.world.plant.findEquipment(coater);
    bench.state.visibleTime = {example::start + 51h - 40s, example::start + 51h + 20s};
    bench.frames(2);
    bench.save("curves-coarse");
    reader.wait();
    bench.frames(2);
    bench.expectTidy();
    bench.save("curves-fine");
    EXPECT_FALSE(bench.shows("reading"));
}

// A window with little memory: what it forgot is in its own recording.
TEST(LiveCurves, WhatMemoryForgotIsReadBackFromTheRecording) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / std::format("live-curves-{}", ::getpid());
    std::filesystem::create_directories(folder);
    const std::array types{ValueType::Float};
    history::History small{types, 64u << 10}, whole{types, 64u << 20};
    std::vector<Sample> all;
    std::mt19937_64 random{31};
    for (int i = 0; i < 100'000; ++i)
        all.push_back({example::start + i * 10ms, Value::of(static_cast<double>(random() % 1'000'000) / 7), SignalIndex{0},
                       ValueType::Float, Quality::Good});
    auto recorder = telemetry::Recorder::create({.path = folder / "live.mcap", .channels = {{"line/0", ValueType::Float, "", {}}}},
                                                std::make_shared<StringTable>());
    ASSERT_TRUE(recorder);
    for (std::size_t i = 0; i < all.size(); i += 1000) {
        const auto some = std::span{all}.subspan(i, 1000);
        (*recorder)->write(some, {});
        small.append(some);
        whole.append(some);
    }
    const auto recorded = (*recorder)->close();
    ASSERT_TRUE(recorded);
    ASSERT_GT(small.status().forgotten, 80'000u);

    TrendReader reader{[&](const TrendReader::Question& question, const std::stop_token& stop) -> Result<TrendReader::Answer> {
        auto found = history::trendsOf(recorded->files, {{"line/0", ValueType::Float, ""}}, question.grid, stop);
        if (!found) return std::unexpected(found.error());
        return TrendReader::Answer{std::move(found->trends), found->known};
    }};
    history::HistoryReader fromSmall{small}, fromWhole{whole};
    const std::array signals{SignalIndex{0}};
    for (const Duration reach : {1min, 5min, 16min}) {
        const TimeInterval stretch{all.back().time - reach, all.back().time};
        const history::TimeGrid grid = history::gridOver(stretch, pixels);
        std::vector<CurvePoint> expected, points;
        EXPECT_EQ(curveOf(fromWhole, {}, false, SignalIndex{0}, grid, stretch, expected), 0u);
        const std::size_t forgotten = curveOf(fromSmall, {}, false, SignalIndex{0}, grid, stretch, points);
        EXPECT_GT(forgotten, 0u);
        EXPECT_FALSE(std::ranges::equal(points, expected, {}, &CurvePoint::high, &CurvePoint::high)) << "coarse";
        reader.want(signals, {grid.from, grid.column, forgotten}, stretch);
        reader.wait();
        EXPECT_EQ(curveOf(fromSmall, reader.find(SignalIndex{0}, grid), false, SignalIndex{0}, grid, stretch, points), forgotten);
        ASSERT_EQ(points.size(), expected.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            EXPECT_EQ(points[i].low, expected[i].low) << i;
            EXPECT_EQ(points[i].high, expected[i].high) << i;
            EXPECT_FLOAT_EQ(points[i].mean, expected[i].mean) << i;
        }
    }
    std::filesystem::remove_all(folder);
}

} // namespace
} // namespace millwright::ui
