#include <millwright/check/picture.hpp>
#include <millwright/check/report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millwright::check {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Verdict verdict() {
    Verdict v;
    v.plant = "battery";
    v.log = "run.mcap";
    v.expectations = "checks/first.toml";
    v.outcomes.push_back({.name = "good",
                          .file = "checks/first.toml",
                          .line = 2,
                          .passed = true,
                          .expected = "x",
                          .found = "x",
                          .time = {},
                          .attachments = {}});
    v.outcomes.push_back({.name = "bad <&\"\x01\xff name 온도",
                          .file = "checks/first.toml",
                          .line = 7,
                          .passed = false,
                          .expected = "tension < 5 N",
                          .found = "9 N",
                          .time = timeFromNanoseconds(0),
                          .attachments = {"report/02.png"}});
    return v;
}

TEST(Report, JUnitIsWellFormedAndSafe) {
    const std::string xml = toJUnit(verdict(), timeFromNanoseconds(1'700'000'000'000'000'000));
    EXPECT_THAT(
        xml,
        HasSubstr(
            R"(<testsuite name="battery first" tests="2" failures="1" errors="0" skipped="0" time="0.000" timestamp="2023-11-14T22:13:20">)"));
    EXPECT_THAT(xml, HasSubstr(R"(name="good" time="0.000" file="checks/first.toml" line="2"/>)"));
    EXPECT_THAT(xml, HasSubstr(R"(name="bad &lt;&amp;&quot; name 온도")"));
    EXPECT_THAT(xml, HasSubstr("<failure message=\"found 9 N\">expected tension &lt; 5 N"));
    EXPECT_THAT(xml, HasSubstr("[[ATTACHMENT|report/02.png]]"));
    for (const char c : xml) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
    EXPECT_THAT(xml, Not(HasSubstr("\xff")));
}

TEST(Report, JsonHasTheFieldsOfTheContract) {
    const std::string json = toJson(verdict());
    EXPECT_THAT(json, HasSubstr(R"("plant": "battery")"));
    EXPECT_THAT(json, HasSubstr(R"("passed": 1)"));
    EXPECT_THAT(json, HasSubstr(R"("failed": 1)"));
    EXPECT_THAT(json, HasSubstr(R"("time": "1970-01-01T00:00:00.000000000Z")"));
    EXPECT_THAT(json, HasSubstr(R"("stateHash": "00000000000000000000000000000000")"));
}

TEST(Report, CommandsSurviveAShell) {
    Verdict v = verdict();
    v.plantPath = "plants/it's mine";
    v.log = "a b.mcap";
    Outcome& failed = v.outcomes[1];
    failed.time = timeFromNanoseconds(1'500'000'000);
    failed.evidence.equipmentPath = "line/m-1";
    EXPECT_EQ(viewCommand(v, failed),
              R"(millwright view 'plants/it'\''s mine' --log 'a b.mcap' --at 1970-01-01T00:00:01.5Z --paused --select line/m-1)");
}

TEST(Report, HtmlIsOnePageThatEscapesWhatItShows) {
    Verdict v = verdict();
    v.plantName = "<script>alert(1)</script>";
    v.span = {timeFromNanoseconds(0), timeFromNanoseconds(1'000'000'000)};
    v.trends.push_back({.path = "a/<b>", .unit = "N", .interval = v.span, .slices = {{1, 2}, {2, 3}}});
    v.outcomes[1].evidence.trend = 0;
    v.outcomes[1].evidence.limit = 2.5;
    v.calls.push_back({timeFromNanoseconds(5), "a/\"quoted\"", plant::AlarmPriority::Urgent});
    v.callCount = 1;
    const std::string page = toHtml(v, timeFromNanoseconds(0));
    EXPECT_THAT(page, HasSubstr("1 of 2 checks failed"));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
    EXPECT_THAT(page, HasSubstr("limit 2.5 (dashed)"));
    EXPECT_THAT(page, HasSubstr("a/&quot;quoted&quot;"));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("http")));
    EXPECT_THAT(page, Not(HasSubstr("nan")));
}

TEST(Report, HtmlShowsStatesInTheWindowsColoursAndWhyAMachineStood) {
    using plant::PackmlState;
    Verdict v = verdict();
    const auto second = [](std::int64_t n) { return timeFromNanoseconds(n * 1'000'000'000); };
    v.span = {second(0), second(100)};
    v.trends.push_back(
        {.path = "a/state", .unit = "", .interval = v.span, .discrete = true, .spells = {{second(0), second(50), "Execute"}}});
    v.bands.push_back({"a",
                       "a/state",
                       {{{second(0), second(50)}, PackmlState::Execute, "Execute", "", false},
                        {{second(50), second(60)}, PackmlState::Holding, "Holding", "Web <break>", true},
                        {{second(60), second(80)}, PackmlState::Held, "Held", "", true},
                        {{second(80), second(100)}, PackmlState::Execute, "Execute", "", false}}});
    v.outcomes[1].evidence.trend = 0;
    v.outcomes[1].evidence.bands = {0};
    const std::string page = toHtml(v, timeFromNanoseconds(0));
    EXPECT_THAT(page, HasSubstr("<rect x=\"500.0\" y=\"0\" width=\"100.0\" height=\"100\" fill=\"#ec8629\"><title>00:00:50 "
                                "Holding, 10 s: Web &lt;break&gt;"));
    EXPECT_THAT(page, HasSubstr("<li>00:00:50 Holding, Held for 30 s: Web &lt;break&gt;</li>")) << "one stop";
    EXPECT_THAT(page, HasSubstr("states of a <span"));
    EXPECT_THAT(page, Not(HasSubstr("aria-label=\"a/state\""))) << "not twice, in other colours";
}

TEST(Report, TextNamesFailuresFirstHand) {
    const std::string text = toText(verdict());
    EXPECT_THAT(text, HasSubstr("passed  good"));
    EXPECT_THAT(text, HasSubstr("checks/first.toml:7"));
    EXPECT_THAT(text, HasSubstr("expected tension < 5 N"));
    EXPECT_THAT(text, HasSubstr("1 of 2 checks failed"));
}

PngImage half(std::uint32_t edge, std::uint8_t left, std::uint8_t right) {
    PngImage image{64, 32, {}};
    for (std::uint32_t y = 0; y < image.height; ++y) {
        for (std::uint32_t x = 0; x < image.width; ++x) {
            const std::uint8_t grey = x < edge ? left : right;
            image.rgba.insert(image.rgba.end(), {grey, grey, grey, 255});
        }
    }
    return image;
}

TEST(Picture, WhatAPersonCannotTellApartIsEqual) {
    EXPECT_EQ(comparePictures(half(32, 90, 200), half(32, 90, 200))->share, 0);
    EXPECT_EQ(comparePictures(half(32, 90, 200), half(32, 92, 198))->share, 0);
    EXPECT_GT(comparePictures(half(32, 90, 200), half(32, 120, 200))->share, 0.45);
    EXPECT_LT(comparePictures(half(32, 90, 200), half(33, 90, 200))->share, 0.05);
    EXPECT_GT(comparePictures(half(32, 90, 200), half(42, 90, 200))->share, 0.1);
}

TEST(Picture, DifferencesAreMarked) {
    const auto difference = comparePictures(half(32, 90, 200), half(32, 160, 200));
    ASSERT_TRUE(difference);
    EXPECT_EQ(difference->highlight.rgba[0], 230);
    EXPECT_GT(difference->highlight.rgba[4 * 63], 150);
    EXPECT_FALSE(comparePictures(half(32, 1, 2), {1, 1, {0, 0, 0, 0}}));
}

} // namespace
} // namespace millwright::check
