#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/plant/expression.hpp>

#include <cstdint>
#include <string>
#include <string_view>

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
/// `low` and so on, as `plant.toml` calls it.
[[nodiscard]] std::string_view nameOf(AlarmPriority priority);

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

/// What the alarm system may ask of one operator: targets of the alarm philosophy (ISA-18.2, IEC 62682), which the plant may set.
/// Unless it does, they are the usual ones.
struct AlarmTargets {
    std::uint32_t operators = 1; ///< who share the alarms: rates are for each of them
    double average = 1;          ///< calls in ten minutes, on average
    double peak = 10;            ///< calls in any ten minutes
    double floodBegins = 10;     ///< a flood begins with more calls than this in ten minutes
    double floodEnds = 5;        ///< and ends with fewer than this
    double floodShare = 0.01;    ///< of the time
    double topTen = 0.05;        ///< share of all calls that come from the ten most frequent alarms
    double chattering = 0;       ///< alarms that come and go three times within a minute
    double fleeting = 0;         ///< alarms that return by themselves within `fleetingWithin`, and do not chatter
    double stale = 5;            ///< alarms that stand for more than `staleAfter`, on any day fewer than this
    Duration fleetingWithin = std::chrono::seconds{5};
    Duration staleAfter = std::chrono::hours{24};
};

} // namespace millwright::plant
