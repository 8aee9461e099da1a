#include <millwright/telemetry/mcap/file.hpp>

#include <algorithm>
#include <cstring>
#include <format>

namespace millwright::telemetry::mcap {
namespace {

std::unexpected<Error> at(std::string place, Error error) {
    error.place = std::move(place);
    return std::unexpected(std::move(error));
}

bool endsWithMagic(Bytes bytes) {
    return bytes.size() >= 2 * magic.size() &&
           std::memcmp(bytes.data() + bytes.size() - magic.size(), magic.data(), magic.size()) == 0;
}

} // namespace

Result<File> File::open(const std::filesystem::path& path, ReadLimits limits) {
    auto mapped = MappedFile::open(path);
    if (!mapped) return std::unexpected(mapped.error());
    File file;
    file.mapped_ = std::move(*mapped);
    file.name_ = path.string();
    file.limits_ = limits;
    if (const auto loaded = file.load(); !loaded) return std::unexpected(loaded.error());
    return file;
}

Result<File> File::fromBytes(Bytes bytes, std::string name, ReadLimits limits) {
    File file;
    file.borrowed_ = bytes;
    file.name_ = std::move(name);
    file.limits_ = limits;
    if (const auto loaded = file.load(); !loaded) return std::unexpected(loaded.error());
    return file;
}

std::string File::place(std::uint64_t offset) const {
    return std::format("{}: byte {}", name_, offset);
}

Result<void> File::load() {
    const Bytes all = bytes();
    if (all.empty()) return failure(ErrorCode::Malformed, "is empty, where an MCAP log was expected", name_);
    if (all.size() < magic.size() || std::memcmp(all.data(), magic.data(), magic.size()) != 0)
        return failure(ErrorCode::Malformed, "is not an MCAP log: it does not begin with the MCAP mark; `millwright log convert` makes one of CSV and SHDR files",
                       name_);

    RawRecord first;
    if (RecordCursor cursor{all.subspan(magic.size()), magic.size()}; cursor.next(first) != RecordCursor::Step::Found)
        return failure(ErrorCode::Malformed, "ends within its header: nothing can be recovered from it", place(magic.size()));
    const auto header = parseRecord(first);
    if (!header) return at(place(first.offset), header.error());
    const auto* fields = std::get_if<Header>(&*header);
    if (!fields) return failure(ErrorCode::Malformed, "does not begin with a Header record: it is damaged", place(first.offset));
    index_.profile = fields->profile;
    index_.library = fields->library;

    const auto usable = loadSummary();
    if (!usable) return std::unexpected(usable.error());
    if (*usable) return {};
    Index fresh;
    fresh.profile = std::move(index_.profile);
    fresh.library = std::move(index_.library);
    fresh.warnings = std::move(index_.warnings);
    index_ = std::move(fresh);
    return scan();
}

void File::drop(const Segment& segment) const {
    // Touching a page maps its neighbours too ("fault-around", 64 KiB unless tuned), here the message indexes between chunks, which
    // nobody reads: dropping the segment alone would leave them behind, a little after every chunk.
    constexpr std::size_t neighbourhood = 256 << 10;
    if (!mapped_) return;
    const auto offset = static_cast<std::size_t>(segment.offset);
    const std::size_t before = std::min(offset, neighbourhood);
    mapped_->dropPages(offset - before, before + static_cast<std::size_t>(segment.length) + neighbourhood);
}

Result<Bytes> File::read(const Segment& segment, SegmentBuffer& buffer) const {
    const Bytes all = bytes();
    if (segment.offset > all.size() || segment.length > all.size() - segment.offset)
        return failure(ErrorCode::Malformed, "the index points outside the file", place(segment.offset));
    const Bytes stretch = all.subspan(static_cast<std::size_t>(segment.offset), static_cast<std::size_t>(segment.length));
    if (!segment.chunk) return stretch;

    RawRecord raw;
    RecordCursor cursor{stretch, segment.offset};
    if (cursor.next(raw) != RecordCursor::Step::Found || !raw.is(Opcode::Chunk) || raw.end() != segment.offset + segment.length)
        return failure(ErrorCode::Malformed, "there is no chunk where the index says one is: the log is damaged",
                       place(segment.offset));
    const auto record = parseRecord(raw);
    if (!record) return at(place(raw.offset), record.error());
    const auto& chunk = std::get<Chunk>(*record);
    if (chunk.startTime != segment.startTime || chunk.endTime != segment.endTime ||
        chunk.uncompressedSize != segment.uncompressedBytes)
        return failure(ErrorCode::Malformed, "chunk and index disagree about its times or size: the log is damaged",
                       place(raw.offset));
    const auto records = decompress(chunk.compression, chunk.records, chunk.uncompressedSize, limits_.chunkBytes, buffer.bytes);
    if (!records) return at(place(raw.offset), records.error());
    if (chunk.uncompressedCrc != 0 && crc32(*records) != chunk.uncompressedCrc)
        return failure(ErrorCode::Malformed, "chunk does not match its checksum: it is damaged", place(raw.offset));
    return *records;
}

Result<void> File::forEachRecord(const std::function<Result<void>(const Record&)>& visit) const {
    const Bytes all = bytes();
    const bool complete = endsWithMagic(all);
    const Bytes section = all.subspan(magic.size(), all.size() - (complete ? 2 : 1) * magic.size());
    RecordCursor cursor{section, magic.size()};
    SegmentBuffer buffer;
    RawRecord raw;
    RecordCursor::Step step{};
    while ((step = cursor.next(raw)) == RecordCursor::Step::Found) {
        const auto record = parseRecord(raw);
        if (!record) return at(place(raw.offset), record.error());
        if (raw.is(Opcode::MessageIndex)) continue;
        const auto* chunk = std::get_if<Chunk>(&*record);
        if (!chunk) {
            if (auto visited = visit(*record); !visited) return visited;
            continue;
        }
        const auto records = read(
            {raw.offset, raw.end() - raw.offset, chunk->startTime, chunk->endTime, chunk->uncompressedSize, true, std::nullopt},
            buffer);
        if (!records) return std::unexpected(records.error());
        RecordCursor inside{*records};
        RawRecord inner;
        while ((step = inside.next(inner)) == RecordCursor::Step::Found) {
            const auto parsed = parseRecord(inner);
            if (!parsed) return at(place(raw.offset), parsed.error());
            if (auto visited = visit(*parsed); !visited) return visited;
        }
        if (step == RecordCursor::Step::Torn)
            return failure(ErrorCode::Malformed, "the records of this chunk do not fill it: it is damaged", place(raw.offset));
    }
    if (step == RecordCursor::Step::Torn && complete)
        return failure(ErrorCode::Malformed, "a record is longer than what is left of the file: the log is damaged",
                       place(cursor.offset()));
    return {};
}

} // namespace millwright::telemetry::mcap
