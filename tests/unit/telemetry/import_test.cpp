// CSV and SHDR files become samples; what cannot be read is counted and placed. import_json_test.cpp has JSON.
#include "import_fixture.hpp"
#include "support/folders.hpp"

#include <millwright/telemetry/import.hpp>
#include <millwright/telemetry/log_tools.hpp>
#include <millwright/telemetry/mcap/file.hpp>

#include <gmock/gmock.h>

namespace millwright::telemetry {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::filesystem::path shared(const std::string& path) {
    return millwright::test::sourceFolder() / "../shared/data" / path;
}

TEST(CsvImport, GuessesAPlainFile) {
    const auto import =
        importText("timestamp,A,B,on\n0.0, ,1.5,true\n0.1, 4,x,false\n", "plain.csv", mappingOf("[columns.B]\ntype = \"float\"\n"));
    ASSERT_TRUE(import) << import.error().text();
    ASSERT_EQ(import->channels.size(), 3u);
    EXPECT_EQ(import->channels[0].topic, "A");
    EXPECT_EQ(import->channels[2].type, ValueType::Boolean);
    EXPECT_EQ(import->report.rows, 2u);
    EXPECT_EQ(import->report.samples, 4u);
    EXPECT_EQ(import->report.empty, 1u);
    EXPECT_EQ(import->report.unparsable, 1u);
    ASSERT_EQ(import->report.problems.size(), 1u);
    EXPECT_EQ(import->report.problems[0].place, "plain.csv:3:8");
    const auto a = of(*import, "A");
    ASSERT_EQ(a.size(), 1u);
    EXPECT_EQ(a[0].time, 100'000'000);
    EXPECT_EQ(numberOf(a[0]), 4);
}

TEST(CsvImport, FollowsAMapping) {
    const auto mapping = mappingOf(R"(
separator = ";"
decimal = ","
prefix = "line"
others = "ignore"
skip = 1
[time]
column = "when"
format = "%d.%m.%Y %H:%M:%S"
zone = "+09:00"
[columns."Oven temp"]
topic = "oven/temperature"
unit = "Cel"
scale = 0.1
offset = -1
maximum = 200
bad = ["-999"]
[columns.count]
type = "integer"
)");
    const auto import =
        importText("Exported by someone\r\nwhen;Oven temp;count;note\r\n01.03.2026 09:00:00;1000,5;7;\"a;b\"\r\n"
                   "01.03.2026 09:00:01,25;-999;8;c\r\n01.03.2026 09:00:02;5000;oops;d\r\n32.03.2026 09:00:02;1;1;d\r\n",
                   "m.csv", mapping);
    ASSERT_TRUE(import) << import.error().text();
    ASSERT_EQ(import->channels.size(), 2u);
    EXPECT_EQ(import->channels[0].topic, "line/oven/temperature");
    EXPECT_EQ(import->channels[0].unit, "Cel");
    const auto oven = of(*import, "line/oven/temperature");
    ASSERT_EQ(oven.size(), 3u);
    EXPECT_EQ(formatTime(timeFromNanoseconds(oven[0].time)), "2026-03-01T00:00:00.000000000Z");
    EXPECT_DOUBLE_EQ(numberOf(oven[0]), 99.05);
    EXPECT_EQ(oven[1].quality, Quality::Bad);
    EXPECT_EQ(oven[1].time - oven[0].time, 1'250'000'000);
    EXPECT_EQ(oven[2].quality, Quality::Uncertain);
    EXPECT_EQ(of(*import, "line/count").size(), 2u);
    EXPECT_EQ(import->report.passedOver, 1u);
    ASSERT_EQ(import->report.unparsable, 2u);
    EXPECT_EQ(import->report.problems[0].place, "m.csv:5:26");
    EXPECT_EQ(import->report.problems[1].place, "m.csv:6:1") << "the time of the last row";
}

TEST(CsvImport, ReadsTheLongForm) {
    const auto mapping = mappingOf("header = false\n[time]\ncolumn = 1\nformat = \"ms\"\n[long]\ntopic = [2, 4]\nvalue = 5\n"
                                   "[columns.\"Mixer/RPM\"]\nunit = \"/min\"\n");
    const auto import =
        importText("1636070400000,Mixer,x,RPM,60,DOUBLE\n1636070400001,Alarm,y,status,NORMAL,VARCHAR\n", "long.csv", mapping);
    ASSERT_TRUE(import) << import.error().text();
    ASSERT_EQ(import->channels.size(), 2u);
    EXPECT_EQ(import->channels[0].topic, "Mixer/RPM");
    EXPECT_EQ(import->channels[0].unit, "/min");
    EXPECT_EQ(of(*import, "Alarm/status")[0].text, "NORMAL");
    EXPECT_EQ(of(*import, "Alarm/status")[0].time, 1636070400001'000'000);
}

TEST(CsvImport, SaysWhatIsWrongAndWhere) {
    const auto text = [](std::string_view csv, const Mapping& mapping = {}) {
        const auto import = importText(csv, "x.csv", mapping);
        EXPECT_FALSE(import);
        return import ? std::string{} : import.error().text();
    };
    EXPECT_EQ(text(""), "x.csv: is empty");
    EXPECT_NE(text("time,a\n").find("no rows"), std::string::npos);
    EXPECT_NE(text("time,a\nyesterday,1\n").find("x.csv:2"), std::string::npos);
    EXPECT_NE(text("time,a,a\n1,2,3\n").find("topic 'a'"), std::string::npos);
    EXPECT_NE(text("time,a\n1,2,3\n").find("3 cells where 2"), std::string::npos);
    Mapping misspelt;
    misspelt.columns["presure"].unit = "bar";
    EXPECT_NE(text("time,pressure\n1,2\n", misspelt).find("did you mean 'pressure'"), std::string::npos);
    EXPECT_NE(text("time,a\n1,\xB0\n").find("x.csv:2:3"), std::string::npos);
    EXPECT_NE(text(std::string_view{"time\0a", 6}).find("not a text file"), std::string::npos);
}

TEST(CsvImport, NamesWhatAnotherKindOfFileLooksLike) {
    const auto refusal = [](std::string_view text, const Mapping& mapping = {}) {
        const auto import = importText(text, "x", mapping);
        if (import) return std::string{"read"};
        EXPECT_TRUE(import.error().code == ErrorCode::Unsupported || !import.error().text().contains("looks like")) << text;
        return import.error().text();
    };
    EXPECT_THAT(refusal("<?xml version=\"1.0\"?>\n<Plant>\n</Plant>\n"), HasSubstr("looks like XML"));
    EXPECT_THAT(refusal("<log><row t=\"1\" a=\"2\"/></log>"), HasSubstr("looks like XML"));
    EXPECT_THAT(refusal("<!DOCTYPE html>\n<html><body>Log in</body></html>"), HasSubstr("looks like a web page"));
    EXPECT_THAT(refusal("[\n  {\"t\": 1, \"a\": 2}\n]\n", mappingOf("format = \"csv\"\n")), HasSubstr("looks like JSON"));
    EXPECT_THAT(refusal(std::string_view{"PK\x03\x04\0\0", 6}), HasSubstr("Excel workbook"));
    EXPECT_THAT(refusal("\x1F\x8B\x08\x01"), HasSubstr("gzip"));
    EXPECT_THAT(refusal("# rig 2\n  time   p   T\n   0.0  1.5  20\n   0.1  1.6  21\n"),
                AllOf(HasSubstr("3 columns separated by blanks"), HasSubstr("put commas")));

    const std::string_view blanks = "time p\n0.0 1.5\n0.1 1.6\n";
    EXPECT_THAT(refusal(blanks), HasSubstr("separator = \" \""));
    EXPECT_EQ(refusal(blanks, mappingOf("separator = \" \"\n")), "read") << "the advice works";

    EXPECT_EQ(refusal("<time>,<p>\n0,1\n1,2\n"), "read") << "a header in angle brackets is no markup";
    EXPECT_EQ(refusal("[time],p\n0,1\n1,2\n"), "read");
    EXPECT_EQ(refusal("* a: b\n* c: d\n2016-10-20T15:00:00Z|mode|AUTO\n"), "read") << "SHDR's own remarks";
}

TEST(CsvImport, ReportsWhichColumnItTookForTheTime) {
    const auto guessed = importText("p,When (date)\n1,2026-03-01T00:00:00Z\n", "x.csv");
    ASSERT_TRUE(guessed) << guessed.error().text();
    EXPECT_EQ(guessed->report.timeColumn, "When (date)");
    EXPECT_EQ(guessed->report.timeFormat, "iso");
    EXPECT_TRUE(guessed->report.timeGuessed);
    const auto said = importText("p,n\n1,2\n", "x.csv", mappingOf("[time]\ncolumn = 2\nformat = \"ms\"\n"));
    ASSERT_TRUE(said) << said.error().text();
    EXPECT_EQ(said->report.timeColumn, "n");
    EXPECT_EQ(said->report.timeFormat, "ms");
    EXPECT_FALSE(said->report.timeGuessed);
}

TEST(CsvImport, TakesOnlyWhatIsATimeForTheTime) {
    const auto column = [](std::string_view csv) {
        const auto import = importText(csv, "x.csv");
        return import ? import->report.timeColumn : import.error().text();
    };
    EXPECT_EQ(column("cycle time,update,time,p\n3.5,2026-01-01,0,1\n"), "time");
    EXPECT_EQ(column("cycle time,p,logged\n3.5,1,2026-01-01 12:00\n"), "logged") << "a date is one, whatever it is called";
    EXPECT_EQ(column("n,When (date),other\n1,2026-01-01,2026-01-02\n"), "When (date)");
    EXPECT_EQ(column("test_time_second,volt\n0.0,3.8\n"), "test_time_second");
    EXPECT_EQ(column("1767225600.5,3\n1767225601,4\n"), "1") << "without a header, seconds since 1970";
    EXPECT_THAT(column("current,noise\n292,12\n"), AllOf(HasSubstr("no column can be told to be the time (current, noise)"),
                                                         HasSubstr("[time] column = \"current\"")));
    EXPECT_THAT(column(",X1,X2\n0,1,2\n"), HasSubstr("no column can be told")) << "a row number is no time";
    EXPECT_THAT(column("a,b\n2026-01-01,2026-01-02\n"), HasSubstr("no column can be told")) << "which of the two?";
    EXPECT_THAT(column("update,p\n7,1\n"), HasSubstr("no column can be told"));
    EXPECT_THAT(column("292,12\n315,24\n"), HasSubstr("no column can be told"));
}

TEST(CsvImport, KeepsWhatNumbersAndQuotesHold) {
    const auto import = importText(
        "time,n,x,s,xq\n0,9007199254740993,Infinity,\" NA \",bad\n1,-5,1.5,\"\",\n2,,NaN,,stale\n3,1,x,\"a\",often\n", "q.csv",
        mappingOf("missing = [\"\"]\nquotes = \"literal\"\n[columns.n]\ntype = \"integer\"\n"
                  "[columns.x]\ntype = \"float\"\nquality = \"xq\"\n[columns.s]\ntype = \"string\"\n"));
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->channels.size(), 3u) << "a column of qualities is no signal";
    EXPECT_EQ(of(*import, "n")[0].bits, 9007199254740993u) << "beyond what a double holds";
    const auto x = of(*import, "x");
    ASSERT_EQ(x.size(), 3u);
    EXPECT_TRUE(std::isinf(numberOf(x[0])));
    EXPECT_EQ(x[0].quality, Quality::Bad);
    EXPECT_EQ(x[1].quality, Quality::Good);
    EXPECT_TRUE(std::isnan(numberOf(x[2])));
    EXPECT_EQ(x[2].quality, Quality::Stale);
    const auto s = of(*import, "s");
    ASSERT_EQ(s.size(), 3u) << "nothing between the commas is no text";
    EXPECT_EQ(s[0].text, " NA ");
    EXPECT_EQ(s[1].text, "");
    ASSERT_EQ(import->report.unparsable, 1u);
    EXPECT_THAT(import->report.problems[0].text(), AllOf(HasSubstr("q.csv:5:11"), HasSubstr("'often' is not a quality")));
}

TEST(MappingFile, ReportsMisspeltKeysWithTheirPlace) {
    const auto place = [](std::string_view text) {
        const auto mapping = parseMapping(text, "m.toml");
        EXPECT_FALSE(mapping);
        return mapping ? std::string{} : mapping.error().text();
    };
    EXPECT_EQ(place("separater = \";\"\n"), "m.toml:1:1: unknown key 'separater': did you mean 'separator'?");
    EXPECT_NE(place("[columns.a]\nunit = \"rpm\"\n").find("m.toml:2:8"), std::string::npos);
    EXPECT_NE(place("[time]\ncolumn = true\n").find("m.toml:2:10"), std::string::npos);
    EXPECT_NE(place("a = [\n").find("m.toml:"), std::string::npos);
    EXPECT_NE(place("[columns.a]\nscale = nan\n").find("m.toml:2:9: 'scale' is a number"), std::string::npos);
    std::string name = "a";
    for (int i = 0; i < 100'000; ++i) name += ".a"; // each part would be a table within a table
    EXPECT_NE(place(name + " = 1").find("128 dotted parts"), std::string::npos);
    EXPECT_NE(place("[time]\nzone = \"east\"\n").find("+09:00"), std::string::npos);
}

TEST(ShdrImport, ReadsEveryKindOfLine) {
    const auto mapping = mappingOf("format = \"shdr\"\n[columns.pos]\nfields = [\"x\", \"y\", \"z\"]\nunit = \"mm\"\n");
    const auto import = importText("2016-10-20T15:00:00Z|mode|AUTO|speed|12.5\n"
                                   "2016-10-20T15:00:01Z|speed|UNAVAILABLE\n"
                                   "2016-10-20T15:00:00.5Z@0.1|speed| 13 \n"
                                   "2016-10-20T15:00:02Z|cond|Fault|E1|5|HIGH|\"too \\| hot\"\n"
                                   "2016-10-20T15:00:03Z|cond|Normal||||\n"
                                   "2016-10-20T15:00:04Z|note|42|tool change\n"
                                   "2016-10-20T15:00:05Z|pos|1 2.5 -3\n"
                                   "* PONG 10000\n"
                                   "2016-10-20T15:00:06Z|@ASSET@|1|CuttingTool|--multiline--A\n<x|y/>\n--multiline--A\n"
                                   "2016-10-20T15:00:07Z|d1:load\nnonsense|a|b\n",
                                   "s.txt", mapping);
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.rows, 11u);
    EXPECT_EQ(import->report.backward, 1u);
    EXPECT_EQ(import->report.passedOver, 2u);
    EXPECT_EQ(import->report.unparsable, 2u);
    const auto speed = of(*import, "speed");
    ASSERT_EQ(speed.size(), 3u);
    EXPECT_EQ(speed[0].type, ValueType::Float);
    EXPECT_EQ(speed[1].quality, Quality::Bad);
    EXPECT_EQ(numberOf(speed[1]), 12.5) << "the last known value";
    EXPECT_EQ(numberOf(speed[2]), 13);
    EXPECT_EQ(of(*import, "cond")[0].text, "fault");
    EXPECT_EQ(of(*import, "cond")[1].text, "normal");
    EXPECT_EQ(of(*import, "cond/code")[0].text, "E1");
    EXPECT_EQ(of(*import, "cond/code")[1].text, "-");
    EXPECT_EQ(of(*import, "cond/text")[0].text, "too | hot");
    EXPECT_EQ(of(*import, "note")[0].text, "tool change");
    EXPECT_EQ(numberOf(of(*import, "pos/z")[0]), -3);
}

struct ShopFile {
    const char* file;
    std::uint64_t rows, signals, backward, stale;
};

TEST(ShdrImport, ReadsARealMachineShop) {
    constexpr ShopFile files[] = {{"Mazak01/Mazak01-20161020-20161021.txt", 73'263, 86, 2, 86},
                                  {"Mazak03/Mazak03-20161020-20161021.txt", 68'571, 65, 8, 65},
                                  {"GFAgie01/GFAgie01-20161020-20161021.txt", 17'018, 26, 0, 27}};
    for (const auto& expected : files) {
        const auto path = shared("sensor/nist_sms_mazak_daily/raw/") / expected.file;
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "missing " << path;
        const auto import = importText(path);
        ASSERT_TRUE(import) << import.error().text();
        EXPECT_EQ(import->report.rows, expected.rows);
        EXPECT_EQ(import->report.backward, expected.backward) << expected.file;
        EXPECT_EQ(import->report.stale, expected.stale) << expected.file;
        EXPECT_EQ(import->report.unparsable, 0u) << import->report.problems.front().text();
        std::size_t keys = 0;
        for (const auto& channel : import->channels)
            keys += channel.topic.ends_with("/code") || channel.topic.ends_with("/text") ? 0u : 1u;
        EXPECT_EQ(keys, expected.signals);
        EXPECT_GE(import->report.samples, expected.rows);
    }
}

TEST(CsvImport, ReadsARealTestbedAndAKoreanFile) {
    const auto skab = shared("sensor/skab_valve1/other/2.csv");
    if (!std::filesystem::exists(skab)) GTEST_SKIP() << "missing " << skab;
    const auto import = importText(skab);
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.samples, import->report.rows * 10);
    EXPECT_EQ(import->report.unparsable, 0u);
    EXPECT_EQ(import->channels[4].topic, "Temperature");
    EXPECT_DOUBLE_EQ(numberOf(of(*import, "Temperature")[0]), 88.8333);

    const auto folder = shared("sensor/tsid_conveyor_press/conveyor_belt_system/damaged_belt");
    std::size_t read = 0;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        const auto blind = importText(entry.path());
        ASSERT_FALSE(blind) << "CP949 is not UTF-8";
        EXPECT_NE(blind.error().text().find("encoding"), std::string::npos);
        Mapping mapping;
        mapping.encoding = "cp949";
        mapping.timeFormat = "s";
        const auto korean = importText(entry.path(), mapping);
        // Whatever the columns are, the text was understood: what is asked about next is Korean.
        const std::string seen = korean ? korean->channels.front().topic : korean.error().text();
        EXPECT_FALSE(seen.empty());
        ++read;
    }
    EXPECT_GT(read, 0u);
}

TEST(MappingFile, ThoseOfTheTestPlantsFitTheirData) {
    struct Case {
        const char *mapping, *file, *topic, *unit;
    };
    constexpr Case cases[] = {
        {"nist_shop/Mazak01", "nist_sms_mazak_daily/raw/Mazak01/Mazak01-20161020-20161021.txt", "Mazak01/Xabs", "mm"},
        {"nist_shop/Mazak03", "nist_sms_mazak_daily/raw/Mazak03/Mazak03-20161020-20161021.txt", "Mazak03/Stemp", "Cel"},
        {"nist_shop/GFAgie01", "nist_sms_mazak_daily/raw/GFAgie01/GFAgie01-20161020-20161021.txt", "GFAgie01/path_pos/x", "mm"},
        {"skab/skab", "skab_valve1/valve1/3.csv", "skab/Volume Flow RateRMS", "L/min"}};
    for (const auto& [mappingFile, file, topic, unit] : cases) {
        const auto mapping =
            loadMapping(millwright::test::sourceFolder() / "tests/data" / (std::string{mappingFile} + ".mapping.toml"));
        ASSERT_TRUE(mapping) << mapping.error().text();
        const auto path = shared(std::string{"sensor/"} + file);
        if (!std::filesystem::exists(path)) GTEST_SKIP() << "missing " << path;
        const auto import = importText(path, *mapping);
        ASSERT_TRUE(import) << import.error().text();
        EXPECT_EQ(import->report.unparsable, 0u) << import->report.problems.front().text();
        const auto channel = std::ranges::find(import->channels, topic, &LogChannel::topic);
        ASSERT_NE(channel, import->channels.end()) << topic;
        EXPECT_EQ(channel->unit, unit);
        EXPECT_EQ(channel->type, ValueType::Float);
    }
}

TEST(Convert, MergesFilesIntoOneLogInOrder) {
    const Folder folder;
    writeText(folder / "a.csv", "time,p\n10,1\n30,3\n20,2\n");
    writeText(folder / "b.txt", "1970-01-01T00:00:15Z|q|UNAVAILABLE\n1970-01-01T00:00:25Z|q|x\n");
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "c.mcap", {}));
    ConvertOptions options;
    options.topicPrefix = "all";
    const auto report = convertLogs({folder / "a.csv", folder / "b.txt", folder / "c.mcap"}, folder / "out.mcap", options);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->samples, 5 + recording.samples.size());
    EXPECT_EQ(report->inputs[0].backward, 1u);
    auto log = LogSource::open(folder / "out.mcap", {{"all/p", ValueType::Float, ""}, {"all/q", ValueType::String, ""}});
    ASSERT_TRUE(log) << log.error().text();
    const auto samples = readAll(**log).value();
    ASSERT_EQ(samples.size(), 5u);
    EXPECT_EQ(samples[1].text, "UNAVAILABLE");
    EXPECT_EQ(samples[1].quality, Quality::Bad);
    EXPECT_EQ(numberOf(samples[4]), 3);

    const auto info = logInfo(folder / "out.mcap");
    ASSERT_TRUE(info) << info.error().text();
    EXPECT_EQ(info->samples, report->samples);
    EXPECT_EQ(info->compression, "zstd");
    EXPECT_TRUE(info->closed);
    EXPECT_EQ(info->topics.size(), 6u);
    EXPECT_EQ(info->span, report->span);

    EXPECT_FALSE(convertLogs({folder / "a.csv"}, folder / "a.csv"));
    EXPECT_EQ(convertLogs({folder / "none.csv"}, folder / "x.mcap").error().code, ErrorCode::NotFound);
    EXPECT_FALSE(std::filesystem::exists(folder / "x.mcap"));
}

TEST(Convert, KeepsAttachmentsAndMetadata) {
    const Folder folder;
    const Recording recording;
    const std::string drawing = "a drawing";
    for (const std::string name : {"a", "b"}) {
        auto log = LogWriter::create(folder / (name + ".mcap"), recording.channels);
        ASSERT_TRUE(log) << log.error().text();
        ASSERT_TRUE(log->write(recording.samples, recording.strings));
        ASSERT_TRUE(log->attachment(
            mcap::Attachment{1'700'000'000'000'000'005, 7, name + ".svg", "image/svg+xml", std::as_bytes(std::span{drawing}), 0}));
        ASSERT_TRUE(log->metadata("shift", {{"crew", name}, {"line", "1"}}));
        ASSERT_TRUE(log->close());
    }
    const auto report = convertLogs({folder / "a.mcap", folder / "b.mcap"}, folder / "out.mcap");
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->attachments, 2u);
    EXPECT_EQ(report->metadata, 2u);
    EXPECT_TRUE(report->warnings.empty());

    const auto out = mcap::File::open(folder / "out.mcap");
    ASSERT_TRUE(out) << out.error().text();
    std::vector<std::string> attached;
    std::vector<std::string> crews;
    ASSERT_TRUE(out->forEachRecord([&](const mcap::Record& record) -> Result<void> {
        if (const auto* file = std::get_if<mcap::Attachment>(&record)) {
            attached.emplace_back(file->name);
            EXPECT_EQ(file->logTime, 1'700'000'000'000'000'005u);
            EXPECT_EQ(file->createTime, 7u);
            EXPECT_EQ(file->mediaType, "image/svg+xml");
            EXPECT_EQ((std::string_view{reinterpret_cast<const char*>(file->data.data()), file->data.size()}), drawing);
        }
        const auto* metadata = std::get_if<mcap::Metadata>(&record);
        if (metadata && metadata->name == "shift") crews.emplace_back(metadata->entries.at(0).second);
        return {};
    }));
    EXPECT_THAT(attached, ElementsAre("a.svg", "b.svg"));
    EXPECT_THAT(crews, ElementsAre("a", "b"));
    EXPECT_EQ(logInfo(folder / "out.mcap")->metadata, 3u) << "theirs and one millwright.log, of the output";
    EXPECT_EQ(logInfo(folder / "out.mcap")->samples, 2 * recording.samples.size());

    // One of them is damaged: the samples are still converted, and the loss is said.
    auto bytes = bytesOf(folder / "a.mcap");
    const auto place = std::ranges::search(bytes, std::as_bytes(std::span{drawing}));
    ASSERT_FALSE(place.empty());
    place.front() ^= std::byte{1};
    writeText(folder / "damaged.mcap", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const auto rest = convertLogs({folder / "damaged.mcap"}, folder / "rest.mcap");
    ASSERT_TRUE(rest) << rest.error().text();
    EXPECT_EQ(rest->attachments, 0u);
    EXPECT_EQ(rest->samples, recording.samples.size());
    ASSERT_EQ(rest->warnings.size(), 1u);
    EXPECT_THAT(rest->warnings[0].text(), AllOf(HasSubstr("damaged.mcap: byte"), HasSubstr("left out")));
}

TEST(Convert, JsonAndColumnsHoldTheSame) {
    const Folder folder;
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", {}));
    ConvertOptions options;
    options.writer.encoding = LogEncoding::Json;
    ASSERT_TRUE(convertLogs({folder / "a.mcap"}, folder / "json.mcap", options));
    ASSERT_TRUE(convertLogs({folder / "json.mcap"}, folder / "again.mcap", {}));
    for (const auto* name : {"json.mcap", "again.mcap"}) {
        auto log = LogSource::openAll(folder / name);
        ASSERT_TRUE(log) << log.error().text();
        EXPECT_EQ(readAll(**log).value(), recording.expected());
        EXPECT_EQ((*log)->topics()[0].metadata.at("range"), "0..100");
    }
    EXPECT_EQ(bytesOf(folder / "a.mcap"), bytesOf(folder / "again.mcap"));
}

TEST(ForeignJson, ValuesAndFieldsAreFoundByTopic) {
    const Folder folder;
    auto writer = mcap::Writer::create(folder / "f.mcap", {.chunkBytes = 64});
    ASSERT_TRUE(writer);
    const auto pose = writer->addChannel("robot/pose", "json", {}).value();
    const auto level = writer->addChannel("tank/level", "json", {}).value();
    const auto bytes = [](std::string_view text) { return std::as_bytes(std::span{text}); };
    const std::string_view poses[] = {R"({"x": 1.5, "joint": {"angles": [10, 20]}, "name": "a\u00e9"})",
                                      R"({"x": 2, "other": {"deep": [[{}]]}})", "{broken"};
    for (std::uint64_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(writer->message(pose, 100 - i, 100 - i, bytes(poses[i]))); // backwards in time
        ASSERT_TRUE(writer->message(level, 50 + i, 50 + i,
                                    bytes(i == 1 ? "{\"value\": null}" : "{\"value\": 7, \"quality\": \"uncertain\"}")));
    }
    ASSERT_TRUE(writer->close());
    auto log = LogSource::open(folder / "f.mcap", {{"robot/pose/x", ValueType::Float, ""},
                                                   {"robot/pose/joint/angles/1", ValueType::Integer, ""},
                                                   {"robot/pose/name", ValueType::String, ""},
                                                   {"tank/level", ValueType::Float, ""},
                                                   {"nowhere/x", ValueType::Float, ""}});
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_EQ((*log)->found(), (std::vector<bool>{true, true, true, true, false}));
    const auto samples = readAll(**log).value();
    ASSERT_EQ(samples.size(), 7u);
    EXPECT_EQ(samples[0].quality, Quality::Uncertain);
    EXPECT_EQ(samples[1].quality, Quality::Bad);
    EXPECT_EQ(samples[3].time, 99);
    EXPECT_EQ(numberOf(samples[3]), 2);
    EXPECT_EQ(samples[5].bits, 20u);
    EXPECT_EQ(samples[6].text, "a\xC3\xA9");
    EXPECT_EQ((*log)->counters().rejected, 3u) << "the broken message, once for each that wanted a field of it";
    auto all = LogSource::openAll(folder / "f.mcap");
    ASSERT_TRUE(all);
    ASSERT_EQ((*all)->topics().size(), 5u) << "x, two angles, name, level";
}

} // namespace
} // namespace millwright::telemetry
