// Comparing, cutting, merging and redacting logs.
#include "log_fixture.hpp"

#include <millwright/telemetry/log_copy.hpp>
#include <millwright/telemetry/log_diff.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <algorithm>

namespace millwright::telemetry {
namespace {

using namespace testing;

const SignalDifference& signalOf(const LogDifference& difference, std::string_view topic) {
    return *std::ranges::find(difference.signals, topic, &SignalDifference::topic);
}

TEST(LogDiff, ALogEqualsItselfInTheOtherEncoding) {
    const Folder folder;
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", {}));
    ASSERT_TRUE(recording.write(folder / "b.mcap", {.encoding = LogEncoding::Json}));
    const auto difference = diffLogs(folder / "a.mcap", folder / "b.mcap");
    ASSERT_TRUE(difference) << difference.error().text();
    EXPECT_TRUE(difference->equal());
    EXPECT_EQ(difference->firstSamples, recording.samples.size());
    EXPECT_EQ(difference->secondSamples, recording.samples.size());
    EXPECT_EQ(signalOf(*difference, "line/temperature").firstGap, Duration{250'000'001}); // every seventh row is a nanosecond late
}

TEST(LogDiff, TellsWhatIsMissingAddedAndChanged) {
    const Folder folder;
    Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", {}));
    const auto rowOf = [&](std::size_t signal, std::size_t n) {
        for (auto& sample : recording.samples)
            if (index(sample.signal) == signal && n-- == 0) return &sample;
        return static_cast<Sample*>(nullptr);
    };
    rowOf(0, 10)->value = Value::of(rowOf(0, 10)->value.number + 0.25);
    rowOf(1, 4)->value = Value::of(rowOf(1, 4)->value.integer + 3);
    rowOf(2, 5)->quality = Quality::Bad;
    rowOf(3, 6)->value = Value::of(recording.strings.add("Aborted"));
    const Time gone = rowOf(0, 50)->time;
    std::erase_if(recording.samples, [&](const Sample& s) {
        return index(s.signal) == 0 && s.time >= gone && s.time < gone + Duration{1'000'000'000};
    });
    recording.channels.push_back({"line/new", ValueType::Float, "m", {}});
    ASSERT_TRUE(recording.write(folder / "b.mcap", {}));

    const auto difference = diffLogs(folder / "a.mcap", folder / "b.mcap");
    ASSERT_TRUE(difference) << difference.error().text();
    EXPECT_FALSE(difference->equal());
    ASSERT_EQ(difference->signals.size(), 5u);
    const auto& temperature = signalOf(*difference, "line/temperature");
    EXPECT_EQ(temperature.changed, 1u);
    EXPECT_DOUBLE_EQ(temperature.largest, 0.25);
    EXPECT_EQ(temperature.onlyFirst, 4u);
    EXPECT_EQ(temperature.onlySecond, 0u);
    EXPECT_GE(temperature.secondGap, Duration{1'249'999'999}); // four of 250 ms are gone
    EXPECT_EQ(signalOf(*difference, "line/count").changed, 1u);
    EXPECT_EQ(signalOf(*difference, "line/count").largest, 3.0);
    ASSERT_EQ(signalOf(*difference, "line/running").examples.size(), 1u);
    EXPECT_TRUE(signalOf(*difference, "line/running").examples[0].second.ends_with("(bad)"));
    ASSERT_EQ(signalOf(*difference, "line/state").examples.size(), 1u);
    EXPECT_EQ(signalOf(*difference, "line/state").examples[0].second, "'Aborted'");
    EXPECT_FALSE(signalOf(*difference, "line/new").inFirst);

    const auto tolerant = diffLogs(folder / "a.mcap", folder / "b.mcap", {.absoluteTolerance = 3, .signals = {"line/count"}});
    ASSERT_TRUE(tolerant);
    EXPECT_TRUE(tolerant->equal());
    EXPECT_EQ(tolerant->signals.size(), 1u);
    EXPECT_EQ(diffLogs(folder / "a.mcap", folder / "b.mcap", {.signals = {"nothing/*"}}).error().code, ErrorCode::NotFound);
}

TEST(LogDiff, PatternsMatchTopics) {
    for (const auto& [topic, pattern] : {std::pair{"a/b/c", "a/b/c"},
                                         {"a/b/c", "a/*"},
                                         {"a/b/c", "*c"},
                                         {"a/b/c", "*b*"},
                                         {"a", "*"},
                                         {"", "*"},
                                         {"aXbXc", "a*X*c"},
                                         {"abab", "*ab"}})
        EXPECT_TRUE(matchesTopic(topic, pattern)) << topic << " " << pattern;
    for (const auto& [topic, pattern] : {std::pair{"a/b/c", "a/b"}, {"a/b", "a/b/*"}, {"abc", "*d"}, {"", "a"}, {"a", ""}})
        EXPECT_FALSE(matchesTopic(topic, pattern)) << topic << " " << pattern;
}

TEST(LogCopy, CutsAStretchAndSomeSignals) {
    const Folder folder;
    const Recording recording;
    LogWriterOptions small;
    small.samplesPerChunk = 32;
    small.samplesPerKeyframe = 64;
    ASSERT_TRUE(recording.write(folder / "a.mcap", small));
    const auto report =
        copyLog(folder / "a.mcap", folder / "b.mcap", {.from = "+10s", .to = "+20s", .signals = {"line/t*", "line/state"}});
    ASSERT_TRUE(report) << report.error().text();
    const Time start = recording.samples.front().time;
    std::vector<PlainSample> expected;
    for (const auto& sample : recording.samples) {
        if (index(sample.signal) == 1 || index(sample.signal) == 2) continue;
        if (sample.time < start + std::chrono::seconds{10} || sample.time > start + std::chrono::seconds{20}) continue;
        expected.push_back(plain(sample, recording.strings));
        if (expected.back().signal == 3) expected.back().signal = 1;
    }
    EXPECT_GT(expected.size(), 30u);
    EXPECT_EQ(report->samples, expected.size());
    EXPECT_EQ(report->channelsLeftOut, 2u);
    EXPECT_EQ(readAll(**LogSource::openAll(folder / "b.mcap")), expected);
    EXPECT_EQ(copyLog(folder / "a.mcap", folder / "b.mcap", {.from = "+20s", .to = "+10s"}).error().code, ErrorCode::OutOfRange);
    EXPECT_EQ(copyLog(folder / "a.mcap", folder / "b.mcap", {.signals = {"x"}}).error().code, ErrorCode::NotFound);
    EXPECT_EQ(copyLog(folder / "a.mcap", folder / "b.mcap", {.without = {"*"}}).error().code, ErrorCode::Invalid);
}

TEST(LogCopy, RedactsTextsNamesAndTimes) {
    const Folder folder;
    const Recording recording;
    {
        auto log = LogWriter::create(folder / "a.mcap", recording.channels);
        ASSERT_TRUE(log);
        ASSERT_TRUE(log->write(recording.samples, recording.strings));
        ASSERT_TRUE(log->metadata("operator", {{"name", "Kim"}}));
        ASSERT_TRUE(log->close());
    }
    const auto report = copyLog(
        folder / "a.mcap", folder / "b.mcap",
        {.without = {"line/count"}, .hideTexts = {"*"}, .hideTopics = true, .shift = -std::chrono::hours{24}, .extras = false});
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->textsHidden, 1u);
    EXPECT_EQ(report->metadata, 0u);
    auto log = LogSource::openAll(folder / "b.mcap");
    ASSERT_TRUE(log);
    std::vector<std::string> topics;
    for (const auto& topic : (*log)->topics()) topics.push_back(topic.topic);
    EXPECT_EQ(topics, (std::vector<std::string>{"signal-1", "signal-2", "signal-3"}));
    const auto samples = readAll(**log);
    ASSERT_TRUE(samples);
    EXPECT_EQ(samples->front().time, nanoseconds(recording.samples.front().time - std::chrono::hours{24}));
    for (const auto& sample : *samples)
        EXPECT_TRUE(sample.type != ValueType::String || sample.text.starts_with("text-")) << sample.text;
    const auto bytes = bytesOf(folder / "b.mcap");
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    for (const auto* word : {"Kim", "line/", "Execute", "temperature"}) EXPECT_EQ(text.find(word), text.npos) << word;
}

TEST(LogMerge, WritesWhatTwoRecordersHaveOnce) {
    const Folder folder;
    const Recording recording;
    const auto part = [&](const char* name, std::size_t from, std::size_t to) {
        auto log = LogWriter::create(folder / name, recording.channels);
        ASSERT_TRUE(log);
        ASSERT_TRUE(log->write(std::span{recording.samples}.subspan(from, to - from), recording.strings));
        ASSERT_TRUE(log->close());
    };
    const std::size_t all = recording.samples.size();
    part("a.mcap", 0, 2 * all / 3);
    part("b.mcap", all / 3, all);
    const auto report = convertLogs({folder / "a.mcap", folder / "b.mcap"}, folder / "c.mcap", {.dropDuplicates = true});
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->samples, all);
    EXPECT_EQ(report->duplicates, 2 * all / 3 - all / 3);
    EXPECT_EQ(readAll(**LogSource::openAll(folder / "c.mcap")), recording.expected());
}

} // namespace
} // namespace millwright::telemetry
