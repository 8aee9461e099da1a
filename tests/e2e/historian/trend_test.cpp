#include <millwright/historian/reader.hpp>
#include <millwright/history/history.hpp>
#include <millwright/plant/load.hpp>
#include <millwright/telemetry/log_writer.hpp>
#include <millwright/telemetry/recorder.hpp>

#include <gtest/gtest.h>

#include <app/view/trends.hpp>
#include <array>
#include <cmath>
#include <cstdlib>
#include <format>
#include <limits>
#include <random>
#include <thread>
#include <unistd.h>

// Run by historian_test.py, which starts a server and says where.
namespace millwright::historian {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

constexpr Time start = timeFromNanoseconds(1'790'000'000'000'000'001);
constexpr std::array<std::string_view, 4> typeNames{"float", "integer", "boolean", "string"};
constexpr std::array types{ValueType::Float, ValueType::Integer, ValueType::Boolean, ValueType::String};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// The same samples in a history in memory and in the historian.
class Trends : public ::testing::Test {
protected:
    Options options{.access = {.host = environment("MILLWRIGHT_HISTORIAN_HOST"),
                               .port = std::atoi(environment("MILLWRIGHT_HISTORIAN_PORT").c_str()),
                               .database = environment("MILLWRIGHT_HISTORIAN_DATABASE"),
                               .user = "millwright",
                               .password = {},
                               .ca = {},
                               .certificate = {},
                               .key = {}},
                    .plant = "trends"};
    std::filesystem::path log = std::filesystem::temp_directory_path() / std::format("trends-{}.mcap", ::getpid());
    std::vector<telemetry::Subscription> topics;
    std::vector<Sample> all;
    StringTable strings;
    history::History memory{types};

    /// Which of them the historian gets.
    [[nodiscard]] virtual std::span<const Sample> forHistorian() const { return all; }
    void SetUp() override {
        ASSERT_FALSE(options.access.host.empty()) << "historian_test.py runs this";
        for (std::size_t i = 0; i < types.size(); ++i) topics.push_back({std::format("line/{}", i), types[i], i == 0 ? "mm" : ""});
        make(20'000);
        memory.append(all);
        std::vector<telemetry::LogChannel> channels;
        for (const auto& topic : topics) channels.push_back(telemetry::channelOf(topic));
        auto writer = telemetry::LogWriter::create(log, channels);
        ASSERT_TRUE(writer && writer->write(forHistorian(), strings) && writer->close());
        const auto imported = importLogs(options, topics, {log});
        ASSERT_TRUE(imported) << imported.error().text();
        ASSERT_EQ(imported->written + imported->present, forHistorian().size());
    }
    void TearDown() override { std::filesystem::remove(log); }

    /// Uneven, with gaps, equal times, and what does not count.
    void make(std::size_t count) {
        std::mt19937_64 random{7};
        Time time = start;
        for (std::size_t i = 0; i < count; ++i) {
            time += random() % 5 == 0 ? 0ns : Duration{static_cast<std::int64_t>(random() % 40'000'000)};
            if (random() % 2000 == 0) time += 30s;
            const std::size_t signal = random() % types.size();
            Value value = Value::of(static_cast<double>(random() % 100'000) / 64 - 700);
            if (signal == 0 && random() % 50 == 0) value = Value::of(std::numeric_limits<double>::quiet_NaN());
            if (signal == 0 && random() % 70 == 0) value = Value::of(-std::numeric_limits<double>::infinity());
            if (signal == 1) value = Value::of(static_cast<std::int64_t>(random()) >> (random() % 60));
            if (signal == 2) value = Value::of(random() % 2 == 0);
            if (signal == 3) value = Value::of(strings.add(std::format("state\t{}\\ \"é\"", random() % 9)));
            all.push_back({time, value, static_cast<SignalIndex>(signal), types[signal],
                           static_cast<Quality>(random() % 10 < 7 ? 0 : random() % 4)});
        }
    }
    Reader reader() const {
        auto connected = Reader::connect(options, topics);
        EXPECT_TRUE(connected) << connected.error().text();
        return std::move(*connected);
    }
};

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

void expectSame(const history::Trend& kept, const history::Trend& memory) {
    ASSERT_EQ(kept.columns.size(), memory.columns.size());
    EXPECT_TRUE(same(kept.before, memory.before)) << kept.before << " " << memory.before;
    for (std::size_t i = 0; i < kept.columns.size(); ++i) {
        const history::TrendColumn &a = kept.columns[i], &b = memory.columns[i];
        EXPECT_EQ(a.samples, b.samples) << i;
        EXPECT_TRUE(same(a.minimum, b.minimum) && same(a.maximum, b.maximum)) << i;
        EXPECT_TRUE(same(a.first, b.first) && same(a.last, b.last))
            << i << ": " << a.first << " " << b.first << " " << a.last << " " << b.last;
        EXPECT_EQ(std::isnan(a.mean), std::isnan(b.mean)) << i;
        if (!std::isnan(b.mean)) {
            const double scale = std::max({std::abs(b.minimum), std::abs(b.maximum), 1.0});
            EXPECT_NEAR(a.mean, b.mean, scale * 1e-12) << i;
        }
        EXPECT_FALSE(a.coarse);
    }
}

TEST_F(Trends, AreThoseOfTheHistoryInMemory) {
    Reader kept = reader();
    history::HistoryReader memoryReader{memory};
    const Time last = all.back().time;
    std::mt19937_64 random{3};
    for (std::size_t signal = 0; signal < types.size(); ++signal) {
        const auto at = static_cast<SignalIndex>(signal);
        const auto span = kept.span(at);
        ASSERT_TRUE(span) << span.error().text();
        EXPECT_EQ(*span, memoryReader.span(at));
        std::vector<TimeInterval> intervals{
            *span, {start - 1h, last + 1h}, {start, start}, {last + 1ns, last + 1s}, {start + 5s, start + 5s + 7ns}};
        for (int i = 0; i < 6; ++i) {
            const Time from =
                start + Duration{static_cast<std::int64_t>(random() % static_cast<std::uint64_t>((last - start).count()))};
            intervals.push_back({from, std::min(last, from + Duration{static_cast<std::int64_t>(random() % 60'000'000'000)})});
        }
        for (const TimeInterval& interval : intervals)
            for (const std::size_t columns : {1u, 2u, 7u, 1000u}) {
                SCOPED_TRACE(std::format("signal {} from {} to {} in {}", signal, formatTime(interval.from),
                                         formatTime(interval.to), columns));
                const auto trend = kept.trend(at, interval, columns);
                ASSERT_TRUE(trend) << trend.error().text();
                expectSame(*trend, memoryReader.trend(at, interval, columns));
            }
    }
}

/// A window that has forgotten all: the recording, which still runs, began in the middle, and the historian is somewhat behind it.
class ReadBack : public Trends {
protected:
    plant::Plant plant;
    std::filesystem::path recording = std::filesystem::temp_directory_path() / std::format("read-back-{}.mcap", ::getpid());
    std::unique_ptr<telemetry::Recorder> recorder;
    Time begun{};

    [[nodiscard]] std::span<const Sample> forHistorian() const override { return std::span{all}.first(all.size() * 3 / 4); }
    void SetUp() override {
        options.plant = "read-back";
        std::string text = "format = 1\n[plant]\nid = 'read-back'\n[[equipment]]\npath = 'line'\n";
        for (std::size_t i = 0; i < types.size(); ++i)
            text += std::format("[[equipment.signal]]\nid = '{}'\ntype = '{}'\n{}", i, typeNames[i], i == 0 ? "unit = 'mm'\n" : "");
        auto loaded = plant::loadText(text, ".");
        ASSERT_TRUE(loaded) << loaded.error().front().text();
        plant = std::move(*loaded);
        Trends::SetUp();
        telemetry::RecorderOptions made{.path = recording, .channels = {}, .flushEvery = 10ms};
        for (const auto& topic : topics) made.channels.push_back(telemetry::channelOf(topic));
        auto table = std::make_shared<StringTable>(); // the same texts under the same ids
        for (std::uint32_t id = 0; id < strings.size(); ++id) (void)table->add(strings.text(StringId{id}));
        auto opened = telemetry::Recorder::create(std::move(made), std::move(table));
        ASSERT_TRUE(opened) << opened.error().text();
        recorder = std::move(*opened);
        const auto recorded = std::span<const Sample>{all}.subspan(all.size() / 2);
        begun = recorded.front().time;
        recorder->write(recorded, {});
        while (recorder->status().samples < recorded.size()) {
            ASSERT_EQ(recorder->status().problem, "");
            std::this_thread::sleep_for(5ms);
        }
    }
    void TearDown() override {
        recorder.reset();
        std::filesystem::remove(recording);
        Trends::TearDown();
    }
    [[nodiscard]] static ui::TrendReader::Question question(Time from, Time to) {
        ui::TrendReader::Question asked{.signals = {}, .grid = history::gridOver({from, to}, 200)};
        for (std::size_t i = 0; i < types.size(); ++i) asked.signals.push_back(static_cast<SignalIndex>(types.size() - 1 - i));
        return asked;
    }
    void expectAnswer(const ui::TrendReader::Read& read, Time from, Time to) {
        SCOPED_TRACE(std::format("from {} to {}", formatTime(from), formatTime(to)));
        const auto asked = question(from, to);
        const auto answer = read(asked, {});
        ASSERT_TRUE(answer) << answer.error().text();
        EXPECT_FALSE(answer->problem) << answer->problem->text();
        ASSERT_EQ(answer->trends.size(), asked.signals.size());
        EXPECT_LE(answer->known.from, std::max(asked.grid.from, start));
        EXPECT_GE(answer->known.to, std::min(asked.grid.interval().to, all.back().time));
        history::HistoryReader memoryReader{memory};
        for (std::size_t i = 0; i < asked.signals.size(); ++i)
            expectSame(answer->trends[i], memoryReader.trend(asked.signals[i], asked.grid.interval(), asked.grid.columns));
    }
};

TEST_F(ReadBack, WhatIsOlderThanTheRecordingComesFromTheHistorian) {
    const auto read = app::trendsOfFeeds(plant, recorder.get(), options);
    const Time last = all.back().time;
    expectAnswer(read, start, begun - 10s);       // the historian's
    expectAnswer(read, begun - 20s, begun + 20s); // of both
    expectAnswer(read, start - 1h, last);
    expectAnswer(read, begun + 5s, last); // the recording's
}

TEST_F(ReadBack, WithoutARecordingAllIsTheHistorians) {
    const auto read = app::trendsOfFeeds(plant, nullptr, options);
    expectAnswer(read, start, forHistorian().back().time - 1s);
    const auto answer = read(question(all.back().time, all.back().time + 1min), {});
    ASSERT_TRUE(answer) << answer.error().text();
    for (const history::Trend& trend : answer->trends)
        for (const history::TrendColumn& column : trend.columns) EXPECT_EQ(column.samples, 0u) << "it does not have those yet";
}

TEST_F(ReadBack, AHistorianThatIsAwayLeavesTheRecording) {
    options.access.host = (std::filesystem::temp_directory_path() / "nobody-listens-here").string();
    const auto read = app::trendsOfFeeds(plant, recorder.get(), options);
    const auto asked = question(begun - 20s, begun + 20s);
    const auto answer = read(asked, {});
    ASSERT_TRUE(answer) << answer.error().text();
    ASSERT_TRUE(answer->problem) << "it is told why there is nothing older";
    EXPECT_EQ(answer->known.from, begun);
    history::HistoryReader memoryReader{memory};
    for (std::size_t i = 0; i < asked.signals.size(); ++i) {
        const auto kept = memoryReader.trend(asked.signals[i], asked.grid.interval(), asked.grid.columns);
        for (std::size_t column = 0; column < asked.grid.columns; ++column) {
            const std::uint64_t samples = answer->trends[i].columns[column].samples;
            if (asked.grid.startOf(column) > begun) {
                EXPECT_EQ(samples, kept.columns[column].samples) << column;
            } else if (asked.grid.startOf(column + 1) <= begun) {
                EXPECT_EQ(samples, 0u) << column;
            }
        }
    }
    expectAnswer(read, begun + 5s, all.back().time); // for which it is not asked
}

TEST_F(ReadBack, IsGivenUpWhenNobodyWantsItAnyMore) {
    const auto read = app::trendsOfFeeds(plant, recorder.get(), options);
    std::stop_source stop;
    stop.request_stop();
    const auto answer = read(question(start, begun), stop.get_token());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::Cancelled);
}

TEST_F(Trends, SamplesComeBackBitForBit) {
    Reader kept = reader();
    for (std::size_t signal = 0; signal < types.size(); ++signal) {
        std::vector<Sample> read, taken;
        for (const Sample& sample : all)
            if (index(sample.signal) == signal) taken.push_back(sample);
        const auto done = kept.read(static_cast<SignalIndex>(signal), {start, all.back().time}, read);
        ASSERT_TRUE(done) << done.error().text();
        ASSERT_EQ(read.size(), taken.size());
        for (std::size_t i = 0; i < read.size(); ++i) {
            ASSERT_EQ(read[i].time, taken[i].time);
            ASSERT_EQ(read[i].quality, taken[i].quality);
            ASSERT_EQ(read[i].type, taken[i].type);
            if (taken[i].type == ValueType::String)
                ASSERT_EQ(kept.strings().text(read[i].value.string), strings.text(taken[i].value.string));
            else
                ASSERT_EQ(read[i].value.bits, taken[i].value.bits) << i;
        }
    }
}

TEST_F(Trends, OfWhatNobodyWroteThereIsNothing) {
    auto connected = Reader::connect(options, {{"line/none", ValueType::Float, ""}});
    ASSERT_TRUE(connected) << connected.error().text();
    EXPECT_EQ(connected->span(SignalIndex{0}).value(), TimeInterval{});
    EXPECT_EQ(connected->trend(SignalIndex{0}, {start, start + 1s}, 3).value().columns[1].samples, 0u);
}

} // namespace
} // namespace millwright::historian
