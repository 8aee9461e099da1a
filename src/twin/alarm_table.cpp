#include "twin/alarm_table.hpp"

#include <array>

namespace millwright::twin {
namespace {

using P = AlarmPhase;
using enum Refusal;

constexpr AlarmStep to(P phase) {
    return {phase, false, None};
}
constexpr AlarmStep annunciated(P phase) {
    return {phase, true, None};
}
constexpr AlarmStep refused(P phase, Refusal why) {
    return {phase, false, why};
}

using Row = std::array<AlarmStep, 6>; // activate, return, acknowledge, reset, re-alarm, unmask

// The state diagram of ISA-18.2 (states A to D); latched states and their reset: OPC 10000-9, 5.8.5. `Return` is what a latching
// alarm does differently.
constexpr std::array<Row, 6> table{{
    {annunciated(P::Unacknowledged), to(P::Normal), refused(P::Normal, AlreadyAcknowledged), refused(P::Normal, InvalidState),
     to(P::Normal), to(P::Normal)},
    {to(P::Unacknowledged), to(P::ReturnedUnacknowledged), to(P::Acknowledged), refused(P::Unacknowledged, InvalidState),
     annunciated(P::Unacknowledged), annunciated(P::Unacknowledged)},
    {to(P::Acknowledged), to(P::Normal), refused(P::Acknowledged, AlreadyAcknowledged), refused(P::Acknowledged, InvalidState),
     annunciated(P::Unacknowledged), annunciated(P::Unacknowledged)},
    {annunciated(P::Unacknowledged), to(P::ReturnedUnacknowledged), to(P::Normal), refused(P::ReturnedUnacknowledged, InvalidState),
     to(P::ReturnedUnacknowledged), to(P::ReturnedUnacknowledged)},
    {annunciated(P::Unacknowledged), to(P::LatchedUnacknowledged), to(P::LatchedAcknowledged),
     refused(P::LatchedUnacknowledged, InvalidState), to(P::LatchedUnacknowledged), to(P::LatchedUnacknowledged)},
    {annunciated(P::Unacknowledged), to(P::LatchedAcknowledged), refused(P::LatchedAcknowledged, AlreadyAcknowledged),
     to(P::Normal), to(P::LatchedAcknowledged), to(P::LatchedAcknowledged)},
}};

} // namespace

AlarmStep step(AlarmPhase phase, AlarmEvent event, bool latching, bool needsAcknowledgement) {
    if (event == AlarmEvent::Return && latching) {
        if (phase == P::Unacknowledged) return to(P::LatchedUnacknowledged);
        if (phase == P::Acknowledged) return to(P::LatchedAcknowledged);
    }
    AlarmStep result = table[static_cast<std::size_t>(phase)][static_cast<std::size_t>(event)];
    // An alarm that needs no acknowledgement has it from the start.
    if (!needsAcknowledgement && result.to == P::Unacknowledged) result.to = P::Acknowledged;
    return result;
}

ShelvingStep step(Shelving shelving, ShelvingEvent event) {
    using enum Shelving;
    using Steps = std::array<ShelvingStep, 5>; // one shot, timed, unshelve, expire, return
    constexpr std::array<Steps, 3> steps{{
        {{{OneShot}, {Timed}, {Unshelved, NotShelved}, {Unshelved}, {Unshelved}}},
        {{{OneShot, AlreadyShelved}, {Timed}, {Unshelved}, {Unshelved}, {Unshelved}}},
        {{{OneShot}, {Timed, AlreadyShelved}, {Unshelved}, {Unshelved}, {Timed}}},
    }};
    return steps[static_cast<std::size_t>(shelving)][static_cast<std::size_t>(event)];
}

std::string_view textOf(AlarmDisplay display) {
    constexpr std::string_view texts[] = {"normal",
                                          "unacknowledged",
                                          "acknowledged",
                                          "returned to normal, unacknowledged",
                                          "latched, unacknowledged",
                                          "latched, acknowledged",
                                          "shelved",
                                          "suppressed by design",
                                          "out of service"};
    return texts[static_cast<std::size_t>(display)];
}

std::string_view wordOf(AlarmChange change) {
    constexpr std::string_view words[] = {"raised",    "returned",   "acknowledged", "reset",          "re-alarmed", "shelved",
                                          "unshelved", "suppressed", "unsuppressed", "out of service", "in service", "commented"};
    return words[static_cast<std::size_t>(change)];
}

} // namespace millwright::twin
