#pragma once

#include <millwright/core/result.hpp>
#include <millwright/plant/plant.hpp>
#include <millwright/sim/simulation.hpp>

#include <expected>
#include <filesystem>
#include <vector>

namespace millwright::app {

/// A plant and its process, made ready to run.
struct PlantProcess {
    plant::Plant plant;
    sim::Model model;
};

/// Errors: every problem of the description; Invalid for a plant without a process.
[[nodiscard]] std::expected<PlantProcess, std::vector<Error>> openProcess(const std::filesystem::path& plant);

/// Says on standard error what a process can do but nobody would want, such as a station that more arrives at than it can make.
void warnOf(const plant::Process& process);

} // namespace millwright::app
