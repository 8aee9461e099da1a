#pragma once

#include "sim/compiled.hpp"
#include "sim/conveyor_state.hpp"
#include "sim/crew_state.hpp"
#include "sim/fleet_state.hpp"
#include "sim/order_state.hpp"
#include "sim/traffic.hpp"

#include <millwright/sim/initial_state.hpp>
#include <millwright/sim/simulation.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace millwright::sim {

struct Part {
    SimTime created = 0; ///< when it left its source's hands
    SimTime entered = 0; ///< when it began to wait where it is
    std::uint64_t serial = 0;
    std::uint32_t next = none; ///< the one behind it: in a buffer, in a batch, among the free
    std::uint16_t product = 0;
    std::uint16_t source = 0;
};
static_assert(sizeof(Part) == Simulation::bytesPerPart);

/// First and last of parts that wait in a line.
struct Chain {
    std::uint32_t head = none, tail = none;
};

/// A part that was taken from where it waited.
struct Taken {
    std::uint32_t part = none;
    std::uint32_t server = none; ///< that had it: goes on (`tryLeave`) when the part is in its place
};

/// Parts that wait: in a buffer, or at a source. What is counted is integrals over time.
struct Store {
    SimTime changed = 0;
    double content = 0; ///< integral of the number of parts, in part nanoseconds
    double waited = 0;  ///< sum of the waits of those that left, nanoseconds
    std::uint64_t entered = 0, left = 0;
    std::uint32_t count = 0, reserved = 0, max = 0;
    std::uint32_t waiters = 0; ///< servers and sources that have a part for here and found no room
};

/// The moment at which a part gives up waiting in a buffer.
struct Deadline {
    SimTime at = 0;
    std::uint32_t part = none, unused = 0;
};

/// A buffer with patience.
struct ImpatientState {
    std::vector<Deadline> heap; ///< of its parts, the first in front
    std::uint64_t gaveUp = 0;   ///< counted
};

/// Of a part in such a buffer.
struct WaitingPart {
    std::uint32_t previous = none; ///< the one before it in its list
    std::uint32_t place = 0;       ///< in the heap
};

struct SourceState {
    std::uint64_t made = 0;
    std::uint64_t created = 0, lost = 0; ///< counted
    Node target = none;                  ///< of the part at its head
    std::uint32_t outstanding = 0;       ///< CONWIP
};

enum class Phase : std::uint8_t { Empty, AwaitsRoom, SettingUp, Loading, Working, Unloading, Finished };
using plant::activities;
using plant::Activity;
enum class Listed : std::uint8_t { Not, Free, Blocked };

struct Server {
    SimTime since = 0;      ///< in this activity, or since the statistics began
    SimTime stintBegan = 0; ///< when it last began or went on working
    SimTime remaining = 0;  ///< of set-up or work, then
    std::array<SimTime, activities> spent{};
    std::uint64_t finished = 0;
    std::uint32_t failed = 0, maintained = 0;
    std::uint32_t station = 0;
    std::uint32_t part = none;                  ///< the first of what it holds
    Node target = none;                         ///< of that part, when it is finished
    std::uint32_t next = none, previous = none; ///< in the list it is in
    std::uint32_t firstClock = 0;
    std::uint32_t failing = none; ///< failure (of its station) that comes before the work ends, or what it is down with
    std::uint32_t lastProduct = none;
    Phase phase = Phase::Empty;
    Activity activity = Activity::Starved;
    Listed listed = Listed::Not;
    bool down = false, off = false;
    bool planned = false;    ///< down: for maintenance
    bool unattended = false; ///< waits for the people that it needs for its step, or for its repair
    std::uint8_t unused = 0;
};

struct StationState {
    List free, blocked;
    std::uint32_t freeCount = 0;
    std::uint32_t waiters = 0;
};

struct ProductState {
    double inSystem = 0; ///< nanoseconds, of the good ones
    std::uint64_t made = 0, scrapped = 0;
};

/// The state of one run and what changes it. Everything is copied by copying it.
class Engine {
public:
    Engine(std::shared_ptr<const Compiled> model, std::uint64_t seed);
    Engine(std::shared_ptr<const Compiled> model, std::uint64_t seed, const InitialState& initial);

    [[nodiscard]] Result<void> runTo(SimTime time);
    [[nodiscard]] Result<bool> step(SimTime limit);
    /// Draws from now on are those of `seed`.
    void reseed(std::uint64_t seed);
    void resetStatistics();
    [[nodiscard]] bool failNow(std::uint32_t station, std::uint32_t failure);
    [[nodiscard]] Report report() const;
    [[nodiscard]] Activity activity(std::uint32_t station) const;
    [[nodiscard]] std::uint64_t finished(std::uint32_t station) const;
    [[nodiscard]] std::uint32_t content(std::uint32_t buffer) const { return stores_[buffer].count; }
    [[nodiscard]] VehicleNow vehicleNow(std::uint32_t fleet, std::uint32_t number) const;
    [[nodiscard]] Balance balance() const;
    [[nodiscard]] Digest stateHash() const;
    [[nodiscard]] SimTime now() const { return now_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] std::uint32_t partsInProgress() const { return partsInProgress_; }
    [[nodiscard]] std::uint64_t partsDone() const { return done_; }

private:
    static constexpr std::uint64_t endlessEvents = 10'000'000; // at one time

    void begin();
    void beginShifts();
    [[nodiscard]] SimTime timeOfTurn(const CompiledShift& shift, std::uint64_t turn) const;
    void fire(std::uint32_t timer);
    void fireSeldom(std::uint32_t timer);
    void arrive(std::uint32_t source);
    void serve(std::uint32_t server);
    void turnShift(std::uint32_t shift);

    // The beginning in a given state.
    void beginIn(const InitialState& initial);
    void beginStation(std::uint32_t station, const StationNow& now);
    void beginMachine(std::uint32_t server, const MachineNow& now);
    void beginConveyor(std::uint32_t server, std::uint32_t parts, bool stands);
    void fillHand(std::uint32_t server, const MachineNow& now);
    void beginClocks(std::uint32_t server, const MachineNow& now);
    void beginRepairs(const InitialState& initial);
    void beginSource(std::uint32_t source, const SourceNow& now);
    [[nodiscard]] std::uint32_t foundPart(Node node);
    [[nodiscard]] CompiledOrigin originOf(Node node) const;
    [[nodiscard]] std::uint32_t failureBehind(std::uint32_t server, const MachineNow& now);
    [[nodiscard]] SimTime restOfClock(const CompiledFailure& failure, const MachineNow& now, std::uint32_t machine);
    [[nodiscard]] SimTime rest(const Elapsed& elapsed, std::uint32_t sampler, std::uint32_t which = 0);

    // Random numbers.
    [[nodiscard]] SimTime draw(std::uint32_t sampler);
    [[nodiscard]] SimTime drawClock(const CompiledFailure& failure, std::uint32_t machine);
    [[nodiscard]] SimTime nextArrival(const CompiledSource& source);
    [[nodiscard]] Node choose(const CompiledRoute& route, std::uint32_t part);
    [[nodiscard]] Node chooseByShare(const CompiledRoute& route);
    [[nodiscard]] Node shortest(const CompiledRoute& route) const;

    // Orders.
    void beginPlans();
    [[nodiscard]] SimTime nextOf(const CompiledSource& source) const;
    [[nodiscard]] std::uint32_t orderOfNext(const CompiledSource& source) const;
    void enterOrder(const CompiledSource& source, std::uint32_t part);
    [[nodiscard]] std::uint32_t releaseOrder(std::uint32_t order);
    void joinOrder(std::uint32_t part, std::uint32_t like);
    void leaveOrder(std::uint32_t part);
    void reportOrders(Report& report) const;

    // Parts.
    [[nodiscard]] std::uint32_t newPart(const Part& part);
    [[nodiscard]] std::uint32_t createPart(std::uint32_t source);
    void freePart(std::uint32_t part);
    void leaveProcess(std::uint32_t part, bool good);
    void forget(std::uint32_t part);
    void put(std::uint32_t store, std::uint32_t part);
    [[nodiscard]] std::uint32_t takeFrom(std::uint32_t store);
    [[nodiscard]] std::uint32_t frontList(std::uint32_t store) const;
    void count(Store& store);
    [[nodiscard]] std::uint32_t storeOf(std::uint32_t source) const;

    // Parts that give up waiting.
    void beginPatience(std::uint32_t buffer, std::uint32_t part, const Chain& list);
    void endPatience(std::uint32_t buffer, std::uint32_t part);
    [[nodiscard]] bool isBefore(const Deadline& a, const Deadline& b) const;
    std::uint32_t rise(std::vector<Deadline>& heap, std::uint32_t place);
    void sink(std::vector<Deadline>& heap, std::uint32_t place);
    void loseParts(std::uint32_t buffer);
    void giveUp(std::uint32_t buffer, std::uint32_t part);

    // Movement.
    [[nodiscard]] bool hasRoom(Node node) const;
    [[nodiscard]] bool isWanted(std::uint32_t buffer) const;
    [[nodiscard]] bool place(std::uint32_t part, Node target, const CompiledRoute& route, bool reserved = false);
    [[nodiscard]] bool placeAt(std::uint32_t part, Node node, bool reserved);
    void settle();
    void settleBuffer(std::uint32_t buffer);
    void settleSource(std::uint32_t source);
    [[nodiscard]] bool takeBlocked(Node node);
    [[nodiscard]] bool pull(std::uint32_t station);
    [[nodiscard]] bool pullSimple(std::uint32_t station);
    [[nodiscard]] bool pullBatch(std::uint32_t station);
    [[nodiscard]] bool pullInputs(std::uint32_t station);
    [[nodiscard]] std::uint32_t waitingFor(Node from, Node node) const;
    [[nodiscard]] Taken takeWaiting(Node from, Node node);
    [[nodiscard]] Taken takeFinished(std::uint32_t server);
    [[nodiscard]] std::uint32_t waitingAt(Node from) const;
    [[nodiscard]] std::uint32_t takeHead(Node from);
    void releaseFromSource(std::uint32_t source, std::uint32_t part);
    void await(std::uint32_t source, Node target, int change = 1);
    void addWaiter(Node target, const CompiledRoute& route, int change);
    [[nodiscard]] bool roomAlong(Node target, const CompiledRoute& route) const;
    [[nodiscard]] bool leadsTo(Node target, const CompiledRoute& route, Node node) const;
    [[nodiscard]] std::uint32_t blockedServerFor(std::uint32_t station, Node node) const;

    // Servers.
    void load(std::uint32_t server, std::uint32_t part);
    void tryStart(std::uint32_t server);
    void block(std::uint32_t server);
    void startWork(std::uint32_t server);
    [[nodiscard]] bool beginNextStep(std::uint32_t server);
    [[nodiscard]] std::uint32_t cycleOf(std::uint32_t server) const;
    void beginStint(std::uint32_t server);
    void endStint(std::uint32_t server);
    void split(std::uint32_t server);
    [[nodiscard]] bool handOn(std::uint32_t server);
    void tryLeave(std::uint32_t server);
    void becomeFree(std::uint32_t server);
    void fail(std::uint32_t server);
    void beginRepair(std::uint32_t server);
    void beginRepair(std::uint32_t server, SimTime lasts);
    void endRepair(std::uint32_t server);
    void pauseCalendarClocks(std::uint32_t server, bool pause);
    void switchServer(std::uint32_t server, bool on);
    [[nodiscard]] static bool isActive(const Server& server);
    [[nodiscard]] static std::size_t stepOf(const Server& server) {
        return static_cast<std::size_t>(server.phase) - static_cast<std::size_t>(Phase::SettingUp);
    }
    [[nodiscard]] static bool isBusy(Phase phase) { return phase >= Phase::SettingUp && phase <= Phase::Unloading; }
    void renewClock(std::uint32_t server, std::uint32_t failure);
    [[nodiscard]] bool wearByCycle(std::uint32_t server);
    [[nodiscard]] bool isWornOut(std::uint32_t server);
    [[nodiscard]] bool endCycle(std::uint32_t server);

    // Planned maintenance, and failures, by their number among the clocks of a station.
    [[nodiscard]] const CompiledFailure& outageOf(std::uint32_t server, std::uint32_t which) const;
    [[nodiscard]] std::uint32_t maintenanceTimer(std::uint32_t server, std::uint32_t which) const;
    void beginMaintenanceClock(std::uint32_t server, std::uint32_t which, SimTime left);
    [[nodiscard]] SimTime untilDue(std::uint32_t server, std::uint32_t which) const;
    [[nodiscard]] std::uint32_t dueMaintenance(std::uint32_t server) const;
    [[nodiscard]] std::uint32_t maintenanceWhileStanding(std::uint32_t server) const;
    [[nodiscard]] bool maintain(std::uint32_t server);
    void seekOpportunity(std::uint32_t server);
    void lookForMaintenance(std::uint32_t server, std::uint32_t which);
    void describe(Server& server);
    void setActivity(Server& server, Activity activity);
    void append(List& list, std::uint32_t server, Listed as);
    void remove(List& list, std::uint32_t server);
    [[nodiscard]] std::uint32_t serverTimer(std::uint32_t server) const { return model_->firstServerTimer + server; }

    // Conveyors, by their server.
    [[nodiscard]] Store& storeOn(const CompiledStation& station);
    [[nodiscard]] Rider& rider(const CompiledStation& station, std::uint32_t behindFirst);
    void putOnConveyor(std::uint32_t server, std::uint32_t part);
    void conveyNext(std::uint32_t server);
    void conveyFirst(std::uint32_t server);
    void enterZones(const CompiledStation& station);
    void freeZones(const CompiledStation& station);
    void beginZones(const CompiledStation& station, SimTime rest);
    void followConveyor(std::uint32_t server);
    void openEntry(std::uint32_t server);
    void turnConveyor(std::uint32_t server);
    void fireConveyor(std::uint32_t conveyor);
    [[nodiscard]] bool conveyorWillTake(std::uint32_t station) const;
    // People, of a client: a server, or a vehicle by its server.
    [[nodiscard]] bool attend(std::uint32_t server);
    [[nodiscard]] bool summon(std::uint32_t client, std::uint32_t call, bool isThere = false);
    [[nodiscard]] bool isServed(std::uint32_t client, std::uint32_t call);
    [[nodiscard]] std::uint32_t freeOf(std::uint32_t crew) const;
    void queueUp(std::uint32_t client, std::uint32_t call);
    void leaveLine(std::uint32_t client);
    void countWaiters(std::uint32_t call, int change);
    [[nodiscard]] std::uint32_t chosenFor(const CompiledNeed& need) const;
    [[nodiscard]] bool take(std::uint32_t client, std::uint32_t call, bool isThere = false);
    void send(Slot& slot, std::uint32_t client, bool isThere);
    [[nodiscard]] SimTime walk(const Slot& slot, std::uint32_t client);
    [[nodiscard]] std::array<double, 3> placeOf(std::uint32_t client) const;
    void addWay(const Slot& slot, double& responding, double& walking) const;
    void release(std::uint32_t client, std::uint32_t slot);
    void letGo(std::uint32_t client);
    void servePeople();
    [[nodiscard]] bool canBeServed(std::uint32_t call) const;
    void keepFor(std::uint32_t call);
    void begin(std::uint32_t client);
    void peopleCame(std::uint32_t client);
    void detect(std::uint32_t client, std::uint32_t failure);
    [[nodiscard]] std::uint32_t repairCallOf(std::uint32_t client) const;
    [[nodiscard]] std::uint32_t timerOf(std::uint32_t client) const;
    void turnCrew(std::uint32_t crew, bool on);
    void beginCrews();
    void resetCrews();
    void countCrew(CrewState& crew);
    [[nodiscard]] CrewReport crewReport(std::uint32_t crew) const;

    // Vehicles, by their number among those of all fleets.
    void beginVehicles();
    void organise(std::uint32_t fleet);
    void callVehicles(Node target, const CompiledRoute& route);
    void stop(Node target, const CompiledRoute& route);
    void callBringers(std::uint32_t buffer);
    [[nodiscard]] bool hasRoomForLoad(std::uint32_t station) const;
    void keepRoom(std::uint32_t station, bool keep);
    [[nodiscard]] Order nextOrder(std::uint32_t fleet) const;
    [[nodiscard]] std::uint32_t loadsAt(std::uint32_t station, Node from) const;
    [[nodiscard]] SimTime loadWaitsSince(std::uint32_t station, Node from, std::uint32_t before) const;
    [[nodiscard]] double timeTo(std::uint32_t vehicle, std::uint32_t node) const;
    void assign(const Order& order);
    void goRest(std::uint32_t vehicle);
    [[nodiscard]] std::uint32_t nearestWithRoom(std::uint32_t vehicle, const std::vector<std::uint32_t>& nodes) const;
    void sendTo(std::uint32_t vehicle, std::uint32_t node, Job job);
    void claim(std::uint32_t vehicle, std::uint32_t node);
    void drive(std::uint32_t vehicle);
    void follow(std::uint32_t vehicle, Step step);
    void wake();
    void arriveAtGoal(std::uint32_t vehicle);
    void fireVehicle(std::uint32_t vehicle);
    void pickUp(std::uint32_t vehicle);
    void putDown(std::uint32_t vehicle);
    void handOver(std::uint32_t vehicle);
    void becomeEmpty(std::uint32_t server);
    void becomeIdle(std::uint32_t vehicle);
    void carryFor(std::uint32_t station, int change);
    void setAvailable(std::uint32_t vehicle, bool available);
    void setVehicle(std::uint32_t vehicle, VehicleActivity activity);
    void useBattery(std::uint32_t vehicle);
    void resetVehicles();
    [[nodiscard]] FleetReport fleetReport(std::uint32_t fleet) const;
    void enterLane(std::uint32_t vehicle);
    [[nodiscard]] const Drive& driveOf(std::uint32_t vehicle) const;
    [[nodiscard]] double speedAtEnd(std::uint32_t vehicle) const;
    [[nodiscard]] double alongLane(std::uint32_t vehicle) const;
    void start(std::uint32_t vehicle, double length, double entry);
    void stand(std::uint32_t vehicle);
    [[nodiscard]] bool brake(std::uint32_t vehicle);
    void charge(std::uint32_t vehicle);
    void runClocks(std::uint32_t vehicle, VehicleActivity from, VehicleActivity to);
    void failVehicle(std::uint32_t vehicle, std::uint32_t failure);
    void wearByLoad(std::uint32_t vehicle);
    void failByLoads(std::uint32_t vehicle);
    void breakOff(std::uint32_t vehicle);
    void beginVehicleRepair(std::uint32_t vehicle);
    void endVehicleRepair(std::uint32_t vehicle);
    void goOn(std::uint32_t vehicle);
    [[nodiscard]] std::uint32_t vehicleServer(std::uint32_t vehicle) const { return model_->servers + vehicle; }
    [[nodiscard]] std::uint32_t vehicleTimer(std::uint32_t vehicle) const { return model_->firstVehicleTimer + vehicle; }
    void checkTraffic();
    [[nodiscard]] bool mayCarry(std::uint32_t station) const;
    [[nodiscard]] Error trafficDeadlock(std::uint32_t vehicle) const;
    [[nodiscard]] std::string vehicleName(std::uint32_t vehicle) const;

    // What cannot go on.
    void checkDeadlock(std::uint32_t station);
    [[nodiscard]] bool canEverMove(Node node);
    [[nodiscard]] bool canMove(Node node) const;
    [[nodiscard]] Error deadlock() const;
    [[nodiscard]] Error standstill() const;
    [[nodiscard]] Error tooManyParts() const;

    std::shared_ptr<const Compiled> model_;
    std::uint64_t seed_ = 0;
    SimTime now_ = 0;
    SimTime countedSince_ = 0;
    SimTime shiftsBegan_ = 0; // when the periods of the shifts began: 0, or before the run
    std::uint64_t events_ = 0, eventsCounted_ = 0;
    std::uint64_t serial_ = 0;
    std::uint64_t done_ = 0, scrapped_ = 0, joined_ = 0, lost_ = 0, split_ = 0;
    std::uint32_t freeParts_ = none, partsInProgress_ = 0;
    std::uint64_t eventsThen_ = 0; // when the time last moved on
    bool begun_ = false;
    Calendar calendar_;
    std::vector<Part> parts_;
    std::vector<Store> stores_; // buffers, then sources, then conveyors
    std::vector<Chain> lists_;
    std::vector<ImpatientState> impatient_;
    std::vector<WaitingPart> waiting_; // by part; as long as it has to be
    std::vector<Server> servers_;
    std::vector<StationState> stations_;
    std::vector<SourceState> sources_;
    std::vector<std::uint64_t> planned_;   // by source: parts of its orders that have come
    std::vector<std::uint32_t> openOrder_; // by source: the one whose parts come
    std::vector<OpenOrder> orders_;
    std::vector<OrderCount> orderCounts_;
    std::vector<std::uint32_t> orderOf_; // by part, where there are orders
    std::uint32_t freeOrders_ = none;
    std::vector<CrewState> crews_;
    Attendance attendance_;
    std::vector<Kept> kept_; // scratch of servePeople
    std::vector<ProductState> products_;
    std::vector<SimTime> clocks_; // to the next failure
    std::vector<std::uint8_t> shiftOn_;
    std::vector<std::uint64_t> shiftTurns_;
    std::vector<Stream> streams_;
    std::vector<Node> unsettled_; // places where something may have become possible
    std::vector<Node> waits_;     // scratch of checkDeadlock
    std::vector<ConveyorState> conveyors_;
    std::vector<Rider> riders_;  // of each conveyor a ring
    std::vector<SimTime> zones_; // by zone: running time when the part that last came on leaves it, as far as that is known
    Traffic traffic_;
    std::vector<VehicleState> vehicles_;
    std::vector<FleetState> fleets_;
    std::vector<std::uint32_t> coming_;    // by feeder: vehicles that are on their way to fetch something there
    std::vector<std::uint32_t> carried_;   // by station: vehicles that fetch or carry for it
    std::vector<std::uint32_t> claims_;    // by network node: vehicles that park or charge there, or are about to
    std::vector<std::uint32_t> inTraffic_; // vehicles that others are in the way of, in the order in which they stopped
    std::vector<std::uint8_t> stuck_;      // scratch of checkTraffic
    bool waking_ = false, newlyStopped_ = false;
    std::optional<Error> failure_;
};

} // namespace millwright::sim
