// What the specification asks of a host, message by message. docs/sparkplug.md maps its assertions to these tests.
#include "sparkplug_fixture.hpp"
#include "telemetry/sparkplug/payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace millwright::telemetry::sparkplug {
namespace {

TEST(SparkplugHost, BirthsGiveValuesAndDataFollowsByAlias) {
    Line line;
    line.nodeBirth();
    line.deviceBirth(1);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_EQ(line.speed(), 1);
    line.now = at(100);
    line.nodeData(2, 7.5);
    line.deviceData(3, 6.25);
    EXPECT_EQ(line.speed(), 7.5);
    EXPECT_EQ(line.sink.last("G/E/Speed")->time, at(100));
    EXPECT_EQ(line.sink.last("G/E/D/Level")->value.number, 6.25);
    EXPECT_EQ(line.sink.last("G/E/D/Level")->quality, Quality::Good);
    EXPECT_TRUE(line.sink.published.empty());
    const NodeStatus status = line.host.nodes().at(0);
    EXPECT_EQ(status.devicesOnline, 1u);
    EXPECT_EQ(status.metrics, 4u);
}

TEST(SparkplugHost, SequenceNumbersWrapAfter255) {
    Line line;
    line.nodeBirth(0, 250);
    for (int i = 1; i <= 600; ++i) line.nodeData(static_cast<std::uint8_t>(250 + i), i);
    EXPECT_EQ(line.speed(), 600);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_EQ(line.host.counters().dropped, 0u);
}

TEST(SparkplugHost, NodeDeathMakesNodeAndDevicesStaleAtTheTimeOfReceipt) {
    Line line;
    line.nodeBirth(3);
    line.deviceBirth(1);
    line.now = at(500);
    line.nodeDeath(3);
    EXPECT_EQ(line.state(), NodeState::Offline);
    for (const char* path : {"G/E/Speed", "G/E/D/Level"}) {
        EXPECT_EQ(line.quality(path), Quality::Stale) << path;
        EXPECT_EQ(line.sink.last(path)->time, at(500)) << path;
    }
    EXPECT_EQ(line.speed(), 1) << "the value is the last one known";
    EXPECT_EQ(line.host.nodes().at(0).devicesOnline, 0u);
    const auto stale = line.host.counters().stale;
    line.nodeDeath(3);
    EXPECT_EQ(line.host.counters().stale, stale) << "dead already";
}

TEST(SparkplugHost, DeathOfAnEarlierSessionIsIgnored) {
    Line line;
    line.nodeBirth(4);
    line.nodeDeath(3);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Good);
    EXPECT_EQ(line.host.counters().staleDeaths, 1u);
}

TEST(SparkplugHost, DeviceDeathMakesItsMetricsStaleAtThePayloadTime) {
    Line line;
    line.nodeBirth();
    line.deviceBirth(1);
    line.now = at(300);
    line.payload.clear().timestamp(at(250)).sequence(2);
    line.send("DDEATH", true);
    EXPECT_EQ(line.quality("G/E/D/Level"), Quality::Stale);
    EXPECT_EQ(line.sink.last("G/E/D/Level")->time, at(250));
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Good);
    EXPECT_EQ(line.host.nodes().at(0).devicesOnline, 0u);
}

TEST(SparkplugHost, DeathIsNotPutBeforeTheLastValueOfAClockThatIsAhead) {
    Line line;
    line.nodeBirth();
    line.payload.clear().metric({.alias = 1, .time = at(3'600'000), .declare = false}, Value::of(9.0)).sequence(1);
    line.send("NDATA");
    line.now = at(1000);
    line.nodeDeath(0);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
    EXPECT_EQ(line.sink.last("G/E/Speed")->time, at(3'600'000));
}

TEST(SparkplugHost, NewNodeBirthLeavesDevicesStaleUntilTheirs) {
    Line line;
    line.nodeBirth(0);
    line.deviceBirth(1);
    line.now = at(10);
    line.nodeBirth(1);
    EXPECT_EQ(line.quality("G/E/D/Level"), Quality::Stale);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Good);
    line.deviceBirth(1, 8);
    EXPECT_EQ(line.quality("G/E/D/Level"), Quality::Good);
    EXPECT_EQ(line.sink.bindings, 4u) << "a birth again asks for nothing again";
}

TEST(SparkplugHost, MetricMissingFromTheNextBirthIsStaleAndItsAliasUnknown) {
    Line line;
    line.nodeBirth(0);
    line.now = at(10);
    line.payload.clear()
        .timestamp(line.now)
        .metric({.name = "bdSeq", .type = DataType::Int64}, Value::of(std::int64_t{0}))
        .sequence(0);
    line.send("NBIRTH");
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
    line.nodeData(1, 3);
    EXPECT_EQ(line.host.counters().unknown, 1u);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
}

TEST(SparkplugHost, DataBeforeABirthAsksForOneInTheWordsOfTheSpecification) {
    Line line;
    line.nodeData(17, 3);
    ASSERT_EQ(line.sink.published.size(), 1u);
    const auto& request = line.sink.published[0];
    EXPECT_EQ(request.topic, "spBv1.0/G/NCMD/E");
    EXPECT_EQ(request.qos, 0);
    EXPECT_FALSE(request.retain);
    PayloadFields payload;
    ASSERT_TRUE(readPayload(request.payload, payload));
    EXPECT_FALSE(payload.sequence) << "commands have no sequence number";
    EXPECT_EQ(payload.timestamp, static_cast<std::uint64_t>(nanoseconds(at(0)) / 1'000'000));
    MetricReader metrics{request.payload};
    MetricFields metric;
    ASSERT_TRUE(metrics.next(metric));
    EXPECT_EQ(metric.name, "Node Control/Rebirth");
    EXPECT_FALSE(metric.hasAlias);
    EXPECT_EQ(metric.datatype, static_cast<std::uint64_t>(DataType::Boolean));
    EXPECT_EQ(metric.value.carrier, Carrier::Boolean);
    EXPECT_EQ(metric.value.bits, 1u);
    EXPECT_FALSE(metrics.next(metric));
    EXPECT_EQ(line.host.counters().dropped, 1u);
}

TEST(SparkplugHost, UnknownAliasAsksForABirthAndAppliesTheRest) {
    Line line;
    line.nodeBirth();
    line.payload.clear().timestamp(line.now).metric({.alias = 99, .declare = false}, Value::of(1.0));
    line.payload.metric({.alias = 1, .declare = false}, Value::of(4.0)).sequence(1);
    line.send("NDATA");
    EXPECT_EQ(line.speed(), 4);
    EXPECT_EQ(line.host.counters().unknown, 1u);
    EXPECT_EQ(line.sink.published.size(), 1u);
    EXPECT_EQ(line.state(), NodeState::Online);
}

TEST(SparkplugHost, AliasOfAnotherDeviceIsUnknown) {
    Line line;
    line.nodeBirth();
    line.deviceBirth(1);
    line.nodeData(2, 3, 2); // the device's alias in the node's data
    EXPECT_EQ(line.host.counters().unknown, 1u);
    EXPECT_EQ(line.sink.last("G/E/D/Level")->value.number, 5);
}

TEST(SparkplugHost, RebirthLoopsAreThrottledEverMore) {
    HostOptions options;
    options.rebirthCooldown = std::chrono::seconds{1};
    Line line{options};
    std::vector<int> asked;
    for (int second = 0; second < 300; ++second) { // a node that answers each request and never gets better
        line.nodeBirth();
        line.nodeData(1, 2, 99);
        if (line.host.counters().rebirthRequests > asked.size()) asked.push_back(second);
        line.advance(1000);
        if (line.host.counters().rebirthRequests > asked.size()) asked.push_back(second + 1);
    }
    // The pause doubles six times, then stays 64 times the first.
    EXPECT_EQ(asked, (std::vector<int>{0, 1, 3, 7, 15, 31, 63, 127, 191, 255}));
}

TEST(SparkplugHost, UnansweredRebirthIsAskedForAgainAndMakesTheNodeStale) {
    HostOptions options;
    options.rebirthCooldown = std::chrono::seconds{5};
    Line line{options};
    line.nodeBirth();
    line.nodeData(5, 3);
    line.advance(2000);
    EXPECT_EQ(line.state(), NodeState::AwaitingBirth);
    EXPECT_EQ(line.host.counters().rebirthRequests, 1u);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Good);
    ASSERT_TRUE(line.host.deadline());
    EXPECT_EQ(*line.host.deadline(), at(7000));
    line.advance(5000);
    EXPECT_EQ(line.host.counters().rebirthRequests, 2u);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
    line.nodeBirth(0, 0, 6);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Good);
    line.advance(60'000);
    EXPECT_EQ(line.host.counters().rebirthRequests, 2u);
    EXPECT_FALSE(line.host.deadline());
}

TEST(SparkplugHost, EarlyMessagesWaitForTheMissingOne) {
    Line line;
    line.nodeBirth();
    line.now = at(10);
    line.nodeData(3, 30);
    line.nodeData(2, 20);
    EXPECT_EQ(line.state(), NodeState::Reordering);
    EXPECT_EQ(line.speed(), 1);
    EXPECT_EQ(*line.host.deadline(), at(2010));
    line.advance(1000); // half of the timeout: no rebirth
    line.nodeData(1, 10);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_EQ(line.sink.numbers("G/E/Speed"), (std::vector<double>{1, 10, 20, 30}));
    EXPECT_EQ(line.host.counters().reordered, 2u);
    line.advance(10'000);
    EXPECT_TRUE(line.sink.published.empty());
}

TEST(SparkplugHost, MissingMessageIsGivenUpAfterTheTimeout) {
    Line line;
    line.nodeBirth();
    line.nodeData(2, 20);
    line.advance(1999);
    EXPECT_TRUE(line.sink.published.empty());
    line.advance(1);
    EXPECT_EQ(line.sink.published.size(), 1u);
    EXPECT_EQ(line.state(), NodeState::AwaitingBirth);
    EXPECT_EQ(line.host.counters().gaps, 1u);
    line.nodeData(3, 30);
    EXPECT_EQ(line.speed(), 1);
    EXPECT_EQ(line.host.counters().dropped, 2u);
    line.nodeBirth(0, 0, 40);
    line.nodeData(1, 41);
    EXPECT_EQ(line.speed(), 41);
    EXPECT_EQ(line.state(), NodeState::Online);
}

TEST(SparkplugHost, WithoutAReorderTimeoutAGapAsksAtOnce) {
    HostOptions options;
    options.reorderTimeout = {};
    Line line{options};
    line.nodeBirth();
    line.nodeData(2, 20);
    EXPECT_EQ(line.sink.published.size(), 1u);
}

TEST(SparkplugHost, DeviceBirthThatOvertookTheNodesIsKept) {
    Line line;
    line.nodeBirth(0);
    for (int i = 1; i <= 9; ++i) line.nodeData(static_cast<std::uint8_t>(i), i);
    line.now = at(100);
    line.deviceBirth(1, 77); // of the next session, seq 1, before its NBIRTH
    line.nodeBirth(1);
    EXPECT_EQ(line.sink.last("G/E/D/Level")->value.number, 77);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_TRUE(line.sink.published.empty());
}

TEST(SparkplugHost, DuplicatesAreIgnored) {
    Line line;
    line.nodeBirth();
    line.now = at(1);
    line.nodeData(1, 10);
    line.nodeData(1, 10);
    line.nodeData(3, 30);
    line.nodeData(3, 30);
    line.now = at(2);
    line.nodeData(2, 20);
    EXPECT_EQ(line.host.counters().duplicates, 2u);
    EXPECT_EQ(line.sink.numbers("G/E/Speed"), (std::vector<double>{1, 10, 20, 30}));
    EXPECT_EQ(line.host.counters().samples, 6u) << "with bdSeq and Node Control/Rebirth of the birth";
    EXPECT_EQ(line.state(), NodeState::Online);
    line.advance(60'000);
    EXPECT_TRUE(line.sink.published.empty());
}

TEST(SparkplugHost, ALossOf255MessagesIsNoDuplicate) {
    Line line;
    line.nodeBirth();
    line.nodeData(1, 10);
    line.now = at(5000);
    line.nodeData(1, 11); // 256 later
    EXPECT_EQ(line.state(), NodeState::Reordering);
    line.advance(2000);
    EXPECT_EQ(line.sink.published.size(), 1u);
}

TEST(SparkplugHost, ClockThatGoesBackDelaysNothingForHours) {
    Line line;
    line.nodeBirth();
    line.nodeData(2, 20);
    line.advance(-3'600'000);
    line.advance(2000);
    EXPECT_EQ(line.sink.published.size(), 1u);
    line.advance(-3'600'000);
    line.advance(10'000);
    EXPECT_EQ(line.sink.published.size(), 2u) << "the cool-down, too, starts over";
}

TEST(SparkplugHost, AnyMessageAfterTheClockWentBackBringsTheDeadlineNear) {
    Line line;
    line.nodeBirth();
    line.nodeBirth(0, 0, 1, "F");
    line.nodeData(2, 20);
    line.now = at(-3'600'000);
    line.nodeData(1, 1, 1, "F");
    EXPECT_EQ(line.host.deadline(), at(-3'600'000 + 2000));
}

TEST(SparkplugHost, AliasGivenUpWithinOneBirthIsUnknown) {
    Line line;
    line.payload.clear().timestamp(line.now).metric({.name = "Speed", .alias = 20'000}, Value::of(1.0));
    line.payload.metric({.name = "Speed", .alias = 2}, Value::of(2.0)).sequence(0);
    line.send("NBIRTH");
    line.nodeData(1, 3, 20'000);
    EXPECT_EQ(line.host.counters().unknown, 1u);
    line.nodeData(2, 4, 2);
    EXPECT_EQ(line.speed(), 4);
}

TEST(SparkplugHost, DevicesBeyondTheLimitAreLeftOut) {
    HostOptions options;
    options.maximumDevices = 1;
    Line line{options};
    line.nodeBirth();
    line.deviceBirth(1);
    line.payload.clear().timestamp(line.now).metric({.name = "Level", .alias = 3}, Value::of(1.0)).sequence(2);
    line.host.receive("spBv1.0/G/DBIRTH/E/D2", line.payload.bytes(), line.now);
    EXPECT_EQ(line.host.counters().overLimit, 1u);
    line.payload.clear().timestamp(line.now).metric({.alias = 3, .declare = false}, Value::of(1.0)).sequence(3);
    line.host.receive("spBv1.0/G/DDATA/E/D2", line.payload.bytes(), line.now);
    EXPECT_EQ(line.host.nodes().at(0).devicesOnline, 1u);
    EXPECT_EQ(line.state(), NodeState::Online);
    EXPECT_TRUE(line.sink.published.empty()) << "another birth would help nothing";
}

TEST(SparkplugHost, GarbageIsCountedAndChangesNothing) {
    Line line;
    line.nodeBirth();
    const std::string garbage = "\xff\xff\xff not protobuf";
    line.host.receive("spBv1.0/G/NDATA/E", std::as_bytes(std::span{garbage}), line.now);
    line.host.receive("spBv1.0/G/NDATA", {}, line.now);
    line.host.receive("spBv1.0/G/XDATA/E", {}, line.now);
    line.host.receive("spBv1.0/G/DDATA/E", {}, line.now);
    line.host.receive("spBv1.0/G/NDATA/E/D/more", {}, line.now);
    line.host.receive("other/topic", {}, line.now);
    EXPECT_EQ(line.host.counters().malformed, 1u);
    EXPECT_EQ(line.host.counters().messages, 6u);
    line.nodeData(1, 2);
    EXPECT_EQ(line.speed(), 2);
    // A metric cut short spoils its whole message.
    line.payload.clear().timestamp(line.now).metric({.alias = 1, .declare = false}, Value::of(9.0)).sequence(2);
    std::vector<std::byte> bytes{line.payload.bytes().begin(), line.payload.bytes().end()};
    for (const std::byte b : {std::byte{0x12}, std::byte{2}, std::byte{0x69}, std::byte{0}}) bytes.push_back(b);
    line.host.receive("spBv1.0/G/NDATA/E", bytes, line.now);
    EXPECT_EQ(line.speed(), 2);
    EXPECT_EQ(line.host.counters().malformed, 2u);
}

TEST(SparkplugHost, LimitsHold) {
    HostOptions options;
    options.maximumEdgeNodes = 1;
    options.maximumMetrics = 2;
    options.maximumPayloadBytes = 200;
    options.maximumReorderBytes = 40;
    Line line{options};
    line.nodeBirth();
    EXPECT_EQ(line.sink.last("G/E/Speed"), nullptr) << "the third metric";
    EXPECT_EQ(line.host.counters().overLimit, 1u);
    line.nodeBirth(0, 0, 1, "F");
    EXPECT_EQ(line.host.counters().overLimit, 2u);
    const std::vector<std::byte> large(201);
    line.host.receive("spBv1.0/G/NDATA/E", large, line.now);
    EXPECT_EQ(line.host.counters().overLimit, 3u);
    line.nodeData(2, 1);
    EXPECT_EQ(line.state(), NodeState::Reordering);
    line.nodeData(3, 1);
    EXPECT_EQ(line.state(), NodeState::AwaitingBirth) << "no room to hold the second back";
}

TEST(SparkplugHost, EdgeNodesAreApart) {
    Line line;
    line.nodeBirth(0, 0, 1, "E");
    line.nodeBirth(0, 7, 2, "e");
    line.nodeData(1, 10, 1, "E");
    line.nodeData(8, 20, 1, "e");
    EXPECT_EQ(line.sink.last("G/E/Speed")->value.number, 10);
    EXPECT_EQ(line.sink.last("G/e/Speed")->value.number, 20);
    line.nodeDeath(0);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
    EXPECT_EQ(line.quality("G/e/Speed"), Quality::Good);
}

HostOptions primary() {
    HostOptions options;
    options.hostId = "Twin1";
    options.primary = true;
    return options;
}

std::string stateText(bool online, std::int64_t millisecondsAfterStart) {
    return std::string{"{\"online\":"} + (online ? "true" : "false") +
           ",\"timestamp\":" + std::to_string(1'767'225'600'000 + millisecondsAfterStart) + "}";
}

TEST(SparkplugState, WillAndBirthShareTopicTimeQosAndRetain) {
    Line line{primary()};
    const Publication will = line.host.will(at(5));
    EXPECT_EQ(will.topic, "spBv1.0/STATE/Twin1");
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(will.payload.data()), will.payload.size()), stateText(false, 5));
    EXPECT_EQ(will.qos, 1);
    EXPECT_TRUE(will.retain);
    line.host.connected(at(90));
    ASSERT_EQ(line.sink.published.size(), 1u);
    const auto& birth = line.sink.published[0];
    EXPECT_EQ(birth.topic, "spBv1.0/STATE/Twin1");
    EXPECT_EQ(birth.text(), stateText(true, 5));
    EXPECT_EQ(birth.qos, 1);
    EXPECT_TRUE(birth.retain);
}

TEST(SparkplugState, SubscribesToSparkplugAndItsOwnState) {
    const auto filters = Line{primary()}.host.subscriptions();
    ASSERT_EQ(filters.size(), 2u);
    EXPECT_EQ(filters[0].topic, "spBv1.0/#");
    EXPECT_EQ(filters[1].topic, "spBv1.0/STATE/Twin1");
    EXPECT_EQ(filters[1].qos, 1);
}

TEST(SparkplugState, SaysAgainThatItIsOnlineWhenSomebodySaysOtherwise) {
    Line line{primary()};
    const std::string offline = stateText(false, 0);
    const auto say = [&](std::string_view topic, std::string_view text) {
        line.host.receive(topic, std::as_bytes(std::span{text}), line.now);
    };
    (void)line.host.will(at(5));
    say("spBv1.0/STATE/Twin1", offline); // retained, before our birth
    EXPECT_TRUE(line.sink.published.empty());
    line.host.connected(at(6));
    say("spBv1.0/STATE/Twin1", stateText(true, 5));
    say("spBv1.0/STATE/Other", offline);
    EXPECT_EQ(line.sink.published.size(), 1u);
    say("spBv1.0/STATE/Twin1", offline);
    ASSERT_EQ(line.sink.published.size(), 2u);
    EXPECT_EQ(line.sink.published[1].text(), stateText(true, 5));
    say("spBv1.0/STATE/Twin1", "OFFLINE");
    EXPECT_EQ(line.host.counters().malformed, 1u);
    line.host.closing(at(70));
    ASSERT_EQ(line.sink.published.size(), 3u);
    EXPECT_EQ(line.sink.published[2].text(), stateText(false, 70));
    EXPECT_EQ(line.sink.published[2].qos, 1);
    EXPECT_TRUE(line.sink.published[2].retain);
    say("spBv1.0/STATE/Twin1", stateText(false, 70));
    EXPECT_EQ(line.sink.published.size(), 3u) << "what it said itself on leaving";
}

TEST(SparkplugState, AnObserverPublishesNoState) {
    Line line;
    line.host.connected(at(0));
    line.host.closing(at(1));
    EXPECT_TRUE(line.sink.published.empty());
}

TEST(SparkplugState, LostConnectionMakesAllStaleAndTheNextAsksForBirths) {
    Line line{primary()};
    line.host.connected(at(0));
    line.nodeBirth();
    line.deviceBirth(1);
    line.now = at(1000);
    line.host.disconnected(line.now);
    EXPECT_EQ(line.quality("G/E/Speed"), Quality::Stale);
    EXPECT_EQ(line.quality("G/E/D/Level"), Quality::Stale);
    EXPECT_EQ(line.state(), NodeState::Unknown);
    (void)line.host.will(at(2000));
    line.host.connected(at(2001));
    ASSERT_EQ(line.sink.published.size(), 3u);
    EXPECT_EQ(line.sink.published[1].text(), stateText(true, 2000)) << "a new connection, a new time";
    EXPECT_EQ(line.sink.published[2].topic, "spBv1.0/G/NCMD/E");
}

} // namespace
} // namespace millwright::telemetry::sparkplug
