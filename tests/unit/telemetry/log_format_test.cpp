// The example of docs/log-format.md is what the program reads and writes.
#include "support/folders.hpp"
#include "telemetry/encoding/columns.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace millwright::telemetry {
namespace {

std::vector<std::byte> exampleBytes() {
    std::ifstream file{millwright::test::sourceFolder() / "docs" / "log-format.md"};
    std::vector<std::byte> bytes;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("```")) {
            inside = line == "```hex";
            continue;
        }
        if (!inside) continue;
        std::istringstream words{line.substr(0, line.find('#'))};
        for (std::string word; words >> word;) bytes.push_back(static_cast<std::byte>(std::stoul(word, nullptr, 16)));
    }
    return bytes;
}

std::vector<Sample> exampleSamples() {
    const auto at = [](std::int64_t tick) { return timeFromNanoseconds(1'767'225'600'000'000'000 + tick * 100'000'000); };
    return {{at(0), Value::of(21.5), SignalIndex{0}, ValueType::Float, Quality::Good},
            {at(0), Value::of(true), SignalIndex{1}, ValueType::Boolean, Quality::Good},
            {at(1), Value::of(21.6), SignalIndex{0}, ValueType::Float, Quality::Good},
            {at(2), Value::of(21.4), SignalIndex{0}, ValueType::Float, Quality::Bad},
            {at(2), Value::of(false), SignalIndex{1}, ValueType::Boolean, Quality::Good}};
}

TEST(LogFormatDocument, TheExampleDecodesToItsSamples) {
    const auto bytes = exampleBytes();
    ASSERT_FALSE(bytes.empty());
    std::vector<ColumnTarget> targets(5);
    targets[3] = {SignalIndex{0}, ValueType::Float};
    targets[4] = {SignalIndex{1}, ValueType::Boolean};
    ColumnDecoder decoder;
    StringTable strings;
    std::vector<Sample> samples;
    const auto decoded = decoder.decode(bytes, targets, strings, 1000, samples);
    ASSERT_TRUE(decoded) << decoded.error().text();
    const auto expected = exampleSamples();
    ASSERT_EQ(samples.size(), expected.size());
    for (std::size_t i = 0; i < samples.size(); ++i) {
        EXPECT_EQ(samples[i].time, expected[i].time);
        EXPECT_EQ(samples[i].value.bits, expected[i].value.bits);
        EXPECT_EQ(samples[i].signal, expected[i].signal);
        EXPECT_EQ(samples[i].type, expected[i].type);
        EXPECT_EQ(samples[i].quality, expected[i].quality);
    }
}

TEST(LogFormatDocument, TheExampleIsWhatTheWriterWrites) {
    const std::uint16_t channels[] = {3, 4};
    std::vector<std::byte> bytes;
    ColumnEncoder{}.encode(exampleSamples(), channels, {}, bytes);
    EXPECT_EQ(bytes, exampleBytes());
}

TEST(ColumnDecoder, RejectsEveryTruncationAndGivesNothing) {
    const auto bytes = exampleBytes();
    std::vector<ColumnTarget> targets(5, {SignalIndex{0}, ValueType::Float});
    ColumnDecoder decoder;
    StringTable strings;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        std::vector<Sample> samples;
        EXPECT_FALSE(decoder.decode(std::span{bytes}.first(length), targets, strings, 1000, samples)) << length;
        EXPECT_TRUE(samples.empty());
    }
    std::vector<Sample> samples;
    auto longer = bytes;
    longer.push_back(std::byte{0});
    EXPECT_FALSE(decoder.decode(longer, targets, strings, 1000, samples));
    const auto limited = decoder.decode(bytes, targets, strings, 4, samples);
    ASSERT_FALSE(limited);
    EXPECT_EQ(limited.error().code, ErrorCode::ResourceLimit);
}

} // namespace
} // namespace millwright::telemetry
