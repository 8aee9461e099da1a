#pragma once

#include <millwright/plant/process.hpp>
#include <millwright/sim/calibrate.hpp>
#include <millwright/sim/initial_state.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// From what signals show of a plant at one moment to a state that a run can begin in.
namespace millwright::sim {

/// What signals show of a station.
enum class Seen : std::uint8_t {
    Unknown,
    Working,
    Waiting, ///< for parts or for room: PackML's Suspended tells no more
    Starved,
    Blocked,
    Down,
    SetUp,
    Stopped, ///< nobody is there, or it was stopped
};

struct StationSeen {
    Seen now = Seen::Unknown;
    Duration since{};                   ///< it has been in `now`
    bool beginningSeen = false;         ///< of `now`
    std::optional<Seen> before;         ///< Down, Stopped: what it did last before that, if that was seen
    std::optional<Duration> cycle;      ///< time of work since it finished a cycle; none: no signal tells
    std::optional<Duration> production; ///< time of work since it last began after waiting or a set-up
    Duration busyFor{};                 ///< it has had in hand what it has in hand
    Elapsed worked, up;                 ///< since its last repair
    StationRecord record;               ///< its outages, for the crew's sake
};

struct BufferSeen {
    std::optional<double> parts; ///< none: no signal shows it
    Duration lag{};              ///< with which the signal follows
    Duration unchangedFor{};
};

/// Everything that is seen of a process at one moment; the vectors are parallel to those of the process.
struct Sighting {
    Time at{};
    Duration sinceShiftsBegan{}; ///< as in InitialState
    std::vector<StationSeen> stations;
    std::vector<BufferSeen> buffers;
};

/// A state to begin in, and what had to be assumed of it, for people; a sentence each.
struct Present {
    InitialState state;
    std::vector<std::string> assumptions;
};

/// Reads a sighting: which station has what in hand, whether it is starved or blocked where one state means both, who of a crew's
/// stations is being repaired. docs/simulation.md states the rules. Deterministic. Thread: any.
[[nodiscard]] Present presentOf(const plant::Process& process, const Sighting& sighting);

} // namespace millwright::sim
