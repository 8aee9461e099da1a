#pragma once

#include <millwright/plant/process.hpp>
#include <millwright/sim/simulation.hpp>

/// What a run cost and what energy it took, by the prices of its process.
namespace millwright::sim {

/// Of the time that was counted, in the process's currency.
struct RunCost {
    double hours = 0;    ///< of the whole, of machines in their working hours, of crews and of vehicles
    double material = 0; ///< of parts that came and were not lost
    double work = 0;     ///< of parts that stations worked on, and of good parts
    double energy = 0;
    double scrap = 0; ///< of scrap, beyond what went into it

    [[nodiscard]] double total() const { return hours + material + work + energy + scrap; }
};

[[nodiscard]] bool hasCosts(const plant::Process& process);
[[nodiscard]] bool hasPower(const plant::Process& process);

/// Energy in kW.h: of each machine the power of every activity for as long as it lasted, and what was charged into vehicles.
[[nodiscard]] double energyOf(const plant::Process& process, const Report& report);
/// A part costs its material when it comes, not when it is done: over a long run, and after a warm-up, the same.
[[nodiscard]] RunCost costOf(const plant::Process& process, const Report& report);

} // namespace millwright::sim
