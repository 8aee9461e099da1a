#pragma once

#include "plant/document.hpp"
#include "plant/problems.hpp"

#include <millwright/plant/plant.hpp>

#include <optional>

namespace millwright::plant {

/// A `[process]` table and where its problems go.
struct ProcessText {
    const Node* table = nullptr;
    Problems* problems = nullptr;
};

/// Reads and checks the process of a plant, with what a scenario changes (`over.table` null: nothing). An element of the scenario
/// that has the id of one of the plant's replaces the keys it states; others are added. Nothing where there is no process, or after
/// problems.
[[nodiscard]] std::optional<Process> readProcess(const ProcessText& base, const ProcessText& over, const Plant& plant,
                                                 std::size_t maximumItems);

} // namespace millwright::plant
