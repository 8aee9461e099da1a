// What opening a log reads of its summary: in a log of many channels most of that says where in each chunk each channel is.
#include "log_fixture.hpp"

#include <millwright/telemetry/mcap/file.hpp>

#include <cstring>

namespace millwright::telemetry {
namespace {

using namespace testing;

constexpr mcap::ReadLimits withoutChecksum{.summaryBytesChecked = 0}; // as of a summary that is too long for it

struct ChunkEntry {
    std::size_t at = 0; ///< of its content, in the file
    mcap::ChunkIndex index;
};

/// The chunk indexes of a closed log; views into `file`.
std::vector<ChunkEntry> chunkEntries(std::span<const std::byte> file) {
    const std::size_t footerAt = file.size() - mcap::magic.size() - mcap::recordHeadBytes - mcap::footerBytes;
    std::uint64_t start = 0;
    std::memcpy(&start, file.data() + footerAt + mcap::recordHeadBytes, sizeof start);
    std::vector<ChunkEntry> entries;
    mcap::RecordCursor cursor{file.subspan(start, footerAt - start), start};
    for (mcap::RawRecord raw; cursor.next(raw) == mcap::RecordCursor::Step::Found;) {
        if (!raw.is(mcap::Opcode::ChunkIndex)) continue;
        const auto record = mcap::parseRecord(raw);
        if (record) entries.push_back({raw.offset + mcap::recordHeadBytes, std::get<mcap::ChunkIndex>(*record)});
    }
    return entries;
}

std::uint64_t messagesIn(const mcap::File& file) {
    std::uint64_t messages = 0;
    mcap::SegmentBuffer buffer;
    for (const auto& segment : file.index().segments) {
        const auto records = file.read(segment, buffer);
        EXPECT_TRUE(records) << records.error().text();
        if (!records) continue;
        mcap::RecordCursor cursor{*records};
        for (mcap::RawRecord raw; cursor.next(raw) == mcap::RecordCursor::Step::Found;) messages += raw.is(mcap::Opcode::Message);
    }
    return messages;
}

class McapSummary : public ::testing::Test {
protected:
    void SetUp() override {
        LogWriterOptions options;
        options.encoding = LogEncoding::Json;
        options.samplesPerChunk = 64;
        ASSERT_TRUE(Recording{200}.write(folder / "whole.mcap", options));
        bytes = bytesOf(folder / "whole.mcap");
        const auto whole = mcap::File::fromBytes(bytes, "whole");
        ASSERT_TRUE(whole) << whole.error().text();
        ASSERT_TRUE(whole->index().fromSummary);
        messages = whole->index().messages;
        segments = whole->index().segments.size();
        ASSERT_GT(segments, 5u);
    }

    /// `bytes`, as a file: what is not read is not mapped either.
    Result<mcap::File> opened(mcap::ReadLimits limits) const {
        writeText(folder / "spoilt.mcap", {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        return mcap::File::open(folder / "spoilt.mcap", limits);
    }

    Folder folder;
    std::vector<std::byte> bytes;
    std::uint64_t messages = 0;
    std::size_t segments = 0;
};

TEST_F(McapSummary, WhereChannelsAreInChunksIsNotRead) {
    std::size_t spoilt = 0;
    for (const ChunkEntry& entry : chunkEntries(bytes)) {
        if (entry.index.channels() < 2) continue;
        std::memset(const_cast<std::byte*>(entry.index.messageIndexOffsets.data()), 0xEE, entry.index.messageIndexOffsets.size());
        ++spoilt;
    }
    ASSERT_GT(spoilt, 3u);
    const auto file = opened(withoutChecksum);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_TRUE(file->index().fromSummary);
    EXPECT_TRUE(file->index().warnings.empty());
    EXPECT_EQ(file->index().segments.size(), segments);
    EXPECT_EQ(messagesIn(*file), messages);

    const auto inMemory = mcap::File::fromBytes(bytes, "spoilt", withoutChecksum);
    ASSERT_TRUE(inMemory) << inMemory.error().text();
    EXPECT_TRUE(inMemory->index().fromSummary);
    EXPECT_EQ(messagesIn(*inMemory), messages);

    const auto checked = opened({});
    ASSERT_TRUE(checked) << checked.error().text();
    EXPECT_FALSE(checked->index().fromSummary) << "a short summary is checked";
    ASSERT_EQ(checked->index().warnings.size(), 1u);
    EXPECT_EQ(messagesIn(*checked), messages);
}

TEST_F(McapSummary, WhatIsWrongWithAChunksEntryIsFoundWhenTheChunkIsRead) {
    const auto entries = chunkEntries(bytes);
    const std::uint64_t other = entries[2].index.startTime + 1;
    std::memcpy(bytes.data() + entries[2].at, &other, sizeof other);
    const auto file = opened(withoutChecksum);
    ASSERT_TRUE(file) << file.error().text();
    mcap::SegmentBuffer buffer;
    EXPECT_TRUE(file->read(file->index().segments[1], buffer));
    const auto read = file->read(file->index().segments[2], buffer);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Malformed);
}

TEST_F(McapSummary, AChunksEntryThatIsDamagedInAnyPlaceIsFoundOrDoesNoHarm) {
    const std::vector<std::byte> sound = bytes;
    const auto entries = chunkEntries(sound);
    const std::size_t from = entries[1].at - mcap::recordHeadBytes, to = entries[2].at + 64;
    std::size_t found = 0;
    for (std::size_t at = from; at < to; ++at) {
        bytes = sound;
        bytes[at] ^= std::byte{0x40};
        const auto file = opened(withoutChecksum);
        ASSERT_TRUE(file) << file.error().text();
        if (file->index().fromSummary) {
            mcap::SegmentBuffer buffer;
            for (const auto& segment : file->index().segments) found += file->read(segment, buffer) ? 0 : 1;
        } else {
            ++found;
            EXPECT_EQ(messagesIn(*file), messages) << at;
        }
    }
    EXPECT_GT(found, 100u);
}

TEST_F(McapSummary, AListOfChannelsThatDoesNotFitIsMalformed) {
    const auto entries = chunkEntries(bytes);
    const std::uint32_t length = 15; // no whole number of pairs
    std::memcpy(bytes.data() + entries[0].at + 4 * sizeof(std::uint64_t), &length, sizeof length);
    const auto file = opened(withoutChecksum);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_FALSE(file->index().fromSummary);
    EXPECT_EQ(messagesIn(*file), messages);
}

TEST(LogWriting, ChunksOfMoreChannelsHoldMore) {
    const Folder folder;
    std::vector<LogChannel> channels;
    std::vector<Sample> samples;
    for (std::uint32_t i = 0; i < 6000; ++i) channels.push_back({std::format("hall/{}", i), ValueType::Float, "", {}});
    for (std::uint32_t i = 0; i < 48'000; ++i)
        samples.push_back({timeFromNanoseconds(1'700'000'000'000'000'000 + i), Value::of(0.5 * i),
                           SignalIndex{static_cast<std::uint32_t>(i % channels.size())}, ValueType::Float, Quality::Good});
    LogWriterOptions options;
    options.encoding = LogEncoding::Json;
    auto log = LogWriter::create(folder / "many.mcap", channels, options);
    ASSERT_TRUE(log && log->write(samples) && log->close());
    const auto file = mcap::File::open(folder / "many.mcap");
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->index().messages, samples.size());
    EXPECT_EQ(file->index().chunks, 2u); // not 3 of 16 384
}

} // namespace
} // namespace millwright::telemetry
