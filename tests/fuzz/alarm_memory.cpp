#include "twin/alarm_record.hpp"

#include <cstddef>
#include <cstdint>

using namespace millwright;

// What is kept of a log's alarms, from a hostile hand, behind its checksum: whatever is accepted is in order, within what a plant
// of five alarms and three actions can have, and is written again as bytes that say the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using twin::AlarmRecord;
    constexpr AlarmRecord::Limits limits{.alarms = 5, .actions = 3, .bytes = 1u << 20, .transitions = 1000};
    ByteReader in{{reinterpret_cast<const std::byte*>(data), size}};
    const auto record = AlarmRecord::read(in, limits);
    if (!record) {
        if (record.error().message.empty()) __builtin_trap();
        return 0;
    }
    Time last = Time::min();
    for (const twin::AlarmTransition& transition : record->transitions(Time::max())) {
        if (transition.time < last || index(transition.alarm) >= limits.alarms) __builtin_trap();
        last = transition.time;
    }
    if (const AlarmRecord::Checkpoint* checkpoint = record->before(Time::max())) {
        for (const auto& entry : checkpoint->alarms.entries)
            if (index(entry.alarm) >= limits.alarms) __builtin_trap();
    }
    std::vector<std::byte> written, twice;
    ByteWriter out{written}, again{twice};
    record->write(out);
    ByteReader back{written};
    const auto same = AlarmRecord::read(back, limits);
    if (!same) __builtin_trap();
    same->write(again);
    if (written != twice) __builtin_trap();
    return 0;
}
