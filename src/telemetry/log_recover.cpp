#include "telemetry/encoding/columns.hpp"
#include "telemetry/encoding/json_sample.hpp"
#include "telemetry/encoding/keyframe.hpp"
#include "telemetry/log_index.hpp"
#include "telemetry/log_layout.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/telemetry/log_repair.hpp>
#include <millwright/telemetry/mcap/writer.hpp>

#include <algorithm>
#include <format>
#include <limits>
#include <map>

namespace millwright::telemetry {
namespace {

/// Writes what is intact as it comes.
class Rewriter final : public mcap::SalvageSink {
public:
    Rewriter(mcap::Writer& out, const MappedFile& file, RecoverReport& report) : out_{out}, file_{file}, report_{report} {}

    Result<void> schema(const mcap::Schema& schema) override { return out_.copySchema(schema); }

    Result<void> channel(const mcap::Channel& channel) override {
        kinds_[channel.id] = kindOf(channel);
        if (channel.messageEncoding == columnsEncoding || channel.messageEncoding == signalEncoding) ours_ = true;
        return out_.copyChannel(channel);
    }

    Result<void> chunk(const mcap::Chunk& chunk, mcap::Bytes records, std::uint64_t offset) override {
        std::size_t keyframes = 0;
        std::size_t others = 0;
        mcap::RecordCursor cursor{records};
        mcap::RawRecord raw;
        while (cursor.next(raw) == mcap::RecordCursor::Step::Found) {
            if (!raw.is(mcap::Opcode::Message)) continue;
            const auto message = mcap::parseMessage(raw);
            if (!message) return std::unexpected(message.error());
            if (auto known = describe(message->channelId); !known) return known;
            ++(kinds_[message->channelId] == Kind::Keyframe ? keyframes : others);
            count(*message);
        }
        file_.dropPages(static_cast<std::size_t>(offset), chunk.records.size());
        if (keyframes > 0 && others == 0 && lost_) {
            report_.keyframesDropped += keyframes;
            return {};
        }
        return out_.copyChunk(chunk, records);
    }

    Result<void> message(const mcap::Message& message) override {
        count(message);
        return out_.copyMessage(message);
    }
    Result<void> attachment(const mcap::Attachment& attachment) override { return out_.attachment(attachment); }
    Result<void> metadata(const mcap::Metadata& metadata) override {
        // What a closed log says of itself is no longer true of this one: `finish` says it anew.
        return metadata.name == log_layout::metadataName ? Result<void>{} : out_.metadata(metadata.name, metadata.entries);
    }
    void damaged(const mcap::Damage& damage) override { lost_ = lost_ || damage.messages != std::optional<std::uint64_t>{0}; }

    Result<void> finish() {
        if (report_.samples > 0) report_.span = {timeOf(first_), timeOf(last_)};
        if (ours_) {
            const std::string samples = std::to_string(report_.samples);
            const std::string from = std::to_string(nanoseconds(report_.span.from));
            const std::string to = std::to_string(nanoseconds(report_.span.to));
            const mcap::StringMap entries{{"samples", samples}, {"from", from}, {"to", to}};
            if (auto written = out_.metadata(log_layout::metadataName, entries); !written) return written;
        }
        return out_.close();
    }

private:
    enum class Kind : std::uint8_t { Other, Columns, Keyframe, Json };

    static Kind kindOf(const mcap::Channel& channel) {
        if (channel.messageEncoding == columnsEncoding) return Kind::Columns;
        if (channel.messageEncoding == keyframeEncoding) return Kind::Keyframe;
        return channel.messageEncoding == jsonEncoding ? Kind::Json : Kind::Other;
    }

    /// A message needs its channel: one that is described nowhere any more gets a name by which its messages can still be found.
    Result<void> describe(std::uint16_t id) {
        if (kinds_.contains(id)) return {};
        ++report_.channelsUnknown;
        const std::string topic = std::format("recovered/channel-{}", id);
        mcap::Channel made;
        made.id = id;
        made.topic = topic;
        return channel(made);
    }

    void count(const mcap::Message& message) {
        const Kind kind = kinds_[message.channelId];
        if (kind != Kind::Columns && kind != Kind::Json) return;
        report_.samples += kind == Kind::Json ? 1 : columnSampleCount(message.data).value_or(0);
        first_ = std::min(first_, message.logTime);
        last_ = std::max(last_, kind == Kind::Json ? message.logTime : message.publishTime);
    }

    mcap::Writer& out_;
    const MappedFile& file_;
    RecoverReport& report_;
    std::map<std::uint16_t, Kind> kinds_;
    std::uint64_t first_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t last_ = 0;
    bool ours_ = false;
    bool lost_ = false;
};

/// Removes the unfinished output unless it was given its name.
struct PartFile {
    std::filesystem::path path;
    bool kept = false;
    explicit PartFile(const std::filesystem::path& output) : path{output.string() + ".part"} {}
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile() {
        std::error_code ignored;
        if (!kept) std::filesystem::remove(path, ignored);
    }
    Result<void> keepAs(const std::filesystem::path& output) {
        std::error_code error;
        std::filesystem::rename(path, output, error);
        if (error) return failure(ErrorCode::Unreadable, std::format("cannot be written: {}", error.message()), output.string());
        kept = true;
        return {};
    }
};

/// Reads the names that the new header repeats before anything is written.
std::string profileOf(mcap::Bytes file) {
    mcap::RawRecord raw;
    mcap::RecordCursor cursor{file.subspan(std::min(mcap::magic.size(), file.size())), mcap::magic.size()};
    if (cursor.next(raw) != mcap::RecordCursor::Step::Found || !raw.is(mcap::Opcode::Header)) return {};
    const auto record = mcap::parseRecord(raw);
    return record ? std::string{std::get<mcap::Header>(*record).profile} : std::string{};
}

} // namespace

Result<RecoverReport> recoverLog(const std::filesystem::path& input, const std::filesystem::path& output,
                                 const Progress& progress) {
    std::error_code ignored;
    if (std::filesystem::equivalent(input, output, ignored))
        return failure(ErrorCode::Invalid, "is both input and output: give the output another name", output.string());
    const auto file = MappedFile::open(input);
    if (!file) return std::unexpected(file.error());
    RecoverReport report;
    report.bytes = file->size();
    PartFile part{output};
    const std::string profile = profileOf(file->bytes());
    auto out = mcap::Writer::create(part.path, {.profile = profile, .library = log_layout::library});
    if (!out) return std::unexpected(out.error());
    Rewriter rewriter{*out, *file, report};
    auto found = mcap::salvage(file->bytes(), input.string(), rewriter, {}, progress);
    if (!found) return std::unexpected(found.error());
    report.found = std::move(*found);
    if (auto finished = rewriter.finish(); !finished) return std::unexpected(finished.error());
    if (auto kept = part.keepAs(output); !kept) return std::unexpected(kept.error());
    report.outputBytes = std::filesystem::file_size(output, ignored);
    return report;
}

} // namespace millwright::telemetry
