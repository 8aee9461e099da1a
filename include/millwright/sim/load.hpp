#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/process.hpp>

#include <cstdint>
#include <vector>

/// What arrives at stations in the long run against what they can make, without a run.
namespace millwright::sim {

struct StationLoad {
    double perHour = 0;  ///< parts that arrive; of sources that wait, without end: what others send is not known beforehand
    double capacity = 0; ///< parts an hour that it can make of them, failures, maintenance and working hours counted, set-ups and
                         ///< waits for a crew not

    [[nodiscard]] double utilisation() const { return perHour / capacity; }
};

/// By station. Each is what certainly arrives: no more leaves a station than it can make, and what a rule sends where there is room
/// counts only where it leads to stations that share one buffer, in proportion to what they can make. The flow is that of the
/// traffic equations (Law, Simulation Modeling and Analysis, 5th ed., 1.4; Hopp and Spearman, Factory Physics, 3rd ed., 8.3).
[[nodiscard]] std::vector<StationLoad> loadsOf(const plant::Process& process);

/// Of each crew, how many of its people what certainly arrives keeps busy on average, beyond which work waits without end: steps of
/// stations that need them, but set-ups, and repairs, with responses and travel, but not what people walk. Repairs of machines by
/// working time count as far as they work. What several crews can do counts for the first of them.
[[nodiscard]] std::vector<double> crewLoadsOf(const plant::Process& process);

/// One sentence for each station that more arrives at than it can make, and for each crew that more people of are needed than there
/// are in its hours, together with those who can do its jobs, with it as its place: parts pile up without end,
/// unless they give up waiting before it.
[[nodiscard]] std::vector<Error> overloadsOf(const plant::Process& process);

} // namespace millwright::sim
