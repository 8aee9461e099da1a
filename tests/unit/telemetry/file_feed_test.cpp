// A file that is followed: how lines become samples, and what happens to the file.
#include "log_fixture.hpp"
#include "telemetry/file/tail.hpp"
#include "telemetry/file/text_reader.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace millwright::telemetry::file {
namespace {

using namespace std::chrono_literals;
using telemetry::testing::Folder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Time received = timeFromNanoseconds(1'800'000'000'000'000'000);

/// A reader for four signals of `line`, and what it made: `time in ms since 2026-09-21T14:13:20Z: signal = value`.
class Reading : public ::testing::Test {
protected:
    void make(std::string_view mapping = "") {
        auto parsed = parseMapping(mapping, "m.toml");
        ASSERT_TRUE(parsed) << parsed.error().text();
        reader.emplace(*parsed,
                       std::vector<FileAddress>{{SignalIndex{0}, ValueType::Float, "mm", "line/speed"},
                                                {SignalIndex{1}, ValueType::Integer, "", "line/count"},
                                                {SignalIndex{2}, ValueType::Boolean, "", "line/running"},
                                                {SignalIndex{3}, ValueType::String, "", "line/state"}},
                       "f.csv");
    }
    std::vector<std::string> read(std::string_view lines) {
        std::vector<Sample> samples;
        reader->read(lines, received, strings, samples);
        std::vector<std::string> list;
        for (const Sample& sample : samples) {
            const std::string value = sample.type == ValueType::String ? std::string{strings.text(sample.value.string)}
                                                                       : std::format("{}", sample.value.asNumber(sample.type));
            const auto ms = (sample.time - timeFromNanoseconds(1'790'000'000'000'000'000)) / 1ms;
            list.push_back(std::format(
                "{}: {} = {}{}", sample.time == received ? "now" : std::to_string(ms), index(sample.signal), value,
                sample.quality == Quality::Good ? "" : std::string{sample.quality == Quality::Bad ? " bad" : " not good"}));
        }
        return list;
    }

    std::optional<TextReader> reader;
    StringTable strings;
};

TEST_F(Reading, RowsOfCsvComeBlockByBlock) {
    make();
    EXPECT_THAT(read("time,line/speed,line/state\n"), IsEmpty());
    EXPECT_THAT(read("1790000000,1.5,Execute\n1790000000.25,2,Held\n"),
                ElementsAre("0: 0 = 1.5", "0: 3 = Execute", "250: 0 = 2", "250: 3 = Held"));
    EXPECT_THAT(read("1790000001,,Held\n"), ElementsAre("1000: 3 = Held"));
    EXPECT_THAT(reader->notes(), IsEmpty());
    EXPECT_EQ(reader->counters().samples, 5u);
}

TEST_F(Reading, ABeginningThatComesInPiecesWaits) {
    make("skip = 2\n");
    EXPECT_THAT(read("\xEF\xBB\xBFmachine 7\n"), IsEmpty());
    EXPECT_THAT(read("units follow\n"), IsEmpty());
    EXPECT_THAT(read("time;line/speed\n"), IsEmpty());
    EXPECT_THAT(read("1790000000;4\n"), ElementsAre("0: 0 = 4"));
}

TEST_F(Reading, BrokenLinesTakeNoOthersWithThem) {
    make();
    const auto made = read("time,line/speed,line/state\n"
                           "1790000000,1,Execute\n"
                           "1790000001,1,\"Exec\n" // a quote that is never closed
                           "1790000002,2,Held\n"
                           "<html>500</html>\n"
                           "\n"
                           "1790000003,fast,Held\n"
                           "yesterday,3,Held\n"
                           "1790000004,3,Held,more\n"
                           "1790000005,5,Idle\n");
    EXPECT_THAT(made, ElementsAre("0: 0 = 1", "0: 3 = Execute", "1000: 0 = 1", "2000: 0 = 2", "2000: 3 = Held", "3000: 3 = Held",
                                  "5000: 0 = 5", "5000: 3 = Idle"));
    EXPECT_GE(reader->counters().rejected, 5u);
    EXPECT_THAT(reader->notes(), ::testing::Contains(HasSubstr("'fast' is not a value of 'line/speed'")));
    EXPECT_THAT(reader->notes(), SizeIs(::testing::Le(5u)));
}

TEST_F(Reading, LinesOfJsonComeWithTheirTimeOrWithout) {
    make();
    EXPECT_THAT(read("{\"ts\": 1790000000500, \"line\": {\"speed\": 1.25, \"running\": true}}\n"
                     "{\"ts\": 1790000000600, \"line\": {\"spee\n"
                     "not JSON at all\n"
                     "{\"ts\": 1790000000700, \"line\": {\"state\": \"Held\", \"count\": 9007199254740993}}\n"),
                ElementsAre("500: 0 = 1.25", "500: 2 = 1", "700: 3 = Held", "700: 1 = 9007199254740992")); // as a double prints it
    EXPECT_EQ(reader->counters().rejected, 2u);
    EXPECT_THAT(read("{\"line\": {\"speed\": 3}}\n"), IsEmpty()) << "the others have a time";

    make();
    EXPECT_THAT(read("{\"line\": {\"speed\": 3}}\n"), ElementsAre("now: 0 = 3"));
    EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("dated by their reception")));
}

TEST_F(Reading, OneValueALineSaysItsTopic) {
    make();
    EXPECT_THAT(read("{\"time\": \"2026-09-21T14:13:21Z\", \"topic\": \"line/count\", \"value\": 7}\n"
                     "{\"time\": \"2026-09-21T14:13:22Z\", \"topic\": \"line/other\", \"value\": 7}\n"),
                ElementsAre("1000: 1 = 7"));
    EXPECT_EQ(reader->counters().unmatched, 1u);
}

TEST_F(Reading, LinesOfAnAdapterAreShdr) {
    make("[columns.Srpm]\ntopic = \"line/speed\"\n");
    EXPECT_THAT(read("* PING\n2026-09-21T14:13:20.5Z|Srpm|12.5\n2026-09-21T14:13:21Z|Srpm|UNAVAILABLE\n"),
                ElementsAre("500: 0 = 12.5", "1000: 0 = nan bad"));
}

TEST_F(Reading, AMappingSaysTimeTopicsAndUnits) {
    make("separator = \";\"\ndecimal = \",\"\n[time]\ncolumn = \"Zeit\"\nformat = \"%d.%m.%Y %H:%M:%S\"\nzone = \"+02:00\"\n"
         "[columns.Weg]\ntopic = \"line/speed\"\nunit = \"cm\"\n[columns.Zustand]\ntopic = \"line/state\"\n[columns.Takt]\nignore "
         "= true\n");
    EXPECT_THAT(read("Zeit;Weg;Zustand;Takt\n21.09.2026 16:13:21;1,5;läuft;9\n"), ElementsAre("1000: 0 = 15", "1000: 3 = läuft"));
}

TEST_F(Reading, ReceptionCanBeSaidToBeTheTime) {
    make("[time]\nformat = \"received\"\n");
    EXPECT_THAT(read("time,line/speed\n1,2\n"), ElementsAre("now: 0 = 2"));
    EXPECT_THAT(reader->notes(), IsEmpty());
    Mapping mapping;
    mapping.timeFormat = "received";
    const auto converted = importText("time,line/speed\n1,2\n", "f.csv", mapping);
    ASSERT_FALSE(converted);
    EXPECT_THAT(converted.error().message, HasSubstr("only feeds have"));
}

TEST_F(Reading, AMappingThatDoesNotFitIsSaidOnceAndNothingIsTaken) {
    make("[columns.sped]\ntopic = \"line/speed\"\n");
    EXPECT_THAT(read("time,speed\n1790000000,1\n1790000001,1\n"), IsEmpty());
    EXPECT_THAT(read("1790000002,1\n"), IsEmpty());
    EXPECT_EQ(reader->counters().rejected, 3u);
    EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("has no column 'sped'")));

    make("[columns.speed]\ntopic = \"line/speed\"\nunit = \"kg\"\n");
    EXPECT_THAT(read("time,speed\n1790000000,1\n"), IsEmpty());
    EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("topic 'line/speed'")));
}

TEST_F(Reading, AnotherFileMayRepeatTheHeaderOrNot) {
    make();
    EXPECT_THAT(read("time,line/speed\n1790000000,1\n"), SizeIs(1));
    reader->begin();
    EXPECT_THAT(read("1790000001,2\n"), ElementsAre("1000: 0 = 2"));
    reader->begin();
    EXPECT_THAT(read("time,line/count,line/speed\n1790000002,7,3\n"), ElementsAre("2000: 1 = 7", "2000: 0 = 3"));
    EXPECT_EQ(reader->counters().rejected, 0u);
}

TEST_F(Reading, WhatNoSignalAsksForIsNamedAsLongAsThereIsNothingElse) {
    make();
    EXPECT_THAT(read("time,speed,state\n1790000000,1,Held\n"), IsEmpty());
    EXPECT_EQ(reader->counters().unmatched, 2u);
    EXPECT_THAT(reader->notes(),
                ElementsAre("no signal asks for what comes: 'speed', 'state'; the first signal's topic is 'line/speed'"));
}

TEST_F(Reading, TextsThatNoLabelTakesAreRejected) {
    make();
    EXPECT_THAT(read(std::string{"{\"t\": 1790000000, \"line\": {\"state\": \"a\\u0007b\"}}\n"}), IsEmpty());
    EXPECT_EQ(reader->counters().rejected, 1u);
}

// --- the file

/// What a tail tells until there is nothing new, a word or the lines each.
std::vector<std::string> told(Tail& tail) {
    constexpr std::string_view words[] = {"nothing", "", "opened", "caught", "begun", "missing", "ended"};
    std::vector<std::string> list;
    for (int quiet = 0; quiet < 3;) { // a file that was replaced is looked at once more
        const Tail::News news = tail.next(1ms);
        if (news == Tail::News::Nothing || (news == Tail::News::Missing && !list.empty() && list.back() == "missing")) {
            ++quiet;
            continue;
        }
        quiet = 0;
        list.push_back(news == Tail::News::Lines ? std::string{tail.lines()} : std::string{words[static_cast<std::size_t>(news)]});
        if (news == Tail::News::Ended) break;
    }
    return list;
}

void append(const std::filesystem::path& path, std::string_view text) {
    std::ofstream{path, std::ios::app} << text;
}

TEST(Tail, GivesWholeLinesAsTheyCome) {
    const Folder folder;
    const auto path = folder / "f.csv";
    Tail tail{path, 100};
    EXPECT_THAT(told(tail), ElementsAre("missing"));
    EXPECT_THAT(tail.problem(), HasSubstr("is waited for"));
    append(path, "a,b\n1,");
    EXPECT_THAT(told(tail), ElementsAre("begun", "a,b\n"));
    append(path, "2\n3,4\n5");
    EXPECT_THAT(told(tail), ElementsAre("1,2\n3,4\n"));
    append(path, "\n");
    EXPECT_THAT(told(tail), ElementsAre("5\n"));
}

TEST(Tail, WhatWasThereAlreadyIsToldApart) {
    const Folder folder;
    const auto path = folder / "f.csv";
    append(path, "a\n1\n2");
    Tail tail{path, 100};
    EXPECT_THAT(told(tail), ElementsAre("opened", "a\n1\n", "caught"));
    append(path, "2\n");
    EXPECT_THAT(told(tail), ElementsAre("22\n"));

    const auto large = folder / "large.csv";
    std::string text = "header\n";
    for (int i = 0; i < 40'000; ++i) text += std::format("{:06}\n", i);
    append(large, text);
    Tail last{large, 100};
    std::string lines;
    ASSERT_EQ(last.next(1ms), Tail::News::Opened);
    EXPECT_TRUE(last.head().starts_with("header\n000000\n"));
    EXPECT_TRUE(last.head().ends_with('\n'));
    for (Tail::News news = last.next(1ms); news != Tail::News::Caught; news = last.next(1ms)) {
        ASSERT_EQ(news, Tail::News::Lines);
        lines += last.lines();
    }
    EXPECT_TRUE(text.ends_with(lines));
    EXPECT_GT(lines.size(), 60'000u);
    EXPECT_LE(lines.size(), 65'536u);
}

TEST(Tail, AFileThatIsRotatedLosesNothing) {
    const Folder folder;
    const auto path = folder / "f.csv";
    append(path, "");
    Tail tail{path, 100};
    EXPECT_THAT(told(tail), ElementsAre("begun"));
    append(path, "1\n");
    EXPECT_THAT(told(tail), ElementsAre("1\n"));
    std::filesystem::rename(path, folder / "f.csv.1");
    append(folder / "f.csv.1", "2\n3");
    append(path, "4\n");
    EXPECT_THAT(told(tail), ElementsAre("2\n", "3\n", "begun", "4\n"));
    EXPECT_EQ(tail.gaps(), 0u);
}

TEST(Tail, AFileThatIsCutBeginsAnewWithAGap) {
    const Folder folder;
    const auto path = folder / "f.csv";
    append(path, "1\n2\n3\nhal");
    Tail tail{path, 100};
    EXPECT_THAT(told(tail), SizeIs(3));
    std::ofstream{path} << "4\n";
    EXPECT_THAT(told(tail), ElementsAre("begun", "4\n"));
    EXPECT_EQ(tail.gaps(), 1u);
}

TEST(Tail, LinesThatAreTooLongAreDropped) {
    const Folder folder;
    const auto path = folder / "f.csv";
    append(path, "");
    Tail tail{path, 10};
    EXPECT_THAT(told(tail), ElementsAre("begun"));
    append(path, "12345678901234");
    EXPECT_THAT(told(tail), IsEmpty());
    append(path, "567\nok\n");
    EXPECT_THAT(told(tail), ElementsAre("ok\n"));
    EXPECT_EQ(tail.dropped(), 1u);
}

TEST(Tail, AFifoHasOneWriterAfterTheOther) {
    const Folder folder;
    const auto path = folder / "pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    Tail tail{path, 100};
    EXPECT_THAT(told(tail), ElementsAre("missing"));
    for (int writer = 0; writer < 2; ++writer) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
        ASSERT_GE(fd, 0);
        ASSERT_EQ(::write(fd, "1\n2", 3), 3);
        if (writer == 0) {
            EXPECT_THAT(told(tail), ElementsAre("1\n"));
        } else {
            EXPECT_THAT(told(tail), ElementsAre("begun", "1\n"));
        }
        ::close(fd);
        EXPECT_THAT(told(tail), ElementsAre("2\n", "missing"));
        EXPECT_THAT(tail.problem(), HasSubstr("has ended"));
    }
}

TEST(Tail, AFolderIsNoFile) {
    const Folder folder;
    Tail tail{folder / "..", 100};
    EXPECT_THAT(told(tail), ElementsAre("missing"));
    EXPECT_THAT(tail.problem(), HasSubstr("folder"));
}

} // namespace
} // namespace millwright::telemetry::file
