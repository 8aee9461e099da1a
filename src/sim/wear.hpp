#pragma once

#include <millwright/plant/process.hpp>

namespace millwright::sim {

/// What failures and planned maintenance take of the time of a machine that always has work, in the long run; waits for a crew are
/// not counted.
struct Wear {
    double perWork = 1;  ///< seconds for each second of work
    double perCycle = 0; ///< seconds after each cycle, beside
};

/// `hours` is the part of all time in which the station works, `cycle` how long a cycle takes in the mean, in seconds. By renewal
/// reward (Ross, Introduction to Probability Models, 7.4) where each clock runs by itself; where one renews another, the clocks
/// alone are run, so that the answer is right to about a hundredth of the time that is lost.
[[nodiscard]] Wear wearOf(const plant::Process& process, const plant::Station& station, double hours, double cycle);

} // namespace millwright::sim
