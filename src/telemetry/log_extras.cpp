#include "telemetry/log_extras.hpp"

#include "telemetry/log_layout.hpp"

#include <millwright/telemetry/mcap/file.hpp>

namespace millwright::telemetry {
namespace {

Result<void> copyExtra(const mcap::Record& record, LogWriter& log, ExtrasCopied& copied) {
    if (const auto* attached = std::get_if<mcap::Attachment>(&record)) {
        ++copied.attachments;
        return log.attachment(*attached);
    }
    const auto& metadata = std::get<mcap::Metadata>(record);
    if (metadata.name == log_layout::metadataName) return {}; // says how many samples that log holds: this one says its own
    ++copied.metadata;
    return log.metadata(metadata.name, {metadata.entries.begin(), metadata.entries.end()});
}

} // namespace

Result<ExtrasCopied> copyExtras(const std::filesystem::path& path, LogWriter& log, const Progress& progress) {
    const auto file = mcap::File::open(path);
    if (!file) return std::unexpected(file.error());
    ExtrasCopied copied;
    // They lie outside chunks, so chunks are stepped over unopened.
    mcap::RecordCursor cursor{file->bytes().subspan(mcap::magic.size()), mcap::magic.size()};
    mcap::RawRecord raw;
    while (cursor.next(raw) == mcap::RecordCursor::Step::Found && !raw.is(mcap::Opcode::DataEnd)) {
        if (!raw.is(mcap::Opcode::Attachment) && !raw.is(mcap::Opcode::Metadata)) continue;
        const auto record = mcap::parseRecord(raw);
        if (!record) {
            copied.warnings.push_back({record.error().code, record.error().message + ": left out", file->place(raw.offset)});
            continue;
        }
        if (auto done = copyExtra(*record, log, copied); !done) return std::unexpected(done.error());
        if (progress.cancelled()) return failure(ErrorCode::Cancelled, "stopped; nothing was written");
    }
    return copied;
}

} // namespace millwright::telemetry
