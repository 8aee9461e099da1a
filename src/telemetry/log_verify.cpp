#include "telemetry/log_index.hpp"
#include "telemetry/log_layout.hpp"

#include <millwright/core/mapped_file.hpp>
#include <millwright/telemetry/log_repair.hpp>
#include <millwright/telemetry/log_source.hpp>

#include <algorithm>
#include <format>
#include <map>
#include <set>

namespace millwright::telemetry {
namespace {

constexpr std::size_t problemsKept = 100;
constexpr std::size_t blockSamples = 16'384;

class Verifier final : public mcap::SalvageSink {
public:
    Verifier(const MappedFile& file, std::string name) : file_{file}, name_{std::move(name)} {}

    Result<VerifyReport> run(const Progress& progress) {
        const auto found = mcap::salvage(file_.bytes(), name_, *this, {}, progress);
        if (!found) return std::unexpected(found.error());
        report_.bytes = file_.size();
        report_.chunks = found->chunks;
        report_.messages = found->messages;
        if (!found->closed) problem(file_.size(), "the log was not closed: 'millwright log recover' completes it");
        if (found->data == mcap::Checksum::Wrong && found->damage.empty())
            problem(file_.size(), "the data do not match their checksum: a record that has no checksum of its own was changed");
        if (found->summary == mcap::Checksum::Wrong) problem(file_.size(), "the summary does not match its checksum");
        for (const auto& [id, topic] : schemasNamed_)
            if (!schemas_.contains(id))
                problem(file_.size(), std::format("channel '{}' names schema {}, which the log does not hold", topic, id));
        if (found->statistics) compare(*found, *found->statistics);
        const std::uint64_t openEnd = found->closed ? 0 : 1; // what is there can be read nevertheless
        if (report_.problemCount == openEnd)
            if (auto read = readSamples(found->closed, progress); !read) return std::unexpected(read.error());
        return std::move(report_);
    }

    Result<void> schema(const mcap::Schema& schema) override {
        schemas_.insert(schema.id);
        return {};
    }
    Result<void> channel(const mcap::Channel& channel) override {
        channels_.insert(channel.id);
        if (channel.schemaId != 0) schemasNamed_.try_emplace(channel.schemaId, channel.topic);
        return {};
    }
    Result<void> chunk(const mcap::Chunk& chunk, mcap::Bytes records, std::uint64_t offset) override {
        Entries entries;
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        bool any = false;
        mcap::RecordCursor cursor{records};
        mcap::RawRecord raw;
        while (cursor.next(raw) == mcap::RecordCursor::Step::Found) {
            if (!raw.is(mcap::Opcode::Message)) continue;
            const auto message = mcap::parseMessage(raw);
            if (!message) return std::unexpected(message.error());
            if (!channels_.contains(message->channelId))
                problem(offset,
                        std::format("a chunk has messages of channel {}, which the log does not describe", message->channelId));
            entries[message->channelId].emplace_back(message->logTime, raw.offset);
            first = any ? std::min(first, message->logTime) : message->logTime;
            last = any ? std::max(last, message->logTime) : message->logTime;
            any = true;
        }
        if (any && (chunk.startTime != first || chunk.endTime != last)) problem(offset, "a chunk does not span the times it says");
        checkIndexes(std::move(entries), offset);
        file_.dropPages(static_cast<std::size_t>(offset), chunk.records.size());
        return {};
    }
    Result<void> message(const mcap::Message&) override { return {}; }
    Result<void> attachment(const mcap::Attachment&) override { return {}; }
    Result<void> metadata(const mcap::Metadata&) override { return {}; }
    void damaged(const mcap::Damage& damage) override {
        problem(damage.offset, std::format("{} ({} bytes{})", damage.what, damage.length,
                                           damage.messages.value_or(0) > 0 ? std::format(", {} messages", *damage.messages) : ""));
    }

private:
    using Entries = std::map<std::uint16_t, std::vector<std::pair<std::uint64_t, std::uint64_t>>>;

    void problem(std::uint64_t offset, std::string message) {
        ++report_.problemCount;
        if (report_.problems.size() < problemsKept)
            report_.problems.push_back({ErrorCode::Malformed, std::move(message), std::format("{}: byte {}", name_, offset)});
    }

    /// The message indexes behind a chunk, if there are any, name each of its messages and nothing else.
    void checkIndexes(Entries entries, std::uint64_t offset) {
        mcap::RecordCursor cursor{file_.bytes().subspan(static_cast<std::size_t>(offset)), offset};
        mcap::RawRecord raw;
        bool any = false;
        if (cursor.next(raw) != mcap::RecordCursor::Step::Found) return;
        while (cursor.next(raw) == mcap::RecordCursor::Step::Found && raw.is(mcap::Opcode::MessageIndex)) {
            auto record = mcap::parseRecord(raw);
            if (!record) return; // reported as damage when the walk gets there
            auto& index = std::get<mcap::MessageIndex>(*record);
            any = true;
            if (index.entries.empty()) continue;
            auto& held = entries[index.channelId];
            std::ranges::sort(held);
            std::ranges::sort(index.entries);
            if (held != index.entries)
                problem(raw.offset, std::format("the message index of channel {} is not that of its chunk", index.channelId));
            entries.erase(index.channelId);
        }
        if (any && !entries.empty())
            problem(offset, std::format("the messages of channel {} in this chunk are not indexed", entries.begin()->first));
    }

    void compare(const mcap::Salvage& found, const mcap::Statistics& said) {
        const auto check = [&](std::uint64_t counted, std::uint64_t claimed, std::string_view what) {
            if (counted != claimed)
                problem(file_.size(), std::format("the summary counts {} {}, but {} are there and sound", claimed, what, counted));
        };
        check(found.messages, said.messageCount, "messages");
        check(found.chunks, said.chunkCount, "chunks");
        check(found.attachments, said.attachmentCount, "attachments");
        check(found.metadata, said.metadataCount, "metadata records");
    }

    /// What readers do: by the summary to the chunks, and every sample decoded.
    Result<void> readSamples(bool closed, const Progress& progress) {
        LogSourceOptions wide;
        wide.memoryBytes = std::size_t{1} << 30;
        auto log = LogSource::openAll(name_, wide);
        if (!log) {
            problem(0, log.error().text());
            return {};
        }
        if (closed) // else it warns of what is known already
            for (const auto& warning : (*log)->warnings()) problem(file_.size(), warning.text());
        const std::uint64_t expected = (*log)->sampleCount();
        while (!(*log)->topics().empty()) {
            const auto samples = (*log)->next(blockSamples);
            if (!samples) {
                problem(0, samples.error().text());
                return {};
            }
            if (samples->empty()) break;
            report_.samples += samples->size();
            if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped", name_);
            progress(expected > 0 ? std::min(1.0, static_cast<double>(report_.samples) / static_cast<double>(expected)) : 0,
                     "decoding");
        }
        if (const auto& counters = (*log)->counters(); counters.rejected > 0)
            problem(0, std::format("{} samples cannot be decoded", counters.rejected));
        return {};
    }

    const MappedFile& file_;
    std::string name_;
    std::set<std::uint16_t> schemas_, channels_;
    std::map<std::uint16_t, std::string> schemasNamed_; ///< with the topic of the first channel that names it
    VerifyReport report_;
};

} // namespace

Result<VerifyReport> verifyLog(const std::filesystem::path& path, const Progress& progress) {
    const auto file = MappedFile::open(path);
    if (!file) return std::unexpected(file.error());
    return Verifier{*file, path.string()}.run(progress);
}

} // namespace millwright::telemetry
