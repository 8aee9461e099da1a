// A log that is cut or damaged at any byte: every intact chunk is saved, and the report tells the truth about the rest.
#include "log_fixture.hpp"
#include "support/folders.hpp"

#include <millwright/telemetry/log_repair.hpp>
#include <millwright/telemetry/mcap/file.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace millwright::telemetry {
namespace {

using namespace testing;

/// A message with all that tells it from another.
using PlainMessage = std::tuple<std::uint16_t, std::uint32_t, std::uint64_t, std::uint64_t, std::string>;

PlainMessage plain(const mcap::Message& message) {
    return {message.channelId, message.sequence, message.logTime, message.publishTime,
            std::string{reinterpret_cast<const char*>(message.data.data()), message.data.size()}};
}

/// What is in a sound log, chunk by chunk.
struct Contents {
    struct Piece {
        std::uint64_t offset = 0, end = 0;
        std::set<PlainMessage> messages;
        bool keyframe = false;
    };
    std::vector<Piece> chunks;
    std::set<PlainMessage> all;
    std::map<std::uint16_t, std::string> topics;

    static Result<Contents> of(const std::filesystem::path& path) {
        const auto file = mcap::File::open(path);
        if (!file) return std::unexpected(file.error());
        EXPECT_TRUE(file->index().fromSummary);
        Contents contents;
        mcap::SegmentBuffer buffer;
        for (const auto& [id, channel] : file->index().channels) contents.topics[id] = channel.topic;
        for (const auto& segment : file->index().segments) {
            Piece piece{segment.offset, segment.offset + segment.length, {}, false};
            const auto records = file->read(segment, buffer);
            if (!records) return std::unexpected(records.error());
            mcap::RecordCursor cursor{*records};
            mcap::RawRecord raw;
            while (cursor.next(raw) == mcap::RecordCursor::Step::Found)
                if (raw.is(mcap::Opcode::Message)) piece.messages.insert(plain(*mcap::parseMessage(raw)));
            piece.keyframe = segment.onlyChannel && contents.topics.at(*segment.onlyChannel) == "millwright/keyframe";
            contents.all.insert(piece.messages.begin(), piece.messages.end());
            contents.chunks.push_back(std::move(piece));
        }
        return contents;
    }
    /// Messages of chunks that [from, to) does not touch; keyframes apart, which sum up what may be lost.
    [[nodiscard]] std::set<PlainMessage> outside(std::uint64_t from, std::uint64_t to) const {
        std::set<PlainMessage> messages;
        for (const auto& chunk : chunks)
            if (!chunk.keyframe && (chunk.end <= from || chunk.offset >= to))
                messages.insert(chunk.messages.begin(), chunk.messages.end());
        return messages;
    }
};

void writeBytes(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    writeText(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Recovers `damaged`, whose bytes [from, to) are not what they were, and checks everything that is promised.
void expectRecovered(const Folder& folder, const Contents& original, std::span<const std::byte> damaged, std::uint64_t from,
                     std::uint64_t to) {
    SCOPED_TRACE(std::format("bytes {} to {}", from, to));
    writeBytes(folder / "damaged.mcap", damaged);
    const auto report = recoverLog(folder / "damaged.mcap", folder / "recovered.mcap");
    if (!report) { // only what does not reach any message may be beyond recovery
        EXPECT_TRUE(original.outside(from, to).empty()) << report.error().text();
        return;
    }
    const auto recovered = Contents::of(folder / "recovered.mcap");
    ASSERT_TRUE(recovered) << recovered.error().text();
    EXPECT_TRUE(std::ranges::includes(recovered->all, original.outside(from, to))) << "an intact chunk was not saved";
    EXPECT_TRUE(std::ranges::includes(original.all, recovered->all)) << "something was made up";
    if (report->found.summary == mcap::Checksum::Right) {
        EXPECT_EQ(recovered->topics, original.topics);
    } else if (report->channelsUnknown > 0) {
        return; // what was in their columns cannot be read, only kept
    }
    EXPECT_EQ(report->found.messages, recovered->all.size() + report->keyframesDropped);
    if (const auto lost = report->found.messagesLost()) {
        EXPECT_EQ(*lost, original.all.size() - recovered->all.size() - report->keyframesDropped);
    }
    if (report->found.complete()) {
        EXPECT_TRUE(recovered->outside(0, 0) == original.outside(0, 0)) << "a loss was not told";
    }
    const auto verified = verifyLog(folder / "recovered.mcap");
    ASSERT_TRUE(verified) << verified.error().text();
    for (const auto& problem : verified->problems) ADD_FAILURE() << problem.text();
    EXPECT_EQ(verified->samples, report->samples);
}

struct Form {
    LogEncoding encoding;
    mcap::Compression compression;
};

class Repair : public ::testing::TestWithParam<Form> {
protected:
    void SetUp() override {
        LogWriterOptions options;
        options.encoding = GetParam().encoding;
        options.compression = GetParam().compression;
        options.samplesPerChunk = 40;
        options.samplesPerKeyframe = 60;
        const Recording recording{60};
        ASSERT_TRUE(recording.write(folder / "whole.mcap", options));
        whole = bytesOf(folder / "whole.mcap");
        auto read = Contents::of(folder / "whole.mcap");
        ASSERT_TRUE(read) << read.error().text();
        contents = std::move(*read);
        ASSERT_GE(contents.chunks.size(), 3u);
    }
    /// A byte of every 29, and many about where a chunk begins or ends.
    [[nodiscard]] std::set<std::size_t> places() const {
        std::set<std::size_t> chosen;
        for (std::size_t at = 0; at < whole.size(); at += 29) chosen.insert(at);
        for (const auto& chunk : contents.chunks)
            for (int near = -3; near < 45; near += 4) {
                chosen.insert(static_cast<std::size_t>(chunk.offset) + static_cast<std::size_t>(near));
                chosen.insert(std::min(whole.size() - 1, static_cast<std::size_t>(chunk.end) + static_cast<std::size_t>(near)));
            }
        for (std::size_t back = 1; back < 40; ++back) chosen.insert(whole.size() - back);
        return chosen;
    }

    Folder folder;
    std::vector<std::byte> whole;
    Contents contents;
};

INSTANTIATE_TEST_SUITE_P(, Repair,
                         ::testing::Values(Form{LogEncoding::Columns, mcap::Compression::Zstd},
                                           Form{LogEncoding::Json, mcap::Compression::Lz4},
                                           Form{LogEncoding::Columns, mcap::Compression::None}),
                         [](const auto& form) {
                             const auto compression = mcap::name(form.param.compression);
                             return std::format("{}_{}", form.param.encoding == LogEncoding::Json ? "json" : "columns",
                                                compression.empty() ? "none" : compression);
                         });

TEST_P(Repair, SavesEveryIntactChunkOfALogCutAnywhere) {
    for (const std::size_t at : places()) {
        expectRecovered(folder, contents, std::span{whole}.first(at), at, whole.size());
        if (HasFailure()) break;
    }
}

TEST_P(Repair, SavesEveryIntactChunkOfALogWithAByteChangedAnywhere) {
    std::mt19937 random{11};
    for (const std::size_t at : places()) {
        auto damaged = whole;
        damaged[at] ^= static_cast<std::byte>(1 + random() % 255);
        expectRecovered(folder, contents, damaged, at, at + 1);
        if (HasFailure()) break;
    }
}

TEST_P(Repair, SavesEveryIntactChunkAroundAStretchOfZeros) {
    std::mt19937 random{13};
    for (int round = 0; round < 100 && !HasFailure(); ++round) {
        auto damaged = whole;
        const std::size_t from = random() % whole.size();
        const std::size_t to = std::min(whole.size(), from + 1 + random() % 600);
        std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(from), damaged.begin() + static_cast<std::ptrdiff_t>(to),
                  std::byte{0});
        expectRecovered(folder, contents, damaged, from, to);
    }
}

TEST_P(Repair, FindsTheChunksAgainBehindBytesThatAreMissing) {
    std::mt19937 random{17};
    for (int round = 0; round < 60 && !HasFailure(); ++round) {
        auto damaged = whole;
        const std::size_t from = 60 + random() % (whole.size() - 60);
        const std::size_t to = std::min(whole.size(), from + 1 + random() % 300);
        damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(from), damaged.begin() + static_cast<std::ptrdiff_t>(to));
        expectRecovered(folder, contents, damaged, from, to);
    }
}

TEST_P(Repair, LeavesASoundLogAsItIs) {
    EXPECT_TRUE(verifyLog(folder / "whole.mcap")->problems.empty());
    const auto report = recoverLog(folder / "whole.mcap", folder / "again.mcap");
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->found.complete());
    EXPECT_TRUE(report->found.damage.empty());
    EXPECT_EQ(report->found.messagesLost(), 0u);
    const auto log = LogSource::openAll(folder / "again.mcap");
    ASSERT_TRUE(log);
    EXPECT_EQ((*log)->sampleCount(), Recording{60}.samples.size());
    EXPECT_EQ(readAll(**log), Recording{60}.expected());
}

TEST_P(Repair, VerifyFindsEveryChangedByte) {
    std::mt19937 random{19};
    for (const std::size_t at : places()) {
        auto damaged = whole;
        damaged[at] ^= static_cast<std::byte>(1 + random() % 255);
        writeBytes(folder / "damaged.mcap", damaged);
        const auto report = verifyLog(folder / "damaged.mcap");
        if (report && report->problems.empty()) {
            ADD_FAILURE() << "the change of byte " << at << " of " << whole.size() << " is not noticed";
            break;
        }
    }
}

TEST(LogRepair, ARecordingThatWasKilledIsCompletedWithoutLoss) {
    const Folder folder;
    const Recording recording;
    LogWriterOptions options;
    options.recording = true;
    options.samplesPerChunk = 50;
    {
        auto log = LogWriter::create(folder / "killed.mcap", recording.channels, options);
        ASSERT_TRUE(log);
        ASSERT_TRUE(log->write(recording.samples, recording.strings));
    } // not closed, as when a process dies after its last flush
    const auto report = recoverLog(folder / "killed.mcap", folder / "recovered.mcap");
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_FALSE(report->found.complete()) << "what was never written cannot be known";
    EXPECT_FALSE(report->found.messagesLost());
    EXPECT_EQ(report->samples, recording.samples.size());
    EXPECT_EQ(report->keyframesDropped, 0u);
    EXPECT_EQ(readAll(**LogSource::openAll(folder / "recovered.mcap")), recording.expected());
}

TEST(LogRepair, RefusesWhatIsNoLogAtAll) {
    const Folder folder;
    for (const std::string& text : {std::string{}, std::string{"hello\n"}, std::string(5000, '\0')}) {
        writeText(folder / "not.mcap", text);
        EXPECT_FALSE(recoverLog(folder / "not.mcap", folder / "out.mcap"));
        EXPECT_FALSE(std::filesystem::exists(folder / "out.mcap"));
        EXPECT_FALSE(std::filesystem::exists(folder / "out.mcap.part"));
        EXPECT_FALSE(verifyLog(folder / "not.mcap"));
    }
    EXPECT_EQ(recoverLog(folder / "nowhere.mcap", folder / "out.mcap").error().code, ErrorCode::NotFound);
    writeText(folder / "not.mcap", "x");
    EXPECT_EQ(recoverLog(folder / "not.mcap", folder / "not.mcap").error().code, ErrorCode::Invalid);
}

TEST(LogRepair, VerifiesAndCopiesTheOfficialConformanceFiles) {
    const std::filesystem::path folder = millwright::test::sourceFolder() / "../shared/data/mcap/conformance";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "needs the shared data set: " << folder.string();
    const Folder out;
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".mcap") continue;
        ++files;
        const auto verified = verifyLog(entry.path());
        ASSERT_TRUE(verified) << verified.error().text();
        for (const auto& problem : verified->problems) ADD_FAILURE() << problem.text();
        const auto report = recoverLog(entry.path(), out / "copy.mcap");
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_TRUE(report->found.complete()) << entry.path();
        const auto file = mcap::File::open(entry.path());
        const auto copy = mcap::File::open(out / "copy.mcap");
        ASSERT_TRUE(file);
        ASSERT_TRUE(copy) << copy.error().text();
        EXPECT_EQ(copy->index().messages, file->index().messages) << entry.path();
        EXPECT_EQ(copy->index().channels.size(), file->index().channels.size()) << entry.path();
        EXPECT_EQ(copy->index().attachments, file->index().attachments) << entry.path();
        EXPECT_EQ(copy->index().metadataRecords, file->index().metadataRecords) << entry.path();
    }
    EXPECT_EQ(files, 416u);
}

} // namespace
} // namespace millwright::telemetry
