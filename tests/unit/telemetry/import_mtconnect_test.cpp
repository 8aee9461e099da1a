// Saved answers of MTConnect agents become the samples that the live feed makes of the same documents.
#include "import_fixture.hpp"
#include "support/folders.hpp"
#include "telemetry/mtconnect/agent.hpp"

#include <millwright/telemetry/log_tools.hpp>

#include <gmock/gmock.h>

#include <map>

namespace millwright::telemetry {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view devices =
    R"(<m:MTConnectDevices xmlns:m="urn:mtconnect.org:MTConnectDevices:2.0"><m:Header instanceId="7"/><m:Devices><m:Device id="d1" name="mill" uuid="M-1"><m:DataItems>
<m:DataItem category="SAMPLE" id="speed" name="Sspeed" type="SPINDLE_SPEED" units="REVOLUTION/MINUTE"/><m:DataItem category="EVENT" id="exec" name="execution" type="EXECUTION"/>
<m:DataItem category="EVENT" id="count" name="count" type="PART_COUNT"/><m:DataItem category="CONDITION" id="servo" type="ACTUATOR"/>
<m:DataItem category="SAMPLE" id="pos" type="PATH_POSITION" units="MILLIMETER_3D"/><m:DataItem category="EVENT" id="vars" type="VARIABLE" representation="DATA_SET"/>
</m:DataItems></m:Device></m:Devices></m:MTConnectDevices>)";

std::string value(std::string_view item, int second, int sequence, std::string_view text, std::string_view more = "") {
    return std::format(R"(<Any dataItemId="{}" timestamp="2026-01-01T00:00:{:02}.000000001Z" sequence="{}" {}>{}</Any>)", item,
                       second, sequence, more, text);
}
std::string condition(std::string_view level, int second, int sequence, std::string_view code, std::string_view text = "") {
    return std::format(R"(<{0} dataItemId="servo" timestamp="2026-01-01T00:00:{1:02}Z" sequence="{2}" nativeCode="{3}">{4}</{0}>)",
                       level, second, sequence, code, text);
}
std::string streams(std::string_view samples, std::string_view conditions = "", int next = 100, int instance = 7) {
    return std::format("<?xml version=\"1.0\"?>\n<MTConnectStreams xmlns=\"urn:mtconnect.org:MTConnectStreams:1.8\"><Header "
                       "instanceId=\"{}\" nextSequence=\"{}\"/><Streams>"
                       "<DeviceStream name=\"mill\" uuid=\"M-1\"><ComponentStream "
                       "component=\"Device\"><Samples>\n{}</Samples><Condition>{}</Condition>"
                       "</ComponentStream></DeviceStream></Streams></MTConnectStreams>\n",
                       instance, next, samples, conditions);
}
/// As `curl` saves the stream that an agent answers to `sample` with.
std::string parts(const std::vector<std::string>& documents) {
    std::string text;
    for (const std::string& document : documents)
        text += std::format("--4f3c8a\r\nContent-type: text/xml\r\nContent-length: {}\r\n\r\n{}\r\n", document.size(), document);
    return text;
}

/// What the client of the live feed makes of documents: for each topic its times, qualities and values as texts.
using Told = std::map<std::string, std::vector<std::string>>;
std::string told(Time time, Quality quality, const std::string& text) {
    return std::format("{} {} {}", nanoseconds(time), static_cast<int>(quality), quality == Quality::Bad ? "" : text);
}

struct Live final : mtconnect::Sink {
    std::vector<MtconnectAddress> addresses;
    Told heard;

    void told(const Sample& sample, std::string_view text, bool) override {
        const std::string value = sample.type == ValueType::String ? std::string{text} : std::format("{}", sample.value.number);
        heard[addresses[index(sample.signal)].item].push_back(telemetry::told(sample.time, sample.quality, value));
    }
    /// Of the signals that an import found, asked for as the import took them.
    static Told of(const Import& import, std::vector<std::string> documents) {
        Live live;
        for (std::size_t i = 0; i < import.channels.size(); ++i)
            live.addresses.push_back(
                {SignalIndex{static_cast<std::uint32_t>(i)}, import.channels[i].type, "", import.channels[i].topic});
        mtconnect::AgentClient client{live.addresses, std::chrono::seconds{1}, std::chrono::seconds{10}, live};
        for (std::string& document : documents) {
            const auto answered = client.answer(document);
            EXPECT_TRUE(answered) << answered.error().text();
        }
        EXPECT_THAT(client.takeNews(), ::testing::IsEmpty());
        return live.heard;
    }
};

Told imported(const Import& import) {
    Told all;
    for (const Sample& sample : import.samples) {
        const std::string value = sample.type == ValueType::String ? std::string{import.strings.text(sample.value.string)}
                                                                   : std::format("{}", sample.value.number);
        all[import.channels[index(sample.signal)].topic].push_back(told(sample.time, sample.quality, value));
    }
    return all;
}

TEST(MtconnectImport, TellsWhatTheLiveFeedTells) {
    const std::vector<std::string> documents{
        std::string{devices},
        streams(value("speed", 1, 1, "600") + value("exec", 1, 2, "UNAVAILABLE") + value("pos", 1, 3, "UNAVAILABLE") +
                    value("vars", 1, 4, "UNAVAILABLE"),
                condition("Unavailable", 1, 5, "")),
        streams(value("speed", 2, 6, "1200", "quality=\"UNVERIFIABLE\"") + value("exec", 2, 7, "ACTIVE") +
                    value("pos", 2, 8, "10 -2500.5  3") +
                    value("vars", 2, 9, "<Entry key=\"100\">1</Entry><Entry key=\"101\">2.5</Entry>"),
                condition("Fault", 3, 10, "417", "following error")),
        streams(value("speed", 4, 11, "fast") + value("count", 4, 12, "3") +
                    value("vars", 4, 13, "<Entry key=\"101\" removed=\"true\"/>") +
                    value("exec", 5, 14, "READY", "quality=\"INVALID\""),
                condition("Warning", 5, 15, "12", "tepid") + condition("Normal", 6, 16, "417") + condition("Normal", 7, 17, "")),
        streams(value("vars", 8, 18, "UNAVAILABLE") + value("pos", 8, 19, "UNAVAILABLE") + value("count", 9, 20, "4") +
                value("exec", 9, 21, ""))};
    const auto import = importText(documents[0] + parts({documents.begin() + 1, documents.end()}), "capture.xml");
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.format, TextFormat::Mtconnect);
    EXPECT_EQ(import->report.unparsable, 1u) << "'fast'";
    EXPECT_THAT(import->report.problems[0].text(),
                AllOf(HasSubstr("capture.xml:27:1: "), HasSubstr("'fast' is not a value of 'mill/Sspeed'")));
    EXPECT_EQ(imported(*import), Live::of(*import, documents));
    std::vector<std::string> topics;
    for (const LogChannel& channel : import->channels)
        topics.push_back(std::format("{} {} {}", channel.topic, static_cast<int>(channel.type), channel.unit));
    EXPECT_THAT(topics,
                ::testing::UnorderedElementsAre("mill/Sspeed 0 /min", "mill/execution 3 ", "mill/count 0 ", "mill/servo 3 ",
                                                "mill/servo/code 3 ", "mill/servo/text 3 ", "mill/pos/x 0 mm", "mill/pos/y 0 mm",
                                                "mill/pos/z 0 mm", "mill/vars/100 0 ", "mill/vars/101 0 "));
}

TEST(MtconnectImport, TellsWhatItIsWithoutTheDevices) {
    const auto import = importText(
        streams(value("pos", 1, 1, "UNAVAILABLE") + value("x1", 1, 2, "5", "name=\"Xabs\"") + value("never", 1, 3, "UNAVAILABLE")) +
            streams(value("pos", 2, 4, "1 2 3") + value("x1", 2, 5, "6", "name=\"Xabs\"")),
        "c.xml");
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(numberOf(of(*import, "mill/Xabs").at(1)), 6);
    const auto y = of(*import, "mill/pos/y");
    ASSERT_EQ(y.size(), 2u);
    EXPECT_EQ(y[0].quality, Quality::Bad);
    EXPECT_EQ(numberOf(y[1]), 2);
    EXPECT_EQ(of(*import, "mill/never").at(0).quality, Quality::Bad);
}

TEST(MtconnectImport, TakesWhatAnswersRepeatOnce) {
    const std::string current = streams(value("speed", 1, 5, "1"), condition("Fault", 1, 9, "b") + condition("Fault", 1, 8, "a"));
    const auto import =
        importText(current + current + streams(value("speed", 1, 5, "1") + value("speed", 2, 10, "2")) +
                       streams(value("speed", 3, 1, "3"), "", 2, 8),
                   "c.xml", mappingOf("[columns.\"mill/speed\"]\nunit = \"/min\"\n[columns.\"mill/servo/text\"]\nignore = true\n"));
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(of(*import, "mill/speed").size(), 3u) << "an agent that began anew counts anew";
    EXPECT_EQ(of(*import, "mill/servo").size(), 2u) << "two of one item in one document";
    EXPECT_EQ(import->channels[0].unit, "/min");
    EXPECT_EQ(import->report.rows, 9u);
    EXPECT_TRUE(of(*import, "mill/servo/text").empty());
}

TEST(MtconnectImport, SaysWhatIsWrongAndWhere) {
    const std::string good = streams(value("speed", 1, 1, "1"));
    const auto import =
        importText(good + "<MTConnectError><Errors><Error errorCode=\"OUT_OF_RANGE\">too old</Error></Errors></MTConnectError>\n" +
                       "<MTConnectStreams><Streams></Wrong></MTConnectStreams>\n" +
                       streams("<Any timestamp=\"x\"/><Any dataItemId=\"a\"/>" + value("curve", 1, 2, "1 2", "sampleCount=\"2\"")) +
                       good.substr(0, good.size() - 30),
                   "c.xml");
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_EQ(import->report.samples, 1u);
    std::vector<std::string> problems;
    for (const Error& problem : import->report.problems) problems.push_back(problem.text());
    EXPECT_THAT(problems,
                ElementsAre(HasSubstr("c.xml:4:1: the agent says: too old (OUT_OF_RANGE)"),
                            HasSubstr("c.xml:5:1: the answer is no XML"), AllOf(HasSubstr("c.xml:8:"), HasSubstr("time series")),
                            HasSubstr("holds 2 observations without"), HasSubstr("the file ends before this document does")));
    EXPECT_EQ(import->report.unparsable, 6u);
    const auto refusal = [](std::string_view text) {
        const auto read = importText(text, "c.xml");
        return read ? "read" : read.error().text();
    };
    EXPECT_THAT(refusal(devices), HasSubstr("holds no MTConnectStreams document"));
    EXPECT_THAT(refusal("<MTConnectStreams>"), HasSubstr("the file ends before"));
    EXPECT_THAT(refusal("<MTConnect"), HasSubstr("the file ends before"));
    EXPECT_THAT(refusal("<MTConnectStreams/>"), HasSubstr("the file ends before"));
    EXPECT_THAT(refusal("<x>:MTConnect</x>"), HasSubstr("holds no document of MTConnect"));
}

TEST(MtconnectImport, TakesTheDevicesFromAFileBesideIt) {
    const Folder folder;
    writeText(folder / "probe.xml", devices);
    writeText(folder / "sample.xml", streams(value("speed", 1, 1, "UNAVAILABLE")));
    const auto report = convertLogs({folder / "sample.xml", folder / "probe.xml"}, folder / "out.mcap");
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->inputs.size(), 1u);
    const auto info = logInfo(folder / "out.mcap");
    ASSERT_TRUE(info) << info.error().text();
    EXPECT_EQ(info->topics.at(0).topic, "mill/Sspeed");
    EXPECT_EQ(info->topics[0].type, ValueType::Float);
    EXPECT_EQ(info->topics[0].unit, "/min");
    EXPECT_THAT(convertLogs({folder / "probe.xml"}, folder / "none.mcap").error().text(), HasSubstr("describes devices"));
}

// --- a real machine

/// SHDR lines as an agent would tell of them, 500 a document.
std::vector<std::string> documentsOf(std::string_view lines, const std::map<std::string, std::string>& ids) {
    std::vector<std::string> documents;
    std::string samples;
    int sequence = 0;
    int inDocument = 0;
    const auto close = [&] {
        documents.push_back(
            std::format("<MTConnectStreams><Header instanceId=\"1\" nextSequence=\"{}\"/><Streams><DeviceStream name=\"Mazak01\">"
                        "<ComponentStream>{}</ComponentStream></DeviceStream></Streams></MTConnectStreams>",
                        sequence + 1, samples));
        samples.clear();
        inDocument = 0;
    };
    while (!lines.empty()) {
        std::vector<std::string> fields;
        std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        for (; !line.empty(); line.remove_prefix(std::min(line.find('|'), line.size() - 1) + 1))
            fields.emplace_back(line.substr(0, line.find('|')));
        if (fields.size() < 3 || !ids.contains(fields[1])) continue;
        std::string text;
        for (const char character : fields[2])
            text += character == '<' ? "&lt;" : character == '&' ? "&amp;" : std::string{character};
        const bool fault = fields[1].ends_with("cond");
        const std::string element = !fault                                 ? "Any"
                                    : text == "NORMAL" || text == "Normal" ? "Normal"
                                    : text == "UNAVAILABLE"                ? "Unavailable"
                                                                           : "Fault";
        samples += std::format("<{0}><{1} dataItemId=\"{2}\" timestamp=\"{3}\" sequence=\"{4}\" nativeCode=\"{5}\">{6}</{1}></{0}>",
                               fault ? "Condition" : "Events", element, ids.at(fields[1]), fields[0], ++sequence,
                               fault && fields.size() > 3 ? "7" : "", fault ? "text" : text);
        if (++inDocument == 500) close();
    }
    close();
    return documents;
}

TEST(MtconnectImport, ARealMachineIsConvertedAsItIsFollowed) {
    const auto shop = millwright::test::sourceFolder() / "../shared/data/sensor/nist_sms_mazak_daily";
    if (!std::filesystem::exists(shop)) GTEST_SKIP() << "missing " << shop;
    const auto textOf = [](const std::filesystem::path& path) {
        const auto bytes = bytesOf(path);
        return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    };
    const std::string probe = textOf(shop / "mtconnect/agent/Devices.xml");
    std::string copy = probe;
    const auto answer = mtconnect::readDocument(copy, [](const auto&, const auto&) {});
    ASSERT_TRUE(answer) << answer.error().text();
    std::map<std::string, std::string> ids;
    for (const auto& item : answer->items)
        if (item.device[0] == "Mazak01" && !item.name.empty()) ids.try_emplace(item.name, item.id);
    const std::string raw = textOf(shop / "raw/Mazak01/Mazak01-20161020-20161021.txt");
    std::vector<std::string> documents = documentsOf(std::string_view{raw}.substr(0, 2'000'000), ids);
    ASSERT_GT(documents.size(), 10u);

    Mapping mapping;
    mapping.devices = {shop / "mtconnect/agent/Devices.xml"};
    const auto import = importText(parts(documents), "mazak.xml", mapping);
    ASSERT_TRUE(import) << import.error().text();
    EXPECT_GT(import->report.samples, 10'000u);
    EXPECT_GT(import->channels.size(), 20u);
    documents.insert(documents.begin(), probe);
    EXPECT_EQ(imported(*import), Live::of(*import, documents));
    const auto position = std::ranges::find(import->channels, "Mazak01/Xabs", &LogChannel::topic);
    ASSERT_NE(position, import->channels.end());
    EXPECT_EQ(position->unit, "mm");
}

} // namespace
} // namespace millwright::telemetry
