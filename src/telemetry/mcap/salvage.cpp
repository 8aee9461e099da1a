#include <millwright/telemetry/mcap/salvage.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <format>
#include <set>

namespace millwright::telemetry::mcap {
namespace {

constexpr std::size_t chainLength = 3; ///< records in a row that make sense, before a search believes in the first of them
constexpr std::uint8_t firstPrivateOpcode = 0x80;
constexpr std::string_view unknownKind = "a record is of a kind that this program does not know";
constexpr std::size_t summaryBytesSearched = 256u << 20; ///< back from the footer
constexpr std::size_t summariesTried = 16;
constexpr std::uint64_t progressBytes = 8u << 20;

bool hasMagicAt(Bytes file, std::size_t offset) {
    return offset <= file.size() && file.size() - offset >= magic.size() &&
           std::memcmp(file.data() + offset, magic.data(), magic.size()) == 0;
}

bool plausible(const Chunk& chunk) {
    return chunk.compression == "zstd" || chunk.compression == "lz4" ||
           (chunk.compression.empty() && chunk.uncompressedSize == chunk.records.size());
}

/// A record as far as it can be judged by itself.
struct Judged {
    Record record;
    bool exact =
        false; ///< its fields fill its length; later versions of the format may add some, damage makes it more likely not so
};

/// Nothing if the record cannot be what it claims, or is of a kind this program does not know.
std::optional<Judged> judge(const RawRecord& raw) {
    if (raw.opcode == 0 || raw.opcode > static_cast<std::uint8_t>(Opcode::DataEnd)) return std::nullopt;
    std::size_t beyond = 0;
    auto record = parseRecord(raw, &beyond);
    if (!record) return std::nullopt;
    if (beyond == 0) return Judged{std::move(*record), true};
    if (raw.is(Opcode::Message) || raw.is(Opcode::DataEnd) || raw.is(Opcode::Footer)) return std::nullopt; // these never grow
    // A chunk whose opcode was changed would pass for many another record that is followed by something.
    std::size_t beyondChunk = 0;
    if (const auto chunk = parseRecord({static_cast<std::uint8_t>(Opcode::Chunk), raw.offset, raw.content}, &beyondChunk);
        !raw.is(Opcode::Chunk) && chunk && beyondChunk == 0 && plausible(std::get<Chunk>(*chunk)))
        return std::nullopt;
    return Judged{std::move(*record), false};
}

struct ChunkContent {
    std::vector<Schema> schemas;
    std::vector<Channel> channels;
    std::uint64_t messages = 0;
};

/// Nothing if the records of a chunk do not fill it or one of them cannot be parsed.
std::optional<ChunkContent> lookInside(Bytes records) {
    ChunkContent content;
    RecordCursor cursor{records};
    RawRecord raw;
    RecordCursor::Step step{};
    while ((step = cursor.next(raw)) == RecordCursor::Step::Found) {
        if (raw.is(Opcode::Message)) {
            if (!parseMessage(raw)) return std::nullopt;
            ++content.messages;
            continue;
        }
        const auto record = parseRecord(raw);
        if (!record) return std::nullopt;
        if (const auto* schema = std::get_if<Schema>(&*record)) content.schemas.push_back(*schema);
        if (const auto* channel = std::get_if<Channel>(&*record)) content.channels.push_back(*channel);
    }
    if (step != RecordCursor::Step::End) return std::nullopt;
    return content;
}

class Walk {
public:
    Walk(Bytes file, const std::string& name, SalvageSink& sink, const ReadLimits& limits, const Progress& progress)
        : file_{file}, name_{name}, sink_{sink}, limits_{limits}, progress_{progress} {}

    Result<Salvage> run() {
        if (auto done = readSummary(); !done) return std::unexpected(done.error());
        std::uint64_t offset = std::min(magic.size(), file_.size());
        if (!hasMagicAt(file_, 0)) addDamage(0, offset, "the MCAP mark at its beginning is damaged", 0);
        crc_ = crc32(file_.first(static_cast<std::size_t>(offset)));
        while (offset < file_.size()) {
            if (atClosingMagic(offset)) {
                found_.closed = footer_;
                break;
            }
            const auto next = take(offset);
            if (!next) return std::unexpected(next.error());
            if (auto reported = report(*next); !reported) return std::unexpected(reported.error());
            offset = *next;
        }
        if (found_.chunks + found_.messages + found_.attachments + found_.metadata == 0 && known_.empty() && !header_)
            return failure(ErrorCode::Malformed, "holds nothing of an MCAP log: there is nothing to recover", name_);
        // Where the data match their checksum, what this program does not know is no damage.
        if (found_.data == Checksum::Right)
            std::erase_if(found_.damage, [](const Damage& stretch) { return stretch.what == unknownKind; });
        return std::move(found_);
    }

private:
    [[nodiscard]] bool atClosingMagic(std::uint64_t offset) const {
        return file_.size() - offset == magic.size() && hasMagicAt(file_, static_cast<std::size_t>(offset));
    }

    void addDamage(std::uint64_t offset, std::uint64_t end, std::string what, std::optional<std::uint64_t> messages) {
        if (found_.dataEnded) messages = 0; // what follows only repeats or points at what was before
        found_.damage.push_back({offset, end - offset, std::move(what), messages});
        sink_.damaged(found_.damage.back());
    }

    Result<void> report(std::uint64_t offset) {
        if (offset < reported_ + progressBytes) return {};
        reported_ = offset;
        if (progress_.cancelled()) return failure(ErrorCode::Cancelled, "stopped; nothing was written", name_);
        progress_(static_cast<double>(offset) / static_cast<double>(file_.size()), "reading");
        return {};
    }

    /// Schemas and channels of a summary that its checksum vouches for: records in the data section have no checksum of their own.
    Result<void> readSummary() {
        constexpr std::size_t tailBytes = recordHeadBytes + footerBytes + magic.size();
        if (file_.size() < magic.size() + tailBytes || !hasMagicAt(file_, file_.size() - magic.size())) return {};
        const std::size_t footerOffset = file_.size() - tailBytes;
        RawRecord raw;
        if (RecordCursor tail{file_.subspan(footerOffset, recordHeadBytes + footerBytes), footerOffset};
            tail.next(raw) != RecordCursor::Step::Found || !raw.is(Opcode::Footer))
            return {};
        const auto parsed = parseRecord(raw);
        if (!parsed) return {};
        const auto& footer = std::get<Footer>(*parsed);
        if (footer.summaryStart == 0 || footer.summaryCrc == 0) return {};
        const std::size_t start = summaryStart(footer, footerOffset);
        found_.summary = start < footerOffset ? Checksum::Right : Checksum::Wrong;
        if (found_.summary == Checksum::Wrong) return {};
        RecordCursor cursor{file_.subspan(start, footerOffset - start), start};
        while (cursor.next(raw) == RecordCursor::Step::Found) {
            auto record = parseRecord(raw);
            if (!record) return {};
            if (const auto* schema = std::get_if<Schema>(&*record))
                if (auto taken = takeSchema(*schema); !taken) return taken;
            if (const auto* channel = std::get_if<Channel>(&*record))
                if (auto taken = takeChannel(*channel); !taken) return taken;
            if (auto* statistics = std::get_if<Statistics>(&*record)) found_.statistics = std::move(*statistics);
        }
        summaryComplete_ = found_.statistics && found_.statistics->channelCount == known_.size() &&
                           found_.statistics->schemaCount == knownSchemas_.size();
        return {};
    }

    /// Where the summary that the footer's checksum fits begins; `footerOffset` if nowhere. Where bytes were lost or added before
    /// it, it lies elsewhere than the footer says, but still behind a DataEnd.
    [[nodiscard]] std::size_t summaryStart(const Footer& footer, std::size_t footerOffset) const {
        const std::size_t end = footerOffset + recordHeadBytes + 2 * sizeof(std::uint64_t);
        const auto fits = [&](std::size_t start) { return crc32(file_.subspan(start, end - start)) == footer.summaryCrc; };
        if (footer.summaryStart >= magic.size() && footer.summaryStart < footerOffset &&
            fits(static_cast<std::size_t>(footer.summaryStart)))
            return static_cast<std::size_t>(footer.summaryStart);
        constexpr std::array<std::uint8_t, recordHeadBytes> dataEnd{static_cast<std::uint8_t>(Opcode::DataEnd),
                                                                    sizeof(std::uint32_t)};
        const std::size_t nearest = footerOffset - std::min(footerOffset, summaryBytesSearched);
        std::size_t tries = summariesTried;
        for (std::size_t at = footerOffset; at-- > nearest && tries > 0;) {
            if (footerOffset - at < dataEnd.size() + sizeof(std::uint32_t)) continue;
            if (std::memcmp(file_.data() + at, dataEnd.data(), dataEnd.size()) != 0) continue;
            --tries;
            if (const std::size_t start = at + dataEnd.size() + sizeof(std::uint32_t); start < footerOffset && fits(start))
                return start;
        }
        return footerOffset;
    }

    Result<void> takeSchema(const Schema& schema) {
        if (summaryComplete_ || !knownSchemas_.insert(schema.id).second) return {};
        return sink_.schema(schema);
    }
    Result<void> takeChannel(const Channel& channel) {
        if (summaryComplete_ || !known_.insert(channel.id).second) return {};
        return sink_.channel(channel);
    }

    std::uint64_t pass(const RawRecord& raw) {
        unprotected_ = raw.is(Opcode::Chunk) || raw.is(Opcode::Attachment) ? raw.end() : raw.offset;
        if (!found_.dataEnded)
            crc_ = crc32(file_.subspan(static_cast<std::size_t>(raw.offset), raw.content.size() + recordHeadBytes), crc_);
        return raw.end();
    }

    /// Handles the record at `offset`, or the damage there, and returns where to go on.
    Result<std::uint64_t> take(std::uint64_t offset) {
        RawRecord raw;
        RecordCursor cursor{file_.subspan(static_cast<std::size_t>(offset)), offset};
        const bool framed = cursor.next(raw) == RecordCursor::Step::Found;
        if (framed) {
            if (auto judged = judge(raw); judged && (judged->exact || chainAt(offset, chainLength))) {
                const auto taken = takeRecord(raw, judged->record);
                if (!taken) return std::unexpected(taken.error());
                if (*taken) return pass(raw);
                // A chunk of damaged content in an intact frame is passed over whole; what its message indexes say was in it.
                if (raw.is(Opcode::Chunk) && (raw.end() == file_.size() || chainAt(raw.end(), 1))) {
                    addDamage(offset, raw.end(), "a chunk does not match its checksum", indexedMessages(raw.end()));
                    return raw.end();
                }
            }
            if (raw.opcode >= firstPrivateOpcode && chainAt(raw.end(), chainLength)) {
                addDamage(offset, raw.end(), std::string{unknownKind}, indexedMessages(raw.end()));
                return pass(raw);
            }
        }
        // The record before may have been cut short and have swallowed the head of what follows it.
        const auto next = search(std::min(unprotected_, offset) + 1);
        if (!next) return std::unexpected(next.error());
        unprotected_ = *next;
        const bool torn = *next == file_.size();
        addDamage(std::min(offset, *next - 1), *next,
                  torn ? "the end of the file is incomplete or damaged" : "records cannot be read", std::nullopt);
        return *next;
    }

    /// False when it cannot be what it claims.
    Result<bool> takeRecord(const RawRecord& raw, const Record& record) {
        const auto passed = [](Result<void> done) -> Result<bool> {
            if (!done) return std::unexpected(done.error());
            return true;
        };
        if (const auto* chunk = std::get_if<Chunk>(&record)) return takeChunk(raw, *chunk);
        if (found_.dataEnded && !std::holds_alternative<Footer>(record)) return true; // the summary was read before
        if (const auto* schema = std::get_if<Schema>(&record)) return passed(takeSchema(*schema));
        if (const auto* channel = std::get_if<Channel>(&record)) return passed(takeChannel(*channel));
        if (const auto* message = std::get_if<Message>(&record)) {
            if (!known_.contains(message->channelId)) return false;
            ++found_.messages;
            ++found_.messagesOutside;
            return passed(sink_.message(*message));
        }
        if (const auto* attachment = std::get_if<Attachment>(&record)) {
            ++found_.attachments;
            return passed(sink_.attachment(*attachment));
        }
        if (const auto* metadata = std::get_if<Metadata>(&record)) {
            ++found_.metadata;
            return passed(sink_.metadata(*metadata));
        }
        if (const auto* header = std::get_if<Header>(&record)) {
            if (raw.offset != magic.size()) return false;
            found_.profile = header->profile;
            found_.library = header->library;
            header_ = true;
        }
        if (const auto* end = std::get_if<DataEnd>(&record)) {
            found_.dataEnded = true;
            if (end->dataSectionCrc != 0) found_.data = end->dataSectionCrc == crc_ ? Checksum::Right : Checksum::Wrong;
        }
        if (std::holds_alternative<Footer>(record)) footer_ = found_.dataEnded = true;
        return true;
    }

    Result<bool> takeChunk(const RawRecord& raw, const Chunk& chunk) {
        const auto spent = spend(chunk.records.size() + std::min(chunk.uncompressedSize, limits_.chunkBytes));
        if (!spent) return std::unexpected(spent.error());
        const auto records = decompress(chunk.compression, chunk.records, chunk.uncompressedSize, limits_.chunkBytes, buffer_);
        if (!records) return false;
        if (chunk.uncompressedCrc != 0 && crc32(*records) != chunk.uncompressedCrc) return false;
        const auto content = lookInside(*records);
        if (!content) return false;
        for (const auto& schema : content->schemas)
            if (auto taken = takeSchema(schema); !taken) return std::unexpected(taken.error());
        for (const auto& channel : content->channels)
            if (auto taken = takeChannel(channel); !taken) return std::unexpected(taken.error());
        ++found_.chunks;
        found_.messages += content->messages;
        spent_ = 0;
        if (auto taken = sink_.chunk(chunk, *records, raw.offset); !taken) return std::unexpected(taken.error());
        return true;
    }

    /// How many messages the message indexes at `offset` count; nothing if there are none.
    [[nodiscard]] std::optional<std::uint64_t> indexedMessages(std::uint64_t offset) const {
        std::optional<std::uint64_t> messages;
        RecordCursor cursor{file_.subspan(static_cast<std::size_t>(offset)), offset};
        RawRecord raw;
        while (cursor.next(raw) == RecordCursor::Step::Found && raw.is(Opcode::MessageIndex)) {
            const auto judged = judge(raw);
            if (!judged || !judged->exact) return std::nullopt;
            messages = messages.value_or(0) + std::get<MessageIndex>(judged->record).entries.size();
        }
        return messages;
    }

    /// Whether `length` records that make sense lie at `offset`, one behind the other, or fewer up to the end of the file.
    [[nodiscard]] bool chainAt(std::uint64_t offset, std::size_t length) {
        RecordCursor cursor{file_.subspan(static_cast<std::size_t>(offset)), offset};
        RawRecord raw;
        std::optional<std::uint16_t> described; // by a channel record of this chain
        for (std::size_t i = 0; i < length; ++i) {
            if (i > 0 && (cursor.offset() == file_.size() || atClosingMagic(cursor.offset()))) return true;
            if (cursor.next(raw) != RecordCursor::Step::Found) return false;
            spent_ += raw.content.size();
            const auto judged = judge(raw);
            if (!judged) return false;
            const Record& record = judged->record;
            if (const auto* channel = std::get_if<Channel>(&record)) described = channel->id;
            if (const auto* message = std::get_if<Message>(&record);
                message && !known_.contains(message->channelId) && described != message->channelId)
                return false;
            if (const auto* chunk = std::get_if<Chunk>(&record); chunk && !plausible(*chunk)) return false;
            if (std::holds_alternative<Header>(record) && raw.offset != magic.size()) return false;
        }
        return true;
    }

    /// Where records make sense again, from `offset` on; the end of the file if nowhere.
    Result<std::uint64_t> search(std::uint64_t offset) {
        for (; offset < file_.size(); ++offset) {
            if (atClosingMagic(offset)) return offset;
            const std::uint64_t left = file_.size() - offset;
            if (left < recordHeadBytes) continue;
            std::uint64_t length = 0;
            std::memcpy(&length, file_.data() + offset + 1, sizeof(length));
            if (length > left - recordHeadBytes) continue;
            const auto opcode = static_cast<std::uint8_t>(file_[static_cast<std::size_t>(offset)]);
            if (opcode == 0 || opcode > static_cast<std::uint8_t>(Opcode::DataEnd)) continue;
            if (auto spent = spend(length); !spent) return std::unexpected(spent.error());
            if (chainAt(offset, chainLength)) return offset;
        }
        return file_.size();
    }

    /// Bounds what a file made to be hard can cost: bytes looked at since the last intact chunk.
    Result<void> spend(std::uint64_t bytes) {
        spent_ += bytes;
        if (spent_ <= 64 * static_cast<std::uint64_t>(file_.size()) + 4 * limits_.chunkBytes) return {};
        return failure(ErrorCode::ResourceLimit, "is too damaged to be searched for records", name_);
    }

    Bytes file_;
    const std::string& name_;
    SalvageSink& sink_;
    const ReadLimits& limits_;
    const Progress& progress_;
    Salvage found_;
    std::vector<std::byte> buffer_;
    std::set<std::uint16_t> known_; ///< channels
    std::set<std::uint16_t> knownSchemas_;
    std::uint32_t crc_ = 0; ///< of the data section so far
    std::uint64_t spent_ = 0;
    std::uint64_t reported_ = 0;
    std::uint64_t unprotected_ = magic.size(); ///< where the last record began, or ended if it matches a checksum of its own
    bool summaryComplete_ = false;             ///< it describes every schema and channel: what else the file describes is damage
    bool header_ = false;
    bool footer_ = false;
};

} // namespace

std::optional<std::uint64_t> Salvage::messagesLost() const {
    if (statistics) return statistics->messageCount - std::min(statistics->messageCount, messages);
    if (!dataEnded) return std::nullopt;
    std::uint64_t lost = 0;
    for (const auto& stretch : damage) {
        if (!stretch.messages) return std::nullopt;
        lost += *stretch.messages;
    }
    return lost;
}

bool Salvage::complete() const {
    if (data == Checksum::Right) return true;
    if (messagesLost() != std::optional<std::uint64_t>{0}) return false;
    // Chunks and summary have checksums of their own; messages outside chunks have only that of all data.
    if (data == Checksum::Absent) return true;
    return statistics && messagesOutside == 0;
}

Result<Salvage> salvage(Bytes file, const std::string& name, SalvageSink& sink, const ReadLimits& limits,
                        const Progress& progress) {
    return Walk{file, name, sink, limits, progress}.run();
}

} // namespace millwright::telemetry::mcap
