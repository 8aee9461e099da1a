// How a file's index is made: from its summary, or by walking over its records.
#include <millwright/core/bytes.hpp>
#include "telemetry/mcap/file_window.hpp"

#include <millwright/telemetry/mcap/file.hpp>

#include <algorithm>
#include <cstring>
#include <format>
#include <set>

namespace millwright::telemetry::mcap {
namespace {

constexpr std::uint64_t looseSegmentBytes = 1u << 20;

bool endsWithMagic(Bytes bytes) {
    return bytes.size() >= 2 * magic.size() &&
           std::memcmp(bytes.data() + bytes.size() - magic.size(), magic.data(), magic.size()) == 0;
}

std::map<std::string, std::string> toMap(const StringMap& entries) {
    std::map<std::string, std::string> map;
    for (const auto& [key, value] : entries) map.insert_or_assign(std::string{key}, std::string{value});
    return map;
}

void addSchema(Index& index, const Schema& schema) {
    index.schemas.try_emplace(schema.id,
                              SchemaInfo{std::string{schema.name}, std::string{schema.encoding},
                                         std::string{reinterpret_cast<const char*>(schema.data.data()), schema.data.size()}});
}

void addChannel(Index& index, const Channel& channel) {
    if (index.channels.contains(channel.id)) return; // repeated in a later chunk or the summary
    index.channels.emplace(channel.id, ChannelInfo{channel.schemaId, std::string{channel.topic},
                                                   std::string{channel.messageEncoding}, toMap(channel.metadata), 0});
}

void addCompression(Index& index, std::string_view compression) {
    const auto place = std::ranges::lower_bound(index.compressions, compression);
    if (place == index.compressions.end() || *place != compression) index.compressions.emplace(place, compression);
}

/// The summary's records, gathered; what they mean is judged when all are there.
struct Summary {
    std::optional<Statistics> statistics;
    std::vector<ChunkIndex> chunks;
    std::vector<MetadataIndex> metadata;
    std::set<std::string, std::less<>> compressions; ///< what those of `chunks` that came through a window are
};

/// Where the chunk indexes lie one behind the other, as the summary's offsets say; empty where they do not.
Bytes chunkIndexesIn(Bytes all, const Footer& footer, std::size_t footerOffset) {
    if (footer.summaryOffsetStart < footer.summaryStart || footer.summaryOffsetStart > footerOffset) return {};
    const auto from = static_cast<std::size_t>(footer.summaryOffsetStart);
    RecordCursor cursor{all.subspan(from, footerOffset - from), from};
    for (RawRecord raw; cursor.next(raw) == RecordCursor::Step::Found;) {
        const auto record = parseRecord(raw);
        const auto* group = record ? std::get_if<SummaryOffset>(&*record) : nullptr;
        if (!group || group->groupOpcode != Opcode::ChunkIndex) continue;
        if (group->groupStart < footer.summaryStart || group->groupStart > from || group->groupLength > from - group->groupStart)
            return {};
        return all.subspan(static_cast<std::size_t>(group->groupStart), static_cast<std::size_t>(group->groupLength));
    }
    return {};
}

/// Reads the chunk indexes at `offset`, `length` bytes, but for which channels a chunk holds, which is nearly all of them: to touch
/// the file's memory beside each would map the pages around it, too. False where they are not as they should be.
bool readAround(FileWindow& window, Bytes all, std::uint64_t offset, std::uint64_t length, Summary& summary) {
    constexpr std::size_t headBytes = recordHeadBytes + 4 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
    constexpr std::size_t longestTail = 256;
    const std::uint64_t end = offset + length;
    while (offset < end) {
        if (end - offset < headBytes) return false;
        ByteReader head{window.at(offset, headBytes)};
        const auto opcode = head.number<std::uint8_t>();
        const auto content = head.number<std::uint64_t>();
        ChunkIndex chunk{.startTime = head.number<std::uint64_t>(),
                         .endTime = head.number<std::uint64_t>(),
                         .chunkOffset = head.number<std::uint64_t>(),
                         .chunkLength = head.number<std::uint64_t>(),
                         .messageIndexOffsets = {},
                         .compression = {}};
        const std::uint64_t channels = head.number<std::uint32_t>();
        if (!head.ok() || opcode != static_cast<std::uint8_t>(Opcode::ChunkIndex) || content > end - offset - recordHeadBytes)
            return false;
        const std::uint64_t before = headBytes + channels, whole = recordHeadBytes + content;
        if (channels % 10 != 0 || whole < before || whole - before > longestTail) return false;
        chunk.messageIndexOffsets = all.subspan(static_cast<std::size_t>(offset + headBytes), static_cast<std::size_t>(channels));
        ByteReader tail{window.at(offset + before, static_cast<std::size_t>(whole - before))};
        chunk.messageIndexLength = tail.number<std::uint64_t>();
        chunk.compression = *summary.compressions.emplace(tail.text(tail.number<std::uint32_t>())).first;
        chunk.compressedSize = tail.number<std::uint64_t>();
        chunk.uncompressedSize = tail.number<std::uint64_t>();
        if (!tail.ok()) return false;
        summary.chunks.push_back(chunk);
        offset += whole;
    }
    return true;
}

/// Adds the records of a part of the summary that begins at `offset`; where that is damaged, if it is.
std::optional<std::uint64_t> readRecords(Bytes section, std::uint64_t offset, Index& index, Summary& summary) {
    RecordCursor cursor{section, offset};
    RawRecord raw;
    RecordCursor::Step step{};
    while ((step = cursor.next(raw)) == RecordCursor::Step::Found) {
        auto record = parseRecord(raw);
        if (!record) return raw.offset;
        if (const auto* schema = std::get_if<Schema>(&*record)) addSchema(index, *schema);
        if (const auto* channel = std::get_if<Channel>(&*record)) addChannel(index, *channel);
        if (const auto* chunk = std::get_if<ChunkIndex>(&*record)) summary.chunks.push_back(*chunk);
        if (const auto* metadata = std::get_if<MetadataIndex>(&*record)) summary.metadata.push_back(*metadata);
        if (auto* statistics = std::get_if<Statistics>(&*record)) summary.statistics = std::move(*statistics);
    }
    return step == RecordCursor::Step::Torn ? std::optional{cursor.offset()} : std::nullopt;
}

/// Whether the summary says everything a reader needs, so that no scan is necessary.
bool complete(const Summary& summary, const Index& index) {
    if (!summary.statistics) return false;
    if (summary.statistics->channelCount != index.channels.size()) return false;
    if (summary.statistics->chunkCount != summary.chunks.size()) return false;
    if (summary.statistics->messageCount > 0 && summary.chunks.empty()) return false;
    return std::ranges::all_of(summary.statistics->channelMessageCounts,
                               [&](const auto& count) { return index.channels.contains(count.first); });
}

/// The chunk indexes as segments in file order; false if they overlap or leave the data section.
bool addSegments(Index& index, std::vector<ChunkIndex>& chunks, std::uint64_t dataEnd) {
    std::ranges::sort(chunks, {}, &ChunkIndex::chunkOffset);
    std::uint64_t previousEnd = magic.size();
    for (const auto& chunk : chunks) {
        if (chunk.chunkOffset < previousEnd || chunk.chunkOffset > dataEnd || chunk.chunkLength > dataEnd - chunk.chunkOffset)
            return false;
        previousEnd = chunk.chunkOffset + chunk.chunkLength;
        Segment segment{chunk.chunkOffset, chunk.chunkLength, chunk.startTime, chunk.endTime, chunk.uncompressedSize, true,
                        std::nullopt};
        if (chunk.channels() == 1) segment.onlyChannel = chunk.channel(0).first;
        index.segments.push_back(segment);
        addCompression(index, chunk.compression);
    }
    return true;
}

/// False if one of the metadata records, which lie before `dataEnd`, is not where its index says.
bool readMetadata(Bytes all, std::size_t dataEnd, const Summary& summary, Index& index) {
    for (const auto& entry : summary.metadata) {
        if (entry.offset < magic.size() || entry.offset >= dataEnd) return false;
        RawRecord raw;
        RecordCursor there{all.subspan(static_cast<std::size_t>(entry.offset), dataEnd - static_cast<std::size_t>(entry.offset))};
        if (there.next(raw) != RecordCursor::Step::Found || !raw.is(Opcode::Metadata)) return false;
        const auto record = parseRecord(raw);
        if (!record) return false;
        const auto& metadata = std::get<Metadata>(*record);
        index.metadata.insert_or_assign(std::string{metadata.name}, toMap(metadata.entries));
    }
    return true;
}

} // namespace

Result<bool> File::loadSummary() {
    const Bytes all = bytes();
    const auto setAside = [&](std::string why, std::uint64_t offset) {
        index_.warnings.push_back(
            {ErrorCode::Malformed, std::move(why) + "; the records were read one by one instead", place(offset)});
        return false;
    };
    if (!endsWithMagic(all) || all.size() < magic.size() * 2 + recordHeadBytes + footerBytes) return false;
    const std::size_t footerOffset = all.size() - magic.size() - recordHeadBytes - footerBytes;
    RawRecord raw;
    RecordCursor tail{all.subspan(footerOffset, recordHeadBytes + footerBytes), footerOffset};
    if (tail.next(raw) != RecordCursor::Step::Found || !raw.is(Opcode::Footer))
        return setAside("the footer is damaged", footerOffset);
    const auto parsedFooter = parseRecord(raw);
    if (!parsedFooter) return setAside("the footer is damaged", footerOffset);
    const auto& footer = std::get<Footer>(*parsedFooter);
    if (footer.summaryStart == 0) return false;
    if (footer.summaryStart < magic.size() || footer.summaryStart > footerOffset)
        return setAside("the footer points outside the file", footerOffset);
    const auto start = static_cast<std::size_t>(footer.summaryStart);
    const std::size_t covered = footerOffset + recordHeadBytes + 2 * sizeof(std::uint64_t) - start;
    if (footer.summaryCrc != 0 && covered <= limits_.summaryBytesChecked && crc32(all.subspan(start, covered)) != footer.summaryCrc)
        return setAside("the summary does not match its checksum", start);

    Summary summary;
    Bytes chunks; // read apart
    if (FileWindow window{name_}; mapped_ && covered > limits_.summaryBytesChecked && window.opened()) {
        chunks = chunkIndexesIn(all, footer, footerOffset);
        const std::size_t from = chunks.empty() ? start : static_cast<std::size_t>(chunks.data() - all.data());
        if (!readAround(window, all, from, chunks.size(), summary)) return setAside("the summary is damaged", from);
    }
    const std::size_t apart = chunks.empty() ? start : static_cast<std::size_t>(chunks.data() - all.data());
    for (const auto& [from, to] : {std::pair{start, apart}, {apart + chunks.size(), footerOffset}})
        if (const auto damaged = readRecords(all.subspan(from, to - from), from, index_, summary))
            return setAside("the summary is damaged", *damaged);
    if (!complete(summary, index_)) return false; // a lean writer, not a fault
    if (!addSegments(index_, summary.chunks, footer.summaryStart)) return setAside("the chunk indexes are damaged", start);

    if (!readMetadata(all, start, summary, index_)) return setAside("a metadata record, or its index, is damaged", start);
    const auto& statistics = *summary.statistics;
    for (const auto& [id, count] : statistics.channelMessageCounts)
        if (const auto channel = index_.channels.find(id); channel != index_.channels.end()) channel->second.messages = count;
    index_.messages = statistics.messageCount;
    index_.chunks = statistics.chunkCount;
    index_.attachments = statistics.attachmentCount;
    index_.metadataRecords = statistics.metadataCount;
    index_.startTime = statistics.startTime;
    index_.endTime = statistics.endTime;
    index_.fromSummary = true;
    return true;
}

namespace {

/// Builds an index from the records of the data section, met one by one.
class Scanner {
public:
    Scanner(const File& file, Index& index) : file_{file}, index_{index} {}

    Result<void> add(const RawRecord& raw) {
        auto record = parseRecord(raw);
        if (!record) return fail(raw.offset, record.error());
        if (!raw.is(Opcode::MessageIndex))
            if (auto finished = finishChunk(); !finished) return finished;
        const bool loose = raw.is(Opcode::Message) || raw.is(Opcode::Schema) || raw.is(Opcode::Channel);
        if (!loose || (loose_ && loose_->length >= looseSegmentBytes)) closeLoose();

        if (const auto* schema = std::get_if<Schema>(&*record))
            addSchema(index_, *schema);
        else if (const auto* channel = std::get_if<Channel>(&*record))
            addChannel(index_, *channel);
        else if (const auto* message = std::get_if<Message>(&*record))
            return addLoose(raw, *message);
        else if (const auto* chunk = std::get_if<Chunk>(&*record))
            openChunk(raw, *chunk);
        else if (const auto* entries = std::get_if<MessageIndex>(&*record))
            indexed_.emplace_back(entries->channelId, entries->entries.size());
        else if (const auto* metadata = std::get_if<Metadata>(&*record)) {
            ++index_.metadataRecords;
            index_.metadata.insert_or_assign(std::string{metadata->name}, toMap(metadata->entries));
        } else if (std::holds_alternative<Attachment>(*record))
            ++index_.attachments;
        if (loose && loose_) loose_->length = raw.end() - loose_->offset;
        return {};
    }

    Result<void> finish() {
        closeLoose();
        return finishChunk();
    }

private:
    Result<void> fail(std::uint64_t offset, Error error) const {
        error.place = file_.place(offset);
        return std::unexpected(std::move(error));
    }

    void include(std::uint64_t from, std::uint64_t to) {
        index_.startTime = any_ ? std::min(index_.startTime, from) : from;
        index_.endTime = any_ ? std::max(index_.endTime, to) : to;
        any_ = true;
    }

    Result<void> addLoose(const RawRecord& raw, const Message& message) {
        const auto channel = index_.channels.find(message.channelId);
        if (channel == index_.channels.end())
            return fail(raw.offset, {ErrorCode::Malformed,
                                     std::format("message of channel {}, which the log does not describe", message.channelId),
                                     {}});
        if (!loose_) loose_ = Segment{raw.offset, 0, message.logTime, message.logTime, 0, false, std::nullopt};
        loose_->length = raw.end() - loose_->offset;
        loose_->startTime = std::min(loose_->startTime, message.logTime);
        loose_->endTime = std::max(loose_->endTime, message.logTime);
        ++channel->second.messages;
        ++index_.messages;
        return {};
    }
    void closeLoose() {
        if (!loose_) return;
        include(loose_->startTime, loose_->endTime);
        index_.segments.push_back(*loose_);
        loose_.reset();
    }

    void openChunk(const RawRecord& raw, const Chunk& chunk) {
        chunk_ =
            Segment{raw.offset, raw.end() - raw.offset, chunk.startTime, chunk.endTime, chunk.uncompressedSize, true, std::nullopt};
        indexed_.clear();
        ++index_.chunks;
        addCompression(index_, chunk.compression);
    }
    /// Called once the message indexes behind a chunk are over. They spare opening it, unless it brings channels not seen before.
    Result<void> finishChunk() {
        if (!chunk_) return {};
        Segment segment = *std::exchange(chunk_, std::nullopt);
        const bool known = !indexed_.empty() &&
                           std::ranges::all_of(indexed_, [&](const auto& entry) { return index_.channels.contains(entry.first); });
        if (!known)
            if (auto opened = lookInside(segment); !opened) return opened;
        std::uint64_t messages = 0;
        std::set<std::uint16_t> used;
        for (const auto& [id, count] : indexed_) {
            if (count == 0) continue;
            used.insert(id);
            messages += count;
            index_.channels.at(id).messages += count;
        }
        index_.messages += messages;
        if (used.size() == 1) segment.onlyChannel = *used.begin();
        if (messages > 0) include(segment.startTime, segment.endTime);
        index_.segments.push_back(segment);
        file_.drop(segment);
        return {};
    }
    Result<void> lookInside(const Segment& segment) {
        const auto records = file_.read(segment, buffer_);
        if (!records) return std::unexpected(records.error());
        std::map<std::uint16_t, std::size_t> counts;
        RawRecord raw;
        RecordCursor cursor{*records};
        RecordCursor::Step step{};
        while ((step = cursor.next(raw)) == RecordCursor::Step::Found) {
            if (raw.is(Opcode::Message)) {
                const auto message = parseMessage(raw);
                if (!message) return fail(segment.offset, message.error());
                if (!index_.channels.contains(message->channelId))
                    return fail(segment.offset,
                                {ErrorCode::Malformed,
                                 std::format("message of channel {}, which the log does not describe", message->channelId),
                                 {}});
                ++counts[message->channelId];
                continue;
            }
            const auto record = parseRecord(raw);
            if (!record) return fail(segment.offset, record.error());
            if (const auto* schema = std::get_if<Schema>(&*record)) addSchema(index_, *schema);
            if (const auto* channel = std::get_if<Channel>(&*record)) addChannel(index_, *channel);
        }
        if (step == RecordCursor::Step::Torn)
            return fail(segment.offset, {ErrorCode::Malformed, "the records of this chunk do not fill it: it is damaged", {}});
        indexed_.assign(counts.begin(), counts.end());
        return {};
    }

    const File& file_;
    Index& index_;
    SegmentBuffer buffer_;
    std::optional<Segment> loose_;
    std::optional<Segment> chunk_;
    std::vector<std::pair<std::uint16_t, std::size_t>> indexed_;
    bool any_ = false;
};

} // namespace

Result<void> File::scan() {
    const Bytes all = bytes();
    const bool whole = endsWithMagic(all);
    const std::size_t end = all.size() - (whole ? magic.size() : 0);
    RecordCursor cursor{all.subspan(magic.size(), end - magic.size()), magic.size()};
    Scanner scanner{*this, index_};
    std::uint32_t crc = whole ? crc32(all.first(magic.size())) : 0;
    // Where the end of the file is missing, what cannot be read at the end is the torn tail: dropped, and said.
    const auto torn = [&](std::uint64_t offset) {
        index_.warnings.push_back({ErrorCode::Malformed,
                                   offset == all.size()
                                       ? std::string{"the log was not closed; all that it holds was read"}
                                       : std::format("the log was not closed and its last {} bytes are incomplete; all "
                                                     "before them was read",
                                                     all.size() - offset),
                                   place(offset)});
    };
    RawRecord raw;
    RecordCursor::Step step{};
    bool ended = false;
    while (!ended && (step = cursor.next(raw)) == RecordCursor::Step::Found) {
        if (raw.is(Opcode::DataEnd) || raw.is(Opcode::Footer)) {
            ended = true;
            const auto record = parseRecord(raw);
            const auto* dataEnd = record ? std::get_if<DataEnd>(&*record) : nullptr;
            if (whole && dataEnd && dataEnd->dataSectionCrc != 0 && dataEnd->dataSectionCrc != crc)
                return failure(ErrorCode::Malformed, "the data does not match its checksum: the log is damaged", place(raw.offset));
            break;
        }
        if (auto added = scanner.add(raw); !added) {
            if (whole) return added;
            torn(raw.offset);
            ended = true;
            break;
        }
        if (whole)
            crc = crc32(all.subspan(static_cast<std::size_t>(raw.offset), static_cast<std::size_t>(raw.end() - raw.offset)), crc);
    }
    if (!ended && whole)
        return failure(ErrorCode::Malformed, "a record is longer than what is left of the file: the log is damaged",
                       place(cursor.offset()));
    if (!ended)
        torn(cursor.offset());
    else if (!whole && index_.warnings.empty())
        index_.warnings.push_back(
            {ErrorCode::Malformed, "the end of the log is missing, but none of its samples", place(all.size())});
    if (auto finished = scanner.finish(); !finished) {
        if (whole) return finished;
        index_.warnings.push_back(finished.error());
    }
    if (whole) return {};
    // A crash can leave the last chunk with its length but without its bytes.
    SegmentBuffer buffer;
    for (int tries = 0; tries < 8 && !index_.segments.empty(); ++tries) {
        const auto readable = read(index_.segments.back(), buffer);
        if (readable) break;
        index_.warnings.push_back(readable.error());
        index_.segments.pop_back();
    }
    return {};
}

} // namespace millwright::telemetry::mcap
