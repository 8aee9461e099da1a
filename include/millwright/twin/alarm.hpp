#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/alarm.hpp>

#include <cstdint>
#include <string>
#include <string_view>

/// The life cycle of an alarm: the state diagram of ISA-18.2 and IEC 62682, with OPC 10000-9 where those leave details open.
namespace millwright::twin {

using plant::AlarmIndex;

/// States A to F of ISA-18.2: what an alarm is apart from whether it is shown.
enum class AlarmPhase : std::uint8_t {
    Normal,                 ///< A
    Unacknowledged,         ///< B
    Acknowledged,           ///< C
    ReturnedUnacknowledged, ///< D: returned to normal, not acknowledged
    LatchedUnacknowledged,  ///< E: returned to normal, kept by its latch, not acknowledged
    LatchedAcknowledged,    ///< F: kept by its latch until reset
};

/// Whether an operator has put the alarm aside for a time (OPC 10000-9, 5.8.17).
enum class Shelving : std::uint8_t { Unshelved, OneShot, Timed };

/// What an operator sees: the phase, or the strongest of the masks over it.
enum class AlarmDisplay : std::uint8_t {
    Normal,
    Unacknowledged,
    Acknowledged,
    ReturnedUnacknowledged,
    LatchedUnacknowledged,
    LatchedAcknowledged,
    Shelved,            ///< G
    SuppressedByDesign, ///< H
    OutOfService,       ///< I
};
/// `returned to normal, unacknowledged` and so on.
[[nodiscard]] std::string_view textOf(AlarmDisplay display);

struct AlarmState {
    Time since{};                  ///< of the last transition
    Time raised{};                 ///< when it was last raised
    Time shelvedUntil{};           ///< while shelved
    std::uint32_t raisedCount = 0; ///< how often it was raised, raised again included
    AlarmPhase phase = AlarmPhase::Normal;
    Shelving shelving = Shelving::Unshelved;
    bool active = false; ///< its condition, after dead-band and delays
    bool suppressed = false;
    bool outOfService = false;
    bool firstOut = false; ///< the first of its group

    [[nodiscard]] bool masked() const { return suppressed || outOfService || shelving != Shelving::Unshelved; }
    [[nodiscard]] AlarmDisplay display() const {
        return outOfService                      ? AlarmDisplay::OutOfService
               : suppressed                      ? AlarmDisplay::SuppressedByDesign
               : shelving != Shelving::Unshelved ? AlarmDisplay::Shelved
                                                 : static_cast<AlarmDisplay>(phase);
    }
    /// Whether it stands in the list of active alarms.
    [[nodiscard]] bool listed() const { return !masked() && phase != AlarmPhase::Normal; }
    [[nodiscard]] bool unacknowledged() const {
        return phase == AlarmPhase::Unacknowledged || phase == AlarmPhase::ReturnedUnacknowledged ||
               phase == AlarmPhase::LatchedUnacknowledged;
    }
    friend bool operator==(const AlarmState&, const AlarmState&) = default;
};

enum class AlarmChange : std::uint8_t {
    Raised,
    Returned, ///< to normal
    Acknowledged,
    Reset,
    ReAlarmed,
    Shelved,
    Unshelved,
    Suppressed,
    Unsuppressed,
    OutOfService,
    InService,
    Commented,
};
/// `raised`, `returned`, … as `replay --json` prints them.
[[nodiscard]] std::string_view wordOf(AlarmChange change);

inline constexpr std::uint32_t noAction = 0xFFFF'FFFFu;

/// One line of the journal.
struct AlarmTransition {
    Time time{};
    AlarmIndex alarm = plant::noAlarm;
    std::uint32_t action = noAction; ///< the operator action it came from, by its place in `Replay::actions`
    AlarmChange change = AlarmChange::Raised;
    AlarmDisplay state = AlarmDisplay::Normal; ///< after it
    bool annunciated = false; ///< calls for the operator: raised or raised again while nothing masks it, or unmasked while active
    friend bool operator==(const AlarmTransition&, const AlarmTransition&) = default;
};

/// What an operator did, when. Together with the feed it decides the state: an input like a sample, and the audit trail.
struct OperatorAction {
    enum class Kind : std::uint8_t {
        Acknowledge,
        Reset, ///< a latched alarm
        ShelveOneShot,
        ShelveTimed,
        Unshelve,
        TakeOutOfService,
        ReturnToService,
        Comment,
    };
    Time time{};
    AlarmIndex alarm = plant::noAlarm;
    Kind kind = Kind::Acknowledge;
    Duration duration{}; ///< ShelveTimed
    std::string user;
    std::string comment;
};

} // namespace millwright::twin
