#pragma once

#include <millwright/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The state of a plant at one moment, as plain data that a run can begin in (docs/decisions/007-branch-from-now.md).
namespace millwright::sim {

/// How long something has been going on, as far as it is known. The rest of it is drawn in each run.
struct Elapsed {
    enum class Known : std::uint8_t {
        Exactly, ///< for `time`
        AtLeast, ///< for `time` or longer: its beginning was not seen
        Renewed, ///< one began `time` ago, and the next whenever one ended, unseen
    };
    Known known = Known::AtLeast;
    Duration time{};
};

/// What a machine has in hand.
enum class Hand : std::uint8_t {
    Nothing,
    SetUp,      ///< parts for which it is being changed over, or which are loaded
    Unattended, ///< parts for which it waits for people, whose work has not begun
    Work,       ///< parts it works on, or would if it were not down or outside its hours
    Finished,   ///< parts that have nowhere to go; before service: that wait for room before they are worked on
};

struct MachineNow {
    Hand hand = Hand::Nothing;
    Elapsed inHand;           ///< SetUp, Work: how much of it is done, in time that was spent on it
    Elapsed worked;           ///< time of work since its last repair
    Elapsed up;               ///< likewise all time that it was not down
    Elapsed cycles;           ///< likewise cycles that it has finished, as so many seconds
    Elapsed sinceMaintenance; ///< of each kind that is planned, by its clock
    bool down = false;
    bool maintained = false; ///< down: by plan
    Duration downFor{};      ///< since the failure: the order in which a crew comes
    Elapsed repair;          ///< since somebody began to repair it; not used where it waits for a crew
};

struct StationNow {
    std::string id;
    std::vector<MachineNow> machines; ///< those left out begin as new
};

struct BufferNow {
    std::string id;
    std::uint32_t parts = 0;
};

/// A conveyor's machine, among the stations, has nothing in hand, or a finished part where one stands at the end. Where the parts
/// are is drawn in each run: as far from each other as there is room for, or closed up behind one that stands.
struct ConveyorNow {
    std::string id;
    std::uint32_t parts = 0;
};

struct SourceNow {
    std::string id;
    Elapsed sinceArrival;              ///< of the last part, where parts arrive by intervals
    std::uint32_t waiting = 0;         ///< parts that found no room
    std::optional<std::uint64_t> made; ///< altogether, where there is a limit; none: those in progress
};

/// What begins as in a new run is left out: elements that the moment knows nothing of, such as a machine that only a scenario has.
struct InitialState {
    std::vector<StationNow> stations;
    std::vector<BufferNow> buffers;
    std::vector<ConveyorNow> conveyors;
    std::vector<SourceNow> sources;
    Duration sinceShiftsBegan{}; ///< since a moment at which the periods of all shifts begin; not negative
};

} // namespace millwright::sim
