// A log written as text and converted back is the same log.
#include "log_fixture.hpp"

#include <millwright/telemetry/log_diff.hpp>
#include <millwright/telemetry/log_text.hpp>
#include <millwright/telemetry/log_tools.hpp>

#include <gmock/gmock.h>

#include <map>

namespace millwright::telemetry {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Everything that text may stumble over.
struct Awkward {
    std::vector<LogChannel> channels{{"line/temperature", ValueType::Float, "Cel", {}},
                                     {"/absolute, \"quoted\"", ValueType::Integer, "{piece}", {}},
                                     {"time", ValueType::Boolean, "", {}},
                                     {"line/temperature quality", ValueType::String, "", {}},
                                     {"never", ValueType::Integer, "s", {}},
                                     {"2", ValueType::Float, "", {}},
                                     {"topic", ValueType::String, "", {}}};
    StringTable strings;
    std::vector<Sample> samples;

    Awkward() {
        const auto at = [](std::int64_t ns) { return timeFromNanoseconds(1'767'225'600'123'456'789 + ns); };
        const auto add = [&](std::int64_t ns, std::uint32_t signal, Value value, Quality quality = Quality::Good) {
            samples.push_back({at(ns), value, SignalIndex{signal}, channels[signal].type, quality});
        };
        add(0, 0, Value::of(21.5));
        add(0, 0, Value::of(-0.0), Quality::Uncertain); // twice at one time
        add(0, 1, Value::of(std::numeric_limits<std::int64_t>::max()));
        add(0, 2, Value::of(true));
        add(0, 3, Value::of(strings.add(" NA ")));
        add(1, 0, Value::of(std::numeric_limits<double>::quiet_NaN()), Quality::Bad);
        add(1, 1, Value::of(std::numeric_limits<std::int64_t>::min()), Quality::Stale);
        add(1, 3, Value::of(strings.add("")));
        add(2, 0, Value::of(-std::numeric_limits<double>::infinity()));
        add(2, 2, Value::of(false), Quality::Bad);
        add(2, 3, Value::of(strings.add("say \"hi\",\r\n\t한국어; NaN")), Quality::Uncertain);
        add(3, 0, Value::of(std::numeric_limits<double>::quiet_NaN()));
        add(3, 5, Value::of(5e-324));
        add(3, 6, Value::of(strings.add("12")));
        add(4, 3, Value::of(strings.add("UNAVAILABLE")));
        add(4, 5, Value::of(0.1 + 0.2));
        add(4, 6, Value::of(strings.add("NaN")));
    }
    [[nodiscard]] Result<void> write(const std::filesystem::path& path) const {
        auto log = LogWriter::create(path, channels);
        if (!log) return std::unexpected(log.error());
        if (auto written = log->write(samples, strings); !written) return written;
        return log->close();
    }
};

/// Samples by topic, as they lie.
std::map<std::string, std::vector<PlainSample>> contentsOf(const std::filesystem::path& path) {
    std::map<std::string, std::vector<PlainSample>> all;
    auto log = LogSource::openAll(path);
    EXPECT_TRUE(log) << log.error().text();
    if (!log) return all;
    for (const LogTopic& topic : (*log)->topics()) all[topic.topic + " " + topic.unit];
    const auto samples = readAll(**log).value();
    for (PlainSample sample : samples) {
        const LogTopic& topic = (*log)->topics()[sample.signal];
        sample.signal = 0;
        all[topic.topic + " " + topic.unit].push_back(std::move(sample));
    }
    return all;
}

std::string textAt(const std::filesystem::path& path) {
    const auto bytes = bytesOf(path);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(LogText, ConvertsBackToTheSameLog) {
    const Folder folder;
    ASSERT_TRUE(Awkward{}.write(folder / "awkward.mcap"));
    ASSERT_TRUE(Recording{500}.write(folder / "recording.mcap", {}));
    for (const std::string name : {"awkward", "recording"})
        for (const auto& [form, ending] : {std::pair{LogText::CsvWide, ".csv"}, std::pair{LogText::CsvLong, ".long.csv"},
                                           std::pair{LogText::JsonLines, ".jsonl"}}) {
            const auto text = folder / (name + ending);
            const auto written = writeLogAsText(folder / (name + ".mcap"), text, form);
            ASSERT_TRUE(written) << written.error().text();
            const auto again = folder / (name + ending + ".mcap");
            const auto read = convertLogs({text}, again);
            ASSERT_TRUE(read) << read.error().text();
            EXPECT_EQ(read->inputs[0].unparsable, 0u) << read->inputs[0].problems.front().text();
            EXPECT_EQ(read->samples, written->samples);
            EXPECT_EQ(read->inputs[0].mapping, written->mapping.string());
            EXPECT_EQ(contentsOf(again), contentsOf(folder / (name + ".mcap"))) << name << ending << "\n"
                                                                                << (name == "awkward" ? textAt(text) : "");
            const auto difference = diffLogs(folder / (name + ".mcap"), again);
            ASSERT_TRUE(difference) << difference.error().text();
            EXPECT_TRUE(difference->equal());
        }
}

TEST(LogText, IsWhatOtherProgramsRead) {
    const Folder folder;
    auto log = LogWriter::create(folder / "a.mcap", {{"p", ValueType::Float, "bar", {}}, {"n", ValueType::Integer, "", {}}});
    ASSERT_TRUE(log);
    const auto at = [](int second) { return timeFromNanoseconds(1'767'225'600'000'000'000 + second * 1'000'000'000LL); };
    ASSERT_TRUE(
        log->write(std::vector<Sample>{{at(0), Value::of(1.5), SignalIndex{0}, ValueType::Float, Quality::Good},
                                       {at(0), Value::of(std::int64_t{7}), SignalIndex{1}, ValueType::Integer, Quality::Good},
                                       {at(1), Value::of(2.0), SignalIndex{0}, ValueType::Float, Quality::Bad}}));
    ASSERT_TRUE(log->close());
    ASSERT_TRUE(writeLogAsText(folder / "a.mcap", folder / "a.csv", LogText::CsvWide));
    EXPECT_EQ(textAt(folder / "a.csv"),
              "\"time\",\"p\",\"p quality\",\"n\"\n2026-01-01T00:00:00.000000000Z,1.5,,7\n2026-01-01T00:00:01.000000000Z,2,bad,\n");
    ASSERT_TRUE(writeLogAsText(folder / "a.mcap", folder / "l.csv", LogText::CsvLong));
    EXPECT_THAT(textAt(folder / "l.csv"), StartsWith("time,topic,value,quality\n2026-01-01T00:00:00.000000000Z,\"p\",1.5,\n"));
    ASSERT_TRUE(writeLogAsText(folder / "a.mcap", folder / "a.jsonl", LogText::JsonLines));
    EXPECT_EQ(textAt(folder / "a.jsonl"),
              "{\"time\":\"2026-01-01T00:00:00.000000000Z\",\"topic\":\"p\",\"value\":1.5,\"type\":\"float\",\"unit\":\"bar\"}\n"
              "{\"time\":\"2026-01-01T00:00:00.000000000Z\",\"topic\":\"n\",\"value\":7,\"type\":\"integer\"}\n"
              "{\"time\":\"2026-01-01T00:00:01.000000000Z\",\"topic\":\"p\",\"value\":2,\"quality\":\"bad\"}\n");
}

TEST(LogText, LeavesNothingBehindWhereItFails) {
    const Folder folder;
    auto log = LogWriter::create(folder / "empty.mcap", {{"p", ValueType::Float, "", {}}});
    ASSERT_TRUE(log);
    ASSERT_TRUE(log->close());
    const auto written = writeLogAsText(folder / "empty.mcap", folder / "empty.csv", LogText::CsvWide);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().text(), HasSubstr("holds no samples"));
    EXPECT_FALSE(std::filesystem::exists(folder / "empty.csv"));
    EXPECT_FALSE(std::filesystem::exists(folder / "empty.csv.part"));
    EXPECT_FALSE(std::filesystem::exists(folder / "empty.csv.mapping.toml"));
    EXPECT_THAT(writeLogAsText(folder / "empty.mcap", folder / "empty.mcap", LogText::CsvLong).error().text(),
                HasSubstr("both input and output"));
    EXPECT_EQ(writeLogAsText(folder / "empty.mcap", folder / "empty.mcap" / "x.csv", LogText::CsvLong).error().code,
              ErrorCode::Unreadable);
    std::vector<LogChannel> many;
    for (int i = 0; i < 10'001; ++i) many.push_back({std::format("s{}", i), ValueType::Float, "", {}});
    auto wide = LogWriter::create(folder / "wide.mcap", many);
    ASSERT_TRUE(wide);
    ASSERT_TRUE(wide->write(
        std::vector<Sample>{{timeFromNanoseconds(1), Value::of(1.0), SignalIndex{3}, ValueType::Float, Quality::Good}}));
    ASSERT_TRUE(wide->close());
    EXPECT_THAT(writeLogAsText(folder / "wide.mcap", folder / "wide.csv", LogText::CsvWide).error().text(),
                AllOf(HasSubstr("10002 columns"), HasSubstr("--long")));
}

TEST(LogTools, CountsTheSamplesOfEachTopic) {
    const Folder folder;
    ASSERT_TRUE(Recording{200}.write(folder / "a.mcap", {}));
    const auto info = logInfo(folder / "a.mcap");
    ASSERT_TRUE(info);
    const auto counts = countSamples(folder / "a.mcap", info->topics);
    ASSERT_TRUE(counts) << counts.error().text();
    ASSERT_EQ(counts->size(), 4u);
    EXPECT_EQ((*counts)[0].samples, 200u);
    EXPECT_EQ((*counts)[1].samples, 67u);
    EXPECT_NEAR((*counts)[0].rate().value(), 4, 0.01);
    EXPECT_FALSE(TopicCount{.samples = 1}.rate());
}

} // namespace
} // namespace millwright::telemetry
