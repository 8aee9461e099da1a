#include "plant/keys.hpp"

namespace millwright::plant {
namespace {

using enum ValueKind;

constexpr std::string_view states[] = {"Clearing",   "Stopped",      "Starting",  "Idle",       "Suspended", "Execute",
                                       "Stopping",   "Aborting",     "Aborted",   "Holding",    "Held",      "Unholding",
                                       "Suspending", "Unsuspending", "Resetting", "Completing", "Complete",  "Unknown"};

constexpr Key mapKeyList[] = {
    {.name = "state", .kind = Text, .description = "text of a string signal, or a name in `states` of an integer or boolean one"},
    {.name = "value", .kind = NumberOrBoolean, .description = "value of an integer or boolean signal"},
    {.name = "is", .kind = Choice, .description = "the PackML state it stands for", .required = true, .choices = states},
};
constexpr TableKeys mapKeys{"map", "What one value of the state signal stands for.", mapKeyList};

constexpr Key kpiKeyList[] = {
    {.name = "state",
     .kind = Text,
     .description = "id of the signal of this equipment that says what the machine is doing, or the full path of any signal"},
    {.name = "map",
     .kind = Tables,
     .description = "PackML states that its values stand for; without it, PackML's names and numbers and the usual words",
     .table = &mapKeys},
    {.name = "produced", .kind = Text, .description = "signal that counts all items made (PQ), good or not"},
    {.name = "good", .kind = Text, .description = "signal that counts good items (GQ)"},
    {.name = "scrap", .kind = Text, .description = "signal that counts scrap (SQ)"},
    {.name = "rework", .kind = Text, .description = "signal that counts items to be reworked (RQ)"},
    {.name = "inspected", .kind = Text, .description = "signal that counts inspected items (IP)"},
    {.name = "first_pass", .kind = Text, .description = "signal that counts items that were good without rework (GP)"},
    {.name = "energy", .kind = Text, .description = "signal that counts the energy used, in a unit of its own"},
    {.name = "cycle",
     .kind = Duration,
     .description = "planned run time (PRU) for one item, or one unit of what the counts count",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "production", .kind = Texts, .description = "states that count as production (APT), beyond the usual"},
    {.name = "set_up", .kind = Texts, .description = "states that count as set-up (ASUT), beyond the usual"},
    {.name = "delay", .kind = Texts, .description = "states that count as delay (ADET), beyond the usual"},
    {.name = "down", .kind = Texts, .description = "states that count as down without an order (ADOT), beyond the usual"},
    {.name = "unplanned", .kind = Texts, .description = "states outside the planned busy time; usually none"},
    {.name = "failure",
     .kind = Texts,
     .description = "states that a machine is in because it failed, instead of Aborting, Aborted, Clearing, Holding and Held"},
};

} // namespace

constinit const TableKeys kpiKeys{"kpi", "How its KPIs are measured (ISO 22400-2).", kpiKeyList};

constinit const std::span<const std::string_view> packmlStateWords{states};

} // namespace millwright::plant
