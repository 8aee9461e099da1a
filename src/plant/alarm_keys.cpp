#include "plant/keys.hpp"

#include <millwright/plant/alarm.hpp>

namespace millwright::plant {
namespace {

using enum ValueKind;

// In the order of AlarmKind, AlarmPriority and AlarmSeverity.
constexpr std::string_view kinds[] = {"high_high", "high", "low", "low_low", "deviation", "rate", "state", "expression", "stale"};
constexpr std::string_view priorities[] = {"low", "medium", "high", "urgent"};
constexpr std::string_view severities[] = {"minor", "major", "severe"};

constexpr Key alarmKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique in its equipment", .required = true},
    {.name = "name", .kind = Text, .description = "for people; without it, the id"},
    {.name = "kind", .kind = Choice, .description = "what it watches", .choices = kinds},
    {.name = "signal",
     .kind = Text,
     .description = "id of a signal of this equipment, or the full path of any signal; all kinds but expression need it"},
    {.name = "limit",
     .kind = Number,
     .description = "in the signal's unit (rate: per second); high_high to low_low default to the signal's limits"},
    {.name = "dead_band",
     .kind = Number,
     .description = "how far within the limit the value must come back before the alarm ends",
     .fallback = "0",
     .minimum = 0},
    {.name = "set_point", .kind = Text, .description = "deviation: the signal that says what the value should be"},
    {.name = "state", .kind = Text, .description = "state: text of a string signal, or one of the names in `states`"},
    {.name = "expression", .kind = Text, .description = "expression: the condition (docs/expressions.md)"},
    {.name = "timeout",
     .kind = Duration,
     .description = "stale: how long the signal may be silent",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "on_delay",
     .kind = Duration,
     .description = "how long the condition must hold without interruption before the alarm is raised",
     .fallback = "0",
     .minimum = 0},
    {.name = "off_delay",
     .kind = Duration,
     .description = "how long it must not hold before the alarm returns to normal",
     .fallback = "0",
     .minimum = 0},
    {.name = "priority",
     .kind = Choice,
     .description = "how urgent it is; without it, from `severity` and `respond_within`",
     .choices = priorities},
    {.name = "severity", .kind = Choice, .description = "of the consequence when nobody acts", .choices = severities},
    {.name = "respond_within",
     .kind = Duration,
     .description = "how long the operator has to act",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "latching",
     .kind = Boolean,
     .description = "whether it stays after its return to normal until acknowledged and reset",
     .fallback = "false"},
    {.name = "acknowledge", .kind = Boolean, .description = "whether it needs to be acknowledged", .fallback = "true"},
    {.name = "re_alarm",
     .kind = Duration,
     .description = "raise it again this long after it was last raised or acknowledged, while still active; without it, never",
     .minimum = 1},
    {.name = "maximum_shelving",
     .kind = Duration,
     .description = "longest time an operator may shelve it; 0: not at all",
     .fallback = "\"8h\"",
     .minimum = 0},
    {.name = "suppressed_by", .kind = Text, .description = "expression: suppressed by design while it holds"},
    {.name = "first_out",
     .kind = Text,
     .description = "group of alarms, of any equipment, of which the one raised first is marked"},
    {.name = "cause", .kind = Text, .description = "what usually leads to it"},
    {.name = "consequence", .kind = Text, .description = "what happens when nobody acts"},
    {.name = "action",
     .kind = Text,
     .description = "what the operator does about it: where there is nothing to do, it is no alarm"},
};

constexpr Key targetKeyList[] = {
    {.name = "operators",
     .kind = Integer,
     .description = "who share the alarms: rates are for each of them",
     .fallback = "1",
     .minimum = 1,
     .maximum = 1000},
    {.name = "average", .kind = Number, .description = "calls in ten minutes, on average", .fallback = "1", .minimum = 0},
    {.name = "peak", .kind = Number, .description = "calls in any ten minutes", .fallback = "10", .minimum = 0},
    {.name = "flood_begins",
     .kind = Number,
     .description = "a flood begins with more calls than this in ten minutes",
     .fallback = "10",
     .minimum = 0},
    {.name = "flood_ends",
     .kind = Number,
     .description = "a flood ends with fewer calls than this in ten minutes",
     .fallback = "5",
     .minimum = 0},
    {.name = "flood_share",
     .kind = Number,
     .description = "share of the time in floods",
     .fallback = "0.01",
     .minimum = 0,
     .maximum = 1},
    {.name = "top_ten",
     .kind = Number,
     .description = "share of all calls that come from the ten most frequent alarms",
     .fallback = "0.05",
     .minimum = 0,
     .maximum = 1},
    {.name = "chattering",
     .kind = Number,
     .description = "how many alarms may come and go three times within a minute",
     .fallback = "0",
     .minimum = 0},
    {.name = "fleeting",
     .kind = Number,
     .description = "how many alarms may return within `fleeting_within` though nobody acted",
     .fallback = "0",
     .minimum = 0},
    {.name = "stale",
     .kind = Number,
     .description = "fewer alarms than this may stand for longer than `stale_after` on any day",
     .fallback = "5",
     .minimum = 0},
    {.name = "fleeting_within",
     .kind = ValueKind::Duration,
     .description = "what is fleeting",
     .fallback = "\"5s\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "stale_after",
     .kind = ValueKind::Duration,
     .description = "what is stale",
     .fallback = "\"24h\"",
     .minimum = 0,
     .aboveMinimum = true},
};

} // namespace

constinit const TableKeys alarmTargetKeys{"alarm_targets", "What the alarms may ask of one operator (ISA-18.2, IEC 62682).",
                                          targetKeyList};
constinit const TableKeys alarmKeys{"alarm", "What calls for an operator's action (ISA-18.2, IEC 62682).", alarmKeyList};

constinit const std::span<const std::string_view> alarmKindWords{kinds};
constinit const std::span<const std::string_view> alarmPriorityWords{priorities};
constinit const std::span<const std::string_view> alarmSeverityWords{severities};

std::string_view nameOf(AlarmPriority priority) {
    return priorities[static_cast<std::size_t>(priority)];
}

} // namespace millwright::plant
