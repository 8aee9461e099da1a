#pragma once

#include <millwright/plant/arrivals.hpp>
#include <millwright/sim/calendar.hpp>

#include <vector>

namespace millwright::sim {

/// A rate over time made ready: how many parts have come on average by the beginning of each step.
struct CompiledRate {
    struct Step {
        SimTime from = 0; ///< after the beginning of the period
        double parts = 0; ///< that have come until then
        double perNanosecond = 0;
    };
    SimTime period = 0;
    std::vector<Step> steps; ///< the first from 0
    double parts = 0;        ///< in a period

    /// When `more` parts have come on average after `now`, both counted from the beginning of a period; `never` after some 70
    /// years. With an exponential `more` of mean 1 that is the next arrival of a Poisson process of this rate, by inversion of its
    /// mean (Law, *Simulation Modeling and Analysis*, 5th ed., 8.6.2).
    [[nodiscard]] SimTime after(SimTime now, double more) const;
};

/// `from` must be valid (`plant::problemOf`).
[[nodiscard]] CompiledRate makeRate(const plant::ArrivalRate& from);

} // namespace millwright::sim
