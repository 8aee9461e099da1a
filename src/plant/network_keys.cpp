#include "plant/keys.hpp"

// The network of `[process]`: what vehicles drive on, and vehicles.
namespace millwright::plant {
namespace {

constexpr std::string_view lanes[] = {"single", "one-way", "double"};
constexpr std::string_view dispatches[] = {"nearest", "longest-waiting"};
using enum ValueKind;

constexpr Key idKey{.name = "id", .kind = Identifier, .description = "unique among its kind", .required = true};

constexpr Key nodeKeyList[] = {
    idKey,
    {.name = "at", .kind = Vector, .description = "where it is in the plant, metres"},
    {.name = "room",
     .kind = Integer,
     .description = "vehicles that can stand there at once",
     .fallback = "1",
     .minimum = 1,
     .maximum = 1e6},
};

constexpr Key edgeKeyList[] = {
    idKey,
    {.name = "from", .kind = Identifier, .description = "a node", .required = true},
    {.name = "to", .kind = Identifier, .description = "another node", .required = true},
    {.name = "length",
     .kind = Number,
     .description = "metres; without it, the distance of its nodes",
     .minimum = 0,
     .maximum = 1e6,
     .aboveMinimum = true},
    {.name = "lanes",
     .kind = Choice,
     .description = "one lane for both directions, one lane from `from` to `to`, or a lane for each direction; a lane takes one "
                    "vehicle at a time",
     .fallback = "\"single\"",
     .choices = lanes},
    {.name = "speed_limit", .kind = Number, .description = "metres a second", .minimum = 0, .maximum = 1000, .aboveMinimum = true},
};

constexpr Key batteryKeyList[] = {
    {.name = "capacity", .kind = Number, .description = "kW.h", .required = true, .minimum = 0, .aboveMinimum = true},
    {.name = "driving", .kind = Number, .description = "kW that a vehicle takes while it drives", .required = true, .minimum = 0},
    {.name = "standing", .kind = Number, .description = "kW that it takes while it stands", .fallback = "0", .minimum = 0},
    {.name = "charging",
     .kind = Number,
     .description = "kW into it at a charger",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "charge_below",
     .kind = Number,
     .description = "level at which a vehicle without a load goes to a charger",
     .fallback = "0.3",
     .minimum = 0,
     .maximum = 1},
    {.name = "charge_to",
     .kind = Number,
     .description = "level at which it leaves again",
     .fallback = "0.9",
     .minimum = 0,
     .maximum = 1},
};
constexpr TableKeys batteryKeys{"battery", "What each vehicle drives on; levels are from 0 to 1.", batteryKeyList};

constexpr Key fleetCostKeyList[] = {
    {.name = "hour", .kind = Number, .description = "each hour", .fallback = "0", .minimum = 0},
};
constexpr TableKeys fleetCostKeys{"cost", "What an hour of each vehicle costs, busy or not.", fleetCostKeyList};

constexpr Key fleetKeyList[] = {
    idKey,
    {.name = "name", .kind = Text, .description = "for people; without it, the id"},
    {.name = "vehicles", .kind = Integer, .description = "how many", .fallback = "1", .minimum = 1, .maximum = 10'000},
    {.name = "speed",
     .kind = Number,
     .description = "metres a second without a load",
     .required = true,
     .minimum = 0,
     .maximum = 1000,
     .aboveMinimum = true},
    {.name = "loaded_speed",
     .kind = Number,
     .description = "metres a second with a load; without it, as fast",
     .minimum = 0,
     .maximum = 1000,
     .aboveMinimum = true},
    {.name = "acceleration",
     .kind = Number,
     .description = "metres a second squared; without it, as fast at once",
     .minimum = 0,
     .maximum = 1000,
     .aboveMinimum = true},
    {.name = "deceleration",
     .kind = Number,
     .description = "metres a second squared; without it, it stops at once",
     .minimum = 0,
     .maximum = 1000,
     .aboveMinimum = true},
    {.name = "dispatch",
     .kind = Choice,
     .description = "which load is fetched first",
     .fallback = "\"nearest\"",
     .choices = dispatches},
    {.name = "parking",
     .kind = Texts,
     .description = "nodes where vehicles begin and wait, filled in this order",
     .required = true},
    {.name = "battery", .kind = Table, .description = "without it, never empty", .table = &batteryKeys},
    {.name = "chargers", .kind = Texts, .description = "nodes where they charge"},
    {.name = "failure", .kind = Tables, .description = "how each of its vehicles breaks down", .table = &failureKeys},
    {.name = "cost", .kind = Table, .description = "what its vehicles cost", .table = &fleetCostKeys},
};

} // namespace

constinit const TableKeys nodeKeys{"process.node", "A place on the network that vehicles drive on.", nodeKeyList};
constinit const TableKeys edgeKeys{"process.edge", "A way between two nodes.", edgeKeyList};
constinit const TableKeys fleetKeys{"process.fleet", "Like vehicles, for stations that carry.", fleetKeyList};

constinit const std::span<const std::string_view> laneWords{lanes};
constinit const std::span<const std::string_view> dispatchWords{dispatches};

} // namespace millwright::plant
