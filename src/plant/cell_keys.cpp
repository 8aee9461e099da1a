#include "plant/keys.hpp"

// `[[process.cell]]` and `[[process.recipe]]`.
namespace millwright::plant {
namespace {

using enum ValueKind;

constexpr Key curveKeyList[] = {
    {.name = "charge", .kind = Numbers, .description = "%, from 0 to 100, ascending", .required = true},
    {.name = "voltage", .kind = Numbers, .description = "V, at each of them, ascending", .required = true},
};
constexpr TableKeys curveKeys{"curve", "Voltage over charge, straight between the points.", curveKeyList};

constexpr Key branchKeyList[] = {
    {.name = "resistance", .kind = Number, .description = "mOhm", .required = true, .minimum = 0, .aboveMinimum = true},
    {.name = "time", .kind = Duration, .description = "its time constant", .required = true, .minimum = 0, .aboveMinimum = true},
};
constexpr TableKeys branchKeys{"branch", "A resistance with a capacitance beside it.", branchKeyList};

constexpr Key defectKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "for people", .required = true},
    {.name = "share", .kind = Number, .description = "of all cells", .required = true, .minimum = 0, .maximum = 1},
    {.name = "resistance", .kind = Number, .description = "mOhm more: a worn pin, poor wetting", .fallback = "0", .minimum = 0},
    {.name = "short_circuit", .kind = Number, .description = "ohm between the poles", .minimum = 0, .aboveMinimum = true},
    {.name = "capacity",
     .kind = Number,
     .description = "times that of a sound cell",
     .fallback = "1",
     .minimum = 0,
     .maximum = 2,
     .aboveMinimum = true},
};
constexpr TableKeys defectKeys{"defect", "What is wrong with some of the cells.", defectKeyList};

constexpr Key cellKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "name for recipes", .required = true},
    {.name = "capacity",
     .kind = Number,
     .description = "A.h of the mean cell",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "capacity_deviation", .kind = Number, .description = "A.h from cell to cell", .fallback = "0", .minimum = 0},
    {.name = "first_loss",
     .kind = Number,
     .description = "part of a new cell's first charge that it never gives back",
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.5},
    {.name = "ocv", .kind = Table, .description = "voltage of the open circuit", .required = true, .table = &curveKeys},
    {.name = "first_charge",
     .kind = Table,
     .description = "the same of a new cell, over all that its first charge takes, until it is first discharged",
     .table = &curveKeys},
    {.name = "resistance", .kind = Number, .description = "mOhm at 25 Cel", .required = true, .minimum = 0, .aboveMinimum = true},
    {.name = "resistance_deviation",
     .kind = Number,
     .description = "part of it, from cell to cell",
     .fallback = "0",
     .minimum = 0,
     .maximum = 0.3},
    {.name = "activation",
     .kind = Number,
     .description = "K: the resistance goes with exp(activation / temperature)",
     .fallback = "0",
     .minimum = 0,
     .maximum = 10'000},
    {.name = "branch", .kind = Tables, .description = "RC branches in series", .table = &branchKeys},
    {.name = "self_discharge", .kind = Number, .description = "mA", .fallback = "0", .minimum = 0},
    {.name = "heat_capacity", .kind = Number, .description = "J/K", .fallback = "1000", .minimum = 0, .aboveMinimum = true},
    {.name = "thermal_resistance",
     .kind = Number,
     .description = "K/W to what holds the cell",
     .fallback = "1",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "defect", .kind = Tables, .description = "what is wrong with some; a cell has one at most", .table = &defectKeys},
};

constexpr Key stepKeyList[] = {
    {.name = "rest", .kind = Duration, .description = "no current, so long", .minimum = 0, .aboveMinimum = true},
    {.name = "charge", .kind = Number, .description = "A into the cell", .minimum = 0, .aboveMinimum = true},
    {.name = "discharge", .kind = Number, .description = "A out of the cell", .minimum = 0, .aboveMinimum = true},
    {.name = "to", .kind = Number, .description = "charge, discharge: V that end it", .minimum = 0, .aboveMinimum = true},
    {.name = "cut_off",
     .kind = Number,
     .description = "charge: at the voltage `to` it goes on with falling current, down to these A",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "lasts", .kind = Duration, .description = "charge, discharge: at the longest", .minimum = 0, .aboveMinimum = true},
};
constexpr TableKeys stepKeys{"step", "One of `rest`, `charge` and `discharge`.", stepKeyList};

constexpr Key recipeKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "for messages", .required = true},
    {.name = "cell", .kind = Identifier, .description = "what cells", .required = true},
    {.name = "stations", .kind = Texts, .description = "whose cycles", .required = true},
    {.name = "temperature",
     .kind = Number,
     .description = "Cel, of what holds the cells",
     .fallback = "25",
     .minimum = -50,
     .maximum = 150},
    {.name = "step", .kind = Tables, .description = "one after the other", .required = true, .table = &stepKeys},
};

} // namespace

constinit const TableKeys cellKeys{"process.cell", "A kind of lithium-ion cell, as an equivalent circuit.", cellKeyList};
constinit const TableKeys recipeKeys{"process.recipe", "How cells are charged and discharged in the cycles of some stations.",
                                     recipeKeyList};

} // namespace millwright::plant
