#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/plant/expression.hpp>

#include <cstdint>
#include <string>

namespace millwright::plant {

/// Dense index of an alarm in its plant, in the order `plant.toml` declares them.
enum class AlarmIndex : std::uint32_t {};
inline constexpr AlarmIndex noAlarm{0xFFFF'FFFFu};
[[nodiscard]] constexpr std::size_t index(AlarmIndex alarm) {
    return static_cast<std::size_t>(alarm);
}

/// What an alarm watches (alarm types of ISA-18.2).
enum class AlarmKind : std::uint8_t {
    HighHigh,   ///< above a limit
    High,       ///< above a limit
    Low,        ///< below a limit
    LowLow,     ///< below a limit
    Deviation,  ///< further from a set-point than a limit
    Rate,       ///< changing faster than a limit, in either direction
    State,      ///< in a state
    Expression, ///< a condition over signals
    Stale,      ///< silent for a time, or said to be stale
};

/// In ascending order of urgency.
enum class AlarmPriority : std::uint8_t { Low, Medium, High, Urgent };

/// What happens when nobody acts, for the priority matrix.
enum class AlarmSeverity : std::uint8_t { Minor, Major, Severe };

/// The priority of an alarm with these consequences that leaves an operator this long: the more severe and the shorter, the
/// higher (docs/alarms.md shows the matrix). A policy of ours in the form ISA-18.2 asks of rationalisation.
[[nodiscard]] AlarmPriority priorityOf(AlarmSeverity severity, Duration timeToRespond);

/// One alarm definition with its rationalisation record (ISA-18.2).
struct Alarm {
    std::string id;   ///< unique in its equipment, `web-break`
    std::string path; ///< `<equipment path>/<id>`, unique among the plant's alarms
    std::string name; ///< for people; falls back to id
    EquipmentIndex equipment = noEquipment;
    AlarmKind kind = AlarmKind::High;
    AlarmPriority priority = AlarmPriority::Medium;
    SignalIndex signal = noSignal; ///< what it is about; noSignal for an expression that reads none
    Expression measure;         ///< the number compared with `limit`, in its signal's unit; the condition of State and Expression
    double limit = 0;           ///< Rate: per second
    double deadBand = 0;        ///< how far within the limit the value must come back, in the limit's unit
    Duration onDelay{};         ///< how long the condition must hold without interruption before the alarm is raised
    Duration offDelay{};        ///< how long it must not hold before the alarm returns to normal
    Duration timeout{};         ///< Stale: how long a signal may be silent
    Duration reAlarm{};         ///< raised again this long after it was last raised or acknowledged, while active; zero: never
    Duration maximumShelving{}; ///< longest an operator may shelve it; zero: not at all
    bool latching = false;      ///< stays in alarm after its return to normal until acknowledged and reset
    bool needsAcknowledgement = true;
    Expression suppressedBy;  ///< suppressed by design while it holds; empty: never
    std::string firstOut;     ///< group whose first alarm is marked; empty: none
    std::string cause;        ///< what usually leads to it
    std::string consequence;  ///< what happens when nobody acts
    std::string action;       ///< what the operator does
    Duration timeToRespond{}; ///< zero: not stated
};

} // namespace millwright::plant
