// Any bytes as a damaged log: what is salvaged is in order, inside the file, and counted rightly.
#include <millwright/telemetry/mcap/salvage.hpp>

#include <cstddef>
#include <cstdint>

using namespace millwright;
using namespace millwright::telemetry;

namespace {

struct Counter final : mcap::SalvageSink {
    std::uint64_t chunks = 0, messages = 0, attachments = 0, metadataRecords = 0;
    std::uint64_t damagedUpTo = 0;

    Result<void> schema(const mcap::Schema&) override { return {}; }
    Result<void> channel(const mcap::Channel&) override { return {}; }
    Result<void> chunk(const mcap::Chunk&, mcap::Bytes records, std::uint64_t) override {
        ++chunks;
        mcap::RecordCursor cursor{records};
        mcap::RawRecord raw;
        while (cursor.next(raw) == mcap::RecordCursor::Step::Found) {
            if (!raw.is(mcap::Opcode::Message)) continue;
            if (!mcap::parseMessage(raw)) __builtin_trap(); // a chunk that is handed out can be parsed
            ++messages;
        }
        return {};
    }
    Result<void> message(const mcap::Message&) override {
        ++messages;
        return {};
    }
    Result<void> attachment(const mcap::Attachment&) override {
        ++attachments;
        return {};
    }
    Result<void> metadata(const mcap::Metadata&) override {
        ++metadataRecords;
        return {};
    }
    void damaged(const mcap::Damage& damage) override {
        if (damage.offset < damagedUpTo && damagedUpTo > 0) __builtin_trap(); // ascending and not overlapping
        damagedUpTo = damage.offset + damage.length;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    Counter counter;
    const auto found = mcap::salvage(bytes, "fuzz", counter, {1u << 20});
    if (!found) return 0;
    if (found->chunks != counter.chunks || found->messages != counter.messages || found->attachments != counter.attachments ||
        found->metadata != counter.metadataRecords || counter.damagedUpTo > size)
        __builtin_trap();
    return 0;
}
