#include "plant/keys.hpp"

// `[process]` of plant.toml and of scenario files.
namespace millwright::plant {
namespace {

constexpr std::string_view distributions[] = {"constant",   "exponential", "erlang",  "gamma", "normal",    "lognormal",
                                              "triangular", "uniform",     "weibull", "beta",  "empirical", "discrete"};
constexpr std::string_view rules[] = {"share", "first", "shortest", "product"};
constexpr std::string_view whenFulls[] = {"wait", "lose", "hold"};
constexpr std::string_view disciplines[] = {"fifo", "lifo", "priority"};
constexpr std::string_view blockings[] = {"after", "before"};
constexpr std::string_view steps[] = {"setup", "load", "work", "unload"};
constexpr std::string_view whens[] = {"immediate", "opportunistic"};
constexpr std::string_view clocks[] = {"working", "calendar", "cycles"};
constexpr std::string_view shows[] = {"state",   "quantity",    "finished",     "content", "x",      "y",
                                      "z",       "heading",     "driven",       "loaded",  "charge", "voltage",
                                      "current", "temperature", "ampere-hours", "capacity"};
constexpr std::string_view faultKinds[] = {"drop-out", "stuck", "clock-jump", "drift", "failure"};
using enum ValueKind;

constexpr Key distributionKeyList[] = {
    {.name = "kind", .kind = Choice, .description = "which distribution", .required = true, .choices = distributions},
    {.name = "mean", .kind = Duration, .description = "constant, exponential, erlang, gamma, normal, lognormal", .minimum = 0},
    {.name = "deviation",
     .kind = Duration,
     .description = "normal, lognormal: standard deviation of the time itself, before it is cut",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "sigma",
     .kind = Number,
     .description = "lognormal, instead of `deviation`: standard deviation of the logarithm",
     .minimum = 0,
     .maximum = 5,
     .aboveMinimum = true},
    {.name = "low",
     .kind = Duration,
     .description = "triangular, uniform, beta: lowest; normal, lognormal: cut below (0)",
     .minimum = 0},
    {.name = "high",
     .kind = Duration,
     .description = "triangular, uniform, beta: highest; normal, lognormal: cut above (never)",
     .minimum = 0},
    {.name = "mode", .kind = Duration, .description = "triangular: likeliest", .minimum = 0},
    {.name = "shape",
     .kind = Number,
     .description = "erlang (a whole number), gamma, weibull; beta: alpha",
     .minimum = 0.01,
     .maximum = 1e6},
    {.name = "shape2", .kind = Number, .description = "beta: beta", .minimum = 0.01, .maximum = 1e6},
    {.name = "scale", .kind = Duration, .description = "weibull", .minimum = 0, .aboveMinimum = true},
    {.name = "values", .kind = Numbers, .description = "empirical (ascending, straight lines between them), discrete: seconds"},
    {.name = "weights", .kind = Numbers, .description = "discrete: how often each value, relative to each other"},
};
constexpr TableKeys distributionKeys{"distribution", "How long something takes.", distributionKeyList};

constexpr Key wayKeyList[] = {
    {.name = "to", .kind = Identifier, .description = "a buffer, a station, a conveyor, `done` or `scrap`", .required = true},
    {.name = "share",
     .kind = Number,
     .description = "rule share: how often; those of all ways add up to 1. Where no way has one, all are as likely",
     .fallback = "1",
     .minimum = 0},
    {.name = "product", .kind = Identifier, .description = "rule product: which product; without it, all that no way before names"},
};
constexpr TableKeys wayKeys{"ways", "One of several ways on.", wayKeyList};

constexpr Key toKey{
    .name = "to", .kind = Identifier, .description = "where parts go: a buffer, a station, a conveyor, `done` or `scrap`"};
constexpr Key waysKey{.name = "ways", .kind = Tables, .description = "instead of `to`: several", .table = &wayKeys};
constexpr Key ruleKey{
    .name = "rule",
    .kind = Choice,
    .description = "which of the ways: by chance (share), the first that has room, where the fewest parts are, or by product",
    .fallback = "\"share\"",
    .choices = rules};
constexpr Key idKey{.name = "id",
                    .kind = Identifier,
                    .description = "unique among its kind; buffers, stations and conveyors count as one",
                    .required = true};
constexpr Key nameKey{.name = "name", .kind = Text, .description = "for people; without it, the id"};

constexpr Key costOfAnItem{.name = "item", .kind = Number, .description = "each part", .fallback = "0", .minimum = 0};
constexpr Key costOfAnHour{.name = "hour", .kind = Number, .description = "each hour", .fallback = "0", .minimum = 0};
constexpr Key sourceCostKeyList[] = {costOfAnItem};
constexpr TableKeys sourceCostKeys{"cost", "What a part costs that comes from here.", sourceCostKeyList};
constexpr Key stationCostKeyList[] = {costOfAnHour, costOfAnItem};
constexpr TableKeys stationCostKeys{
    "cost", "What an hour of each machine in its working hours costs, and each part that it has worked on.", stationCostKeyList};
constexpr Key crewCostKeyList[] = {costOfAnHour};
constexpr TableKeys crewCostKeys{"cost", "What an hour of each person costs, busy or not.", crewCostKeyList};
constexpr Key processCostKeyList[] = {
    costOfAnHour,
    {.name = "energy", .kind = Number, .description = "one kW.h of what stations draw", .fallback = "0", .minimum = 0},
    {.name = "item", .kind = Number, .description = "each good part", .fallback = "0", .minimum = 0},
    {.name = "scrap", .kind = Number, .description = "each part of scrap, beyond what went into it", .fallback = "0", .minimum = 0},
};
constexpr TableKeys processCostKeys{"cost", "Costs of the whole, beside those of its elements.", processCostKeyList};

constexpr Key powerKeyList[] = {
    {.name = "otherwise", .kind = Number, .description = "in states that are not given", .fallback = "0", .minimum = 0},
    {.name = "working", .kind = Number, .description = "while it works", .minimum = 0},
    {.name = "starved", .kind = Number, .description = "while it waits for a part", .minimum = 0},
    {.name = "blocked", .kind = Number, .description = "while its part has nowhere to go", .minimum = 0},
    {.name = "down", .kind = Number, .description = "while it is down", .minimum = 0},
    {.name = "setup", .kind = Number, .description = "while it is changed over, loaded or unloaded", .minimum = 0},
    {.name = "idle", .kind = Number, .description = "outside its working hours", .minimum = 0},
    {.name = "maintenance", .kind = Number, .description = "during planned maintenance", .minimum = 0},
    {.name = "unattended", .kind = Number, .description = "while it has a part and waits for people", .minimum = 0},
};
constexpr TableKeys powerKeys{"power", "What each machine draws by what it is doing, in kW.", powerKeyList};

constexpr Key placeNodeKey{.name = "node", .kind = Identifier, .description = "node of the network where vehicles come to it"};

constexpr Key productKeyList[] = {
    idKey,
    nameKey,
    {.name = "priority",
     .kind = Integer,
     .description = "in buffers with discipline priority: the higher first",
     .fallback = "0",
     .minimum = -1000,
     .maximum = 1000},
};
constexpr TableKeys productKeys{"process.product", "What flows.", productKeyList};

constexpr Key rateStepKeyList[] = {
    {.name = "from", .kind = Duration, .description = "after the beginning of the period", .required = true, .minimum = 0},
    {.name = "per_hour",
     .kind = Number,
     .description = "parts that come in an hour from then on, on average",
     .required = true,
     .minimum = 0},
};
constexpr TableKeys rateStepKeys{"step", "From when on how many parts come.", rateStepKeyList};

constexpr Key rateKeyList[] = {
    {.name = "period",
     .kind = Duration,
     .description = "after which it repeats",
     .fallback = "\"24h\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "step",
     .kind = Tables,
     .description = "ascending; before the first holds the last",
     .required = true,
     .table = &rateStepKeys},
};
constexpr TableKeys rateKeys{"rate", "Arrivals by chance, at some times more often than at others.", rateKeyList};

constexpr Key orderKeyList[] = {
    {.name = "id", .kind = Text, .description = "for people; without it, its number"},
    {.name = "at",
     .kind = Duration,
     .description = "when its parts come, after the beginning of the period",
     .required = true,
     .minimum = 0},
    {.name = "product", .kind = Identifier, .description = "without it, the source's"},
    {.name = "count", .kind = Integer, .description = "parts", .fallback = "1", .minimum = 1, .maximum = 1e8},
    {.name = "due", .kind = Duration, .description = "when its last part should be done, counted like `at`", .minimum = 0},
};
constexpr TableKeys orderKeys{"order", "Parts that come together, and when they are due.", orderKeyList};

constexpr Key sourceKeyList[] = {
    idKey,
    nameKey,
    {.name = "product", .kind = Identifier, .description = "what comes from it; without it, the first product"},
    {.name = "every",
     .kind = Time,
     .description = "time between arrivals; without it, see `rate`, `order` and `in_progress`",
     .table = &distributionKeys},
    {.name = "first", .kind = Duration, .description = "when the first one arrives; without it, after one interval", .minimum = 0},
    {.name = "rate",
     .kind = Table,
     .description = "in place of `every`: arrivals of a Poisson process whose rate depends on the time",
     .table = &rateKeys},
    {.name = "order", .kind = Tables, .description = "in place of `every`: orders or deliveries, ascending", .table = &orderKeys},
    {.name = "order_period",
     .kind = Duration,
     .description = "after which the same orders come again; without it, they come once",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "in_progress",
     .kind = Integer,
     .description = "CONWIP: how many of its parts are in the process; without it, `every`, `rate` and `order`, there is always "
                    "one to be taken",
     .minimum = 1,
     .maximum = 1e8},
    {.name = "limit",
     .kind = Integer,
     .description = "how many come altogether; 0: no end",
     .fallback = "0",
     .minimum = 0,
     .maximum = 1e15},
    {.name = "when_full",
     .kind = Choice,
     .description =
         "what an arrival does that finds no room: waits, is lost, or is held and the next interval begins when it has gone",
     .fallback = "\"wait\"",
     .choices = whenFulls},
    {.name = "cost", .kind = Table, .description = "what a part costs that comes", .table = &sourceCostKeys},
    placeNodeKey,
    toKey,
    waysKey,
    ruleKey,
};
constexpr TableKeys sourceKeys{"process.source", "Where parts come from.", sourceKeyList};

constexpr Key bufferKeyList[] = {
    idKey,
    nameKey,
    {.name = "capacity", .kind = Integer, .description = "parts; 0: unlimited", .fallback = "0", .minimum = 0, .maximum = 1e8},
    {.name = "discipline", .kind = Choice, .description = "who is taken first", .fallback = "\"fifo\"", .choices = disciplines},
    {.name = "patience",
     .kind = Time,
     .description = "how long a part waits at most; without it, for ever",
     .table = &distributionKeys},
    {.name = "gives_up_to",
     .kind = Identifier,
     .description = "where a part goes that has waited so long: `done`, `scrap`, or a buffer without a capacity"},
    placeNodeKey,
    toKey,
    waysKey,
};
constexpr TableKeys bufferKeys{"process.buffer", "Where parts wait until a station takes them.", bufferKeyList};

constexpr Key cycleKeyList[] = {
    {.name = "product", .kind = Identifier, .description = "which product", .required = true},
    {.name = "time", .kind = Time, .description = "its cycle", .required = true, .table = &distributionKeys},
};
constexpr TableKeys cycleKeys{"cycle_of", "The cycle of one product.", cycleKeyList};

constexpr Key setUpKeyList[] = {
    {.name = "from", .kind = Identifier, .description = "what was made before; without it, any other product, or nothing yet"},
    {.name = "to", .kind = Identifier, .description = "what comes; without it, any other product"},
    {.name = "time", .kind = Time, .description = "how long it takes", .required = true, .table = &distributionKeys},
};
constexpr TableKeys setUpKeys{"setup", "Set-up between two products; the last that fits is taken.", setUpKeyList};

constexpr Key needKeyList[] = {
    {.name = "crew",
     .kind = Identifiers,
     .description = "whose people, or which shared robot, crane or tool; of a list, the first who has enough free",
     .required = true},
    {.name = "count", .kind = Integer, .description = "of them at once", .fallback = "1", .minimum = 1, .maximum = 1e6},
    {.name = "during",
     .kind = Texts,
     .description = "`setup`, `load`, `work`, `unload`: without them, these steps do not go on",
     .fallback = "[\"setup\", \"load\", \"work\", \"unload\"]"},
    {.name = "priority",
     .kind = Integer,
     .description = "who is served first: the higher, then who has waited longest",
     .fallback = "0",
     .minimum = -1000,
     .maximum = 1000},
};
constexpr TableKeys needKeys{"need", "People (or a robot, crane or tool) without whom a station does not go on.", needKeyList};

constexpr Key inputKeyList[] = {
    {.name = "from", .kind = Identifier, .description = "a buffer or a source that leads to this station alone", .required = true},
    {.name = "count", .kind = Integer, .description = "parts of it in one product", .fallback = "1", .minimum = 1, .maximum = 1e6},
};
constexpr TableKeys inputKeys{"input", "What an assembly takes; the first input's part becomes the product.", inputKeyList};

constexpr Key makesKeyList[] = {
    {.name = "count", .kind = Integer, .description = "parts of one", .fallback = "1", .minimum = 1, .maximum = 1e6},
    {.name = "product", .kind = Identifier, .description = "what they are; without it, of the product that the part is"},
};
constexpr TableKeys makesKeys{"makes", "What a station makes of each part: several, or another product.", makesKeyList};

constexpr Key failureKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "for messages", .required = true},
    {.name = "clock",
     .kind = Choice,
     .description = "what wears it out: working time, all time that it is not down, or cycles (of a vehicle, loads)",
     .fallback = "\"working\"",
     .choices = clocks},
    {.name = "between",
     .kind = Time,
     .description = "from a repair to the next failure, by the clock; of cycles a number, rounded up",
     .required = true,
     .table = &distributionKeys},
    {.name = "repair", .kind = Time, .description = "from when somebody begins", .required = true, .table = &distributionKeys},
    {.name = "detected", .kind = Time, .description = "how long nobody knows of it", .fallback = "0", .table = &distributionKeys},
    {.name = "crew",
     .kind = Identifiers,
     .description = "who repairs, of a list the first of whom somebody is free; without it, somebody is always there"},
};

} // namespace

constinit const TableKeys failureKeys{"failure", "One way to break down.", failureKeyList};

namespace {

constexpr Key maintenanceKeyList[] = {
    {.name = "id", .kind = Identifier, .description = "for messages", .required = true},
    {.name = "clock",
     .kind = Choice,
     .description = "what brings it on: working time, all time, or cycles",
     .fallback = "\"calendar\"",
     .choices = clocks},
    {.name = "every",
     .kind = Time,
     .description = "from its end until it is due again, by the clock; of cycles a number",
     .required = true,
     .table = &distributionKeys},
    {.name = "lasts", .kind = Time, .description = "from when somebody begins", .required = true, .table = &distributionKeys},
    {.name = "crew", .kind = Identifier, .description = "who does it; without it, somebody is always there"},
    {.name = "when",
     .kind = Choice,
     .description = "when it is due, or from `window` before that as soon as the machine stands anyway",
     .fallback = "\"immediate\"",
     .choices = whens},
    {.name = "window",
     .kind = Duration,
     .description = "opportunistic: how long before it is due, by the clock; of cycles a number",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "renews", .kind = Texts, .description = "failures of the station that it sets back: their clocks begin anew"},
    {.name = "renewed_by",
     .kind = Texts,
     .description = "failures of the station whose repair does what it would: its own clock begins anew"},
};
constexpr TableKeys maintenanceKeys{"maintenance", "What is done to each machine by plan.", maintenanceKeyList};

constexpr Key stationKeyList[] = {
    idKey,
    nameKey,
    {.name = "equipment", .kind = ValueKind::Path, .description = "path of the equipment it stands for"},
    {.name = "servers",
     .kind = Integer,
     .description = "like machines side by side",
     .fallback = "1",
     .minimum = 1,
     .maximum = 500'000},
    {.name = "batch", .kind = Integer, .description = "parts worked on together", .fallback = "1", .minimum = 1, .maximum = 1e6},
    {.name = "cycle",
     .kind = Time,
     .description = "how long work takes; required where it does not carry",
     .table = &distributionKeys},
    {.name = "fleet",
     .kind = Identifier,
     .description = "whose vehicles carry parts, in place of `cycle`: `batch` parts at a time"},
    {.name = "load",
     .kind = Time,
     .description = "how long loading takes, of a machine before each cycle, or of a fleet's vehicle",
     .fallback = "0",
     .table = &distributionKeys},
    {.name = "unload", .kind = Time, .description = "likewise unloading", .fallback = "0", .table = &distributionKeys},
    {.name = "need", .kind = Tables, .description = "whom it needs to go on; without any, it needs nobody", .table = &needKeys},
    placeNodeKey,
    {.name = "at",
     .kind = Vector,
     .description = "where people come to it, metres in the plant's frame; without it, its node or its equipment's place"},
    {.name = "cycle_of", .kind = Tables, .description = "cycles of single products", .table = &cycleKeys},
    {.name = "setup", .kind = Tables, .description = "set-ups; without any, none is needed", .table = &setUpKeys},
    {.name = "input", .kind = Tables, .description = "assembly: what it takes to make one", .table = &inputKeys},
    {.name = "makes",
     .kind = Table,
     .description = "what it makes of each part that it has worked on; without it, the part stays what it is",
     .table = &makesKeys},
    {.name = "blocking",
     .kind = Choice,
     .description = "whether room is needed after the work, or before it",
     .fallback = "\"after\"",
     .choices = blockings},
    {.name = "failure", .kind = Tables, .description = "how it breaks down", .table = &failureKeys},
    {.name = "maintenance", .kind = Tables, .description = "what is done to it by plan", .table = &maintenanceKeys},
    {.name = "shift", .kind = Identifier, .description = "when it works; without it, always"},
    {.name = "cost", .kind = Table, .description = "what its work costs", .table = &stationCostKeys},
    {.name = "power", .kind = Table, .description = "what each machine draws, in kW", .table = &powerKeys},
    toKey,
    waysKey,
    ruleKey,
};
constexpr TableKeys stationKeys{"process.station", "Where parts are worked on.", stationKeyList};

constexpr Key conveyorKeyList[] = {
    idKey,
    nameKey,
    {.name = "equipment", .kind = ValueKind::Path, .description = "path of the equipment it stands for"},
    {.name = "length",
     .kind = Number,
     .description = "metres, from where a part is put on it to where it is taken off",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "speed",
     .kind = Number,
     .description = "metres a second, while it runs",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "pitch",
     .kind = Number,
     .description = "metres that a part takes of it, with the gap to the next",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "accumulating",
     .kind = Boolean,
     .description = "whether parts close up behind one that cannot leave; else the whole conveyor stands with it",
     .fallback = "true"},
    {.name = "zones",
     .kind = Integer,
     .description = "zero-pressure zones of equal length; each holds one part, which goes on when the next is free; 0: no zones",
     .fallback = "0",
     .minimum = 0,
     .maximum = 100'000},
    placeNodeKey,
    {.name = "failure", .kind = Tables, .description = "how it breaks down", .table = &failureKeys},
    {.name = "shift", .kind = Identifier, .description = "when it runs; without it, always"},
    {.name = "cost", .kind = Table, .description = "what it costs", .table = &stationCostKeys},
    {.name = "power", .kind = Table, .description = "what it draws, in kW", .table = &powerKeys},
    toKey,
    waysKey,
    ruleKey,
};
constexpr TableKeys conveyorKeys{"process.conveyor", "What takes parts from one place to the next.", conveyorKeyList};

constexpr Key hoursKeyList[] = {
    {.name = "from", .kind = Duration, .description = "after the beginning of the period", .required = true, .minimum = 0},
    {.name = "to", .kind = Duration, .description = "after the beginning of the period", .required = true, .minimum = 0},
};
constexpr TableKeys hoursKeys{"hours", "Working hours.", hoursKeyList};

constexpr Key shiftKeyList[] = {
    idKey,
    {.name = "period",
     .kind = Duration,
     .description = "after which it repeats",
     .fallback = "\"24h\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "hours", .kind = Tables, .description = "ascending, apart", .required = true, .table = &hoursKeys},
};
constexpr TableKeys shiftKeys{"process.shift", "Working hours that repeat.", shiftKeyList};

constexpr Key crewKeyList[] = {
    idKey,
    nameKey,
    {.name = "size",
     .kind = Integer,
     .description = "people (or like robots, cranes, tools); each is in one place at a time",
     .fallback = "1",
     .minimum = 1,
     .maximum = 1e6},
    {.name = "shift", .kind = Identifier, .description = "when they begin jobs; without it, always"},
    {.name = "response",
     .kind = Time,
     .description = "from when they are called until they set out",
     .fallback = "0",
     .table = &distributionKeys},
    {.name = "travel",
     .kind = Time,
     .description = "how long their way takes, wherever it is; or `walking`",
     .fallback = "0",
     .table = &distributionKeys},
    {.name = "walking",
     .kind = Number,
     .description = "metres a second, in a straight line from where they were last; without it, ways take no time",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "home", .kind = Vector, .description = "walking: where they are at first; without it, where they are called to first"},
    {.name = "cost", .kind = Table, .description = "what its people cost", .table = &crewCostKeys},
};
constexpr TableKeys crewKeys{"process.crew", "People who repair and attend stations, or what stations share.", crewKeyList};

constexpr Key pidKeyList[] = {
    {.name = "gain",
     .kind = Number,
     .description = "output for an error of 1, both in the quantity's unit",
     .required = true,
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "reset", .kind = Duration, .description = "integral time; 0: no integral", .fallback = "0", .minimum = 0},
    {.name = "rate", .kind = Duration, .description = "derivative time", .fallback = "0", .minimum = 0},
    {.name = "low", .kind = Number, .description = "least output: where the quantity settles with nothing on", .required = true},
    {.name = "high", .kind = Number, .description = "most output: where it settles with all on", .required = true},
};
constexpr TableKeys pidKeys{"pid", "A PID controller.", pidKeyList};

constexpr Key signalKeyList[] = {
    {.name = "signal", .kind = ValueKind::Path, .description = "path of a signal of the plant", .required = true},
    {.name = "shows",
     .kind = Choice,
     .description = "the PackML state of a station or vehicle, a quantity that follows what a station is doing, how many cycles it "
                    "finished, the content of a buffer; of a vehicle its place and heading, how far it has driven, whether it has "
                    "a load, and its battery's level; of a cell in a station that has a recipe its voltage, current into it, "
                    "temperature, A.h that went into it, and capacity in its last discharge",
     .fallback = "\"quantity\"",
     .choices = shows},
    {.name = "station", .kind = Identifier, .description = "of a station or a cell in it: which station"},
    {.name = "buffer", .kind = Identifier, .description = "content: which buffer"},
    {.name = "fleet", .kind = Identifier, .description = "state, x, y, z, heading, driven, loaded, charge: whose vehicle"},
    {.name = "vehicle",
     .kind = Integer,
     .description = "fleet: which of its vehicles",
     .fallback = "1",
     .minimum = 1,
     .maximum = 10'000},
    {.name = "channel",
     .kind = Integer,
     .description = "voltage to capacity: which of the cells in the station, from 1",
     .fallback = "1",
     .minimum = 1,
     .maximum = 1e6},
    {.name = "otherwise", .kind = Number, .description = "quantity: what it tends to", .fallback = "0"},
    {.name = "working", .kind = Number, .description = "quantity: what it tends to while the station works"},
    {.name = "starved", .kind = Number, .description = "quantity: while it waits for a part"},
    {.name = "blocked", .kind = Number, .description = "quantity: while its part has nowhere to go"},
    {.name = "down", .kind = Number, .description = "quantity: while it is down"},
    {.name = "setup", .kind = Number, .description = "quantity: while it is changed over, loaded or unloaded"},
    {.name = "idle", .kind = Number, .description = "quantity: outside its working hours"},
    {.name = "maintenance", .kind = Number, .description = "quantity: during planned maintenance"},
    {.name = "unattended", .kind = Number, .description = "quantity: while it has a part and waits for people"},
    {.name = "ramp",
     .kind = Number,
     .description = "quantity: fastest change of its set point a second; without it, at once",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "lag", .kind = Duration, .description = "quantity, content: first-order time constant", .fallback = "0", .minimum = 0},
    {.name = "pid",
     .kind = Table,
     .description = "quantity: a controller that brings it to its set point; it then tends to the controller's output by `lag`",
     .table = &pidKeys},
    {.name = "wear", .kind = Number, .description = "quantity: what each cycle of the station adds to it", .fallback = "0"},
    {.name = "noise",
     .kind = Number,
     .description = "quantity, voltage to capacity: standard deviation of each sample",
     .fallback = "0",
     .minimum = 0},
    {.name = "scale",
     .kind = Number,
     .description = "finished, content, and of a vehicle: the signal's value for each, or for one metre and so on",
     .fallback = "1"},
    {.name = "offset",
     .kind = Number,
     .description = "finished, content, and of a vehicle: the signal's value for none, or for 0",
     .fallback = "0"},
    {.name = "modulo",
     .kind = Integer,
     .description = "finished, wear: the count starts again after as many; 0: never",
     .fallback = "0",
     .minimum = 0,
     .maximum = 1e9},
    {.name = "every",
     .kind = Duration,
     .description = "between samples of a number; texts, booleans and integers are sampled when they change",
     .fallback = "1",
     .minimum = 0.001,
     .maximum = 86'400},
};
constexpr TableKeys signalKeys{"process.signal", "How a simulated run drives a signal of the plant.", signalKeyList};

constexpr Key faultKeyList[] = {
    {.name = "kind",
     .kind = Choice,
     .description = "signals fall silent, keep their value, have wrong times, or go off; or a station fails",
     .required = true,
     .choices = faultKinds},
    {.name = "at", .kind = Duration, .description = "after the beginning of the run", .required = true, .minimum = 0},
    {.name = "lasts",
     .kind = Duration,
     .description = "drop-out, stuck, clock-jump, drift: how long",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "by", .kind = Duration, .description = "clock-jump: how far times are wrong, below 0 for too early"},
    {.name = "amount", .kind = Number, .description = "drift: how far the values are off at its end"},
    {.name = "signal",
     .kind = ValueKind::Path,
     .description = "drop-out, stuck, clock-jump, drift: a signal, or an equipment for all of its own"},
    {.name = "station", .kind = Identifier, .description = "failure: which station; its first machine fails"},
    {.name = "failure", .kind = Identifier, .description = "failure: which of the station's"},
};
constexpr TableKeys faultKeys{"process.fault", "What goes wrong in a simulated run at a stated time.", faultKeyList};

constexpr Key processKeyList[] = {
    {.name = "length",
     .kind = Duration,
     .description = "of one run, warm-up included",
     .fallback = "\"24h\"",
     .minimum = 0,
     .aboveMinimum = true},
    {.name = "warm_up",
     .kind = Duration,
     .description = "what is not counted; without it, a study finds it (MSER-5)",
     .minimum = 0},
    {.name = "maximum_parts",
     .kind = Integer,
     .description = "in progress; more is an error",
     .fallback = "1000000",
     .minimum = 1,
     .maximum = 1e8},
    {.name = "cost", .kind = Table, .description = "costs of the whole", .table = &processCostKeys},
    {.name = "product", .kind = Tables, .description = "what flows; without any, one product `part`", .table = &productKeys},
    {.name = "source", .kind = Tables, .description = "where parts come from", .table = &sourceKeys},
    {.name = "buffer", .kind = Tables, .description = "where they wait", .table = &bufferKeys},
    {.name = "station", .kind = Tables, .description = "where they are worked on", .table = &stationKeys},
    {.name = "conveyor", .kind = Tables, .description = "what takes them from one place to the next", .table = &conveyorKeys},
    {.name = "shift", .kind = Tables, .description = "working hours", .table = &shiftKeys},
    {.name = "crew", .kind = Tables, .description = "who repairs and attends stations", .table = &crewKeys},
    {.name = "node", .kind = Tables, .description = "of the network that vehicles drive on", .table = &nodeKeys},
    {.name = "edge", .kind = Tables, .description = "between its nodes", .table = &edgeKeys},
    {.name = "fleet", .kind = Tables, .description = "vehicles that drive on it", .table = &fleetKeys},
    {.name = "cell", .kind = Tables, .description = "kinds of lithium-ion cells", .table = &cellKeys},
    {.name = "recipe", .kind = Tables, .description = "how cells are charged and discharged", .table = &recipeKeys},
    {.name = "signal", .kind = Tables, .description = "what a simulated run writes to a log", .table = &signalKeys},
    {.name = "fault", .kind = Tables, .description = "what goes wrong at a stated time", .table = &faultKeys},
};

constexpr Key scenarioKeyList[] = {
    {.name = "name", .kind = Text, .description = "for people; without it, the file's name"},
    {.name = "description", .kind = Text, .description = "for people"},
};
constexpr TableKeys scenarioKeys{"scenario", "The scenario as a whole.", scenarioKeyList};

constexpr Key scenarioRootKeyList[] = {
    {.name = "format", .kind = Integer, .description = "version of this format", .required = true, .minimum = 1, .maximum = 1},
    {.name = "scenario", .kind = Table, .description = "the scenario as a whole", .table = &scenarioKeys},
    {.name = "process",
     .kind = Table,
     .description = "what differs from the plant's process",
     .required = true,
     .table = &processKeys},
};

} // namespace

constinit const TableKeys processKeys{"process", "The process model, for simulation (docs/simulation.md).", processKeyList};
constinit const TableKeys scenarioRootKeys{"scenario file", "A change of a plant's process model.", scenarioRootKeyList};

constinit const std::span<const std::string_view> distributionWords{distributions};
constinit const std::span<const std::string_view> ruleWords{rules};
constinit const std::span<const std::string_view> whenFullWords{whenFulls};
constinit const std::span<const std::string_view> disciplineWords{disciplines};
constinit const std::span<const std::string_view> blockingWords{blockings};
constinit const std::span<const std::string_view> stepWords{steps};
constinit const std::span<const std::string_view> clockWords{clocks};
constinit const std::span<const std::string_view> maintenanceWhenWords{whens};
constinit const std::span<const std::string_view> showsWords{shows};
constinit const std::span<const std::string_view> faultWords{faultKinds};

} // namespace millwright::plant
