#pragma once

#include <millwright/core/time.hpp>
#include <millwright/plant/cell.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace millwright::sim {

/// What one cell is like.
struct CellSpecimen {
    double capacity = 0;               ///< A.h that it gives once it has been formed
    double resistance = 0;             ///< ohm at 25 Cel
    double contact = 0;                ///< ohm more, whatever the temperature
    double leak = 0;                   ///< S between the poles
    std::optional<std::size_t> defect; ///< in `plant::Cell::defects`
};

/// Cell `number` of a random stream: capacity and resistance from normal distributions, a defect by chance.
[[nodiscard]] CellSpecimen drawCell(const plant::Cell& cell, std::uint64_t seed, std::uint32_t stream, std::uint64_t number);
/// One as the kind says, without a defect.
[[nodiscard]] CellSpecimen meanCell(const plant::Cell& cell);

/// A cell on its way through a recipe: an equivalent circuit, integrated in steps of one second at most, in which its current is
/// constant; branches and temperature are exact for a constant current (Plett, Battery Management Systems, vol. I, 2.3 to 2.5).
/// Deterministic: the same calls give the same bits everywhere. `kind` and `recipe` must outlive it. Thread: one at a time.
class CellOnRecipe {
public:
    CellOnRecipe(const plant::Cell& kind, const plant::Recipe& recipe, const CellSpecimen& specimen);

    /// Lets time pass; without `working`, the recipe stands still and no current flows.
    void advance(Duration duration, bool working);

    [[nodiscard]] double voltage() const { return voltage_; }         ///< V at the poles
    [[nodiscard]] double current() const { return current_; }         ///< A into the cell
    [[nodiscard]] double temperature() const { return temperature_; } ///< Cel
    [[nodiscard]] double charge() const { return charge_; }           ///< A.h that went in less what came out
    /// A.h that it gave in the last discharge that ended by its voltage.
    [[nodiscard]] const std::optional<double>& capacity() const { return capacity_; }
    [[nodiscard]] bool isDone() const { return step_ == recipe_->steps.size(); }

private:
    void pass(Duration duration, bool working);
    [[nodiscard]] double currentNow(double resistance, double inner);
    [[nodiscard]] double openCircuit() const;
    void nextStep();

    const plant::Cell* kind_;
    const plant::Recipe* recipe_;
    CellSpecimen specimen_;
    std::size_t step_ = 0;
    Duration inStep_{};
    bool isNew_ = true;            // not discharged yet
    double held_ = 0;              // A.h in the cell; while it is new, what it took in
    std::vector<double> branches_; // V across each
    double temperature_;
    double voltage_ = 0, current_ = 0;
    double charge_ = 0;
    double given_ = 0; // A.h in this discharge
    std::optional<double> capacity_;
};

/// How long the recipe takes with a mean cell; nothing when it has not ended after `limit`.
[[nodiscard]] std::optional<Duration> lengthOf(const plant::Cell& kind, const plant::Recipe& recipe, Duration limit);

} // namespace millwright::sim
