#include "plant/keys.hpp"

namespace millwright::plant {
namespace {

using enum ValueKind;

constexpr Key shiftKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "unique", .required = true},
    {.name = "from", .kind = Text, .description = "when it begins, local time, such as \"06:00\"", .required = true},
    {.name = "to",
     .kind = Text,
     .description = "when it ends, local time, up to \"24:00\"; not after `from`: on the next day",
     .required = true},
    {.name = "days",
     .kind = Texts,
     .description = "days on which it begins: mon, tue, wed, thu, fri, sat, sun; without it, every day"},
};
constexpr TableKeys shiftKeys{"calendar.shift", "A shift; shifts do not overlap.", shiftKeyList};

constexpr Key calendarKeyList[] = {
    {.name = "utc_offset",
     .kind = Text,
     .description = "local time is UTC plus this, such as \"+09:00\", all year round",
     .fallback = "\"+00:00\""},
    {.name = "shift", .kind = Tables, .description = "the shifts", .table = &shiftKeys},
};

} // namespace

constinit const TableKeys calendarKeys{"calendar", "Shifts by the clock on the wall, which KPIs are reported by.", calendarKeyList};

} // namespace millwright::plant
