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
    EXPECT_EQ(read("\xFF\xFE").signal, noSignal) << "no UTF-8";
    EXPECT_EQ(read(std::string_view{"a\0b", 3}).signal, noSignal) << "a control character";
    EXPECT_EQ(read(std::string(PayloadDecoder::maximumText + 1, 'x')).signal, noSignal);
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
    EXPECT_EQ(read(R"({"ts":99999999999999999,"d":[0,{"n":1}]})").time, received);
    EXPECT_EQ(read(R"({"q":"BAD","d":[0,{"n":1}]})").quality, Quality::Bad);
    EXPECT_EQ(read(R"({"ts":1,"d":[]})").signal, noSignal) << "not there";
    EXPECT_EQ(read.decoder.counters().rejected, 0u) << "which is no fault";
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
