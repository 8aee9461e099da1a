// JSON becomes samples: records a line, arrays, and the long form, of others' making and as MQTT clients capture it.
#include "import_fixture.hpp"

#include <gmock/gmock.h>

namespace millwright::telemetry {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(std::string_view text, const Mapping& mapping = {}) {
    const auto import = importText(text, "x.jsonl", mapping);
    return import ? "read" : import.error().text();
}

TEST(JsonImport, ReadsARecordALine) {
    const auto import = importText("{\"time\": \"2026-01-01T00:00:00.123456789Z\", \"oven\": {\"temp\": 21.5, \"zones\": [1, 2]}, "
                                   "\"on\": true, \"state\": \"Idle\"}\n"
                                   "\n"
                                   "{\"time\": \"2026-01-01T00:00:01Z\", \"oven\": {\"temp\": null}, \"state\": \"12\"}\r\n",
                                   "r.jsonl");
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.format, TextFormat::Json);
    EXPECT_EQ(import->report.timeColumn, "time");
    EXPECT_TRUE(import->report.timeGuessed);
    EXPECT_EQ(import->report.rows, 2u);
    EXPECT_EQ(import->report.empty, 1u);
    ASSERT_EQ(import->channels.size(), 5u);
    const auto temperature = of(*import, "oven/temp");
    ASSERT_EQ(temperature.size(), 1u);
    EXPECT_EQ(numberOf(temperature[0]), 21.5);
    EXPECT_EQ(temperature[0].time % 1'000'000'000, 123'456'789);
    EXPECT_EQ(numberOf(of(*import, "oven/zones/1")[0]), 2);
    EXPECT_EQ(of(*import, "on")[0].type, ValueType::Boolean);
    EXPECT_EQ(of(*import, "state")[1].text, "12") << "in quotes it is no number";
}

TEST(JsonImport, ReadsAnArrayAndDocumentsOverSeveralLines) {
    for (const std::string_view text :
         {"[{\"ts\": 1767225600000, \"a\": 1}, {\"ts\": 1767225600001, \"a\": NaN}]",
          "[\n  {\n    \"ts\": 1767225600000,\n    \"a\": 1\n  },\n  {\"ts\": 1767225600001,\n \"a\": NaN}\n]\n",
          "{\n \"ts\": 1767225600000,\n \"a\": 1\n}\n{\n \"ts\": 1767225600001, \"a\": NaN}",
          "{\"ts\": 1767225600000, \"a\": 1}\n{\"ts\": 1767225600001, \"a\": NaN}"}) {
        const auto import = importText(text, "a.json", mappingOf("missing = []\n"));
        ASSERT_TRUE(import) << import.error().text() << text;
        const auto a = of(*import, "a");
        ASSERT_EQ(a.size(), 2u) << text;
        EXPECT_EQ(a[1].time - a[0].time, 1'000'000);
        EXPECT_TRUE(std::isnan(numberOf(a[1]))) << "as Python writes it";
        EXPECT_EQ(import->report.unparsable, 0u);
    }
}

TEST(JsonImport, FollowsAMapping) {
    const auto import = importText("{\"head\": {\"at\": \"01.03.2026 09:00:00\"}, \"v\": {\"oven.temp\": 1000, \"n\": \"7\", "
                                   "\"q\": \"uncertain\"}, \"x\": 1}\n",
                                   "m.jsonl",
                                   mappingOf("prefix = \"line\"\nothers = \"ignore\"\n[time]\ncolumn = \"head.at\"\nformat = "
                                             "\"%d.%m.%Y %H:%M:%S\"\nzone = \"+09:00\"\n"
                                             "[columns.\"/v/oven.temp\"]\ntopic = \"oven\"\nunit = \"Cel\"\nscale = 0.1\nquality = "
                                             "\"v/q\"\n[columns.\"v.n\"]\ntype = \"integer\"\n"));
    ASSERT_TRUE(import) << import.error().text();
    ASSERT_EQ(import->channels.size(), 2u);
    const auto oven = of(*import, "line/oven");
    EXPECT_EQ(numberOf(oven.at(0)), 100);
    EXPECT_EQ(oven[0].quality, Quality::Uncertain);
    EXPECT_EQ(formatTime(timeFromNanoseconds(oven[0].time)), "2026-03-01T00:00:00.000000000Z");
    EXPECT_EQ(import->channels[0].unit, "Cel");
    EXPECT_EQ(of(*import, "line/v/n").at(0).bits, 7u);
}

TEST(JsonImport, ReadsOneValueADocument) {
    const auto import =
        importText("{\"time\":\"2026-01-01T00:00:00.000000001Z\",\"topic\":\"a/"
                   "count\",\"value\":9007199254740993,\"type\":\"integer\",\"unit\":\"{piece}\"}\n"
                   "{\"time\":\"2026-01-01T00:00:01Z\",\"topic\":\"a/count\",\"value\":null}\n"
                   "{\"time\":\"2026-01-01T00:00:01Z\",\"topic\":\"a/temp\",\"value\":1}\n"
                   "{\"time\":\"2026-01-01T00:00:02Z\",\"topic\":\"a/temp\",\"value\":\"NaN\",\"quality\":\"stale\"}\n"
                   "{\"time\":\"2026-01-01T00:00:02Z\",\"topic\":\"a/text\",\"value\":\"say \\\"hi\\\"\\n\\u00e9\"}\n"
                   "{\"time\":\"2026-01-01T00:00:03Z\",\"topic\":\"a/text\",\"value\":\"NA\"}\n",
                   "l.jsonl");
    ASSERT_TRUE(import) << import.error().text();
    ASSERT_EQ(import->channels.size(), 3u);
    EXPECT_EQ(import->channels[0].unit, "{piece}");
    const auto count = of(*import, "a/count");
    ASSERT_EQ(count.size(), 2u);
    EXPECT_EQ(count[0].type, ValueType::Integer);
    EXPECT_EQ(count[0].bits, 9007199254740993u);
    EXPECT_EQ(count[1].quality, Quality::Bad);
    const auto temperature = of(*import, "a/temp");
    EXPECT_EQ(temperature.at(1).quality, Quality::Stale);
    EXPECT_TRUE(std::isnan(numberOf(temperature[1])));
    EXPECT_EQ(of(*import, "a/text").at(0).text, "say \"hi\"\n\xC3\xA9");
    EXPECT_EQ(of(*import, "a/text").at(1).text, "NA") << "texts are what they are";
}

TEST(JsonImport, ReadsWhatMqttClientsCapture) {
    // mosquitto_sub -F '%J' and '%j'; the first has payloads as they are, the second as texts.
    const auto import =
        importText("{\"tst\":\"2026-01-01T09:00:00.250000Z+0900\",\"topic\":\"hall/"
                   "press\",\"qos\":0,\"retain\":0,\"payloadlen\":30,\"payload\":{\"force\": 812.5, \"axis\": {\"x\": 3}}}\n"
                   "{\"tst\":\"2026-01-01T09:00:01.000000Z+0900\",\"topic\":\"hall/"
                   "speed\",\"qos\":0,\"retain\":0,\"payloadlen\":4,\"payload\":\"12.5\"}\n"
                   "{\"tst\":\"2026-01-01T09:00:01.000000Z+0900\",\"topic\":\"hall/"
                   "speed\",\"qos\":0,\"retain\":0,\"payloadlen\":4,\"payload\":{\"value\": 13, \"quality\": \"bad\"}}\n"
                   "{\"tst\":\"2026-01-01T09:00:02.000000Z+0900\",\"topic\":\"hall/"
                   "state\",\"qos\":0,\"retain\":0,\"payloadlen\":4,\"payload\":\"Idle\"}\n"
                   "{\"tst\":\"2026-01-01T09:00:02.000000Z+0900\",\"topic\":\"hall/"
                   "gone\",\"qos\":0,\"retain\":0,\"payloadlen\":0,\"payload\":null}\n"
                   "{\"tst\":\"2026-01-01T09:00:03.000000Z+0900\",\"topic\":\"hall/"
                   "press\",\"qos\":0,\"retain\":0,\"payloadlen\":15,\"payload\":\"{\\\"force\\\": 1}\"}\n",
                   "c.jsonl");
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.unparsable, 0u);
    const auto force = of(*import, "hall/press/force");
    ASSERT_EQ(force.size(), 2u);
    EXPECT_EQ(formatTime(timeFromNanoseconds(force[0].time)), "2026-01-01T00:00:00.250000000Z") << "local time, in spite of the Z";
    EXPECT_EQ(numberOf(force[1]), 1);
    EXPECT_EQ(numberOf(of(*import, "hall/press/axis/x").at(0)), 3);
    const auto speed = of(*import, "hall/speed");
    EXPECT_EQ(numberOf(speed.at(0)), 12.5);
    EXPECT_EQ(speed.at(1).quality, Quality::Bad);
    EXPECT_EQ(of(*import, "hall/state").at(0).text, "Idle");
    EXPECT_TRUE(of(*import, "hall/gone").empty());
}

TEST(JsonImport, SaysWhatIsWrongAndWhere) {
    const auto import = importText(
        "{\"time\": 1767225600, \"a\": 1}\n{\"time\": 1767225601, \"a\": \n{\"time\": 1767225602, \"a\": 1,}\n  [1, 2]\n"
        "{\"time\": \"soon\", \"a\": 1}\n{\"a\": 1}\n{\"time\": 1767225603, \"a\": \"x\"}\n{\"time\": 1767225604, \"a\": 3} rest\n",
        "x.jsonl", mappingOf("[columns.a]\ntype = \"float\"\n"));
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.samples, 1u);
    EXPECT_EQ(import->report.unparsable, 7u);
    std::vector<std::string> problems;
    for (const Error& problem : import->report.problems) problems.push_back(problem.text());
    EXPECT_THAT(problems,
                ::testing::ElementsAre(HasSubstr("x.jsonl:2:1: is no JSON"), HasSubstr("x.jsonl:3:1: is no JSON"),
                                       HasSubstr("x.jsonl:4:3: is no object"), HasSubstr("x.jsonl:5:1: 'soon' is not a time"),
                                       HasSubstr("x.jsonl:6:1: has no time 'time'"),
                                       HasSubstr("x.jsonl:7:1: 'x' is not a value of 'a'"), HasSubstr("x.jsonl:8:1: is no JSON")));

    EXPECT_THAT(refusal("{\"a\": 1, \"b\": 2}\n"),
                AllOf(HasSubstr("x.jsonl:1:1"), HasSubstr("no member can be told to be the time (a, b)")));
    EXPECT_THAT(refusal("{\"time\": \"later\", \"b\": 2}\n"), AllOf(HasSubstr("x.jsonl:1"), HasSubstr("'later' is no time")));
    EXPECT_THAT(refusal("[\n{\"time\": 1,\n"), HasSubstr("x.jsonl:2:1: is no JSON"));
    EXPECT_THAT(refusal("["), HasSubstr("the array is never closed"));
    EXPECT_THAT(refusal("{\"topic\": \"a\", \"value\": 1}\n"), HasSubstr("no member can be told"));
    EXPECT_THAT(refusal("{\"time\": 1767225600, \"topic\": \"a\", \"value\": 1, \"quality\": \"odd\"}\n"),
                HasSubstr("'odd' is not a quality"));
    EXPECT_THAT(refusal("{\"time\": 1767225600, \"topic\": \"\", \"value\": 1}\n"), HasSubstr("has no topic"));
    EXPECT_THAT(refusal("{\"time\": 1767225600}\n"), HasSubstr("holds no values"));
}

} // namespace
} // namespace millwright::telemetry
