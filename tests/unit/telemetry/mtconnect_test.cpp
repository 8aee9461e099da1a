#include "support/folders.hpp"
#include "telemetry/mtconnect/agent.hpp"
#include "telemetry/mtconnect/multipart.hpp"
#include "telemetry/mtconnect/units.hpp"

#include <gtest/gtest.h>

#include <format>
#include <fstream>
#include <sstream>

namespace millwright::telemetry::mtconnect {
namespace {

// --- documents of an agent, as cppagent writes them

std::string devices(int instance = 7) {
    return std::format(R"(<?xml version="1.0"?>
<m:MTConnectDevices xmlns:m="urn:mtconnect.org:MTConnectDevices:2.0">
 <m:Header instanceId="{}" creationTime="2026-01-01T00:00:00Z"/>
 <m:Devices><m:Device id="d1" name="mill" uuid="M-1"><m:DataItems>
   <m:DataItem category="SAMPLE" id="speed" name="Sspeed" type="SPINDLE_SPEED" units="REVOLUTION/MINUTE"/>
   <m:DataItem category="EVENT" id="exec" name="execution" type="EXECUTION"/>
   <m:DataItem category="CONDITION" id="servo" type="ACTUATOR"/></m:DataItems>
  <m:Components><m:Axes id="a"><m:DataItems>
   <m:DataItem category="SAMPLE" id="pos" type="PATH_POSITION" units="MILLIMETER_3D"/>
   <m:DataItem category="EVENT" id="vars" type="VARIABLE" representation="DATA_SET"/></m:DataItems></m:Axes></m:Components>
 </m:Device></m:Devices></m:MTConnectDevices>)",
                       instance);
}

std::string streams(std::string_view samples, std::string_view conditions, int next, int instance = 7,
                    std::string_view created = "2026-01-01T00:01:00Z") {
    return std::format(
        R"(<MTConnectStreams><Header instanceId="{}" nextSequence="{}" creationTime="{}"/><Streams><DeviceStream name="mill" uuid="M-1">
<ComponentStream component="Device"><Samples>{}</Samples><Condition>{}</Condition></ComponentStream></DeviceStream></Streams></MTConnectStreams>)",
        instance, next, created, samples, conditions);
}

std::string error(std::string_view code, std::string_view text) {
    return std::format(
        "<MTConnectError><Header instanceId=\"7\"/><Errors><Error errorCode=\"{}\">{}</Error></Errors></MTConnectError>", code,
        text);
}

std::string value(std::string_view item, int second, std::string_view text, std::string_view more = "") {
    return std::format(R"(<Any dataItemId="{}" timestamp="2026-01-01T00:00:{:02}Z" sequence="1" {}>{}</Any>)", item, second, more,
                       text);
}

std::string condition(std::string_view level, int second, std::string_view code, std::string_view text = "") {
    return std::format(R"(<{0} dataItemId="servo" timestamp="2026-01-01T00:00:{1:02}Z" nativeCode="{2}">{3}</{0}>)", level, second,
                       code, text);
}

class MtconnectAgent : public testing::Test, public Sink {
protected:
    static constexpr auto speed = SignalIndex{0}, state = SignalIndex{1}, level = SignalIndex{2}, code = SignalIndex{3},
                          y = SignalIndex{4}, entry = SignalIndex{5};
    struct Heard {
        SignalIndex signal;
        double second; ///< after 2026-01-01
        double number;
        std::string text;
        Quality quality;
        bool historical;
    };

    void told(const Sample& sample, std::string_view text, bool historical) override {
        const double second = seconds(sample.time - *parseTime("2026-01-01"));
        const bool number = sample.type == ValueType::Float && sample.quality != Quality::Bad;
        heard.push_back({sample.signal, second, number ? sample.value.number : 0, std::string{text}, sample.quality, historical});
    }
    Result<void> answer(std::string document) { return client.answer(document); }
    void start() {
        ASSERT_TRUE(answer(devices()));
        ASSERT_TRUE(answer(streams(value("speed", 1, "600"), condition("Normal", 1, ""), 100)));
        heard.clear();
    }

    std::vector<Heard> heard;
    AgentClient client{{{speed, ValueType::Float, "Hz", "mill/Sspeed"},
                        {state, ValueType::String, "", "M-1/exec"},
                        {level, ValueType::String, "", "mill/servo"},
                        {code, ValueType::String, "", "mill/servo/code"},
                        {y, ValueType::Float, "m", "d1/pos/y"},
                        {entry, ValueType::Float, "", "mill/vars/101"}},
                       std::chrono::milliseconds{250},
                       std::chrono::seconds{10},
                       *this};
};

TEST_F(MtconnectAgent, AsksWhatThereIsHowItIsAndThenWhatHappens) {
    EXPECT_EQ(client.request(), "probe");
    ASSERT_TRUE(answer(devices()));
    EXPECT_EQ(client.request(), "current");
    ASSERT_TRUE(answer(streams(value("speed", 5, "600") + value("exec", 3, "ACTIVE"), condition("Normal", 1, ""), 100)));
    EXPECT_EQ(client.request(), "sample?from=100&count=10000&interval=250&heartbeat=10000");
    EXPECT_TRUE(client.follows());
    ASSERT_TRUE(answer(streams("", "", 100))); // a heartbeat
    ASSERT_TRUE(answer(streams(value("speed", 6, "1200"), "", 101)));
    EXPECT_EQ(client.request(), "sample?from=101&count=10000&interval=250&heartbeat=10000");

    ASSERT_EQ(heard.size(), 5u);
    EXPECT_EQ(heard[0].signal, speed);
    EXPECT_DOUBLE_EQ(heard[0].number, 10) << "from revolutions a minute to hertz";
    EXPECT_DOUBLE_EQ(heard[0].second, 5) << "since when it has been so";
    EXPECT_EQ(heard[1].text, "ACTIVE");
    EXPECT_EQ(heard[2].text, "normal");
    EXPECT_EQ(heard[3].text, "-");
    EXPECT_DOUBLE_EQ(heard[4].number, 20);
    EXPECT_EQ(client.counters().samples, 5u);
    EXPECT_TRUE(client.takeNews().empty());
}

TEST_F(MtconnectAgent, TakesPositionsEntriesAndWhatIsUnavailable) {
    start();
    ASSERT_TRUE(answer(streams(value("pos", 2, "10 -2500  3") +
                                   value("vars", 2, "<Entry key=\"100\">1</Entry><Entry key=\"101\">2.5</Entry>") +
                                   value("vars", 3, "<Entry key=\"101\" removed=\"true\"/>") + value("pos", 4, "UNAVAILABLE") +
                                   value("exec", 4, "UNAVAILABLE") + value("speed", 4, "60", "quality=\"UNVERIFIABLE\"") +
                                   value("speed", 5, "fast") + value("speed", 5, "1 2 3", "sampleCount=\"3\"") +
                                   value("other", 5, "1") + "<Any dataItemId=\"speed\" timestamp=\"yesterday\">1</Any>",
                               "", 110)));
    ASSERT_EQ(heard.size(), 6u);
    EXPECT_DOUBLE_EQ(heard[0].number, -2.5);
    EXPECT_DOUBLE_EQ(heard[1].number, 2.5);
    EXPECT_EQ(heard[2].quality, Quality::Bad) << "an entry that was removed";
    EXPECT_EQ(heard[3].quality, Quality::Bad);
    EXPECT_EQ(heard[4].quality, Quality::Bad);
    EXPECT_EQ(heard[4].text, "");
    EXPECT_EQ(heard[5].quality, Quality::Uncertain);
    EXPECT_EQ(client.counters().rejected, 3u) << "no number, a series, no time";
    EXPECT_EQ(client.counters().unmatched, 1u);
}

TEST_F(MtconnectAgent, AConditionIsAsBadAsItsWorstThatIsActive) {
    start();
    ASSERT_TRUE(answer(streams(
        "", condition("Warning", 2, "w1", "hot") + condition("Fault", 3, "f1", "stalled") + condition("Fault", 4, "f2"), 103)));
    ASSERT_TRUE(answer(streams("", condition("Normal", 5, "f1") + condition("Normal", 6, "f2"), 105)));
    ASSERT_TRUE(
        answer(streams("", condition("Fault", 7, "f3") + condition("Normal", 8, "") + condition("Unavailable", 9, ""), 108)));
    std::string levels, codes;
    for (const Heard& one : heard) (one.signal == level ? levels : codes) += (one.quality == Quality::Bad ? "bad" : one.text) + ' ';
    EXPECT_EQ(levels, "warning fault fault fault warning fault normal bad ");
    EXPECT_EQ(codes, "w1 f1 f1 f2 w1 f3 - bad ");
}

TEST_F(MtconnectAgent, CatchesUpAfterALossAndSaysOnceMoreHowItIs) {
    start();
    client.lost();
    EXPECT_EQ(client.request(), "probe");
    ASSERT_TRUE(answer(devices()));
    EXPECT_EQ(client.request(), "sample?from=100&count=10000");
    EXPECT_FALSE(client.follows());
    ASSERT_TRUE(answer(streams(value("speed", 20, "60"), "", 10'100)));
    EXPECT_EQ(client.request(), "sample?from=10100&count=10000") << "there is more";
    ASSERT_TRUE(answer(streams(value("speed", 30, "120"), "", 10'101)));
    EXPECT_EQ(client.request(), "current");
    ASSERT_TRUE(answer(streams(value("speed", 30, "120"), "", 10'102)));
    EXPECT_TRUE(client.follows());
    ASSERT_EQ(heard.size(), 3u);
    EXPECT_TRUE(heard[0].historical && heard[1].historical);
    EXPECT_FALSE(heard[2].historical);
    EXPECT_DOUBLE_EQ(heard[2].second, 60) << "when the agent said that it still holds";
    EXPECT_EQ(client.counters().gaps, 0u);
}

TEST_F(MtconnectAgent, CountsAGapWhereTheAgentsBufferDoesNotReachAndWhereItBeganAnew) {
    start();
    client.lost();
    ASSERT_TRUE(answer(devices()));
    ASSERT_TRUE(answer(error("OUT_OF_RANGE", "'from' must be greater than or equal to 500")));
    EXPECT_EQ(client.request(), "current");
    EXPECT_EQ(client.counters().gaps, 1u);
    client.lost();
    ASSERT_TRUE(answer(devices(8)));
    EXPECT_EQ(client.request(), "current") << "it counts anew";
    EXPECT_EQ(client.counters().gaps, 2u);
    ASSERT_TRUE(answer(streams("", "", 1, 8)));
    ASSERT_TRUE(answer(streams("", "", 5, 9)));
    EXPECT_EQ(client.request(), "probe") << "it began anew within a stream";
    EXPECT_EQ(client.counters().gaps, 3u);
}

TEST_F(MtconnectAgent, RefusesWhatIsNoAnswer) {
    EXPECT_EQ(answer("{}").error().code, ErrorCode::Malformed);
    EXPECT_EQ(answer("").error().code, ErrorCode::Malformed);
    EXPECT_NE(answer("<html><body/></html>").error().message.find("<html>"), std::string::npos);
    EXPECT_EQ(answer(streams("", "", 1)).error().code, ErrorCode::Malformed) << "no devices, where they were asked for";
    EXPECT_NE(answer(error("NO_DEVICE", "Could not find")).error().message.find("Could not find (NO_DEVICE)"), std::string::npos);
    const auto newer =
        answer("<MTConnectError><Errors><InvalidURI errorCode=\"INVALID_URI\"><ErrorMessage> no </ErrorMessage></InvalidURI>"
               "</Errors></MTConnectError>");
    EXPECT_NE(newer.error().message.find("no (INVALID_URI)"), std::string::npos);
    std::string deep = "<MTConnectDevices>";
    for (int i = 0; i < 100'000; ++i) deep += "<Components>";
    EXPECT_FALSE(answer(deep).has_value());
}

TEST_F(MtconnectAgent, NamesWhatTheAgentLacksAndUnitsThatDoNotFit) {
    AgentClient asking{{{speed, ValueType::Float, "", "mill/nothing"},
                        {speed, ValueType::Float, "kg", "mill/Sspeed"},
                        {speed, ValueType::Integer, "Hz", "mill/Sspeed"},
                        {speed, ValueType::Integer, "/min", "mill/speed"}},
                       {},
                       {},
                       *this};
    std::string probe = devices();
    ASSERT_TRUE(asking.answer(probe));
    const std::vector<std::string> news = asking.takeNews();
    ASSERT_EQ(news.size(), 3u);
    EXPECT_EQ(news[0], "the agent has no data item 'mill/nothing'");
    EXPECT_NE(news[1].find("REVOLUTION/MINUTE at the agent and in 'kg'"), std::string::npos);
    EXPECT_NE(news[2].find("type float"), std::string::npos);
}

TEST(Mtconnect, EveryUnitIsOfUcum) {
    std::ifstream file{millwright::test::sourceFolder() / "../shared/data/industrial/mtconnect_cppagent/Devices.xml"};
    if (!file) GTEST_SKIP() << "no ../shared/data/industrial/mtconnect_cppagent";
    std::stringstream text;
    text << file.rdbuf();
    std::string document = text.str();
    const auto answer = readDocument(document, [](const Answer&, const Observation&) {});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->kind, DocumentKind::Devices);
    EXPECT_EQ(answer->items.size(), 216u) << "counted with another parser";
    std::size_t withUnits = 0;
    for (const DataItem& item : answer->items) {
        EXPECT_TRUE(item.device[0] == "OKUMA" || item.device[0] == "Mazak") << item.device[0];
        if (item.units.empty()) continue;
        ++withUnits;
        EXPECT_TRUE(!ucumOf(item.units).empty() && units::parse(ucumOf(item.units))) << item.units;
    }
    EXPECT_EQ(withUnits, 80u);
    EXPECT_EQ(ucumOf("FURLONG"), "");
}

// --- answers in parts

std::vector<std::string> partsOf(std::string_view body, std::size_t piece, std::size_t maximum = 1000) {
    MultipartReader reader{"b", maximum};
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < body.size(); at += piece)
        EXPECT_TRUE(reader.take(body.substr(at, piece), [&](std::string& part) { parts.push_back(part); }));
    return parts;
}

TEST(MtconnectMultipart, CutsPartsHoweverTheBytesCome) {
    constexpr std::string_view body = "ignored\r\n--b\r\nContent-type: text/xml\r\nContent-LENGTH:  9\r\n\r\n<a>--b</a>\r\n"
                                      "--b\r\nContent-type: text/xml\r\n\r\n<c/>\r\n--b--\r\n";
    for (const std::size_t piece : {1, 2, 7, 1000}) {
        const auto parts = partsOf(body, piece);
        ASSERT_EQ(parts.size(), 2u) << piece;
        EXPECT_EQ(parts[0], "<a>--b</a");
        EXPECT_EQ(parts[1], "<c/>\r\n");
    }
}

TEST(MtconnectMultipart, EndsAtAPartThatIsTooLong) {
    MultipartReader reader{"b", 100};
    EXPECT_TRUE(reader.take("--b\r\nContent-length: 5000\r\n\r\n", [](std::string&) { FAIL(); }));
    EXPECT_FALSE(reader.take(std::string(200, 'x'), [](std::string&) { FAIL(); }));
}

TEST(MtconnectMultipart, KnowsItsContentType) {
    EXPECT_EQ(boundaryOf("multipart/x-mixed-replace;boundary=abc; charset=utf-8"), "abc");
    EXPECT_EQ(boundaryOf("Multipart/mixed; Boundary=\"a b\""), "a b");
    EXPECT_EQ(boundaryOf("text/xml; boundary=x"), "");
    EXPECT_EQ(boundaryOf("multipart/mixed"), "");
    EXPECT_EQ(boundaryOf(""), "");
}

} // namespace
} // namespace millwright::telemetry::mtconnect
