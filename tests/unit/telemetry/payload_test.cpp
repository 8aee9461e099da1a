#include <millwright/telemetry/payload.hpp>

#include <gmock/gmock.h>

#include <cmath>

namespace millwright::telemetry {
namespace {

using ::testing::ElementsAre;

constexpr Time received = timeFromNanoseconds(1'800'000'000'000'000'000);

struct Decoding {
    PayloadDecoder decoder;
    StringTable strings;
    std::vector<Sample> samples;

    explicit Decoding(ValueType type, std::vector<std::string> value = {}, PayloadFormat format = {})
        : decoder{{{SignalIndex{0}, type, "t", std::move(value)}}, std::move(format)} {}
    /// The one sample of a payload; quality Stale and no signal when it has none.
    Sample operator()(std::string_view payload) {
        samples.clear();
        decoder.decode("t", payload, received, strings, samples);
        return samples.size() == 1 ? samples[0] : Sample{{}, {}, noSignal, ValueType::Float, Quality::Stale};
    }
};

TEST(Payload, ReadsNumbersBareAndInObjects) {
    Decoding read{ValueType::Float};
    EXPECT_EQ(read("12.5").value.number, 12.5);
    EXPECT_EQ(read(" -3e2\n").value.number, -300);
    EXPECT_EQ(read(R"({"value":1.25,"other":[1,2]})").value.number, 1.25);
    EXPECT_EQ(read(R"("7.5")").value.number, 7.5);
    EXPECT_EQ(read("true").value.number, 1);
    EXPECT_EQ(read("5").time, received);
    EXPECT_EQ(read(R"({"value":2,"quality":"uncertain"})").quality, Quality::Uncertain);
    EXPECT_EQ(read("null").quality, Quality::Bad);
    EXPECT_EQ(read.decoder.counters().rejected, 0u);
}

TEST(Payload, RejectsWhatIsNoNumber) {
    Decoding read{ValueType::Float};
    for (const std::string_view bad : {"", "12abc", "{", "[", "abc", "\"abc\"", "{\"value\":}", "{\"value\":{}}", "1 2", "--1"})
        EXPECT_EQ(read(bad).signal, noSignal) << bad;
    EXPECT_EQ(read.decoder.counters().rejected, 10u);
    EXPECT_EQ(read.decoder.counters().samples, 0u);
}

TEST(Payload, ReadsTexts) {
    Decoding read{ValueType::String};
    const auto text = [&](std::string_view payload) { return read.strings.text(read(payload).value.string); };
    EXPECT_EQ(text("Execute"), "Execute");
    EXPECT_EQ(text("\"Held\""), "Held");
    EXPECT_EQ(text(R"("a\"b")"), "a\"b");
    EXPECT_EQ(text("실행 중"), "실행 중");
    EXPECT_EQ(text("12.50"), "12.50") << "as it was sent";
    EXPECT_EQ(read("\xFF\xFE").signal, noSignal) << "no UTF-8";
    EXPECT_EQ(read("\xED\xA0\x80").signal, noSignal) << "half of a UTF-16 pair";
    EXPECT_EQ(read(R"("a\u0007")").signal, noSignal) << "a control character, escaped";
    EXPECT_EQ(read(std::string_view{"a\0b", 3}).signal, noSignal) << "a control character";
    EXPECT_EQ(read(std::string(4096 + 1, 'x')).signal, noSignal);
}

TEST(Payload, FollowsPointersToValueTimeAndQuality) {
    Decoding read{ValueType::Integer, {"d", "1", "n"}, {.time = {"ts"}, .quality = {"q"}, .timeUnit = TimeUnit::Milliseconds}};
    const Sample sample = read(R"({"ts":1700000000123,"q":64,"d":[0,{"n":42}]})");
    EXPECT_EQ(sample.value.integer, 42);
    EXPECT_EQ(nanoseconds(sample.time), 1'700'000'000'123'000'000);
    EXPECT_EQ(sample.quality, Quality::Uncertain);
    EXPECT_EQ(nanoseconds(read(R"({"ts":"2026-01-02T03:04:05.5Z","d":[0,{"n":1}]})").time), 1'767'323'045'500'000'000);
    EXPECT_EQ(read(R"({"ts":"yesterday","d":[0,{"n":1}]})").time, received);
    EXPECT_EQ(read(R"({"ts":-1,"d":[0,{"n":1}]})").time, received);
    EXPECT_EQ(read(R"({"ts":"1950-01-01T00:00:00Z","d":[0,{"n":1}]})").time, received);
    EXPECT_EQ(read(R"({"ts":99999999999999999,"d":[0,{"n":1}]})").time, received);
    EXPECT_EQ(read(R"({"q":"BAD","d":[0,{"n":1}]})").quality, Quality::Bad);
    EXPECT_EQ(read(R"({"ts":1,"d":[]})").signal, noSignal) << "not there";
    EXPECT_EQ(read.decoder.counters().rejected, 0u) << "which is no fault";
}

TEST(Payload, NumbersInStringsLeaveTheTableAlone) {
    Decoding read{ValueType::Float};
    EXPECT_EQ(read(R"("12.5")").value.number, 12.5);
    EXPECT_EQ(read(R"("no number")").signal, noSignal);
    EXPECT_EQ(read.strings.size(), 0u);
}

TEST(Payload, ReadsAllSignalsOfADocument) {
    std::vector<PayloadAddress> addresses;
    const std::vector<std::vector<std::string>> places{{"v", "b"}, {"v", "a"}, {"v", "list", "1"}, {"v", "a"}, {"w"}, {"v", "b", "deep"}};
    for (std::size_t i = 0; i < places.size(); ++i)
        addresses.push_back({static_cast<SignalIndex>(i), ValueType::Float, "t", places[i]});
    PayloadDecoder decoder{std::move(addresses), {}};
    StringTable strings;
    std::vector<Sample> samples;
    decoder.decode("t", R"({"v":{"a":1,"b":2,"list":[3,4],"a":9},"x":0})", received, strings, samples);
    std::vector<std::pair<std::size_t, double>> read;
    for (const Sample& sample : samples) read.emplace_back(index(sample.signal), sample.value.number);
    EXPECT_THAT(read, ElementsAre(std::pair{0u, 2.0}, std::pair{1u, 1.0}, std::pair{2u, 4.0}, std::pair{3u, 1.0}));
    EXPECT_EQ(decoder.counters().rejected, 0u);
}

TEST(Payload, CountsTopicsThatNobodyAskedFor) {
    Decoding read{ValueType::Float};
    read.decoder.decode("other", "1", received, read.strings, read.samples);
    EXPECT_EQ(read.decoder.counters().unmatched, 1u);
}

TEST(Payload, SplitsPointers) {
    EXPECT_THAT(pointerNames(""), ElementsAre());
    EXPECT_THAT(pointerNames("/a/b~1c/~0/"), ElementsAre("a", "b/c", "~", ""));
}

} // namespace
} // namespace millwright::telemetry
