#pragma once

#include <millwright/sim/selection.hpp>

/// What the procedures of selection share.
namespace millwright::sim {

/// Estimates every candidate's mean, and pair by pair how far it is behind the best.
void compareWithBest(Selection& selection, const SelectionPlan& plan);

/// Optimal computing budget allocation, as `SelectionProcedure::Ocba` says. The plan has a meaning.
[[nodiscard]] Result<Selection> allocateBudget(std::uint32_t systems, const SelectionPlan& plan, const Observe& observe);

} // namespace millwright::sim
