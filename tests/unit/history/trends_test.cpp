#include <millwright/history/trends.hpp>
#include <millwright/telemetry/log_source.hpp>
#include <millwright/telemetry/recorder.hpp>

#include <gtest/gtest.h>

#include <array>
#include <format>
#include <random>
#include <unistd.h>

namespace millwright::history {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

constexpr Time start = timeFromNanoseconds(1'790'000'000'000'000'000);

/// A recorder and a small history that are given the same samples, as a live twin gives them.
class Recorded : public ::testing::Test {
protected:
    static constexpr std::size_t signals = 3, texts = 2; ///< the last signal is of texts
    std::filesystem::path folder = std::filesystem::temp_directory_path() / std::format("recorded-{}", ::getpid());
    std::vector<Sample> all;
    std::shared_ptr<StringTable> strings = std::make_shared<StringTable>();
    History history{std::array{ValueType::Float, ValueType::Float, ValueType::String}, 128u << 10};
    telemetry::RecorderStatus recording;

    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    void record(std::size_t count) {
        telemetry::RecorderOptions options{.path = folder / "live.mcap", .channels = {}, .rotateBytes = 100'000};
        options.flushEvery = 1ms; // so that it comes to several files
        for (const auto& topic : topics()) options.channels.push_back(telemetry::channelOf(topic));
        auto recorder = telemetry::Recorder::create(std::move(options), strings);
        ASSERT_TRUE(recorder) << recorder.error().text();
        std::mt19937_64 random{13};
        Time time = start;
        for (std::size_t i = 0; i < count; ++i) {
            time += random() % 4 == 0 ? 10ms : 0ms; // so that blocks end between samples of one time
            // So many texts that no file has all of them, or has them in this order.
            const std::uint64_t number = random() % 1'000'000;
            const Value value = i % signals == texts ? Value::of(strings->add(std::format("lot {}", number % 1000)))
                                                     : Value::of(static_cast<double>(number) / 1000);
            all.push_back({time, value, static_cast<SignalIndex>(i % signals), topics()[i % signals].type,
                           random() % 50 == 0 ? Quality::Uncertain : Quality::Good});
        }
        for (std::size_t i = 0; i < count; i += 1000) {
            const auto some = std::span{all}.subspan(i, std::min<std::size_t>(1000, count - i));
            (*recorder)->write(some, {});
            history.append(some);
            whole.append(some);
            while ((*recorder)->status().samples < i) std::this_thread::yield(); // the disk keeps pace, so files get full
        }
        const auto closed = (*recorder)->close();
        ASSERT_TRUE(closed) << closed.error().text();
        recording = *closed;
    }
    static std::vector<telemetry::Subscription> topics() {
        std::vector<telemetry::Subscription> topics;
        for (std::size_t i = 0; i < texts; ++i) topics.push_back({std::format("line/{}", i), ValueType::Float, "N"});
        topics.push_back({"line/lot", ValueType::String, ""});
        return topics;
    }
    /// What a history that has forgotten nothing would tell.
    void expectAllOf(const RecordedTrends& read, const TimeGrid& grid) {
        ASSERT_EQ(read.trends.size(), signals);
        for (std::size_t i = 0; i < signals; ++i) {
            const Trend& expected = wholeReader.trend(static_cast<SignalIndex>(i), grid.interval(), grid.columns);
            const Trend& found = read.trends[i];
            EXPECT_EQ(found.interval, expected.interval);
            EXPECT_TRUE(same(found.before, expected.before)) << found.before << " is not " << expected.before;
            ASSERT_EQ(found.columns.size(), expected.columns.size());
            for (std::size_t c = 0; c < grid.columns; ++c) {
                const TrendColumn &a = found.columns[c], &b = expected.columns[c];
                const bool equal = a.samples == b.samples && same(a.minimum, b.minimum) && same(a.maximum, b.maximum) &&
                                   same(a.first, b.first) && same(a.last, b.last) && !a.coarse;
                EXPECT_TRUE(equal) << "signal " << i << ", column " << c << ": " << a.samples << " samples, not " << b.samples;
                EXPECT_TRUE(same(a.mean, b.mean) || std::abs(a.mean - b.mean) <= 1e-9 * std::abs(b.mean));
            }
        }
    }
    static bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

    History whole{std::array{ValueType::Float, ValueType::Float, ValueType::String}, 64u << 20};
    HistoryReader wholeReader{whole};
};

TEST_F(Recorded, TrendsOfTheFilesAreThoseOfAHistoryThatForgetsNothing) {
    record(120'000);
    ASSERT_GT(recording.files.size(), 2u);
    ASSERT_GT(history.status().forgotten, 50'000u);
    ASSERT_EQ(whole.status().forgotten, 0u);
    std::mt19937_64 random{17};
    for (int round = 0; round < 25; ++round) {
        Time a = all[random() % all.size()].time, b = all[random() % all.size()].time;
        if (round == 0) a = all.front().time - 1s, b = all.back().time + 1s;
        if (round == 1) b = a;
        const TimeGrid grid = gridOver({std::min(a, b), std::max(a, b)}, 1 + random() % 300);
        const auto read = trendsOf(recording.files, topics(), grid);
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(read->known, (TimeInterval{all.front().time, all.back().time}));
        expectAllOf(*read, grid);
    }
}

TEST_F(Recorded, FilesThatAreDeletedAreMissedAndSaid) {
    record(120'000);
    const TimeGrid grid = gridOver({all.front().time, all.back().time}, 100);
    const std::filesystem::path second = recording.files[1];
    std::filesystem::remove(recording.files[0]);
    const auto read = trendsOf(recording.files, topics(), grid);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->known.from, (*telemetry::LogSource::open(second, topics()))->span().from);
    EXPECT_EQ(read->known.to, all.back().time);
    const Trend& expected = wholeReader.trend(SignalIndex{0}, grid.interval(), grid.columns);
    EXPECT_EQ(read->trends[0].columns.back().samples, expected.columns.back().samples);
    EXPECT_LT(read->trends[0].columns.front().samples, expected.columns.front().samples);
    const auto none = trendsOf({}, topics(), grid);
    ASSERT_TRUE(none);
    EXPECT_EQ(none->known, TimeInterval{});
}

TEST_F(Recorded, ReadingEndsWhenItIsNoLongerWanted) {
    record(30'000);
    std::stop_source stop;
    stop.request_stop();
    const TimeGrid grid = gridOver({all.front().time, all.back().time}, 100);
    const auto read = trendsOf(recording.files, topics(), grid, stop.get_token());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Cancelled);
}

TEST(TimeGrid, CoversAStretchWithColumnsThatOverlappingOnesShare) {
    std::mt19937_64 random{19};
    for (int round = 0; round < 2000; ++round) {
        const auto length = static_cast<std::int64_t>(random() >> (2 + random() % 60));
        const Time from =
            start + Duration{static_cast<std::int64_t>(random() % 1'000'000'000'000)} - (round % 2 == 0 ? 0s : 4'000'000'000s);
        const TimeInterval stretch{from, from + Duration{length}};
        const std::size_t pixels = 1 + random() % 1000;
        const TimeGrid grid = gridOver(stretch, pixels);
        EXPECT_LE(grid.from, stretch.from);
        EXPECT_GE(grid.interval().to, stretch.to);
        EXPECT_LE(grid.columns, 2 * pixels + 2);
        EXPECT_TRUE(grid.columns >= pixels || length < static_cast<std::int64_t>(pixels));
        EXPECT_EQ(nanoseconds(grid.from) % grid.column.count(), 0);
        const TimeGrid moved = gridOver({from + grid.column / 2, from + Duration{length} + grid.column / 2}, pixels);
        EXPECT_EQ(moved.column, grid.column);
    }
}

} // namespace
} // namespace millwright::history
