#pragma once

#include <millwright/core/time.hpp>
#include <millwright/core/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Lithium-ion cells and what a station does to them, as plain data: `[[process.cell]]` and `[[process.recipe]]` of plant.toml
/// (docs/plant-format.md). docs/simulation.md has the model.
namespace millwright::plant {

/// A curve of straight lines: voltage over charge, both ascending.
struct VoltageCurve {
    std::vector<double> charge;  ///< fraction of all charge, from 0 to 1
    std::vector<double> voltage; ///< V

    [[nodiscard]] double at(double fraction) const; ///< the nearest end beyond its ends
};

/// A resistance with a capacitance beside it.
struct CellBranch {
    double resistance = 0; ///< ohm
    Duration time{};       ///< constant
};

/// What is wrong with some of the cells.
struct CellDefect {
    std::string id;
    double share = 0;                   ///< of all cells; a cell has one defect at most
    double resistance = 0;              ///< ohm, more in series: of a worn pin, of poor wetting
    std::optional<double> shortCircuit; ///< ohm, between the poles
    double capacity = 1;                ///< times that of a sound cell
};

/// An equivalent circuit: the open circuit's voltage, a resistance, RC branches in series, and a heat capacity behind a thermal
/// resistance.
struct Cell {
    std::string id;
    double capacity = 0;          ///< A.h, of the mean cell
    double capacityDeviation = 0; ///< A.h, from cell to cell
    double firstLoss = 0;         ///< fraction of the charge that a new cell takes in and never gives back
    VoltageCurve openCircuit;
    VoltageCurve firstCharge;       ///< in its place until the first discharge; empty: none
    double resistance = 0;          ///< ohm, at 25 Cel
    double resistanceDeviation = 0; ///< of it, from cell to cell
    double activation = 0;          ///< K: resistance goes with exp(activation / T)
    std::vector<CellBranch> branches;
    double selfDischarge = 0;     ///< A
    double heatCapacity = 1000;   ///< J/K
    double thermalResistance = 1; ///< K/W, from the cell to what holds it
    std::vector<CellDefect> defects;
};

enum class RecipeStepKind : std::uint8_t { Rest, Charge, Discharge };

/// Ends by the voltage (Charge, Discharge; then, with `cutOff`, at that voltage until the current has come down) or after `lasts`,
/// whichever is first.
struct RecipeStep {
    RecipeStepKind kind = RecipeStepKind::Rest;
    double current = 0;            ///< A, positive
    std::optional<double> voltage; ///< V
    std::optional<double> cutOff;  ///< A: Charge only
    std::optional<Duration> lasts;
};

/// What happens to each cell in a cycle of some stations.
struct Recipe {
    std::string id;
    std::uint32_t cell = 0;              ///< in `Process::cells`
    std::vector<std::uint32_t> stations; ///< a station has one recipe at most
    double temperature = 25;             ///< Cel, of what holds the cells
    std::vector<RecipeStep> steps;
};

} // namespace millwright::plant
