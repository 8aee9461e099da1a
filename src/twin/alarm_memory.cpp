#include "twin/alarm_record.hpp"

#include <millwright/core/bytes.hpp>

#include <algorithm>
#include <format>

/// The form in which what is known of alarms is kept (docs/twin.md): little-endian, counts and numbers as LEB128, times as
/// differences.
namespace millwright::twin {
namespace {

constexpr std::uint64_t mostDropped = std::uint64_t{1} << 62; ///< more than any log has

/// How much later than `base`, small where they are near, whichever comes first.
void writeTime(ByteWriter& out, Time time, Time base) {
    const auto later =
        static_cast<std::int64_t>(static_cast<std::uint64_t>(nanoseconds(time)) - static_cast<std::uint64_t>(nanoseconds(base)));
    out.varint((static_cast<std::uint64_t>(later) << 1) ^ static_cast<std::uint64_t>(later >> 63));
}

Time readTime(ByteReader& in, Time base) {
    const std::uint64_t coded = in.varint();
    const std::uint64_t later = (coded >> 1) ^ (0 - (coded & 1));
    return timeFromNanoseconds(static_cast<std::int64_t>(static_cast<std::uint64_t>(nanoseconds(base)) + later));
}

void write(ByteWriter& out, const AlarmCheckpoint::Entry& entry, Time base) {
    const AlarmState& state = entry.state;
    const unsigned flags = static_cast<unsigned>(state.phase) | static_cast<unsigned>(state.shelving) << 3 |
                           unsigned{state.active} << 5 | unsigned{state.suppressed} << 6 | unsigned{state.outOfService} << 7 |
                           unsigned{state.firstOut} << 8 | unsigned{entry.pending} << 9 | unsigned{entry.reAlarm.has_value()} << 10;
    out.number(static_cast<std::uint16_t>(flags));
    out.varint(state.raisedCount);
    for (const Time time : {state.since, state.raised, state.shelvedUntil}) writeTime(out, time, base);
    if (entry.pending) writeTime(out, entry.due, base);
    if (entry.reAlarm) writeTime(out, *entry.reAlarm, base);
}

/// False when it says what cannot be.
bool read(ByteReader& in, AlarmCheckpoint::Entry& entry, Time base) {
    AlarmState& state = entry.state;
    const unsigned flags = in.number<std::uint16_t>();
    state.phase = static_cast<AlarmPhase>(flags & 7);
    state.shelving = static_cast<Shelving>(flags >> 3 & 3);
    state.active = (flags >> 5 & 1) != 0;
    state.suppressed = (flags >> 6 & 1) != 0;
    state.outOfService = (flags >> 7 & 1) != 0;
    state.firstOut = (flags >> 8 & 1) != 0;
    entry.pending = (flags >> 9 & 1) != 0;
    const std::uint64_t raised = in.varint();
    state.raisedCount = static_cast<std::uint32_t>(raised);
    for (Time* time : {&state.since, &state.raised, &state.shelvedUntil}) *time = readTime(in, base);
    if (entry.pending) entry.due = readTime(in, base);
    if ((flags >> 10 & 1) != 0) entry.reAlarm = readTime(in, base);
    return flags >> 11 == 0 && raised <= 0xFFFF'FFFFu && state.phase <= AlarmPhase::LatchedAcknowledged &&
           state.shelving <= Shelving::Timed;
}

void write(ByteWriter& out, const AlarmTransition& transition, Time base) {
    writeTime(out, transition.time, base);
    out.varint(index(transition.alarm));
    out.varint(transition.action == noAction ? 0 : std::uint64_t{transition.action} + 1);
    out.number(static_cast<std::uint8_t>(transition.change));
    out.number(static_cast<std::uint8_t>(static_cast<unsigned>(transition.state) | unsigned{transition.annunciated} << 7));
}

bool read(ByteReader& in, AlarmTransition& transition, Time base, const AlarmRecord::Limits& limits) {
    transition.time = readTime(in, base);
    const std::uint64_t alarm = in.varint(), action = in.varint();
    const unsigned change = in.number<std::uint8_t>(), state = in.number<std::uint8_t>();
    transition.alarm = static_cast<AlarmIndex>(alarm);
    transition.action = action == 0 ? noAction : static_cast<std::uint32_t>(action - 1);
    transition.change = static_cast<AlarmChange>(change);
    transition.state = static_cast<AlarmDisplay>(state & 0x7F);
    transition.annunciated = state >> 7 != 0;
    return alarm < limits.alarms && action <= limits.actions && change <= static_cast<unsigned>(AlarmChange::Commented) &&
           (state & 0x7F) <= static_cast<unsigned>(AlarmDisplay::OutOfService) && transition.time >= base;
}

void write(ByteWriter& out, const AlarmRecord::Checkpoint& checkpoint, Time base) {
    writeTime(out, checkpoint.time, base);
    out.varint(checkpoint.transitions);
    out.varint(checkpoint.alarms.entries.size());
    std::size_t next = 0;
    for (const AlarmCheckpoint::Entry& entry : checkpoint.alarms.entries) {
        out.varint(index(entry.alarm) - next);
        next = index(entry.alarm) + 1;
        write(out, entry, checkpoint.time);
    }
}

bool read(ByteReader& in, AlarmRecord::Checkpoint& checkpoint, Time base, const AlarmRecord::Limits& limits) {
    checkpoint.time = readTime(in, base);
    checkpoint.transitions = in.varint();
    const std::uint64_t count = in.varint();
    if (count > limits.alarms || count > in.remaining()) return false;
    checkpoint.alarms.entries.resize(count);
    std::uint64_t next = 0;
    for (AlarmCheckpoint::Entry& entry : checkpoint.alarms.entries) {
        const std::uint64_t skipped = in.varint();
        if (next >= limits.alarms || skipped >= limits.alarms - next) return false;
        entry.alarm = static_cast<AlarmIndex>(next + skipped);
        next += skipped + 1;
        if (!read(in, entry, checkpoint.time)) return false;
    }
    return checkpoint.time >= base;
}

} // namespace

void AlarmRecord::write(ByteWriter& out) const {
    out.varint(spacing_);
    writeTime(out, known_, Time{});
    out.varint(dropped_);
    out.varint(transitions_.size());
    Time base = Time::min();
    for (const AlarmTransition& transition : transitions_) {
        twin::write(out, transition, base);
        base = transition.time;
    }
    out.varint(checkpoints_.size());
    base = Time::min();
    for (const Checkpoint& checkpoint : checkpoints_) {
        twin::write(out, checkpoint, base);
        base = checkpoint.time;
    }
}

Result<AlarmRecord> AlarmRecord::read(ByteReader& in, const Limits& limits) {
    const auto damaged = [](std::string_view what) {
        return failure(ErrorCode::Malformed, std::format("what was kept of a log's alarms is damaged: {}", what), {});
    };
    AlarmRecord record{in.varint(), limits.bytes, limits.transitions};
    record.known_ = readTime(in, Time{});
    record.dropped_ = in.varint();
    const std::uint64_t transitions = in.varint();
    if (transitions > in.remaining() || record.dropped_ > mostDropped) return damaged("its journal's length");
    record.transitions_.resize(transitions);
    Time base = Time::min();
    for (AlarmTransition& transition : record.transitions_) {
        if (!twin::read(in, transition, base, limits)) return damaged("its journal");
        base = transition.time;
    }
    if (base > record.known_ || record.spacing_ == 0) return damaged("its journal's end");
    const std::uint64_t checkpoints = in.varint();
    if (checkpoints > in.remaining()) return damaged("its number of checkpoints");
    base = Time::min();
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < checkpoints; ++i) {
        Checkpoint checkpoint;
        const bool fine = twin::read(in, checkpoint, base, limits);
        if (!fine || checkpoint.time > record.known_ || checkpoint.transitions < before ||
            checkpoint.transitions > record.dropped_ + transitions)
            return damaged("its checkpoints");
        base = checkpoint.time;
        before = checkpoint.transitions;
        record.add(std::move(checkpoint));
    }
    if (!in.ok()) return damaged("it ends too early");
    return record;
}

} // namespace millwright::twin
