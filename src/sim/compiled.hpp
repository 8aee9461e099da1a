#pragma once

#include "sim/compiled_network.hpp"
#include "sim/compiled_rate.hpp"
#include "sim/sampler.hpp"

#include <millwright/sim/calendar.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

/// The process model in the form the simulation runs: indices and ready samplers, in arrays. Never changed while a run lasts.
namespace millwright::sim {

/// A place in one numbering: buffers, then stations, then sources, then the two ways out.
using Node = std::uint32_t;
inline constexpr std::uint32_t none = 0xffff'ffff;
inline constexpr Node anyBranch = 0xffff'fffe; ///< a part that goes to whichever branch has room first

enum class Priority : std::uint8_t { Shift, Repair, Failure, Service, Arrival, Patience, Look }; ///< of events at the same time

struct CompiledRoute {
    plant::RouteRule rule = plant::RouteRule::Share;
    std::uint32_t firstBranch = 0;
    std::uint32_t branches = 0;
    Node only = none;           ///< the one branch of a route that has one
    std::uint32_t streamId = 0; ///< Share
    std::uint32_t stream = 0;
};

struct CompiledBranch {
    Node to = none;
    std::uint32_t product = none; ///< none: any
    double cumulative = 1;        ///< Share: up to which uniform number this branch is taken
};

struct CompiledOrder {
    SimTime at = 0;
    SimTime due = never;
    std::uint64_t before = 0; ///< parts of the source's orders before it
    std::uint32_t count = 0;
    std::uint16_t product = 0;
};

struct CompiledSource {
    CompiledRoute route;
    std::uint16_t product = 0;
    bool timed = false;  ///< parts arrive
    bool closed = false; ///< CONWIP
    plant::WhenFull whenFull = plant::WhenFull::Wait;
    std::uint32_t inProgress = 0;
    std::uint64_t limit = 0;
    std::uint32_t every = none; ///< sampler; with a rate, of how many parts come on average until the next, in seconds
    std::uint32_t rate = none;  ///< in `Compiled::rates`
    std::uint32_t firstOrder = none, orderCount = 0;
    std::uint64_t planParts = 0; ///< of all its orders
    SimTime orderPeriod = 0;     ///< 0: they come once
    SimTime first = -1;          ///< -1: an interval
    std::uint32_t stock = 1;     ///< how many parts a source that always has some keeps ready
    std::uint32_t timer = none;  ///< its own number: sources come first
};

struct CompiledBuffer {
    CompiledRoute route;
    std::uint32_t capacity = 0; ///< none: unlimited
    plant::Discipline discipline = plant::Discipline::Fifo;
    std::uint32_t firstList = 0;
    std::uint32_t lists = 1; ///< one a priority
    std::uint32_t firstFeeder = 0, feeders = 0;
    std::uint32_t patience = none;  ///< sampler; none: parts wait for ever
    std::uint32_t impatient = none; ///< its number among those with patience
    Node givesUpTo = none;
    std::uint32_t timer = none; ///< of those that give up
};

/// People that a call is for, of the first of some crews who has enough free.
struct CompiledNeed {
    std::uint32_t firstChoice = 0, choices = 1; ///< in `Compiled::choices`: crews
    std::uint32_t count = 1;
    std::uint32_t slot = 0; ///< of those that a client has for people
};

/// All that is needed at once for a step of a station, or for a repair.
struct CompiledCall {
    std::uint32_t firstNeed = 0, needs = 0;
    std::uint32_t firstChoice = 0, choices = 0; ///< of all its needs
    int priority = 0;                           ///< the highest of its needs
};

struct CompiledCrew {
    std::uint32_t shift = none;
    std::uint32_t response = none, travel = none; ///< samplers; none: no time
    std::uint32_t firstPerson = 0, people = 0;    ///< none of those where it does not matter where they are
    bool attends = false;                         ///< stations need it for their steps
};

/// Who may call people: a server of a station, or a vehicle.
struct CompiledClient {
    std::uint32_t firstSlot = 0, slots = 0;
};

/// A failure, or planned maintenance.
struct CompiledFailure {
    plant::FailureClock clock = plant::FailureClock::Working;
    std::uint32_t between = none; ///< sampler of the first server or vehicle; the others follow
    std::uint32_t repair = none;
    std::uint32_t call = none;     ///< who repairs
    std::uint32_t detected = none; ///< sampler, likewise of the first server or vehicle; none: at once
    std::uint32_t timer = none;    ///< of the first server's clock by the calendar, or the first vehicle's; the others follow
    SimTime window = 0;            ///< maintenance: how long before it is due it may be done, by its clock
    std::uint32_t firstRenewed = 0,
                  renewed = 0; ///< in `renewed`: which clocks of its station begin anew at its end, beside its own
};

struct CalendarClock {
    std::uint32_t server = 0;
    std::uint32_t failure = 0; ///< of its station
};

struct VehicleClock {
    std::uint32_t vehicle = 0;
    std::uint32_t failure = 0; ///< of its fleet
};

struct CompiledInput {
    Node from = none;
    std::uint32_t count = 1;
};

struct CompiledStation {
    CompiledRoute route;
    std::uint32_t firstServer = 0, servers = 1;
    std::uint32_t batch = 1;
    std::uint32_t cycle = none;               ///< sampler
    std::uint32_t cycles = none;              ///< samplers by product, in `tables`; none: `cycle` for all
    std::uint32_t setUps = none;              ///< samplers by (from, to), in `tables`; none: no set-up
    std::uint32_t load = none, unload = none; ///< samplers; none: no time
    std::array<std::uint32_t, plant::steps> calls{none, none, none, none}; ///< by step
    bool attended = false;                                                 ///< needs somebody for any step
    std::uint32_t firstInput = 0, inputs = 0;
    std::uint32_t firstFeeder = 0, feeders = 0;
    Node queue = none; ///< the buffer before it, where that is all that leads to it and it takes one at a time, without conditions
    std::uint32_t firstFailure = 0, failures = 0;
    std::uint32_t clocks = 0; ///< failures, and maintenance behind them
    bool workingClock = false, calendarClock = false, cycleClock = false;
    bool endsCycles = false;    ///< at the end of a cycle it may have to stand, for a failure or for maintenance
    bool opportunistic = false; ///< maintenance may be done before it is due
    bool takesOne = true;       ///< neither a batch nor an assembly: parts can be put into it
    bool before = false;        ///< blocking before service
    bool works = true;          ///< neither carries nor conveys
    bool atOnce = true;         ///< begins work as soon as it has a part: it works, and needs no room before
    bool makes = false;         ///< something else of each part than the part: `count` of `product`
    bool looped = false;        ///< a part can come back: a deadlock is possible
    std::uint32_t count = 1;
    std::uint32_t product = none; ///< none: the part's own
    std::uint32_t shift = none;
    std::uint32_t conveyor = none; ///< in `conveyors`: it conveys
    std::uint32_t fleet = none;    ///< that carries its parts; then it has one server, which only says what it does
};

struct CompiledConveyor {
    std::uint32_t station = 0;
    bool accumulating = true;
    std::uint32_t places = 1;
    std::uint32_t firstRider = 0; ///< of its ring of as many as it has places
    std::uint32_t zones = 0;      ///< 0: not in zones
    std::uint32_t firstZone = 0;  ///< of those of all conveyors
    SimTime zone = 0;             ///< from one zone's end to the next
    SimTime travel = 0;           ///< from its beginning to its end
    SimTime pitch = 0;            ///< how long a part is in the way of the next one
    SimTime overhang = 0;         ///< likewise, the last of a full conveyor that stands, once it moves again
    std::uint32_t timer = none;   ///< of when its beginning is free
};

struct CompiledShift {
    SimTime period = 0;
    std::uint32_t firstEdge = 0, edges = 0; ///< in `shiftEdges`: times in the period at which it begins, ends, begins …
    std::uint32_t timer = none;
    bool onAtFirst = false;
};

/// A source whose parts come to a place as a product, with its share of them by the rates of arrival.
struct CompiledOrigin {
    std::uint32_t source = 0;
    std::uint32_t product = 0;
    double cumulative = 1; ///< up to which uniform number a part that is found there is of this source
};

struct Compiled {
    plant::Process process; ///< what all this was made of: ids for reports
    std::vector<CompiledSource> sources;
    std::vector<CompiledRate> rates;
    std::vector<CompiledOrder> orders; ///< of all sources, in their order
    std::vector<CompiledBuffer> buffers;
    std::vector<CompiledStation> stations;
    std::vector<CompiledConveyor> conveyors;
    std::vector<CompiledBranch> branches;
    std::vector<CompiledFailure> failures;
    std::vector<CompiledInput> inputs;
    std::vector<CompiledCrew> crews;
    std::vector<std::uint32_t> choices; ///< crews
    std::vector<CompiledNeed> needs;
    std::vector<CompiledCall> calls;
    std::vector<CompiledClient> clients; ///< servers, then vehicles; empty: nobody calls anybody
    std::uint32_t slots = 0, persons = 0;
    std::vector<CompiledShift> shifts;
    std::vector<SimTime> shiftEdges;
    std::vector<std::vector<CompiledOrigin>> origins; ///< by node: of what a run may begin with
    std::vector<Node> feeders;                        ///< stations and sources that send to a place, for stations also the buffers
    std::vector<Sampler> samplers;
    std::vector<std::uint32_t> tables;         ///< of samplers
    std::vector<double> values;                ///< of the samplers
    std::vector<std::uint32_t> listOfProduct;  ///< by product: which list of a buffer sorted by priority
    std::vector<std::uint32_t> renewed;        ///< of failures and maintenance
    std::vector<CalendarClock> calendarClocks; ///< of failures by the calendar and of maintenance, by their timers, which follow
                                               ///< those of the servers; then shifts
    std::uint32_t servers = 0, timers = 0, streams = 0, lists = 0, failureClocks = 0;
    std::vector<std::uint32_t> impatient; ///< buffers, by their timers
    std::uint32_t firstServerTimer = 0, firstPatienceTimer = 0, firstShiftTimer = 0, firstVehicleTimer = 0,
                  firstVehicleFailureTimer = 0, firstConveyorTimer = 0;
    std::uint32_t riders = 0, zones = 0, firstConveyorStore = 0;
    std::vector<VehicleClock> vehicleClocks; ///< by their timers; then conveyors
    CompiledNetwork network;
    std::vector<std::uint32_t> networkNode; ///< by node: where vehicles come to it, or none
    std::uint32_t firstSourceList = 0;

    // Where each kind of node ends in the numbering.
    Node buffersEnd = 0, stationsEnd = 0, sourcesEnd = 0;

    [[nodiscard]] Node station(std::uint32_t i) const { return buffersEnd + i; }
    [[nodiscard]] Node source(std::uint32_t i) const { return stationsEnd + i; }
    [[nodiscard]] Node done() const { return sourcesEnd; }
    /// Not a place: what vehicles of a fleet may have to do.
    [[nodiscard]] Node fleet(std::uint32_t i) const { return sourcesEnd + 2 + i; }
    [[nodiscard]] std::uint32_t fleetOf(Node node) const { return node - sourcesEnd - 2; }
    /// Nor this: people that may have become free, and those that wait for them.
    [[nodiscard]] Node people() const { return fleet(static_cast<std::uint32_t>(process.fleets.size())); }
    [[nodiscard]] bool isBuffer(Node node) const { return node < buffersEnd; }
    [[nodiscard]] bool isStation(Node node) const { return node - buffersEnd < stationsEnd - buffersEnd; }
    [[nodiscard]] bool isSource(Node node) const { return node - stationsEnd < sourcesEnd - stationsEnd; }
    [[nodiscard]] std::uint32_t stationOf(Node node) const { return node - buffersEnd; }
    [[nodiscard]] std::uint32_t sourceOf(Node node) const { return node - stationsEnd; }
    /// `station 'coater'`, for messages.
    [[nodiscard]] std::string nameOf(Node node) const;
};

} // namespace millwright::sim
