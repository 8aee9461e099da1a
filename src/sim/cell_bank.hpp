#pragma once

#include <millwright/plant/process.hpp>
#include <millwright/sim/cell.hpp>
#include <millwright/sim/simulation.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace millwright::sim {

/// The cells in stations that have a recipe, as a run goes on: each cycle of a station begins with new ones, and while the station
/// does not work, no current flows. A cycle that is under way when the bank is made shows from its beginning.
class CellBank {
public:
    /// `process` and `simulation` must outlive it.
    CellBank(const plant::Process& process, const Simulation& simulation, std::uint64_t seed)
        : process_{process}, simulation_{simulation}, seed_{seed} {}

    /// A cell to be looked at, of a station with a recipe; equal calls give equal places.
    [[nodiscard]] std::size_t add(std::uint32_t station, std::uint32_t channel);
    /// After every event of the run: what stations do may have changed.
    void follow();
    /// What a signal shows of a cell now, in the unit of `plant::unitOf`.
    [[nodiscard]] double shown(plant::Shows shows, std::size_t place);

private:
    struct Place {
        std::uint32_t station = 0, channel = 0, stream = 0;
        const plant::Recipe* recipe = nullptr;
        std::optional<CellOnRecipe> cell;
        std::uint64_t loaded = 0;   // cells so far
        std::uint64_t finished = 0; // cycles of the station when this cell came
        bool working = false;
        Duration at{}; // up to which the cell has been followed
        double capacity = 0;
    };
    void pass(Place& place);

    const plant::Process& process_;
    const Simulation& simulation_;
    std::uint64_t seed_;
    std::vector<Place> places_;
};

} // namespace millwright::sim
