#pragma once

#include "plant/read_process.hpp"

namespace millwright::plant {

/// Reads the cells and recipes of a process whose stations have been read. A table of the scenario takes the place of the plant's
/// with the same id as a whole; others are added.
void readCells(const ProcessText& base, const ProcessText& over, Process& process);

} // namespace millwright::plant
