#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/json_sample.hpp"

#include <millwright/telemetry/log_tail.hpp>
#include <millwright/telemetry/mcap/file.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <optional>
#include <unistd.h>

namespace millwright::telemetry {
namespace {

constexpr std::uint64_t mostBytes = 256u << 20; ///< of a record, and of what a chunk holds
constexpr std::size_t mostSamples = 16u << 20;  ///< of a chunk
constexpr std::size_t stringsKept = 65'536;     ///< then the table is begun anew

} // namespace

struct LogTail::State {
    std::filesystem::path path;
    int fd = -1;
    std::uint64_t at = 0; ///< of the record to be read next
    std::vector<std::byte> content, unpacked;
    std::vector<LogTopic> topics;
    std::vector<ColumnTarget> targets; ///< by channel id
    std::optional<std::uint16_t> columns;
    StringTable strings;
    ColumnDecoder decoder;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (fd >= 0) ::close(fd);
    }

    [[nodiscard]] std::string place() const { return std::format("{}: byte {}", path.string(), at); }
    [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const;
    [[nodiscard]] Result<std::optional<mcap::RawRecord>> record(std::uint64_t end);
    void add(const mcap::Channel& channel);
    [[nodiscard]] Result<void> chunk(const mcap::Chunk& chunk, std::vector<Sample>& out);
    [[nodiscard]] Result<void> take(const mcap::RawRecord& raw, std::vector<Sample>& out);
};

Result<void> LogTail::State::read(std::uint64_t offset, std::span<std::byte> into) const {
    while (!into.empty()) {
        const ssize_t count = ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            return failure(ErrorCode::Unreadable, count == 0 ? "ends before it was said to" : std::strerror(errno), place());
        into = into.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

/// The next record before `end`, with its content where it is one that matters; none when it is not there yet.
Result<std::optional<mcap::RawRecord>> LogTail::State::record(std::uint64_t end) {
    using enum mcap::Opcode;
    std::array<std::byte, mcap::recordHeadBytes> head;
    if (at + head.size() > end) return std::nullopt;
    if (auto done = read(at, head); !done) return std::unexpected(done.error());
    mcap::RawRecord raw{.opcode = static_cast<std::uint8_t>(head[0]), .offset = at, .content = {}};
    std::uint64_t length = 0;
    std::memcpy(&length, head.data() + 1, sizeof length);
    if (length > mostBytes) return failure(ErrorCode::Malformed, "a record says that it is longer than any is", place());
    if (at + head.size() + length > end) return std::nullopt;
    if (raw.is(Channel) || raw.is(Chunk) || raw.is(Message)) {
        content.resize(length);
        if (auto done = read(at + head.size(), content); !done) return std::unexpected(done.error());
        raw.content = content;
    }
    at += head.size() + length;
    return raw;
}

void LogTail::State::add(const mcap::Channel& channel) {
    if (channel.messageEncoding == columnsEncoding) columns = channel.id;
    if (channel.messageEncoding != signalEncoding) return;
    if (targets.size() <= channel.id) targets.resize(channel.id + std::size_t{1});
    if (targets[channel.id].signal != noSignal) return; // said again
    LogTopic topic{
        .topic = std::string{channel.topic}, .encoding = std::string{channel.messageEncoding}, .unit = {}, .metadata = {}};
    for (const auto& [key, value] : channel.metadata) topic.metadata.emplace(key, value);
    static_cast<void>(parseName(topic.metadata["type"], topic.type));
    topic.unit = topic.metadata["unit"];
    targets[channel.id] = {static_cast<SignalIndex>(topics.size()), topic.type};
    topics.push_back(std::move(topic));
}

Result<void> LogTail::State::chunk(const mcap::Chunk& chunk, std::vector<Sample>& out) {
    const auto records = mcap::decompress(chunk.compression, chunk.records, chunk.uncompressedSize, mostBytes, unpacked);
    if (!records) return std::unexpected(records.error());
    if (chunk.uncompressedCrc != 0 && mcap::crc32(*records) != chunk.uncompressedCrc)
        return failure(ErrorCode::Malformed, "a chunk does not match its checksum");
    mcap::RecordCursor cursor{*records};
    mcap::RawRecord raw;
    while (cursor.next(raw) == mcap::RecordCursor::Step::Found)
        if (auto taken = take(raw, out); !taken) return taken;
    return {};
}

Result<void> LogTail::State::take(const mcap::RawRecord& raw, std::vector<Sample>& out) {
    if (raw.is(mcap::Opcode::Message)) {
        const auto message = mcap::parseMessage(raw);
        if (!message) return std::unexpected(message.error());
        if (columns && message->channelId == *columns) {
            const auto counts = decoder.decode(message->data, targets, strings, mostSamples, out);
            if (!counts) return std::unexpected(counts.error());
        } else if (message->channelId < targets.size() && targets[message->channelId].signal != noSignal) {
            return failure(ErrorCode::Unsupported, "samples lie in it one by one: only what a recorder writes can be followed");
        }
    } else if (raw.is(mcap::Opcode::Channel) || raw.is(mcap::Opcode::Chunk)) {
        const auto parsed = mcap::parseRecord(raw);
        if (!parsed) return std::unexpected(parsed.error());
        if (const auto* channel = std::get_if<mcap::Channel>(&*parsed)) add(*channel);
        if (const auto* part = std::get_if<mcap::Chunk>(&*parsed)) return chunk(*part, out);
    }
    return {};
}

LogTail::LogTail(std::unique_ptr<State> state) : state_{std::move(state)} {}
LogTail::LogTail(LogTail&&) noexcept = default;
LogTail& LogTail::operator=(LogTail&&) noexcept = default;
LogTail::~LogTail() = default;

Result<LogTail> LogTail::open(const std::filesystem::path& path) {
    auto state = std::make_unique<State>();
    state->path = path;
    state->fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (state->fd < 0)
        return failure(errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Unreadable,
                       std::format("cannot be read: {}", std::strerror(errno)), path.string());
    std::array<std::byte, mcap::magic.size()> begin;
    if (auto done = state->read(0, begin); !done) return std::unexpected(done.error());
    if (std::memcmp(begin.data(), mcap::magic.data(), begin.size()) != 0)
        return failure(ErrorCode::Malformed, "is not an MCAP file", path.string());
    state->at = begin.size();
    return LogTail{std::move(state)};
}

Result<bool> LogTail::next(std::uint64_t end, std::vector<Sample>& out) {
    State& s = *state_;
    if (s.strings.size() > stringsKept) s.strings = StringTable{};
    const std::size_t before = out.size();
    while (true) {
        const std::string where = s.place();
        auto raw = s.record(end);
        if (!raw) return std::unexpected(raw.error());
        if (!*raw) return false;
        if (auto taken = s.take(**raw, out); !taken) {
            out.resize(before);
            return failure(taken.error().code, taken.error().message, where);
        }
        if (out.size() > before) return true;
    }
}

const std::vector<LogTopic>& LogTail::topics() const {
    return state_->topics;
}
const StringTable& LogTail::strings() const {
    return state_->strings;
}

} // namespace millwright::telemetry
