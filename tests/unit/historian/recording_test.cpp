#include "historian/recording.hpp"
#include "historian/sink.hpp"

#include <gtest/gtest.h>

#include <format>
#include <fstream>
#include <random>
#include <thread>
#include <unistd.h>

namespace millwright::historian {
namespace {

using namespace std::chrono_literals;
using telemetry::Sample;

constexpr Time start = timeFromNanoseconds(1'790'000'000'000'000'000);

class Following : public ::testing::Test {
protected:
    std::filesystem::path folder = std::filesystem::temp_directory_path() / std::format("following-{}", ::getpid());
    std::shared_ptr<StringTable> strings = std::make_shared<StringTable>();
    std::unique_ptr<telemetry::Recorder> recorder;
    Recording recording;
    std::vector<std::string> written, followed; ///< what each sample says

    void SetUp() override {
        std::filesystem::create_directories(folder);
        telemetry::RecorderOptions options{.path = folder / "live.mcap", .channels = {}, .rotateBytes = 20'000};
        options.flushEvery = 1ms;
        options.channels = {{"line/speed", ValueType::Float, "m/min", {}}, {"line/state", ValueType::String, "", {}}};
        recorder = telemetry::Recorder::create(std::move(options), strings).value();
    }
    void TearDown() override {
        recorder.reset();
        std::filesystem::remove_all(folder);
    }
    static std::string say(std::string_view topic, const Sample& sample, const StringTable& texts) {
        return std::format("{} {} {} {}", topic, nanoseconds(sample.time), static_cast<int>(sample.quality),
                           sample.type == ValueType::String ? std::string{texts.text(sample.value.string)}
                                                            : std::to_string(sample.value.bits));
    }
    /// Records samples and waits until they are on the disk.
    void record(std::size_t first, std::size_t count, bool late = false) {
        std::vector<Sample> samples;
        std::mt19937_64 random{first};
        for (std::size_t i = first; i < first + count; ++i) {
            const bool text = i % 2 == 1;
            const Value value = text ? Value::of(strings->add(std::format("lot {}", random() % 100'000)))
                                     : Value::of(std::bit_cast<double>(random() >> 2));
            samples.push_back({start + i * 1ms, value, static_cast<SignalIndex>(i % 2), text ? ValueType::String : ValueType::Float,
                               i % 7 == 0 ? Quality::Bad : Quality::Good});
            written.push_back(
                say(std::format("{}line/{}", late ? "late/" : "", text ? "state" : "speed"), samples.back(), *strings));
        }
        const std::uint64_t before = recorder->status().samples;
        recorder->write(late ? std::span<const Sample>{} : samples, late ? samples : std::span<const Sample>{});
        while (recorder->status().samples < before + count) std::this_thread::yield();
    }
    void follow() {
        std::vector<Sample> samples;
        while (true) {
            samples.clear();
            const auto read = recording.next(recorder->status(), samples);
            ASSERT_TRUE(read) << read.error().text();
            if (!*read) return;
            for (const Sample& sample : samples)
                followed.push_back(say(recording.topics()[index(sample.signal)].topic, sample, recording.strings()));
        }
    }
};

TEST_F(Following, EverySampleOnceInTheOrderOfTheFilesWhileTheyAreWritten) {
    for (std::size_t i = 0; i < 20; ++i) {
        record(i * 1000, 1000);
        if (i % 3 == 0) follow();
    }
    record(5, 20, true);
    ASSERT_TRUE(recorder->close());
    follow();
    EXPECT_GT(recorder->status().files.size(), 3u);
    EXPECT_EQ(followed.size(), 20'020u);
    EXPECT_EQ(followed, written);
    EXPECT_EQ(recording.position(), 20'020u);
    EXPECT_EQ(recording.lost(), 0u);
}

TEST_F(Following, WhatIsDeletedBeforeItWasReadIsCounted) {
    for (std::size_t i = 0; i < 10; ++i) record(i * 1000, 1000);
    ASSERT_TRUE(recorder->close());
    telemetry::RecorderStatus status = recorder->status();
    ASSERT_GT(status.files.size(), 3u);
    status.files.erase(status.files.begin(), status.files.begin() + 2);
    status.extents.erase(status.extents.begin(), status.extents.begin() + 2);
    std::vector<Sample> samples;
    std::size_t count = 0;
    for (auto read = recording.next(status, samples); read.value(); read = recording.next(status, samples)) {
        count += samples.size();
        samples.clear();
    }
    EXPECT_EQ(recording.lost(), status.extents[0].samplesBefore);
    EXPECT_GT(recording.lost(), 0u);
    EXPECT_EQ(count + recording.lost(), 10'000u);
}

TEST_F(Following, AFileThatIsDeletedWhileItIsReadIsReadToItsEnd) {
    record(0, 10);
    follow();
    record(10, 3000); // fills the file
    record(3010, 10); // so these are in the next
    const auto status = recorder->status();
    ASSERT_GT(status.files.size(), 1u);
    std::filesystem::remove(status.files[0]);
    follow();
    EXPECT_EQ(followed, written);
    EXPECT_EQ(recording.lost(), 0u);
}

TEST_F(Following, ADamagedChunkCostsItsFileAndIsNamed) {
    for (std::size_t i = 0; i < 10; ++i) record(i * 1000, 1000);
    ASSERT_TRUE(recorder->close());
    const auto status = recorder->status();
    ASSERT_GT(status.files.size(), 2u);
    {
        std::fstream file{status.files[0], std::ios::in | std::ios::out | std::ios::binary};
        file.seekp(static_cast<std::streamoff>(status.extents[0].bytes / 3));
        file.write("damaged", 7);
    }
    std::vector<Sample> samples;
    std::size_t problems = 0, count = 0;
    while (true) {
        samples.clear();
        const auto read = recording.next(status, samples);
        count += samples.size();
        if (!read) {
            ++problems;
            EXPECT_TRUE(read.error().text().contains("live.mcap")) << read.error().text();
        } else if (!*read) {
            break;
        }
    }
    EXPECT_EQ(problems, 1u);
    EXPECT_GT(recording.lost(), 0u);
    EXPECT_EQ(count + recording.lost(), 10'000u);
}

TEST(Batches, NumberTheSamplesOfOneInstant) {
    Batch batch;
    StringTable strings;
    for (const int time : {1, 1, 2, 2, 2})
        EXPECT_TRUE(batch.add({start + time * 1ns, Value::of(1.0), SignalIndex{0}, ValueType::Float, Quality::Good}, 0, strings));
    EXPECT_EQ(batch.size(), 5u);
    EXPECT_EQ(batch.drop([](std::size_t, Time time) { return time < start + 2ns; }), 2u);
    EXPECT_EQ(batch.size(), 3u);
    for (const std::string_view text :
         {std::string_view{"a\0b", 3}, std::string_view{"\xff"}, std::string_view{"\xed\xa0\x80"}, std::string_view{"\xc0\x80"}})
        EXPECT_FALSE(
            batch.add({start, Value::of(strings.add(text)), SignalIndex{1}, ValueType::String, Quality::Good}, 1, strings));
    EXPECT_TRUE(
        batch.add({start, Value::of(strings.add("Ärger\t\\N\n")), SignalIndex{1}, ValueType::String, Quality::Good}, 1, strings));
}

} // namespace
} // namespace millwright::historian
