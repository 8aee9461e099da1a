// Captures of Sparkplug messages become what a host application makes of them.
#include "import_fixture.hpp"
#include "sparkplug_fixture.hpp"

#include <gmock/gmock.h>

namespace millwright::telemetry {
namespace {

using namespace testing;
using sparkplug::DataType;
using sparkplug::PayloadWriter;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte byte : bytes) text += std::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

/// An edge node `G/E` with its device `D`, whose messages are captured.
struct Capture {
    std::vector<std::pair<std::string, std::string>> messages; ///< topic, payload in hexadecimal
    PayloadWriter payload;
    std::uint8_t sequence = 0;

    void send(std::string_view topic) {
        payload.sequence(sequence++);
        messages.emplace_back(std::format("spBv1.0/G/{}", topic), hex(payload.bytes()));
        payload.clear();
    }
    Capture() {
        payload.timestamp(sparkplug::at(0)).metric({.name = "bdSeq", .type = DataType::Int64}, Value::of(std::int64_t{0}));
        payload.metric({.name = "Line/Speed", .alias = 1}, Value::of(1.5));
        send("NBIRTH/E");
        payload.timestamp(sparkplug::at(1))
            .metric({.name = "Count", .alias = 2, .type = DataType::Int64}, Value::of(std::int64_t{9'007'199'254'740'993}));
        payload.metric({.name = "State", .alias = 3, .type = DataType::String}, "Idle");
        send("DBIRTH/E/D");
        payload.timestamp(sparkplug::at(2)).metric({.alias = 3, .type = DataType::String, .declare = false}, "Execute \"1\"");
        payload.metric({.alias = 2, .time = sparkplug::at(-60'000), .type = DataType::Int64, .declare = false, .historical = true},
                       Value::of(std::int64_t{7}));
        send("DDATA/E/D");
        payload.timestamp(sparkplug::at(3)).nullMetric({.alias = 1, .declare = false});
        send("NDATA/E");
        payload.timestamp(sparkplug::at(4)).metric({.name = "bdSeq", .type = DataType::Int64}, Value::of(std::int64_t{0}));
        send("NDEATH/E");
    }
    [[nodiscard]] std::string lines() const {
        std::string text;
        for (std::size_t i = 0; i < messages.size(); ++i)
            text += std::format("{}.{:09} {} {}\n", 1'767'225'700, i, messages[i].first, messages[i].second);
        return text;
    }
    [[nodiscard]] std::string documents() const {
        std::string text;
        for (std::size_t i = 0; i < messages.size(); ++i)
            text += std::format("{{\"time\": {}.{:09}, \"topic\": \"{}\", \"payload\": \"{}\"}}\n", 1'767'225'700, i,
                                messages[i].first, messages[i].second);
        return text;
    }
};

TEST(SparkplugImport, BirthsDataHistoryAndDeathsBecomeSamples) {
    const Capture capture;
    for (const std::string& text :
         {"1767225690.5 other/topic 78\n" + capture.lines(), "{\"t\": 1, \"topic\": \"x\"}\n" + capture.documents()}) {
        const auto import = importText(text, "cell.txt");
        ASSERT_TRUE(import) << import.error().text();
        EXPECT_EQ(import->report.format, TextFormat::Sparkplug);
        EXPECT_EQ(import->report.rows, 6u);
        EXPECT_EQ(import->report.unparsable, 0u);
        EXPECT_TRUE(import->report.notes.empty());
        const auto speed = of(*import, "G/E//Line/Speed");
        ASSERT_EQ(speed.size(), 3u);
        EXPECT_EQ(numberOf(speed[0]), 1.5);
        EXPECT_EQ(speed[1].quality, Quality::Bad) << "null";
        EXPECT_EQ(speed[2].quality, Quality::Stale) << "dead";
        EXPECT_EQ(speed[2].time, 1'767'225'700'000'000'004) << "when the death came";
        const auto count = of(*import, "G/E/D/Count");
        ASSERT_EQ(count.size(), 2u);
        EXPECT_EQ(count[0].type, ValueType::Integer);
        EXPECT_EQ(count[0].bits, 9'007'199'254'740'993u);
        const auto late = of(*import, "late/G/E/D/Count");
        ASSERT_EQ(late.size(), 1u) << "as a recording keeps them";
        EXPECT_EQ(late[0].bits, 7u);
        EXPECT_EQ(late[0].time, nanoseconds(sparkplug::at(-60'000)));
        EXPECT_EQ(of(*import, "G/E/D/State").at(1).text, "Execute \"1\"");
        EXPECT_EQ(of(*import, "G/E/D/State").at(1).time, nanoseconds(sparkplug::at(2)));
    }
}

TEST(SparkplugImport, WhatIsNoObjectIsNoMessage) {
    const auto import = importText(Capture{}.documents() + "[1767225690, \"spBv1.0/G/NDATA/E\", \"00\"]\n7\n", "cell.txt");
    ASSERT_TRUE(import) << import.error().text();
    std::vector<std::string> problems;
    for (const Error& problem : import->report.problems) problems.push_back(problem.text());
    EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr("cell.txt:6:1"), HasSubstr("is no message")),
                                      AllOf(HasSubstr("cell.txt:7:1"), HasSubstr("is no message"))));
}

TEST(SparkplugImport, FollowsAMapping) {
    const auto import = importText(
        Capture{}.lines(), "cell.txt",
        mappingOf(
            "prefix = \"hall\"\nothers = \"ignore\"\n[columns.\"G/E//Line/Speed\"]\ntopic = \"speed\"\nunit = \"m/s\"\nscale = 10\n"
            "[columns.\"G/E/D/Count\"]\ntype = \"float\"\n"));
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(numberOf(of(*import, "hall/speed").at(0)), 15);
    EXPECT_EQ(import->channels[0].unit, "m/s");
    EXPECT_EQ(of(*import, "hall/G/E/D/Count").at(0).type, ValueType::Float);
    EXPECT_TRUE(of(*import, "hall/G/E/D/State").empty());
}

TEST(SparkplugImport, SaysWhatIsWrongAndWhere) {
    const std::string whole = Capture{}.lines();
    const std::string unborn = whole.substr(whole.find('\n') + 1); // without the node's birth
    const auto late = importText(unborn + whole, "cell.txt");
    ASSERT_TRUE(late) << late.error().text();
    EXPECT_THAT(late->report.notes, ElementsAre(HasSubstr("3 messages could not be applied")));

    const auto import = importText(
        whole + "nonsense\n1767225701 spBv1.0/G/NDATA/E 0g\n1767225701 spBv1.0/G/NDATA/E 7f20\nyesterday spBv1.0/G/NDATA/E 00\n"
                "1767225702 other/topic 00\n1767225702 spBv1.0/STATE/host \n",
        "cell.txt");
    ASSERT_TRUE(import) << import.error().text();
    std::vector<std::string> problems;
    for (const Error& problem : import->report.problems) problems.push_back(problem.text());
    EXPECT_THAT(problems, ElementsAre(AllOf(HasSubstr("cell.txt:6:1"), HasSubstr("-F '%U %t %x'")),
                                      AllOf(HasSubstr("cell.txt:7:1"), HasSubstr("not in hexadecimal")),
                                      AllOf(HasSubstr("cell.txt:8:1"), HasSubstr("no Sparkplug B")),
                                      AllOf(HasSubstr("cell.txt:9:1"), HasSubstr("'yesterday' is not a time"))));
    EXPECT_EQ(import->report.passedOver, 1u);

    const auto refused = importText(unborn, "cell.txt");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("holds no values in its 4 rows; 3 messages could not be applied"));
}

} // namespace
} // namespace millwright::telemetry
