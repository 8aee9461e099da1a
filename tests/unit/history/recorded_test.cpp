#include <millwright/history/recorded.hpp>
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
    [[nodiscard]] RecordedSamples recorded() const {
        return RecordedSamples{topics(), [this] { return recording.files; }, strings};
    }
    /// Whether a sample that was read is one that was taken in.
    [[nodiscard]] bool same(const RecordedSamples& from, const Sample& read, const Sample& taken) const {
        const bool equal = taken.type == ValueType::String
                               ? from.strings().text(read.value.string) == strings->text(taken.value.string)
                               : read.value.bits == taken.value.bits;
        return equal && read.time == taken.time && read.signal == taken.signal && read.type == taken.type &&
               read.quality == taken.quality;
    }
    [[nodiscard]] std::vector<Sample> expected(SignalIndex signal, TimeInterval interval) const {
        std::vector<Sample> found;
        for (const Sample& sample : all)
            if (sample.signal == signal && sample.time >= interval.from && sample.time <= interval.to) found.push_back(sample);
        return found;
    }
};

TEST_F(Recorded, WhatIsForgottenIsReadAgainAndNothingTwice) {
    record(120'000);
    ASSERT_GT(recording.files.size(), 2u);
    ASSERT_GT(history.status().forgotten, 50'000u);
    ASSERT_GT(history.status().packed, 10'000u);
    HistoryReader reader{history};
    std::mt19937_64 random{17};
    int both = 0;
    RecordedSamples source = recorded();
    for (int round = 0; round < 40; ++round) {
        const auto signal = static_cast<SignalIndex>(random() % signals);
        Time a = all[random() % all.size()].time, b = all[random() % all.size()].time;
        if (round == 0) a = all.front().time, b = all.back().time;
        const TimeInterval interval{std::min(a, b), std::max(a, b)};
        std::vector<Sample> kept, read;
        if (!reader.read(signal, interval, kept) && !kept.empty()) ++both;
        const auto done = readAll(reader, source, signal, interval, read);
        ASSERT_TRUE(done) << done.error().text();
        const auto equal = [&](const Sample& found, const Sample& taken) { return same(source, found, taken); };
        EXPECT_TRUE(std::ranges::equal(read, expected(signal, interval), equal)) << round << ": " << read.size();
    }
    EXPECT_GT(both, 3) << "samples of the recording and of the history in one answer";
}

TEST_F(Recorded, ARecordingThatDoesNotLeadUpToTheHistoryIsRefused) {
    record(120'000);
    HistoryReader reader{history};
    RecordedSamples source = recorded();
    const TimeInterval whole{all.front().time, all.back().time};
    std::vector<Sample> read{all.front()};
    recording.files.resize(1); // the others are gone
    const auto done = readAll(reader, source, SignalIndex{0}, whole, read);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::Invalid);
    EXPECT_EQ(read.size(), 1u) << "left as it was";
    recording.files = {folder / "none.mcap"};
    EXPECT_EQ(readAll(reader, source, SignalIndex{0}, whole, read).error().code, ErrorCode::NotFound);
    const TimeInterval newest{all.back().time, all.back().time};
    EXPECT_TRUE(readAll(reader, source, SignalIndex{0}, newest, read)) << "nothing is asked of the recording";
}

} // namespace
} // namespace millwright::history
