#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>
#include <millwright/plant/arrivals.hpp>
#include <millwright/plant/cell.hpp>
#include <millwright/plant/conveying.hpp>
#include <millwright/plant/distribution.hpp>
#include <millwright/plant/failure.hpp>
#include <millwright/plant/maintenance.hpp>
#include <millwright/plant/network.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The process model of a plant as plain data: what flows, where it waits, who works on it, what breaks. `[process]` of plant.toml
/// (docs/plant-format.md); docs/simulation.md says what each thing does in a run.
namespace millwright::plant {

/// What a machine of a station is doing.
enum class Activity : std::uint8_t {
    Working,    ///< PackML Execute
    Starved,    ///< ready, without a part: Suspended
    Blocked,    ///< with a part that has nowhere to go: Suspended
    Down,       ///< failed: Held
    SetUp,      ///< being changed over, loaded or unloaded: Resetting
    Idle,       ///< outside its working hours: Stopped
    Maintained, ///< by plan: Stopped
    Unattended, ///< with a part, without the people (or the robot, crane, tool) that it needs for it: Suspended
};
inline constexpr std::size_t activities = 8;

/// Where a part can go.
enum class PlaceKind : std::uint8_t {
    Buffer,
    Station,
    Done,  ///< out of the process as a good part
    Scrap, ///< out of the process as a bad part
};

struct Place {
    PlaceKind kind = PlaceKind::Done;
    std::uint32_t index = 0; ///< in `Process::buffers` or `Process::stations`
    friend bool operator==(const Place&, const Place&) = default;
};

/// How one of several branches is chosen.
enum class RouteRule : std::uint8_t {
    Share,    ///< by chance, as `Branch::share` says
    First,    ///< the first in the list that has room; where none has, whichever has it first
    Shortest, ///< where the fewest parts are, the first of equals; then it waits there
    Product,  ///< as `Branch::product` says
};

struct Branch {
    Place to;
    double share = 1;                     ///< Share: of all branches' sum
    std::optional<std::uint32_t> product; ///< Product: what goes this way; none: all that no branch before it names
};

struct Route {
    RouteRule rule = RouteRule::Share;
    std::vector<Branch> branches;
};

struct Product {
    std::string id;
    std::string name;
    int priority = 0; ///< in buffers that are sorted by it: the higher first
};

/// What a source does with a part that finds no room.
enum class WhenFull : std::uint8_t {
    Wait, ///< it waits at the source, and those that come later behind it
    Lose, ///< it is lost, and counted
    Hold, ///< the source waits with it, and its next interval begins when the part has gone
};

/// Where parts come from. With `every`, `rate` or `orders`, they arrive; with `inProgress` alone, as many are kept in the process
/// (CONWIP); with none of them, there is always one to be taken.
struct Source {
    std::string id;
    std::string name;
    std::uint32_t product = 0;
    std::optional<Distribution> every;
    std::optional<Duration> first;           ///< of the first arrival; without it, the first interval
    std::optional<ArrivalRate> rate;         ///< its period begins where those of shifts do
    std::optional<OrderPlan> orders;         ///< likewise; they say the product
    std::optional<std::uint32_t> inProgress; ///< how many of its parts are in the process at most
    std::uint64_t limit = 0;                 ///< how many it makes altogether; 0: no end
    WhenFull whenFull = WhenFull::Wait;
    double itemCost = 0;               ///< of each part that comes: material
    std::optional<std::uint32_t> node; ///< where vehicles fetch its parts
    Route to;
};

/// Whether its parts come at times of their own.
[[nodiscard]] inline bool arrives(const Source& source) {
    return source.every || source.rate || source.orders;
}
/// Parts a second of one product; infinite for those that come in no time.
struct ProductRate {
    std::uint32_t product = 0;
    double perSecond = 0;
};
/// What arrives in the long run: nothing where all comes once.
[[nodiscard]] std::vector<ProductRate> arrivalRates(const Source& source);

enum class Discipline : std::uint8_t { Fifo, Lifo, Priority };

struct Buffer {
    std::string id;
    std::string name;
    std::uint32_t capacity = 0; ///< parts; 0: unlimited
    Discipline discipline = Discipline::Fifo;
    std::optional<std::uint32_t> node;    ///< where vehicles fetch and bring its parts
    Route to;                             ///< rule First
    std::optional<Distribution> patience; ///< how long a part waits at most; none: for ever
    Place givesUpTo;                      ///< where a part goes that has waited so long: out, or to a buffer without limit
};

/// What a station takes to make one of: all inputs become one part, the first input's.
struct Input {
    bool fromSource = false; ///< else from a buffer
    std::uint32_t index = 0; ///< in `Process::sources` or `Process::buffers`
    std::uint32_t count = 1;
};

/// What a station makes of each part that it has worked on: the part itself and others like it, which came into the process when it
/// did. They leave one after the other.
struct Makes {
    std::uint32_t count = 1;
    std::optional<std::uint32_t> product; ///< none: of the product that the part is
    friend bool operator==(const Makes&, const Makes&) = default;
};

/// What a station does with a part, in this order.
enum class Step : std::uint8_t { SetUp, Load, Work, Unload };
inline constexpr std::size_t steps = 4;

/// People of a crew without whom some steps of a station do not go on.
struct Need {
    std::uint32_t crew = 0;
    std::vector<std::uint32_t> others; ///< whose people come where not enough of `crew` are free, the first of them first
    std::uint32_t count = 1;
    int priority = 0;                                       ///< who is served first: the higher
    std::array<bool, steps> during{true, true, true, true}; ///< by Step
};

enum class Blocking : std::uint8_t {
    AfterService,  ///< a finished part stays in the station until there is room
    BeforeService, ///< work begins only when there is room for its result, which is then kept free
};

struct Cycle {
    std::uint32_t product = 0;
    Distribution time;
};

struct SetUp {
    std::optional<std::uint32_t> from; ///< none: whatever was made before, or nothing yet
    std::optional<std::uint32_t> to;   ///< none: whatever comes
    Distribution time;
};

/// What a station does that carries parts instead of working on them: vehicles of a fleet fetch them where they wait and bring them
/// to the place that the station's route says.
struct Carrying {
    std::uint32_t fleet = 0;
    Distribution load, unload; ///< while the vehicle stands; none: no time
};

struct Station {
    std::string id;
    std::string name;
    std::string equipment;     ///< path of the equipment it stands for; empty: none
    std::uint32_t servers = 1; ///< like machines side by side
    std::uint32_t batch = 1;   ///< parts that are worked on together
    Distribution cycle;
    std::vector<Cycle> cycles;  ///< of single products, in place of `cycle`
    std::vector<SetUp> setUps;  ///< the last that fits is taken; none fits: no set-up
    Distribution load, unload;  ///< of each part, batch or assembly, before and after its cycle; none: no time
    std::vector<Need> needs;    ///< all that one step needs is taken at once
    std::vector<Input> inputs;  ///< assembly; empty: one part at a time, from whoever sends one
    std::optional<Makes> makes; ///< none: the part stays what it is
    Blocking blocking = Blocking::AfterService;
    std::vector<Failure> failures;
    std::vector<Maintenance> maintenance;
    std::optional<std::uint32_t> shift;      ///< when it works; none: always
    std::optional<Carrying> carrying;        ///< in place of `cycle`; `batch` parts are one load
    std::optional<Conveying> conveying;      ///< in place of `cycle`: the station is a conveyor
    std::optional<std::uint32_t> node;       ///< where vehicles fetch and bring its parts
    std::optional<std::array<double, 3>> at; ///< where people come to it, metres in the plant's frame; none: nobody walks to it
    double hourCost = 0;                     ///< of each machine, in its working hours
    double itemCost = 0;                     ///< of each part that it has worked on, whatever it makes of it
    std::array<double, activities> power{};  ///< kW that each machine draws, by activity
    Route to;
};

/// Working hours that repeat: [from, to) after the beginning of each period, ascending, apart.
struct Shift {
    struct Hours {
        Duration from{};
        Duration to{};
    };
    std::string id;
    Duration period = std::chrono::hours{24};
    std::vector<Hours> hours;
};

/// People who repair and who attend stations, each in one place at a time; or robots, cranes, tools that stations share.
struct Crew {
    std::string id;
    std::string name;
    std::uint32_t size = 1;
    std::optional<std::uint32_t> shift;        ///< when they begin jobs; none: always
    Distribution response;                     ///< from when they are called until they set out; none: at once
    Distribution travel;                       ///< of their way, wherever it is; none: no time, or as they walk
    double walking = 0;                        ///< metres a second, in a straight line from where they were last; 0: no time
    std::optional<std::array<double, 3>> home; ///< where they are at first; none: where they are called to first
    double hourCost = 0;                       ///< of each of them in their hours, busy or not
};

/// What of a process a signal of the plant shows.
enum class Shows : std::uint8_t {
    State,       ///< PackML state of `station` as text
    Quantity,    ///< a measured quantity that follows what `station` is doing
    Finished,    ///< cycles that `station` has finished
    Content,     ///< parts in `buffer`
    X,           ///< of a vehicle, metres in the plant's frame
    Y,           ///< likewise
    Z,           ///< likewise
    Heading,     ///< of a vehicle, degrees about the plant's up axis, 0 towards -Z, counter-clockwise
    Driven,      ///< metres that a vehicle has driven
    Loaded,      ///< 1 while a vehicle has a load, else 0
    Charge,      ///< level of a vehicle's battery, from 0 to 1
    Voltage,     ///< V at the poles of a cell of `station`, which has a recipe; 0 without one
    Current,     ///< A into that cell
    Temperature, ///< Cel of that cell; without one, of what would hold it
    AmpereHours, ///< A.h that went into that cell, less what came out
    Capacity,    ///< A.h that the cell gave in its last complete discharge; until there is one, that of the cell before
};

/// A PID controller, evaluated at each sample, of a quantity that tends to its output with a first-order lag. The output is in the
/// quantity's unit: gain * (error + integral of the error / `reset` - `rate` * change of the quantity a second), held within
/// [`low`, `high`], where the integral stands still.
struct Control {
    double gain = 1;
    Duration reset{}; ///< integral time; 0: no integral
    Duration rate{};  ///< derivative time
    double low = 0, high = 0;
};

/// UCUM code of what is shown of a cell; empty for the others.
[[nodiscard]] std::string_view unitOf(Shows shows);

/// How a simulated run drives one signal of the plant (`simulate -o`).
struct ProcessSignal {
    SignalIndex signal = noSignal;
    Shows shows = Shows::Quantity;
    std::uint32_t of = 0;                     ///< station, buffer for Content, or fleet
    std::optional<std::uint32_t> vehicle;     ///< of that fleet, from 0; none: it shows a station or buffer
    std::uint32_t channel = 0;                ///< Voltage to Capacity: which of the station's cells, from 0
    std::array<double, activities> targets{}; ///< Quantity: what it tends to, by activity
    double ramp = 0;                          ///< Quantity: fastest change of its set point a second; 0: at once
    Duration lag{};                           ///< Quantity, Content: first-order time constant; 0: none
    std::optional<Control> pid;               ///< Quantity: what brings it to its set point; none: it follows by itself
    double wear = 0;                          ///< Quantity: what each finished cycle of the station adds, until `modulo` of them
    double noise = 0;                         ///< Numbers, not Finished nor Content: standard deviation of each sample
    double scale = 1, offset = 0;             ///< Finished, Content: value = offset + scale * count
    std::uint32_t modulo = 0;                 ///< Finished, wear: the count starts again after as many; 0: never
    Duration every = std::chrono::seconds{1}; ///< between samples of numbers; others are sampled when they change
};

/// What goes wrong in a simulated run at a stated time.
enum class FaultKind : std::uint8_t {
    DropOut,   ///< the signals fall silent after one sample of bad quality
    Stuck,     ///< the signals keep their last value
    ClockJump, ///< the signals' source times are wrong by `by`
    Drift,     ///< the signals' values go off, straight from right at `at` to wrong by `amount` after `lasts`, then right again
    Failure,   ///< a failure of a station happens
};

struct ProcessFault {
    FaultKind kind = FaultKind::DropOut;
    Duration at{};                          ///< after the beginning of the run
    Duration lasts{};                       ///< not Failure
    Duration by{};                          ///< ClockJump
    double amount = 0;                      ///< Drift, in the signals' unit
    std::vector<SignalIndex> signals;       ///< not Failure
    std::uint32_t station = 0, failure = 0; ///< Failure
};

/// What a process costs as a whole, by the words that an equipment's KPIs have for it.
struct ProcessCost {
    double hour = 0;   ///< of all time
    double energy = 0; ///< one kW.h of what stations draw
    double item = 0;   ///< a good part
    double scrap = 0;  ///< a part of scrap, beyond what went into it
    friend bool operator==(const ProcessCost&, const ProcessCost&) = default;
};

struct Process {
    Duration length = std::chrono::hours{24}; ///< of one run, warm-up included
    std::optional<Duration> warmUp;           ///< what is not counted; none: found by MSER-5 in a study, nothing in a single run
    std::uint32_t maximumParts = 1'000'000;   ///< in progress: more is a model without balance
    ProcessCost cost;                         ///< beside those of its elements
    std::string currency;                     ///< of all costs, for people; empty: not said
    std::vector<Product> products;            ///< one at least
    std::vector<Source> sources;
    std::vector<Buffer> buffers;
    std::vector<Station> stations;
    std::vector<Shift> shifts;
    std::vector<Crew> crews;
    std::vector<NetworkNode> nodes;
    std::vector<NetworkEdge> edges;
    std::vector<Fleet> fleets;
    std::vector<Cell> cells;
    std::vector<Recipe> recipes;
    std::vector<ProcessSignal> signals; ///< what `simulate -o` writes
    std::vector<ProcessFault> faults;   ///< likewise
};

/// What a problem of a process model is about.
enum class ProcessElement : std::uint8_t {
    Process,
    Product,
    Source,
    Buffer,
    Station,
    Shift,
    Crew,
    NetworkNode,
    NetworkEdge,
    Fleet
};

struct ProcessProblem {
    ProcessElement element = ProcessElement::Process;
    std::uint32_t index = 0; ///< in the process's list of such elements
    std::string message;
};

/// Every reason why the process cannot run, in the order of its elements: numbers without meaning, indices that are not there,
/// places that nothing gets to or leaves, work without end in no time, batches that never come together. Thread: any.
[[nodiscard]] std::vector<ProcessProblem> problemsOf(const Process& process);

/// `station 'coater'`, `conveyor 'belt'`, for messages.
[[nodiscard]] std::string nameOf(const Process& process, ProcessElement element, std::uint32_t index);

} // namespace millwright::plant
