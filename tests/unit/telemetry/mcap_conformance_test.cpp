// The official conformance files: every record, field for field, as the published expectations list them.
#include "support/folders.hpp"

#include <millwright/telemetry/mcap/file.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

namespace millwright::telemetry::mcap {
namespace {

using Json = nlohmann::json;

std::filesystem::path conformanceFolder() {
    return millwright::test::sourceFolder() / "../shared/data/mcap/conformance/data";
}

Json text(std::uint64_t number) {
    return std::to_string(number);
}
Json bytes(Bytes data) {
    Json list = Json::array();
    for (const auto byte : data) list.push_back(std::to_string(static_cast<unsigned>(byte)));
    return list;
}
Json map(const StringMap& entries) {
    Json object = Json::object();
    for (const auto& [key, value] : entries) object[std::string{key}] = std::string{value};
    return object;
}
template <typename Pairs>
Json numbers(const Pairs& entries) {
    Json object = Json::object();
    for (const auto& [key, value] : entries) object[std::to_string(key)] = std::to_string(value);
    return object;
}

Json numbersOf(const ChunkIndex& chunk) {
    std::vector<std::pair<std::uint16_t, std::uint64_t>> list;
    for (std::size_t i = 0; i < chunk.channels(); ++i) list.push_back(chunk.channel(i));
    return numbers(list);
}

/// A record as the expectation files write it.
struct ToJson {
    Json operator()(const Unknown&) const { return {{"type", "Unknown"}}; }
    Json operator()(const MessageIndex&) const { return {{"type", "MessageIndex"}}; }
    Json operator()(const Chunk&) const { return {{"type", "Chunk"}}; }
    Json operator()(const Header& r) const { return made("Header", {{"library", r.library}, {"profile", r.profile}}); }
    Json operator()(const Footer& r) const {
        return made("Footer", {{"summary_crc", text(r.summaryCrc)},
                               {"summary_offset_start", text(r.summaryOffsetStart)},
                               {"summary_start", text(r.summaryStart)}});
    }
    Json operator()(const Schema& r) const {
        return made("Schema", {{"data", bytes(r.data)}, {"encoding", r.encoding}, {"id", text(r.id)}, {"name", r.name}});
    }
    Json operator()(const Channel& r) const {
        return made("Channel", {{"id", text(r.id)},
                                {"message_encoding", r.messageEncoding},
                                {"metadata", map(r.metadata)},
                                {"schema_id", text(r.schemaId)},
                                {"topic", r.topic}});
    }
    Json operator()(const Message& r) const {
        return made("Message", {{"channel_id", text(r.channelId)},
                                {"data", bytes(r.data)},
                                {"log_time", text(r.logTime)},
                                {"publish_time", text(r.publishTime)},
                                {"sequence", text(r.sequence)}});
    }
    Json operator()(const ChunkIndex& r) const {
        return made("ChunkIndex", {{"chunk_length", text(r.chunkLength)},
                                   {"chunk_start_offset", text(r.chunkOffset)},
                                   {"compressed_size", text(r.compressedSize)},
                                   {"compression", r.compression},
                                   {"message_end_time", text(r.endTime)},
                                   {"message_index_length", text(r.messageIndexLength)},
                                   {"message_index_offsets", numbersOf(r)},
                                   {"message_start_time", text(r.startTime)},
                                   {"uncompressed_size", text(r.uncompressedSize)}});
    }
    Json operator()(const Attachment& r) const {
        return made("Attachment", {{"create_time", text(r.createTime)},
                                   {"data", bytes(r.data)},
                                   {"log_time", text(r.logTime)},
                                   {"media_type", r.mediaType},
                                   {"name", r.name}});
    }
    Json operator()(const AttachmentIndex& r) const {
        return made("AttachmentIndex", {{"create_time", text(r.createTime)},
                                        {"data_size", text(r.dataSize)},
                                        {"length", text(r.length)},
                                        {"log_time", text(r.logTime)},
                                        {"media_type", r.mediaType},
                                        {"name", r.name},
                                        {"offset", text(r.offset)}});
    }
    Json operator()(const Statistics& r) const {
        return made("Statistics", {{"attachment_count", text(r.attachmentCount)},
                                   {"channel_count", text(r.channelCount)},
                                   {"channel_message_counts", numbers(r.channelMessageCounts)},
                                   {"chunk_count", text(r.chunkCount)},
                                   {"message_count", text(r.messageCount)},
                                   {"message_end_time", text(r.endTime)},
                                   {"message_start_time", text(r.startTime)},
                                   {"metadata_count", text(r.metadataCount)},
                                   {"schema_count", text(r.schemaCount)}});
    }
    Json operator()(const Metadata& r) const { return made("Metadata", {{"metadata", map(r.entries)}, {"name", r.name}}); }
    Json operator()(const MetadataIndex& r) const {
        return made("MetadataIndex", {{"length", text(r.length)}, {"name", r.name}, {"offset", text(r.offset)}});
    }
    Json operator()(const SummaryOffset& r) const {
        return made("SummaryOffset", {{"group_length", text(r.groupLength)},
                                      {"group_opcode", text(static_cast<unsigned>(r.groupOpcode))},
                                      {"group_start", text(r.groupStart)}});
    }
    Json operator()(const DataEnd& r) const { return made("DataEnd", {{"data_section_crc", text(r.dataSectionCrc)}}); }

    static Json made(std::string_view type, const Json& fields) { return {{"type", type}, {"fields", fields}}; }
};

/// The expectation file lists fields as pairs; as an object they compare without regard to order.
Json expectedRecords(const std::filesystem::path& path) {
    std::ifstream file{path};
    Json records = Json::array();
    const Json document = Json::parse(file);
    for (const auto& record : document.at("records")) {
        Json fields = Json::object();
        for (const auto& pair : record.at("fields")) fields[pair.at(0).get<std::string>()] = pair.at(1);
        records.push_back({{"type", record.at("type")}, {"fields", fields}});
    }
    return records;
}

TEST(McapConformance, EveryRecordOfEveryFileIsReadAsPublished) {
    if (!std::filesystem::exists(conformanceFolder())) GTEST_SKIP() << "missing " << conformanceFolder();
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{conformanceFolder()}) {
        if (entry.path().extension() != ".mcap") continue;
        const auto file = File::open(entry.path());
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_TRUE(file->index().warnings.empty()) << file->index().warnings.front().text();
        Json found = Json::array();
        const auto walked = file->forEachRecord([&](const Record& record) -> Result<void> {
            found.push_back(std::visit(ToJson{}, record));
            return {};
        });
        ASSERT_TRUE(walked) << walked.error().text();
        auto expectation = entry.path();
        EXPECT_EQ(found, expectedRecords(expectation.replace_extension(".json"))) << entry.path();
        ++files;
    }
    EXPECT_EQ(files, 416u);
}

TEST(McapConformance, IndexesCountTheSameWithAndWithoutSummary) {
    if (!std::filesystem::exists(conformanceFolder())) GTEST_SKIP() << "missing " << conformanceFolder();
    std::size_t fromSummary = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{conformanceFolder()}) {
        if (entry.path().extension() != ".mcap") continue;
        const auto file = File::open(entry.path());
        ASSERT_TRUE(file) << file.error().text();
        const auto& index = file->index();
        fromSummary += index.fromSummary ? 1u : 0u;
        const std::string kind = entry.path().parent_path().filename().string();
        const std::uint64_t messages = kind == "TenMessages"                                    ? 10u
                                       : kind == "OneMessage" || kind == "OneSchemalessMessage" ? 1u
                                                                                                : 0u;
        EXPECT_EQ(index.messages, messages) << entry.path();
        EXPECT_EQ(index.channels.size(), messages > 0 ? 1u : 0u) << entry.path();
        EXPECT_EQ(index.attachments, kind == "OneAttachment" ? 1u : 0u) << entry.path();
        EXPECT_EQ(index.metadataRecords, kind == "OneMetadata" ? 1u : 0u) << entry.path();
        std::uint64_t counted = 0;
        SegmentBuffer buffer;
        for (const auto& segment : index.segments) {
            const auto records = file->read(segment, buffer);
            ASSERT_TRUE(records) << records.error().text();
            RawRecord raw;
            RecordCursor cursor{*records};
            while (cursor.next(raw) == RecordCursor::Step::Found) counted += raw.is(Opcode::Message) ? 1u : 0u;
        }
        EXPECT_EQ(counted, messages) << entry.path();
    }
    EXPECT_GT(fromSummary, 50u);
}

} // namespace
} // namespace millwright::telemetry::mcap
