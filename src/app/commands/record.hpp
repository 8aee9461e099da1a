#pragma once

#include <app/command.hpp>

namespace millwright::app {

/// What follows live feeds: `record` and `feed`.
void addRecord(CLI::App& program, Run& run);
void addFeed(CLI::App& program, Run& run);

} // namespace millwright::app
