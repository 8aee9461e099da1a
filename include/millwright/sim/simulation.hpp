#pragma once

#include <millwright/core/hash.hpp>
#include <millwright/core/result.hpp>
#include <millwright/core/time.hpp>
#include <millwright/plant/process.hpp>

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace millwright::sim {

struct Compiled;
struct InitialState;
class Engine;

/// A process model made ready to run: immutable, shared by any number of runs and threads; copies are cheap.
class Model {
public:
    /// Errors: every reason why the process cannot run (`plant::problemsOf`), each with the element it is about as its place.
    [[nodiscard]] static std::expected<Model, std::vector<Error>> make(plant::Process process);

    [[nodiscard]] const plant::Process& process() const;
    [[nodiscard]] const std::shared_ptr<const Compiled>& shared() const { return compiled_; }

private:
    Model() = default;
    std::shared_ptr<const Compiled> compiled_;
};

/// What was in a buffer, or on a conveyor.
struct BufferReport {
    double mean = 0;       ///< parts, over time
    std::uint32_t max = 0; ///< parts
    double meanWait = 0;   ///< seconds, of the parts that left
    std::uint64_t entered = 0, left = 0;
    std::uint32_t now = 0;    ///< parts at the end
    std::uint64_t gaveUp = 0; ///< of those that left a buffer: had waited as long as they would
};

/// What a station did, as fractions of the counted time, averaged over its servers; they add up to 1.
struct StationReport {
    double working = 0;         ///< in Execute, as PackML has it
    double starved = 0;         ///< ready, without a part
    double blocked = 0;         ///< with a part that has nowhere to go
    double down = 0;            ///< failed: waiting for repair or being repaired
    double setUp = 0;           ///< being changed over, loaded or unloaded
    double idle = 0;            ///< outside its working hours
    double maintenance = 0;     ///< by plan: waiting for it or being maintained
    double unattended = 0;      ///< with a part, without the people that it needs for it
    std::uint64_t finished = 0; ///< cycles completed
    std::uint64_t failures = 0;
    std::uint64_t maintenances = 0;
    std::optional<BufferReport> conveyed; ///< of a conveyor: what was on it
};

struct ProductReport {
    std::uint64_t made = 0;
    std::uint64_t scrapped = 0;
    double meanTimeInSystem = 0; ///< seconds, of the good parts, from leaving its source's hands to done
};

struct SourceReport {
    std::uint64_t created = 0; ///< parts that came
    std::uint64_t lost = 0;    ///< of them, those that found no room
    std::uint32_t waiting = 0; ///< parts at the source at the end
};

/// One order of a source's plan; of a plan that repeats, each time that it came.
struct OrderReport {
    std::uint64_t released = 0;
    std::uint64_t finished = 0; ///< all of its parts have left the process
    std::uint64_t late = 0;     ///< of those finished: after they were due
    std::uint64_t scrapped = 0; ///< parts
    double meanTime = 0;        ///< seconds from release to the last part's end, of those finished
    double meanTardiness = 0;   ///< seconds after they were due, 0 for those in time, of those finished
};

/// What a crew did, as fractions of its people's working hours; jobs that outlast them count too.
struct CrewReport {
    double busy = 0;       ///< at a step of a station or a repair, also while others that it needs are still on their way
    double responding = 0; ///< called, not yet on the way
    double walking = 0;
    double present = 1; ///< its working hours as a fraction of all time
};

/// What a vehicle is doing.
enum class VehicleActivity : std::uint8_t {
    Loaded,   ///< drives with a load
    Handling, ///< is loaded or unloaded
    Empty,    ///< drives without a load
    Waiting,  ///< stands without anything to do
    Blocked,  ///< others are in its way, or what it brings finds no room
    Charging,
    Down, ///< failed: waiting for repair or being repaired
};
inline constexpr std::size_t vehicleActivities = 7;

struct FleetReport {
    std::array<double, vehicleActivities> shares{}; ///< of its vehicles' time, by activity; they add up to 1
    double driven = 0;                              ///< metres, of all vehicles
    double charged = 0;                             ///< kW.h into all batteries
    std::uint64_t loads = 0;                        ///< handed over
    std::uint64_t failures = 0;
};

/// One vehicle at one moment.
struct VehicleNow {
    VehicleActivity activity = VehicleActivity::Waiting;
    std::array<double, 3> at{}; ///< metres in the plant's frame, where the nodes say where they are
    double heading = 0;         ///< degrees about +Y, 0 towards -Z; of what it drives along, or drove last
    double driven = 0;          ///< metres since the beginning of the run
    double charge = 1;          ///< level of its battery, 0 to 1
    bool loaded = false;
};

/// What was counted since the last `resetStatistics`. Vectors are parallel to those of the process.
struct Report {
    double seconds = 0; ///< that were counted
    std::uint64_t events = 0;
    std::vector<ProductReport> products;
    std::vector<StationReport> stations;
    std::vector<BufferReport> buffers;
    std::vector<SourceReport> sources;
    std::vector<CrewReport> crews;
    std::vector<FleetReport> fleets;
    std::vector<OrderReport> orders; ///< of all sources, in their order
};

/// Where every part ever made is, since the beginning of the run. Always created = done + scrapped + joined + lost + inProgress.
struct Balance {
    std::uint64_t created = 0;
    std::uint64_t done = 0;
    std::uint64_t scrapped = 0;
    std::uint64_t joined = 0; ///< assembled into another
    std::uint64_t lost = 0;
    std::uint64_t split = 0;      ///< of those created, made by stations of other parts; the others came from sources
    std::uint64_t inProgress = 0; ///< counted where they are: at sources, in buffers and in stations
};

/// One run of a model. Deterministic: the same model, seed and calls give the same state on every machine (docs/simulation.md says
/// what that rests on). A copy is a fork: it holds the whole state and goes on by itself.
/// Thread: one at a time; runs do not share anything that changes.
class Simulation {
public:
    Simulation(const Model& model, std::uint64_t seed);
    /// Begins in a state of the plant, as of time 0; what it leaves out begins as in a new run, and what it does not know exactly
    /// is drawn, of the model's distributions. Parts in progress count as created. Elements that the model does not have are
    /// ignored. Time in system of what is in progress counts from now.
    Simulation(const Model& model, std::uint64_t seed, const InitialState& initial);
    Simulation(const Simulation& other);
    Simulation& operator=(const Simulation& other);
    Simulation(Simulation&&) noexcept;
    Simulation& operator=(Simulation&&) noexcept;
    ~Simulation();

    /// Does all events up to and including `time` after the beginning. Errors: Invalid for a model that comes to a standstill
    /// (a deadlock with who waits for whom, endless work in no time); ResourceLimit for more parts in progress than
    /// `Process::maximumParts`. After an error the run is over.
    [[nodiscard]] Result<void> runTo(Duration time);
    /// Does one event if there is one up to `limit`; false when there is none. Errors as `runTo`.
    [[nodiscard]] Result<bool> step(Duration limit = Duration::max());

    /// Makes the first machine of a station fail now, by one of its failures; the repair is drawn as ever. False, and nothing
    /// happens, while it is down already.
    bool failNow(std::size_t station, std::size_t failure);

    /// A fork that goes on with the random numbers of another seed, for replications of what comes next. What has been drawn
    /// already stays: the ends of present work and repairs, the next failures and arrivals.
    [[nodiscard]] Simulation branch(std::uint64_t seed) const;

    [[nodiscard]] Duration now() const;
    [[nodiscard]] std::uint64_t events() const; ///< since the beginning
    [[nodiscard]] std::uint32_t partsInProgress() const;
    [[nodiscard]] std::uint64_t partsDone() const; ///< since the beginning
    /// Forgets what was counted so far, at the end of the warm-up; the parts stay where they are.
    void resetStatistics();
    [[nodiscard]] Report report() const;
    /// What a station is doing: Working when any of its machines works, else what the first does.
    [[nodiscard]] plant::Activity activity(std::size_t station) const;
    [[nodiscard]] std::uint64_t finished(std::size_t station) const; ///< cycles, since the last `resetStatistics`
    [[nodiscard]] std::uint32_t content(std::size_t buffer) const;   ///< parts
    /// A vehicle of a fleet, counted from 0.
    [[nodiscard]] VehicleNow vehicle(std::size_t fleet, std::size_t number) const;
    [[nodiscard]] Balance balance() const;
    /// Equal for equal states: time, calendar, parts, stations, random streams.
    [[nodiscard]] Digest stateHash() const;
    /// Bytes of the state that grow with the parts in progress, per part.
    static constexpr std::size_t bytesPerPart = 32;

private:
    std::unique_ptr<Engine> engine_;
};

} // namespace millwright::sim
