// What is written to a log comes back: whole, in order, from any place, in both encodings.
#include "log_fixture.hpp"

#include <millwright/telemetry/mcap/file.hpp>
#include <millwright/telemetry/synthetic.hpp>

#include <algorithm>
#include <random>

namespace millwright::telemetry {
namespace {

using namespace testing;

struct Form {
    LogEncoding encoding;
    mcap::Compression compression;
};

class LogForms : public ::testing::TestWithParam<Form> {
protected:
    [[nodiscard]] LogWriterOptions options() const {
        LogWriterOptions made;
        made.encoding = GetParam().encoding;
        made.compression = GetParam().compression;
        made.samplesPerChunk = 64;
        made.samplesPerKeyframe = 100;
        return made;
    }
};

INSTANTIATE_TEST_SUITE_P(, LogForms,
                         ::testing::Values(Form{LogEncoding::Columns, mcap::Compression::Zstd},
                                           Form{LogEncoding::Columns, mcap::Compression::Lz4},
                                           Form{LogEncoding::Columns, mcap::Compression::None},
                                           Form{LogEncoding::Json, mcap::Compression::Zstd},
                                           Form{LogEncoding::Json, mcap::Compression::None}),
                         [](const auto& form) {
                             const auto compression = mcap::name(form.param.compression);
                             return std::format("{}_{}", form.param.encoding == LogEncoding::Json ? "json" : "columns",
                                                compression.empty() ? "none" : compression);
                         });

TEST_P(LogForms, GiveBackExactlyWhatWasWritten) {
    const Folder folder;
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    auto log = LogSource::openAll(folder / "a.mcap");
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_TRUE((*log)->warnings().empty());
    EXPECT_EQ((*log)->sampleCount(), recording.samples.size());
    EXPECT_EQ((*log)->span(), (TimeInterval{recording.samples.front().time, recording.samples.back().time}));
    ASSERT_EQ((*log)->topics().size(), 4u);
    EXPECT_EQ((*log)->topics()[0].topic, "line/temperature");
    EXPECT_EQ((*log)->topics()[0].unit, "Cel");
    EXPECT_EQ((*log)->topics()[0].metadata.at("range"), "0..100");
    EXPECT_EQ((*log)->topics()[3].type, ValueType::String);
    const auto samples = readAll(**log, 37);
    ASSERT_TRUE(samples) << samples.error().text();
    EXPECT_EQ(*samples, recording.expected());
    EXPECT_EQ((*log)->counters().delivered, recording.samples.size());
    EXPECT_EQ((*log)->counters().converted, 0u);
}

TEST_P(LogForms, SeekAnywhereLikeReplayFromTheStart) {
    const Folder folder;
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    auto log = LogSource::openAll(folder / "a.mcap");
    ASSERT_TRUE(log) << log.error().text();
    std::vector<Time> times{Time::min(), Time::max()};
    for (std::size_t i = 0; i < recording.samples.size(); i += 13)
        for (const int offset : {-1, 0, 1}) times.push_back(recording.samples[i].time + Duration{offset});
    std::ranges::shuffle(times, std::mt19937{7});
    for (const Time time : times) {
        std::vector<Keyframe::Entry> states(4);
        std::vector<bool> seen(4);
        std::vector<PlainSample> rest;
        for (const auto& sample : recording.samples) {
            if (sample.time > time) {
                rest.push_back(plain(sample, recording.strings));
                continue;
            }
            auto& state = states[index(sample.signal)];
            seen[index(sample.signal)] = true;
            state.last = sample;
            if (sample.type != ValueType::String)
                state.integral.add(sample.time, sample.value.asNumber(sample.type), sample.quality);
        }
        const auto keyframe = (*log)->seek(time);
        ASSERT_TRUE(keyframe) << keyframe.error().text();
        EXPECT_TRUE(keyframe->complete);
        std::size_t entry = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            if (!seen[i]) continue;
            ASSERT_LT(entry, keyframe->entries.size());
            const auto& found = keyframe->entries[entry++];
            EXPECT_EQ(plain(found.last, (*log)->strings()), plain(states[i].last, recording.strings));
            EXPECT_EQ(std::bit_cast<std::uint64_t>(found.integral.total), std::bit_cast<std::uint64_t>(states[i].integral.total))
                << i;
            EXPECT_EQ(found.integral.running, states[i].integral.running);
            EXPECT_EQ(found.integral.last, states[i].integral.last);
        }
        EXPECT_EQ(entry, keyframe->entries.size());
        const auto samples = readAll(**log);
        ASSERT_TRUE(samples) << samples.error().text();
        EXPECT_EQ(*samples, rest);
    }
}

TEST_P(LogForms, LateSamplesArePutInTheirPlace) {
    const Folder folder;
    Recording recording;
    const auto expected = recording.expected();
    // Every tenth sample arrives up to 300 samples late: within a chunk, and far beyond it.
    std::mt19937 random{3};
    for (std::size_t i = 0; i + 1 < recording.samples.size(); i += 10) {
        const std::size_t to = std::min(i + random() % 300, recording.samples.size() - 1);
        std::rotate(recording.samples.begin() + static_cast<std::ptrdiff_t>(i),
                    recording.samples.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    recording.samples.begin() + static_cast<std::ptrdiff_t>(to) + 1);
    }
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    auto log = LogSource::openAll(folder / "a.mcap");
    ASSERT_TRUE(log) << log.error().text();
    const auto samples = readAll(**log, 11);
    ASSERT_TRUE(samples) << samples.error().text();
    EXPECT_EQ(*samples, expected);
    // Seeking agrees with that order, keyframes or not.
    for (std::size_t i = 5; i < expected.size(); i += 37) {
        ASSERT_TRUE((*log)->seek(timeFromNanoseconds(expected[i].time)));
        const auto rest = readAll(**log);
        ASSERT_TRUE(rest);
        std::size_t first = i;
        while (first < expected.size() && expected[first].time <= expected[i].time) ++first;
        EXPECT_EQ(*rest, std::vector(expected.begin() + static_cast<std::ptrdiff_t>(first), expected.end()));
    }
}

TEST_P(LogForms, ASubscriberGetsItsOwnOrderTypesAndUnits) {
    const Folder folder;
    const Recording recording;
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    // The reverse of the log's order, one type converted, one topic twice, one that is not there.
    auto log = LogSource::open(folder / "a.mcap", {{"line/state", ValueType::String, ""},
                                                   {"line/running", ValueType::Integer, ""},
                                                   {"line/nothing", ValueType::Float, ""},
                                                   {"line/temperature", ValueType::Float, "K"},
                                                   {"line/running", ValueType::Boolean, ""}});
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_EQ((*log)->found(), (std::vector<bool>{true, true, false, true, true}));
    EXPECT_DOUBLE_EQ((*log)->conversions()[3].scale, 1);
    EXPECT_DOUBLE_EQ((*log)->conversions()[3].offset, 273.15);
    const auto samples = readAll(**log, 50);
    ASSERT_TRUE(samples) << samples.error().text();
    std::vector<std::uint64_t> counts(5);
    for (std::size_t i = 0; i < samples->size(); ++i) {
        ++counts[(*samples)[i].signal];
        if (i == 0) continue;
        const auto& a = (*samples)[i - 1];
        const auto& b = (*samples)[i];
        EXPECT_TRUE(a.time < b.time || (a.time == b.time && a.signal <= b.signal)) << a << b;
    }
    EXPECT_EQ(counts, (std::vector<std::uint64_t>{50, 40, 0, 200, 40}));
    EXPECT_EQ((*log)->counters().converted, 40u);
    EXPECT_EQ((*log)->counters().unmatched, 67u); // line/count

    const auto wrongUnit = LogSource::open(folder / "a.mcap", {{"line/temperature", ValueType::Float, "m"}});
    ASSERT_FALSE(wrongUnit);
    EXPECT_EQ(wrongUnit.error().code, ErrorCode::Invalid);
    EXPECT_NE(wrongUnit.error().message.find("line/temperature"), std::string::npos);
}

TEST_P(LogForms, ACutLogGivesAllThatWasClosedBeforeTheCut) {
    const Folder folder;
    const Recording recording{24};
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    const auto bytes = bytesOf(folder / "a.mcap");
    const auto expected = recording.expected();
    std::size_t most = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        auto log = LogSource::openAll(std::span{bytes}.first(length), "cut.mcap");
        if (!log) {
            EXPECT_LT(length, 60u) << log.error().text();
            continue;
        }
        EXPECT_FALSE((*log)->warnings().empty()) << length;
        const auto samples = readAll(**log);
        ASSERT_TRUE(samples) << length << ": " << samples.error().text();
        ASSERT_LE(samples->size(), expected.size());
        ASSERT_EQ(*samples, std::vector(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(samples->size())))
            << length;
        EXPECT_GE(samples->size(), most) << "a longer piece gave less";
        most = samples->size();
    }
    EXPECT_EQ(most, expected.size());
}

TEST_P(LogForms, AFlippedBitIsAnErrorOrDoesNoHarm) {
    const Folder folder;
    const Recording recording{24};
    ASSERT_TRUE(recording.write(folder / "a.mcap", options()));
    auto bytes = bytesOf(folder / "a.mcap");
    const auto expected = recording.expected();
    std::size_t errors = 0;
    // Every bit; of the larger JSON logs every third, which is each bit of a byte in turn.
    const std::size_t step = GetParam().encoding == LogEncoding::Json ? 3 : 1;
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += step) {
        const auto flip = [&] { bytes[bit / 8] ^= std::byte{1} << (bit % 8); };
        flip();
        auto log = LogSource::openAll(bytes, "flipped.mcap");
        if (log) {
            const auto samples = readAll(**log);
            if (samples)
                ASSERT_EQ(*samples, expected) << "bit " << bit;
            else
                ++errors;
            (void)(*log)->seek(recording.samples[30].time);
        } else {
            EXPECT_FALSE(log.error().place.empty());
            ++errors;
        }
        flip();
    }
    EXPECT_GT(errors, 300u);
}

TEST(LogWriting, AnUnfinishedFileDoesNotAppearButARecordingStays) {
    const Folder folder;
    const Recording recording;
    {
        auto log = LogWriter::create(folder / "tool.mcap", recording.channels);
        ASSERT_TRUE(log);
        ASSERT_TRUE(log->write(recording.samples, recording.strings));
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "tool.mcap"));
    EXPECT_FALSE(std::filesystem::exists(folder / "tool.mcap.part"));

    LogWriterOptions options;
    options.recording = true;
    auto log = LogWriter::create(folder / "live.mcap", recording.channels, options);
    ASSERT_TRUE(log);
    ASSERT_TRUE(log->write(recording.samples, recording.strings));
    ASSERT_TRUE(log->flush());
    auto open = LogSource::openAll(folder / "live.mcap"); // as if the recorder had lost its power now
    ASSERT_TRUE(open) << open.error().text();
    EXPECT_EQ((*open)->sampleCount(), recording.samples.size());
    EXPECT_EQ((*open)->span().to, recording.samples.back().time);
    EXPECT_EQ(readAll(**open).value(), recording.expected());

    const auto again = LogWriter::create(folder / "live.mcap", recording.channels, options);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::Invalid);
}

TEST(LogWriting, RefusesWhatALogCannotHold) {
    const Folder folder;
    auto log = LogWriter::create(folder / "a.mcap", {{"a", ValueType::Float, "", {}}});
    ASSERT_TRUE(log);
    const Sample early{timeFromNanoseconds(-1), Value::of(1.0), SignalIndex{0}, ValueType::Float, Quality::Good};
    EXPECT_FALSE(log->write(std::span{&early, 1}));
    const Sample wrongType{timeFromNanoseconds(1), Value::of(true), SignalIndex{0}, ValueType::Boolean, Quality::Good};
    EXPECT_FALSE(log->write(std::span{&wrongType, 1}));
    const Sample stranger{timeFromNanoseconds(1), Value::of(1.0), SignalIndex{1}, ValueType::Float, Quality::Good};
    EXPECT_FALSE(log->write(std::span{&stranger, 1}));
    EXPECT_FALSE(log->addChannel({"a", ValueType::Float, "", {}}));
    EXPECT_TRUE(log->close());
    const auto twice = LogWriter::create(folder / "b.mcap", {{"a", ValueType::Float, "", {}}, {"a", ValueType::Float, "", {}}});
    EXPECT_FALSE(twice);
}

TEST(LogWriting, AnEmptyLogIsALogAndAnEmptyFileIsNot) {
    const Folder folder;
    auto log = LogWriter::create(folder / "a.mcap", {{"a", ValueType::Float, "", {}}});
    ASSERT_TRUE(log);
    ASSERT_TRUE(log->close());
    auto source = LogSource::openAll(folder / "a.mcap");
    ASSERT_TRUE(source) << source.error().text();
    EXPECT_EQ((*source)->sampleCount(), 0u);
    EXPECT_TRUE((*source)->next(10)->empty());
    EXPECT_TRUE((*source)->seek(Time::max())->entries.empty());

    writeText(folder / "empty.mcap", "");
    const auto empty = LogSource::openAll(folder / "empty.mcap");
    ASSERT_FALSE(empty);
    EXPECT_NE(empty.error().text().find("empty"), std::string::npos);
    writeText(folder / "text.mcap", "time,value\n1,2\n");
    EXPECT_FALSE(LogSource::openAll(folder / "text.mcap"));
    EXPECT_EQ(LogSource::openAll(folder / "none.mcap").error().code, ErrorCode::NotFound);
}

TEST(SyntheticLog, IsTheSameEveryTimeAndSeeksByKeyframes) {
    const Folder folder;
    ASSERT_TRUE(writeSyntheticLog(folder / "a.mcap", 50, 600'000, 1));
    ASSERT_TRUE(writeSyntheticLog(folder / "b.mcap", 50, 600'000, 1));
    EXPECT_EQ(bytesOf(folder / "a.mcap"), bytesOf(folder / "b.mcap"));
    auto log = LogSource::openAll(folder / "a.mcap");
    ASSERT_TRUE(log) << log.error().text();
    EXPECT_EQ((*log)->sampleCount(), 600'000u);
    const auto file = mcap::File::open(folder / "a.mcap");
    ASSERT_TRUE(file);
    EXPECT_GE(file->index().messages, 4u);
    const Time middle = (*log)->span().from + (*log)->span().length() * 9 / 10;
    const auto keyframe = (*log)->seek(middle);
    ASSERT_TRUE(keyframe);
    EXPECT_EQ(keyframe->entries.size(), 50u);
    // What follows is what a replay from the start gives after `middle`.
    const auto rest = readAll(**log);
    auto whole = LogSource::openAll(folder / "a.mcap");
    auto all = readAll(**whole).value();
    std::erase_if(all, [&](const PlainSample& sample) { return sample.time <= nanoseconds(middle); });
    EXPECT_TRUE(rest.value() == all);
}

} // namespace
} // namespace millwright::telemetry
