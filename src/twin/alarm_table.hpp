#pragma once

#include <millwright/twin/alarm.hpp>

/// The transitions of an alarm as tables: what happens, apart from what is watched and when.
namespace millwright::twin {

enum class AlarmEvent : std::uint8_t {
    Activate,    ///< the condition begins to hold, after dead-band and delay
    Return,      ///< it ends
    Acknowledge, ///< by an operator
    Reset,       ///< by an operator
    ReAlarm,     ///< its time has come
    Unmask,      ///< shelving, suppression and out of service all ended
};

/// Why an operator action is refused, as OPC 10000-9 names it.
enum class Refusal : std::uint8_t {
    None,
    AlreadyAcknowledged, ///< BadConditionBranchAlreadyAcked
    InvalidState,        ///< BadInvalidState
    AlreadyShelved,      ///< BadConditionAlreadyShelved
    NotShelved,          ///< BadConditionNotShelved
};

struct AlarmStep {
    AlarmPhase to = AlarmPhase::Normal;
    bool annunciates = false;
    Refusal refusal = Refusal::None;
    friend bool operator==(const AlarmStep&, const AlarmStep&) = default;
};

/// What `event` makes of an alarm in `phase`; the same phase where it changes nothing. An event that cannot happen there (its
/// condition begins to hold while it holds) changes nothing.
[[nodiscard]] AlarmStep step(AlarmPhase phase, AlarmEvent event, bool latching, bool needsAcknowledgement);

enum class ShelvingEvent : std::uint8_t { ShelveOneShot, ShelveTimed, Unshelve, Expire, Return };

struct ShelvingStep {
    Shelving to = Shelving::Unshelved;
    Refusal refusal = Refusal::None;
    friend bool operator==(const ShelvingStep&, const ShelvingStep&) = default;
};

/// OPC 10000-9, 5.8.17: the ShelvedStateMachine.
[[nodiscard]] ShelvingStep step(Shelving shelving, ShelvingEvent event);

} // namespace millwright::twin
