#pragma once

#include <app/command.hpp>

namespace millwright::app {

void addBenchIngest(CLI::App& bench, Run& run);

} // namespace millwright::app
