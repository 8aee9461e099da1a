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

constexpr std::string_view meanOver[] = {"failures", "failures+1"};

constexpr Key costKeyList[] = {
    {.name = "hour", .kind = Number, .description = "of planned busy time (PBT)", .minimum = 0},
    {.name = "energy", .kind = Number, .description = "one unit of the energy; kW.h where `power` is in kW", .minimum = 0},
    {.name = "item", .kind = Number, .description = "what goes into one item made (PQ), good or not", .minimum = 0},
    {.name = "scrap", .kind = Number, .description = "one item of scrap (SQ) beyond what went into it", .minimum = 0},
};
constexpr TableKeys costKeys{"cost", "Costs, in the plant's currency; what is left out costs nothing.", costKeyList};

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
    {.name = "power",
     .kind = Text,
     .description = "instead of `energy`: signal of the power drawn, such as kW; it holds until its next sample"},
    {.name = "order", .kind = Text, .description = "signal that says which order, batch or product is being made; empty: none"},
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
    {.name = "mean_over",
     .kind = Choice,
     .description = "what sums of times are divided by for MTBF, MTTF and MTTR: failure events (FE), or one more",
     .fallback = "\"failures\"",
     .choices = meanOver},
    {.name = "cost", .kind = Table, .description = "what its work costs", .table = &costKeys},
};

} // namespace

constinit const TableKeys kpiKeys{"kpi", "How its KPIs are measured (ISO 22400-2).", kpiKeyList};

constinit const std::span<const std::string_view> packmlStateWords{states};
constinit const std::span<const std::string_view> meanOverWords{meanOver};

} // namespace millwright::plant
